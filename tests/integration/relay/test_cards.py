"""A card is one message: posted once, edited in place, and in the end as things are."""

import itertools

from bot.relay.telling import EDIT_PAUSE
from tests.integration.relay.office import Office


def test_a_card_is_posted_once_and_then_edited_in_place(office: Office) -> None:
    build = office.build()
    office.drain()
    for step in ("step one", "step two", "step three"):
        office.progress(build, step)
        office.drain()

    (card,) = office.cards(build)
    assert card.ts == office.card(build).ts
    assert "step three" in card.plain_text
    assert office.poster.count("chat.postMessage") == 1
    assert office.poster.count("chat.update") == 3


def test_a_card_is_edited_at_most_every_three_seconds_and_ends_with_the_last_state(
    office: Office,
) -> None:
    build = office.build()
    office.drain()
    edited_at = []
    for number in range(40):
        office.progress(build, f"step {number}")
        before = office.poster.count("chat.update")
        office.tick(seconds=0.5)
        if office.poster.count("chat.update") > before:
            edited_at.append(office.card(build).drawn_at)
    office.drain()

    pauses = [later - sooner for sooner, later in itertools.pairwise(edited_at)]
    assert pauses
    assert min(pauses) >= EDIT_PAUSE
    assert "step 39" in office.card_text(build)


def test_a_change_that_shows_nothing_new_is_not_sent(office: Office) -> None:
    build = office.build()
    office.scene.clock.pass_time(7_200)  # the card counts seconds only in the first minutes
    for _ in range(2):
        office.progress(build, "the same")
        office.drain()

    assert office.poster.count("chat.update") == 0


def test_a_card_that_somebody_deleted_is_posted_anew_and_its_thread_goes_on_there(
    office: Office,
) -> None:
    build = office.build()
    office.drain()
    old = office.card(build)
    office.controls.delete_message(old.channel, old.ts)
    office.tell(build, "first after it", "second after it")
    office.drain()

    (card,) = office.cards(build)
    assert card.ts != old.ts
    in_channel = [one.plain_text for one in office.ada.messages() if "after it" in one.plain_text]
    assert in_channel + office.thread(build) == ["first after it", "second after it"]


def test_a_deleted_card_with_replies_is_posted_anew_by_the_next_edit(office: Office) -> None:
    build = office.build()
    office.tell(build, "said before")
    office.drain()
    old = office.card(build)
    office.controls.delete_message(old.channel, old.ts)
    office.progress(build, "step two")
    office.tell(build, "said after")
    office.drain()

    assert office.card(build).ts != old.ts
    assert "step two" in office.card_text(build)
    assert office.thread(build) == ["said after"]


def test_many_cards_take_turns_when_slack_allows_few_edits(office: Office) -> None:
    builds = [office.build() for _ in range(4)]
    office.drain()
    for number in range(40):
        for build in builds:
            office.progress(build, f"step {number}")
        office.tick(seconds=1)
    edits = [facts["ts"] for method, facts in office.poster.calls if method == "chat.update"]
    each = [edits.count(office.card(build).ts) for build in builds]
    office.drain()

    assert 30 <= sum(each) <= 10 + 40 * 40 / 60
    assert max(each) - min(each) <= 1
    assert all("step 39" in office.card_text(build) for build in builds)
