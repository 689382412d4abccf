"""A workflow says the same after it was stored, and after it was copied as YAML."""

import itertools
import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from engine.workflows import definition as d
from engine.workflows.reading import parse_yaml, read, read_yaml, settings_of
from engine.workflows.written import plain_of, plain_settings, to_yaml, written_seconds
from storage.workflow_records import Task, TaskKind, TaskStatus, TriggerKind

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,39}", fullmatch=True)
SIGNS = st.characters(exclude_categories=("Cs", "Cc"))
TEXTS = st.text(SIGNS, min_size=1, max_size=60)
ODD_TEXTS = st.sampled_from(
    ["on", "no", "null", "~", "1.0", "0x1f", "#web", "- a", "a: b", "'", '"']
)
WORDS = st.one_of(TEXTS, ODD_TEXTS).filter(lambda text: not any(sign.isspace() for sign in text))
PATTERNS = WORDS.filter(lambda text: not text.startswith("refs/"))
ARGUMENTS = st.one_of(st.text(SIGNS, max_size=20), ODD_TEXTS, st.just("two\nlines"))


def seconds(least: int, most: int) -> st.SearchStrategy[float]:
    whole = st.integers(least, most).map(float)
    return st.one_of(whole, st.integers(least * 8, most * 8).map(lambda eighths: eighths / 8))


CHECKS = st.builds(
    d.WaitForChecks,
    timeout_seconds=seconds(3600, 604_800),
    required=st.lists(st.one_of(TEXTS, ODD_TEXTS), max_size=3).map(tuple),
    settle_seconds=seconds(0, 3600),
)
CANARY = st.sets(st.integers(1, 99), min_size=1, max_size=9).map(
    lambda steps: ",".join(map(str, sorted(steps)))
)
RUNS = st.builds(
    d.RunCommand,
    rack=NAMES,
    service=NAMES,
    command=st.lists(ARGUMENTS, min_size=1, max_size=4).map(tuple),
    timeout_seconds=seconds(1, 86_400),
)
NOTICES = st.builds(d.Notify, text=st.one_of(TEXTS, ODD_TEXTS), channel=st.one_of(st.none(), WORDS))
WAITS = st.builds(d.Wait, seconds=seconds(1, 2_592_000))


@st.composite
def promotions(draw: st.DrawFn, rack: str) -> d.Promote:
    canary = draw(st.one_of(st.none(), CANARY))
    return d.Promote(
        rack=rack,
        on_click=draw(st.booleans()),
        offer_seconds=draw(seconds(60, 2_592_000)),
        canary=canary,
        pause_seconds=draw(st.one_of(st.none(), seconds(1, 86_400))) if canary else None,
    )


@st.composite
def definitions(draw: st.DrawFn) -> d.Definition:
    """What may stand in any order goes anywhere; what needs the build comes after it."""
    before = draw(st.lists(st.one_of(CHECKS, WAITS, NOTICES), max_size=3))
    racks = draw(st.lists(NAMES, unique=True, max_size=3))
    after = [draw(st.one_of(promotions(rack), RUNS, NOTICES)) for rack in racks]
    build = draw(st.builds(d.BuildImages, no_cache=st.booleans()))
    settings: list[d.Settings] = [*before, build, *after]
    steps = [0]
    for one, following in itertools.pairwise(settings):
        apart = build in (one, following) or draw(st.booleans())
        steps.append(steps[-1] + apart)
    kinds = {kind: name for name, kind in d.KINDS.items()}
    triggers = st.builds(
        d.Trigger,
        kind=st.sampled_from([TriggerKind.PUSH, TriggerKind.TAG, TriggerKind.RELEASE]),
        pattern=PATTERNS,
    )
    return d.Definition(
        app=draw(NAMES),
        triggers=tuple(draw(st.lists(triggers, unique=True, max_size=5))),
        tasks=tuple(
            d.TaskSpec(kind=kinds[type(one)], step=step, settings=one)
            for one, step in zip(settings, steps, strict=True)
        ),
        channel=draw(st.one_of(st.none(), WORDS)),
        description=draw(st.one_of(st.just(""), TEXTS, ODD_TEXTS)),
    )


@given(NAMES, definitions())
def test_what_is_stored_reads_as_what_was_said(name: str, definition: d.Definition) -> None:
    stored = json.loads(json.dumps(plain_of(definition)))
    assert read(name, stored) == d.Reading(definition=definition)


@given(NAMES, definitions())
def test_what_is_copied_as_yaml_reads_as_what_was_said(name: str, definition: d.Definition) -> None:
    text = to_yaml(name, plain_of(definition))
    assert read_yaml(text) == (name, d.Reading(definition=definition))
    plain, _ = parse_yaml(text)
    reading = read(name, plain["workflows"][name])
    assert reading.definition == definition


@given(st.one_of(CHECKS, RUNS, NOTICES, WAITS, promotions("staging")))
def test_what_one_task_is_told_reads_as_it_was_said(settings: d.Settings) -> None:
    kind = next(kind for kind, made in d.KINDS.items() if isinstance(settings, made))
    task = Task(
        job_id="J",
        position=0,
        step=0,
        kind=kind,
        settings=json.loads(json.dumps(plain_settings(settings))),
        status=TaskStatus.PENDING,
        status_since=START,
    )
    assert settings_of(task) == settings


def test_a_build_without_settings_is_one_word() -> None:
    assert plain_settings(d.BuildImages()) == {}
    task = d.TaskSpec(kind=TaskKind.BUILD, step=0, settings=d.BuildImages())
    assert plain_of(d.Definition(app="web", tasks=(task,))) == {"app": "web", "tasks": ["build"]}


def test_a_length_of_time_is_written_in_its_largest_whole_unit() -> None:
    lengths = [0, 0.5, 1, 90, 300, 5400, 7200, 172_800]
    assert [written_seconds(float(one)) for one in lengths] == [
        *("0s", "0.5s", "1s", "90s"),
        *("5m", "90m", "2h", "2d"),
    ]
