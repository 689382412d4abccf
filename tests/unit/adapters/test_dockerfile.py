import pytest

from engine.adapters.dockerfile import instructions, last_stage

TWO_STAGES = """\
# syntax=docker/dockerfile:1
FROM busybox AS assets
RUN make \\
    # a comment between the lines
    assets

FROM scratch as final
COPY --from=assets /out /
"""


def texts(dockerfile: str, target: str | None = None) -> list[str]:
    return [step.text for step in instructions(dockerfile, target)]


def test_continued_lines_are_one_instruction() -> None:
    assert texts(TWO_STAGES)[1] == "RUN make assets"


def test_a_target_ends_with_its_stage() -> None:
    assert texts(TWO_STAGES, "assets") == ["FROM busybox AS assets", "RUN make assets"]


def test_the_last_stage_makes_the_image() -> None:
    steps = last_stage(instructions(TWO_STAGES))
    assert [step.word for step in steps] == ["FROM", "COPY"]


@pytest.mark.parametrize(
    ("dockerfile", "target", "said"),
    [("", None, "empty"), ("# nothing\n", None, "empty"), (TWO_STAGES, "test", "stage `test`")],
)
def test_what_cannot_be_built_is_named(dockerfile: str, target: str | None, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        instructions(dockerfile, target)
