"""Answers at a terminal."""

import io

from hypothesis import HealthCheck, given, settings
from rich.console import Console

from bot.terminal.draw import draw
from commands.reply import (
    Actions,
    Button,
    Code,
    Facts,
    Heading,
    Note,
    RackTag,
    Reply,
    Table,
    Text,
    Tone,
)
from engine.marks import literal
from storage.records import Person
from tests.unit.slack.replies import replies

PRODUCTION = RackTag(name="production", color="red", protected=True)
LISTING = Table(columns=("ID", "WHAT"), rows=(("RKJHGFDSAZX", "x" * 90), ("R2", "[red]y")))


def printed(reply: Reply, *, terminal: bool = False, width: int = 60) -> str:
    out = io.StringIO()
    console = Console(
        file=out,
        force_terminal=terminal,
        width=width,
        color_system="standard" if terminal else None,
    )
    draw(console, reply)
    return out.getvalue()


def test_a_program_reads_whole_lines_without_colors() -> None:
    reply = Reply(title="Releases of *web*", rack=PRODUCTION, parts=(LISTING,))

    assert printed(reply).splitlines() == [
        "🔴 production 🔒 · Releases of web",
        "ID           WHAT",
        f"RKJHGFDSAZX  {'x' * 90}",
        "R2           [red]y",
    ]


def test_a_person_sees_the_rack_in_its_color_and_a_table_that_fits() -> None:
    shown = printed(Reply(rack=PRODUCTION, parts=(LISTING,)), terminal=True, width=40)

    assert "\x1b[1;31m🔴 production 🔒\x1b[0m" in shown
    assert "[red]y" in shown
    assert shown.count("x") == 90


def test_each_part_is_told() -> None:
    ada = Person(team="T1", user="U1", name="Ada")
    reply = Reply(
        parts=(
            Text(text="Asked by {0}: `/rack build web`.", tone=Tone.BUSY, people=(ada,)),
            Heading(text="*Web*"),
            Facts(pairs=(("App", "web"), ("Branch", literal("*main*")))),
            Table(columns=("ID",), rows=(), empty="Nothing *yet*."),
            Code(text="\x1b[31merror\x1b[0m: no\n"),
            Note(text="Small."),
        )
    )

    assert printed(reply).splitlines() == [
        "⏳ Asked by Ada: rackhand build web.",
        "*Web*",
        "App     web",
        "Branch  *main*",
        "Nothing yet.",
        "error: no",
        "Small.",
    ]


def test_a_button_is_told_as_what_one_would_type() -> None:
    buttons = (
        Button(label="Roll back…", words=("rollback", "my app"), opens="confirm"),
        Button(label="Set values…", words=("env", "set"), opens="environment"),
        Button(label="Unlock…", words=("unlock", "web"), opens="reason"),
    )

    assert printed(Reply(parts=(Actions(buttons=buttons),))).splitlines() == [
        "Roll back: rackhand rollback 'my app'",
        "Set values: rackhand env set NAME=value",
        "Unlock: rackhand unlock web --reason TEXT",
    ]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(replies)
def test_nothing_that_is_shown_takes_the_terminal_over(reply: Reply) -> None:
    assert "\x1b" not in printed(reply)
