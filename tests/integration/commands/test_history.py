"""What was made live: the list, and everything about one promotion."""

from commands.reply import Code, Facts, Reply, Table
from engine import locking
from engine.adapters.memory import Behaviour
from storage.records import PromotionStatus
from tests.worlds import BOB, Scene, buttons_of, compose, text_of

P = PromotionStatus
FILES = compose("web", bake_seconds="12", before_promote="./migrate")
STEADY = Behaviour(requests_per_second=40, milliseconds=40)


def with_receipt(scene: Scene) -> str:
    """A promotion that moved traffic while people were there."""
    for subject in ("Old", "New"):
        release = scene.built(subject, FILES)
        scene.behave(release, STEADY)
        promotion_id = scene.went_live(release)
        scene.pass_time(70)
    return promotion_id


def tables_of(reply: Reply) -> list[Table]:
    return [part for part in reply.parts if isinstance(part, Table)]


def facts_of(reply: Reply) -> dict[str, str]:
    return dict(pair for part in reply.parts if isinstance(part, Facts) for pair in part.pairs)


def test_without_any_promotion_it_says_how_one_begins(scene: Scene) -> None:
    (table,) = tables_of(scene.say("promotions"))
    assert table.rows == ()
    assert "/rack promote" in table.empty


def test_the_list_shows_how_each_ended_and_what_it_did_to_the_requests(scene: Scene) -> None:
    promotion_id = with_receipt(scene)
    reply = scene.say("promotions")
    newest, eldest = tables_of(reply)[0].rows

    assert newest[0] == promotion_id
    assert newest[2] == "succeeded"
    assert newest[4].endswith(" · 0 failed")
    assert newest[5] == eldest[5] == "Ada"
    assert ("promotions", "info", promotion_id) in [one.words for one in buttons_of(reply.parts)]


def test_info_shows_steps_hooks_and_the_receipt(scene: Scene) -> None:
    promotion_id = with_receipt(scene)
    reply = scene.say("promotions", "info", promotion_id)
    steps, served = tables_of(reply)

    assert [row[0] for row in steps.rows] == [
        "asked",
        "left the queue",
        "traffic moves",
        "live",
        "watched",
        "old ones let go",
        "succeeded",
    ]
    assert [row[0] for row in served.rows] == [
        "before",
        "during the move",
        "after it",
        "by the old processes",
        "by the new processes",
    ]
    assert "before_promote of web ended well" in text_of(reply)
    assert "requests during the switch, 0 failed" in text_of(reply)
    assert "Longest pause between two answers" in text_of(reply)
    assert facts_of(reply)["Asked by"] == "Ada"
    assert ("ps", "--app", "web", "--rack", "staging") in [
        button.words for button in buttons_of(reply.parts)
    ]


def test_info_of_a_failure_shows_its_cause_and_its_evidence(scene: Scene) -> None:
    scene.went_live(scene.built("Old", compose("web")))
    broken = scene.built("Broken", compose("web"))
    scene.behave(broken, Behaviour(exit_code=3, exit_after_seconds=0.5))
    promotion_id = scene.did("promote", broken, who=BOB)
    scene.settle()
    reply = scene.say("promotions", "info", promotion_id)

    assert "exited with code 3" in facts_of(reply)["Why it ended"]
    (evidence,) = [part for part in reply.parts if isinstance(part, Code)]
    assert evidence.text
    assert facts_of(reply)["Asked by"] == "Bob"


def test_info_in_a_thread_means_its_promotion(scene: Scene) -> None:
    promotion_id = scene.went_live(scene.built())
    reply = scene.say("promotions", "info", subject=promotion_id)
    assert reply.title == f"Promotion {promotion_id} of web"


def test_info_shows_a_canary_under_way_and_the_lock_that_holds(scene: Scene) -> None:
    scene.went_live(scene.built("Old", compose("web")))
    promotion_id = scene.did("promote", scene.built("New", compose("web")), "--canary", "10,50")
    scene.until(promotion_id, P.HOLDING)
    with scene.store.write() as transaction:
        locking.locked_by_promotion(
            transaction, scene.promotion(promotion_id), "5 % fail.", scene.clock.now()
        )
    reply = scene.say("promotions", "info", promotion_id)

    assert facts_of(reply)["Canary"] == "10 % → 50 % → 100 %, each by a click, now 10 %"
    assert "web on staging is locked by this promotion." in text_of(reply)
    offered = [button.words[0] for button in buttons_of(reply.parts)]
    assert offered == ["unlock", "advance", "cancel", "logs"]
