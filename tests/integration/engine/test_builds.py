"""Stories of builds: from a commit to a candidate, or to an end that says why."""

from datetime import timedelta

import pytest

from engine import build_worker
from engine.errors import NoSpace, Unreachable
from engine.leases import LEASE_SECONDS
from engine.lifecycle import BUILD_LIMIT
from storage import apps, builds, claims
from storage.records import BuildStatus
from tests.fakes import BROKEN_DOCKERFILE, Files
from tests.integration.engine.steered import ask, log_of, steer
from tests.worlds import Scene, compose, text_of

B = BuildStatus


def test_a_build_becomes_a_candidate_of_its_commit(scene: Scene) -> None:
    build_id = ask(scene)
    scene.settle()

    build = scene.build(build_id)
    assert (build.status, build.subject, build.author) == (B.SUCCEEDED, "Fix cart", "Ada Lovelace")
    assert build.release_id
    release = scene.release(build.release_id)
    assert (release.build_id, release.sha, release.rack) == (build_id, build.sha, "staging")
    assert release.images == build.images
    assert scene.told(build_id)[0] == f"{build_id} built in 0 s → release candidate {release.id}."


def test_a_ref_that_moves_after_its_build_began_changes_nothing(scene: Scene) -> None:
    first = scene.source.commit("First")

    def move() -> None:
        scene.source.commit("Second")

    steer(scene, move)
    build_id = scene.did("build")
    scene.tick()

    assert scene.build(build_id).sha == first


def test_all_services_of_a_compose_file_are_built(scene: Scene) -> None:
    build_id = ask(scene, compose("web", "admin"))
    scene.settle()

    assert [image.service for image in scene.build(build_id).images] == ["web", "admin"]
    assert "web | " in log_of(scene, build_id)
    assert "admin | " in log_of(scene, build_id)


def test_the_same_commit_built_twice_is_two_builds_of_the_same_image(scene: Scene) -> None:
    first = ask(scene)
    scene.settle()
    second = scene.did("build")
    scene.settle()

    assert first != second
    images = {image.image_id for build in (first, second) for image in scene.build(build).images}
    assert len(images) == 1


def test_a_build_that_fails_shows_its_last_lines_its_file_and_tells_the_channel(
    scene: Scene,
) -> None:
    build_id = ask(scene, BROKEN_DOCKERFILE)
    scene.settle()

    build = scene.build(build_id)
    assert build.status is B.FAILED
    assert build.release_id is None
    assert scene.told(build_id) == [
        "Failed. web did not build: `RUN exit 3` ended with exit code 3."
    ]
    (end,) = [one for one in scene.outgoing(build_id) if one.kind == "milestone"]
    assert end.body["broadcast"]
    assert end.body["code"][-1] == "web | 2/2 RUN exit 3"
    assert len(end.body["code"]) <= 20
    assert [one.kind for one in scene.outgoing(build_id)].count("file") == 1


