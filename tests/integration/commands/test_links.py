"""Who asks from another channel than the card's is shown where it stands."""

import pytest

from engine import announce
from tests.worlds import BOB, Scene


def shown_to(scene: Scene, subject: str) -> list[tuple[str, str]]:
    """Who was shown the card, and in which channel."""
    return [
        (one.body["user"], one.body["channel"])
        for one in scene.outgoing(subject)
        if one.kind == "link"
    ]


def test_who_asks_or_approves_elsewhere_is_shown_the_card_once_each(protected: Scene) -> None:
    scene = protected
    release = scene.built()
    words = ("promote", release, "--rack", "production")
    promotion = scene.say(*words, channel="C7", key="the same").follow
    assert promotion
    scene.say(*words, channel="C7", key="the same")
    scene.say("approve", promotion, who=BOB, channel="C8")

    assert shown_to(scene, promotion) == [("U1", "C7"), ("U2", "C8")]


def test_who_asks_in_the_cards_channel_or_in_none_needs_no_link(scene: Scene) -> None:
    release = scene.built()
    for channel in ("#deploys", None):
        promotion = scene.say("promote", release, "--rack", "staging", channel=channel).follow
        assert promotion
        assert shown_to(scene, promotion) == []
        scene.say("cancel", promotion)


def test_what_was_asked_for_and_its_link_are_written_together(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = scene.built()

    def breaks(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(announce, "link", breaks)
    for words in (("promote", release), ("build", "web", "--rack", "staging")):
        assert scene.say(*words, channel="C7").failed

    assert scene.all_promotions() == []
    assert scene.under_way() == []
