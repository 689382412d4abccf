"""Milestones are told in order and once; files, broadcasts and links find their place."""

from datetime import timedelta

from bot.workspace.client import Visitor
from engine import announce, lookup
from storage import outbox
from tests.integration.relay.office import ADA, Office

NAMES = tuple(f"milestone {number}" for number in range(12))


def test_milestones_are_told_once_in_their_order_below_their_card(office: Office) -> None:
    build = office.build()
    office.tell(build, *NAMES)
    office.tell(build, *NAMES)
    office.drain()

    assert office.thread(build) == list(NAMES)


def test_threads_of_several_subjects_do_not_mix(office: Office) -> None:
    builds = [office.build() for _ in range(3)]
    for name in NAMES[:4]:
        for build in builds:
            office.tell(build, f"{name} of {build}")
    office.drain()

    for build in builds:
        assert office.thread(build) == [f"{name} of {build}" for name in NAMES[:4]]


def test_nothing_overtakes_a_milestone_that_has_to_wait(office: Office) -> None:
    build = office.build()
    office.drain()
    office.tell(build, "first", "second")
    with office.scene.store.write() as transaction:
        first = office.row(f"{build}:first")
        until = office.scene.clock.now() + timedelta(seconds=20)
        outbox.wait_until(transaction, first, until)
    office.tick(10, seconds=1)

    assert office.thread(build) == []

    office.drain()

    assert office.thread(build) == ["first", "second"]


def test_a_broadcast_is_seen_in_the_channel_too(office: Office) -> None:
    build = office.build()
    office.tell(build, "it failed", broadcast=True)
    office.drain()

    assert [one.plain_text for one in office.ada.messages() if one.broadcast] == ["it failed"]
    assert office.thread(build) == ["it failed"]


def test_a_log_goes_into_the_thread_as_a_file(office: Office) -> None:
    build = office.build()
    office.keep_log(build, "RUN make\nno rule\n")
    office.drain()

    card = office.card(build)
    (message,) = office.ada.thread(card.ts, card.channel)[1:]
    assert message.files == (f"web-{build}.log",)
    assert office.ada.file_text(message) == "RUN make\nno rule\n"


def test_who_asked_elsewhere_gets_one_link_to_the_card(office: Office) -> None:
    asked_in = channel_id(office, "web")
    build = office.build()
    link(office, build, asked_in)
    link(office, build, asked_in)
    office.drain()

    (whisper,) = office.ada.ephemerals("web")
    assert office.card(build).ts.replace(".", "") in whisper.raw["text"]
    with Visitor(office.workspace.url, "grace", "web") as grace:
        assert grace.ephemerals() == ()


def test_who_asked_in_the_cards_own_channel_needs_no_link(office: Office) -> None:
    build = office.build()
    office.drain()
    link(office, build, office.card(build).channel)
    office.drain()

    assert office.ada.ephemerals() == ()


def test_a_link_is_not_repeated_when_its_answer_was_lost(office: Office) -> None:
    build = office.build()
    link(office, build, channel_id(office, "web"))
    office.controls.fault("chat.postEphemeral", "drop_after")
    office.drain()

    assert len(office.ada.ephemerals("web")) == 1


def link(office: Office, build_id: str, channel: str) -> None:
    with office.scene.store.write() as transaction:
        build = lookup.build(transaction, build_id)
        announce.link(transaction, build, ADA, channel, office.scene.clock.now())


def channel_id(office: Office, name: str) -> str:
    ts = office.ada.say("hello", channel=name)
    return next(one.channel for one in office.ada.messages(name) if one.ts == ts)