def test_one_service_that_fails_is_named_and_stops_the_others(scene: Scene) -> None:
    files = {
        **compose("web", "admin"),
        "compose.yaml": "services:\n  web:\n    build: .\n  admin:\n    build: ./admin\n",
        "admin/Dockerfile": "FROM scratch\nRUN false\n",
    }
    build_id = ask(scene, files)
    scene.settle()

    assert scene.build(build_id).reason == (
        "`admin` did not build: \\`RUN false\\` ended with exit code 1."
    )


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (
            {"compose.yaml": "services:\n  web:\n    biuld: .\n"},
            "`compose.yaml`, line 2: `services.web`",
        ),
        ({"compose.yaml": "services: ["}, "compose.yaml"),
        ({"README": "nothing to build"}, "Dockerfile"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_named(scene: Scene, files: Files, words: str) -> None:
    build_id = ask(scene, files)
    scene.settle()

    build = scene.build(build_id)
    assert build.status is B.FAILED
    assert words in (build.reason or "")


def test_an_unknown_ref_ends_the_build_and_says_so(scene: Scene) -> None:
    build_id = ask(scene, None, "--ref", "--force; rm -rf /")
    scene.settle()

    assert scene.told(build_id) == [
        "Failed. https://git.example/web.git has no branch, tag or commit --force; rm -rf /."
    ]


def test_a_repository_that_does_not_answer_ends_the_build_and_says_what_to_do(
    scene: Scene,
) -> None:
    build_id = ask(scene)
    scene.source.is_reachable = False
    scene.settle()

    assert scene.told(build_id) == [
        "Failed. https://git.example/web.git does not answer. Try again when it does."
    ]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NoSpace("No space left on the builder.", remedy="Make room."), "The disk is full."),
        (Unreachable("The engine does not answer.", remedy="Start it."), "Start it."),
    ],
)
def test_what_breaks_outside_ends_the_build_with_its_reason(
    scene: Scene, error: Exception, words: str
) -> None:
    def break_off() -> None:
        raise error

    steer(scene, break_off)
    build_id = ask(scene)
    scene.settle()

    assert scene.build(build_id).status is B.FAILED
    assert words in (scene.build(build_id).reason or "")


# Cancel.


def test_a_build_that_waits_is_canceled_at_once(scene: Scene) -> None:
    build_id = ask(scene)
    scene.say("cancel", build_id)
    scene.settle()

    assert scene.build(build_id).status is B.CANCELED
    assert scene.told(build_id) == ["Canceled by Ada before it began."]
    assert log_of(scene, build_id) == ""


def test_a_build_under_way_is_canceled_within_its_step(scene: Scene) -> None:
    build_id = ask(scene)

    def cancel() -> None:
        scene.say("cancel", build_id)
        scene.clock.pass_time(1)

    steer(scene, cancel)
    scene.tick()

    build = scene.build(build_id)
    assert (build.status, build.images, build.release_id) == (B.CANCELED, (), None)
    assert scene.told(build_id) == ["Canceled by Ada."]


def test_a_second_cancel_says_who_was_first(scene: Scene) -> None:
    build_id = ask(scene)
    replies: list[str] = []

    def cancel_twice() -> None:
        scene.say("cancel", build_id)
        replies.append(text_of(scene.say("cancel", build_id)))

    steer(scene, cancel_twice)
    scene.tick()
    replies.append(text_of(scene.say("cancel", build_id)))

    assert replies == [
        f"There is nothing left to cancel of {build_id}. Ada has asked to cancel it.",
        f"There is nothing left to cancel of {build_id}. Ada canceled it.",
    ]


def test_a_build_that_takes_too_long_is_ended(scene: Scene) -> None:
    steer(scene, lambda: scene.clock.pass_time(BUILD_LIMIT.total_seconds() + 1))
    build_id = ask(scene)
    scene.tick()

    assert scene.build(build_id).status is B.FAILED
    assert scene.told(build_id) == [
        "Failed. The build took longer than 60 minutes. Look at its log for the step that hangs."
    ]


# Crashes.


class Killed(BaseException):
    """The process is gone."""


def be_killed() -> None:
    raise Killed


def crash(scene: Scene) -> None:
    """Let a process die in the middle of a build: its lease stays behind."""
    with scene.store.read() as transaction:
        (build,) = builds.unfinished(transaction)
    with pytest.raises(Killed):
        build_worker.work(scene.world, build.id)
    with scene.store.write() as transaction:
        claims.lease(
            transaction, f"build:{build.id}", "a dead bot", scene.clock.now(), LEASE_SECONDS
        )


def test_a_build_whose_worker_died_is_taken_up_again_under_its_id(scene: Scene) -> None:
    steer(scene, be_killed)
    build_id = ask(scene)
    crash(scene)
    builder = steer(scene, lambda: None)

    scene.tick()
    assert scene.build(build_id).status is B.BUILDING, "the dead worker's lease still holds"
    scene.clock.pass_time(LEASE_SECONDS)
    scene.tick()

    build = scene.build(build_id)
    assert (build.status, build.attempts) == (B.SUCCEEDED, 2)
    assert builder.orphans_ended == [build_id]
    assert len(scene.told(build_id)) == 1 + len(build.notices)


