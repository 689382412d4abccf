// Questions: whether a click shall take effect, and what something shall be called.

import { h } from "./dom.js";
import { textObject, withEmoji } from "./text.js";

/** Ask, and resolve to whether the person agreed. */
export function ask(confirm) {
  return new Promise((resolve) => {
    const finish = (answer) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    const style = confirm.style === "danger" ? "danger" : "primary";
    const dialog = h("dialog", { class: "dialog dialog-confirm", "aria-label": confirm.title.text },
      h("h2", { class: "dialog-title" }, withEmoji(confirm.title.text)),
      h("div", { class: "dialog-body" }, textObject(confirm.text)),
      h("div", { class: "dialog-buttons" },
        h("button", { type: "button", class: "button", onclick: () => finish(false) }, withEmoji(confirm.deny.text)),
        h("button", { type: "button", class: `button button-${style} button-solid`, autofocus: true, onclick: () => finish(true) }, withEmoji(confirm.confirm.text))));
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      finish(false);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Ask for a line of text, and resolve to it, or to "" where the person thought better of it. */
export function askText(title, label, verb) {
  return new Promise((resolve) => {
    const finish = (answer) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    const input = h("input", { class: "text-input", type: "text", autocomplete: "off", "aria-label": label, autofocus: true });
    const form = h("form", { onsubmit: (event) => {
      event.preventDefault();
      finish(input.value.trim());
    } },
    h("h2", { class: "dialog-title" }, title),
    h("div", { class: "dialog-body" }, h("div", { class: "input-label" }, label), input),
    h("div", { class: "dialog-buttons" },
      h("button", { type: "button", class: "button", onclick: () => finish("") }, "Cancel"),
      h("button", { type: "submit", class: "button button-primary button-solid" }, verb)));
    const dialog = h("dialog", { class: "dialog dialog-confirm", "aria-label": title }, form);
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      finish("");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
