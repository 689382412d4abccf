"""What the queries about apps, builds, releases and promotions find, and in which order."""

from datetime import timedelta

from storage import apps, builds, ids, promotions, releases
from storage.records import BuildStatus, Promotion, PromotionStatus
from storage.store import Store
from tests.integration.storage.records import (
    NOW,
    a_build,
    a_live,
    a_promotion,
    a_release,
    an_app,
    an_environment,
)

P = PromotionStatus


def after(minutes: float) -> dict[str, object]:
    return {"created_at": NOW + timedelta(minutes=minutes)}


def names(found: list[Promotion]) -> list[str]:
    return [one.id[1] for one in found]


def test_apps_are_listed_by_name(store: Store) -> None:
    with store.write() as transaction:
        for name in ("web", "api"):
            apps.add(transaction, an_app(name))
        assert [one.name for one in apps.all_of_them(transaction)] == ["api", "web"]
        assert apps.get(transaction, "nope") is None


def test_the_apps_of_the_file_are_replaced_and_those_made_in_slack_stay(store: Store) -> None:
    with store.write() as transaction:
        apps.add(transaction, an_app("made"))
        apps.replace_those_of_file(transaction, [an_app("a", in_file=True)])
        apps.replace_those_of_file(transaction, [an_app("b", in_file=True)])
        assert [one.name for one in apps.all_of_them(transaction)] == ["b", "made"]


def test_the_last_switch_of_a_person_or_channel_counts(store: Store) -> None:
    with store.write() as transaction:
        apps.switch(transaction, "user:T:U", "staging")
        apps.switch(transaction, "user:T:U", "production")
        apps.switch(transaction, "channel:C", "staging")
        assert apps.switched_to(transaction, "user:T:U") == "production"
        assert apps.switched_to(transaction, "channel:C") == "staging"
        assert apps.switched_to(transaction, "channel:D") is None


def test_builds_are_listed_newest_first_by_app_and_rack(store: Store) -> None:
    with store.write() as transaction:
        builds.add(transaction, a_build("BAAAAAAAAAA", **after(0)))
        builds.add(transaction, a_build("BBBBBBBBBBB", **after(2)))
        builds.add(transaction, a_build("BCCCCCCCCCC", **after(1), rack="production"))
        builds.add(transaction, a_build("BDDDDDDDDDD", **after(3), app="shop"))
        of_web = builds.latest(transaction, app="web", rack="staging")
        assert [one.id[1] for one in of_web] == ["B", "A"]
        assert [one.id[1] for one in builds.latest(transaction, limit=2)] == ["D", "B"]


def test_unfinished_builds_are_those_without_an_end_oldest_first(store: Store) -> None:
    with store.write() as transaction:
        for minutes, status in enumerate(reversed(BuildStatus)):
            letter = "ABCDEFG"[minutes]
            builds.add(transaction, a_build(f"B{letter * 10}", status=status, **after(minutes)))
        found = [one.status for one in builds.unfinished(transaction)]
    assert found == [
        BuildStatus.PUSHING,
        BuildStatus.BUILDING,
        BuildStatus.FETCHING,
        BuildStatus.QUEUED,
    ]


def test_a_log_is_read_whole_and_in_order_of_its_last_attempt(store: Store) -> None:
    with store.write() as transaction:
        builds.add_log(transaction, "B1", 1, 0, "of the killed attempt\n")
        builds.add_log(transaction, "B1", 2, 1, "second 🚀\n")
        builds.add_log(transaction, "B1", 2, 0, "first\n")
        builds.add_log(transaction, "B2", 3, 0, "of another build\n")
        assert builds.log(transaction, "B1") == "first\nsecond 🚀\n"
        assert builds.log(transaction, "B3") == ""


def test_healthy_releases_are_listed_by_when_they_last_were(store: Store) -> None:
    with store.write() as transaction:
        for letter, minutes in (("A", 0), ("B", 1), ("C", 2)):
            releases.add(transaction, a_release(f"R{letter * 10}", **after(minutes)))
        releases.mark_healthy(transaction, "RBBBBBBBBBB", NOW)
        releases.mark_healthy(transaction, "RAAAAAAAAAA", NOW + timedelta(minutes=9))
        healthy = releases.latest(transaction, app="web", rack="staging", healthy=True)
        newest = releases.latest(transaction, app="web", rack="staging", limit=2)
    assert [one.id[1] for one in healthy] == ["A", "B"]
    assert [one.id[1] for one in newest] == ["C", "B"]


def test_the_newest_release_of_a_build_on_a_rack_is_found(store: Store) -> None:
    with store.write() as transaction:
        releases.add(transaction, a_release("RAAAAAAAAAA"))
        releases.add(transaction, a_release("RBBBBBBBBBB", **after(1)))
        releases.add(transaction, a_release("RCCCCCCCCCC", **after(2), rack="production"))
        releases.add(transaction, a_release("RDDDDDDDDDD", **after(3), build_id="B2"))
        found = releases.copy_on(transaction, rack="staging", build_id="BAAAAAAAAAA")
        missing = releases.copy_on(transaction, rack="nowhere", build_id="BAAAAAAAAAA")
    assert found is not None
    assert found.id == "RBBBBBBBBBB"
    assert missing is None


def test_the_newest_environment_of_an_app_on_a_rack_is_found(store: Store) -> None:
    with store.write() as transaction:
        releases.add_environment(transaction, an_environment("E1"))
        releases.add_environment(transaction, an_environment("E2", **after(1)))
        releases.add_environment(transaction, an_environment("E3", **after(2), rack="production"))
        found = releases.latest_environment(transaction, app="web", rack="staging")
        missing = releases.latest_environment(transaction, app="shop", rack="staging")
    assert found == an_environment("E2", **after(1))
    assert missing is None


def test_promotions_are_found_by_app_rack_release_and_status(store: Store) -> None:
    with store.write() as transaction:
        promotions.add(transaction, a_promotion("PAAAAAAAAAA", **after(0), status=P.SUCCEEDED))
        promotions.add(transaction, a_promotion("PBBBBBBBBBB", **after(1), status=P.VERIFYING))
        promotions.add(transaction, a_promotion("PCCCCCCCCCC", **after(2)))
        promotions.add(transaction, a_promotion("PDDDDDDDDDD", **after(3), rack="production"))
        promotions.add(transaction, a_promotion("PEEEEEEEEEE", **after(4), release_id="R2"))
        on_staging = {"app": "web", "rack": "staging"}
        assert names(promotions.latest(transaction, **on_staging, limit=3)) == ["E", "C", "B"]
        assert names(promotions.latest(transaction, release_id="R2")) == ["E"]
        assert names(promotions.unfinished(transaction, **on_staging)) == ["B", "C", "E"]
        assert names(promotions.unfinished(transaction)) == ["B", "C", "D", "E"]
        running = promotions.running(transaction, **on_staging)
        assert running is not None
        assert running.id == "PBBBBBBBBBB"
        assert promotions.running(transaction, app="web", rack="production") is None


def test_ended_promotions_with_leftovers_are_found_by_rack(store: Store) -> None:
    with store.write() as transaction:
        promotions.add(transaction, a_promotion("PAAAAAAAAAA", status=P.FAILED, leftovers=True))
        promotions.add(transaction, a_promotion("PBBBBBBBBBB", status=P.FAILED))
        assert names(promotions.with_leftovers(transaction, rack="staging")) == ["A"]
        assert promotions.with_leftovers(transaction, rack="production") == []


def test_one_release_is_live_of_an_app_on_a_rack(store: Store) -> None:
    with store.write() as transaction:
        promotions.set_live(transaction, a_live())
        promotions.set_live(transaction, a_live(release_id="RBBBBBBBBBB", scale={"web": 3}))
        promotions.set_live(transaction, a_live(rack="production"))
        found = promotions.live_on(transaction, app="web", rack="staging")
        assert found == a_live(release_id="RBBBBBBBBBB", scale={"web": 3})
        assert [one.rack for one in promotions.all_live(transaction)] == ["production", "staging"]
        assert len(promotions.all_live(transaction, rack="staging")) == 1
        promotions.clear_live(transaction, app="web", rack="staging")
        assert promotions.live_on(transaction, app="web", rack="staging") is None


def test_ids_have_no_letters_that_look_like_others() -> None:
    made = {ids.new_id("B") for _ in range(500)}

    assert len(made) == 500
    assert all(len(one) == 11 and one[0] == "B" for one in made)
    assert not set("IO01l") & {letter for one in made for letter in one[1:]}
