"""The table of methods: what each is called, which token and scope it needs, what runs it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from bot.workspace.api.call import Call

Answer = dict[str, Any]
Handler = Callable[[Call], Awaitable[Answer]]
Token = Literal["bot", "app", "any"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One Web API method."""

    name: str
    run: Handler
    scope: str | None
    token: Token


METHODS: dict[str, Method] = {}


def method(
    name: str, *, scope: str | None = None, caller: Token = "bot"
) -> Callable[[Handler], Handler]:
    """Enter the decorated function as the method *name*.

    A *scope* of None means that none is needed, or that the method itself asks for it.
    """

    def enter(run: Handler) -> Handler:
        METHODS[name] = Method(name=name, run=run, scope=scope, token=caller)
        return run

    return enter
