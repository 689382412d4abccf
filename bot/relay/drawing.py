"""What the outbox holds, drawn: cards from their present state, milestones from their body."""

import hashlib
import json

from bot.relay.introductions import Introductions
from bot.slack.render import Drawing, draw_card, draw_milestone
from commands.cards import card
from commands.reply import Actions, Button, Code, Part, Text, Tone
from engine.world import World
from storage.records import Outgoing, Person

OPENS_A_DIALOG = frozenset({"approve", "rollback"})


def drawn_card(
    world: World, subject: str, introductions: Introductions | None = None
) -> Drawing | None:
    """Draw a card as it is now; None for a subject that is not on record."""
    view = card(world, subject)
    if view and introductions:
        view = introductions.introduce(view, world.clock.now())
    return draw_card(view) if view else None


def drawn_milestone(outgoing: Outgoing, *, about: str | None = None) -> Drawing:
    """Draw a milestone; *about* says of what it tells where its thread tells of several."""
    return draw_milestone(parts_of(outgoing, about=about))


def parts_of(outgoing: Outgoing, *, about: str | None = None) -> tuple[Part, ...]:
    """Return what a milestone says."""
    body = outgoing.body
    people = tuple(Person(**person) for person in body.get("people", ()))
    text = f"{about} · {body['text']}" if about else body["text"]
    parts: list[Part] = [Text(text=text, tone=Tone(body["tone"]), people=people)]
    if body.get("code"):
        parts.append(Code(text="\n".join(body["code"])))
    if body.get("actions"):
        parts.append(
            Actions(buttons=tuple(_button(label, words) for label, words in body["actions"]))
        )
    return tuple(parts)


def digest(drawing: Drawing) -> str:
    """Return a digest of all that the drawing shows."""
    shown = json.dumps([drawing.text, drawing.blocks, drawing.attachments], sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()


def _button(label: str, words: list[str]) -> Button:
    opens = "confirm" if words[0] in OPENS_A_DIALOG else None
    return Button(label=label, words=tuple(words), opens=opens)
