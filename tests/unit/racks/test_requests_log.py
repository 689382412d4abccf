"""Reading the router's log of requests."""

import pytest

from engine.adapters.docker.requests_log import Side, oldest_second, samples
from storage.records import Sample, Served

SECOND = 1_795_519_229
SIDES = {"old-1": Side.OLD, "new-1": Side.NEW, "<NOSRV>": Side.NOBODY}


def line(
    milliseconds: int,
    server: str = "old-1",
    *,
    status: int = 200,
    took: int = 5,
    ended: str = "--",
    second: int = SECOND,
) -> str:
    return f"{second}{milliseconds:03} http-4s-01 {server} {status} {took} {ended}"


def read(*lines: str, first: int = SECOND, last: int = SECOND, new: bool = False) -> list[Sample]:
    found = samples(
        "\n".join(lines),
        first=first,
        last=last,
        attribute=lambda _, server: SIDES.get(server),
        mostly_new=new,
    )
    return list(found)


def test_a_second_is_summed_up_by_side() -> None:
    (found,) = read(
        line(10, took=4), line(20, "new-1", took=7), line(120, took=4), line(900, took=9)
    )

    assert found == Sample(
        second=SECOND,
        old=Served(requests=3, milliseconds={4: 2, 9: 1}),
        new=Served(requests=1, milliseconds={7: 1}),
        first_ms=10,
        last_ms=900,
        pause_ms=780,
    )


def test_seconds_come_in_order_and_only_those_asked_for() -> None:
    lines = [line(5, second=SECOND + number) for number in (0, 2, 1, 3, 4)]

    assert [one.second for one in read(*lines, first=SECOND + 1, last=SECOND + 3)] == [
        SECOND + 1,
        SECOND + 2,
        SECOND + 3,
    ]


def test_a_long_log_is_read_from_the_second_that_is_asked_for() -> None:
    lines = [line(number % 1000, second=SECOND + number // 1000) for number in range(5_000)]

    found = read(*lines, first=SECOND + 3, last=SECOND + 3)

    assert [(one.second, one.old.requests) for one in found] == [(SECOND + 3, 1_000)]


def test_requests_of_other_apps_and_lines_of_another_kind_do_not_count() -> None:
    mine = line(500)
    foreign = [line(1, "blog-1"), "10.0.0.1:4711 [24/Nov/2026] entrance/1: SSL handshake failure"]

    assert read(*foreign) == []
    assert read(foreign[0], mine, *foreign) == read(mine)


@pytest.mark.parametrize(
    ("status", "ended", "failed"),
    [
        (200, "--", 0),
        (404, "--", 0),
        (500, "--", 1),
        (502, "SH", 1),  # the process broke off before its answer
        (200, "SD", 1),  # and in the middle of it
        (504, "sH", 1),
        (503, "SC", 1),
        (200, "KD", 1),  # cut at the end of its drain time
        (200, "CD", 0),  # the client went away
        (503, "CQ", 0),
        (101, "--", 0),
        (101, "SD", 0),  # a process may end a WebSocket as it likes
        (101, "CD", 0),
        (101, "KD", 1),
    ],
)
def test_failed_is_what_the_process_or_the_router_broke_off(
    status: int, ended: str, failed: int
) -> None:
    (found,) = read(line(5, status=status, ended=ended))

    assert (found.old.requests, found.old.failed) == (1, failed)


@pytest.mark.parametrize(("status", "ended"), [(101, "--"), (200, "CD"), (200, "SD"), (502, "SH")])
def test_what_was_broken_off_or_is_no_longer_http_has_no_duration(status: int, ended: str) -> None:
    (found,) = read(line(5, status=status, ended=ended, took=3_600_000))

    assert found.old.milliseconds == {}


def test_what_nobody_answered_has_failed_on_the_side_with_most_of_the_traffic() -> None:
    refused = line(900, "<NOSRV>", status=503, took=-1, ended="SC")

    (old,) = read(line(1), line(2), line(3, "new-1"), refused)
    (new,) = read(line(1), line(2, "new-1"), line(3, "new-1"), refused)

    assert (old.old.requests, old.old.failed, old.new.failed) == (3, 1, 0)
    assert (new.new.requests, new.new.failed, new.old.failed) == (3, 1, 0)


def test_a_second_of_refusals_alone_goes_where_the_traffic_was() -> None:
    def refused(second: int) -> str:
        return line(1, "<NOSRV>", status=503, took=-1, ended="SC", second=second)

    (alone,) = read(refused(SECOND), new=True)
    _, later = read(line(1), refused(SECOND + 1), last=SECOND + 1, new=True)

    assert (alone.new.failed, alone.old.failed) == (1, 0)
    assert (later.new.failed, later.old.failed) == (0, 1)


def test_a_client_that_went_before_a_process_was_looked_for_does_not_count() -> None:
    assert read(line(1, "<NOSRV>", status=400, took=-1, ended="CR")) == []


def test_the_oldest_line_tells_how_far_back_the_log_goes() -> None:
    assert oldest_second(f"{line(5)}\n{line(6, second=SECOND + 9)}") == SECOND
    assert oldest_second("") is None
