// Shows the modal on top, keeps what was typed, and sends or closes it.

import { call, Failure } from "./api.js";
import { blocks } from "./blocks.js";
import { h, icon } from "./dom.js";
import { entered } from "./elements.js";
import { store } from "./store.js";
import { withEmoji } from "./text.js";

let dialog = null;
let shown = "";
let typed = new Map(); // what stands in the inputs of the open view, by block and action

/** Bring the dialog up to date with `store.modal`. */
export function updateModal() {
  const view = store.modal;
  if (!view) {
    dialog?.close();
    dialog?.remove();
    dialog = null;
    shown = "";
    return;
  }
  const signature = JSON.stringify([view.id, view.hash, view.errors, view.depth]);
  if (signature === shown) return;
  const same = dialog && dialog.dataset.viewId === view.id;
  typed = same ? gather() : new Map();
  shown = signature;
  draw(view, same);
}

function inputs() {
  return [...dialog.querySelectorAll(".block-input [data-action-id]")];
}

const keyOf = (block, action) => `${block} ${action}`;

function gather() {
  return new Map(inputs().map((control) => [keyOf(control.dataset.blockId, control.dataset.actionId), entered(control)]));
}

function surfaceOf(view) {
  return {
    id: view.id,
    gathers: true,
    errors: view.errors,
    value: (block, spec) => {
      const kept = typed.get(keyOf(block.block_id, spec.action_id));
      return kept === undefined ? view.state.values[block.block_id]?.[spec.action_id] : asValue(spec, kept);
    },
    act: async (facts) => {
      await keepTyped(view, facts);
      return call("act", { view_id: view.id, ...facts });
    },
  };
}

// What stands in the other inputs goes along with every act, as the state of the view.
async function keepTyped(view, acted) {
  for (const control of inputs()) {
    const { actionId, blockId } = control.dataset;
    if (actionId === acted.action_id && blockId === acted.block_id) continue;
    await call("act", { view_id: view.id, action_id: actionId, block_id: blockId, value: entered(control), quiet: true });
  }
}

// What was typed, in the shape that a value has.
function asValue(spec, kept) {
  const options = spec.options || (spec.option_groups || []).flatMap((group) => group.options);
  const option = (value) => options.find((one) => one.value === value);
  if (Array.isArray(kept)) return { selected_options: kept.map(option).filter(Boolean) };
  const key = { users_select: "selected_user", channels_select: "selected_channel", conversations_select: "selected_conversation", datepicker: "selected_date" }[spec.type];
  if (key) return { [key]: kept };
  if (options.length) return { selected_option: option(kept) ?? null };
  return { value: kept };
}

function draw(view, same) {
  const title = withEmoji(view.title.text);
  const body = h("div", { class: "modal-body" }, blocks(view.blocks, surfaceOf(view)));
  const form = h("form", { class: "modal-form", novalidate: true, onsubmit: (event) => submit(event, view) },
    h("header", { class: "modal-head" },
      view.depth > 1 ? h("button", { type: "button", class: "tool", "aria-label": "Back", onclick: () => close(view) }, icon("back")) : null,
      h("h2", { class: "dialog-title" }, title),
      h("button", { type: "button", class: "tool", "aria-label": "Close", onclick: () => close(view, true) }, icon("close"))),
    body,
    h("footer", { class: "dialog-buttons" },
      h("div", { class: "modal-problem", role: "alert" }),
      h("button", { type: "button", class: "button", onclick: () => close(view) }, view.close ? withEmoji(view.close.text) : view.submit ? "Cancel" : "Close"),
      view.submit ? h("button", { type: "submit", class: "button button-primary button-solid" }, withEmoji(view.submit.text)) : null));
  if (same) {
    const at = dialog.querySelector(".modal-body").scrollTop;
    dialog.replaceChildren(form);
    body.scrollTop = at;
  } else {
    dialog?.close();
    dialog?.remove();
    dialog = h("dialog", { class: "dialog dialog-modal", data: { viewId: view.id, callbackId: view.callback_id } }, form);
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      close(store.modal);
    });
    document.body.append(dialog);
    dialog.showModal();
  }
  dialog.setAttribute("aria-label", title);
  const first = dialog.querySelector(".has-error .text-input, [autofocus]") || (!same && dialog.querySelector(".text-input, select"));
  first?.focus();
}

async function submit(event, view) {
  event.preventDefault();
  const values = {};
  for (const control of inputs()) values[control.dataset.blockId] = entered(control);
  await busy(() => call("submit", { view_id: view.id, values }));
}

const close = (view, all = false) => busy(() => call("close", { view_id: view.id, all }));

// Say in the dialog itself where the app did not answer.
async function busy(work) {
  dialog?.classList.add("is-busy");
  const problem = dialog?.querySelector(".modal-problem");
  if (problem) problem.textContent = "";
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (problem) problem.textContent = "We had some trouble connecting. Try again?";
  } finally {
    dialog?.classList.remove("is-busy");
  }
}
