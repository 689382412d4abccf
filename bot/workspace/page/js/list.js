// A list of messages that is redrawn only where it changed, and keeps its place.

import { h } from "./dom.js";
import { message } from "./message.js";
import { dateOf } from "./text.js";

const JOIN_SECONDS = 300;

/** Makes a scrolling list; `update(messages)` shows them. */
export class MessageList {
  constructor({ label, inThread = false, openThread, empty }) {
    this.element = h("div", { class: "messages", role: "log", "aria-label": label, tabindex: "0" });
    this.options = { inThread, openThread };
    this.empty = empty;
    this.rows = new Map();
  }

  update(messages) {
    const box = this.element;
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
    const wanted = [];
    let before = null;
    messages.forEach((shown, index) => {
      if (!before || day(before) !== day(shown)) {
        if (!this.options.inThread) wanted.push(this.row(`day ${day(shown)}`, "", () => dayLine(shown)));
      }
      const joined = joins(before, shown) && !(this.options.inThread && index === 1);
      wanted.push(this.row(shown.ts, JSON.stringify([joined, shown]), () => message(shown, { ...this.options, joined })));
      if (this.options.inThread && index === 0) {
        const count = messages.filter((one) => !one.ephemeral).length - 1;
        wanted.push(this.row("count", String(count), () => countLine(count)));
      }
      before = shown;
    });
    if (!messages.length) wanted.push(this.row("empty", "", () => h("div", { class: "empty" }, this.empty)));
    this.replace(wanted);
    if (atEnd || !this.settled) this.scrollToEnd();
    this.settled = messages.length > 0;
  }

  row(key, signature, draw) {
    const known = this.rows.get(key);
    if (known && known.signature === signature) return { key, known };
    return { key, known: { signature, node: draw() } };
  }

  replace(wanted) {
    this.rows = new Map(wanted.map(({ key, known }) => [key, known]));
    const nodes = wanted.map(({ known }) => known.node);
    const keep = new Set(nodes);
    for (const child of [...this.element.children]) if (!keep.has(child)) child.remove();
    nodes.forEach((node, index) => {
      const here = this.element.children[index];
      if (here !== node) this.element.insertBefore(node, here || null);
    });
  }

  scrollToEnd() {
    this.element.scrollTop = this.element.scrollHeight;
  }

  focus(ts) {
    const found = this.rows.get(ts)?.node;
    if (!found) return;
    found.scrollIntoView({ block: "center" });
    found.classList.add("is-target");
  }
}

const day = (shown) => dateOf(shown.ts).toDateString();

function joins(before, shown) {
  if (!before || before.user !== shown.user || day(before) !== day(shown)) return false;
  if (shown.ephemeral || before.ephemeral || shown.broadcast || shown.subtype || before.subtype) return false;
  return Number(shown.ts) - Number(before.ts) < JOIN_SECONDS && !before.reply_count;
}

function dayLine(shown) {
  const date = dateOf(shown.ts);
  const today = new Date().toDateString() === date.toDateString();
  const words = today ? "Today" : date.toLocaleDateString("en", { weekday: "long", month: "long", day: "numeric" });
  return h("div", { class: "day-line" }, h("span", {}, words));
}

function countLine(count) {
  return h("div", { class: "count-line" }, h("span", {}, count === 0 ? "No replies yet" : `${count} ${count === 1 ? "reply" : "replies"}`));
}
