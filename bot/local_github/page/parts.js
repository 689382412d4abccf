// The sections of a repository's page.
import { ago, button, make, marks, section, text } from "./drawing.js";

const SHORT = 7;

function shaLink(repository, sha) {
  const href = `/${repository.name}/commit/${sha}`;
  return make("a", { className: "sha", href }, sha.slice(0, SHORT));
}

function colours(forge, repository, branch, commit, act) {
  const turn = (state) => act(() => forge.turn(repository.name, branch, commit, state));
  return make("span", { className: "acts" },
    button("Turn green", turn("success"), "green"),
    button("Turn red", turn("failure"), "red"),
    button("Pending", turn("pending")));
}

function commitRow(forge, repository, branch, commit, act) {
  const row = make("div", { className: "row" },
    make("span", { className: "what" }, commit.subject),
    text("span", "by", `${commit.author}, ${ago(commit.at)}`),
    shaLink(repository, commit.sha),
    colours(forge, repository, branch, commit, act),
    marks(commit.checks));
  row.dataset.sha = commit.sha;
  return row;
}

export function branches(forge, repository, act) {
  return repository.branches.map((branch) => {
    const isBase = branch.name === repository.default_branch;
    const isOpen = repository.pulls.some((pull) => pull.state === "open" && pull.head === branch.name);
    const facts = { head: branch.name, base: repository.default_branch, title: branch.commits[0].subject };
    const open = act(() => forge.ask("POST", `${repository.name}/pulls`, facts));
    const acts = isBase || isOpen || !branch.ahead ? [] : [button("Open pull request", open, "main")];
    const small = branch.required.length ? `requires ${branch.required.join(", ")}` : null;
    const shown = isBase ? branch.commits : branch.commits.slice(0, Math.max(1, branch.ahead));
    const rows = shown.map((commit) => commitRow(forge, repository, branch, commit, act));
    return section(branch.name, rows, { small, acts });
  });
}

export function pulls(forge, repository, act) {
  const rows = repository.pulls.map((pull) => {
    const merge = act(() => forge.ask("PUT", `${repository.name}/pulls/${pull.number}/merge`, {}));
    const acts = pull.state === "open" ? make("span", { className: "acts" }, button("Merge", merge, "main")) : null;
    const row = make("div", { className: "row" },
      make("span", { className: `mark ${pull.state}` }, pull.state),
      make("span", { className: "what" }, `#${pull.number} ${pull.title}`),
      text("span", "by", `${pull.author}: ${pull.head} → ${pull.base}`),
      acts,
      marks(pull.checks),
      ...pull.comments.map((comment) => make("div", { className: "comment" },
        text("span", "by", `${comment.author}, ${ago(comment.at)}`), comment.body)));
    row.dataset.pull = pull.number;
    return row;
  });
  return section("Pull requests", rows, { empty: "No pull request yet." });
}

export function deployments(repository) {
  const rows = repository.deployments.map((one) => make("div", { className: "row" },
    make("span", { className: `mark ${one.state}` }, one.state.replace("_", " ")),
    make("span", { className: "what" }, one.environment, one.description ? `: ${one.description}` : ""),
    one.url ? make("a", { href: one.url }, "Open") : null,
    one.log ? make("a", { href: one.log }, "Log") : null,
    shaLink(repository, one.sha),
    text("span", "by", ago(one.at))));
  return section("Deployments", rows, { empty: "Nothing was deployed yet." });
}

export function releases(repository) {
  if (!repository.releases.length) return null;
  const rows = repository.releases.map((one) => make("div", { className: "row" },
    make("span", { className: "what" }, one.name || one.tag),
    text("span", "by", one.draft ? "draft" : one.tag)));
  return section("Releases", rows);
}

export function deliveries(forge, repository, act) {
  if (!repository.deliveries.length) return null;
  const rows = repository.deliveries.map((one) => {
    const path = `${repository.name}/hooks/${one.hook}/deliveries/${one.id}/attempts`;
    return make("div", { className: "row" },
      make("span", { className: `mark ${one.status === "OK" ? "green" : one.at ? "red" : "waiting"}` },
        one.code ? String(one.code) : one.status),
      make("span", { className: "what" }, one.event),
      text("span", "by", ago(one.at)),
      make("span", { className: "acts" }, button("Redeliver", act(() => forge.ask("POST", path)))));
  });
  return section("Webhook deliveries", rows);
}

// What a link led to: one commit, or what lies between two.
export async function focus(forge, repository, kind, rest) {
  if (kind === "compare" && rest.includes("...")) {
    const between = await forge.ask("GET", `${repository.name}/compare/${rest}`);
    const rows = between.commits.map((one) => make("div", { className: "row" },
      make("span", { className: "what" }, one.commit.message.split("\n")[0]),
      text("span", "by", one.commit.author.name),
      shaLink(repository, one.sha)));
    return section(`Comparing ${rest}`, rows, { small: between.status, empty: "No commits." });
  }
  if (kind === "commit" && rest) {
    const one = await forge.ask("GET", `${repository.name}/commits/${rest}`);
    const rows = one.files.map((file) => make("div", { className: "row" },
      make("span", { className: "what" }, file.filename),
      text("span", "by", `${file.status}, +${file.additions} −${file.deletions}`)));
    const [subject] = one.commit.message.split("\n");
    return section(subject, rows, { small: `${one.commit.author.name}, ${one.sha}` });
  }
  return null;
}
