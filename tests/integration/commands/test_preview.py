"""Looking before anybody agrees: what is shown, and what happens when it is not so any more."""

import json
import threading
from collections.abc import Callable

import pytest

from bot.slack.render import view_blocks
from commands.reply import Facts, Reply
from engine.adapters.memory import HELD
from engine.preflight import commits, sight
from storage.records import PromotionStatus
from tests.fakes import DOCKERFILE
from tests.worlds import BOB, Scene, compose, text_of

P = PromotionStatus
DATABASE = (
    "  db:\n    image: postgres:17\n    command: postgres -c port={port}\n"
    "    volumes: [data:/var/lib/postgresql/data]\nvolumes:\n  data:\n"
)


def facts_of(reply: Reply) -> dict[str, str]:
    (facts,) = [part for part in reply.parts if isinstance(part, Facts)]
    return dict(facts.pairs)


def with_database(port: int) -> dict[str, str]:
    files = dict(compose("web", health="/up"))
    files["compose.yaml"] += DATABASE.replace("{port}", str(port))
    return files


def test_a_preview_does_nothing(scene: Scene) -> None:
    scene.went_live(scene.built("Old"))
    new = scene.built("New")
    before = len(scene.all_promotions())
    for words in (
        ("promote", new, "--rack", "production"),
        ("promote", new),
        ("promote", new, "--canary", "10"),
        ("restart",),
        ("scale", "web=2"),
    ):
        reply = scene.say(*words, "--preview")
        assert not reply.failed, text_of(reply)
        assert reply.seen
    assert len(scene.all_promotions()) == before


def test_a_preview_says_what_becomes_of_each_service(scene: Scene) -> None:
    scene.went_live(scene.built("Old", compose("web", "worker")))
    scene.did("scale", "web=2")
    scene.settle()
    shown = facts_of(scene.say("promote", scene.built("New", compose("web", "cron")), "--preview"))

    assert shown["Processes"] == "web ×2 (replaced), cron (new) and worker (dropped)"
    assert "New" in shown["Becomes live"]
    assert "Old" in shown["Live now"]
    again = facts_of(scene.say("scale", "web=3", "--preview"))
    assert again["Processes"] == "web 2 → 3 (unchanged, kept) and worker (unchanged, kept)"
    anew = facts_of(scene.say("restart", "--preview"))
    assert anew["Processes"] == "web ×2 (replaced) and worker (replaced)"


def test_a_preview_names_variables_and_never_their_values(scene: Scene) -> None:
    scene.say("env", "set", "KEPT=1", "GONE=2", "OTHER=3")
    scene.went_live(scene.built())
    scene.say("env", "unset", "GONE")
    scene.say("env", "set", "OTHER=s3cr3t-value", "ADDED=s3cr3t-value", "KEPT=1", "GONE=2")
    reply = scene.say("promote", "--preview")

    assert facts_of(reply)["Environment"] == "adds `ADDED`; changes `OTHER`"
    assert "s3cr3t-value" not in repr(reply)


def test_a_switch_is_called_gapless_only_where_it_is(scene: Scene) -> None:
    scene.went_live(scene.built("One", with_database(1)))
    same_database = scene.say("promote", scene.built("Two", with_database(1)), "--preview")
    assert facts_of(same_database)["Switch"] == "gapless"
    assert "db (unchanged, kept)" in facts_of(same_database)["Processes"]

    other_database = scene.say("promote", scene.built("Three", with_database(2)), "--preview")
    assert facts_of(other_database)["Switch"] == "not gapless, see below"
    assert "db has a gap: its old process stops before the new one starts" in text_of(
        other_database
    )


def test_a_service_without_a_health_check_is_called_a_risk(scene: Scene) -> None:
    scene.went_live(scene.built("One", compose("web")))
    reply = scene.say("promote", scene.built("Two", compose("web")), "--preview")
    assert "web has no health check" in text_of(reply)
    assert "a connection to port 8080" in facts_of(reply)["Health"]


def test_hooks_canary_and_bake_are_shown(scene: Scene) -> None:
    files = compose("web", before_promote="./migrate", bake_seconds="90", health="/up")
    scene.went_live(scene.built("One", files))
    release = scene.built("Two", files)
    words = ("promote", release, "--canary", "10,50", "--pause", "5m", "--preview")
    shown = facts_of(scene.say(*words))

    assert shown["Hooks"] == "`before_promote` of `web`"
    assert shown["Canary"] == "10 % → 50 % → 100 %, 5 min at each"
    assert shown["Watched"] == (
        "1 min 30 s, and taken back if it gets unhealthy, if 1 % more requests fail than "
        "before, or if p95 is 2 times as long"
    )
    clicked = facts_of(scene.say("promote", release, "--canary", "10", "--preview"))
    assert clicked["Canary"] == "10 % → 100 %, each when somebody moves it on"


