"""The second half of the demo's story: from a push or a merge on GitHub to production."""

from bot.demo.actors import Actors, must
from bot.demo.outside import Outside, becomes_true
from bot.demo.stage import MEMORY, REPOSITORY, Stage
from bot.local_github.client import Client
from bot.workspace.seen import SeenMessage, SeenView

CHECK = "ci/test"
SIGHT_SECONDS = 30.0
DELIVERY_SECONDS = 240.0


class Delivery:
    """Pushes, checks and merges on GitHub, and what comes of them in the channel."""

    def __init__(self, stage: Stage, actors: Actors, outside: Outside) -> None:
        """Begin with both racks serving something."""
        self._stage = stage
        self._actors = actors
        self._outside = outside
        self._github: Client = stage.github.client(REPOSITORY)

    def tell(self) -> None:
        """Play both workflows by webhooks, and one of them once more by the poller alone."""
        self._make("Continuous Delivery…", "continuous-delivery")
        self._goes_live_by_itself("10")
        self._red_check("11")
        self._actors.step("Ada pauses it, and makes a QA workflow in two clicks")
        self._actors.ask("/rack workflows pause continuous-delivery", "Paused")
        self._make("QA app…", "qa-app", step=False)
        self._merged("12")
        self._actors.step("From now on GitHub sends no webhooks: the poller finds what happens")
        self._stage.github.controls.webhooks(on=False)
        self._verified_then_clicked(
            "13", self._stage.shop.change("13", "Sell gift cards"), "Sell gift cards"
        )
        self._stage.github.controls.webhooks(on=True)

    def _make(self, template: str, name: str, *, step: bool = True) -> None:
        if step:
            self._actors.step("Ada makes a Continuous Delivery workflow in two clicks")
        ada = self._actors.ada
        ada.say("/rack workflows new")
        offer = ada.wait_for(
            lambda: next((one for one in ada.ephemerals() if template in one.buttons), None),
            SIGHT_SECONDS,
        )
        ada.click(offer, template)

        def filled() -> SeenView | None:
            modal = ada.modal()
            return modal if modal and "Tasks, in this order" in modal.plain_text else None

        ada.wait_for(filled, SIGHT_SECONDS)
        must(not (errors := ada.submit()), f"the dialog was not taken: {errors}")
        self._actors.sees(f"Made {name}")

    def _goes_live_by_itself(self, version: str) -> None:
        self._actors.step("A commit is pushed to main; its checks are not finished, so it waits")
        subject = "Show opening hours"
        sha, card = self._pushed(version, subject, "continuous-delivery")
        self._github.check_run(sha, CHECK)
        self._card(card, f"Not finished: {CHECK}")
        self._actors.step("The checks turn green: it is built, and live on staging")
        self._github.check_run(sha, CHECK, "success")
        self._actors.reply(card, f"Done: {sha[:7]}", DELIVERY_SECONDS)
        self._shows("staging", version)
        self._on_github(sha, "continuous-delivery", "staging")

    def _red_check(self, version: str) -> None:
        self._actors.step("Another commit is pushed, and a check turns red: it goes nowhere")
        before = self._outside.releases("staging")
        sha, card = self._pushed(version, "Round prices down", "continuous-delivery")
        self._github.check_run(sha, CHECK, "failure")
        told = self._actors.reply(card, "Failed", DELIVERY_SECONDS)
        must(CHECK in told.plain_text, f"the red check is not named: {told.plain_text}")
        must(self._outside.releases("staging") == before, "staging changed all the same")
        self._status(sha, "continuous-delivery", "failure")

    def _merged(self, version: str) -> None:
        self._actors.step("Grace's pull request is merged")
        subject = "Add a summer sale"
        self._stage.shop.change(version, subject, branch="summer-sale")
        number = int(self._github.open_pull_request("summer-sale", title=subject)["number"])
        self._verified_then_clicked(version, self._github.merge(number), "summer-sale")
        must(
            becomes_true(
                lambda: any("production" in one["body"] for one in self._github.comments(number))
            ),
            "the pull request was not told that its change is live",
        )

    def _verified_then_clicked(self, version: str, sha: str, words: str) -> None:
        """Follow a commit of main from its green checks over a click to production."""
        card = self._job(sha, "qa-app")
        self._github.check_run(sha, CHECK, "success")
        self._actors.reply(card, "Ready for production", DELIVERY_SECONDS)
        self._shows("staging", version)
        self._actors.step(f"It is live on staging, and production waits for a click ({words})")
        must(self._outside.version("production") != version or self._is_simulated, "too early")
        self._card(card, "waiting for a person since")
        self._actors.step("Grace promotes it to production by a click")
        self._actors.press(card, "Promote to production")
        self._actors.reply(card, f"Done: {sha[:7]}", DELIVERY_SECONDS)
        self._shows("production", version)
        self._on_github(sha, "qa-app", "production")

    def _pushed(self, version: str, subject: str, workflow: str) -> tuple[str, SeenMessage]:
        sha = self._stage.shop.change(version, subject)
        return sha, self._job(sha, workflow)

    def _job(self, sha: str, workflow: str) -> SeenMessage:
        """Return the card of the commit's job, waiting for it."""
        ada = self._actors.ada

        def look() -> SeenMessage | None:
            for message in ada.messages():
                text = message.plain_text
                if not message.is_reply and f"shop · {workflow}" in text and sha[:7] in text:
                    return message
            return None

        return ada.wait_for(look, SIGHT_SECONDS)

    def _card(self, card: SeenMessage, words: str) -> None:
        """Wait until the card says so."""
        self._actors.grace.wait_for(
            lambda: words in self._actors.again(card).plain_text, SIGHT_SECONDS
        )

    def _shows(self, rack: str, version: str) -> None:
        """Check past the bot what visitors see."""
        must(
            self._is_simulated or becomes_true(lambda: self._outside.version(rack) == version),
            f"{rack} shows {self._outside.version(rack)}, not {version}",
        )

    def _on_github(self, sha: str, workflow: str, rack: str) -> None:
        """Check at GitHub what it shows of the commit."""
        self._status(sha, workflow, "success")

        def deployed() -> bool:
            found = [one for one in self._github.deployments(rack) if one["sha"] == sha]
            states = self._github.deployment_statuses(found[0]["id"]) if found else []
            return bool(states) and states[0]["state"] == "success"

        must(becomes_true(deployed), f"GitHub shows no deployment of {sha[:7]} to {rack}")

    def _status(self, sha: str, workflow: str, state: str) -> None:
        def shown() -> bool:
            found = [
                one
                for one in self._github.statuses(sha)
                if one["context"] == f"rackhand/{workflow}"
            ]
            return bool(found) and found[0]["state"] == state

        must(becomes_true(shown), f"GitHub does not show {state} of {workflow} on {sha[:7]}")

    @property
    def _is_simulated(self) -> bool:
        return self._stage.engine == MEMORY
