"""Which step of a job or a task may follow which, in sentences of their own.

``RULES`` are the sentences. Together they leave no row free: tests/faults mutates each.
"""

from collections.abc import Callable

import pytest

from engine.lifecycle import IllegalStep, check_step, is_final
from storage import jobs
from storage.workflow_records import JobStatus, TaskStatus

J = JobStatus
T = TaskStatus
Rule = Callable[[], None]

HAS_BEGUN = {J.RUNNING, J.WAITING}
IS_OPEN = {T.RUNNING, T.WAITING}


def is_allowed(before: J | T, after: J | T) -> bool:
    try:
        check_step(before, after)  # type: ignore[type-var]
    except IllegalStep:
        return False
    return True


def leads_to(after: J | T) -> set[J | T]:
    return {before for before in type(after) if is_allowed(before, after)}


# Jobs.


def check_that_a_job_enters_its_line_once() -> None:
    assert leads_to(J.QUEUED) == set()


def check_that_a_job_begins_once_and_goes_on_when_somebody_has_clicked() -> None:
    assert leads_to(J.RUNNING) == {J.QUEUED, J.WAITING}


def check_that_only_a_job_that_runs_comes_to_wait_for_a_person() -> None:
    assert leads_to(J.WAITING) == {J.RUNNING}


def check_that_a_job_succeeds_by_running_to_its_end() -> None:
    assert leads_to(J.SUCCEEDED) == {J.RUNNING}


def check_that_a_job_fails_only_once_it_has_begun() -> None:
    assert leads_to(J.FAILED) == HAS_BEGUN


def check_that_a_job_can_be_canceled_and_superseded_at_any_time() -> None:
    assert leads_to(J.CANCELED) == leads_to(J.SUPERSEDED) == {J.QUEUED, *HAS_BEGUN}


# Tasks.


def check_that_a_task_is_pending_once() -> None:
    assert leads_to(T.PENDING) == set()


def check_that_a_task_begins_once_and_goes_on_when_somebody_has_clicked() -> None:
    assert leads_to(T.RUNNING) == {T.PENDING, T.WAITING}


def check_that_only_a_task_that_runs_comes_to_wait_for_a_person() -> None:
    assert leads_to(T.WAITING) == {T.RUNNING}


def check_that_a_task_succeeds_by_its_work_and_not_by_a_click() -> None:
    assert leads_to(T.SUCCEEDED) == {T.RUNNING}


def check_that_only_a_task_that_has_not_begun_is_skipped() -> None:
    assert leads_to(T.SKIPPED) == {T.PENDING}


def check_that_a_task_that_has_begun_can_fail_and_be_canceled() -> None:
    assert leads_to(T.FAILED) == leads_to(T.CANCELED) == IS_OPEN


RULES: tuple[Rule, ...] = (
    check_that_a_job_enters_its_line_once,
    check_that_a_job_begins_once_and_goes_on_when_somebody_has_clicked,
    check_that_only_a_job_that_runs_comes_to_wait_for_a_person,
    check_that_a_job_succeeds_by_running_to_its_end,
    check_that_a_job_fails_only_once_it_has_begun,
    check_that_a_job_can_be_canceled_and_superseded_at_any_time,
    check_that_a_task_is_pending_once,
    check_that_a_task_begins_once_and_goes_on_when_somebody_has_clicked,
    check_that_only_a_task_that_runs_comes_to_wait_for_a_person,
    check_that_a_task_succeeds_by_its_work_and_not_by_a_click,
    check_that_only_a_task_that_has_not_begun_is_skipped,
    check_that_a_task_that_has_begun_can_fail_and_be_canceled,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__.removeprefix("check_that_"))
def test_the_lifecycles_of_workflows_keep_the_rule_that(rule: Rule) -> None:
    rule()


def test_the_jobs_that_are_looked_at_are_those_without_an_end() -> None:
    assert set(jobs.OPEN) == {status for status in J if not is_final(status)}
    assert set(jobs.BEGUN) == HAS_BEGUN
