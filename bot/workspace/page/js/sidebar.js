// Draws the list of channels, the app, and whom one acts as.

import { avatar } from "./avatar.js";
import { h, icon } from "./dom.js";
import { openMenu } from "./popover.js";
import { addressOf, person, store } from "./store.js";

/** Draw the sidebar. */
export function sidebar({ go, actAs, makeChannel }) {
  const channels = store.channels.filter((channel) => channel.kind !== "im");
  const direct = store.channels.find((channel) => channel.with_bot);
  const item = (place, label, sign, extra = {}) => {
    const current = store.place.kind === place.kind && store.place.channel === place.channel;
    return h("a", {
      class: `side-item${current ? " is-current" : ""}${extra.unread ? " is-unread" : ""}`,
      href: addressOf(place),
      "aria-current": current ? "page" : null,
      data: { channel: place.channel || null, place: place.kind },
    }, h("span", { class: "side-sign" }, sign), h("span", { class: "side-label" }, label), extra.badge);
  };
  const add = h("button", { type: "button", class: "side-add", onclick: makeChannel }, h("span", { class: "side-sign" }, icon("plus")), "Add a channel");
  const app = [
    store.app.has_home ? item({ kind: "home", channel: "" }, `${store.app.name} Home`, avatar(person(store.app.user), "tiny")) : null,
    h("a", {
      class: `side-item${direct && store.place.channel === direct.id ? " is-current" : ""}${direct && unread(direct) ? " is-unread" : ""}`,
      href: "#/messages",
      data: { place: "messages" },
      onclick: (event) => {
        event.preventDefault();
        go("messages");
      },
    }, h("span", { class: "side-sign" }, icon("reply")), h("span", { class: "side-label" }, "Messages")),
  ];
  return [
    h("div", { class: "side-head" }, h("span", { class: "team-sign" }, store.team.slice(0, 1)), h("span", { class: "team" }, store.team), h("span", { class: "local" }, "local")),
    h("div", { class: "side-scroll" },
      h("h2", { class: "side-title" }, "Channels"),
      channels.map((channel) => item({ kind: "channel", channel: channel.id, thread: "" }, channel.name, sign(channel), { unread: unread(channel) })),
      add,
      h("h2", { class: "side-title" }, "Apps"),
      app),
    switcher(actAs),
  ];
}

const sign = (channel) => (channel.archived ? icon("archive") : channel.kind === "group" ? icon("lock") : "#");

function unread(channel) {
  if (!channel.latest) return false;
  return channel.latest > (store.lastSeen.get(`${store.me} ${channel.id}`) || "");
}

function switcher(actAs) {
  const me = person(store.me);
  const people = [...store.people.values()].filter((one) => one.is_human);
  const button = h("button", {
    type: "button", class: "switcher", "aria-haspopup": "menu", "aria-label": `Acting as ${me.name}. Switch`,
    onclick: () => openMenu(button, [{ title: "Act as" }, ...people.map((one) => ({
      label: one.name,
      hint: one.is_guest ? "Guest" : one.is_stranger ? "Other workspace" : one.title,
      data: { user: one.handle },
      onpick: () => actAs(one.handle),
    }))], "Act as"),
  }, avatar(me, "small"), h("span", { class: "switcher-words" }, h("span", { class: "switcher-name" }, me.name), h("span", { class: "switcher-note" }, "Acting as · switch")), icon("chevron"));
  return h("div", { class: "side-foot" }, button);
}
