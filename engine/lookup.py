"""Finding what people name, and saying what they may have meant."""

import difflib
from collections.abc import Iterable

from engine.errors import UserError
from engine.marks import literal
from storage import apps, builds, jobs, promotions, releases, workflows
from storage.records import App, Build, Promotion, Release
from storage.store import Transaction
from storage.workflow_records import Job, Workflow

WORD_LIMIT = 60  # characters of a wrong word that are repeated


def nearest(word: str, known: Iterable[str]) -> str:
    """Return "Did you mean `x`?" for the known word most like *word*, or nothing."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"Did you mean `{found[0]}`?" if found else ""


def shown(word: str) -> str:
    """Return what somebody typed as it can be repeated to them: short, and without marks."""
    return literal(word if len(word) <= WORD_LIMIT else word[:WORD_LIMIT] + "…")


def app(transaction: Transaction, name: str) -> App:
    """Read the app of exactly this name; raises ``UserError`` naming the nearest."""
    found = apps.get(transaction, name)
    if found:
        return found
    names = [known.name for known in apps.all_of_them(transaction)]
    raise UserError(
        f"There is no app `{shown(name)}`.",
        why=nearest(name, names),
        remedy="`/rack apps` lists them; `/rack apps create NAME --repo URL` makes one.",
    )


def build(transaction: Transaction, build_id: str) -> Build:
    """Read a build by its id; raises ``UserError`` for one that is not there."""
    found = builds.get(transaction, build_id.upper())
    if found is None:
        raise UserError(
            f"There is no build `{shown(build_id)}`.", remedy="`/rack builds` lists them."
        )
    return found


def release(transaction: Transaction, release_id: str) -> Release:
    """Read a release by its id; raises ``UserError`` for one that is not there."""
    found = releases.get(transaction, release_id.upper())
    if found is None:
        raise UserError(
            f"There is no release `{shown(release_id)}`.", remedy="`/rack releases` lists them."
        )
    return found


def promotion(transaction: Transaction, promotion_id: str) -> Promotion:
    """Read a promotion by its id; raises ``UserError`` for one that is not there."""
    found = promotions.get(transaction, promotion_id.upper())
    if found is None:
        raise UserError(
            f"There is no promotion `{shown(promotion_id)}`.",
            remedy="`/rack status` shows the latest.",
        )
    return found


def workflow(transaction: Transaction, name: str) -> Workflow:
    """Read the workflow of exactly this name; raises ``UserError`` naming the nearest."""
    found = workflows.get(transaction, name)
    if found:
        return found
    names = [known.name for known in workflows.all_of_them(transaction)]
    raise UserError(
        f"There is no workflow `{shown(name)}`.",
        why=nearest(name, names),
        remedy="`/rack workflows` lists them; `/rack workflows new` makes one.",
    )


def job(transaction: Transaction, job_id: str) -> Job:
    """Read a job by its id; raises ``UserError`` for one that is not there."""
    found = jobs.get(transaction, job_id.upper())
    if found is None:
        raise UserError(f"There is no job `{shown(job_id)}`.", remedy="`/rack jobs` lists them.")
    return found
