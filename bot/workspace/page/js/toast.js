// A short word at the foot of the page that goes away by itself.

import { h } from "./dom.js";

const SECONDS = 6;

/** Show *text* for a few seconds. */
export function toast(text) {
  document.querySelector(".toast")?.remove();
  const shown = h("div", { class: "toast", role: "alert" }, text);
  document.body.append(shown);
  setTimeout(() => shown.remove(), SECONDS * 1000);
}
