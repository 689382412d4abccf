// Draws one message as a row of a channel or thread.

import { call } from "./api.js";
import { avatar } from "./avatar.js";
import { blocks } from "./blocks.js";
import { h, icon } from "./dom.js";
import { files } from "./files.js";
import { openMenu } from "./popover.js";
import { person, store } from "./store.js";
import { clock, dateOf, mrkdwn, withEmoji } from "./text.js";

const NAMED_COLORS = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" };

/** Draw a message. `inThread` hides what a thread's own pane need not say; `joined` follows the same author. */
export function message(shown, { inThread = false, joined = false, openThread }) {
  const who = person(shown.user);
  const system = ["channel_join", "tombstone"].includes(shown.subtype);
  const at = dateOf(shown.ts);
  const time = h("time", { class: "time", datetime: at.toISOString(), title: at.toLocaleString() }, clock(at));
  const gutter = joined ? time : avatar(who);
  const head = joined ? null : h("div", { class: "message-head" },
    h("span", { class: "author" }, who.name),
    who.is_bot ? h("span", { class: "badge" }, "APP") : null,
    who.is_guest ? h("span", { class: "badge badge-quiet" }, "Guest") : null,
    who.is_stranger ? h("span", { class: "badge badge-quiet" }, "Partner Ltd") : null,
    time);
  const classes = ["message", joined && "is-joined", shown.ephemeral && "is-ephemeral", system && "is-system"];
  return h("article", {
    class: classes.filter(Boolean).join(" "),
    "aria-label": `${who.name} at ${clock(at)}`,
    data: { ts: shown.ts, channel: shown.channel, user: shown.user, threadTs: shown.thread_ts, ephemeral: shown.ephemeral ? "true" : null },
  },
  shown.ephemeral ? h("div", { class: "only-you" }, icon("eye"), "Only visible to you") : null,
  shown.broadcast ? broadcastLine(shown, inThread, openThread) : null,
  h("div", { class: "gutter" }, gutter),
  h("div", { class: "message-body" }, head, content(shown), reactions(shown), footer(shown, inThread, openThread)),
  system ? null : tools(shown, inThread, openThread));
}

function broadcastLine(shown, inThread, openThread) {
  if (inThread) return h("div", { class: "only-you" }, "Also sent to the channel");
  return h("div", { class: "only-you" },
    "replied to ",
    h("button", { type: "button", class: "link", onclick: () => openThread(shown.thread_ts) }, "a thread"));
}

function surfaceOf(shown) {
  return {
    id: shown.ts,
    gathers: false,
    value: (block, spec) => shown.state?.[block.block_id]?.[spec.action_id],
    act: (facts) => call("act", { channel: shown.channel, ts: shown.ts, ...facts }),
  };
}

function content(shown) {
  const surface = surfaceOf(shown);
  const edited = shown.edited ? h("span", { class: "edited", title: "Edited" }, "(edited)") : null;
  const parts = [];
  if (shown.blocks?.length) parts.push(blocks(shown.blocks, surface));
  else if (shown.text) parts.push(h("div", { class: "message-text" }, mrkdwn(shown.text)));
  if (edited) {
    const last = parts.at(-1);
    (last?.querySelector(".para:last-child") || last)?.append(" ", edited);
  }
  parts.push(...(shown.attachments || []).map((attachment) => attached(attachment, surface)));
  if (shown.files?.length) parts.push(files(shown.files));
  return h("div", { class: "content" }, parts);
}

function attached(attachment, surface) {
  const inner = attachment.blocks?.length ? blocks(attachment.blocks, surface) : legacy(attachment);
  const box = h("div", { class: "attachment", data: { color: attachment.color } }, inner);
  const color = NAMED_COLORS[attachment.color] || attachment.color;
  if (color) box.style.setProperty("--bar", color.startsWith("#") ? color : `#${color}`);
  return box;
}

function legacy(attachment) {
  const line = (name, text) => (text ? h("div", { class: name }, mrkdwn(String(text))) : null);
  const fields = (attachment.fields || []).map((field) =>
    h("div", { class: "field" }, h("strong", {}, field.title || ""), mrkdwn(field.value || "")));
  return h("div", { class: "legacy" },
    line("pretext", attachment.pretext),
    line("legacy-author", attachment.author_name),
    line("legacy-title", attachment.title),
    line("message-text", attachment.text),
    fields.length ? h("div", { class: "fields" }, fields) : null,
    line("legacy-footer", attachment.footer));
}

function reactions(shown) {
  if (!shown.reactions?.length) return null;
  return h("div", { class: "reactions" }, shown.reactions.map((one) =>
    h("span", { class: "reaction", title: one.users.map((id) => person(id).name).join(", ") },
      withEmoji(`:${one.name}:`), " ", String(one.count))));
}

function footer(shown, inThread, openThread) {
  if (shown.ephemeral) {
    return h("button", { type: "button", class: "link dismiss", onclick: () => call("dismiss", { channel: shown.channel, ts: shown.ts }) }, "Dismiss");
  }
  if (inThread || !shown.reply_count) return null;
  const count = `${shown.reply_count} ${shown.reply_count === 1 ? "reply" : "replies"}`;
  return h("button", { type: "button", class: "replies", data: { action: "open-thread" }, onclick: () => openThread(shown.ts) },
    h("span", { class: "reply-faces" }, (shown.reply_users || []).map((id) => avatar(person(id), "small"))),
    h("span", { class: "reply-count" }, count),
    h("span", { class: "reply-last" }, `Last reply at ${clock(dateOf(shown.latest_reply))}`));
}

function tools(shown, inThread, openThread) {
  if (shown.ephemeral) return null;
  const more = h("button", {
    type: "button", class: "tool", "aria-label": "More actions", "aria-haspopup": "menu",
    onclick: () => openMenu(more, menuItems(shown), "More actions"),
  }, icon("more"));
  const reply = inThread ? null : h("button", {
    type: "button", class: "tool", "aria-label": "Reply in thread",
    onclick: () => openThread(shown.thread_ts || shown.ts),
  }, icon("reply"));
  return h("div", { class: "tools" }, reply, more);
}

function menuItems(shown) {
  const shortcuts = store.app.shortcuts.filter((one) => one.type === "message");
  const items = shortcuts.map((one) => ({
    label: one.name,
    hint: store.app.name,
    data: { callbackId: one.callback_id },
    onpick: () => useShortcut(one, shown),
  }));
  const link = `${location.origin}/archives/${shown.channel}/p${shown.ts.replace(".", "")}`;
  items.push("divider", { label: "Copy link", onpick: () => navigator.clipboard?.writeText(link) });
  return items;
}

async function useShortcut(shortcut, shown) {
  try {
    await call("shortcut", { callback_id: shortcut.callback_id, channel: shown.channel, ts: shown.ts });
  } catch (error) {
    const { toast } = await import("./toast.js");
    toast(`${store.app.name} did not answer (${error.message}). Try again.`);
  }
}
