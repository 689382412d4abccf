"""Builds a workflow with a person: opens the dialog, follows each click, and saves."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.slack import modals
from bot.slack.answer import FAULTS, Answers, code_of
from bot.slack.boundary import Boundary, contained
from bot.slack.builder import task_forms
from bot.slack.builder.draft import Draft, TooLarge, of_plain, pack, unpack
from bot.slack.builder.drawing import (
    ADD,
    DOWN,
    EDIT,
    JOIN,
    REMOVE,
    TOUCH,
    UP,
    pattern_block,
    task_view,
    workflow_view,
)
from bot.slack.builder.forms import values_of
from bot.slack.builder.side import BuilderSide
from bot.slack.builder.task_forms import Around
from bot.slack.inbound import Arrival, Press
from bot.slack.limits import Block
from bot.slack.reception import Reception
from commands.building import Findings, Offers
from commands.run import failure
from engine.workflows.written import to_yaml
from storage.workflow_records import TaskKind

_LARGE = failure(
    "That workflow is too large for a dialog of Slack.",
    "",
    "Write it as YAML: `rackhand workflows create NAME --yaml FILE` at a terminal.",
)
_GONE = failure("That workflow is not there any more.", "", "`/rack workflows` lists them.")
_LATE = failure(
    "Slack did not open the dialog.", "It gives three seconds for that.", "Press once more."
)

log = logging.getLogger(__name__)

Body = Mapping[str, Any]


class Builder:
    """Holds nothing between two clicks: the dialog itself carries what was entered."""

    def __init__(
        self,
        client: WebClient,
        reception: Reception,
        answers: Answers,
        boundary: Boundary,
        side: BuilderSide,
    ) -> None:
        self._client = client
        self._reception = reception
        self._answers = answers
        self._boundary = boundary
        self._side = side

    def open(self, press: Press) -> None:
        """Open the dialog of a button: at once, for its trigger lives three seconds."""
        arrival = press.arrival
        try:
            if press.view_id and not press.in_home:
                answer = self._client.views_update(view_id=press.view_id, view=modals.waiting())
            else:
                answer = self._client.views_open(
                    trigger_id=arrival.trigger_id, view=modals.waiting()
                )
        except FAULTS as error:
            log.warning("builder not opened", extra={"code": code_of(error)})
            self._boundary.later(lambda: self._answers.whisper(arrival, _LATE))
            return
        view_id = str(answer["view"]["id"])
        self._boundary.later(lambda: self._begin(arrival, view_id))

    def act(self, body: Body) -> None:
        """Follow a click or a choice in the dialog."""
        view, action = body["view"], body["actions"][0]
        draft, more = unpack(view["private_metadata"])
        draft = self._entered(draft, view)
        name = str(action["action_id"])
        chosen = (action.get("selected_option") or {}).get("value", "")
        if name == ADD:
            self._add(draft, TaskKind(chosen), body, more["origin"])
        elif name.startswith(TOUCH):
            act, _, index = chosen.partition(":")
            self._touch(draft, act, int(index), body, more["origin"])
        else:
            self._refresh(draft, view, more["origin"])

    def task_entered(self, ack: Ack, body: Body) -> None:
        """Take the form of one task, or say what is wrong with it."""
        view = body["view"]
        draft, more = unpack(view["private_metadata"])
        kind, values = TaskKind(more["kind"]), values_of(view)
        if errors := task_forms.faults_of(kind, values):
            ack(response_action="errors", errors=errors)
            return
        ack()
        changed = draft.with_task(int(more["index"]), task_forms.plain(kind, values))
        root = {"id": more["root"]}
        self._boundary.later(lambda: self._draw(changed, root, more["origin"]))

    def saved(self, ack: Ack, body: Body, home_team: str) -> None:
        """Save the workflow, or say what is wrong with it."""
        view = body["view"]
        draft, more = unpack(view["private_metadata"])
        draft = self._entered(draft, view)
        is_new = draft.revision is None
        faults = self._side.check(draft.name, draft.plain(), is_new=is_new)
        if faults:
            ack(response_action="errors", errors=_by_input(draft, faults))
            return
        ack()
        asked = {**body, "view": {**view, "private_metadata": more["origin"]}}
        words: tuple[str, ...] = ("workflows", "new", "--name", draft.name)
        if draft.revision is not None:
            words = ("workflows", "edit", draft.name, "--revision", str(draft.revision))
        words = (*words, "--yaml", to_yaml(draft.name, draft.plain()))
        arrival = replace(modals.of_submission(asked), words=words)
        self._boundary.later(
            lambda: contained(
                lambda: self._reception.answer(arrival, home_team),
                lambda reply: self._answers.whisper(arrival, reply),
            )
        )

    def _begin(self, arrival: Arrival, view_id: str) -> None:
        draft = self._draft_of(arrival.words)
        origin = modals.pack(replace(arrival, words=()))
        if draft is None:
            self._update(modals.result(_GONE), {"id": view_id})
            return
        self._draw(draft, {"id": view_id}, origin)

    def _draft_of(self, words: tuple[str, ...]) -> Draft | None:
        """Return what a button's words begin with: a workflow on record, a template, or nothing."""
        match words:
            case ("workflows", "edit", name, *_):
                workflow = self._side.on_record(name)
                if workflow is None:
                    return None
                return of_plain(name, workflow.definition, revision=workflow.revision)
            case ("workflows", "new", "--template", name, *more):
                app = more[1] if more[:1] == ["--app"] else None
                if made := self._side.template(name, app):
                    return of_plain(*made, revision=None)
        return self._with_app(Draft(), self._side.offers())

    def _with_app(self, draft: Draft, offers: Offers) -> Draft:
        """Choose the app where there is only one, and its branch where none is entered."""
        if not draft.app and len(offers.apps) == 1:
            draft = replace(draft, app=offers.apps[0].name)
        branches = {app.name: app.branch for app in offers.apps}
        if not draft.pattern and draft.app in branches:
            draft = replace(draft, pattern=branches[draft.app])
        return draft

    def _entered(self, draft: Draft, view: Body) -> Draft:
        """Return the draft with what stands in the dialog by now."""
        values = values_of(view)
        changed = replace(
            draft,
            name=values.get("name", draft.name),
            app=values.get("app", draft.app),
            when=values.get("when", draft.when),
            pattern=values.get("pattern", draft.pattern),
        )
        if changed.app != draft.app:
            branches = {app.name: app.branch for app in self._side.offers().apps}
            if changed.pattern in {"", branches.get(draft.app)}:
                changed = replace(changed, pattern=branches.get(changed.app, ""))
        return changed

    def _add(self, draft: Draft, kind: TaskKind, body: Body, origin: str) -> None:
        if task_forms.has_form(kind):
            self._push(draft, len(draft.tasks), kind, body, origin)
        else:
            self._refresh(draft.with_task(len(draft.tasks), str(kind)), body["view"], origin)

    def _touch(self, draft: Draft, act: str, index: int, body: Body, origin: str) -> None:
        """Do what was chosen in the menu beside a task."""
        if index >= len(draft.tasks):
            self._refresh(draft, body["view"], origin)
            return
        if act == EDIT:
            self._push(draft, index, TaskKind(draft.tasks[index].kind), body, origin)
            return
        changes = {
            UP: lambda: draft.moved(index, -1),
            DOWN: lambda: draft.moved(index, 1),
            JOIN: lambda: draft.joined(index),
            REMOVE: lambda: draft.without_task(index),
        }
        self._refresh(changes[act](), body["view"], origin)

    def _push(self, draft: Draft, index: int, kind: TaskKind, body: Body, origin: str) -> None:
        """Open the form of a task at once; the names of checks are filled in when known."""
        root = str(body["view"]["id"])
        try:
            offered = Around(racks=self._side.offers().racks)
            view = task_view(draft, index, kind, offered, root=root, origin=origin)
            answer = self._client.views_push(trigger_id=body["trigger_id"], view=view)
        except TooLarge:
            self._update(modals.result(_LARGE), body["view"])
            return
        except FAULTS as error:
            log.warning("task not opened", extra={"code": code_of(error)})
            return
        if kind is TaskKind.WAIT_FOR_CHECKS:
            shown = answer["view"]
            self._boundary.later(lambda: self._name_checks(draft, index, shown, root, origin))

    def _name_checks(self, draft: Draft, index: int, shown: Body, root: str, origin: str) -> None:
        found = self._side.look(draft.name, draft.plain(), is_new=False)
        if found.checks:
            around = Around(racks=(), checks=found.checks)
            kind = TaskKind.WAIT_FOR_CHECKS
            self._update(task_view(draft, index, kind, around, root=root, origin=origin), shown)

    def _refresh(self, draft: Draft, view: Body, origin: str) -> None:
        self._boundary.later(lambda: self._draw(draft, view, origin))

    def _draw(self, draft: Draft, view: Body, origin: str) -> None:
        """Show the workflow as it is by now: at once, and once more with what the forge says."""
        offers = self._side.offers()
        is_new = draft.revision is None
        draft = self._with_app(draft, offers)
        try:
            pack(draft, origin=origin)
            found = self._look(draft, is_new=is_new)
            self._update(workflow_view(draft, offers, found, origin), view)
        except TooLarge:
            self._update(modals.result(_LARGE), view)

    def _look(self, draft: Draft, *, is_new: bool) -> Findings:
        try:
            return self._side.look(draft.name or "new", draft.plain(), is_new=is_new)
        except Exception:  # what is only good to know must not keep anybody from going on
            log.exception("builder could not look")
            return Findings()

    def _update(self, drawn: Block, view: Body) -> None:
        hash_of = {"hash": view["hash"]} if view.get("hash") else {}
        try:
            self._client.views_update(view_id=view["id"], view=drawn, **hash_of)
        except FAULTS as error:
            log.info("builder not changed", extra={"code": code_of(error)})


def _by_input(draft: Draft, faults: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return the faults by the input that each is shown at."""
    told: dict[str, list[str]] = {}
    shows_pattern = draft.when in {"push", "tag", "release"}
    for path, text in faults:
        if path == "name" and draft.revision is None:
            place = "name"
        elif path.startswith("on") and shows_pattern:
            place = pattern_block(draft)
        else:
            place = "app"
        told.setdefault(place, []).append(text.replace("`", ""))
    return {place: "\n".join(texts)[:2_000] for place, texts in told.items()}
