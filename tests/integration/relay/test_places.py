"""A card goes to its channel, else to the default one, else to the person who asked."""

import pytest

from storage.records import Person
from tests.integration.relay.office import ADA, Office

AT_A_TERMINAL = Person(team="terminal", user="ada", name="ada")


def test_a_card_whose_channel_is_archived_goes_to_the_default_channel(office: Office) -> None:
    office.controls.archive("web")
    build = office.build(channel="#web")
    office.tell(build, "told")
    office.drain()

    assert len(office.cards(build, "deploys")) == 1
    assert office.thread(build) == ["told"]


def test_without_any_channel_the_asker_gets_the_card_as_a_direct_message(office: Office) -> None:
    office.controls.archive("web")
    office.controls.archive("deploys")
    build = office.build(channel="#web")
    office.tell(build, "told")
    office.drain()

    assert office.card(build).channel.startswith("D")
    assert office.thread(build) == ["told"]


def test_a_channel_that_does_not_exist_is_passed_over(office: Office) -> None:
    build = office.build(channel="#no-such-channel")
    office.drain()

    assert len(office.cards(build, "deploys")) == 1


def test_a_public_channel_without_the_bot_is_joined(office: Office) -> None:
    build = office.build(channel="#random")
    office.tell(build, "told")
    office.drain()

    assert len(office.cards(build, "random")) == 1
    assert office.cards(build, "deploys") == []
    assert office.thread(build) == ["told"]
    assert office.poster.count("conversations.join") == 1


def test_a_channel_is_joined_again_after_the_bot_was_taken_out(office: Office) -> None:
    build = office.build()
    office.drain()
    office.controls.remove_bot("deploys")
    office.tell(build, "told")
    office.drain()

    assert office.thread(build) == ["told"]
    assert len(office.cards(build)) == 1


@pytest.mark.parametrize("with_edit", [True, False], ids=["by an edit", "by a milestone"])
def test_a_card_moves_on_when_its_channel_is_archived_under_way(
    office: Office, with_edit: bool
) -> None:
    build = office.build(channel="#web")
    office.tell(build, "before")
    office.drain()
    office.controls.archive("web")
    if with_edit:
        office.progress(build, "step two")
        office.drain()
    office.tell(build, "after")
    office.drain()

    assert len(office.cards(build, "deploys")) == 1
    assert office.thread(build) == ["after"]


def test_a_restart_does_not_take_the_card_back_to_an_archived_channel(office: Office) -> None:
    build = office.build(channel="#web")
    office.drain()
    office.controls.archive("web")
    office.progress(build, "step two")
    for _ in range(4):
        office.tick(seconds=4)
        office.restart()
    office.drain()

    assert len(office.cards(build, "deploys")) == 1
    assert "step two" in office.card_text(build)


def test_what_nobody_takes_is_given_up_with_its_thread_and_blocks_nothing(office: Office) -> None:
    office.controls.archive("deploys")
    lost = office.build(channel="#no-such-channel", who=AT_A_TERMINAL)
    office.tell(lost, "unheard")
    office.drain()

    assert office.row(f"{lost}:card").outcome == "gave up: no channel takes it"
    assert office.row(f"{lost}:unheard").outcome == "gave up: its card has no place"

    well = office.build(channel="#web", who=ADA)
    office.drain()

    assert len(office.cards(well, "web")) == 1


def test_a_channel_that_came_back_is_used_again_after_a_while(office: Office) -> None:
    office.controls.archive("web")
    office.build(channel="#web")
    office.drain()
    office.controls.unarchive("web")
    office.scene.clock.pass_time(601)
    build = office.build(channel="#web")
    office.drain()

    assert len(office.cards(build, "web")) == 1
