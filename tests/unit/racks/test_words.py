"""Reading what engine and router answer, and putting it in words."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.adapters.docker import words
from engine.adapters.docker.address import Address, parse
from engine.adapters.docker.health import LONG_UP
from engine.adapters.docker.snapshot import ServerState, read
from engine.adapters.placement import Traffic
from engine.errors import Refused
from engine.ports.rack import HealthCheck, HealthKind

STATES = """1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight \
srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state \
srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port
4 http-4s-01 1 ready 10.0.0.2 2 0 1 1 9 6 3 4 6 0 0 0 - 8080
4 http-4s-01 2 draining 10.0.0.3 2 8 1 1 7 6 3 4 6 0 0 0 - 8080
4 http-4s-01 3 standby 10.0.0.4 0 1 1 1 5 6 3 3 6 0 0 0 - 8080
4 http-4s-01 4 failing 10.0.0.5 0 1 1 1 5 6 3 0 6 0 0 0 - 8080
4 http-4s-01 5 weightless 10.0.0.6 2 0 0 0 5 6 3 3 6 0 0 0 - 8080
4 http-4s-01 6 down 10.0.0.7 0 0 1 1 5 6 3 0 6 0 0 0 - 8080
4 http-4s-01 7 unchecked 10.0.0.8 0 1 1 1 5 6 3 0 6 0 0 0 - 8080
"""
STATISTICS = """\
# pxname,svname,qcur,scur,check_status,check_code,check_duration,check_rise,check_health,
http-4s-01,ready,1,2,L7OK,200,3,2,4,
http-4s-01,draining,0,1,L7OK,200,3,2,4,
http-4s-01,standby,0,0,L7OK,200,3,2,2,
http-4s-01,failing,0,0,* L7STS,500,3,2,1,
http-4s-01,weightless,0,0,L7OK,200,3,2,4,
http-4s-01,down,0,0,L4CON,,0,2,0,
http-4s-01,unchecked,0,0,,,,2,0,
http-4s-01,unknown,0,0,,,,2,0,
"""
SEEN = read(STATES, STATISTICS, "0x1 shop.test http-4s-01\n\n")


@pytest.mark.parametrize(
    ("name", "traffic", "is_up"),
    [
        ("ready", Traffic.READY, True),
        ("draining", Traffic.DRAINING, True),
        ("standby", Traffic.STANDBY, True),
        ("failing", Traffic.STANDBY, False),
        ("weightless", Traffic.DRAINING, True),
        ("down", Traffic.READY, False),
        ("unchecked", Traffic.STANDBY, False),
    ],
)
def test_a_server_is_read_with_its_traffic_and_health(
    name: str, traffic: Traffic, is_up: bool
) -> None:
    assert (SEEN.servers[name].traffic, SEEN.servers[name].is_up) == (traffic, is_up)


def test_sessions_queued_and_served_count_alike() -> None:
    assert SEEN.servers["ready"].sessions == 3
    assert SEEN.servers["ready"].address == "10.0.0.2:8080"
    assert SEEN.servers["draining"].seconds_since_change == 7
    assert not SEEN.servers["unchecked"].is_checked


def test_a_server_added_between_two_questions_waits_for_the_next_look() -> None:
    assert "unknown" not in SEEN.servers


def test_hosts_are_read_from_the_map() -> None:
    assert SEEN.hosts == {"shop.test": "http-4s-01"}


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        ("L7STS", "503", "GET /health answered 503"),
        ("L4CON", "", "connection refused on port 8080"),
        ("L4TOUT", "", "no connection to port 8080 within 4 s"),
        ("L7TOUT", "", "GET /health timed out after 4 s"),
        ("L7RSP", "", "GET /health got an answer that is not HTTP"),
        ("L7OK", "200", ""),
        ("INI", "", ""),
    ],
)
def test_a_failed_check_is_said_in_words(status: str, code: str, said: str) -> None:
    failed: ServerState = replace(
        SEEN.servers["failing"], check_status=status, check_code=code, check_milliseconds=4002
    )

    assert words.of_check(failed, HealthCheck(kind=HealthKind.HTTP, path="/health")) == said


@pytest.mark.parametrize(
    ("code", "seconds", "out_of_memory", "said"),
    [
        (3, 2.2, False, "exited with code 3 after 2 s"),
        (137, 900, True, "exited with code 137 after 15 min (out of memory)"),
        (0, 90_000, False, "exited with code 0 after 25 h"),
        (1, None, False, "exited with code 1"),
    ],
)
def test_an_end_is_said_in_words(
    code: int, seconds: float | None, out_of_memory: bool, said: str
) -> None:
    assert words.of_exit(code, ran_seconds=seconds, out_of_memory=out_of_memory) == said


def test_the_engines_moments_are_read() -> None:
    assert words.moment("0001-01-01T00:00:00Z") is None
    assert words.moment("2026-01-02T03:04:05Z") == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    fine = datetime(2026, 1, 2, 3, 4, 5, 120000, tzinfo=UTC)
    assert words.moment("2026-01-02T03:04:05.12Z") == fine
    assert words.moment("2026-01-02T03:04:05.120000999Z") == fine


@pytest.mark.parametrize(
    ("uptime", "is_long"),
    [
        ("Up 3 seconds (healthy)", False),
        ("Up Less than a second", False),
        ("Up About a minute", True),
        ("Up 2 hours (unhealthy)", True),
        ("Up an hour", True),
        ("Restarting (1) 2 minutes ago", False),
    ],
)
def test_a_long_uptime_is_told_from_a_short_one(uptime: str, is_long: bool) -> None:
    assert bool(LONG_UP.match(uptime)) is is_long


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("unix:///run/d.sock", Address(scheme="unix", path="/run/d.sock")),
        ("tcp://10.0.0.1", Address(scheme="tcp", host="10.0.0.1", port=2375)),
        ("ssh://deploy@prod-1", Address(scheme="ssh", host="prod-1", user="deploy")),
        (
            "ssh://prod-1:2222/run/d.sock",
            Address(scheme="ssh", host="prod-1", port=2222, path="/run/d.sock"),
        ),
    ],
)
def test_an_engines_url_is_read(url: str, address: Address) -> None:
    assert parse(url, tls=False) == address


def test_tls_has_a_port_of_its_own() -> None:
    assert parse("tcp://prod-1", tls=True).port == 2376


@pytest.mark.parametrize(
    "url",
    [
        "",
        "docker",
        "http://x",
        "unix://",
        "ssh://",
        "ssh://-oProxyCommand=x",
        "tcp://h:no",
        "ssh://user:password@host",
    ],
)
def test_what_is_no_engines_url_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(url, tls=False)
    assert "unix://" in refused.value.remedy
