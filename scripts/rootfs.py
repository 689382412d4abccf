"""Collects files of this machine into the archive of a container's root file system."""

import io
import re
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path

BUSYBOX = Path("/bin/busybox")


class RootFilesystem:
    """An archive under construction. Adding a path a second time does nothing."""

    def __init__(self, archive: Path) -> None:
        """Write to *archive*, which only counts once ``close`` was called."""
        self._tar = tarfile.open(archive, "w")  # noqa: SIM115 - closed by close()
        self._added: set[str] = set()

    def close(self) -> None:
        """Finish the archive."""
        self._tar.close()

    def directory(self, path: str, mode: int = 0o755) -> None:
        """Add a directory and those above it."""
        relative = path.strip("/")
        if not relative or relative in self._added:
            return
        self.directory(str(Path(relative).parent).replace(".", "", 1))
        entry = self._entry(relative, mode)
        entry.type = tarfile.DIRTYPE
        self._tar.addfile(entry)

    def text(self, path: str, content: str, mode: int = 0o644) -> None:
        """Add a small file with *content*."""
        self.directory(str(Path(path).parent))
        data = content.encode()
        entry = self._entry(path.strip("/"), mode)
        entry.size = len(data)
        self._tar.addfile(entry, io.BytesIO(data))

    def link(self, path: str, target: str) -> None:
        """Add a symbolic link."""
        self.directory(str(Path(path).parent))
        entry = self._entry(path.strip("/"), 0o777)
        entry.type, entry.linkname = tarfile.SYMTYPE, target
        self._tar.addfile(entry)

    def file(self, source: Path, path: str | None = None) -> None:
        """Add the file that *source* leads to, at *path* or where it is here."""
        name = (path or str(source)).strip("/")
        if name in self._added:
            return
        self.directory(str(Path(name).parent))
        real = source.resolve()
        entry = self._entry(name, real.stat().st_mode & 0o777)
        entry.size = real.stat().st_size
        entry.mtime = int(real.stat().st_mtime)  # by which Python tells whether bytecode is fresh
        with real.open("rb") as content:
            self._tar.addfile(entry, content)

    def program(self, source: Path, path: str | None = None) -> None:
        """Add a binary with the shared libraries that it loads."""
        self.file(source, path)
        for library in libraries(source):
            self.file(library)

    def busybox(self) -> None:
        """Add a shell and the usual commands, all in one static binary."""
        self.program(BUSYBOX, "/bin/busybox")
        for applet in _output(str(BUSYBOX), "--list").split():
            if applet != "busybox":
                self.link(f"/bin/{applet}", "busybox")

    def basics(self, users: Iterable[str] = ()) -> None:
        """Add what every image has: users (``name:number``), a writable /tmp, name lookup."""
        accounts = ["root:0", *users, "nobody:65534"]
        pairs = [account.split(":") for account in accounts]
        shells = {"root": ("/root", "/bin/sh")}
        passwd = [
            ":".join((name, "x", number, number, name, *shells.get(name, ("/", "/bin/false"))))
            for name, number in pairs
        ]
        self.text("/etc/passwd", "\n".join(passwd) + "\n")
        self.text("/etc/group", "".join(f"{name}:x:{number}:\n" for name, number in pairs))
        self.text("/etc/nsswitch.conf", "hosts: files dns\n")
        self.directory("/root", 0o700)
        self.directory("/tmp", 0o1777)
        self.directory("/var/tmp", 0o1777)

    def _entry(self, relative: str, mode: int) -> tarfile.TarInfo:
        self._added.add(relative)
        entry = tarfile.TarInfo(relative)
        entry.mode = mode
        return entry


def libraries(binary: Path) -> list[Path]:
    """Return the shared libraries that *binary* loads, its dynamic linker included."""
    listed = _output("ldd", str(binary))
    return [Path(found) for found in re.findall(r"(?:=> |^\s*)(/\S+)", listed, re.MULTILINE)]


def _output(*command: str) -> str:
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout
