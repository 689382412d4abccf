"""What the benchmark of webhooks delivers, and how it counts what came of it."""

import json
from collections import Counter

from bench.deliveries import AT_ONCE, Answered, story
from bench.webhooks import Made, repositories, result_of

TOLD = story(repositories(), 1000, 100)


def test_a_tenth_of_the_deliveries_are_replays_of_earlier_ones() -> None:
    seen: set[str] = set()
    for one in TOLD.deliveries:
        assert one.is_replay == (one.headers["X-GitHub-Delivery"] in seen)
        seen.add(one.headers["X-GitHub-Delivery"])
    assert (len(TOLD.deliveries), len(seen)) == (1000, 900)


def test_pushes_of_one_branch_follow_each_other_and_never_meet_under_way() -> None:
    last: dict[tuple[str, str], tuple[int, str]] = {}
    for number, one in enumerate(TOLD.deliveries):
        payload = json.loads(one.body)
        if one.is_replay or one.headers["X-GitHub-Event"] != "push":
            continue
        branch = (payload["repository"]["full_name"], payload["ref"])
        if branch in last:
            before, sha = last[branch]
            assert payload["before"] == sha
            assert number - before > AT_ONCE
        last[branch] = (number, payload["after"])


def test_each_push_to_main_is_due_one_job() -> None:
    pushed = Counter(
        (payload["repository"]["full_name"], payload["after"])
        for payload in (json.loads(one.body) for one in TOLD.deliveries if not one.is_replay)
        if payload.get("ref") == "refs/heads/main"
    )
    assert pushed.keys() == TOLD.due
    assert pushed.total() == len(TOLD.due) == 360


def test_an_aim_is_missed_by_one_job_too_many_or_too_few() -> None:
    answered = Answered(seconds=1.0, after_s=[0.01] * 1000, answers=[], refused=0)
    for wrong in ("missing", "undue", "duplicates"):
        counts = {"missing": 0, "undue": 0, "duplicates": 0, wrong: 1}
        made = Made(jobs=360, begun=0, repeats_told=0, **counts)
        aims = result_of(TOLD, answered, made, answered).aims
        assert [aim.met for aim in aims].count(False) == 1
