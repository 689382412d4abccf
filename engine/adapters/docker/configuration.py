"""Writes the router's files: the truth that it starts from when it restarts. Pure."""

import hashlib
from collections.abc import Mapping, Sequence

from engine.adapters.docker.slots import KINDS, Kind
from engine.adapters.docker.table import Server, Table
from engine.adapters.placement import Traffic

FOLDER = "/rackhand"
CONFIG = f"{FOLDER}/haproxy.cfg"
HOSTS = f"{FOLDER}/hosts.map"
PATHS = f"{FOLDER}/check-paths.map"
CHECK_HOSTS = f"{FOLDER}/check-hosts.map"
CERTIFICATES = f"{FOLDER}/certificates"
DIGEST = f"{FOLDER}/digest"
HTTP_PORT = 8080
HTTPS_PORT = 8443
ADMIN_PORT = 9999
REQUESTS = "requests"  # the ring in the router's memory that has a line for each request
REQUESTS_BYTES = 4 * 1024 * 1024  # about 60,000 requests
# When it ended in milliseconds since 1970, place, server, status, milliseconds, how it ended.
REQUESTS_FORMAT = "%[date(0,ms)] %b %s %ST %Ta %ts"
UNSETTLED_MILLISECONDS = 1000  # between checks while a server is neither surely up nor down
DOWN_MILLISECONDS = 100  # between checks until one passes, and before the first of a new server

HEAD = """\
# Written by Rackhand. Changes made here are lost.
global
    log stdout format raw local0 notice
    fd-hard-limit 100000
    hard-stop-after 30s
    stats socket ipv4@127.0.0.1:{admin_port} level admin
    stats timeout 1h
    stats maxconn 100

ring {requests}
    format raw
    maxlen 512
    size {requests_bytes}

defaults
    mode http
    log global
    option dontlognull
    option forwardfor
    option redispatch
    retries 2
    timeout connect 5s
    timeout queue 10s
    timeout client 1m
    timeout http-request 30s
    timeout http-keep-alive 1m
    timeout server 10m
    timeout tunnel 1h
    http-error status 503 content-type "text/plain; charset=utf-8" string "No healthy process \
answers at this name on rack {rack}.\\n"

frontend entrance
    bind :{http_port}
{https}\
    no log
    log ring@{requests} format raw local0
    log-format "{requests_format}"
    http-request set-header X-Forwarded-Proto https if {{ ssl_fc }}
    http-request set-header X-Forwarded-Proto http unless {{ req.hdr(X-Forwarded-Proto) -m found }}
    use_backend %[req.hdr(host),field(1,:),lower,map_str({hosts},nobody)]

backend nobody
    http-request return status 404 content-type "text/plain; charset=utf-8" string "No app is \
served at this name on rack {rack}.\\n"
"""
HTTPS = f"    bind :{HTTPS_PORT} ssl crt {CERTIFICATES}/ alpn h2,http/1.1\n"
HTTP_CHECK = f"""\
    option httpchk
    http-check send meth GET uri-lf "%[srv_name,map_str({PATHS},/)]" ver HTTP/1.1 \
hdr Host "%[srv_name,map_str({CHECK_HOSTS},localhost)]" hdr User-Agent Rackhand
    http-check expect status 200-399
"""


def render(table: Table, *, rack: str, certificates: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return every file by its path. Servers that stand by are left out: they are checked anew.

    A restart of the router thus begins with those that had the traffic, and those being drained
    keep no session but can be given traffic again.
    """
    servers = [server for server in table.servers.values() if server.traffic is not Traffic.STANDBY]
    files = {
        CONFIG: _config(servers, rack=rack, https=bool(certificates)),
        HOSTS: _map(table.hosts),
        PATHS: _map({server.name: check_path(server) for server in servers}),
        CHECK_HOSTS: _map({server.name: server.check_host for server in servers}),
    }
    encoded = {path: text.encode() for path, text in files.items()}
    encoded |= {f"{CERTIFICATES}/{name}": pem for name, pem in certificates.items()}
    whole = hashlib.sha256()
    for path in sorted(encoded):
        whole.update(f"{path}\0{len(encoded[path])}\0".encode() + encoded[path])
    return encoded | {DIGEST: whole.hexdigest().encode()}


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return what tells these rendered files from any others."""
    return files[DIGEST].decode()


def check_settings(server: Server) -> str:
    """Return the words that make HAProxy check a server; an added one inherits none.

    What it asks while nothing answers only finds the moment from which ``rise`` passes count, and
    those come as far apart as ever.
    """
    calm = max(DOWN_MILLISECONDS, round(server.check.interval_seconds * 1000))
    tense = min(calm, UNSETTLED_MILLISECONDS)
    intervals = f"inter {calm}ms fastinter {tense}ms downinter {DOWN_MILLISECONDS}ms"
    return f"check {intervals} rise {server.check.rise} fall {server.check.fall}"


def check_path(server: Server) -> str:
    """Return the path that is asked for, fit for a map's line."""
    return server.check.path.replace(" ", "%20") or "/"


def _config(servers: Sequence[Server], *, rack: str, https: bool) -> str:
    head = HEAD.format(
        admin_port=ADMIN_PORT,
        rack=rack,
        http_port=HTTP_PORT,
        https=HTTPS if https else "",
        requests=REQUESTS,
        requests_bytes=REQUESTS_BYTES,
        requests_format=REQUESTS_FORMAT,
        hosts=HOSTS,
    )
    by_place: dict[str, list[Server]] = {}
    for server in sorted(servers, key=lambda server: server.name):
        by_place.setdefault(server.place, []).append(server)
    backends = [
        _backend(kind, name, by_place.get(name, [])) for kind in KINDS for name in kind.names
    ]
    return "\n".join([head, *backends])


def _backend(kind: Kind, name: str, servers: list[Server]) -> str:
    lines = [f"backend {name}\n    balance roundrobin\n    timeout check {kind.timeout_seconds}s\n"]
    if kind.protocol == "http":
        lines.append(HTTP_CHECK)
    for server in servers:
        weight = 0 if server.traffic is Traffic.DRAINING else server.weight
        settings = f"{check_settings(server)} weight {weight}"
        lines.append(f"    server {server.name} {server.address} {settings}\n")
    return "".join(lines)


def _map(entries: Mapping[str, str]) -> str:
    return "".join(f"{key} {value}\n" for key, value in sorted(entries.items()))
