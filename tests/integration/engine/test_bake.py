"""Stories of releases that are healthy by their check and yet worse, and of what is counted."""

from datetime import datetime

import pytest

from engine import receipt
from engine.adapters.memory import Behaviour, MemoryRack
from engine.ports.rack import Measurement, Target
from storage import locks, outbox, samples
from storage.records import PromotionStatus, Sample
from tests.integration.engine.stages import CRASHES, only_the_old_one_is_left
from tests.worlds import BOB, Scene, compose, text_of

P = PromotionStatus
FILES = compose("web", bake_seconds="12")
STEADY = Behaviour(requests_per_second=20, milliseconds=40)
FAILING = Behaviour(requests_per_second=20, milliseconds=40, failed_percent=10)
SLOW = Behaviour(requests_per_second=20, milliseconds=400)


def with_traffic(scene: Scene, behaviour: Behaviour = STEADY) -> str:
    """A release that has been serving people for a while."""
    release = scene.built("Old", FILES)
    scene.behave(release, behaviour)
    scene.went_live(release)
    scene.pass_time(90)
    return release


def promoted(scene: Scene, behaviour: Behaviour) -> tuple[str, str]:
    """A new release and its promotion, which has ended."""
    release = scene.built("New", FILES)
    scene.behave(release, behaviour)
    promotion_id = scene.did("promote", release)
    scene.settle()
    return release, promotion_id


def counted(scene: Scene, promotion_id: str) -> list[Sample]:
    with scene.store.read() as transaction:
        return samples.of(transaction, promotion_id)


def test_a_release_that_fails_requests_goes_back_by_itself(scene: Scene) -> None:
    old = with_traffic(scene)
    _, promotion_id = promoted(scene, FAILING)

    promotion = scene.promotion(promotion_id)
    assert promotion.status is P.ROLLED_BACK
    assert (promotion.reason or "").endswith("of its requests fail, 0.0 % did before.")
    only_the_old_one_is_left(scene, old)
    told = {one.key.partition(":")[2]: one.body for one in scene.outgoing(promotion_id)}
    old_side, new_side = told["trouble"]["code"]
    assert old_side.startswith("old: ")
    assert new_side.startswith("new: ")
    assert told["ended"]["broadcast"]


def test_a_release_that_is_much_slower_goes_back_by_itself(scene: Scene) -> None:
    old = with_traffic(scene)
    _, promotion_id = promoted(scene, SLOW)

    assert "It is slower" in (scene.promotion(promotion_id).reason or "")
    only_the_old_one_is_left(scene, old)


def test_a_release_that_fails_as_often_as_the_old_one_stays(scene: Scene) -> None:
    with_traffic(scene, FAILING)
    release, promotion_id = promoted(scene, FAILING)

    assert scene.promotion(promotion_id).status is P.SUCCEEDED
    assert scene.live_release() == release


def test_without_traffic_health_alone_decides(scene: Scene) -> None:
    with_traffic(scene, Behaviour())
    release, promotion_id = promoted(scene, Behaviour(failed_percent=100))

    assert scene.promotion(promotion_id).status is P.SUCCEEDED
    assert scene.live_release() == release


def test_what_went_back_in_its_bake_locks_the_app_until_somebody_says_why_not(
    scene: Scene,
) -> None:
    old = with_traffic(scene)
    new, promotion_id = promoted(scene, FAILING)
    with scene.store.read() as transaction:
        lock = locks.get(transaction, app="web", rack="staging")
    assert lock is not None
    assert (lock.promotion_id, lock.locked_by) == (promotion_id, None)

    refused = scene.say("promote", new)
    assert refused.failed
    assert "locked" in text_of(refused)
    assert "of its requests fail" in text_of(refused)
    scene.behave(new, STEADY)
    scene.say("unlock", "web", "--rack", "staging", "--reason", "Pool settings mended", who=BOB)
    scene.went_live(new)
    assert scene.live_release() == new != old


