"""Talking to the router's admin port with what an image has, where that is bash alone."""

import shutil
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from engine.adapters.docker.configuration import ADMIN_PORT
from engine.adapters.docker.runtime_api import TALK


def test_bash_alone_is_enough(tmp_path: Path) -> None:
    for name in ("bash", "cat"):
        found = shutil.which(name)
        if found is None:
            pytest.skip(f"{name} is not installed")
        (tmp_path / name).symlink_to(found)
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


def answer(router: socket.socket) -> None:
    connection, _ = router.accept()
    with connection:
        connection.sendall(b"heard " + connection.recv(100).strip())
