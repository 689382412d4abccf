"""The page in headless Chromium: what a person does there reaches the app and is seen."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from slack_bolt import App
from slack_sdk import WebClient

from bot.workspace.client import Visitor
from bot.workspace.running import RunningWorkspace

Body = dict[str, Any]

CONFIRM = {
    "title": {"type": "plain_text", "text": "Promote to production?"},
    "text": {"type": "mrkdwn", "text": "*web* takes all traffic."},
    "confirm": {"type": "plain_text", "text": "Promote"},
    "deny": {"type": "plain_text", "text": "Not now"},
}


def section(text: str, **more: Any) -> Body:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(action_id: str, label: str, **more: Any) -> Body:
    text = {"type": "plain_text", "text": label}
    return {"type": "button", "action_id": action_id, "text": text, **more}


def actions(*elements: Body) -> Body:
    return {"type": "actions", "elements": list(elements)}


ENVIRONMENT = {
    "type": "modal",
    "callback_id": "env",
    "title": {"type": "plain_text", "text": "Set environment"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        {
            "type": "input",
            "block_id": "name",
            "label": {"type": "plain_text", "text": "Name"},
            "element": {"type": "plain_text_input", "action_id": "name"},
        },
        {
            "type": "input",
            "block_id": "value",
            "label": {"type": "plain_text", "text": "Value"},
            "element": {"type": "plain_text_input", "action_id": "value", "multiline": True},
        },
    ],
}


@pytest.fixture
def app(bolt: App, connected: object) -> App:
    """A bot that builds, promotes, asks and shows a Home, in a few lines each."""

    @bolt.command("/rack")
    def rack(ack: Any, command: Body, client: WebClient, respond: Any) -> None:
        ack()
        if command["text"] == "env":
            client.views_open(trigger_id=command["trigger_id"], view=ENVIRONMENT)
        elif command["text"] == "racks":
            rows = [["NAME", "STATUS"], ["staging", "running"]]
            cells = [[{"type": "raw_text", "text": cell} for cell in row] for row in rows]
            respond(text="racks", blocks=[{"type": "table", "rows": cells}])
        else:
            blocks = [
                section(":hammer: *web* · staging · `4f2c1ab`"),
                actions(button("promote", "Promote…", style="danger", confirm=CONFIRM)),
            ]
            client.chat_postMessage(
                channel=command["channel_id"],
                text="web on staging",
                attachments=[{"color": "#2eb67d", "blocks": blocks}],
            )

    @bolt.action("promote")
    def promote(ack: Any, body: Body, client: WebClient) -> None:
        ack()
        client.chat_postMessage(
            channel=body["channel"]["id"],
            thread_ts=body["container"]["message_ts"],
            text=f"<@{body['user']['id']}> promotes *web* on _production_",
        )

    @bolt.view("env")
    def saved(ack: Any, view: Body) -> None:
        name = view["state"]["values"]["name"]["name"]["value"]
        if name.isupper():
            ack()
        else:
            ack(response_action="errors", errors={"name": "Use capital letters."})

    @bolt.event("app_home_opened")
    def home(event: Body, client: WebClient) -> None:
        blocks = [section("*production* is healthy", accessory=button("switch", "Switch"))]
        view = {"type": "home", "blocks": blocks}
        client.views_publish(user_id=event["user"], view=view)

    @bolt.shortcut("cancel_this")
    def cancel(ack: Any, shortcut: Body, client: WebClient) -> None:
        ack()
        client.chat_postEphemeral(
            channel=shortcut["channel"]["id"],
            user=shortcut["user"]["id"],
            text=f"Nothing runs for {shortcut['message_ts']}.",
        )

    return bolt


@pytest.fixture
def here(page: Page, workspace: RunningWorkspace, app: App) -> Iterator[Page]:
    """The page as Ada sees it in #deploys; no script error may happen on it."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(workspace.url)
    page.wait_for_selector("body[data-ready=ada]")
    yield page
    assert errors == []


