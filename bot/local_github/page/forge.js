// Talks to the local GitHub: its REST API as somebody, and its control API.
async function order(name, facts = {}) {
  const answer = await fetch(`/control/${name}`, { method: "POST", body: JSON.stringify(facts) });
  const read = await answer.json();
  if (!read.ok) throw new Error(read.error);
  return read;
}

export class Forge {
  static async open() {
    const session = await order("session");
    return new Forge(session);
  }

  constructor({ operator_token: operator, token, people }) {
    this.operator = operator;
    this.token = token;
    this.people = people;
    this.login = people[0];
  }

  sight(repository) {
    return order("sight", { repository });
  }

  async ask(method, path, facts = null, login = this.login) {
    const answer = await fetch(`/api/v3/repos/${path}`, {
      method,
      headers: { Authorization: `token ${this.operator}`, "X-Act-As": login },
      body: facts ? JSON.stringify(facts) : null,
    });
    const read = answer.status === 204 ? null : await answer.json();
    if (!answer.ok) {
      const why = (read.errors ?? []).map((one) => one.message ?? one.field).filter(Boolean);
      throw new Error([read.message, ...why].join(": "));
    }
    return read;
  }

  // Turns every check of a commit, or those that the branch requires, to one colour.
  async turn(repository, branch, commit, state) {
    const ours = (check) => !check.name.startsWith("rackhand/");
    const known = commit.checks.filter(ours);
    const runs = new Set(known.filter((one) => one.kind === "run").map((one) => one.name));
    const names = new Set([...branch.required, ...known.map((one) => one.name)]);
    for (const name of names.size ? names : ["ci/test"]) {
      await this.#check(repository, commit.sha, name, state, runs.has(name));
    }
  }

  async #check(repository, sha, name, state, isRun) {
    const ci = "github-actions[bot]";
    if (isRun) {
      const run = { name, head_sha: sha };
      run.conclusion = state === "pending" ? undefined : state;
      run.status = state === "pending" ? "in_progress" : "completed";
      await this.ask("POST", `${repository}/check-runs`, run, ci);
    } else {
      await this.ask("POST", `${repository}/statuses/${sha}`, { context: name, state }, ci);
    }
  }
}
