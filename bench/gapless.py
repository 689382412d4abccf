"""The sample app changed under constant load, by Rackhand and by ``docker compose up -d``.

Visitors who never ask twice come by GET and POST, on kept and on fresh connections, at the router's
own address. Rackhand is a process of its own on a real engine and is told in Slack what to do: 20
promotions, in one of which it is killed with SIGKILL and started again, 5 rollbacks, 5 broken
releases, 5 changes of scale. Then Debian's docker-compose updates the same app 20 times, behind an
HAProxy that finds the replicas by Docker's DNS.

A pause is a time without a good answer to anybody. A release is live once it answers and the last
request has left that another release has answered. What the health check takes by itself is
measured in the same run: see ``bench.health_time``. The promotion in which Rackhand is killed has
its own figure for the time to live, since most of that is the start of the process.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench.build import quiet
from bench.changing import Plan, Run, Update, through_compose, through_rackhand
from bench.measure import Aim, Figures, Result, parser, report
from bench.own_engine import own_engine
from bench.processes import end_cleanly_when_asked

PEER = (
    "docker compose up -d (Debian's docker-compose): updates of the same image and health "
    "check behind an HAProxy that finds the replicas by Docker's DNS"
)
RATE_ASKED, PAUSE_MS, CLICK_SECONDS = 100.0, 250.0, 1.5
FULL = Plan()
QUICK = Plan(promotions=2, others=1, undisturbed_seconds=5.0, requests=0)


def main() -> int:
    """Measure, print, and return the exit code."""
    options = parser(__doc__ or "")
    options.add_argument("--quick", action="store_true", help="check the benchmark: two minutes")
    arguments = options.parse_args()
    plan = QUICK if arguments.quick else FULL
    end_cleanly_when_asked()
    with tempfile.TemporaryDirectory() as name, quiet(), own_engine("gapless") as engine:
        folder = Path(name)
        ours, image = through_rackhand(folder / "ours", engine, plan)
        peer = through_compose(folder / "peer", engine, image, plan)
    _say_failures(ours)
    return report(result_of(ours, peer, plan), as_json=arguments.json)


def result_of(ours: Run, peer: Run, plan: Plan) -> Result:
    """Return the figures of both, and the limits that were asked for."""
    figures = dict(_figures(ours)) | {
        "changes_that_ended_as_they_should": ours.ended_well,
        "health_check_s": ours.health_seconds,
        "click_to_live_when_killed_s": max(_to_live(ours, are_killed=True), default=0.0),
    }
    pause_limit = max(PAUSE_MS, 2 * figures["longest_pause_undisturbed_ms"])
    aims = [
        ("requests", figures["requests"], plan.requests, "higher"),
        ("requests that failed", figures["failures"], 0, "lower"),
        ("requests/s of the rarest kind", figures["rarest_kind_per_s"], RATE_ASKED, "higher"),
        ("longest pause, ms", figures["longest_pause_ms"], pause_limit, "lower"),
        (
            "slowest click to live, s: at most the health check's own time + 1.5",
            figures["click_to_live_max_s"],
            ours.health_seconds + CLICK_SECONDS,
            "lower",
        ),
        ("changes that ended as they should", ours.ended_well, plan.changes, "higher"),
    ]
    return Result(
        name="gapless",
        ours=figures,
        peer=_figures(peer),
        peer_is=PEER,
        aims=[
            Aim(what=what, value=value, limit=limit, better=better)  # type: ignore[arg-type]
            for what, value, limit, better in aims
        ],
    )


def _figures(run: Run) -> Figures:
    during = run.visits.between(*run.disturbed)
    to_live = _to_live(run, are_killed=False)
    took = [one.took_ms for one in during.answers if one.mark is not None]
    return {
        "requests": len(during.answers),
        "failures": len(during.failures),
        "rarest_kind_per_s": run.visits.rarest_kind_per_second(*run.disturbed),
        "longest_pause_ms": run.visits.longest_pause_ms(*run.disturbed),
        "longest_pause_undisturbed_ms": run.visits.longest_pause_ms(*run.undisturbed),
        "failures_undisturbed": len(run.visits.between(*run.undisturbed).failures),
        "slowest_answer_ms": max(took, default=0.0),
        "click_to_live_median_s": median(to_live) if to_live else 0.0,
        "click_to_live_max_s": max(to_live, default=0.0),
        "never_live": len(run.updates) - len(_live(run.updates, run)),
        "seconds": run.disturbed[1] - run.disturbed[0],
    }


def _to_live(run: Run, *, are_killed: bool) -> list[float]:
    return _live([one for one in run.updates if one.is_killed is are_killed], run)


def _live(updates: Sequence[Update], run: Run) -> list[float]:
    """Return the seconds from click to live of those that got live."""
    seconds = (run.visits.seconds_to_live(one.clicked, one.mark, one.ended) for one in updates)
    return [one for one in seconds if one is not None]


def _say_failures(run: Run) -> None:
    """Tell when and how requests failed, for whoever has to find out why."""
    began = run.disturbed[0]
    for at, kind, what in run.visits.failures[:50]:
        print(f"{at - began:8.2f} s: {kind}: {what}", file=sys.stderr)
    for one in run.updates:
        seconds = run.visits.seconds_to_live(one.clicked, one.mark, one.ended)
        pause = run.visits.longest_pause_ms(one.clicked, one.ended)
        print(
            f"{one.clicked - began:8.2f} s: {one.mark} live after {seconds} s, "
            f"longest pause {pause:.0f} ms",
            file=sys.stderr,
        )


if __name__ == "__main__":
    sys.exit(main())
