"""Starts the demo: makes sure of an engine and the base images, then runs ``rackhand demo``.

Whatever engine is started here ends with the demo; its images stay for the next time.
"""

import argparse
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from docker.errors import DockerException

from scripts import base_images, dockerd
from scripts.lookalikes import CannotMake
from scripts.places import run_directory

DEFAULT_SOCKET = "unix:///var/run/docker.sock"


@contextmanager
def engine_for_the_demo() -> Iterator[str]:
    """Give the URL of the engine that the environment names, or the machine's, or one of ours."""
    for url in (os.environ.get("DOCKER_HOST"), DEFAULT_SOCKET):
        if url and dockerd.answers(url):
            yield url
            return
    engine = dockerd.Engine(home=run_directory("demo-engine"))
    print("No Docker engine answers, so the demo starts one of its own.", flush=True)
    dockerd.start(engine)
    try:
        yield engine.url
    finally:
        dockerd.stop(engine)


def run(command: Sequence[str]) -> int:
    """Run *command* until it ends, passing on what should end it; return its exit code."""
    processes: list[subprocess.Popen[bytes]] = []
    asked_to_end = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        asked_to_end.set()
        for process in processes:
            process.terminate()

    signal.signal(signal.SIGTERM, end)
    process = subprocess.Popen(command)
    processes.append(process)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to both of us
    if asked_to_end.is_set():  # before there was a process to pass it on to
        process.terminate()
    return process.wait()


def main() -> int:
    """Run from ``make demo``; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=("docker", "memory"), default="docker")
    parser.add_argument("--play", action="store_true")
    parser.add_argument("--port", type=int)
    arguments = parser.parse_args()
    command = [str(Path(sys.executable).with_name("rackhand")), "demo"]
    command += ["--play"] if arguments.play else []
    command += ["--port", str(arguments.port)] if arguments.port else []
    if arguments.engine == "memory":
        return run([*command, "--engine", "memory"])
    try:
        with engine_for_the_demo() as url:
            for line in base_images.ensure(url):
                print(line, flush=True)
            return run([*command, "--engine", url])
    except (dockerd.CannotStart, CannotMake, DockerException) as error:
        print(error, file=sys.stderr)
        print("Or try it on simulated racks: make demo ENGINE=memory", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
