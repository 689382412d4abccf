// Shows one repository as it is now, and does what people do on GitHub.
import { make, text } from "./drawing.js";
import { Forge } from "./forge.js";
import { branches, deliveries, deployments, focus, pulls, releases } from "./parts.js";

const EVERY_MS = 1500;
const [owner, name, kind, ...rest] = location.pathname.split("/").filter(Boolean).map(decodeURIComponent);
const wanted = owner && name ? `${owner}/${name}` : null;
const said = document.getElementById("said");
const forge = await Forge.open();
let drawn = "";

function chooser() {
  const who = document.getElementById("who");
  who.replaceChildren(...forge.people.map((login) => make("option", { value: login }, login)));
  who.value = forge.login;
  who.addEventListener("change", () => { forge.login = who.value; });
}

function act(doing) {
  return async (event) => {
    event.target.disabled = true;
    try {
      await doing();
      said.hidden = true;
    } catch (error) {
      said.textContent = error.message;
      said.hidden = false;
    }
    await refresh();
  };
}

function heading(repository) {
  const url = new URL(repository.clone_url);
  if (forge.token) { url.username = "x-access-token"; url.password = forge.token; }
  return make("div", {},
    make("h1", {}, repository.name),
    make("p", { className: "about" }, repository.description ?? ""),
    make("div", { className: "clone" }, `git clone ${url}`));
}

async function draw(shown) {
  const links = shown.repositories.map((one) => {
    const link = make("a", { href: `/${one.name}` }, one.name + (one.private ? " (private)" : ""));
    if (one.name === wanted) link.setAttribute("aria-current", "page");
    return link;
  });
  document.getElementById("repositories").replaceChildren(...links);
  const repository = shown.repository;
  const parts = repository
    ? [
        heading(repository),
        await focus(forge, repository, kind, rest.join("/")),
        ...branches(forge, repository, act),
        pulls(forge, repository, act),
        deployments(repository),
        releases(repository),
        deliveries(forge, repository, act),
      ]
    : [make("p", { className: "empty" }, "Choose a repository above.")];
  document.getElementById("main").replaceChildren(...parts.filter(Boolean));
}

async function refresh() {
  try {
    const shown = await forge.sight(wanted);
    const now = JSON.stringify(shown);
    if (now !== drawn) {
      await draw(shown);
      drawn = now;
    }
    document.body.dataset.ready = wanted ?? "none";
  } catch (error) {
    document.getElementById("main").replaceChildren(text("p", "empty", error.message));
    drawn = "";
  }
}

chooser();
await refresh();
setInterval(() => { if (!document.hidden) refresh(); }, EVERY_MS);
