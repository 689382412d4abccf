// Draws a face: initials on a color of one's own, or the app's icon.

import { h } from "./dom.js";
import { store } from "./store.js";

const COLORS = ["#4a7c8c", "#8a5a83", "#b0643f", "#56784a", "#5b6aa8", "#a04d5b", "#7a6a3a", "#3f7f6e"];

/** Draw the face of a person or app. */
export function avatar(who, size = "") {
  const classes = `avatar ${size ? `avatar-${size}` : ""}`;
  if (who.id === store.app.user) return h("img", { class: classes, src: "/page/icon.svg", alt: "" });
  const words = who.name.split(" ");
  const initials = (words.length > 1 ? words[0][0] + words.at(-1)[0] : who.name.slice(0, 1)).toUpperCase();
  const face = h("span", { class: classes, "aria-hidden": "true" }, initials);
  let sum = 0;
  for (const letter of who.id) sum = (sum * 31 + letter.charCodeAt(0)) % 997;
  face.style.background = COLORS[sum % COLORS.length];
  return face;
}
