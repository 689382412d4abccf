// Draws mrkdwn and plain text with emoji, mentions and links.

import { patientFetch } from "./api.js";
import { h } from "./dom.js";
import { channelById, person, store } from "./store.js";

let emoji = {};

/** Load the table of shortcodes; once, before anything is drawn. */
export async function loadEmoji() {
  emoji = await patientFetch("/page/emoji.json");
}

const OPEN = "\uE000";
const SHUT = "\uE001";
const STYLE = /(?<![\w*_~])([*_~])(?=[^\s*_~]|[*_~]\S)([^\n]+?)(?<=\S)\1(?!\w)/;
const TAGS = { "*": "strong", _: "em", "~": "s" };

const decode = (text) =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

const withEmoji = (text) => text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => emoji[name] || whole);

/** Draw a text object. */
export function textObject(text) {
  return text.type === "mrkdwn" ? mrkdwn(text.text) : plain(text.text);
}

/** Draw plain text: emoji, and line breaks as they are. */
export function plain(text) {
  return h("span", { class: "plain" }, withEmoji(text));
}

/** Draw mrkdwn. */
export function mrkdwn(text) {
  const box = h("div", { class: "mrkdwn" });
  const pieces = text.split(/```/);
  pieces.forEach((piece, index) => {
    if (index % 2 === 1 && index < pieces.length - 1) {
      box.append(h("pre", { class: "code-block" }, marked(piece.replace(/^\n|\n$/g, ""), false)));
    } else {
      const whole = index % 2 === 1 ? "```" + piece : piece;
      const last = index === pieces.length - 1;
      box.append(...lines(trimmed(whole, index > 0, !last)));
    }
  });
  return box;
}

// A line break right beside a code block belongs to the block.
function trimmed(text, afterBlock, beforeBlock) {
  let shown = text;
  if (afterBlock) shown = shown.replace(/^\n/, "");
  if (beforeBlock) shown = shown.replace(/\n$/, "");
  return shown;
}

function lines(text) {
  if (!text) return [];
  const out = [];
  let quote = null;
  const paragraph = [];
  const flush = () => {
    if (paragraph.length) out.push(h("div", { class: "para" }, inline(paragraph.join("\n"))));
    paragraph.length = 0;
  };
  for (const line of text.split("\n")) {
    const quoted = line.match(/^(?:&gt;|>)\s?(.*)$/);
    if (quoted) {
      flush();
      if (!quote) out.push((quote = h("blockquote", {})));
      else quote.append("\n");
      quote.append(...inline(quoted[1]));
    } else {
      quote = null;
      paragraph.push(line);
    }
  }
  flush();
  return out;
}

// Set code and <…> aside first, so that marks inside them are left alone.
function inline(text) {
  const kept = [];
  const keep = (node) => `${OPEN}${kept.push(node) - 1}${SHUT}`;
  const bare = text
    .replace(/`([^`\n]+)`/g, (_, code) => keep(h("code", {}, marked(code, false))))
    .replace(/<([^<>\n]+)>/g, (_, inside) => keep(reference(inside)));
  return styled(bare, kept);
}

function styled(text, kept) {
  const found = text.match(STYLE);
  if (!found) return leaves(text, kept);
  const before = text.slice(0, found.index);
  const after = text.slice(found.index + found[0].length);
  const inside = h(TAGS[found[1]], {}, styled(found[2], kept));
  return [...leaves(before, kept), inside, ...styled(after, kept)];
}

function leaves(text, kept) {
  return text
    .split(new RegExp(`${OPEN}(\\d+)${SHUT}`))
    .map((piece, index) => (index % 2 ? kept[Number(piece)] : withEmoji(decode(piece))))
    .filter((piece) => piece !== "");
}

// Inside code only references and entities are read.
function marked(text) {
  return text.split(/<([^<>\n]+)>/).map((piece, index) => (index % 2 ? reference(piece) : decode(piece)));
}

function reference(inside) {
  const [target, label] = inside.split("|");
  if (target.startsWith("@")) return mention(target.slice(1), label);
  if (target.startsWith("#")) return channelLink(target.slice(1), label);
  if (target.startsWith("!date^")) return dateText(target, label);
  if (target.startsWith("!")) return h("span", { class: "mention" }, label || `@${target.slice(1).split("^")[0]}`);
  return link(decode(target), decode(label || target));
}

/** Draw a mention of a person. */
export function mention(id, label) {
  const who = person(id);
  const own = id === store.me ? " mention-me" : "";
  return h("span", { class: `mention${own}`, data: { user: id } }, `@${who.name === id ? label || id : who.name}`);
}

/** Draw a mention of a channel. */
export function channelLink(id, label) {
  const channel = channelById(id);
  const name = channel ? channel.name : label || id;
  return h("a", { class: "mention", href: `#/channel/${encodeURIComponent(id)}` }, `#${name}`);
}

/** Draw a link that opens beside the page. */
export function link(url, label) {
  const safe = /^(https?|mailto):/i.test(url);
  if (!safe) return h("span", {}, label);
  const here = url.startsWith(`${location.origin}/archives/`);
  const attributes = here ? { href: url } : { href: url, target: "_blank", rel: "noreferrer" };
  return h("a", attributes, label);
}

function dateText(target, fallback) {
  const [, stamp, format] = target.split("^");
  return moment(Number(stamp), decode(format || "{date_short} {time}"), fallback);
}

/** Draw a point in time, in seconds, as the reader's own clock shows it. */
export function moment(stamp, format, fallback) {
  const date = new Date(stamp * 1000);
  if (Number.isNaN(date.getTime())) return h("span", {}, fallback || "");
  const shown = format
    .replace(/\{date_num\}/g, date.toISOString().slice(0, 10))
    .replace(/\{date(_short|_long)?_pretty\}/g, nearDay(date) || dayText(date))
    .replace(/\{date(_short|_long)?\}/g, dayText(date))
    .replace(/\{time_secs\}/g, clock(date, true))
    .replace(/\{time\}/g, clock(date))
    .replace(/\{ago\}/g, `${Math.max(0, Math.round((Date.now() - date) / 60000))} minutes ago`);
  return h("time", { datetime: date.toISOString(), title: date.toString() }, shown);
}

const dayText = (date) => date.toLocaleDateString("en", { year: "numeric", month: "short", day: "numeric" });

function nearDay(date) {
  const days = new Map([[0, "today"], [1, "yesterday"]]);
  const midnight = (one) => new Date(one).setHours(0, 0, 0, 0);
  return days.get(Math.round((midnight(Date.now()) - midnight(date)) / 86400000));
}

/** The time of day, such as 14:03. */
export function clock(date, seconds = false) {
  const options = { hour: "2-digit", minute: "2-digit", hour12: false };
  return date.toLocaleTimeString("en-GB", seconds ? { ...options, second: "2-digit" } : options);
}

export const dateOf = (ts) => new Date(Number(ts) * 1000);
export { withEmoji };