def test_a_crash_in_the_bake_locks_too_and_one_before_the_shift_does_not(scene: Scene) -> None:
    with_traffic(scene)
    early = scene.built("Early", FILES)
    scene.behave(early, CRASHES)
    scene.did("promote", early)
    scene.settle()
    with scene.store.read() as transaction:
        assert locks.get(transaction, app="web", rack="staging") is None

    late = scene.built("Late", FILES)
    promotion_id = scene.did("promote", late)
    scene.until(promotion_id, P.BAKING)
    scene.behave(late, CRASHES)
    scene.settle()
    with scene.store.read() as transaction:
        assert locks.get(transaction, app="web", rack="staging") is not None


def test_a_promotion_that_somebody_canceled_locks_nothing(scene: Scene) -> None:
    with_traffic(scene)
    release = scene.built("New", FILES)
    promotion_id = scene.did("promote", release)
    scene.until(promotion_id, P.BAKING)
    scene.say("cancel", promotion_id)
    scene.settle()

    with scene.store.read() as transaction:
        assert locks.all_locks(transaction) == []


def test_the_receipt_is_what_the_router_counted(scene: Scene) -> None:
    with_traffic(scene)
    _, promotion_id = promoted(scene, STEADY)

    made = receipt.of(scene.promotion(promotion_id))
    assert made is not None
    shift = int(made.moments[receipt.SHIFT].timestamp())
    over = int(made.moments[receipt.OVER].timestamp())
    kept = counted(scene, promotion_id)
    switch = [one for one in kept if shift <= one.second <= over]
    assert made.requests == sum(one.old.requests + one.new.requests for one in switch)
    assert made.requests >= 12 * 20
    assert made.before.requests == 60 * 20
    assert made.failed == 0
    assert f"Done. {receipt.line(made)}." in scene.told(promotion_id)


def test_a_receipt_with_enough_traffic_comes_with_its_picture_once(scene: Scene) -> None:
    with_traffic(scene)
    _, promotion_id = promoted(scene, STEADY)

    with scene.store.read() as transaction:
        files = [one for one in outbox.of_subject(transaction, promotion_id) if one.kind == "file"]
    assert [one.body["plot"] for one in files] == [promotion_id]


def test_too_little_traffic_is_said_and_not_drawn(scene: Scene) -> None:
    with_traffic(scene, Behaviour(requests_per_second=1))
    _, promotion_id = promoted(scene, Behaviour(requests_per_second=1))

    assert "too little traffic to judge" in scene.told(promotion_id)[-1]
    with scene.store.read() as transaction:
        kinds = {one.kind for one in outbox.of_subject(transaction, promotion_id)}
    assert "file" not in kinds


def test_of_a_quiet_app_no_second_is_asked_for_twice(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The router forgets, and what it was asked for in time must not count as lost later."""
    with_traffic(scene, Behaviour())
    asked: list[datetime] = []
    measure = MemoryRack.measure

    def watched(rack: MemoryRack, target: Target, *, since: datetime) -> Measurement:
        asked.append(since)
        return measure(rack, target, since=since)

    monkeypatch.setattr(MemoryRack, "measure", watched)
    promoted(scene, Behaviour())

    assert len(asked) > 5
    assert asked == sorted(set(asked))


def test_a_promotion_does_not_wait_for_a_router_that_cannot_be_read(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def babble(*_: object, **__: object) -> None:
        raise ValueError("no such column")

    with_traffic(scene)
    monkeypatch.setattr(MemoryRack, "measure", babble)
    release, promotion_id = promoted(scene, STEADY)

    assert scene.promotion(promotion_id).status is P.SUCCEEDED
    assert scene.live_release() == release


def test_a_long_bake_is_not_kept_second_by_second(scene: Scene) -> None:
    with_traffic(scene)
    release = scene.built("New", compose("web", bake_seconds="2400"))
    scene.behave(release, STEADY)
    promotion_id = scene.did("promote", release)
    scene.settle(seconds=60)

    made = receipt.of(scene.promotion(promotion_id))
    assert made is not None
    assert made.requests <= (receipt.KEPT_SECONDS + 1) * 20
    assert len(counted(scene, promotion_id)) < receipt.KEPT_SECONDS + receipt.BEFORE_SECONDS + 300
