// Menus that open at a button and close again by Escape, a choice, or a click elsewhere.

import { h } from "./dom.js";

let open = null;

/** Open a menu at `anchor`; each item is {label, hint, onpick} or "divider" or {title}. */
export function openMenu(anchor, items, label) {
  closeMenu();
  const entries = items.map((item) => {
    if (item === "divider") return h("hr", {});
    if (item.title) return h("div", { class: "menu-title" }, item.title);
    const pick = () => {
      closeMenu();
      item.onpick();
    };
    return h("button", { type: "button", role: "menuitem", class: "menu-item", data: item.data, onclick: pick },
      h("span", {}, item.label), item.hint ? h("span", { class: "menu-hint" }, item.hint) : null);
  });
  const menu = h("div", { class: "menu", role: "menu", "aria-label": label }, entries);
  const host = anchor.closest("dialog") || document.body;
  host.append(menu);
  place(menu, anchor);
  anchor.setAttribute("aria-expanded", "true");
  open = { menu, anchor };
  menu.querySelector("button")?.focus({ preventScroll: true });
}

function place(menu, anchor) {
  const box = anchor.getBoundingClientRect();
  const own = menu.getBoundingClientRect();
  const below = box.bottom + own.height + 12 < innerHeight;
  menu.style.top = `${below ? box.bottom + 6 : Math.max(8, box.top - own.height - 6)}px`;
  menu.style.left = `${Math.max(8, Math.min(box.right - own.width, innerWidth - own.width - 8))}px`;
}

/** Close whatever menu is open. */
export function closeMenu() {
  if (!open) return;
  open.menu.remove();
  open.anchor.setAttribute("aria-expanded", "false");
  open = null;
}

document.addEventListener("pointerdown", (event) => {
  if (open && !open.menu.contains(event.target) && !open.anchor.contains(event.target)) closeMenu();
});
document.addEventListener("keydown", (event) => {
  if (!open) return;
  if (event.key === "Escape") {
    event.stopPropagation();
    event.preventDefault();
    const { anchor } = open;
    closeMenu();
    anchor.focus();
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    const buttons = [...open.menu.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    buttons[(at + step + buttons.length) % buttons.length]?.focus();
  }
}, true);
