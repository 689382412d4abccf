"""An SSH server on the loopback address, through which the second engine is reached."""

import getpass
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import daemons
from tests.services.requirement import free_port, program
from tests.services.waiting import wait_for_port


@pytest.fixture(scope="session")
def ssh_engine_url(ssh_port: int, second_engine_url: str) -> str:
    """``ssh://USER@127.0.0.1:PORT/path/to.sock`` of the second engine; use ``ssh_options``."""
    socket = second_engine_url.removeprefix("unix://")
    return f"ssh://{getpass.getuser()}@127.0.0.1:{ssh_port}{socket}"


@pytest.fixture(scope="session")
def ssh_options(slot: Path, ssh_port: int) -> tuple[str, ...]:
    """Arguments that make ``ssh`` use the tests' own key and know the server's."""
    home = slot / "ssh"
    return (
        *("-F", "none"),
        *("-i", str(home / "client_key")),
        *("-o", "IdentitiesOnly=yes"),
        *("-o", "StrictHostKeyChecking=yes"),
        *("-o", f"UserKnownHostsFile={home / 'known_hosts'}"),
    )


@pytest.fixture(scope="session")
def ssh_port(slot: Path) -> Iterator[int]:
    """The port of a running SSH server that lets in the user who runs the tests."""
    sshd = program("sshd", "openssh-server")
    home = slot / "ssh"
    home.mkdir(exist_ok=True)
    port = free_port()
    host_key = _key(home / "host_key")
    (home / "authorized_keys").write_text(_key(home / "client_key"))
    (home / "known_hosts").write_text(f"[127.0.0.1]:{port} {host_key}")
    settings = home / "sshd_config"
    settings.write_text(_settings(home, port))
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # sshd wants it; usually made at boot
    pid = daemons.start([str(sshd), "-D", "-e", "-f", str(settings)], log=home / "sshd.log")
    try:
        wait_for_port(port, pid, home / "sshd.log")
        yield port
    finally:
        daemons.stop(pid)


def _key(path: Path) -> str:
    """Make a key pair unless it is there; return the public half."""
    if not path.exists():
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "rackhand", "-f", str(path)],
            check=True,
        )
    return path.with_suffix(".pub").read_text()


def _settings(home: Path, port: int) -> str:
    return f"""
Port {port}
ListenAddress 127.0.0.1
HostKey {home / "host_key"}
PidFile none
AuthorizedKeysFile {home / "authorized_keys"}
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AllowStreamLocalForwarding yes
MaxStartups 100
MaxSessions 100
"""