def say(page: Page, text: str, box: str = "Message #deploys") -> None:
    page.get_by_label(box).fill(text)
    page.get_by_label(box).press("Enter")


def test_a_command_draws_a_card_and_a_confirmed_click_fills_its_thread(here: Page) -> None:
    say(here, "/rack build")
    card = here.locator("#main article").filter(has_text="4f2c1ab")
    expect(card.locator(".attachment")).to_have_attribute("data-color", "#2eb67d")
    expect(card).to_contain_text("🔨 web · staging")

    card.get_by_role("button", name="Promote…").click()
    here.get_by_role("dialog").get_by_role("button", name="Not now").click()
    expect(card.get_by_text("1 reply")).to_have_count(0)
    card.get_by_role("button", name="Promote…").click()
    here.get_by_role("dialog").get_by_role("button", name="Promote", exact=True).click()

    card.get_by_text("1 reply").click()
    thread = here.get_by_label("Thread", exact=True)
    expect(thread.locator("article").nth(1)).to_contain_text("@Ada Brandt promotes web")
    expect(thread.locator("article").nth(1).locator("em")).to_have_text("production")


def test_typing_in_a_thread_answers_there(here: Page, slack: WebClient, deploys: str) -> None:
    ts = str(slack.chat_postMessage(channel=deploys, text="card")["ts"])
    here.locator(f"article[data-ts='{ts}']").hover()
    here.locator(f"article[data-ts='{ts}']").get_by_label("Reply in thread").click()
    say(here, "Thanks @rackhand", "Reply…")
    expect(here.locator("#thread article").nth(1)).to_contain_text("Thanks @Rackhand")
    say(here, "/rack build", "Reply…")
    refused = here.locator("#thread article").nth(2)

    expect(refused).to_contain_text("Only visible to you")
    expect(refused).to_contain_text("/rack is not supported in threads")


def test_a_modal_keeps_what_was_typed_beside_its_errors(here: Page) -> None:
    say(here, "/rack env")
    modal = here.get_by_role("dialog", name="Set environment")
    modal.get_by_label("Name").fill("lower")
    modal.get_by_role("button", name="Save").click()
    expect(modal.get_by_text("Please complete this required field.")).to_be_visible()
    modal.get_by_label("Value").fill("secret")
    modal.get_by_role("button", name="Save").click()
    expect(modal.get_by_text("Use capital letters.")).to_be_visible()
    expect(modal.get_by_label("Value")).to_have_value("secret")

    modal.get_by_label("Name").fill("UPPER")
    modal.get_by_role("button", name="Save").click()

    expect(modal).to_have_count(0)


def test_a_table_is_a_table_that_only_the_asker_sees(
    here: Page, workspace: RunningWorkspace
) -> None:
    say(here, "/rack racks")
    row = here.locator("article[data-ephemeral] table tbody tr")
    expect(row.locator("td").nth(0)).to_have_text("staging")
    expect(here.locator("article[data-ephemeral] th").nth(1)).to_have_text("STATUS")
    here.get_by_role("button", name="Dismiss").click()

    expect(here.locator("article[data-ephemeral]")).to_have_count(0)


def test_home_shows_what_the_app_published(here: Page) -> None:
    here.get_by_role("link", name="Rackhand Home").click()

    home = here.get_by_label("Rackhand Home").and_(here.locator("section"))
    expect(home).to_contain_text("production is healthy")
    expect(home.get_by_role("button", name="Switch")).to_be_visible()


def test_a_message_shortcut_is_in_the_menu_of_the_message(
    here: Page, slack: WebClient, deploys: str
) -> None:
    ts = str(slack.chat_postMessage(channel=deploys, text="card")["ts"])
    card = here.locator(f"article[data-ts='{ts}']")
    card.hover()
    card.get_by_label("More actions").click()
    here.get_by_role("menuitem", name="Cancel this").click()

    expect(here.get_by_text(f"Nothing runs for {ts}.")).to_be_visible()


