"""From a request to its reply: parse, run, and turn every error into an answer."""

import logging
import re
import secrets
from collections.abc import Callable
from dataclasses import replace

import click

from commands import (
    apps,
    builds,
    environment,
    history,
    jobs,
    locks,
    processes,
    promotions,
    queue,
    racks,
    releases,
    scaling,
    status,
    workflow_making,
    workflows,
)
from commands.context import Context
from commands.help import help_for
from commands.reply import Actions, Button, Note, Reply, Text, Tone
from commands.request import Request
from commands.tree import root
from engine.asking import Repeated
from engine.errors import PortError, UserError
from engine.marks import literal
from engine.preflight import WorldChanged
from engine.promote import StaleEnvironment
from engine.world import World
from storage.store import Conflict, Stale, Unavailable

MODULES = (
    *(apps, builds, environment, history, locks, processes),
    *(promotions, queue, racks, releases, scaling, status),
    *(workflows, workflow_making, jobs),
)
HELP_WORDS = frozenset({"--help", "-h"})
UNWRITABLE = re.compile("[\x00\ud800-\udfff]")  # no database takes these
MESSAGE_LIMIT = 300  # characters; Click repeats what was typed, however long
TRIES = 4  # where somebody else changes the same thing at the same moment

log = logging.getLogger(__name__)


def dispatcher(world: World) -> Callable[[Request], Reply]:
    """Return the function that answers requests in *world*. It never raises."""
    return lambda request: run(world, request)


def run(world: World, request: Request) -> Reply:
    """Answer one request. Every error becomes a reply; a fault of ours gets a reference."""
    try:
        return _answer_in_turn(world, request)
    except Repeated:
        return Reply()
    except StaleEnvironment as error:
        return _offer_rebase(error, request.words)
    except WorldChanged as error:
        return _ask_again(world, request, error)
    except UserError as error:
        return failure(error.what, error.why, error.remedy)
    except PortError as error:
        return failure(literal(error.detail), "", error.remedy)
    except (Stale, Conflict):
        return failure(
            "Others were changing the same thing at the same moment, so nothing was done.",
            "",
            "Look how it stands now with `/rack status`, and ask again.",
        )
    except Unavailable:
        log.exception("database unavailable")
        return failure(
            "The database does not answer, so nothing was done.", "", "Try again in a minute."
        )
    except Exception:  # the boundary: whatever broke, the asker gets an answer
        reference = secrets.token_hex(4)
        log.exception("command broke", extra={"reference": reference, "command": _name(request)})
        return failure(f"Something broke on my side. Reference {reference}.", "", "")


def _answer_in_turn(world: World, request: Request) -> Reply:
    """Answer again from the start where another was faster: nothing of the try was kept."""
    for _ in range(TRIES - 1):
        try:
            return _answer(world, request)
        except (Stale, Conflict):
            continue
    return _answer(world, request)


def _answer(world: World, request: Request) -> Reply:
    words = list(request.words)
    if any(UNWRITABLE.search(word) for word in (*words, *request.secret_words)):
        raise UserError("That has characters in it that cannot be stored, so nothing was done.")
    if HELP_WORDS & set(words) or not words:
        return help_for([word for word in words if word not in HELP_WORDS])
    try:
        reply = root.main(
            args=words,
            prog_name="rackhand",
            standalone_mode=False,
            obj=Context(world=world, request=request),
        )
    except click.UsageError as error:
        help_words = " ".join(["/rack", *filter(None, [_name(request)]), "--help"])
        raise UserError(
            literal(_short(error.format_message())), remedy=f"`{help_words}` shows how."
        ) from error
    assert isinstance(reply, Reply), f"{_name(request)} answered {reply!r}"
    return reply


def _short(message: str) -> str:
    return message if len(message) <= MESSAGE_LIMIT else message[:MESSAGE_LIMIT] + "…"


def failure(what: str, why: str, remedy: str) -> Reply:
    """Return the reply of something that was not done: what, why, and what to do next."""
    parts: list[Text | Note] = [
        Text(text=" ".join(part for part in (what, why) if part), tone=Tone.BAD)
    ]
    if remedy:
        parts.append(Note(text=remedy))
    return Reply(parts=tuple(parts), failed=True)


def _offer_rebase(error: StaleEnvironment, words: tuple[str, ...]) -> Reply:
    """Ask what to do with a candidate that is older than the live environment."""
    answers = (
        Button(
            label="Rebase and promote",
            words=(*words, "--environment", "live"),
            style="primary",
        ),
        Button(label="Promote as it is", words=(*words, "--environment", "own")),
    )
    return Reply(
        parts=(
            Text(text=f"{error.what} {error.why}", tone=Tone.WAITING),
            Actions(buttons=answers),
        ),
        failed=True,
    )


def _ask_again(world: World, request: Request, error: WorldChanged) -> Reply:
    """Show what would happen now, what changed first; in Slack it can be agreed to anew."""
    words = _without_agreement(request.words)
    looking = replace(request, words=(*words, "--preview"), key=f"{request.key}:again")
    again = run(world, looking)
    first = Text(text=f"{error.what} {error.why}", tone=Tone.BAD)
    return replace(
        again,
        parts=(first, *again.parts),
        failed=True,
        ask_again=() if again.failed else words,
    )


def _without_agreement(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words without what says that somebody has looked and agreed."""
    kept: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--seen":
            next(rest, None)
        elif word not in {"--yes", "-y"} and not word.startswith("--seen="):
            kept.append(word)
    return tuple(kept)


def _name(request: Request) -> str:
    """Return the command's own words without what was said to it: those may be secrets."""
    group = root.commands.get(request.words[0]) if request.words else None
    if group is None:
        return ""
    known = getattr(group, "commands", {})
    rest = request.words[1:2]
    return " ".join([request.words[0], *(word for word in rest if word in known)])
