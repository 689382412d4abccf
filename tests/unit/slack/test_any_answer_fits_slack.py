"""Whatever a command answers, Slack takes what is drawn of it."""

from typing import Any

from hypothesis import HealthCheck, given, settings

from bot.slack.render import Drawing, draw_card, draw_home, draw_milestone, draw_reply
from bot.workspace.blocks.check import (
    check_attachments,
    check_blocks,
    check_tables,
    check_view,
)
from commands.reply import CardView, Part, Reply
from tests.unit.slack.replies import cards, many_parts, replies

any_of = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@any_of
@given(replies)
def test_slack_takes_any_answer(reply: Reply) -> None:
    drawing = draw_reply(reply)
    assert drawing.blocks
    _slack_takes(drawing)


@any_of
@given(replies)
def test_slack_takes_any_answer_without_a_table_block(reply: Reply) -> None:
    drawing = draw_reply(reply, tables=False)
    assert "table" not in {block["type"] for block in drawing.blocks}
    _slack_takes(drawing)


@any_of
@given(cards)
def test_slack_takes_any_card(card: CardView) -> None:
    drawing = draw_card(card)
    assert drawing.blocks
    assert drawing.attachments[0]["blocks"]
    _slack_takes(drawing)


@any_of
@given(many_parts)
def test_slack_takes_any_milestone(parts: tuple[Part, ...]) -> None:
    _slack_takes(draw_milestone(parts))


@any_of
@given(replies)
def test_slack_takes_any_home(reply: Reply) -> None:
    check_view(draw_home(reply), home=True)


@any_of
@given(replies)
def test_no_word_of_an_answer_becomes_a_mention_or_a_link(reply: Reply) -> None:
    drawing = draw_reply(reply)
    for text in [drawing.text, *_mrkdwn(drawing.blocks)]:
        assert "<!channel" not in text
        assert "<!here" not in text
        assert "<http" not in text
    kinds = set(_kinds(drawing.blocks))
    assert not kinds & {"broadcast", "link", "usergroup", "channel"}


def _slack_takes(drawing: Drawing) -> None:
    check_blocks(drawing.blocks)
    check_attachments(drawing.attachments)
    check_tables(drawing.blocks, drawing.attachments)
    assert 0 < len(drawing.text) <= 4_000


def _mrkdwn(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for one in value for text in _mrkdwn(one)]
    if not isinstance(value, dict):
        return []
    own = [value["text"]] if value.get("type") == "mrkdwn" else []
    return own + _mrkdwn(list(value.values()))


def _kinds(value: Any) -> list[str]:
    if isinstance(value, list):
        return [kind for one in value for kind in _kinds(one)]
    if not isinstance(value, dict):
        return []
    return [str(value.get("type")), *_kinds(list(value.values()))]
