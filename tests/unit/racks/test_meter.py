"""What is measured of an app by its router's log, and whose each line is."""

from datetime import UTC, datetime

import pytest

from engine.adapters.docker.configuration import REQUESTS_BYTES
from engine.adapters.docker.container import Container
from engine.adapters.docker.log_reader import LogReader
from engine.adapters.docker.meter import NOBODY, RECENT_BYTES, Attribution, Meter
from engine.adapters.docker.requests_log import Side
from engine.adapters.docker.runtime_api import RouterAway
from engine.adapters.docker.snapshot import Snapshot
from engine.errors import Refused, Unreachable
from engine.ports.rack import Target
from tests.unit.racks.containers import NOW, WEB, container

TARGET = Target(app="shop", release="R2", promotion="P2", services=(WEB,))
SERVED = Snapshot(servers={}, hosts={"shop.test": "http-4s-01", "blog.test": "http-4s-02"})


class FakeLog(LogReader):
    """Answers as the script beside a router does."""

    def __init__(self, log: str = "", *, started_at: float = NOW - 3600) -> None:
        self._info = f"Now: {NOW}\nName: HAProxy\nStart_time_sec: {started_at}\n"
        self._log = log + "\n\n"
        self.sizes: list[int] = []

    def ask(self, command: str) -> str:
        self.sizes.append(int(command))
        return f"{self._info}\n=\n{self._log[-int(command) :]}".strip("\n")


class AbsentLog(LogReader):
    """Has no router beside it."""

    def __init__(self, answer: str | None) -> None:
        self._answer = answer

    def ask(self, command: str) -> str:
        if self._answer is None:
            raise RouterAway("router")
        return self._answer


def line(second: int, server: str = "staging-shop-web-P2-1", place: str = "http-4s-01") -> str:
    return f"{second}500 {place} {server} 200 5 --"


def measured(
    log: LogReader, *members: Container, since: float = NOW - 10
) -> tuple[list[int], bool]:
    """Return the seconds that are told, and whether they are all."""
    found = Meter("staging", log).measure(
        TARGET, members, SERVED, datetime.fromtimestamp(since, UTC)
    )
    return [one.second - NOW for one in found.samples], found.complete


def side_of(server: str, *members: Container, place: str = "http-4s-01") -> Side | None:
    return Attribution("staging", TARGET, members, SERVED).side_of(place, server)


@pytest.mark.parametrize(
    ("server", "side"),
    [
        ("staging-shop-web-P2-1", Side.NEW),
        ("staging-shop-web-P2-12", Side.NEW),
        ("staging-shop-web-P1-1", Side.OLD),  # it may be gone by now
        ("staging-shop-admin-web-P2-1", None),  # of the app shop-admin
        ("staging-blog-web-P2-1", None),
        ("production-shop-web-P2-1", None),
        ("staging-shop", None),
    ],
)
def test_a_line_belongs_to_the_side_that_its_server_is_of(server: str, side: Side | None) -> None:
    assert side_of(server) is side


def test_a_process_that_is_there_is_known_by_its_labels() -> None:
    odd = container("odd-name", "P2")

    assert side_of("odd-name", odd) is Side.NEW
    assert side_of("odd-name") is None


def test_what_nobody_answered_belongs_to_the_app_whose_place_it_was() -> None:
    assert side_of(NOBODY) is Side.NOBODY
    assert side_of(NOBODY, place="http-4s-02") is None
    assert side_of(NOBODY, place="nobody") is None


def test_only_whole_seconds_that_are_over_by_the_routers_clock_are_told() -> None:
    log = "\n".join(line(NOW + number) for number in range(-12, 2))

    assert measured(FakeLog(log), since=NOW - 3) == ([-2, -1], True)
    assert measured(FakeLog(log), since=NOW - 3.5) == ([-3, -2, -1], True)


def test_a_log_that_was_overwritten_says_so() -> None:
    newer = line(NOW - 5)
    full = "\n".join([newer] * (REQUESTS_BYTES // (len(newer) + 1)))

    assert measured(FakeLog(full)) == ([-5], False)
    assert measured(FakeLog(full), since=NOW - 5) == ([], True)
    assert measured(FakeLog(newer)) == ([-5], True), "there was nothing before"


def test_a_router_that_restarted_has_forgotten_what_it_served() -> None:
    router = FakeLog(started_at=NOW - 5)

    assert measured(router, container("old", "P1")) == ([], False)
    assert measured(router, container("old", "P1", created=NOW - 4)) == ([], True)
    assert measured(router, container("job", "P1", port=None)) == ([], True)
    assert measured(router, container("old", "P1"), since=NOW - 4) == ([], True)


def test_a_router_that_keeps_no_log_is_told_with_what_to_do() -> None:
    with pytest.raises(Refused, match="no log") as refused:
        measured(FakeLog("No such event sink"))
    assert "docker restart rackhand-staging-router" in refused.value.remedy


@pytest.mark.parametrize("answer", [None, "=", ""])
def test_a_router_that_is_away_is_unreachable(answer: str | None) -> None:
    with pytest.raises(Unreachable, match="staging"):
        measured(AbsentLog(answer))


def test_no_more_of_a_long_log_is_fetched_than_is_asked_for() -> None:
    often = RECENT_BYTES // len(line(NOW)) // 8
    lines = [line(NOW + second) for second in range(-20, 0) for _ in range(often)]
    log = FakeLog("\n".join(lines))

    assert measured(log, since=NOW - 4) == ([-3, -2, -1], True)
    assert log.sizes == [RECENT_BYTES]
    assert measured(log, since=NOW - 12)[0] == list(range(-11, 0))
    assert len(log.sizes) == 3, "the whole, where the recent part does not go back far enough"
