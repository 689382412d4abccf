"""Everybody may look; only members act. The same request acts once; two people act once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from commands.cards import card
from commands.reply import Reply
from commands.request import Origin, Standing
from commands.tree import Group, root
from engine.adapters.memory import HELD
from storage.records import Person, PromotionStatus
from storage.tables import metadata
from tests.worlds import ADA, BOB, Scene, buttons_of, text_of

P = PromotionStatus
YAML = "{app: web, tasks: [build, {promote: staging}]}"
ACTS = (
    ("apps", "create", "shop", "--repo", "x"),
    ("build",),
    ("promote",),
    ("releases", "promote"),
    ("rollback",),
    ("releases", "rollback"),
    ("approve", "PAAAAAAAAAA"),
    ("advance", "PAAAAAAAAAA"),
    ("lock", "--reason", "Payments are down"),
    ("unlock", "--reason", "Payments are back"),
    ("scale", "web=2"),
    ("restart",),
    ("cancel",),
    ("env", "set", "A=1"),
    ("env", "unset", "A"),
    ("switch", "production", "--channel"),
    ("workflows", "new", "--name", "another", "--yaml", YAML),
    ("workflows", "edit", "qa", "--yaml", YAML),
    ("workflows", "run", "qa"),
    ("workflows", "pause", "qa"),
    ("workflows", "resume", "qa"),
    ("workflows", "delete", "qa"),
    ("jobs", "cancel", "JAAAAAAAAAA"),
    ("jobs", "retry", "JAAAAAAAAAA"),
)
LOOKS = (
    ("help",),
    ("racks",),
    ("switch",),
    ("apps",),
    ("apps", "info"),
    ("builds",),
    ("builds", "logs"),
    ("releases",),
    ("releases", "info"),
    ("env",),
    ("ps",),
    ("logs",),
    ("scale",),
    ("status",),
    ("queue",),
    ("locks",),
    ("promotions",),
    ("workflows",),
    ("workflows", "info", "qa"),
    ("workflows", "yaml", "qa"),
    ("jobs",),
)
STRANGERS = [standing for standing in Standing if standing is not Standing.MEMBER]


@pytest.mark.parametrize("standing", STRANGERS)
def test_who_is_no_member_may_look_and_changes_nothing(scene: Scene, standing: Standing) -> None:
    scene.went_live(scene.built())
    scene.workflow("qa", "build", {"promote": "staging"})
    before = everything(scene)

    for words in ACTS:
        reply = scene.say(*words, standing=standing)
        assert reply.failed, words
        assert "You cannot do that here." in text_of(reply), words
    assert everything(scene) == before
    for words in LOOKS:
        assert not scene.say(*words, standing=standing).failed, words


def everything(scene: Scene) -> list[tuple[object, ...]]:
    with scene.store.read() as transaction:
        return [
            tuple(row)
            for table in metadata.sorted_tables
            for row in transaction.execute(table.select())
        ]


def test_every_command_of_the_tree_is_a_look_or_an_act() -> None:
    def paths(group: Group, path: tuple[str, ...]) -> set[tuple[str, ...]]:
        found: set[tuple[str, ...]] = set()
        for name, command in group.commands.items():
            found.add((*path, name))
            if isinstance(command, Group):
                found |= paths(command, (*path, name))
        return found

    covered = {words[:length] for words in (*ACTS, *LOOKS) for length in (1, 2)}
    shown_by_id = {("builds", "info"), ("promotions", "info"), ("jobs", "info")}
    assert paths(root, ()) - covered <= shown_by_id


def test_who_slack_does_not_know_just_now_is_asked_to_try_again(scene: Scene) -> None:
    reply = scene.say("build", standing=Standing.UNKNOWN)
    assert text_of(reply) == (
        "You cannot do that here. Slack did not say who you are just now.\nTry again in a minute."
    )


def test_values_by_mention_are_refused_and_called_leaked(scene: Scene) -> None:
    reply = scene.say("env", "set", "TOKEN=s3cr3t-value", origin=Origin.MENTION)
    assert reply.failed
    assert "Treat what you wrote as leaked." in text_of(reply)
    assert "s3cr3t-value" not in text_of(reply)


@pytest.mark.parametrize("words", [("env", "set", "TOKEN=s3cr3t-value"), ("env", "set")])
def test_no_value_is_in_the_database_or_an_answer_in_clear(
    scene: Scene, words: tuple[str, ...]
) -> None:
    secret_words = () if len(words) == 3 else ("TOKEN=s3cr3t-value",)
    scene.say("env", "set", "OTHER=also-s3cr3t-value")
    reply = scene.say(*words, secret_words=secret_words)
    scene.went_live(scene.built())
    replies = [reply, *(scene.say(*look) for look in LOOKS)]

    assert not any("s3cr3t-value" in repr(one) for one in replies)
    live = scene.live_release()
    assert live
    assert scene.environment(live)["TOKEN"] == "s3cr3t-value"
    folder = scene.world.work_folder.parent
    for path in folder.glob("rackhand.db*"):
        assert b"s3cr3t-value" not in path.read_bytes(), path.name


# Once.


@pytest.mark.parametrize("words", [("build",), ("promote",), ("restart",), ("env", "set", "N=1")])
def test_a_request_that_is_delivered_twice_acts_once(scene: Scene, words: tuple[str, ...]) -> None:
    scene.went_live(scene.built("One"))
    scene.built("Two")
    first = scene.say(*words, key="the same click")
    after_first = everything(scene)
    second = scene.say(*words, key="the same click")

    assert not first.failed
    assert second == Reply()
    assert everything(scene) == after_first


def test_a_request_that_was_refused_is_refused_again(scene: Scene) -> None:
    replies = [scene.say("promote", "RNOTTHEREXX", key="one") for _ in range(2)]
    assert replies[0] == replies[1]
    assert replies[0].failed


def at_once(acts: list[Callable[[], Reply]]) -> list[Reply]:
    ready = threading.Barrier(len(acts))

    def do(act: Callable[[], Reply]) -> Reply:
        ready.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(do, acts))


PEOPLE = [Person(team="T1", user=f"U{number}", name=f"Person {number}") for number in range(4)]


def test_of_four_people_who_promote_at_once_one_does_and_the_others_learn_who(
    anywhere: Scene,
) -> None:
    release = anywhere.built()
    replies = at_once([lambda who=who: anywhere.say("promote", release, who=who) for who in PEOPLE])  # type: ignore[misc]

    (done,) = [reply for reply in replies if not reply.failed]
    assert done.follow
    asker = anywhere.promotion(done.follow).asked_by.name
    for reply in replies:
        if reply.failed:
            assert f"{asker} asked for it" in text_of(reply)
    assert len(anywhere.all_promotions()) == 1


def test_of_four_people_who_promote_a_release_without_its_environment_one_does(
    anywhere: Scene,
) -> None:
    release = anywhere.built()
    anywhere.say("env", "set", "A=1")  # so that promoting makes a release of its own
    replies = at_once([lambda who=who: anywhere.say("promote", release, who=who) for who in PEOPLE])  # type: ignore[misc]

    assert [reply.failed for reply in replies].count(False) == 1
    assert len(anywhere.all_promotions()) == 1


def test_of_four_people_who_roll_back_at_once_one_does(anywhere: Scene) -> None:
    anywhere.went_live(anywhere.built("One"))
    anywhere.went_live(anywhere.built("Two"))
    replies = at_once([lambda who=who: anywhere.say("rollback", who=who) for who in PEOPLE])  # type: ignore[misc]

    assert [reply.failed for reply in replies].count(False) == 1
    assert len(anywhere.all_promotions()) == 3


def test_of_four_people_who_approve_at_once_one_does(protected: Scene) -> None:
    offer = protected.did("promote", protected.built(), "--rack", "production")
    replies = at_once([lambda who=who: protected.say("approve", offer, who=who) for who in PEOPLE])  # type: ignore[misc]

    assert [reply.failed for reply in replies].count(False) == 1
    told = protected.told(offer)
    assert [text.startswith("Approved by") for text in told].count(True) == 1


def test_one_person_who_switches_in_two_windows_ends_on_one_of_them(anywhere: Scene) -> None:
    replies = at_once(
        [
            lambda: anywhere.say("switch", "staging"),
            lambda: anywhere.say("switch", "production"),
        ]
    )
    assert not any(reply.failed for reply in replies)


# Outdated buttons.


def press_labeled(scene: Scene, subject: str, label: str, who: Person = BOB) -> Reply:
    view = card(scene.world, subject)
    assert view is not None
    (button,) = [one for one in buttons_of(view.parts) if one.label == label]
    return scene.press(button, who=who, subject=subject)


def test_a_promote_button_of_what_is_live_says_who_promoted_it(scene: Scene) -> None:
    release = scene.built()
    promotion = scene.went_live(release)
    reply = press_labeled(scene, scene.release(release).build_id, "Promote to staging")
    assert (
        text_of(reply).splitlines()[0]
        == f"{release} is live on staging already. Ada promoted it ({promotion})."
    )


def test_a_roll_back_button_of_what_is_no_longer_live_does_nothing(scene: Scene) -> None:
    one, two = scene.built("One"), scene.built("Two")
    promotion = scene.went_live(one)
    view = card(scene.world, promotion)
    assert view is not None
    (button,) = [one for one in buttons_of(view.parts) if one.label == "Roll back…"]
    scene.went_live(two)
    reply = scene.press(button)

    assert f"{one} is not live on staging any more. {two} is." in text_of(reply)
    assert scene.live_release() == two


def test_a_cancel_button_of_what_ended_says_how_it_ended(scene: Scene) -> None:
    release = scene.built()
    scene.behave(release, HELD)
    promotion = scene.did("promote", release)
    scene.tick()
    scene.say("cancel", promotion)
    again = scene.say("cancel", promotion, who=BOB)
    scene.settle()
    too_late = scene.say("cancel", promotion, who=BOB)

    nothing = f"There is nothing left to cancel of {promotion}."
    assert text_of(again) == f"{nothing} Ada has asked to cancel it."
    assert text_of(too_late) == f"{nothing} Ada canceled it."


def test_an_approve_button_of_what_was_approved_says_how_it_stands(protected: Scene) -> None:
    offer = protected.did("promote", protected.built(), "--rack", "production")
    protected.say("approve", offer, who=ADA)
    reply = protected.say("approve", offer, who=BOB)
    assert f"{offer} does not wait for approval." in text_of(reply)
    assert "Ada approved it." in text_of(reply)
