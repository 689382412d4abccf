"""A relay that dies between any two of its steps is followed by one that tells the rest once."""

import pytest

from bot.relay import poster
from storage import claims
from tests.integration.relay.office import Office

NAMES = ("one", "two", "three")


def test_a_card_that_was_about_to_leave_is_posted_by_the_next_process(office: Office) -> None:
    build = office.build()
    office.dies(before="chat.postMessage")
    office.drain()

    assert len(office.cards(build)) == 1


def test_a_card_that_arrived_but_is_not_on_record_is_found_and_shows_the_last_state(
    office: Office,
) -> None:
    build = office.build()
    office.dies(after="chat.postMessage")
    office.progress(build, "changed while nobody relayed")
    office.drain()

    (card,) = office.cards(build)
    assert "changed while nobody relayed" in card.plain_text
    assert office.poster.count("chat.postMessage") == 0


@pytest.mark.parametrize("death", ["before", "after"])
def test_milestones_are_told_once_however_often_the_relay_dies(office: Office, death: str) -> None:
    build = office.build()
    office.drain()
    office.tell(build, *NAMES)
    for _ in NAMES:
        office.dies(**{death: "chat.postMessage"})
    office.drain()

    assert office.thread(build) == list(NAMES)


@pytest.mark.parametrize("death", ["before", "after"])
def test_an_edit_broken_off_leaves_the_last_state(office: Office, death: str) -> None:
    build = office.build()
    office.drain()
    office.progress(build, "step two")
    office.dies(**{death: "chat.update"})
    office.drain()

    (card,) = office.cards(build)
    assert "step two" in card.plain_text


def test_a_card_in_a_channel_that_was_joined_is_found_after_a_crash(office: Office) -> None:
    build = office.build(channel="#random")
    office.dies(after="chat.postMessage")
    office.drain()

    assert len(office.cards(build, "random")) == 1
    assert office.cards(build, "deploys") == []


def test_a_direct_message_is_found_after_a_crash(office: Office) -> None:
    office.controls.archive("deploys")
    build = office.build()
    office.dies(after="chat.postMessage")
    office.drain()

    found = office.card(build)
    assert found.channel.startswith("D")
    assert office.poster.count("chat.postMessage") == 0


def test_a_card_is_found_behind_much_talk(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poster, "PAGE", 5)
    build = office.build()
    office.dies(after="chat.postMessage")
    for number in range(12):
        office.ada.say(f"chatter {number}")
    office.drain()

    assert len([one for one in office.ada.messages() if build in one.plain_text]) == 1


def test_only_one_of_two_relays_on_a_database_tells(office: Office) -> None:
    build = office.build()
    office.tell(build, *NAMES)
    first, second = office.relay, office.new_relay("bot 2")
    for _ in range(40):
        first.tick()
        second.tick()
        office.scene.clock.pass_time(0.25)

    assert office.thread(build) == list(NAMES)
    assert office.posters[1].calls == []


def test_another_relay_goes_on_once_the_lease_of_a_dead_one_is_over(office: Office) -> None:
    build = office.build()
    office.relay.tick()
    office.tell(build, *NAMES)
    second = office.new_relay("bot 2")
    second.tick()

    assert office.thread(build) == []

    office.scene.clock.pass_time(31)
    office.relay = second
    office.drain()

    assert office.thread(build) == list(NAMES)


def test_another_relay_goes_on_at_once_after_a_clean_end(office: Office) -> None:
    build = office.build()
    office.relay.tick()
    office.relay.close()
    office.tell(build, "one")
    office.new_relay("bot 2").tick()

    assert office.thread(build) == ["one"]


def test_a_relay_that_lost_its_lease_posts_nothing_more(office: Office) -> None:
    build = office.build()
    office.drain()
    with office.scene.store.write() as transaction:
        claims.give_back(transaction, "relay", office.scene.world.owner)
        claims.lease(transaction, "relay", "bot 2", office.scene.clock.now(), 60)
    office.tell(build, *NAMES)
    office.tick(20, seconds=1)

    assert office.thread(build) == []
