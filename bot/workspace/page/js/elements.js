// Draws interactive elements. `surface` says where they are and what acting on them does.

import { Failure } from "./api.js";
import { ask } from "./confirm.js";
import { h, icon } from "./dom.js";
import { openMenu } from "./popover.js";
import { store } from "./store.js";
import { textObject, withEmoji } from "./text.js";

const data = (block, element) => ({ actionId: element.action_id, blockId: block.block_id, type: element.type });

/** Draw one element of a block. */
export function element(block, spec, surface) {
  const draw = DRAWN[spec.type];
  return draw ? draw(block, spec, surface) : h("span", { class: "unsupported" }, spec.type);
}

// Confirm, act, and tell beside the control where the app did not answer.
async function act(control, block, spec, surface, value) {
  if (spec.confirm && !(await ask(spec.confirm))) return false;
  const row = control.closest(".block, .message") || control.parentElement;
  row.querySelector(".not-answered")?.remove();
  control.classList.add("is-busy");
  try {
    await surface.act({ action_id: spec.action_id, block_id: block.block_id, value });
    return true;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const words = error.undelivered ? `${store.app.name} did not answer (${error.message}). Try again.` : error.message;
    row.append(h("div", { class: "not-answered", role: "alert" }, words));
    return false;
  } finally {
    control.classList.remove("is-busy");
  }
}

function button(block, spec, surface) {
  const style = spec.style ? ` button-${spec.style} button-solid` : "";
  const control = h("button", {
    type: "button",
    class: `button${style}`,
    data: data(block, spec),
    "aria-label": spec.accessibility_label,
    onclick: async () => {
      if (control.classList.contains("is-busy")) return;
      if (await act(control, block, spec, surface)) {
        if (spec.url) open(spec.url, "_blank", "noreferrer");
      }
    },
  }, withEmoji(spec.text.text));
  return control;
}

function grouped(spec, draw) {
  if (spec.options) return spec.options.map(draw);
  return (spec.option_groups || []).map((group) =>
    h("optgroup", { label: withEmoji(group.label.text) }, group.options.map(draw)));
}

function select(block, spec, surface, choices, chosen) {
  const placeholder = spec.placeholder ? withEmoji(spec.placeholder.text) : "Choose one";
  const control = h("select", {
    class: "select",
    data: data(block, spec),
    "aria-label": surface.label || placeholder,
    onchange: async () => {
      const before = control.dataset.before || "";
      if (await act(control, block, spec, surface, control.value)) control.dataset.before = control.value;
      else control.value = before;
    },
  }, h("option", { value: "" }, placeholder), choices);
  control.value = chosen || "";
  control.dataset.before = control.value;
  return h("span", { class: "select-box" }, control, icon("chevron"));
}

function staticSelect(block, spec, surface) {
  const chosen = surface.value(block, spec)?.selected_option ?? spec.initial_option;
  const draw = (option) => h("option", { value: option.value }, withEmoji(option.text.text));
  return select(block, spec, surface, grouped(spec, draw), chosen?.value);
}

function pick(items, key, initial) {
  return (block, spec, surface) => {
    const choices = items().map(([value, label]) => h("option", { value }, label));
    return select(block, spec, surface, choices, surface.value(block, spec)?.[key] ?? spec[initial]);
  };
}

const people = () => [...store.people.values()].filter((one) => one.is_human).map((one) => [one.id, one.name]);
const channels = () => store.channels.filter((one) => one.kind !== "im").map((one) => [one.id, `#${one.name}`]);

function overflow(block, spec, surface) {
  const control = h("button", {
    type: "button",
    class: "button button-overflow",
    "aria-label": "More options",
    "aria-haspopup": "menu",
    data: data(block, spec),
    onclick: () => openMenu(control, spec.options.map((option) => ({
      label: withEmoji(option.text.text),
      hint: option.description && withEmoji(option.description.text),
      data: { value: option.value },
      onpick: async () => {
        if ((await act(control, block, spec, surface, option.value)) && option.url) open(option.url, "_blank", "noreferrer");
      },
    })), "More options"),
  }, icon("more"));
  return control;
}

function choices(kind, many) {
  return (block, spec, surface) => {
    const value = surface.value(block, spec);
    const chosen = many
      ? (value?.selected_options ?? spec.initial_options ?? []).map((option) => option.value)
      : [(value?.selected_option ?? spec.initial_option)?.value];
    const name = `${surface.id}-${block.block_id}-${spec.action_id}`;
    const onchange = () => {
      const values = [...box.querySelectorAll("input:checked")].map((input) => input.value);
      act(box, block, spec, surface, many ? values : values[0]);
    };
    const box = h("div", { class: "choices", role: many ? "group" : "radiogroup", "aria-label": surface.label, data: data(block, spec) },
      spec.options.map((option) => h("label", { class: "choice" },
        h("input", { type: kind, name, value: option.value, checked: chosen.includes(option.value), onchange }),
        h("span", { class: "choice-text" }, textObject(option.text),
          option.description ? h("span", { class: "choice-hint" }, textObject(option.description)) : null))));
    return box;
  };
}

function multiSelect(block, spec, surface) {
  const flat = { ...spec, options: spec.options || spec.option_groups.flatMap((group) => group.options) };
  return choices("checkbox", true)(block, flat, surface);
}

function typed(block, spec, surface) {
  const tag = spec.multiline ? "textarea" : "input";
  const kind = { datepicker: "date", number_input: "number" }[spec.type] || "text";
  const value = surface.value(block, spec);
  const started = spec.initial_value ?? spec.initial_date ?? "";
  const control = h(tag, {
    class: "text-input",
    type: tag === "input" ? kind : null,
    rows: spec.multiline ? "4" : null,
    autocomplete: "off",
    placeholder: spec.placeholder && withEmoji(spec.placeholder.text),
    maxlength: spec.max_length,
    autofocus: spec.focus_on_load,
    "aria-label": surface.label,
    data: data(block, spec),
    value: value?.value ?? value?.selected_date ?? started,
    onchange: () => {
      if (!surface.gathers || block.dispatch_action) act(control, block, spec, surface, control.value);
    },
  });
  return control;
}

const DRAWN = {
  button,
  overflow,
  static_select: staticSelect,
  multi_static_select: multiSelect,
  users_select: pick(people, "selected_user", "initial_user"),
  channels_select: pick(channels, "selected_channel", "initial_channel"),
  conversations_select: pick(channels, "selected_conversation", "initial_conversation"),
  checkboxes: choices("checkbox", true),
  radio_buttons: choices("radio", false),
  plain_text_input: typed,
  number_input: typed,
  datepicker: typed,
  image: (_block, spec) => h("img", { class: "accessory-image", src: spec.image_url, alt: spec.alt_text }),
};

/** Read what was entered into a drawn element, as the client API takes it. */
export function entered(control) {
  const kind = control.dataset.type;
  if (control.classList.contains("choices")) {
    const values = [...control.querySelectorAll("input:checked")].map((input) => input.value);
    return kind === "radio_buttons" ? values[0] ?? "" : values;
  }
  return control.value;
}
