"""Targets for the contract: small services that run on a simulated and on a real rack alike."""

from typing import Any

from engine.ports.rack import HealthCheck, HealthKind, ServiceSpec, Target

HTTP = HealthCheck(
    kind=HealthKind.HTTP, path="/health", interval_seconds=0.2, timeout_seconds=1, rise=2, fall=2
)
STAYS_UP = HealthCheck(kind=HealthKind.STAYS_UP, up_seconds=1)


def service(
    name: str = "web",
    *,
    image: str,
    version: str = "1",
    fail: str = "",
    host: str | None = "shop.test",
    **changes: Any,
) -> ServiceSpec:
    """A service that answers with *version*; with *host* None it is not routed."""
    routed: dict[str, Any] = {"port": 8080, "domains": (host,), "health": HTTP}
    unrouted: dict[str, Any] = {"port": None, "health": STAYS_UP}
    settings: dict[str, Any] = {
        "name": name,
        "image": image,
        "command": ("python", "-c", PROGRAM),
        "environment": {"VERSION": version, "FAIL": fail},
        "fingerprint": f"{name} {version} {fail} {host}",
        "drain_seconds": 20,
        "stop_grace_seconds": 5,
        **(routed if host else unrouted),
        **changes,
    }
    return ServiceSpec(**settings)


def target(number: int, *services: ServiceSpec, app: str = "shop", again: bool = False) -> Target:
    """What the promotion of this number wants; *again* makes it a restart."""
    return Target(
        app=app,
        release=f"R{number}",
        promotion=f"P{number}",
        services=services,
        replace_all=again,
    )


# What a service's hook does: it fails, or does not end, where the release's environment says so.
HOOK = (
    "python",
    "-c",
    """
import os, sys, time
print("hook of version", os.environ["VERSION"], flush=True)
if os.environ["FAIL"] == "hang":
    time.sleep(3600)
sys.exit(3 if os.environ["FAIL"] == "hook" else 0)
""",
)

PROGRAM = """
import http.server, os, signal, sys, time, urllib.parse
fail = os.environ["FAIL"]
print("hello from version", os.environ["VERSION"], flush=True)
if fail == "crash":
    print("no database", flush=True)
    sys.exit(3)

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        status = 500 if url.path == "/health" and fail == "unhealthy" else 200
        status = 500 if url.path == "/broken" else status
        if url.path == "/slow":
            time.sleep(float(url.query))
        body = os.environ["VERSION"].encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *words):
        pass

class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
Server(("", 8080), Handler).serve_forever()
"""
