// Draws blocks in the order given.

import { h } from "./dom.js";
import { element } from "./elements.js";
import { markdown, richText, table } from "./rich.js";
import { textObject, withEmoji } from "./text.js";

/** Draw a list of blocks. */
export function blocks(list, surface) {
  return h("div", { class: "blocks" }, list.map((block) => {
    const drawn = (DRAWN[block.type] || unknown)(block, surface);
    drawn.classList.add("block", `block-${block.type.replaceAll("_", "-")}`);
    drawn.dataset.blockId = block.block_id || "";
    return drawn;
  }));
}

const unknown = (block) => h("div", { class: "unsupported" }, `This kind of block cannot be shown: ${block.type}`);

function section(block, surface) {
  const words = h("div", { class: "section-words" },
    block.text ? textObject(block.text) : null,
    block.fields ? h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "field" }, textObject(field)))) : null);
  const accessory = block.accessory
    ? h("div", { class: "accessory" }, element(block, block.accessory, surface))
    : null;
  return h("div", { class: accessory ? "section has-accessory" : "section" }, words, accessory);
}

function context(block) {
  return h("div", {}, block.elements.map((part) =>
    part.type === "image"
      ? h("img", { class: "context-image", src: part.image_url, alt: part.alt_text })
      : h("span", { class: "context-text" }, textObject(part))));
}

function input(block, surface) {
  const label = withEmoji(block.label.text);
  const error = surface.errors?.[block.block_id];
  const control = element(block, block.element, { ...surface, label });
  return h("div", { class: error ? "input has-error" : "input" },
    h("div", { class: "input-label" }, label, block.optional ? h("span", { class: "optional" }, " (optional)") : null),
    control,
    error ? h("div", { class: "input-error", role: "alert" }, error) : null,
    block.hint ? h("div", { class: "input-hint" }, textObject(block.hint)) : null);
}

const DRAWN = {
  section,
  context,
  input,
  actions: (block, surface) => h("div", { role: "group" }, block.elements.map((spec) => element(block, spec, surface))),
  divider: () => h("div", { role: "separator" }),
  header: (block) => h("div", { role: "heading", "aria-level": "3" }, textObject(block.text)),
  image: (block) => h("figure", {},
    block.title ? h("figcaption", {}, textObject(block.title)) : null,
    h("img", { src: block.image_url, alt: block.alt_text })),
  rich_text: richText,
  table,
  markdown: (block) => markdown(block.text),
};
