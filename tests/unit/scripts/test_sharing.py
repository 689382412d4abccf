"""Which process of a run has which tests."""

from pathlib import Path

import pytest

from tests.services.sharing import NEED_ENGINES, Sharing, engines_may_be_used

PROJECT = Path(__file__).parents[3]


def part_of(node_id: str) -> str:
    sharing = Sharing.__new__(Sharing)  # which process is free when is none of our own making
    part: str = sharing._split_scope(node_id)
    return part


def test_all_that_needs_engines_stays_together() -> None:
    together = {
        part_of("tests/contract/rack/test_share.py::test_a[docker]"),
        part_of("tests/integration/trouble/test_rack_disk.py::test_b"),
    }
    assert len(together) == 1
    assert part_of("tests/crash/test_builds.py::test_c") not in together


def test_other_files_stay_whole() -> None:
    first, second, other = (
        part_of(f"tests/unit/{name}::test") for name in ("test_a.py", "test_a.py", "test_b.py")
    )
    assert first == second != other


@pytest.mark.parametrize("start", NEED_ENGINES)
def test_what_is_listed_is_there(start: str) -> None:
    assert any(
        str(path.relative_to(PROJECT)).startswith(start)
        for path in (PROJECT / "tests").rglob("test_*.py")
    )


def test_a_file_that_is_not_listed_may_not_use_an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_CURRENT_TEST", "tests/unit/test_a.py::test_b (setup)")
    with pytest.raises(pytest.fail.Exception, match=r"tests/unit/test_a\.py.*NEED_ENGINES"):
        engines_may_be_used()
