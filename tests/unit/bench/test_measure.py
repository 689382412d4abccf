"""The common bits of benchmarks."""

import io
import json

import pytest

from bench.measure import Aim, Result, parser, percentile, report


def result(*, value: float = 10, limit: float = 20) -> Result:
    return Result(
        name="ack",
        ours={"p99_ms": 12.3456, "count": 2000},
        peer={"p99_ms": 6.0, "lost": 0},
        aims=[Aim(what="p99", value=value, limit=limit, better="lower")],
    )


def printed(outcome: Result, *, as_json: bool) -> tuple[str, int]:
    output = io.StringIO()
    code = report(outcome, as_json=as_json, output=output)
    return output.getvalue(), code


@pytest.mark.parametrize(
    ("percent", "expected"), [(0, 1), (1, 1), (50, 50), (50.5, 51), (99, 99), (100, 100)]
)
def test_a_percentile_is_one_of_the_values(percent: float, expected: float) -> None:
    assert percentile(range(100, 0, -1), percent) == expected


def test_one_value_is_every_percentile() -> None:
    assert [percentile([7.5], percent) for percent in (0, 50, 100)] == [7.5, 7.5, 7.5]


def test_nothing_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 50)


@pytest.mark.parametrize(
    ("better", "value", "met"),
    [
        ("lower", 19, True),
        ("lower", 20, True),
        ("lower", 21, False),
        ("higher", 19, False),
        ("higher", 20, True),
        ("higher", 21, True),
    ],
)
def test_an_aim_is_met_up_to_its_limit(better: str, value: float, met: bool) -> None:
    aim = Aim(what="speed", value=value, limit=20, better=better)  # type: ignore[arg-type]
    assert aim.met is met


def test_the_json_is_one_object_with_all_that_was_agreed() -> None:
    text, code = printed(result(), as_json=True)
    plain = json.loads(text)
    assert list(plain) == ["name", "machine", "ours", "peer", "ratio", "aims"]
    assert plain["ours"] == {"p99_ms": 12.35, "count": 2000}
    assert plain["ratio"] == {"p99_ms": 2.058}
    assert plain["aims"] == [
        {"what": "p99", "value": 10, "limit": 20, "better": "lower", "met": True}
    ]
    assert plain["machine"]["processors"] >= 1
    assert code == 0


def test_an_aim_that_is_missed_fails_the_run_and_is_said() -> None:
    text, code = printed(result(value=30), as_json=False)
    assert code == 1
    assert "NOT met: p99 is 30, asked ≤ 20" in text


def test_the_table_shows_ours_beside_the_peer() -> None:
    text, _ = printed(result(), as_json=False)
    row = next(line for line in text.splitlines() if "p99_ms" in line)
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "p99_ms",
        "12.35",
        "6.0",
        "2.058",
    ]


def test_json_is_asked_for_by_an_option() -> None:
    assert parser("Acks").parse_args(["--json"]).json is True
    assert parser("Acks").parse_args([]).json is False
