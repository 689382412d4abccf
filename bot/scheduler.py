"""The ticks of the running process, driven by APScheduler; all state is in the database."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

from apscheduler.executors.pool import ThreadPoolExecutor as JobPool
from apscheduler.schedulers.background import BackgroundScheduler

from bot.relay.relay import Relay
from engine import advance, announce, build_worker, checkouts, images, queue, watch
from engine.errors import PortError
from engine.leases import LeaseLost
from engine.workflows import advance as job_advance
from engine.workflows import line, look, reporting
from engine.world import World
from storage import builds, claims, promotions, samples
from storage.store import Unavailable

TICK_SECONDS = 0.25
NEAR_TICK_SECONDS = 0.1  # for promotions whose next step may be a moment away
SWEEP_SECONDS = 5.0
REFRESH_SECONDS = 15.0  # elapsed times on cards that nothing else changes
HOUSEKEEPING_SECONDS = 300.0
BEAT_SECONDS = 2.0
BEAT_HOLDS_SECONDS = 15.0
PROMOTIONS_AT_ONCE = 16
JOBS_AT_ONCE = 8
LOOK_SECONDS = 1.0
LOOKS_AT_ONCE = 4
REPORT_SECONDS = 1.0
REQUESTS_KEPT = timedelta(
    days=2
)  # Slack redelivers within minutes, GitHub when somebody asks it to
SAMPLES_KEPT = timedelta(days=90)  # the seconds behind a receipt, which itself stays

BOT = "bot"  # whose sign of life the terminal looks for

log = logging.getLogger(__name__)


class Ticks:
    """All that the process does by itself."""

    def __init__(self, world: World, relay: Relay | None) -> None:
        """Without *relay* nothing is told: a process that only works."""
        self._world = world
        self._relay = relay
        self._builds = Workers(world.builds_at_once, "build")
        self._promotions = Workers(PROMOTIONS_AT_ONCE, "promotion")
        self._jobs = Workers(JOBS_AT_ONCE, "job")
        self._looks = Workers(LOOKS_AT_ONCE, "look")
        self._scheduler = BackgroundScheduler(
            executors={"default": JobPool(11 + len(world.racks))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        logging.getLogger("apscheduler").setLevel(logging.ERROR)

    def start(self) -> None:
        """Begin ticking."""
        self._every(BEAT_SECONDS, "beat", self._beat)
        self._every(TICK_SECONDS, "builds", self._start_builds)
        self._every(TICK_SECONDS, "promotions", self._advance_promotions)
        near = partial(self._advance_promotions, near_only=True)
        self._every(NEAR_TICK_SECONDS, "near promotions", near)
        self._every(TICK_SECONDS, "jobs", self._advance_jobs)
        self._every(LOOK_SECONDS, "looks", self._look)
        self._every(REPORT_SECONDS, "reports", partial(reporting.send, self._world))
        if self._relay:
            self._every(TICK_SECONDS, "relay", self._relay.tick)
            self._every(REFRESH_SECONDS, "refresh", partial(announce.refresh, self._world))
        for rack in self._world.racks:
            self._every(SWEEP_SECONDS, f"sweep {rack}", partial(watch.sweep, self._world, rack))
        self._every(HOUSEKEEPING_SECONDS, "housekeeping", self._keep_house)
        self._beat()
        _guarded("checkouts", partial(checkouts.clear, self._world))()
        self._scheduler.start()

    def stop(self) -> None:
        """End: steps under way are finished, builds under way go back for the next process."""
        self._world.stopping.set()
        self._scheduler.shutdown(wait=True)
        self._jobs.close()
        self._looks.close()
        self._promotions.close()
        self._builds.close()
        if self._relay:
            self._relay.close()
        with self._world.store.write() as transaction:
            claims.stop_beating(transaction, BOT)

    def _every(self, seconds: float, name: str, tick: Callable[[], object]) -> None:
        self._scheduler.add_job(_guarded(name, tick), "interval", seconds=seconds, id=name)

    def _beat(self) -> None:
        with self._world.store.write() as transaction:
            claims.beat(transaction, BOT, self._world.clock.now(), BEAT_HOLDS_SECONDS)

    def _start_builds(self) -> None:
        for build_id in build_worker.due(self._world):
            self._builds.begin(build_id, partial(build_worker.work, self._world, build_id))

    def _advance_promotions(self, *, near_only: bool = False) -> None:
        for promotion_id in queue.due(self._world, near_only=near_only):
            step = partial(advance.advance, self._world, promotion_id)
            self._promotions.begin(promotion_id, step)

    def _advance_jobs(self) -> None:
        for job_id in line.due(self._world):
            self._jobs.begin(job_id, partial(job_advance.advance, self._world, job_id))

    def _look(self) -> None:
        for repo in look.due(self._world):
            self._looks.begin(repo, partial(look.look, self._world, repo))

    def _keep_house(self) -> None:
        checkouts.clear(self._world)
        now = self._world.clock.now()
        with self._world.store.write() as transaction:
            claims.forget_requests(transaction, now - REQUESTS_KEPT)
            samples.forget_before(transaction, int((now - SAMPLES_KEPT).timestamp()))
            live = promotions.all_live(transaction)
            building = {build.app for build in builds.unfinished(transaction)}
        for one in live:
            if one.app in building:
                continue
            try:
                count = images.prune(self._world, app=one.app, rack=one.rack)
            except PortError as error:
                log.warning("not pruned", extra={"rack": one.rack, "why": str(error)})
            else:
                if count:
                    log.info("pruned", extra={"rack": one.rack, "app": one.app, "images": count})


class Workers:
    """A pool that does each piece of work once at a time."""

    def __init__(self, size: int, name: str) -> None:
        """Run at most *size* pieces side by side."""
        self._size = size
        self._name = name
        self._pool = ThreadPoolExecutor(size, thread_name_prefix=name)
        self._busy: set[str] = set()
        self._lock = threading.Lock()

    def begin(self, key: str, work: Callable[[], object]) -> None:
        """Do *work* unless *key* is being worked on, or no worker is free: the next tick asks."""
        with self._lock:
            if key in self._busy or len(self._busy) >= self._size:
                return
            self._busy.add(key)
        self._pool.submit(self._do, key, _guarded(self._name, work))

    def close(self) -> None:
        """Wait for what is under way."""
        self._pool.shutdown(wait=True)

    def _do(self, key: str, work: Callable[[], object]) -> None:
        try:
            work()
        finally:
            with self._lock:
                self._busy.discard(key)


def _guarded(name: str, tick: Callable[[], object]) -> Callable[[], None]:
    """Log what a tick raises: the next one tries again, whatever it was."""

    def run() -> None:
        try:
            tick()
        except LeaseLost:
            log.info("work handed over", extra={"tick": name})
        except Unavailable as error:
            log.warning("database unavailable", extra={"tick": name, "why": str(error)})
        except Exception:
            log.exception("tick broke", extra={"tick": name})

    return run
