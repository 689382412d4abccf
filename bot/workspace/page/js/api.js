// Talks to the workspace: the same calls that the Visitor of the tests makes.

import { store } from "./store.js";

/** Raised when the app did not take a click, or the workspace would not do it. */
export class Failure extends Error {
  constructor(code, undelivered) {
    super(code);
    this.undelivered = undelivered;
  }
}

// A browser drops requests when the machine's network changes, as it does when a container starts.
const PAUSES_MS = [50, 200, 500, 1000, 2000];

/** Fetch, again where the network failed. What acts must carry a key, so that it acts once. */
export async function patientFetch(url, options) {
  for (const pause of PAUSES_MS) {
    try {
      const response = await fetch(url, options);
      return await response.json();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      await new Promise((resume) => setTimeout(resume, pause));
    }
  }
  return (await fetch(url, options)).json();
}

/** Call the client API as the person one acts as. */
export async function call(verb, facts = {}) {
  const key = Array.from(crypto.getRandomValues(new Uint32Array(4))).join("-");
  const answer = await patientFetch(`/client/${verb}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ user: store.as, key, ...facts }),
  });
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
