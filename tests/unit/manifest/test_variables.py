import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UserError
from engine.manifest.variables import BadTemplate, fill, literal, parse

ENVIRONMENT = {"SET": "value", "EMPTY": "", "OTHER": "other"}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("plain", "plain"),
        ("$SET and ${SET}", "value and value"),
        ("$SET_NOT", ""),
        ("${MISSING}", ""),
        ("a$$b $${SET}", "a$b ${SET}"),
        ("${SET:-default}", "value"),
        ("${EMPTY:-default}", "default"),
        ("${EMPTY-default}", ""),
        ("${MISSING-default}", "default"),
        ("${MISSING:-}", ""),
        ("${MISSING:-a b:c/d}", "a b:c/d"),
        ("${MISSING:-${OTHER}}", "other"),
        ("${MISSING:-${ALSO:-$$deep}}!", "$deep!"),
        ("${SET:+given}${MISSING:+given}${EMPTY:+given}", "given"),
        ("${EMPTY+given}", "given"),
        ("${SET:?unused ${MISSING:?inner}}", "value"),
        ("}", "}"),
        ("ünïcödé ${SET} 🛒", "ünïcödé value 🛒"),
    ],
)
def test_variables_are_filled_as_compose_does(text: str, filled: str) -> None:
    assert fill(text, ENVIRONMENT) == filled


@pytest.mark.parametrize(
    "text", ["$", "a $ b", "${", "${}", "${SET", "${1}", "${A:-${B}", "${A!b}"]
)
def test_a_dollar_that_begins_no_variable_is_refused(text: str) -> None:
    with pytest.raises(BadTemplate):
        parse(text)


def test_endless_nesting_is_refused() -> None:
    with pytest.raises(BadTemplate, match="nested too deeply"):
        parse("${A:-" * 5_000 + "}" * 5_000)


@pytest.mark.parametrize("name", ["MISSING", "EMPTY"])
def test_a_required_variable_that_is_missing_says_why_and_what_to_do(name: str) -> None:
    with pytest.raises(UserError) as error:
        fill(f"${{{name}:?the key of the shop}}", ENVIRONMENT)
    assert name in error.value.what
    assert "the key of the shop" in error.value.why
    assert f"env set {name}=" in error.value.remedy


def test_a_required_variable_may_be_empty_without_the_colon() -> None:
    assert fill("${EMPTY?why}", ENVIRONMENT) == ""


@given(st.text())
def test_a_literal_is_filled_to_itself(text: str) -> None:
    assert fill(literal(text), ENVIRONMENT) == text
