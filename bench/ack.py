"""Acknowledging 2,000 slash commands at 20 at a time, beside a bare Bolt app that only does that.

Ours answers each of them too, from its database and its racks, while four builds and four
promotions run on simulated racks. Workspace, bot and bare app are processes of their own.
"""

import contextlib
import secrets
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from bench.busy import Load, kept_busy
from bench.crowd import Waits, let_type
from bench.measure import Aim, Result, parser, percentile, report
from bench.processes import process, slack_environment, wait_until_ready, workspace
from bot.demo.shop import make_shop
from bot.workspace.client import Visitor

COMMANDS = 2000
APPS = ("shop", "cafe", "bakery", "market")
RACK = "staging"
ACK_LIMIT_MS, REPLY_LIMIT_MS = 500.0, 2000.0


def main() -> int:
    """Measure, print, and return the exit code."""
    arguments = parser(__doc__ or "").parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ours, load = measure_ours(Path(folder))
    return report(result_of(ours, load, measure_peer()), as_json=arguments.json)


def measure_ours(folder: Path) -> tuple[Waits, Load]:
    """Type at the real bot while it builds and promotes."""
    with workspace() as facts, our_bot(folder, facts) as database:
        url = facts["url"]
        with Visitor(url) as ada:
            ada.say(f"/rack switch {RACK}")
        with kept_busy(url, database, APPS, RACK) as load:
            waits = let_type(url, COMMANDS, f"--app {APPS[0]}", with_replies=True)
    return waits, load


def measure_peer() -> Waits:
    """Type the same at the app that only acknowledges."""
    words = ["-c", "from bench.bare_bolt import main; main()"]
    with workspace() as facts, process(words, slack_environment(facts)):
        with Visitor(facts["url"]) as ada:
            ada.wait_for(lambda: acknowledges(ada), 30.0)
        return let_type(facts["url"], COMMANDS, f"--app {APPS[0]}", with_replies=False)


def acknowledges(person: Visitor) -> bool:
    """Whether the app takes commands by now."""
    with contextlib.suppress(Exception):
        return person.time_command("/rack help") >= 0
    return False


@contextlib.contextmanager
def our_bot(folder: Path, facts: Mapping[str, str]) -> Iterator[str]:
    """Run ``rackhand run`` with four apps; give the URL of its database."""
    repo = make_shop(folder / "shop").path
    database, port = f"sqlite:///{folder / 'rackhand.db'}", free_port()
    config = folder / "rackhand.yml"
    settings = {
        "slack": {"channel": "#deploys"},
        "racks": {RACK: {"provider": "memory", "color": "green"}},
        "apps": {app: {"repo": str(repo), "branch": "main"} for app in APPS},
        "database": database,
    }
    config.write_text(yaml.safe_dump(settings))
    environment = slack_environment(facts) | {
        "RACKHAND_SECRET_KEY": secrets.token_hex(32),
        "PORT": str(port),
        "LOG_LEVEL": "WARNING",
    }
    with process(["-m", "bot", "--config", str(config), "run"], environment):
        wait_until_ready(port)
        yield database


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def result_of(ours: Waits, load: Load, peer: Waits) -> Result:
    """Return rates and percentiles of both, and the limits that were asked for."""
    figures = acknowledgements(ours) | {
        f"reply_p{percent}_ms": percentile(ours.seen_after_s, percent) * 1000
        for percent in (50, 99)
    }
    load_shown = {
        "mean_builds_under_way": load.mean_building,
        "mean_promotions_under_way": load.mean_promoting,
    }
    return Result(
        name="ack",
        ours=figures | load_shown,
        peer=acknowledgements(peer),
        aims=[
            Aim(
                what="99 % of acknowledgements, ms",
                value=figures["ack_p99_ms"],
                limit=ACK_LIMIT_MS,
                better="lower",
            ),
            Aim(
                what="99 % of visible replies, ms",
                value=figures["reply_p99_ms"],
                limit=REPLY_LIMIT_MS,
                better="lower",
            ),
        ],
    )


def acknowledgements(waits: Waits) -> dict[str, float]:
    """Return how fast commands were acknowledged."""
    times = waits.acknowledged_after_s
    return {
        "acks_per_s": len(times) / waits.seconds,
        "ack_p50_ms": percentile(times, 50) * 1000,
        "ack_p99_ms": percentile(times, 99) * 1000,
    }


if __name__ == "__main__":
    sys.exit(main())
