"""What this process knows about itself, and how it shows that."""

import os
import socket
import string
from collections.abc import Iterable
from html import escape
from pathlib import Path

from cart import SAMPLE, total

HERE = Path(__file__).parent


def facts() -> dict[str, str]:
    """Return version and process, and release and rack where the environment tells them."""
    told = {name: os.environ.get(f"RACKHAND_{name.upper()}", "") for name in ("release", "rack")}
    return {
        "version": (HERE / "version.txt").read_text().strip(),
        **{name: value for name, value in told.items() if value},
        "process": socket.gethostname(),
        "greeting": os.environ.get("GREETING", "Fresh coffee"),
        "total": money(total(SAMPLE)),
    }


def money(cents: int) -> str:
    """Return an amount as people write it."""
    return f"€ {cents / 100:.2f}"


def page(ways: Iterable[str]) -> str:
    """Return the shop's page, with the ways to pay."""
    shown = facts()
    rows = [
        f"<tr><td>{item.quantity} × {escape(item.name)}</td><td>{money(item.price)}</td></tr>"
        for item in SAMPLE
    ]
    small_print = (
        f"{name} {escape(shown[name])}"
        for name in ("version", "release", "rack", "process")
        if name in shown
    )
    template = string.Template((HERE / "page.html").read_text())
    return template.substitute(
        version=escape(shown["version"]),
        greeting=escape(shown["greeting"]),
        items="".join(rows),
        total=shown["total"],
        ways=escape(" or ".join(ways)),
        facts=" · ".join(small_print),
        style="",  # the image's build has put it in
    )
