"""Talking to the router's admin port with what an image has, where that is bash and little else."""

import shutil
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from engine.adapters.docker.configuration import ADMIN_PORT
from engine.adapters.docker.log_reader import SCRIPT
from engine.adapters.docker.runtime_api import TALK


def test_bash_alone_is_enough(tmp_path: Path) -> None:
    only(tmp_path, "bash", "cat")
    with socket.create_server(("127.0.0.1", 0)) as router:
        port = router.getsockname()[1]
        threading.Thread(target=answer, args=(router,), daemon=True).start()
        talk = subprocess.Popen(
            ["/bin/sh", "-c", TALK.replace(str(ADMIN_PORT), str(port))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PATH": str(tmp_path)},
        )
        assert talk.stdin is not None
        assert talk.stdout is not None
        with talk.stdin, talk.stdout:
            talk.stdin.write(b"prompt\n")
            talk.stdin.flush()
            assert talk.stdout.read(len(b"heard prompt")) == b"heard prompt"
    assert talk.wait(10) is not None, "it ends with its input"


def test_bash_is_enough_to_fetch_the_end_of_the_log(tmp_path: Path) -> None:
    only(tmp_path, "bash", "cat", "tail", "date")
    with socket.create_server(("127.0.0.1", 0)) as router:
        port = router.getsockname()[1]
        threading.Thread(target=answer, args=(router, 2), daemon=True).start()
        fetched = subprocess.run(
            ["/bin/sh", "-c", SCRIPT.replace(str(ADMIN_PORT), str(port))],
            input=b"6\n",
            stdout=subprocess.PIPE,
            env={"PATH": str(tmp_path)},
            timeout=10,
            check=True,
        )

    told = fetched.stdout.partition(b"\n")
    assert told[0].startswith(b"Now: ")
    assert told[2] == b"heard show info float=\nquests\n> "


def only(folder: Path, *names: str) -> None:
    """Let *folder* be a PATH with these programs alone."""
    for name in names:
        found = shutil.which(name)
        if found is None:
            pytest.skip(f"{name} is not installed")
        (folder / name).symlink_to(found)


def answer(router: socket.socket, times: int = 1) -> None:
    for _ in range(times):
        connection, _ = router.accept()
        with connection:
            connection.sendall(b"heard " + connection.recv(100).strip())
