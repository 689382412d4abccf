"""The control API under ``/control/``: troubles, and acts that the REST API has no way for."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.local_github.faults import Fault
from bot.local_github.hub import Hub
from bot.local_github.records import Protection
from bot.local_github.repository import Repository
from bot.local_github.settings import RepositorySpec
from bot.local_github.sight import repositories, sight
from bot.local_github.suites import workflow_run
from bot.local_github.webhooks.events import Events
from bot.local_github.webhooks.lines import Lines

Json = dict[str, Any]


class Impossible(Exception):
    """An order that cannot be carried out; the text says why."""


class ControlApi:
    """Carries out orders of tests, of the demo and of the page."""

    def __init__(self, hub: Hub, events: Events, lines: Lines) -> None:
        self._hub = hub
        self._events = events
        self._lines = lines

    def routes(self) -> list[Route]:
        """Return every route under ``/control/``."""
        orders: dict[str, Callable[[Json], Json]] = {
            "session": self._session,
            "sight": self._sight,
            "fault": self._fault,
            "clear_faults": self._clear_faults,
            "down": self._down,
            "exhaust": self._exhaust,
            "hide": self._hide,
            "webhooks": self._webhooks,
            "duplicate": self._duplicate,
            "hold": self._hold,
            "release": self._release,
            "settle": self._settle,
            "create_repository": self._create_repository,
            "move_repository": self._move_repository,
            "protect": self._protect,
            "require": self._require,
            "workflow_run": self._workflow_run,
            "revoke": self._revoke,
        }
        return [
            Route(f"/control/{name}", _obeying(order), methods=["POST"])
            for name, order in orders.items()
        ]

    def _session(self, _asked: Json) -> Json:
        """Tell the page, which is served on loopback only, how to sign in."""
        settings = self._hub.settings
        people = [one.login for one in settings.people if one.kind == "User"]
        return {
            "operator_token": settings.operator_token,
            "token": settings.tokens[0].token if settings.tokens else None,
            "people": people,
        }

    def _sight(self, asked: Json) -> Json:
        with self._hub.lock:
            shown: Json = {"repositories": repositories(self._hub)}
            if asked.get("repository"):
                shown["repository"] = sight(self._hub, self._lines, self._repository(asked))
        return shown

    def _fault(self, asked: Json) -> Json:
        try:
            self._hub.faults.order(Fault(**asked))
        except TypeError as error:
            raise Impossible(str(error)) from error
        return {}

    def _clear_faults(self, _asked: Json) -> Json:
        self._hub.faults.clear()
        self._hub.budget.exhaust(0.0)
        self._lines.is_on = True
        self._lines.release()
        return {}

    def _down(self, asked: Json) -> Json:
        self._hub.faults.take_down(float(asked["seconds"]))
        return {}

    def _exhaust(self, asked: Json) -> Json:
        self._hub.budget.exhaust(float(asked["seconds"]))
        return {}

    def _hide(self, asked: Json) -> Json:
        self._hub.faults.hide(asked["sha"], int(asked.get("times", 1)))
        return {}

    def _webhooks(self, asked: Json) -> Json:
        self._lines.is_on = bool(asked["on"])
        return {}

    def _duplicate(self, asked: Json) -> Json:
        self._hub.faults.duplicate(asked.get("event", "*"), int(asked.get("times", 1)))
        return {}

    def _hold(self, _asked: Json) -> Json:
        self._lines.hold()
        return {}

    def _release(self, asked: Json) -> Json:
        self._lines.release(reverse=bool(asked.get("reverse", False)))
        return {}

    def _settle(self, asked: Json) -> Json:
        return {"settled": self._lines.wait(float(asked["seconds"]))}

    def _create_repository(self, asked: Json) -> Json:
        with self._hub.lock:
            try:
                made = self._hub.create_repository(RepositorySpec(**asked))
            except (TypeError, ValueError) as error:
                raise Impossible(str(error)) from error
        return {"id": made.id, "path": str(made.path)}

    def _repository(self, asked: Json) -> Repository:
        found = self._hub.repositories.find(asked["repository"])
        if found is None:
            raise Impossible(f"There is no repository {asked['repository']!r}.")
        return found

    def _move_repository(self, asked: Json) -> Json:
        with self._hub.lock:
            repository = self._repository(asked)
            owner = self._hub.people.find(asked.get("owner", repository.owner))
            if owner is None:
                raise Impossible(f"There is no account {asked['owner']!r}.")
            name = asked.get("name", repository.name)
            if self._hub.repositories.find(f"{owner.login}/{name}"):
                raise Impossible(f"{owner.login}/{name} is there already.")
            self._hub.repositories.move(repository, owner.login, name)
        return {}

    def _protect(self, asked: Json) -> Json:
        with self._hub.lock:
            protections = self._repository(asked).protections
            contexts = asked.get("contexts")
            if contexts is None:
                protections.pop(asked["branch"], None)
            else:
                protections[asked["branch"]] = Protection(contexts=tuple(contexts))
        return {}

    def _require(self, asked: Json) -> Json:
        with self._hub.lock:
            contexts = tuple(asked["contexts"])
            rules = self._repository(asked).rules
            rules[asked["branch"]] = Protection(contexts=contexts)
        return {}

    def _workflow_run(self, asked: Json) -> Json:
        with self._hub.lock:
            repository = self._repository(asked)
            sha = repository.git.resolve(asked["sha"])
            if sha is None:
                raise Impossible(f"{repository.full_name} has no commit {asked['sha']!r}.")
            name, conclusion = asked["name"], asked.get("conclusion")
            run = workflow_run(self._hub, repository, sha, name, conclusion)
            self._events.workflow_run(repository, run)
        return {"id": run.id}

    def _revoke(self, asked: Json) -> Json:
        self._hub.credentials.revoke(asked["token"])
        return {}


def _obeying(order: Callable[[Json], Json]) -> Callable[[Request], Awaitable[Response]]:
    async def obey(request: Request) -> Response:
        asked = await request.json()
        try:
            return JSONResponse({"ok": True} | await run_in_threadpool(order, asked))
        except (Impossible, KeyError) as error:
            return JSONResponse({"ok": False, "error": str(error)}, status_code=400)

    return obey
