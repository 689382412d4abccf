"""BuildKit's plain progress, quoted from docker 20.10 and from buildx."""

from engine.adapters.buildkit_progress import Progress
from engine.ports.builder import BuildEvent

INTERLEAVED = """\
#1 [internal] load build definition from Dockerfile
#1 sha256:c75f2eac57612ff4fa6d73721aa70c875b1a56215f2e1a440ea6d826b4575e1f
#1 DONE 0.0s

#6 [a 2/2] RUN make    assets
#6 0.489 compiling
#5 [stage-1 2/5] RUN echo late; printf 'no newline'
#5 0.394 late
#6 0.490 linking
#6 DONE 1.5s
#5 2.400 no newline#5 DONE 2.4s
#7 [stage-1 3/5] COPY --from=a /x /x
#7 CACHED
"""
FAILED_20_10 = """\
#9 [stage-1 5/5] RUN echo bad >&2; exit 3
#9 0.375 bad
#9 ERROR: executor failed running [/bin/sh -c echo bad >&2; exit 3]: exit code: 3
------
 > [stage-1 5/5] RUN echo bad >&2; exit 3:
------
executor failed running [/bin/sh -c echo bad >&2; exit 3]: exit code: 3
"""
FAILED_BUILDX = """\
#5 [2/2] RUN exit 7
#5 ERROR: process "/bin/sh -c exit 7" did not complete successfully: exit code: 7
------
 > [2/2] RUN exit 7:
------
Dockerfile:2
--------------------
   1 |     FROM busybox
   2 | >>> RUN exit 7
--------------------
ERROR: failed to solve: process "/bin/sh -c exit 7" did not complete successfully: exit code: 7
"""


def read(text: str) -> tuple[Progress, list[BuildEvent]]:
    progress = Progress(service="web")
    events = [event for line in text.splitlines() for event in progress.read(line)]
    return progress, events


def test_steps_carry_their_number_and_one_space() -> None:
    _, events = read(INTERLEAVED)
    assert [event.step for event in events if event.step] == [
        "2/2 RUN make assets",
        "2/5 RUN echo late; printf 'no newline'",
        "3/5 COPY --from=a /x /x",
    ]


def test_mixed_output_names_its_step_again() -> None:
    _, events = read(INTERLEAVED)
    texts = [event.text for event in events]
    at = texts.index("linking")
    assert texts[at - 1] == "2/2 RUN make assets"
    assert events[at - 1].step is None


def test_output_without_a_line_end_is_parted_from_what_follows() -> None:
    texts = [event.text for event in read(INTERLEAVED)[1]]
    assert texts[texts.index("no newline") + 1] == "DONE 2.4s"


def test_digests_of_steps_are_not_told() -> None:
    assert not any("c75f2eac" in event.text for event in read(INTERLEAVED)[1])


def test_a_failing_step_is_named_with_its_exit_code() -> None:
    progress, _ = read(FAILED_20_10)
    assert progress.detail == "`RUN echo bad >&2; exit 3` ended with exit code 3."
    progress, _ = read(FAILED_BUILDX)
    assert progress.detail == "`RUN exit 7` ended with exit code 7."


def test_a_step_that_fails_without_a_code_says_why() -> None:
    progress, _ = read('#5 [2/2] COPY nothere /x\n#5 ERROR: "/nothere" not found: not found\n')
    assert progress.detail == '`COPY nothere /x` failed: "/nothere" not found: not found'


def test_a_failure_outside_of_steps_is_told_without_its_preamble() -> None:
    old = (
        "failed to solve with frontend dockerfile.v0: failed to create LLB definition: "
        "dockerfile parse error line 1: unknown instruction: FRUM"
    )
    progress, _ = read(old)
    assert progress.detail == "dockerfile parse error line 1: unknown instruction: FRUM"
    new = "ERROR: failed to solve: dockerfile parse error on line 1: unknown instruction: FRUM"
    progress, _ = read(new)
    assert progress.detail == "dockerfile parse error on line 1: unknown instruction: FRUM"


def test_a_base_image_that_cannot_be_had_is_named() -> None:
    progress, _ = read(
        "#3 [internal] load metadata for docker.io/acme/nothing:1\n"
        "#3 ERROR: docker.io/acme/nothing:1: not found\n"
    )
    assert "acme/nothing:1" in progress.detail


def test_a_full_disk_is_told_from_a_failing_step() -> None:
    full, _ = read(
        "#5 [2/2] RUN make\n"
        "#5 9.3 tar: write error: No space left on device\n"
        '#5 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 1\n'
    )
    assert full.is_no_space
    assert not read(FAILED_BUILDX)[0].is_no_space


def test_a_build_that_says_nothing_still_has_a_reason() -> None:
    assert read("")[0].detail == "The build ended without saying why."
