"""What is said of a workflow that cannot be read: every fault at once, each with path and line."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UserError
from engine.workflows import definition as d
from engine.workflows.places import line_of
from engine.workflows.reading import in_words, parse_yaml, read, read_yaml, refusal
from engine.workflows.task_reading import TASKS_LIMIT
from storage.workflow_records import TaskKind, TriggerKind

WORDS = st.sampled_from([*TaskKind, "together", "rack", "command", "canary", "for", "push", "tag"])
WHOLE = """\
workflows:
  delivery:
    app: shop
    description: From a green merge to staging
    channel: "#web"
    on: {push: main}
    tasks:
      - wait_for_checks: {timeout: 30m, required: [ci/test], settle: 90s}
      - build: {no_cache: yes}
      - promote: staging
      - promote: {rack: production, on_click: true, offer: 1d12h, canary: [10, 50%], pause: 5m}
      - run: {rack: staging, service: web, command: bin/smoke --say "all is well", timeout: 1h}
      - wait: 10m
      - notify: On staging now
      - together:
          - promote: qa
          - promote: load
"""


def tasks(*entries: Any, **keys: Any) -> dict[str, Any]:
    return {"app": "shop", "tasks": list(entries), **keys}


def faults(plain: Any, name: str = "x") -> list[tuple[str, str]]:
    reading = read(name, plain)
    assert reading.definition is None, "what has faults has no definition"
    return [(fault.path, fault.text) for fault in reading.faults]


def definition(plain: Any) -> d.Definition:
    reading = read("x", plain)
    assert reading.definition, reading.faults
    return reading.definition


def test_all_that_a_workflow_may_say_is_understood() -> None:
    name, reading = read_yaml(WHOLE)
    assert name == "delivery"
    assert reading.faults == ()
    assert reading.definition
    assert reading.definition.channel == "#web"
    assert reading.definition.triggers == (d.Trigger(kind=TriggerKind.PUSH, pattern="main"),)
    assert [(task.step, task.settings) for task in reading.definition.tasks] == [
        (
            0,
            d.WaitForChecks(timeout_seconds=1800, required=("ci/test",), settle_seconds=90),
        ),
        (1, d.BuildImages(no_cache=True)),
        (2, d.Promote(rack="staging")),
        (
            3,
            d.Promote(
                rack="production",
                on_click=True,
                offer_seconds=129_600,
                canary="10,50%",
                pause_seconds=300,
            ),
        ),
        (
            4,
            d.RunCommand(
                rack="staging",
                service="web",
                command=("bin/smoke", "--say", "all is well"),
                timeout_seconds=3600,
            ),
        ),
        (5, d.Wait(seconds=600)),
        (6, d.Notify(text="On staging now")),
        (7, d.Promote(rack="qa")),
        (7, d.Promote(rack="load")),
    ]


@pytest.mark.parametrize(
    ("on", "patterns"),
    [
        ({"push": "main"}, ["push main"]),
        ({"push": ["main", "release/*"]}, ["push main", "push release/*"]),
        ([{"push": "main"}, {"tag": "v*"}], ["push main", "tag v*"]),
        ({"push": "main", "release": "*"}, ["push main", "release *"]),
        ("release", ["release *"]),
        ({"tag": 1.0}, ["tag 1.0"]),
    ],
)
def test_triggers_are_one_or_several(on: Any, patterns: list[str]) -> None:
    found = definition(tasks("build", on=on)).triggers
    assert [f"{one.kind} {one.pattern}" for one in found] == patterns


def test_an_empty_list_of_triggers_is_none() -> None:
    assert definition(tasks("build", on=[])).triggers == ()


@pytest.mark.parametrize("entry", ["build", {"build": None}, {"build": {}}])
def test_a_task_without_settings_is_one_word_or_an_empty_key(entry: Any) -> None:
    (task,) = definition(tasks(entry)).tasks
    assert task == d.TaskSpec(kind=TaskKind.BUILD, step=0, settings=d.BuildImages())


def test_words_that_yaml_takes_for_truths_are_the_names_of_branches() -> None:
    plain, _ = parse_yaml("app: shop\non: {push: [on, no, 1.10, null]}\ntasks: [build]\n")
    reading = read("x", plain)
    assert [fault.path for fault in reading.faults] == ["on.push[3]"], "null is nothing"
    assert plain["on"]["push"] == ["on", "no", "1.10", None]


@pytest.mark.parametrize(
    ("entry", "path", "said"),
    [
        ("biuld", "tasks[0]", "there is no task `biuld`. Did you mean `build`?"),
        ("promote staging", "tasks[0]", "lacks its colon: write `promote: …`"),
        (7, "tasks[0]", "is no task. Write one such as `build`"),
        (None, "tasks[0]", "is no task"),
        ({"promote": "a", "on_click": True}, "tasks[0]", "write `on_click` within `promote`"),
        ({"together": []}, "tasks[0].together", "must be a list of tasks that go side by side"),
        ({"together": [{"together": ["build"]}]}, "tasks[0].together[0]", "cannot stand within"),
        ({"build": {"cache": "no"}}, "tasks[0].build.cache", "Did you mean `no_cache`?"),
        ({"build": {"no_cache": "perhaps"}}, "tasks[0].build.no_cache", "true or false"),
        ({"build": []}, "tasks[0].build", "must have keys: `no_cache`"),
        ({"wait": None}, "tasks[0].wait", "`for` is missing. Write `wait: 10m`"),
        ({"wait": 10}, "tasks[0].wait", "such as `10s` or `10m`, not `10`"),
        ({"wait": "soon"}, "tasks[0].wait", "such as `30s`, `5m` or `2h`, not `soon`"),
        ({"wait": "40d"}, "tasks[0].wait", "must be from 1 s to 30 d, not 40 d"),
        ({"wait": "0s"}, "tasks[0].wait", "must be from 1 s to 30 d, not 0 s"),
        ({"notify": {"text": "x", "channels": "#a"}}, "tasks[0].notify.channels", "`channel`?"),
        ({"notify": {"text": "x", "channel": None}}, "tasks[0].notify.channel", "needs quotes"),
        ({"notify": "x" * 2001}, "tasks[0].notify", "too long. It may have 2,000"),
        ({"notify": "a\x00b"}, "tasks[0].notify", "cannot be shown"),
        ({"notify": True}, "tasks[0].notify", "must be a text"),
        (
            {"wait_for_checks": {"required": [["a"]]}},
            "tasks[0].wait_for_checks.required[0]",
            "must be a text",
        ),
        (
            {"wait_for_checks": {"timeout": "30s", "settle": "1m"}},
            "tasks[0].wait_for_checks",
            "has a `settle` that is longer than its `timeout`",
        ),
    ],
)
def test_a_wrong_task_is_named_with_what_to_write(entry: Any, path: str, said: str) -> None:
    (found,) = faults(tasks(entry))
    assert found[0] == path
    assert said in found[1]


@pytest.mark.parametrize(
    ("entry", "path", "said"),
    [
        ({"promote": None}, "tasks[1].promote", "`rack` is missing. Write `promote: staging`"),
        ({"promote": "two words"}, "tasks[1].promote", "must not have blanks"),
        ({"promote": {"rack": "a", "pause": "5m"}}, "tasks[1].promote.pause", "a canary"),
        (
            {"promote": {"rack": "a", "canary": "50,10"}},
            "tasks[1].promote.canary",
            'must rise from 1 to 100. Write percents that rise, such as "10,50,100"',
        ),
        (
            {"promote": {"rack": "a", "canary": "10", "pause": "2d"}},
            "tasks[1].promote.pause",
            "must be from 1 s to 1 d, not 2 d",
        ),
        ({"run": {"rack": "a", "service": "web"}}, "tasks[1].run", "`command` is missing"),
        (
            {"run": {"rack": "a", "service": "web", "command": "ls 'x"}},
            "tasks[1].run.command",
            "has a quote that is not closed",
        ),
        (
            {"run": {"rack": "a", "service": "web", "command": "  "}},
            "tasks[1].run.command",
            "is empty",
        ),
        ("build", "tasks[1]", "comes twice. One build serves all racks"),
        (
            {"together": [{"promote": "a"}, {"promote": "a"}]},
            "tasks[1].together[1].promote",
            "`a` has the release already, by `tasks[1].together[0].promote`",
        ),
    ],
)
def test_a_wrong_task_after_the_build_is_named_with_what_to_write(
    entry: Any, path: str, said: str
) -> None:
    (found,) = faults(tasks("build", entry))
    assert found[0] == path
    assert said in found[1]


@pytest.mark.parametrize(
    "entries",
    [
        [{"promote": "staging"}],
        [{"promote": "staging"}, "build"],
        [{"together": ["build", {"promote": "staging"}]}],
        [{"run": {"rack": "a", "service": "b", "command": "c"}}],
    ],
)
def test_nothing_is_promoted_or_run_before_it_is_built(entries: list[Any]) -> None:
    (found,) = faults(tasks(*entries))
    assert found[1] == "comes before anything is built. Put `- build` above it."


@pytest.mark.parametrize(
    ("plain", "path", "said"),
    [
        (None, "", "this is no workflow. Write `app:`, `on:` and `tasks:`"),
        ({"tasks": ["build"]}, "", "`app` is missing. Write `app: NAME`"),
        ({"app": "shop"}, "", "`tasks` is missing"),
        ({"app": "shop", "tasks": []}, "tasks", "must be a list of tasks"),
        ({"app": "shop", "tasks": "build"}, "tasks", "must be a list of tasks"),
        (tasks("build", on={"psh": "main"}), "on.psh", "Did you mean `push`?"),
        (tasks("build", on={"merge": "main"}), "on.merge", "There are `push`, `tag` and `release`"),
        (tasks("build", on=7), "on", "must say what begins a job"),
        (tasks("build", on={"push": "refs/heads/main"}), "on.push", "without `refs/`"),
        (tasks("build", on={"push": "a b"}), "on.push", "must not have blanks"),
        (tasks("build", on={"push": ["a", "a"]}), "on", "names `push: a` twice"),
        (tasks("build", task=[]), "task", "is not known. Did you mean `tasks`?"),
        (tasks("build", zzz=[]), "zzz", "There are `app`, `description`, `channel`, `on`"),
        (tasks(*["wait_for_checks"] * (TASKS_LIMIT + 1)), "tasks", "Make two workflows"),
    ],
)
def test_a_wrong_workflow_is_named_with_what_to_write(plain: Any, path: str, said: str) -> None:
    (found,) = faults(plain)
    assert found[0] == path
    assert said in found[1]


JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(WORDS, st.text(max_size=5)), inner, max_size=3),
    ),
    max_leaves=12,
)


@given(JUNK, st.text(max_size=5))
def test_whatever_was_stored_or_typed_reading_it_raises_nothing(plain: Any, name: str) -> None:
    reading = read(name, plain)
    assert (reading.definition is None) == bool(reading.faults)


@given(st.lists(JUNK, max_size=3), JUNK)
def test_whatever_stands_for_tasks_and_triggers_raises_nothing(entries: Any, on: Any) -> None:
    reading = read("x", {"app": "shop", "tasks": entries, "on": on})
    assert (reading.definition is None) == bool(reading.faults)


@pytest.mark.parametrize("name", ["", "Prod", "1st", "a b", "a_b", "x" * 41, "a\n"])
def test_a_name_that_cannot_be_typed_everywhere_is_refused(name: str) -> None:
    (found,) = faults(tasks("build"), name=name)
    assert found[0] == "name"


def test_every_fault_is_told_at_once_each_in_its_line() -> None:
    text = (
        "workflows:\n  x:\n    ap: shop\n    channel: #web\n    tasks:\n      - biuld\n"
        "      - wait: {for: long}\n      - together:\n          - build\n          - promote:\n"
    )
    name, reading = read_yaml(text)
    assert [(fault.line, fault.path) for fault in reading.faults] == [
        (2, ""),
        (3, "ap"),
        (4, "channel"),
        (6, "tasks[0]"),
        (7, "tasks[1].wait.for"),
        (10, "tasks[2].together[1].promote"),
    ]
    said = str(refusal(name, reading.faults))
    assert "The workflow `x` has 6 faults, so nothing was done:" in said
    assert "• line 7, `tasks[1].wait.for`: must be a length of time" in said


def test_what_the_build_is_missing_for_is_not_told_while_a_task_cannot_be_read() -> None:
    assert [path for path, _ in faults(tasks("biuld", {"promote": "staging"}))] == ["tasks[0]"]


def test_a_fault_without_a_place_of_its_own_has_the_line_of_what_is_around_it() -> None:
    lines = {"": 1, "tasks": 3, "tasks[1]": 5}
    assert line_of("tasks[1].promote.rack", lines) == 5
    assert line_of("tasks[7]", lines) == 3
    assert line_of("app", lines) == 1
    assert line_of("app", {}) is None


@given(st.text("ab.[]01", max_size=12))
def test_the_line_of_whatever_key_is_found_in_the_end(path: str) -> None:
    assert line_of(path, {"": 1}) == 1


def test_a_fault_says_where_as_far_as_that_is_known() -> None:
    assert in_words(d.Fault(path="", text="no.")) == "no."
    assert in_words(d.Fault(path="app", text="no.", line=3)) == "line 3, `app`: no."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "line 1: this is not valid YAML"),
        ("a: 1\na: 2", "`a` is written twice, first in line 1"),
        ("a: &a [*a]", "nested too deeply"),
        ("a: !!python/object x", "line 1: the tag"),
        ("workflows: {a: {}, b: {}}", "That is not one workflow."),
        ("workflows: {a: {}}\napps: {}", "That is not one workflow."),
        ("app: shop", "That workflow has no name."),
    ],
)
def test_what_is_no_yaml_of_one_workflow_is_refused(text: str, said: str) -> None:
    with pytest.raises(UserError) as caught:
        read_yaml(text)
    assert said in str(caught.value)
