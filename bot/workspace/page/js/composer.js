// Where one types: messages, mentions and slash commands, with suggestions.

import { call } from "./api.js";
import { h, icon } from "./dom.js";
import { openMenu } from "./popover.js";
import { store } from "./store.js";
import { toast } from "./toast.js";

/** Makes a composer for a channel, or for a thread in it. */
export function composer({ channel, threadTs = null, placeholder }) {
  const key = `${channel.id} ${threadTs || ""}`;
  const input = h("textarea", {
    class: "composer-input", rows: "1", placeholder, "aria-label": placeholder, spellcheck: "true",
    value: store.drafts.get(key) || "",
  });
  const suggestions = h("div", { class: "suggestions", role: "listbox", "aria-label": "Suggestions", hidden: true });
  const send = h("button", { type: "button", class: "send", "aria-label": "Send" }, icon("send"));
  const plus = h("button", {
    type: "button", class: "tool", "aria-label": "Shortcuts", "aria-haspopup": "menu",
    onclick: () => openMenu(plus, shortcutItems(input), "Shortcuts"),
  }, icon("bolt"));
  const box = h("form", { class: "composer", onsubmit: (event) => event.preventDefault() },
    suggestions, h("div", { class: "composer-box" }, plus, input, send));

  const fit = () => {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, 220)}px`;
    send.disabled = !input.value.trim();
  };
  const submit = async () => {
    const text = input.value;
    if (!text.trim()) return;
    input.value = "";
    store.drafts.delete(key);
    fit();
    suggest(input, suggestions);
    try {
      await call("say", { channel: channel.id, text, thread_ts: threadTs });
    } catch (error) {
      toast(error.message);
    }
  };
  input.addEventListener("input", () => {
    store.drafts.set(key, input.value);
    fit();
    suggest(input, suggestions);
  });
  input.addEventListener("keydown", (event) => {
    if (takesKey(event, suggestions, input)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit();
    }
  });
  send.addEventListener("click", submit);
  queueMicrotask(fit);
  return box;
}

function shortcutItems(input) {
  const commands = store.app.commands.map((command) => ({
    label: command.command,
    hint: command.description,
    onpick: () => {
      input.value = `${command.command} `;
      input.dispatchEvent(new Event("input"));
      input.focus();
    },
  }));
  const shortcuts = store.app.shortcuts.filter((one) => one.type === "global").map((one) => ({
    label: one.name,
    hint: one.description,
    data: { callbackId: one.callback_id },
    onpick: () => call("shortcut", { callback_id: one.callback_id }).catch((error) => toast(`${store.app.name} did not answer (${error.message}). Try again.`)),
  }));
  return [{ title: store.app.name }, ...shortcuts, "divider", ...commands];
}

// What could be meant: a command at the start, or a person or channel at the cursor.
function candidates(text) {
  if (/^\/\S*$/.test(text)) {
    return store.app.commands
      .filter((one) => one.command.startsWith(text) && one.command !== text)
      .map((one) => ({ insert: `${one.command} `, label: `${one.command} ${one.usage_hint}`, hint: one.description, from: 0 }));
  }
  const found = text.match(/(^|\s)([@#])([a-z0-9._-]*)$/i);
  if (!found) return [];
  const from = text.length - found[3].length - 1;
  const wanted = found[3].toLowerCase();
  const list = found[2] === "@"
    ? [...store.people.values()].map((one) => ({ word: one.handle, hint: one.name }))
    : store.channels.filter((one) => one.kind !== "im").map((one) => ({ word: one.name, hint: one.topic }));
  return list
    .filter((one) => one.word.startsWith(wanted) && one.word !== wanted)
    .slice(0, 6)
    .map((one) => ({ insert: `${found[2]}${one.word} `, label: `${found[2]}${one.word}`, hint: one.hint, from }));
}

function suggest(input, box) {
  const found = candidates(input.value.slice(0, input.selectionStart));
  box.replaceChildren(...found.map((one, index) => h("button", {
    type: "button", role: "option", class: "suggestion", "aria-selected": index === 0 ? "true" : "false", tabindex: "-1",
    onmousedown: (event) => {
      event.preventDefault();
      take(input, box, one);
    },
  }, h("span", {}, one.label), h("span", { class: "menu-hint" }, one.hint))));
  box.hidden = found.length === 0;
  box.found = found;
}

function take(input, box, one) {
  const after = input.value.slice(input.selectionStart);
  const start = input.value.slice(0, one.from) + one.insert;
  input.value = start + after;
  input.setSelectionRange(start.length, start.length);
  input.dispatchEvent(new Event("input"));
  box.hidden = true;
}

function takesKey(event, box, input) {
  if (box.hidden) return false;
  const options = [...box.children];
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    options[at].setAttribute("aria-selected", "false");
    options[(at + step + options.length) % options.length].setAttribute("aria-selected", "true");
    return true;
  }
  if (event.key === "Tab") {
    event.preventDefault();
    take(input, box, box.found[at]);
    return true;
  }
  if (event.key === "Escape") {
    box.hidden = true;
    return true;
  }
  return false;
}
