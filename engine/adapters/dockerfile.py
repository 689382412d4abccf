"""The instructions of a Dockerfile, as far as the simulated builder needs them."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One instruction, such as ``RUN make``."""

    word: str  # in capitals: "RUN"
    rest: str

    @property
    def text(self) -> str:
        """The instruction on one line."""
        return f"{self.word} {self.rest}".strip()


def instructions(dockerfile: str, target: str | None = None) -> tuple[Instruction, ...]:
    """Return the instructions up to the end of stage *target*, or of the file.

    Raises ``ValueError`` with a text for people when the file has no instruction or no such stage.
    """
    found: list[Instruction] = []
    in_target = False
    for instruction in _all(dockerfile):
        if instruction.word == "FROM":
            if in_target:
                break
            in_target = target is not None and _stage_name(instruction) == target.lower()
        found.append(instruction)
    if not found:
        raise ValueError("The Dockerfile is empty.")
    if target is not None and not in_target:
        raise ValueError(f"The Dockerfile has no stage `{target}`.")
    return tuple(found)


def last_stage(steps: tuple[Instruction, ...]) -> tuple[Instruction, ...]:
    """Return the instructions that make the image itself: those from the last FROM on."""
    begins = [number for number, step in enumerate(steps) if step.word == "FROM"]
    return steps[begins[-1] :] if begins else steps


def _all(dockerfile: str) -> Iterator[Instruction]:
    line = ""
    for raw in dockerfile.splitlines():
        part = raw.strip()
        if not part or part.startswith("#"):
            continue
        line += part
        if line.endswith("\\"):
            line = line[:-1]
            continue
        word, _, rest = line.partition(" ")
        yield Instruction(word=word.upper(), rest=rest.strip())
        line = ""


def _stage_name(instruction: Instruction) -> str | None:
    words = instruction.rest.lower().split()
    return words[-1] if "as" in words[-2:-1] else None
