// The panes: a channel with its composer, a thread, and the app's Home.

import { call } from "./api.js";
import { avatar } from "./avatar.js";
import { blocks } from "./blocks.js";
import { composer } from "./composer.js";
import { h, icon } from "./dom.js";
import { MessageList } from "./list.js";
import { person, store } from "./store.js";

const backButton = (back) =>
  h("button", { type: "button", class: "tool back", "aria-label": "Back", onclick: back }, icon("back"));

const titleOf = (channel) => (channel.kind === "im" ? store.app.name : channel.name);

/** A channel; `update()` fetches and shows what is new. */
export class ChannelPane {
  constructor(channel, { openThread, back }) {
    this.channel = channel;
    const direct = channel.kind === "im";
    const name = direct ? titleOf(channel) : `#${channel.name}`;
    this.list = new MessageList({
      label: `Messages in ${name}`,
      openThread,
      empty: direct ? `This is the start of your messages with ${name}.` : `This is the very beginning of ${name}.`,
    });
    this.head = h("header", { class: "pane-head" });
    this.back = back;
    this.foot = h("div", { class: "pane-foot" });
    this.element = h("section", { class: "pane", "aria-label": name, data: { channel: channel.id } }, this.head, this.list.element, this.foot);
    this.describe(channel);
  }

  describe(channel) {
    const signature = JSON.stringify([channel.archived, channel.members, channel.topic]);
    if (signature === this.described) return;
    this.described = signature;
    const direct = channel.kind === "im";
    const sign = channel.kind === "group" ? icon("lock") : direct ? avatar(person(store.app.user), "small") : "#";
    this.head.replaceChildren(backButton(this.back),
      h("div", { class: "pane-words" },
        h("h1", { class: "pane-title" }, h("span", { class: "pane-sign" }, sign), titleOf(channel)),
        h("span", { class: "pane-topic" }, direct ? store.app.description : channel.topic)),
      direct ? "" : h("span", { class: "members", title: `${channel.members} members` }, icon("people"), String(channel.members)));
    const name = direct ? titleOf(channel) : `#${channel.name}`;
    this.foot.replaceChildren(channel.archived
      ? h("div", { class: "archived", role: "status" }, "This channel is archived.")
      : composer({ channel, placeholder: `Message ${name}` }));
  }

  async update() {
    const { messages } = await call("history", { channel: this.channel.id });
    this.list.update(messages);
  }
}

/** A thread beside its channel. */
export class ThreadPane {
  constructor(channel, ts, { close }) {
    this.channel = channel;
    this.ts = ts;
    this.list = new MessageList({ label: "Replies", inThread: true, openThread: () => {}, empty: "This thread is gone." });
    const place = channel.kind === "im" ? titleOf(channel) : `#${channel.name}`;
    this.element = h("section", { class: "pane", "aria-label": `Thread in ${place}`, data: { thread: ts } },
      h("header", { class: "pane-head" },
        backButton(close),
        h("div", { class: "pane-words" }, h("h1", { class: "pane-title" }, "Thread"), h("span", { class: "pane-topic" }, place)),
        h("button", { type: "button", class: "tool close-pane", "aria-label": "Close thread", onclick: close }, icon("close"))),
      this.list.element,
      h("div", { class: "pane-foot" }, channel.archived ? "" : composer({ channel, threadTs: ts, placeholder: "Reply…" })));
  }

  async update() {
    const { messages } = await call("thread", { channel: this.channel.id, ts: this.ts });
    this.list.update(messages);
  }
}

/** The app's Home tab. */
export class HomePane {
  constructor({ back, openMessages }) {
    this.body = h("div", { class: "home-body", tabindex: "0" });
    const tabs = h("div", { class: "tabs", role: "tablist" },
      h("button", { type: "button", role: "tab", class: "tab is-current", "aria-selected": "true" }, "Home"),
      h("button", { type: "button", role: "tab", class: "tab", "aria-selected": "false", onclick: openMessages }, "Messages"));
    this.element = h("section", { class: "pane home", "aria-label": `${store.app.name} Home`, data: { home: "true" } },
      h("header", { class: "pane-head" },
        backButton(back),
        h("div", { class: "pane-words" },
          h("h1", { class: "pane-title" }, h("span", { class: "pane-sign" }, avatar(person(store.app.user), "small")), store.app.name),
          h("span", { class: "pane-topic" }, store.app.description)),
        tabs),
      this.body);
  }

  async update() {
    const view = store.home;
    const signature = JSON.stringify(view);
    if (signature === this.shown) return;
    this.shown = signature;
    const at = this.body.scrollTop;
    this.body.replaceChildren(view
      ? blocks(view.blocks, {
        id: view.id,
        gathers: false,
        value: (block, spec) => view.state.values[block.block_id]?.[spec.action_id],
        act: (facts) => call("act", { view_id: view.id, ...facts }),
      })
      : h("div", { class: "empty" }, `${store.app.name} has not shown anything here yet.`));
    this.body.scrollTop = at;
  }
}
