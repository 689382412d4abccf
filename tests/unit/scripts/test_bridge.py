"""Address ranges for engines of our own."""

from ipaddress import IPv4Network

import pytest

from scripts.bridge import CANDIDATES, Bridge, NoFreeRange, choose


def test_a_machine_without_networks_gives_the_first_range() -> None:
    assert choose([]) == CANDIDATES[0]


def test_a_range_that_overlaps_with_one_in_use_is_passed_over() -> None:
    inside = next(CANDIDATES[0].subnets(new_prefix=24))
    assert choose([inside]) == CANDIDATES[1]


def test_a_machine_that_routes_all_of_ten_gives_another_private_range() -> None:
    chosen = choose([IPv4Network("10.0.0.0/8")])
    assert chosen.subnet_of(IPv4Network("172.16.0.0/12"))


def test_no_range_is_made_up_where_none_is_free() -> None:
    with pytest.raises(NoFreeRange):
        choose([IPv4Network("0.0.0.0/0")])


def test_an_engine_gives_away_no_address_of_its_own_bridge() -> None:
    bridge = Bridge(name="b", range=CANDIDATES[3])
    own = next(bridge.range.subnets(new_prefix=24))
    assert bridge.pool.subnet_of(bridge.range)
    assert not bridge.pool.overlaps(own)