def test_the_preview_of_a_rollback_names_its_goal_and_what_it_stops(scene: Scene) -> None:
    old = scene.built("Old")
    scene.went_live(old)
    broken = scene.built("Broken")
    scene.behave(broken, HELD)
    running = scene.did("promote", broken)
    scene.tick()
    waiting = scene.did("promote", scene.built_candidate("Next"))
    reply = scene.say("rollback", "--preview")

    assert old in facts_of(reply)["Becomes live"]
    assert f"{running} is under way and will be canceled." in text_of(reply)
    assert f"{waiting} waits and will be ended." in text_of(reply)
    assert "migrations" in text_of(reply)


def test_a_preview_names_who_is_ahead(scene: Scene) -> None:
    one = scene.built("One")
    scene.behave(one, HELD)
    running = scene.did("promote", one, who=BOB)
    scene.tick()
    reply = scene.say("promote", scene.built_candidate("Two"), "--preview")
    assert f"Waits behind {running} (promoting {one}, asked for by Bob)." in text_of(reply)


def test_what_would_be_refused_is_refused_at_the_look(scene: Scene) -> None:
    live = scene.built("One")
    scene.went_live(live)
    assert f"{live} is live on staging already." in text_of(scene.say("promote", live, "--preview"))

    new = scene.built("Two")
    scene.say("lock", "web", "--reason", "payments are down", who=BOB)
    reply = scene.say("promote", new, "--preview")
    assert reply.failed
    assert "web on staging is locked. Bob locked it: payments are down." in text_of(reply)


def test_an_engine_that_is_away_is_said_to_be(scene: Scene) -> None:
    scene.went_live(scene.built("One"))
    new = scene.built("Two")
    scene.memory.make_unreachable("staging")
    reply = scene.say("promote", new, "--preview")

    assert not reply.failed
    assert "staging does not answer" in text_of(reply)
    assert facts_of(reply)["Images"] == "not known"