def test_a_build_has_its_whole_time_again_after_a_crash(scene: Scene) -> None:
    steer(scene, be_killed)
    build_id = ask(scene)
    crash(scene)
    steer(scene, lambda: None)

    scene.clock.pass_time(BUILD_LIMIT.total_seconds() * 2)
    scene.tick()

    assert scene.build(build_id).status is B.SUCCEEDED


def test_a_build_that_kills_its_worker_each_time_is_given_up(scene: Scene) -> None:
    steer(scene, be_killed)
    build_id = ask(scene)
    for _ in range(3):
        crash(scene)
        scene.clock.pass_time(LEASE_SECONDS)
    scene.tick()

    build = scene.build(build_id)
    assert (build.status, build.attempts) == (B.FAILED, 3)
    assert scene.told(build_id) == ["Failed. Its worker died 3 times. Rackhand's own log says why."]


def test_a_build_that_was_canceled_before_its_worker_died_is_not_built_again(
    scene: Scene,
) -> None:
    build_id = ask(scene)

    def cancel_and_die() -> None:
        scene.say("cancel", build_id)
        raise Killed

    steer(scene, cancel_and_die)
    crash(scene)
    scene.clock.pass_time(LEASE_SECONDS)
    scene.tick()

    assert scene.build(build_id).status is B.CANCELED
    assert scene.told(build_id) == ["Canceled by Ada."]


def test_a_worker_whose_lease_was_taken_over_records_nothing(scene: Scene) -> None:
    build_id = ask(scene)

    def be_overtaken() -> None:
        scene.clock.pass_time(LEASE_SECONDS)
        with scene.store.write() as transaction:
            claims.lease(
                transaction, f"build:{build_id}", "bot 2", scene.clock.now(), LEASE_SECONDS
            )
        scene.world.stopping.set()

    steer(scene, be_overtaken)
    build_worker.work(scene.world, build_id)

    assert scene.build(build_id).status is B.BUILDING
    assert scene.told(build_id) == []


def test_a_build_of_an_app_that_is_gone_ends(scene: Scene) -> None:
    build_id = ask(scene)
    with scene.store.write() as transaction:
        apps.replace_those_of_file(transaction, [])
    scene.tick()

    assert scene.told(build_id) == ["Failed. There is no app web any more."]


# The log.


def test_a_log_is_kept_up_to_its_limit_and_says_that_it_was_cut(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.build_log.LIMIT_BYTES", 1_000)
    files = {"Dockerfile": "FROM scratch\n", "FAIL": "\n".join(f"line {n}" for n in range(500))}
    build_id = ask(scene, files)
    scene.settle()

    log = log_of(scene, build_id)
    assert len(log.encode()) < 1_200
    assert "the log is cut here" in log
    assert scene.build(build_id).log_tail[-1] == "web | line 499"


def test_a_log_with_bytes_that_no_database_takes_is_kept_all_the_same(anywhere: Scene) -> None:
    build_id = ask(anywhere, {"Dockerfile": "FROM scratch\n", "FAIL": "nul \x00 and 🚀"})
    anywhere.settle()

    assert "nul � and 🚀" in log_of(anywhere, build_id)


def test_the_card_shows_the_step_under_way_but_not_every_one(scene: Scene) -> None:
    shown: list[str | None] = []
    scene.source.commit("Fix cart")
    build_id = scene.did("build")
    steer(scene, lambda: shown.append(scene.build(build_id).progress))
    scene.tick()

    assert shown == ["web: step 1/1 RUN"]
    assert scene.build(build_id).progress is None
    assert scene.clock.now() - scene.build(build_id).created_at < timedelta(minutes=1)
