"""The sample web app as the benchmarks deploy it: two replicas, watched for two seconds."""

import os
import shutil
import subprocess
from pathlib import Path

from bot.demo.shop import AUTHOR, EXAMPLES

HOST = "shop.localhost"
PORT = 8000
HEALTH_PATH = "/health"
INTERVAL_SECONDS, RISE = 1.0, 2
REPLICAS = 2
COMPOSE = f"""\
services:
  web:
    build:
      context: .
      target: web
    environment:
      GREETING: ${{GREETING:-first}}
    deploy:
      replicas: {REPLICAS}
    stop_grace_period: 10s
    x-rackhand:
      port: {PORT}
      health:
        path: {HEALTH_PATH}
        interval_seconds: {INTERVAL_SECONDS:g}
        timeout_seconds: 3
        rise: {RISE}
      healthy_within_seconds: 20
      drain_seconds: 10
      bake_seconds: 2
"""
NEVER_HEALTHY = "FAIL_HEALTH=1"  # its check answers 500
NEVER_STARTS = "PYTHONHOME=/nowhere"  # it ends at once
BROKEN = (NEVER_HEALTHY, NEVER_STARTS)


def make_repository(folder: Path) -> Path:
    """Make a Git repository of the sample app, with one commit on ``main``."""
    shutil.copytree(EXAMPLES / "shop", folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "compose.yaml").write_text(COMPOSE, encoding="utf-8")
    for words in (
        ("init", "--quiet", "--initial-branch", "main"),
        ("add", "--all"),
        ("commit", "--quiet", "--message", "Open the shop"),
    ):
        subprocess.run(["git", "-C", str(folder), *words], check=True, env=os.environ | AUTHOR)
    return folder
