// Talks to the workspace: the same calls that the Visitor of the tests makes.

import { store } from "./store.js";

/** Raised when the app did not take a click, or the workspace would not do it. */
export class Failure extends Error {
  constructor(code, undelivered) {
    super(code);
    this.undelivered = undelivered;
  }
}

/** Call the client API as the person one acts as. */
export async function call(verb, facts = {}) {
  const response = await fetch(`/client/${verb}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ user: store.as, ...facts }),
  });
  const answer = await response.json();
  if (!answer.ok) throw new Failure(answer.error, Boolean(answer.undelivered));
  return answer;
}

/** Call `onChange(ids)` for every change, for as long as the page is open. */
export function watch(onChange, onConnection) {
  const source = new EventSource("/client/stream");
  source.onmessage = (event) => onChange(JSON.parse(event.data).changed);
  source.onopen = () => onConnection(true);
  source.onerror = () => onConnection(false);
}
