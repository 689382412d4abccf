// Draws rich text, tables and standard Markdown blocks.

import { h } from "./dom.js";
import { channelLink, link, mention, moment, withEmoji } from "./text.js";

/** Draw a rich_text block. */
export function richText(block) {
  return h("div", { class: "rich-text" }, block.elements.map(part));
}

function part(element) {
  if (element.type === "rich_text_preformatted") {
    return h("pre", { class: "code-block" }, element.elements.map(run));
  }
  if (element.type === "rich_text_quote") return h("blockquote", {}, element.elements.map(run));
  if (element.type === "rich_text_list") {
    const items = element.elements.map((item) => h("li", {}, item.elements.map(run)));
    const list = h(element.style === "ordered" ? "ol" : "ul", { start: element.offset ? element.offset + 1 : null }, items);
    list.style.marginInlineStart = `${(element.indent || 0) * 24}px`;
    return list;
  }
  return h("div", { class: "para" }, element.elements.map(run));
}

function run(element) {
  let node;
  if (element.type === "link") node = link(element.url, element.text || element.url);
  else if (element.type === "user") node = mention(element.user_id);
  else if (element.type === "channel") node = channelLink(element.channel_id);
  else if (element.type === "emoji") node = h("span", {}, withEmoji(`:${element.name}:`));
  else if (element.type === "broadcast") node = h("span", { class: "mention" }, `@${element.range}`);
  else if (element.type === "date") node = moment(element.timestamp, element.format || "{date_short} {time}", element.fallback);
  else node = document.createTextNode(withEmoji(element.text || ""));
  const style = element.style || {};
  for (const [name, tag] of [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"], ["underline", "u"]]) {
    if (style[name]) node = h(tag, {}, node);
  }
  return node;
}

/** Draw a table block: the first row is the head. */
export function table(block) {
  const settings = block.column_settings || [];
  const cells = (row, tag) =>
    row.map((cell, index) => {
      const column = settings[index] || {};
      const classes = `align-${column.align || "left"}${column.is_wrapped ? " wraps" : ""}`;
      return h(tag, { class: classes, scope: tag === "th" ? "col" : null }, cellContent(cell));
    });
  const [head, ...body] = block.rows;
  return h("div", { class: "table-box", tabindex: "0" },
    h("table", {},
      h("thead", {}, h("tr", {}, cells(head, "th"))),
      h("tbody", {}, body.map((row) => h("tr", {}, cells(row, "td"))))));
}

function cellContent(cell) {
  if (cell.type === "rich_text") return richText(cell);
  return withEmoji(String(cell.text ?? cell.value ?? ""));
}

/** Draw a markdown block: headings, lists, quotes, code, bold, italic, links. */
export function markdown(text) {
  const box = h("div", { class: "markdown" });
  const fences = text.split(/^```[^\n]*$/m);
  fences.forEach((piece, index) => {
    if (index % 2) box.append(h("pre", { class: "code-block" }, piece.replace(/^\n|\n$/g, "")));
    else for (const group of piece.split(/\n{2,}/)) if (group.trim()) box.append(markdownGroup(group.trim()));
  });
  return box;
}

function markdownGroup(group) {
  const heading = group.match(/^(#{1,6})\s+(.*)$/);
  if (heading) return h("div", { class: `heading heading-${heading[1].length}`, role: "heading" }, markdownRuns(heading[2]));
  const all = group.split("\n");
  const items = (pattern) => all.map((line) => h("li", {}, markdownRuns(line.replace(pattern, ""))));
  if (all.every((line) => /^\s*[-*+]\s/.test(line))) return h("ul", {}, items(/^\s*[-*+]\s+/));
  if (all.every((line) => /^\s*\d+\.\s/.test(line))) return h("ol", {}, items(/^\s*\d+\.\s+/));
  if (all.every((line) => line.startsWith(">"))) return h("blockquote", {}, markdownRuns(all.map((line) => line.replace(/^>\s?/, "")).join("\n")));
  return h("div", { class: "para" }, markdownRuns(group));
}

const RUN = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*|_([^_]+)_|~~([^~]+)~~|\[([^\]]+)\]\(([^)\s]+)\)/;

function markdownRuns(text) {
  const found = text.match(RUN);
  if (!found) return [withEmoji(text)];
  const [whole, code, bold, star, under, strike, label, url] = found;
  const node = code ? h("code", {}, code)
    : bold ? h("strong", {}, markdownRuns(bold))
    : star || under ? h("em", {}, markdownRuns(star || under))
    : strike ? h("s", {}, markdownRuns(strike))
    : link(url, label);
  return [withEmoji(text.slice(0, found.index)), node, ...markdownRuns(text.slice(found.index + whole.length))];
}
