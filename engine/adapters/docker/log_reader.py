"""Fetches the end of the router's log of requests, and no more of it than is needed.

The runtime API only hands out the whole log, which are megabytes. So it is cut to size beside the
router, and does not travel through two Docker processes once a second.
"""

from dataclasses import dataclass

from engine.adapters.docker.configuration import ADMIN_PORT, REQUESTS
from engine.adapters.docker.runtime_api import Conversation, RouterAway

NOW, STARTED_AT = "Now", "Start_time_sec"
BORDER = "\n="
SPARE = 16  # bytes around the log that are stripped
# For each size that is read: the time, what the router tells of itself, a border, and that much
# of the log. HAProxy's own idea of the time would fall behind on a machine that is overloaded.
SCRIPT = f"""
now="{NOW}: %s"
ask() {{
    if command -v nc >/dev/null; then nc 127.0.0.1 {ADMIN_PORT}
    elif command -v busybox >/dev/null; then busybox nc 127.0.0.1 {ADMIN_PORT}
    elif command -v socat >/dev/null; then socat -t 10 - TCP:127.0.0.1:{ADMIN_PORT}
    else bash -c 'exec 3<>/dev/tcp/127.0.0.1/{ADMIN_PORT} || exit 1; cat >&3; cat <&3'
    fi
}}
end() {{
    if command -v tail >/dev/null; then tail -c "$1"; else busybox tail -c "$1"; fi
}}
while read -r size; do
    if command -v date >/dev/null; then date "+$now"; else busybox date "+$now"; fi
    echo "show info float" | ask
    echo "="
    echo "show events {REQUESTS}" | ask | end "$size"
    printf "\\n> "
done
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEnd:
    """The last lines of the log, and the router's clock as they were read."""

    text: str
    is_whole: bool  # nothing older is there
    started_at: float  # when the router did, in seconds since 1970
    now: int  # the second that it was read in; all before are over


class LogReader(Conversation):
    """A conversation with a small script that runs beside the router."""

    script = SCRIPT
    greeting = None

    def read(self, size: int) -> LogEnd:
        """Return whole lines of the last *size* bytes; raises ``RouterAway`` without a router."""
        info, border, text = self.ask(str(size)).partition(BORDER)
        text = text.strip("\n")
        told = dict(line.partition(": ")[::2] for line in info.splitlines())
        if not border or STARTED_AT not in told:
            raise RouterAway("It runs, but nothing answers in it.")
        is_whole = len(text) < size - SPARE
        return LogEnd(
            text=text if is_whole else text.partition("\n")[2],
            is_whole=is_whole,
            started_at=float(told[STARTED_AT]),
            now=int(told[NOW]),
        )
