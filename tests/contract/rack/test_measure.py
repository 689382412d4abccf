"""What the router of any rack counts of an app's requests."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from engine.ports.rack import Phase, ServiceSpec, Target
from storage.records import Sample, Served
from tests.contract.rack.specs import service, target
from tests.contract.rack.stage import Stage, begin, make_live, reach, see, take_over


def total(served: Iterable[Served]) -> tuple[int, int]:
    """Return how many requests there were, and how many failed."""
    all_served = list(served)
    return sum(one.requests for one in all_served), sum(one.failed for one in all_served)


def old(samples: Iterable[Sample]) -> tuple[int, int]:
    return total(one.old for one in samples)


def new(samples: Iterable[Sample]) -> tuple[int, int]:
    return total(one.new for one in samples)


def two_versions(stage: Stage) -> tuple[ServiceSpec, Target]:
    """Make the first live and the second healthy."""
    web = service(image=stage.image)
    make_live(stage, target(1, web))
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    return web, second


def test_nothing_is_told_where_nobody_asked_for_anything(stage: Stage) -> None:
    _, second = two_versions(stage)
    stage.pass_time(1.1)

    since = stage.now() - timedelta(seconds=2)
    found = stage.rack.measure(second, since=since)

    assert (found.samples, found.complete) == ((), True)
    assert int(since.timestamp()) < found.until < stage.now().timestamp()


def test_requests_are_counted_on_the_side_that_answered_them(stage: Stage) -> None:
    web, second = two_versions(stage)
    since = stage.now()
    sent = stage.send(web, per_second=20, seconds=2)
    before = stage.rack.measure(second, since=since)
    assert (old(before.samples), new(before.samples)) == ((sent, 0), (0, 0))

    take_over(stage, second)
    since = stage.now()
    sent = stage.send(web, per_second=20, seconds=2)
    after = stage.rack.measure(second, since=since)

    assert (old(after.samples), new(after.samples)) == ((0, 0), (sent, 0))


def test_traffic_that_is_shared_is_counted_on_both_sides(stage: Stage) -> None:
    web, second = two_versions(stage)
    stage.rack.shift(second, percent=50)
    since = stage.now()
    sent = stage.send(web, per_second=20, seconds=2)

    found = stage.rack.measure(second, since=since)

    requests = old(found.samples)[0], new(found.samples)[0]
    assert sum(requests) == sent
    assert min(requests) >= sent // 4


def test_a_5xx_is_counted_as_failed(stage: Stage) -> None:
    web, second = two_versions(stage)
    since = stage.now()
    sent = stage.send(web, per_second=20, seconds=2, failed_percent=25)

    found = stage.rack.measure(second, since=since)

    assert old(found.samples) == (sent, sent // 4)


def test_each_second_tells_its_requests_how_long_they_took_and_when_they_ended(
    stage: Stage,
) -> None:
    web, second = two_versions(stage)
    began = stage.now()
    stage.send(web, per_second=10, seconds=2)

    samples = stage.rack.measure(second, since=began).samples

    seconds = [one.second for one in samples]
    assert seconds == sorted(set(seconds))
    assert all(began.timestamp() < second < stage.now().timestamp() for second in seconds)
    for one in samples:
        assert sum(one.old.milliseconds.values()) == one.old.requests
        assert all(took >= 0 for took in one.old.milliseconds)
        assert 0 <= one.first_ms <= one.last_ms < 1_000
        assert 0 <= one.pause_ms <= one.last_ms - one.first_ms
    assert any(one.pause_ms > 0 for one in samples)


def test_seconds_that_were_told_are_not_told_again(stage: Stage) -> None:
    web, second = two_versions(stage)
    since = stage.now()
    stage.send(web, per_second=10, seconds=2)
    first, *others = stage.rack.measure(second, since=since).samples

    again = stage.rack.measure(second, since=datetime.fromtimestamp(first.second, UTC))

    assert list(again.samples) == others


def test_another_apps_requests_are_its_own(stage: Stage) -> None:
    web, second = two_versions(stage)
    blog = target(7, service(image=stage.image, host="blog.test"), app="blog")
    make_live(stage, blog)
    since = stage.now()
    sent = stage.send(web, per_second=20, seconds=1)

    assert old(stage.rack.measure(second, since=since).samples) == (sent, 0)


def test_requests_that_nobody_was_there_to_answer_count_as_failed(stage: Stage) -> None:
    db = service("db", image=stage.image, volumes=("data:/data",))
    make_live(stage, target(1, db))
    stage.send(db, per_second=20, seconds=1)
    changed = service("db", image=stage.image, version="2", volumes=("data:/data",))
    second = target(2, changed)
    begin(stage, second)
    stage.rack.shift(second)  # stops the old one; the new one gets traffic with the next call
    since = stage.now()
    sent = stage.send(db, per_second=20, seconds=1)

    found = stage.rack.measure(second, since=since)

    assert old(found.samples) == (sent, sent)
    see(stage, second, lambda seen: seen.of("db").ready == 1)
    take_over(stage, second)
    reach(stage, second, Phase.DRAINED)
    assert stage.answer("shop.test") == "2"
