"""Text from anywhere, made safe to show on any screen."""

import re

_COLORS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
# Control and half characters, and those that turn the direction of what follows.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(text: str) -> str:
    """Take out what no screen can show, or what would take the screen over."""
    return _UNSEEN.sub("", _COLORS.sub("", text.replace("\r\n", "\n")))
