"""What ``make demo`` and ``make test`` do before anything of Rackhand runs."""

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import demo, dockerd, lookalikes
from scripts.places import PROJECT

ENSURE = PROJECT / "scripts" / "ensure_packages.sh"


@pytest.fixture
def bare_path(tmp_path: Path) -> str:
    """A PATH with a shell's bare needs: no package manager, no Docker, no git."""
    for name in ("sh", "dirname", "id"):
        program = shutil.which(name)
        assert program is not None
        (tmp_path / name).symlink_to(program)
    return str(tmp_path)


def ensure(part: str, path: str) -> subprocess.CompletedProcess[str]:
    shell = shutil.which("sh")
    assert shell is not None
    return subprocess.run(
        [shell, str(ENSURE), part], env={"PATH": path}, capture_output=True, text=True, check=False
    )


def test_the_demo_says_what_to_install_where_it_cannot(bare_path: str) -> None:
    told = ensure("demo", bare_path)
    assert told.returncode == 1
    assert "apt-get install git" in told.stderr
    assert "make demo ENGINE=memory" in told.stderr


def test_missing_services_do_not_keep_the_other_tests_from_running(bare_path: str) -> None:
    told = ensure("test", bare_path)
    assert told.returncode == 0
    assert "will skip" in told.stdout


def test_an_unknown_part_is_refused(bare_path: str) -> None:
    assert ensure("everything", bare_path).returncode == 2


def test_the_engine_of_the_environment_is_used(
    engine_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", engine_url)
    with demo.engine_for_the_demo() as url:
        assert url == engine_url
    assert dockerd.answers(engine_url)


@pytest.fixture
def short_directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rackhand-") as directory:
        yield Path(directory)


def test_an_engine_that_the_demo_starts_ends_with_it(
    engine_url: str, short_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setattr(demo, "DEFAULT_SOCKET", f"unix://{short_directory}/none.sock")
    monkeypatch.setattr(demo, "run_directory", lambda name: short_directory / name)
    with demo.engine_for_the_demo() as url:
        assert url != engine_url
        assert dockerd.answers(url)
    assert not dockerd.answers(url)
    assert dockerd.answers(engine_url)


def test_the_demo_ends_as_its_command_does() -> None:
    program = "from scripts.demo import run; import sys; sys.exit(run(sys.argv[1:]))"
    command = [sys.executable, "-c", program, "sh", "-c"]
    assert subprocess.run([*command, "exit 7"], check=False).returncode == 7
    asleep = subprocess.Popen([*command, "echo up; exec sleep 600"], stdout=subprocess.PIPE)
    assert asleep.stdout is not None
    assert asleep.stdout.readline() == b"up\n"
    asleep.send_signal(signal.SIGTERM)
    assert asleep.wait(20) != 0
    assert asleep.stdout.read() == b""  # nobody is left who could write
    asleep.stdout.close()


def test_a_stand_in_that_cannot_be_made_names_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(lookalikes.CannotMake, match=r"haproxy:lts.*busybox"):
        lookalikes.archive(lookalikes.LOOKALIKES[0])