def test_one_can_act_as_somebody_else(here: Page, workspace: RunningWorkspace) -> None:
    here.get_by_label("Acting as Ada Brandt").click()
    here.get_by_role("menuitem", name="Grace Okafor").click()
    here.wait_for_selector("body[data-ready=grace]")
    say(here, "Hello from Grace")

    with Visitor(workspace.url) as ada:
        assert ada.wait_for_message("Hello from Grace").author == "Grace Okafor"


def test_edits_files_and_channels_show_as_they_happen(
    here: Page, slack: WebClient, deploys: str, workspace: RunningWorkspace
) -> None:
    ts = str(slack.chat_postMessage(channel=deploys, text="first")["ts"])
    expect(here.get_by_text("first")).to_be_visible()
    slack.chat_update(channel=deploys, ts=ts, text="second")
    expect(here.locator(f"article[data-ts='{ts}']")).to_contain_text("second (edited)")
    log = "\n".join(f"line {number}" for number in range(20))
    slack.files_upload_v2(channel=deploys, filename="b.log", title="Log", content=log)
    expect(here.locator(".file-preview")).to_contain_text("line 5")
    here.get_by_role("button", name="Show 14 more lines").click()
    expect(here.locator(".file-preview")).to_contain_text("line 19")
    workspace.controls.archive("deploys")

    expect(here.get_by_text("This channel is archived.")).to_be_visible()


def test_markup_of_others_is_never_run(here: Page, slack: WebClient, deploys: str) -> None:
    hostile = "<javascript:alert(1)|click> &lt;img src=x onerror=alert(1)&gt; *<b>*"
    slack.chat_postMessage(channel=deploys, text=hostile)
    message = here.locator("#main article").last

    expect(message).to_contain_text("<img src=x onerror=alert(1)>")
    assert message.locator("img:not(.avatar)").count() == 0
    assert message.locator("a").count() == 0


def test_a_phone_shows_one_pane_at_a_time(
    browser: Browser, workspace: RunningWorkspace, app: App, tmp_path: Path
) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True
    )
    phone = context.new_page()
    phone.goto(workspace.url)
    phone.get_by_role("link", name="deploys").click()
    expect(phone.locator("#sidebar")).to_be_hidden()
    say(phone, "/rack build")
    phone.get_by_role("button", name="Promote…").click()
    phone.get_by_role("button", name="Promote", exact=True).click()
    phone.get_by_text("1 reply").click()
    expect(phone.locator("#main")).to_be_hidden()
    expect(phone.locator("#thread article").nth(1)).to_contain_text("promotes web")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.locator("#thread").get_by_label("Back").click()
    phone.locator("#main").get_by_label("Back").click()

    expect(phone.locator("#sidebar")).to_be_visible()
    context.close()


def test_an_image_in_a_thread_fits_a_phone(
    browser: Browser, slack: WebClient, deploys: str, workspace: RunningWorkspace
) -> None:
    ts = str(slack.chat_postMessage(channel=deploys, text="card")["ts"])
    image = io.BytesIO()
    Image.new("RGB", (1000, 700), "orange").save(image, format="PNG")
    slack.files_upload_v2(
        channel=deploys,
        thread_ts=ts,
        filename="web.png",
        content=image.getvalue(),
        alt_txt="0 requests failed",
    )
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True
    )
    phone = context.new_page()
    phone.goto(workspace.url)
    phone.get_by_role("link", name="deploys").click()
    phone.get_by_text("1 reply").click()
    shown = phone.locator("#thread").get_by_role("img", name="0 requests failed")
    expect(shown).to_be_visible()
    phone.wait_for_function("document.querySelector('#thread .file img').naturalWidth === 1000")
    box = shown.bounding_box()
    assert box
    assert 250 < box["width"] < 390
    assert box["height"] == pytest.approx(box["width"] * 0.7, abs=1)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
