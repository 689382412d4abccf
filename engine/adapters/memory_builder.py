"""A builder that only acts as if: it walks through the Dockerfile and runs nothing."""

import hashlib
import json
import re
import time
from collections.abc import Callable
from pathlib import Path

from engine.adapters.dockerfile import Instruction, instructions, last_stage
from engine.errors import Canceled
from engine.ports.builder import BuildEvent, BuildFailed, BuildSpec, Built

GLANCE_SECONDS = 0.2  # how often the cancel is asked for
FAILING_RUN = re.compile(r"(?:false|exit (?P<code>[1-9]\d*))\Z")


class MemoryBuilder:
    """Tells the steps of a Dockerfile, each lasting *seconds_per_step*, and makes up an image id.

    The id is a digest of content and settings, so the same commit gives the same image. A step
    ``RUN false`` or ``RUN exit 3`` fails, and so does a context with a file ``FAIL`` in it, whose
    text then is the log. *on_built* learns of each image, so that a simulated rack can hold it.
    """

    notice: str | None = "Built by the simulated builder: nothing ran, the image is made up."

    def __init__(
        self,
        *,
        seconds_per_step: float = 0.0,
        on_built: Callable[[str], None] = lambda _: None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """*wait* lets time pass, in seconds."""
        self._seconds_per_step = seconds_per_step
        self._on_built = on_built
        self._wait = wait

    def build(
        self,
        spec: BuildSpec,
        *,
        on_event: Callable[[BuildEvent], None],
        canceled: Callable[[], bool],
    ) -> Built:
        """Walk through the steps; see the port."""
        started = time.monotonic()
        steps = _read(spec)
        for number, step in enumerate(steps, start=1):
            if canceled():
                raise Canceled
            name = f"{number}/{len(steps)} {step.text}"
            on_event(BuildEvent(service=spec.service, text=name, step=name))
            self._let_step_pass(canceled)
            _fail_where_told(spec, step)
        _fail_for_file(spec, on_event)
        if canceled():
            raise Canceled
        image_id = _image_id(spec)
        self._on_built(image_id)
        return Built(
            image_id=image_id,
            seconds=time.monotonic() - started,
            port=_exposed_port(last_stage(steps)),
            has_healthcheck=_has_healthcheck(last_stage(steps)),
        )

    def end_orphans(self, build_id: str) -> int:  # noqa: ARG002 - a simulation leaves no process
        """Return 0: there never is a process."""
        return 0

    def _let_step_pass(self, canceled: Callable[[], bool]) -> None:
        left_seconds = self._seconds_per_step
        while left_seconds > 0:
            if canceled():
                raise Canceled
            self._wait(min(left_seconds, GLANCE_SECONDS))
            left_seconds -= GLANCE_SECONDS


def _read(spec: BuildSpec) -> tuple[Instruction, ...]:
    try:
        text = (spec.context / spec.dockerfile).read_text(encoding="utf-8", errors="replace")
        return instructions(text, spec.target)
    except OSError as error:
        detail = f"The Dockerfile `{spec.dockerfile}` cannot be read."
        raise BuildFailed(spec.service, detail) from error
    except ValueError as error:
        raise BuildFailed(spec.service, str(error)) from error


def _fail_where_told(spec: BuildSpec, step: Instruction) -> None:
    found = FAILING_RUN.match(step.rest) if step.word == "RUN" else None
    if found:
        code = found["code"] or "1"
        raise BuildFailed(spec.service, f"`{step.text}` ended with exit code {code}.")


def _fail_for_file(spec: BuildSpec, on_event: Callable[[BuildEvent], None]) -> None:
    file = spec.context / "FAIL"
    if file.is_file():
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            on_event(BuildEvent(service=spec.service, text=line))
        raise BuildFailed(spec.service, "The context has a file `FAIL` in it.")


def _exposed_port(steps: tuple[Instruction, ...]) -> int | None:
    words = " ".join(step.rest for step in steps if step.word == "EXPOSE").split()
    ports = [word.removesuffix("/tcp") for word in words]
    return min((int(port) for port in ports if port.isdecimal()), default=None)


def _has_healthcheck(steps: tuple[Instruction, ...]) -> bool:
    checks = [step.rest for step in steps if step.word == "HEALTHCHECK"]
    return bool(checks) and checks[-1].upper() != "NONE"


def _image_id(spec: BuildSpec) -> str:
    settings = [spec.app, spec.service, spec.dockerfile, spec.target, dict(spec.arguments)]
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    digest.update((spec.context / spec.dockerfile).read_bytes())
    for path in sorted(spec.context.rglob("*")):
        digest.update(f"\n{path.relative_to(spec.context)}\n".encode())
        digest.update(_content(path))
    return f"sha256:{digest.hexdigest()}"


def _content(path: Path) -> bytes:
    if path.is_symlink():
        return str(path.readlink()).encode()
    return path.read_bytes() if path.is_file() else b""
