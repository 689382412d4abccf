"""Where state is kept."""

from pathlib import Path

from scripts.places import LONGEST_SOCKET_DIRECTORY, place_of


def test_state_is_in_the_project() -> None:
    home = place_of("tests-0", Path("/tmp/p"))
    assert home == Path("/tmp/p/.run/tests-0")


def test_a_long_project_path_still_leaves_room_for_sockets() -> None:
    deep = Path("/tmp") / ("deep" * 30)
    home = place_of("tests-0", deep)
    assert len(str(home)) <= LONGEST_SOCKET_DIRECTORY
    assert home != place_of("tests-0", deep / "other")
