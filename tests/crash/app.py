"""The app that the crash tests deploy: a small web server, in a Git repository made for it."""

import os
import subprocess
from pathlib import Path

WEB = """
import http.server
import os


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = os.environ.get("MARK", "none").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


if os.environ.get("FAIL"):
    raise SystemExit(3)
http.server.ThreadingHTTPServer(("", 8000), Handler).serve_forever()
"""
DOCKERFILE = """
FROM python:3-slim
COPY web.py /
RUN echo one; sleep 0.3; echo two; sleep {build_seconds}; echo three
EXPOSE 8000
CMD ["python", "/web.py"]
"""
COMPOSE = """
services:
  web:
    build: .
    environment:
      MARK: ${MARK:-none}
      FAIL: ${FAIL:-}
    deploy:
      replicas: 2
    stop_grace_period: 2s
    x-rackhand:
      port: 8000
      health: {path: /, interval_seconds: 1, timeout_seconds: 1}
      drain_seconds: 5
      bake_seconds: 1
"""
ALONE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def make_repository(folder: Path) -> None:
    """Make the repository with one commit on ``main``."""
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit(folder, build_seconds=0.1)


def commit(folder: Path, *, build_seconds: float) -> None:
    """Commit the app anew; its build takes at least so long on a real engine."""
    (folder / "web.py").write_text(WEB, encoding="utf-8")
    (folder / "compose.yaml").write_text(COMPOSE, encoding="utf-8")
    text = DOCKERFILE.replace("{build_seconds}", str(build_seconds))
    (folder / "Dockerfile").write_text(text, encoding="utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", f"Build in {build_seconds} s")


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    subprocess.run(
        ["git", "-C", str(folder), *who, *words],
        check=True,
        capture_output=True,
        env={**os.environ, **ALONE},
    )