def test_an_engine_that_never_answers_does_not_hold_the_dialog_up(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.went_live(scene.built("One"))
    new = scene.built("Two")
    monkeypatch.setattr(sight, "PATIENCE_SECONDS", 0.05)
    blocked = threading.Event()
    monkeypatch.setattr(scene.world.rack("staging"), "status", lambda: blocked.wait(60))
    reply = scene.say("promote", new, "--preview")
    blocked.set()

    assert "staging has not answered within 0.05 s." in text_of(reply)


def test_an_image_is_there_comes_from_elsewhere_or_is_missing(scene: Scene) -> None:
    scene.memory.any_image = False
    release = scene.built("One", compose("web"))
    (image,) = scene.release(release).images
    scene.memory.add_image("staging", image.image_id)
    assert facts_of(scene.say("promote", release, "--preview"))["Images"] == "there already"
    elsewhere = scene.say("promote", release, "--rack", "production", "--preview")
    assert facts_of(elsewhere)["Images"] == "`web` copied from staging"

    scene.world.rack("staging").prune((), app="")
    reply = scene.say("promote", release, "--preview")
    assert "The image of web is on no rack any more. Build the commit again." in text_of(reply)


def test_a_preview_of_very_much_fits_the_dialog(protected: Scene) -> None:
    services = tuple(f"service-with-a-long-name-{number}" for number in range(40))
    files = compose(*services, before_promote="./migrate", health="/up")
    protected.went_live(protected.built("One", files), "--rack", "production", "--yes")
    names = [f"A_VARIABLE_WITH_A_LONG_NAME_{number}=x" for number in range(200)]
    protected.say("env", "set", *names, "--rack", "production")
    reply = protected.say("promote", "--rack", "production", "--preview")

    assert "and 193 more" in facts_of(reply)["Environment"]
    shown = json.dumps(view_blocks(reply), ensure_ascii=False)
    assert "There is more than fits here." not in shown
    assert "and 33 more" in shown


# Agreed to, and meanwhile.


def agreed_after(scene: Scene, meanwhile: Callable[[], object], *words: str) -> Reply:
    """Look, let something happen, and agree to what was seen before."""
    seen = scene.say(*words, "--preview").seen
    assert seen
    meanwhile()
    return scene.say(*words, "--seen", seen, "--yes")


def test_what_was_looked_at_is_done_where_nothing_changed(protected: Scene) -> None:
    release = protected.built()
    words = ("promote", release, "--rack", "production")
    reply = agreed_after(protected, lambda: protected.clock.pass_time(600), *words)
    assert reply.follow, text_of(reply)
    assert protected.promotion(reply.follow).status is P.QUEUED


def test_another_release_that_went_live_meanwhile_is_shown_before_it_is_agreed_to_anew(
    protected: Scene,
) -> None:
    mine, other = protected.built("Mine"), protected.built("Another")
    words = ("promote", other, "--rack", "production")

    def meanwhile() -> None:
        protected.did("promote", mine, "--rack", "production", "--yes", who=BOB)
        protected.settle()

    reply = agreed_after(protected, meanwhile, *words)
    live = protected.live("production")
    assert live
    assert reply.failed
    assert reply.follow is None
    first, *_ = text_of(reply).splitlines()[1:]
    assert first == (
        "Nothing was done, for things have changed since you looked. "
        f"{live.release_id} is live on production now ({live.promotion_id})."
    )
    assert "Mine" in facts_of(reply)["Live now"]
    assert reply.ask_again == words
    assert reply.seen
    assert protected.say(*reply.ask_again, "--seen", reply.seen, "--yes").follow


def test_every_kind_of_change_is_told(protected: Scene) -> None:
    scene = protected
    release = scene.built("One")
    where = ("--rack", "production")
    scene.did("promote", release, *where, "--yes")
    scene.settle()
    new = scene.built("Two")
    words = ("promote", new, *where)

    def lock() -> None:
        scene.say("lock", "web", *where, "--reason", "x")

    def unlock() -> None:
        scene.say("unlock", "web", *where, "--reason", "x")

    def away() -> None:
        scene.memory.make_unreachable("production")

    def queue() -> None:
        scene.did("restart", *where, "--yes")

    assert "is locked now. Ada locked it: x." in text_of(agreed_after(scene, lock, *words))
    assert "is not locked any more." in text_of(agreed_after(scene, unlock, *words))
    assert "production does not answer now" in text_of(agreed_after(scene, away, *words))
    scene.memory.make_reachable("production")
    assert "comes before it now." in text_of(agreed_after(scene, queue, *words))
    ends = ("cancel", *where)
    assert "Nothing comes before it any more." in text_of(
        agreed_after(scene, lambda: scene.say(*ends), *words)
    )


def test_the_goal_of_a_rollback_that_changed_is_told(scene: Scene) -> None:
    for subject in ("One", "Two", "Three"):
        scene.went_live(scene.built(subject))

    def meanwhile() -> None:
        scene.did("rollback")
        scene.settle()

    reply = agreed_after(scene, meanwhile, "rollback")
    assert "It is about" in text_of(reply)
    assert scene.under_way() == []


def test_an_approval_is_of_what_the_approver_saw(protected: Scene) -> None:
    offer = protected.did("promote", protected.built(), "--rack", "production")

    def meanwhile() -> None:
        protected.memory.make_unreachable("production")

    reply = agreed_after(protected, meanwhile, "approve", offer)
    assert "production does not answer now" in text_of(reply)
    assert protected.promotion(offer).status is P.AWAITING_APPROVAL
    protected.memory.make_reachable("production")
    assert agreed_after(protected, lambda: None, "approve", offer).follow == offer


@pytest.mark.parametrize("digest", ["", "0", "🚀" * 99, "0" * 36])
def test_a_digest_of_something_else_is_refused(scene: Scene, digest: str) -> None:
    release = scene.built("One", DOCKERFILE)
    reply = scene.say("promote", release, "--seen", digest)
    assert reply.failed
    assert "things have changed since you looked" in text_of(reply)
    assert scene.under_way() == []


def test_without_a_dialog_nothing_has_to_be_looked_at(scene: Scene) -> None:
    assert scene.did("promote", scene.built())


def test_the_commits_between_are_counted_and_named(scene: Scene) -> None:
    first = scene.built("First")
    scene.went_live(first)
    for subject in ("Fix *cart*", "Add tax"):
        scene.source.commit(subject)
    last = scene.built("x" * 80)
    on = facts_of(scene.say("promote", last, "--preview"))
    scene.went_live(last)
    back = facts_of(scene.say("rollback", "--preview"))

    subjects = "x" * 59 + "… · Add tax · Fix \\*cart\\*"
    assert on["Commits"] == f"3 commits: {subjects}"
    assert back["Commits"] == f"goes back 3 commits: {subjects}"
    assert "Commits" not in facts_of(scene.say("restart", "--preview"))


def test_commits_of_another_branch_are_told_apart_from_what_is_live(scene: Scene) -> None:
    scene.went_live(scene.built("First"))
    for number in range(7):
        scene.source.commit(f"Other {number}", branch="other")
    build = scene.did("build", "--rack", "staging", "--app", "web", "--ref", "other")
    scene.settle()
    release = scene.build(build).release_id
    assert release
    shown = facts_of(scene.say("promote", release, "--preview"))

    assert shown["Commits"] == (
        "7 commits, without 1 of what is live: Other 6 · Other 5 · Other 4 · Other 3 · Other 2 · "
        "2 more"
    )


def test_a_history_that_is_not_known_is_left_out_and_changes_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.went_live(scene.built("First"))
    words = ("promote", scene.built("Second"), "--preview")
    known = scene.say(*words)
    source = scene.source
    scene.source.is_reachable = False
    unreachable = scene.say(*words)

    def breaks(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(source, "between", breaks)
    broken = scene.say(*words)
    asked, answered = threading.Event(), threading.Event()

    def hangs(*_: object) -> None:
        asked.set()
        answered.wait(30)

    monkeypatch.setattr(source, "between", hangs)
    monkeypatch.setattr(commits, "PATIENCE_SECONDS", 0.05)
    hanging = scene.say(*words)
    answered.set()

    assert asked.is_set()
    assert "Commits" in facts_of(known)
    for reply in (unreachable, broken, hanging):
        assert "Commits" not in facts_of(reply)
        assert not reply.failed
        assert reply.seen == known.seen
