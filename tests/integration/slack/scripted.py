"""The command side as a script: tells what it was asked, and answers as it is told to."""

import threading
from collections.abc import Callable

from bot.slack.builder.side import BuilderSide
from bot.slack.command_side import CommandSide
from commands.building import Findings, Offers
from commands.reply import Reply, Text
from commands.request import Request, Standing
from storage.records import Person

Answer = Reply | Callable[[Request], Reply]

nothing_to_build = BuilderSide(
    offers=lambda: Offers(apps=(), racks=()),
    on_record=lambda name: None,
    template=lambda name, app: None,
    look=lambda name, plain, *, is_new: Findings(),
    check=lambda name, plain, *, is_new: (),
)


class ScriptedSide:
    """Answers by the first word. A key that it has answered before gets the empty reply."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answers: dict[str, Answer] = {}
        self.homes: list[tuple[Person, Standing]] = []
        self.home_answer: Reply | Exception = Reply(title="Racks")
        self.subjects: dict[tuple[str, str], str] = {}
        self.builder = nothing_to_build
        self._lock = threading.Lock()
        self._keys: set[str] = set()

    def side(self) -> CommandSide:
        return CommandSide(
            dispatch=self._dispatch,
            home=self._home,
            subject_of_thread=lambda channel, ts: self.subjects.get((channel, ts)),
            builder=self.builder,
        )

    @property
    def last(self) -> Request:
        return self.requests[-1]

    def _dispatch(self, request: Request) -> Reply:
        with self._lock:
            if request.key in self._keys:
                return Reply()
            self._keys.add(request.key)
            self.requests.append(request)
        answer = self.answers.get(request.words[0] if request.words else "")
        if answer is None:
            return Reply(parts=(Text(text=f"You said `{' '.join(request.words)}`."),))
        return answer if isinstance(answer, Reply) else answer(request)

    def _home(self, person: Person, standing: Standing) -> Reply:
        self.homes.append((person, standing))
        if isinstance(self.home_answer, Exception):
            raise self.home_answer
        return self.home_answer
