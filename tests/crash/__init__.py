"""The real process, killed; what its parts assert is explained as in tests."""

import pytest

pytest.register_assert_rewrite(
    "tests.crash.stage", "tests.crash.engine", "tests.crash.ending", "tests.crash.playing"
)
