"""Makes the services in ``tests/services`` available to every test."""

pytest_plugins = (
    "tests.services.slot",
    "tests.services.sharing",
    "tests.services.engines",
    "tests.services.ssh",
    "tests.services.registries",
    "tests.services.postgres",
    "tests.services.browser",
    "tests.services.octokit",
    "tests.services.second_go",
    "tests.services.tally",
    "tests.databases",
)
