// What the page knows: who one is, who else is here, which place is open.

export const store = {
  as: new URLSearchParams(location.search).get("as") || "ada",
  me: "",
  team: "",
  people: new Map(),
  channels: [],
  app: { name: "", user: "", handle: "", commands: [], shortcuts: [], has_home: false },
  modal: null,
  home: null,
  place: { kind: "channel", channel: "", thread: "" }, // kind: "channel", "home", "list"
  lastSeen: new Map(),
  drafts: new Map(),
};

/** Take a fresh `state` answer. */
export function takeState(state) {
  store.team = state.team;
  store.me = state.me;
  store.people = new Map(state.people.map((person) => [person.id, person]));
  store.channels = state.channels;
  store.app = state.app;
  store.modal = state.modal;
  store.home = state.home;
}

export const person = (id) =>
  store.people.get(id) || { id, name: id, handle: id, is_bot: false, is_human: false };

export const channelById = (id) => store.channels.find((channel) => channel.id === id);

export const channelByName = (name) =>
  store.channels.find((channel) => channel.id === name || channel.name === name);

/** The place that an address names: "#/channel/deploys/170000.1", "#/home", "/archives/C1/p17". */
export function placeFrom(address) {
  const archived = address.pathname.match(/^\/archives\/([^/]+)(?:\/p(\d+))?/);
  if (archived && !address.hash) {
    const thread = new URLSearchParams(address.search).get("thread_ts");
    const ts = archived[2] ? `${archived[2].slice(0, -6)}.${archived[2].slice(-6)}` : "";
    return { kind: "channel", channel: archived[1], thread: thread || "", focus: ts };
  }
  const [kind, channel, thread] = address.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  if (kind === "home" || kind === "list") return { kind, channel: "", thread: "" };
  if (kind === "channel") return { kind, channel: channel || "", thread: thread || "" };
  return { kind: "", channel: "", thread: "" };
}

/** The address of a place. */
export function addressOf(place) {
  if (place.kind !== "channel") return `#/${place.kind}`;
  const channel = channelById(place.channel);
  const name = channel && channel.kind !== "im" ? channel.name : place.channel;
  return `#/channel/${encodeURIComponent(name)}${place.thread ? `/${place.thread}` : ""}`;
}
