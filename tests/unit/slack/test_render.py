"""What is drawn, block by block."""

from datetime import UTC, datetime
from typing import Any

from bot.slack.buttons import Click, unpack
from bot.slack.render import draw_card, draw_home, draw_milestone, draw_reply
from commands.reply import (
    Actions,
    Button,
    CardView,
    Code,
    Confirm,
    Facts,
    Heading,
    Note,
    RackTag,
    Reply,
    Table,
    Text,
    Tone,
)
from engine.marks import literal, moment
from storage.records import Person

STAGING = RackTag(name="staging", color="green")
PRODUCTION = RackTag(name="production", color="red", protected=True)
ADA = Person(team="T1", user="U0ADA", name="Ada")
ROOT = Person(team="terminal", user="U0ROOT", name="root")
AT = datetime(2026, 8, 1, 14, 5, tzinfo=UTC)
LISTING = Table(columns=("ID", "COUNT"), rows=(("RKJHGFDSAZX", "1,200"), ("R2", "")))


def runs(block: dict[str, Any]) -> list[dict[str, Any]]:
    return list(block["elements"][0]["elements"])


def text_of(block: dict[str, Any]) -> str:
    return "".join(run.get("text", "") for run in runs(block))


def test_racks_cannot_be_mixed_up() -> None:
    card = CardView(subject="P1", title="web · R1", rack=PRODUCTION, tone=Tone.BUSY, parts=())
    drawing = draw_card(card)
    assert text_of(drawing.blocks[0]) == "🔴 production 🔒\n⏳ web · R1"
    assert drawing.attachments[0]["color"] == "#e01e5a"
    other = draw_reply(Reply(title="Releases", rack=STAGING))
    assert text_of(other.blocks[0]) == "🟢 staging · Releases"
    assert other.text == "🟢 staging · Releases"


def test_marks_people_and_moments_are_drawn_and_what_was_written_is_not_read() -> None:
    subject = "Fix *it* `now` <!channel> {0}"
    text = f"*{{0}}* and {{1}} at {moment(AT)}: `ok` {literal(subject)}"
    (block,) = draw_reply(Reply(parts=(Text(text=text, people=(ADA, ROOT)),))).blocks
    assert runs(block) == [
        {"type": "user", "user_id": "U0ADA", "style": {"bold": True}},
        {"type": "text", "text": " and "},
        {"type": "text", "text": "root"},
        {"type": "text", "text": " at "},
        {
            "type": "date",
            "timestamp": int(AT.timestamp()),
            "format": "{date_short_pretty} {time}",
            "fallback": "01 Aug 14:05 UTC",
        },
        {"type": "text", "text": ": "},
        {"type": "text", "text": "ok", "style": {"code": True}},
        {"type": "text", "text": f" {subject}"},
    ]


def test_small_print_is_markup_only_where_nothing_in_it_could_be_taken_for_it() -> None:
    (plain,) = draw_reply(
        Reply(parts=(Note(text="{0} · `/rack ps` & more", people=(ADA,)),))
    ).blocks
    assert plain["elements"] == [
        {"type": "mrkdwn", "text": "<@U0ADA> · `/rack ps` &amp; more", "verbatim": True}
    ]
    risky = Note(text=f"{{0}} · {literal('*x* :tada:')}", people=(ADA,))
    (block,) = draw_reply(Reply(parts=(risky,))).blocks
    assert block["elements"] == [
        {"type": "mrkdwn", "text": "<@U0ADA>", "verbatim": True},
        {"type": "plain_text", "text": " · *x* :tada:", "emoji": False},
    ]


def test_a_listing_is_a_table_once_a_message_and_aligned_text_after_that() -> None:
    first, second = draw_reply(Reply(parts=(LISTING, LISTING))).blocks
    assert first["type"] == "table"
    assert [cell["text"] for cell in first["rows"][2]] == ["R2", "–"]
    assert second["elements"][0]["type"] == "rich_text_preformatted"
    assert text_of(second) == "ID           COUNT\nRKJHGFDSAZX  1,200\nR2"


