// The page: keeps the panes, the modal and the address in step with the workspace.

import { call, watch } from "./api.js";
import { askText } from "./confirm.js";
import { closeMenu } from "./popover.js";
import { updateModal } from "./modal.js";
import { ChannelPane, HomePane, ThreadPane } from "./panes.js";
import { sidebar } from "./sidebar.js";
import { addressOf, channelById, channelByName, placeFrom, store, takeState } from "./store.js";
import { loadEmoji } from "./text.js";
import { toast } from "./toast.js";

const root = document.getElementById("workspace");
const sideBox = document.getElementById("sidebar");
const mainBox = document.getElementById("main");
const threadBox = document.getElementById("thread");
let mainPane = null;
let threadPane = null;
let refreshing = null;
let again = false;

/** Open a place and remember it in the address. */
function go(place) {
  if (place === "messages") return openMessages();
  history.pushState(null, "", `/${location.search}${addressOf(place)}`);
  return show(place);
}

const openThread = (ts) => go({ ...store.place, thread: ts });
const closeThread = () => go({ ...store.place, thread: "" });
const back = () => go({ kind: "list", channel: "", thread: "" });

async function openMessages() {
  const { channel } = await call("home", { tab: "messages" });
  takeState(await call("state"));
  return go({ kind: "channel", channel, thread: "" });
}

function actAs(handle) {
  store.as = handle;
  history.replaceState(null, "", `/?as=${encodeURIComponent(handle)}${location.hash}`);
  mainPane = threadPane = null;
  start();
}

async function makeChannel() {
  const name = await askText("Add a channel", "Name", "Add");
  if (!name) return;
  try {
    const { channel } = await call("make_channel", { name });
    await call("invite", { channel, who: store.app.user });
    takeState(await call("state"));
    go({ kind: "channel", channel, thread: "" });
  } catch (error) {
    toast(error.message);
  }
}

function firstPlace(place) {
  const known = place.kind === "channel" && channelByName(place.channel);
  if (known) return { ...place, channel: known.id };
  const narrow = matchMedia("(max-width: 720px)").matches;
  if (place.kind === "home" || (place.kind === "list" && narrow)) return place;
  return narrow && !place.kind ? { kind: "list", channel: "", thread: "" } : { kind: "channel", channel: store.channels[0].id, thread: "" };
}

async function show(place) {
  closeMenu();
  const wasHome = store.place.kind === "home";
  store.place = place;
  root.dataset.place = place.kind;
  root.dataset.thread = place.thread ? "open" : "";
  const channel = channelById(place.channel);
  if (place.kind === "home") {
    if (!(mainPane instanceof HomePane)) mainPane = new HomePane({ back, openMessages });
    if (!wasHome) call("home", { tab: "home" });
  } else if (channel && mainPane?.channel?.id !== channel.id) {
    mainPane = new ChannelPane(channel, { openThread, back });
  }
  if (mainPane && mainBox.firstChild !== mainPane.element) mainBox.replaceChildren(mainPane.element);
  if (!channel || !place.thread) threadPane = null;
  else if (threadPane?.ts !== place.thread) threadPane = new ThreadPane(channel, place.thread, { close: closeThread });
  threadBox.hidden = !threadPane;
  threadBox.replaceChildren(...(threadPane ? [threadPane.element] : []));
  const title = place.kind === "home" ? `${store.app.name} Home` : channel && channel.kind !== "im" ? `#${channel.name}` : store.app.name;
  document.title = `${title} · ${store.team}`;
  await drawPanes();
  if (place.focus) mainPane?.list?.focus(place.focus);
}

async function drawPanes() {
  const channel = channelById(store.place.channel);
  if (channel) {
    store.lastSeen.set(`${store.me} ${channel.id}`, channel.latest);
    mainPane?.describe?.(channel);
  }
  sideBox.replaceChildren(...sidebar({ go, actAs, makeChannel }));
  updateModal();
  await Promise.all([mainPane?.update(), threadPane?.update()]);
}

// One refresh at a time; changes meanwhile ask for one more.
async function refresh() {
  if (refreshing) {
    again = true;
    return refreshing;
  }
  refreshing = (async () => {
    do {
      again = false;
      takeState(await call("state"));
      await drawPanes();
    } while (again);
  })();
  try {
    await refreshing;
  } finally {
    refreshing = null;
  }
  return undefined;
}

function connection(up) {
  document.getElementById("offline").hidden = up;
  if (up) refresh().catch(() => {});
}

async function start() {
  takeState(await call("state"));
  for (const channel of store.channels) {
    const key = `${store.me} ${channel.id}`;
    if (!store.lastSeen.has(key)) store.lastSeen.set(key, channel.latest);
  }
  await show(firstPlace(placeFrom(location)));
  document.body.dataset.ready = store.as;
}

addEventListener("popstate", () => show(firstPlace(placeFrom(location))));
await loadEmoji();
await start();
watch((changed) => changed.length && refresh().catch(() => {}), connection);
