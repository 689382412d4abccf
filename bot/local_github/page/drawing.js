// Makes elements. What comes from people is only ever set as text.
export function make(tag, facts = {}, ...children) {
  const element = Object.assign(document.createElement(tag), facts);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function text(tag, className, words) {
  return make(tag, { className }, words);
}

export function section(title, rows, { small = null, acts = [], empty = "Nothing yet." } = {}) {
  const head = make("h2", {}, title, small ? make("small", {}, small) : null);
  if (acts.length) head.append(make("span", { className: "acts" }, ...acts));
  const shown = rows.length ? rows : [text("div", "empty", empty)];
  const whole = make("section", {}, head, ...shown);
  whole.setAttribute("aria-label", title);
  return whole;
}

export function button(label, doing, className = "") {
  return make("button", { type: "button", className, onclick: doing }, label);
}

export function marks(checks) {
  if (!checks.length) return null;
  return make("div", { className: "marks" }, ...checks.map((check) => {
    const tag = check.url ? "a" : "span";
    const facts = { className: `mark ${check.state}`, title: check.said };
    return make(tag, check.url ? { ...facts, href: check.url } : facts, check.name);
  }));
}

export function ago(moment) {
  return moment ? new Date(moment).toLocaleTimeString() : "";
}
