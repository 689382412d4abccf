"""A bot that only tells: the real relay, over a real store, in the local workspace."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.relay.poster import Poster
from bot.relay.relay import Relay
from bot.workspace.client import Visitor
from bot.workspace.controls import Controls
from bot.workspace.people import MEMBERS, TEAM_ID
from bot.workspace.running import RunningWorkspace
from bot.workspace.seen import SeenMessage
from engine import announce, lookup
from engine import build as build_story
from engine.asking import Asking
from storage import builds, outbox
from storage.records import Card, Outgoing, Person
from tests.worlds import Scene

CALL_SECONDS = 5
ADA = Person(team=TEAM_ID, user=MEMBERS[0].id, name="Ada")


class Killed(BaseException):
    """Stands for the end of the process: nothing may catch it."""


class MortalPoster(Poster):
    """A poster that can die just before a call leaves, or just after it was answered."""

    def __init__(self, client: WebClient) -> None:
        super().__init__(client)
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self.dies_before: str | None = None
        self.dies_after: str | None = None

    def _call(self, method: str, **arguments: Any) -> Any:
        if method == self.dies_before:
            raise Killed
        self.calls.append((method, arguments))
        answer = super()._call(method, **arguments)
        if method == self.dies_after:
            raise Killed
        return answer

    def count(self, method: str) -> int:
        return sum(made == method for made, _ in self.calls)


@dataclass
class Office:
    """A bot that only tells, and the workspace that it tells to."""

    scene: Scene
    workspace: RunningWorkspace
    ada: Visitor
    controls: Controls
    posters: list[MortalPoster] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.relay = self.new_relay()

    @property
    def poster(self) -> MortalPoster:
        return self.posters[-1]

    def new_relay(self, owner: str | None = None) -> Relay:
        """The relay of a process that was just started."""
        client = WebClient(
            token=self.workspace.bot_token,
            base_url=self.workspace.api_url,
            timeout=CALL_SECONDS,
            retry_handlers=[],
        )
        self.posters.append(MortalPoster(client))
        world = replace(self.scene.world, owner=owner) if owner else self.scene.world
        return Relay(world, self.poster)

    def restart(self) -> None:
        self.relay = self.new_relay()

    # what happens

    def build(self, *, channel: str | None = "#deploys", who: Person = ADA) -> str:
        """Ask for a build that nobody works on; its card goes to *channel*."""
        world = replace(self.scene.world, default_channel=channel)
        asking = Asking(person=who, key=f"key-{next(self.scene.keys)}")
        return build_story.ask(world, asking, app="web", rack="staging", ref=None).id

    def tell(self, build_id: str, *names: str, **how: Any) -> None:
        """Let milestones happen, each with its name as its text."""
        with self.scene.store.write() as transaction:
            for name in names:
                build = lookup.build(transaction, build_id)
                announce.milestone(transaction, build, name, name, at=self._now(), **how)

    def progress(self, build_id: str, text: str) -> None:
        """Let something change that the card shows."""
        with self.scene.store.write() as transaction:
            build = lookup.build(transaction, build_id)
            builds.change(transaction, build, progress=text)
            announce.card(transaction, build, self._now())

    def keep_log(self, build_id: str, text: str) -> None:
        """Let the build have a log that goes into its thread as a file."""
        with self.scene.store.write() as transaction:
            builds.add_log(transaction, build_id, 1, 0, text)
            announce.log_file(transaction, lookup.build(transaction, build_id), self._now())

    def _now(self) -> datetime:
        return self.scene.world.clock.now()

    def tick(self, times: int = 1, *, seconds: float = 0.25) -> None:
        for _ in range(times):
            self.relay.tick()
            self.scene.clock.pass_time(seconds)

    def dies(self, *, before: str | None = None, after: str | None = None) -> None:
        """Tick until the process dies in a call of Slack, then start another."""
        self.poster.dies_before, self.poster.dies_after = before, after
        with pytest.raises(Killed):
            self.drain()
        self.restart()

    def drain(self, *, seconds: float = 1.0, ticks: int = 300) -> None:
        """Tick until everything is told."""
        for _ in range(ticks):
            if not self.pending():
                return
            self.tick(seconds=seconds)
        raise AssertionError(f"still to be told: {self.pending()}")

    # what is on record

    def pending(self) -> list[str]:
        with self.scene.store.read() as transaction:
            late = self.scene.clock.now().replace(year=9999)
            return [one.key for one in outbox.due(transaction, late)]

    def card(self, subject: str) -> Card:
        with self.scene.store.read() as transaction:
            card = outbox.card(transaction, subject)
        assert card
        return card

    def row(self, key: str) -> Outgoing:
        subject = key.split(":")[0]
        return next(one for one in self.scene.outgoing(subject) if one.key == key)

    # what people see

    def cards(self, subject: str, channel: str = "deploys") -> list[SeenMessage]:
        """The cards of a subject that a channel shows; there should be one."""
        return [
            one
            for one in self.ada.messages(channel)
            if one.from_app and not one.is_reply and subject in one.plain_text
        ]

    def thread(self, subject: str) -> list[str]:
        """The texts below the card, oldest first."""
        card = self.card(subject)
        return [one.plain_text for one in self.ada.thread(card.ts, card.channel)[1:]]

    def card_text(self, subject: str) -> str:
        """What the message on record as the card shows by now."""
        card = self.card(subject)
        return self.ada.thread(card.ts, card.channel)[0].plain_text
