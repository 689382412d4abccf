"""What preflight warns of: rules over facts."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.canary import Canary
from engine.errors import UserError
from engine.ports.rack import Capabilities
from engine.preflight import (
    EnvironmentChange,
    Fate,
    ImageSight,
    ImageSource,
    Level,
    Plan,
    Question,
    ServiceChange,
    Sight,
    concerns,
    digest,
    gaps,
    refuse_canary,
)
from storage.records import Live, Lock, Person, PromotionKind, Release

ADA = Person(team="T1", user="U1", name="Ada")
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
RELEASE = Release(
    id="RNEWNEWNEWN",
    app="web",
    rack="production",
    build_id="BBBBBBBBBBB",
    sha="a" * 40,
    subject="Fix",
    author="Ada",
    images=(),
    manifest={},
    environment_id=None,
    description="",
    created_by=ADA,
    created_at=NOW,
)
LIVE = Live(
    app="web", rack="production", release_id="ROLD", promotion_id="POLD", since=NOW, scale={}
)
WEB = ServiceChange(name="web", fate=Fate.REPLACED, before=1, after=1, is_routed=True)
DATABASE = ServiceChange(name="db", fate=Fate.REPLACED, before=1, after=1, stop_first=True)
PLAN = Plan(
    question=Question(kind=PromotionKind.PROMOTE, release=RELEASE, rack="production"),
    live=LIVE,
    live_release=None,
    services=(WEB,),
    environment=EnvironmentChange(),
    environment_id=None,
)
ABLE = Capabilities(weights=True, measures=True)
SIGHT = Sight(capabilities=ABLE)
LOCK = Lock(
    app="web",
    rack="production",
    reason="x",
    locked_by=ADA,
    promotion_id=None,
    locked_at=NOW,
)
GIBIBYTE = 1024**3


def told(plan: Plan = PLAN, sight: Sight = SIGHT) -> list[tuple[Level, str]]:
    return [(one.level, one.text) for one in concerns(plan, sight)]


def with_services(*services: ServiceChange) -> Plan:
    return replace(PLAN, services=services)


def test_a_checked_service_side_by_side_is_gapless_and_nothing_is_warned_of() -> None:
    assert gaps(PLAN, SIGHT) == ()
    assert told() == []


@pytest.mark.parametrize(
    "service",
    [
        DATABASE,
        replace(WEB, stop_first=True),
        replace(WEB, is_checked=False),
    ],
)
def test_what_cannot_be_replaced_side_by_side_unseen_is_a_gap(service: ServiceChange) -> None:
    (text,) = gaps(with_services(service), SIGHT)
    assert f"`{service.name}`" in text


@pytest.mark.parametrize("fate", [Fate.NEW, Fate.KEPT, Fate.DROPPED])
def test_what_is_not_replaced_has_no_gap(fate: Fate) -> None:
    assert gaps(with_services(replace(DATABASE, fate=fate)), SIGHT) == ()


def test_a_worker_that_gets_no_traffic_needs_no_check_to_be_gapless() -> None:
    worker = replace(WEB, name="worker", is_routed=False, is_checked=False)
    assert gaps(with_services(worker), SIGHT) == ()


@pytest.mark.parametrize(
    ("lacking", "level", "word"),
    [
        (replace(ABLE, shifts=False), Level.RISK, "moves the traffic by itself"),
        (replace(ABLE, drains=False), Level.RISK, "does not wait"),
        (replace(ABLE, keeps_warm=False), Level.NOTE, "keep old processes warm"),
        (replace(ABLE, reverts=False), Level.NOTE, "take a bad release back"),
        (replace(ABLE, measures=False), Level.NOTE, "counts no requests"),
    ],
)
def test_each_thing_that_a_rack_cannot_do_is_named(
    lacking: Capabilities, level: Level, word: str
) -> None:
    ((found, text),) = told(sight=replace(SIGHT, capabilities=lacking))
    assert found is level
    assert word in text


def test_a_lock_refuses_all_but_a_rollback() -> None:
    locked = replace(PLAN, lock=LOCK)
    assert [level for level, _ in told(locked)] == [Level.REFUSED]
    back = replace(locked.question, kind=PromotionKind.ROLLBACK)
    assert told(replace(locked, question=back)) == []


def test_a_lock_that_a_promotion_made_keeps_nobody_from_a_restart() -> None:
    again = replace(PLAN.question, kind=PromotionKind.RESTART)
    by_somebody = replace(PLAN, question=again, lock=LOCK)
    by_itself = replace(by_somebody, lock=replace(LOCK, locked_by=None, promotion_id="P1"))
    assert [level for level, _ in told(by_somebody)] == [Level.REFUSED]
    assert told(by_itself) == []


@pytest.mark.parametrize(
    ("free_bytes", "source", "level"),
    [
        (GIBIBYTE, ImageSource.OTHER_RACK, Level.RISK),
        (GIBIBYTE, ImageSource.THERE, Level.NOTE),
    ],
)
def test_little_room_is_a_risk_where_an_image_has_still_to_come(
    free_bytes: int, source: ImageSource, level: Level
) -> None:
    images = (ImageSight(service="web", source=source),)
    ((found, text),) = told(sight=replace(SIGHT, free_bytes=free_bytes, images=images))
    assert found is level
    assert "1.0 GB of disk left" in text
    roomy = replace(SIGHT, free_bytes=20 * GIBIBYTE, images=images)
    assert told(sight=roomy) == []


def test_what_would_fail_stands_before_what_is_only_a_risk() -> None:
    images = (ImageSight(service="web", source=ImageSource.NOWHERE),)
    levels = [level for level, _ in told(with_services(DATABASE), replace(SIGHT, images=images))]
    assert levels == [Level.FAILS, Level.RISK]


def test_an_engine_that_is_away_says_nothing_of_what_it_can_do() -> None:
    away = Sight(answers=False, detail="no route to host.")
    ((level, text),) = told(sight=away)
    assert level is Level.FAILS
    assert "no route to host." in text


@pytest.mark.parametrize(
    ("plan", "capabilities"),
    [
        (PLAN, replace(ABLE, weights=False)),
        (replace(PLAN, live=None), ABLE),
        (with_services(replace(WEB, fate=Fate.KEPT)), ABLE),
        (with_services(replace(WEB, stop_first=True), DATABASE), ABLE),
        (with_services(replace(WEB, is_routed=False)), ABLE),
    ],
)
def test_there_is_no_canary_without_traffic_to_divide(
    plan: Plan, capabilities: Capabilities
) -> None:
    with pytest.raises(UserError, match="no canary of web on production"):
        refuse_canary(plan, capabilities)


def test_there_is_a_canary_where_one_service_changes_sides() -> None:
    refuse_canary(with_services(DATABASE, WEB), ABLE)
    asked = replace(PLAN.question, canary=Canary(steps=(10, 100)))
    assert told(replace(PLAN, question=asked)) == []


def test_a_digest_is_of_what_would_make_one_think_again_and_of_nothing_else() -> None:
    seen = digest(PLAN, SIGHT)
    roomier = replace(SIGHT, free_bytes=20 * GIBIBYTE)
    copied = replace(
        SIGHT, images=(ImageSight(service="web", source=ImageSource.OTHER_RACK, rack="x"),)
    )
    assert {digest(PLAN, SIGHT), digest(PLAN, roomier), digest(PLAN, copied)} == {seen}
    others = (
        replace(PLAN, live=None),
        replace(PLAN, lock=LOCK),
        replace(PLAN, environment_id="E1"),
        replace(PLAN, question=replace(PLAN.question, scale={"web": 2})),
    )
    assert seen not in {digest(other, SIGHT) for other in others}
    assert seen != digest(PLAN, Sight(answers=False))
