"""The sample app behind Rackhand on a real engine, and what people do to it in Slack."""

import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import docker

from bench.bots import Bot, bot_in, free_port
from bench.sample_app import make_repository
from bot.workspace.client import Visitor
from bot.workspace.seen import SeenMessage
from engine.lifecycle import is_final
from storage import outbox, promotions
from storage.records import BuildStatus, Promotion, PromotionStatus

APP, RACK = "shop", "bench"
ROUTER, NETWORK = f"rackhand-{RACK}-router", f"rackhand-{RACK}"
ROUTER_PORT = 8080  # inside its network
BUILD_SECONDS, PROMOTE_SECONDS, REPLY_SECONDS = 300.0, 120.0, 30.0
PROMOTE = "Promote "

Moment = frozenset[PromotionStatus]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change that somebody asked for, and how it ended."""

    what: str
    clicked: float  # seconds of the monotonic clock
    ended: float
    mark: str | None  # what the release says; None: it was broken
    promotion: Promotion
    milestones: tuple[tuple[str, float], ...]  # name, and seconds from the click to its record
    is_killed: bool = False  # the bot was killed and started again meanwhile


@dataclass(slots=True)
class Deployed:
    """The app, live on one rack."""

    bot: Bot
    ada: Visitor
    engine: str
    marks: dict[str, str] = field(default_factory=dict)  # what each good release says

    def go_live(self) -> None:
        """Build the app and make it live; nobody is measured yet."""
        build = self.bot.begin("build", APP, "--rack", RACK)
        ended = self.bot.ends(build, BUILD_SECONDS)
        if ended.status is not BuildStatus.SUCCEEDED:
            raise SystemExit(f"The sample app could not be built: {ended.reason}")
        promotion = self.bot.begin("promote", "--app", APP, "--rack", RACK)
        first = self.bot.ends(promotion, PROMOTE_SECONDS)
        if first.status is not PromotionStatus.SUCCEEDED:
            raise SystemExit(f"The sample app did not get live: {first}")
        self.marks[first.release_id or ""] = "first"

    def promote(self, mark: str, *, killed_at: Moment | None = None) -> Change:
        """Make a release that says *mark*, and click on its button.

        The bot is killed, and started again, as soon as the promotion has one of *killed_at*.
        """
        offer, release = self._offer(f"GREETING={mark}")
        self.marks[release] = mark
        return self._click("promotion", offer, killed_at)

    def promote_broken(self, pair: str) -> Change:
        """Make a release that a variable keeps from living, and click on its button."""
        offer, _ = self._offer(pair)
        return self._click("broken", offer, None)

    def roll_back(self) -> Change:
        """Go back to the release before."""
        return self._say("rollback", f"rollback {APP} --rack {RACK}")

    def scale(self, replicas: int) -> Change:
        """Change how many processes there are."""
        return self._say("scale", f"scale web={replicas} --app {APP} --rack {RACK}")

    def router_address(self) -> str:
        """Return where visitors ask: at the router itself, since the engine's proxy of published
        ports is slower than it.
        """
        with closing(docker.DockerClient(self.engine)) as client:
            found = client.containers.get(ROUTER).attrs["NetworkSettings"]["Networks"][NETWORK]
        return str(found["IPAddress"])

    def image(self) -> str:
        """Return the id of the image that the app runs from."""
        with closing(docker.DockerClient(self.engine)) as client:
            found = client.containers.list(filters={"label": f"rackhand.app={APP}"})
            return str(found[0].attrs["Image"])

    def _say(self, what: str, words: str) -> Change:
        before, clicked = self._newest(), time.monotonic()
        self.ada.say(f"/rack {words}")
        return self._ended(what, clicked, before)

    def _offer(self, pair: str) -> tuple[SeenMessage, str]:
        """Set a variable; return the message that offers the release made by that, and its id."""
        known = {one.ts for one in self.ada.ephemerals()}
        self.ada.say(f"/rack env set {pair} --app {APP} --rack {RACK}")

        def look() -> SeenMessage | None:
            new = (one for one in self.ada.ephemerals() if one.ts not in known)
            return next((one for one in new if _promote_button(one)), None)

        offer = self.ada.wait_for(look, REPLY_SECONDS)
        return offer, _promote_button(offer).removeprefix(PROMOTE)

    def _click(self, what: str, offer: SeenMessage, killed_at: Moment | None) -> Change:
        before, clicked = self._newest(), time.monotonic()
        self.ada.click(offer, _promote_button(offer))
        if killed_at:
            self._die_at(killed_at, before)
        return replace(self._ended(what, clicked, before), is_killed=killed_at is not None)

    def _ended(self, what: str, clicked: float, before: str | None) -> Change:
        """Wait for the end of what the click began."""
        self.bot.wait_until(lambda: self._newest() != before, REPLY_SECONDS, what)
        promotion = self._newest()
        assert promotion
        ended = self.bot.ends(promotion, PROMOTE_SECONDS)
        assert isinstance(ended, Promotion)
        return Change(
            what=what,
            clicked=clicked,
            ended=time.monotonic(),
            mark=self.marks.get(ended.release_id),
            promotion=ended,
            milestones=self._milestones(promotion, clicked),
        )

    def _milestones(self, promotion: str, clicked: float) -> tuple[tuple[str, float], ...]:
        clicked_at = time.time() - (time.monotonic() - clicked)
        with self.bot.world.store.read() as transaction:
            told = outbox.of_subject(transaction, promotion)
        return tuple(
            (one.key.partition(":")[2], one.created_at.timestamp() - clicked_at)
            for one in told
            if one.kind == "milestone"
        )

    def _die_at(self, statuses: Moment, before: str | None) -> None:
        """Kill the bot as soon as the newest promotion has one of *statuses*; start it again."""

        def is_there() -> bool:
            newest = self._newest()
            if newest is None or newest == before:
                return False
            status = self.bot.subject(newest).status
            if is_final(status):
                raise SystemExit("The promotion ended before the bot could be killed.")
            return status in statuses

        self.bot.wait_until(is_there, PROMOTE_SECONDS, "the moment to kill the bot")
        self.bot.end(signal.SIGKILL)
        self.bot.start()

    def _newest(self) -> str | None:
        with self.bot.world.store.read() as transaction:
            found = promotions.latest(transaction, app=APP, rack=RACK, limit=1)
        return found[0].id if found else None


def _promote_button(message: SeenMessage) -> str:
    """Return the label of the button that promotes a release; empty where there is none."""
    return next((label for label in message.buttons if label.startswith(PROMOTE)), "")


@contextmanager
def deployed(
    folder: Path, facts: Mapping[str, str], engine: str, *, quick_start: bool = False
) -> Iterator[Deployed]:
    """Start a bot and make the sample app live on *engine*."""
    router = {"http": free_port(), "bind": "127.0.0.1"}
    settings = {
        "slack": {"channel": "#deploys"},
        "racks": {
            RACK: {"provider": "docker", "engine": engine, "router": router, "color": "green"}
        },
        "apps": {APP: {"repo": str(make_repository(folder / APP)), "branch": "main"}},
    }
    with bot_in(folder, facts, settings, quick_start=quick_start) as bot:
        bot.start()
        with Visitor(facts["url"]) as ada:
            made = Deployed(bot=bot, ada=ada, engine=engine)
            made.go_live()
            yield made
