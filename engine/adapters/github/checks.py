"""Commit statuses and check runs together: the newest of each name."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from engine.adapters.github.client import Client
from engine.adapters.github.reading import moment
from engine.adapters.github.refusals import Purpose
from engine.errors import Forbidden, NotFound
from engine.ports.forge import OWN_CONTEXT, Check, CheckState

Json = Mapping[str, Any]
Dated = tuple[datetime, Check]
STATUSES = {"pending": CheckState.PENDING, "success": CheckState.PASSED}
GOOD_ENDS = {"success", "neutral", "skipped"}
NOT_STARTED = datetime.max.replace(tzinfo=UTC)  # newer than all that have


def found(client: Client, repo: str, sha: str) -> tuple[Check, ...]:
    """Read all checks of a commit but our own, by name."""
    purpose = Purpose(doing="read the checks of", what=f"commit {sha[:7]} of {repo}")
    statuses = client.pages(repo, f"/commits/{sha}/status", purpose)
    runs = client.pages(
        repo, f"/commits/{sha}/check-runs", purpose, parameters={"filter": "latest"}
    )
    dated = [_status(one) for page in statuses for one in page["statuses"]]
    by_age = sorted((one for page in runs for one in page["check_runs"]), key=lambda one: one["id"])
    return newest([*dated, *map(_run, by_age)])


def newest(dated: Iterable[Dated]) -> tuple[Check, ...]:
    """Keep the newest of each name, without those that Rackhand itself shows."""
    kept: dict[str, Dated] = {}
    for at, check in dated:
        if check.name.startswith(OWN_CONTEXT):
            continue
        if check.name not in kept or kept[check.name][0] <= at:
            kept[check.name] = (at, check)
    return tuple(kept[name][1] for name in sorted(kept))


def required(client: Client, repo: str, branch: str) -> tuple[str, ...] | None:
    """Read what a branch asks for before a merge, by its protection and by rulesets.

    None where neither asks for checks, or the token may read neither.
    """
    what = f"branch {branch} of {repo}"
    names: set[str] = set()
    protection = _if_readable(
        client, repo, f"/branches/{_quoted(branch)}/protection/required_status_checks", what
    )
    if protection:
        names |= set(protection.get("contexts") or ())
        names |= {one["context"] for one in protection.get("checks") or ()}
    for rule in _if_readable(client, repo, f"/rules/branches/{_quoted(branch)}", what) or ():
        if rule["type"] == "required_status_checks":
            asked = rule["parameters"]["required_status_checks"]
            names |= {one["context"] for one in asked}
    return tuple(sorted(names)) or None


def _if_readable(client: Client, repo: str, path: str, what: str) -> Any:
    try:
        return client.look(repo, path, Purpose(doing="read the protection of", what=what))
    except (Forbidden, NotFound):
        return None


def _quoted(branch: str) -> str:
    return quote(branch, safe="")


def _status(one: Json) -> Dated:
    check = Check(
        name=one["context"],
        state=STATUSES.get(one["state"], CheckState.FAILED),
        url=one.get("target_url"),
        description=one.get("description") or "",
    )
    return moment(one["updated_at"]), check


def _run(one: Json) -> Dated:
    check = Check(
        name=one["name"],
        state=_state(one),
        url=one.get("html_url") or one.get("details_url"),
        description=(one.get("output") or {}).get("title") or "",
    )
    started = one.get("started_at")
    return (moment(started) if started else NOT_STARTED), check


def _state(one: Json) -> CheckState:
    if one["status"] != "completed":
        return CheckState.PENDING
    return CheckState.PASSED if one["conclusion"] in GOOD_ENDS else CheckState.FAILED