def test_a_view_takes_no_table_so_a_wide_listing_is_one_line_a_row() -> None:
    wide = Table(columns=("APP", "RELEASE", "HEALTH"), rows=(("web", "RKJHGFDSAZX" * 3, "good"),))
    (narrow,) = draw_home(Reply(parts=(LISTING,)))["blocks"]
    assert narrow["elements"][0]["type"] == "rich_text_preformatted"
    (stacked,) = draw_home(Reply(parts=(wide,)))["blocks"]
    assert runs(stacked)[0] == {"type": "text", "text": "web", "style": {"bold": True}}
    assert text_of(stacked) == f"web · {'RKJHGFDSAZX' * 3} · good\n"


def test_home_has_large_headings_and_a_message_bold_ones() -> None:
    reply = Reply(parts=(Heading(text="Racks"), Note(text="Two."), Heading(text="*Live*")))
    kinds = [block["type"] for block in draw_home(reply)["blocks"]]
    assert kinds == ["header", "context", "divider", "header"]
    blocks = draw_reply(reply).blocks
    assert runs(blocks[2]) == [{"type": "text", "text": "*Live*", "style": {"bold": True}}]


def test_an_empty_listing_says_so() -> None:
    empty = Table(columns=("ID",), rows=(), empty="No build yet. `/rack build` makes one.")
    (block,) = draw_reply(Reply(parts=(empty,))).blocks
    assert text_of(block) == "No build yet. /rack build makes one."


def test_of_too_many_lines_the_last_are_shown_and_all_are_kept() -> None:
    drawing = draw_reply(Reply(parts=(Code(text="\n".join(map(str, range(5_000)))),)))
    shown = text_of(drawing.blocks[0]).splitlines()
    assert shown[0].endswith("earlier lines are not shown")
    assert shown[-1] == "4999"
    assert "The whole answer comes as a file." in drawing.blocks[-1]["elements"][0]["text"]
    assert drawing.whole == "\n".join(map(str, range(5_000)))


def test_colors_of_a_log_are_taken_out() -> None:
    (block,) = draw_milestone([Code(text="\x1b[31mERROR\x1b[0m: no\r\nmore")]).blocks
    assert text_of(block) == "ERROR: no\nmore"


def test_a_button_carries_its_words_and_its_question() -> None:
    confirm = Confirm(title="Cancel it?", text="It stops.", ok="Stop it", danger=True)
    one = Button(label="Cancel", words=("cancel", "P 1"), style="danger", confirm=confirm)
    two = Button(label="Promote…", words=("promote", "R1"), opens="confirm")
    (block,) = draw_milestone([Actions(buttons=(one, two))]).blocks
    first, second = block["elements"]
    assert first["confirm"]["style"] == first["style"] == "danger"
    assert first["confirm"]["confirm"]["text"] == "Stop it"
    assert unpack(first["value"]) == Click(words=("cancel", "P 1"))
    assert unpack(second["value"]) == Click(words=("promote", "R1"), opens="confirm")
    assert first["action_id"] != second["action_id"]


def test_a_button_that_slack_cannot_carry_is_named() -> None:
    button = Button(label="Build", words=("build", "x" * 2_000))
    (block,) = draw_milestone([Actions(buttons=(button,))]).blocks
    assert block["elements"][0]["text"] == "“Build” is too long for a button. Type it instead."


def test_facts_are_lines_of_name_and_value() -> None:
    facts = Facts(pairs=(("App", "web"), ("Commit", literal("*x*"))))
    drawing = draw_reply(Reply(parts=(facts,)))
    assert text_of(drawing.blocks[0]) == "App  web\nCommit  *x*"
    assert drawing.text == "App: web\nCommit: *x*"


def test_an_answer_that_only_began_something_says_where_it_goes_on() -> None:
    (block,) = draw_reply(Reply(follow="BQWERTYUPAS")).blocks
    assert text_of(block) == "BQWERTYUPAS has begun. Its card tells how it goes."


def test_the_text_beside_the_blocks_mentions_nobody() -> None:
    text = Text(text="{0} <!channel> & <@U0ADA>", people=(ADA,))
    drawing = draw_reply(Reply(parts=(text,)))
    assert drawing.text == "Ada &lt;!channel&gt; &amp; &lt;@U0ADA&gt;"
