"""The templates: what they make, which racks they propose, and under which name."""

import pytest

from engine.workflows.reading import read
from engine.workflows.templates import NAME_LIMIT, TEMPLATES, Template, free_name, racks_for
from engine.workflows.written import plain_of
from engine.world import RackSpec


def rack(name: str, *, protected: bool = False) -> RackSpec:
    return RackSpec(name=name, provider="memory", color="blue", protected=protected)


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_what_a_template_makes_can_be_read(template: Template) -> None:
    racks = ["staging", "production"][: len(template.racks)]
    made = template.make("shop", "trunk", racks)
    assert read(template.name, plain_of(made)).definition == made


def test_racks_that_ask_nobody_are_proposed_first() -> None:
    racks = {"production": rack("production", protected=True), "staging": rack("staging")}
    assert racks_for(TEMPLATES["qa-app"], racks) == ("staging", "production")
    assert racks_for(TEMPLATES["continuous-delivery"], racks) == ("staging",)


def test_no_racks_are_proposed_where_there_are_too_few() -> None:
    assert racks_for(TEMPLATES["qa-app"], {"staging": rack("staging")}) is None


@pytest.mark.parametrize("app", ["shop", "a" * 40])
def test_a_name_that_is_free_and_short_enough_is_proposed(app: str) -> None:
    taken: set[str] = set()
    for _ in range(12):
        name = free_name(TEMPLATES["continuous-delivery"], app, taken)
        assert name not in taken
        assert len(name) <= NAME_LIMIT
        assert read(name, {"app": "shop", "tasks": ["build"]}).definition
        taken.add(name)
