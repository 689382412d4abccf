// Draws files: snippets with a preview, images inline, anything else as a link.

import { h, icon } from "./dom.js";

const UNITS = ["bytes", "KB", "MB"];

function size(bytes) {
  let unit = 0;
  let amount = bytes;
  while (amount >= 1000 && unit < UNITS.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${amount < 10 && unit ? amount.toFixed(1) : Math.round(amount)} ${UNITS[unit]}`;
}

/** Draw the files of a message. */
export function files(list) {
  return h("div", { class: "files" }, list.map((file) => {
    if (file.mimetype.startsWith("image/")) return picture(file);
    return file.mode === "snippet" ? snippet(file) : other(file);
  }));
}

function head(file, note) {
  return h("div", { class: "file-head" }, icon("file"),
    h("a", { class: "file-title", href: file.url_private, target: "_blank", rel: "noreferrer" }, file.title),
    h("span", { class: "file-note" }, note));
}

function snippet(file) {
  const code = h("pre", { class: "file-preview" }, file.preview || "");
  const box = h("div", { class: "file file-snippet", data: { file: file.id } },
    head(file, `${file.lines} ${file.lines === 1 ? "line" : "lines"} · ${size(file.size)}`), code);
  if (file.lines_more > 0) {
    const more = h("button", {
      type: "button", class: "link file-more",
      onclick: async () => {
        code.textContent = await (await fetch(file.url_private)).text();
        code.classList.add("is-whole");
        more.remove();
      },
    }, `Show ${file.lines_more} more lines`);
    box.append(more);
  }
  return box;
}

function picture(file) {
  return h("figure", { class: "file file-picture", data: { file: file.id } },
    h("figcaption", {}, file.title),
    h("a", { href: file.url_private, target: "_blank", rel: "noreferrer" },
      h("img", {
        src: file.url_private, alt: file.alt_txt || file.title,
        width: file.original_w, height: file.original_h, loading: "lazy",
      })));
}

function other(file) {
  return h("div", { class: "file", data: { file: file.id } }, head(file, size(file.size)));
}
