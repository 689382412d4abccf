"""Environments: sealed values, changes told by names, and bad names refused."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.environment import Vault, changed, check_name, new_version, parse_pairs
from engine.errors import UserError
from storage.records import Environment, Person

ADA = Person(team="T1", user="U1", name="Ada")
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,15}", fullmatch=True)
VALUES = st.dictionaries(NAMES, st.text(st.characters(exclude_categories=["Cs"]), max_size=30))


def version(vault: Vault, values: dict[str, str]) -> Environment:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return new_version(
        vault, app="web", rack="staging", values=values, description="", by=ADA, at=at
    )


@given(VALUES)
def test_what_was_sealed_is_opened_again(values: dict[str, str]) -> None:
    vault = Vault("a long random text")
    assert vault.open(version(vault, values)) == values


def test_sealed_values_do_not_show_and_names_do() -> None:
    sealed = version(Vault("key"), {"TOKEN": "s3cr3t-value"})
    assert b"s3cr3t-value" not in sealed.sealed
    assert sealed.names == ("TOKEN",)


def test_the_same_values_sealed_twice_look_different() -> None:
    vault = Vault("key")
    assert vault.seal({"A": "1"}) != vault.seal({"A": "1"})


def test_another_key_opens_nothing_and_says_what_to_do() -> None:
    sealed = version(Vault("the right key"), {"A": "1"})
    with pytest.raises(
        UserError, match=r"another RACKHAND_SECRET_KEY.*Start Rackhand with the key"
    ):
        Vault("a wrong key").open(sealed)


def test_sealed_values_that_were_tampered_with_are_not_opened() -> None:
    sealed = version(Vault("key"), {"A": "1"})
    with pytest.raises(UserError):
        Vault("key").open(replace(sealed, sealed=sealed.sealed[:-4] + b"AAAA"))


def test_no_environment_has_no_values() -> None:
    assert Vault("key").open(None) == {}


def test_a_change_is_described_by_names_only() -> None:
    new, description = changed(
        {"KEEP": "k", "B": "old", "GONE": "x"}, to_set={"A": "a", "B": "new"}, to_unset=["GONE"]
    )
    assert new == {"KEEP": "k", "A": "a", "B": "new"}
    assert description == "env add:A change:B remove:GONE"


@given(VALUES, VALUES)
def test_no_value_is_ever_in_a_description(old: dict[str, str], to_set: dict[str, str]) -> None:
    marked = {name: f"«{value}»" for name, value in to_set.items()}
    try:
        _, description = changed(old, to_set=marked, to_unset=[])
    except UserError as error:
        description = str(error)
    assert "«" not in description


@given(VALUES, VALUES)
def test_what_is_set_is_there_and_all_else_stays(
    old: dict[str, str], to_set: dict[str, str]
) -> None:
    try:
        new, _ = changed(old, to_set=to_set, to_unset=[])
    except UserError:
        assert {**old, **to_set} == old
    else:
        assert new == {**old, **to_set}


def test_setting_what_is_set_so_already_changes_nothing() -> None:
    with pytest.raises(UserError, match="Nothing changed"):
        changed({"A": "1"}, to_set={"A": "1"}, to_unset=[])


def test_removing_what_is_not_there_is_refused() -> None:
    with pytest.raises(UserError, match="`NOPE` is not set"):
        changed({"A": "1"}, to_set={}, to_unset=["NOPE"])


def test_an_environment_larger_than_a_process_can_take_is_refused() -> None:
    with pytest.raises(UserError, match="too large"):
        changed({}, to_set={"BIG": "x" * 200_000}, to_unset=[])


def test_pairs_are_split_at_their_first_sign() -> None:
    assert parse_pairs(["A=1", "URL=postgres://u:p@h/db?x=y", "EMPTY="]) == {
        "A": "1",
        "URL": "postgres://u:p@h/db?x=y",
        "EMPTY": "",
    }


@pytest.mark.parametrize("word", ["NAME", ""])
def test_a_pair_without_a_sign_is_refused(word: str) -> None:
    with pytest.raises(UserError, match="has no value"):
        parse_pairs([word])


@pytest.mark.parametrize("name", ["", "1A", "A B", "A-B", "ÄRGER", "A\n", "--force", "a.b"])
def test_a_bad_name_is_refused(name: str) -> None:
    with pytest.raises(UserError, match="cannot be the name of a variable"):
        check_name(name)


def test_a_secret_typed_as_a_name_is_not_repeated_whole() -> None:
    secret = "sk-" + "9" * 60
    with pytest.raises(UserError) as caught:
        parse_pairs([secret])
    assert secret not in str(caught.value)
