"""Many people who type slash commands at once, and what each of them had to wait for."""

import itertools
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bot.workspace.client import Visitor

AT_ONCE = 20
SETTLE_SECONDS = 30.0  # for the last replies to be seen

# What is typed in turn, and how the title of its answer begins.
COMMANDS = {
    "releases": "Releases of",
    "status": "What is live",
    "builds": "Builds of",
    "ps": "Processes of",
    "racks": "Racks",
    "apps": "Apps",
    "env": "Environment of",
    "help": "What Rackhand can do",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """One command of one person."""

    word: str
    at: float  # time.time() when it was sent
    acknowledged_after_s: float  # as Slack would see it


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """What a crowd waited for."""

    seconds: float  # from the first command to the last acknowledgement
    acknowledged_after_s: Sequence[float]
    seen_after_s: Sequence[float]  # until the reply was in the channel


def let_type(url: str, count: int, options: str, *, with_replies: bool) -> Waits:
    """Have *count* commands typed, AT_ONCE at a time, each person in a channel of their own."""
    channels = [f"crowd-{number}" for number in range(AT_ONCE)]
    with Visitor(url) as host:
        for channel in channels:
            host.make_channel(channel)
            host.invite("rackhand", channel)
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        share = count // AT_ONCE
        typed = list(pool.map(lambda channel: _type(url, channel, share, options), channels))
    seconds = time.perf_counter() - began
    replied = zip(channels, typed, strict=True) if with_replies else ()
    return Waits(
        seconds=seconds,
        acknowledged_after_s=[one.acknowledged_after_s for many in typed for one in many],
        seen_after_s=[wait for channel, many in replied for wait in _seen(url, channel, many)],
    )


def _type(url: str, channel: str, count: int, options: str) -> list[Typed]:
    """Type one command after another, each as soon as the one before is acknowledged."""
    typed = []
    with Visitor(url, channel=channel) as person:
        for word in itertools.islice(itertools.cycle(COMMANDS), count):
            takes_options = word not in {"racks", "apps", "help"}
            at = time.time()
            took = person.time_command(f"/rack {word} {options if takes_options else ''}".strip())
            typed.append(Typed(word=word, at=at, acknowledged_after_s=took))
    return typed


def _seen(url: str, channel: str, typed: Sequence[Typed]) -> list[float]:
    """Return how long each reply took to be seen, by the time that the workspace gave it.

    The n-th reply of a kind belongs to the n-th command of that kind: seven other commands lie
    between two of a kind. Raises ``TimeoutError`` where a reply is missing.
    """
    with Visitor(url, channel=channel) as person:
        person.wait_for(lambda: len(person.ephemerals()) >= len(typed), SETTLE_SECONDS)
        seen: dict[str, list[float]] = defaultdict(list)
        for message in person.ephemerals():
            seen[_kind(message.plain_text)].append(float(message.ts))
    return [seen[one.word].pop(0) - one.at for one in typed]


def _kind(text: str) -> str:
    title = text.partition("\n")[0].split(" · ")[-1]  # behind the rack, where one is named
    for word, beginning in COMMANDS.items():
        if title.startswith(beginning):
            return word
    raise ValueError(f"This answers none of the commands: {text}")
