"""Registries, PostgreSQL and the browser: each is there and does what tests ask of it."""

import httpx
import psycopg
import pytest
from playwright.sync_api import Page

from tests.services.registries import PrivateRegistry


def test_the_registry_answers_anybody(registry_address: str) -> None:
    assert httpx.get(f"http://{registry_address}/v2/").status_code == 200


def test_the_private_registry_asks_for_its_password(private_registry: PrivateRegistry) -> None:
    url = f"http://{private_registry.address}/v2/"
    known = (private_registry.username, private_registry.password)
    assert httpx.get(url).status_code == 401
    assert httpx.get(url, auth=(private_registry.username, "wrong")).status_code == 401
    assert httpx.get(url, auth=known).status_code == 200


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_gets_an_empty_database(postgres_database: str, turn: int) -> None:
    with psycopg.connect(postgres_database.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE only_here (id int)")
        found = connection.execute("SELECT count(*) FROM only_here").fetchone()
    assert found == (0,)


def test_the_browser_runs_a_page(page: Page) -> None:
    page.set_content("<button onclick=\"this.textContent='Done'\">Press</button>")
    page.get_by_role("button").click()
    assert page.get_by_role("button").inner_text() == "Done"
