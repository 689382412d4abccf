"""What the card of a promotion shows on its way, and what it offers."""

import re

from commands.cards import card
from commands.reply import CardView, Facts, Text, Tone
from engine.adapters.memory import Behaviour
from storage.records import PromotionStatus
from tests.reading import as_read
from tests.worlds import BOB, Scene, buttons_of, compose, text_of

P = PromotionStatus
FILES = compose("web", bake_seconds="12")
SIDE = re.compile(r"[\d,]+ requests, 0 failed, p95 \d+ ms")
STEADY = Behaviour(requests_per_second=40, milliseconds=40)


def drawn(scene: Scene, subject: str) -> CardView:
    found = card(scene.world, subject)
    assert found
    return found


def shown(scene: Scene, subject: str) -> str:
    return "\n".join(
        as_read(text, getattr(part, "people", ()))
        for part in drawn(scene, subject).parts
        if isinstance(text := getattr(part, "text", None), str)
    )


def labels(scene: Scene, subject: str) -> list[str]:
    return [button.label for button in buttons_of(drawn(scene, subject).parts)]


def with_traffic(scene: Scene) -> str:
    old = scene.built("Old", FILES)
    scene.behave(old, STEADY)
    scene.went_live(old)
    scene.pass_time(70)
    return old


def holding(scene: Scene, *words: str) -> str:
    with_traffic(scene)
    new = scene.built("New", FILES)
    scene.behave(new, STEADY)
    promotion_id = scene.did("promote", new, "--canary", "10,50", *words)
    scene.until(promotion_id, P.HOLDING)
    scene.pass_time(20)
    return promotion_id


def test_the_card_of_a_held_canary_shows_its_share_both_sides_and_two_ways_on(
    scene: Scene,
) -> None:
    promotion_id = holding(scene)
    view = drawn(scene, promotion_id)

    assert view.tone is Tone.WAITING
    assert "10 %" in shown(scene, promotion_id)
    assert "It waits for somebody to move it on to 50 %" in shown(scene, promotion_id)
    (sides,) = [part for part in view.parts if isinstance(part, Facts)]
    old, new = (value for _, value in sides.pairs)
    assert SIDE.fullmatch(old)
    assert SIDE.fullmatch(new)
    assert int(old.split()[0].replace(",", "")) > int(new.split()[0].replace(",", "")) > 0
    assert labels(scene, promotion_id) == ["Move on to 50 %", "Go back", "Log"]


def test_a_canary_with_a_pause_says_when_it_goes_on(scene: Scene) -> None:
    promotion_id = holding(scene, "--pause", "5m")
    (text,) = [
        part.text
        for part in drawn(scene, promotion_id).parts
        if isinstance(part, Text) and "unless it gets worse" in part.text
    ]
    since = scene.promotion(promotion_id).status_since
    assert f"50 % at {{@{int(since.timestamp()) + 300}}}" in text


def test_a_button_of_a_step_that_is_over_takes_no_other_step(scene: Scene) -> None:
    promotion_id = holding(scene)
    move_on = buttons_of(drawn(scene, promotion_id).parts)[0]
    assert not scene.press(move_on, who=BOB).failed
    assert "Bob moves it on to 50 %" in shown(scene, promotion_id)
    assert labels(scene, promotion_id) == ["Go back", "Log"]
    scene.tick()
    scene.until(promotion_id, P.HOLDING)

    late = scene.press(move_on)
    assert late.failed
    assert f"{promotion_id} is past that step: it has 50 % of the traffic." in text_of(late)
    assert scene.promotion(promotion_id).moved_on_by is None
    assert labels(scene, promotion_id)[0] == "Move on to 100 %"


def test_advance_without_an_id_means_the_only_one(scene: Scene) -> None:
    promotion_id = holding(scene)
    assert f"Moving {promotion_id} of web on staging on to 50 %" in text_of(scene.say("advance"))


def test_going_back_from_the_card_gives_the_old_release_everything(scene: Scene) -> None:
    promotion_id = holding(scene)
    back = buttons_of(drawn(scene, promotion_id).parts)[1]
    scene.press(back)
    scene.settle()
    assert scene.promotion(promotion_id).status is P.ROLLED_BACK
    assert "Ada canceled it." in shown(scene, promotion_id)


def test_a_canary_without_traffic_to_divide_is_refused(scene: Scene) -> None:
    first = scene.built("One", compose("web"))
    reply = scene.say("promote", first, "--canary", "10")
    assert "Nothing is live yet that could have the other part" in text_of(reply)
    scene.went_live(first)

    files = dict(compose("web"))
    files["compose.yaml"] += "    volumes: [data:/d]\nvolumes:\n  data:\n"
    scene.went_live(scene.built("Two", files))
    held = scene.built("Three", files)
    reply = scene.say("promote", held, "--canary", "10")
    assert reply.failed
    preview = scene.say("promote", held, "--canary", "10", "--preview")
    assert preview.failed
    for one in (reply, preview):
        assert "There can be no canary" in text_of(one)


def test_the_card_of_a_good_end_says_once_that_it_is_live_and_what_it_did(scene: Scene) -> None:
    with_traffic(scene)
    new = scene.built("New", FILES)
    scene.behave(new, STEADY)
    promotion_id = scene.went_live(new)

    text = shown(scene, promotion_id)
    assert text.count("Live") == 1
    assert re.search(r"requests during the switch, 0 failed, p95 \d+ → \d+ ms\.", text)
    assert labels(scene, promotion_id) == ["Roll back…", "Log", "Processes"]


def test_hooks_that_ended_show_on_the_card_while_it_goes_on(scene: Scene) -> None:
    files = compose("web", before_promote="./migrate", bake_seconds="60")
    promotion_id = scene.did("promote", scene.built("One", files))
    scene.until(promotion_id, P.BAKING)
    assert "before_promote of web ended well after" in shown(scene, promotion_id)
    scene.settle(seconds=10)
    assert "before_promote" not in shown(scene, promotion_id)


def test_what_an_ended_card_says_stays_true_when_others_go_live(scene: Scene) -> None:
    first = scene.built("First", FILES)
    broken = scene.built("Broken", FILES)
    scene.behave(broken, Behaviour(exit_code=3))
    old = scene.went_live(first)
    failed = scene.did("promote", broken)
    scene.settle()
    back = scene.did("promote", scene.built("Sick", FILES))
    scene.until(back, P.BAKING)
    scene.say("cancel", back)
    scene.settle()
    waited = scene.did("promote", scene.built("Waiting", FILES))
    scene.say("cancel", waited)
    new = scene.went_live(scene.built("New", FILES))

    ended = (old, failed, back, waited)
    then = {one: shown(scene, one) for one in ended}
    assert f"{first} stayed live." in then[failed]
    assert f"Ada canceled it. The traffic went back to {first}." in then[back]
    assert "live" not in then[waited]
    assert "It is not live any more." in then[old]

    scene.went_live(scene.built("Newest", FILES))
    assert {one: shown(scene, one) for one in ended} == then
    assert "It is not live any more." in shown(scene, new)
