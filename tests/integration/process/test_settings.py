"""rackhand.yml and the environment: what is read, and what is said of faults."""

from pathlib import Path

import pytest

from bot.settings import load
from engine.errors import UserError

GOOD = """\
slack: {channel: "#deploys"}
racks:
  staging: {provider: memory, color: green}
  production:
    engine: ssh://deploy@prod-1
    router: {http: 80, https: 443, certificates: ./certs}
    color: red
    protected: true
apps:
  web: {repo: /srv/web.git, branch: trunk, channel: "#web"}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "rackhand.yml"
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(folder: Path, text: str, **environment: str) -> str:
    with pytest.raises(UserError) as caught:
        load(written(folder, text), environment)
    return str(caught.value)


def test_the_file_of_the_documentation_is_understood(tmp_path: Path) -> None:
    settings = load(written(tmp_path, GOOD), {"RACKHAND_SECRET_KEY": "k", "PORT": "4000"})
    assert settings.file.racks["production"].protected
    assert settings.file.racks["production"].router.https == 443
    assert settings.file.apps["web"].branch == "trunk"
    assert settings.secrets.port == 4000
    assert settings.secret_key == "k"
    assert settings.folder == tmp_path


def test_the_database_of_the_environment_goes_before_that_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    assert load(path, {}).database_url == "sqlite:///rackhand.db"
    given = {"RACKHAND_DATABASE_URL": "postgresql+psycopg://db/rackhand"}
    assert load(path, given).database_url == "postgresql+psycopg://db/rackhand"


def test_all_faults_are_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    text = "racks:\n  staging: {color: beige}\n  Prod: {}\nappz: {}\n"
    told = faults_of(tmp_path, text, PORT="many")
    assert "line 2: racks.staging.color" in told
    assert "line 4: appz" in told
    assert "environment: PORT" in told


def test_a_name_that_cannot_be_a_host_name_is_refused(tmp_path: Path) -> None:
    assert "racks.Prod" in faults_of(tmp_path, "racks:\n  Prod: {}\n")


def test_a_file_without_racks_is_refused(tmp_path: Path) -> None:
    assert "racks" in faults_of(tmp_path, "slack: {}\n")


def test_a_file_that_is_no_yaml_names_the_line(tmp_path: Path) -> None:
    assert "line 2" in faults_of(tmp_path, "racks:\n  staging: red: green\n")


def test_a_missing_file_says_where_to_read_on(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        load(tmp_path / "nowhere.yml", {})
    assert "docs/configuration.md" in caught.value.remedy


def test_a_token_that_the_file_wants_must_be_in_the_environment(tmp_path: Path) -> None:
    text = GOOD + "git:\n  example.com: {token_variable: EXAMPLE_TOKEN}\n"
    assert "EXAMPLE_TOKEN" in faults_of(tmp_path, text)
    settings = load(written(tmp_path, text), {"EXAMPLE_TOKEN": "t0ken"})
    assert settings.git_tokens["example.com"].get_secret_value() == "t0ken"


def test_secrets_print_as_stars(tmp_path: Path) -> None:
    given = {"RACKHAND_SECRET_KEY": "swordfish", "SLACK_BOT_TOKEN": "xoxb-swordfish"}
    settings = load(written(tmp_path, GOOD), given)
    assert "swordfish" not in f"{settings!r} {settings}"


def test_what_is_needed_and_not_set_is_named_with_its_purpose(tmp_path: Path) -> None:
    settings = load(written(tmp_path, GOOD), {})
    with pytest.raises(UserError, match=r"RACKHAND_SECRET_KEY is not set\. It seals"):
        settings.secret_key  # noqa: B018  reading it is the act
