"""Errors that people read, and errors that a port raises. Each carries its facts as attributes."""

from datetime import datetime


class UserError(Exception):
    """The asker can mend this: says what happened, why, and what to do next."""

    def __init__(self, what: str, *, why: str = "", remedy: str = "") -> None:
        """Keep the three parts apart; each edge lays them out in its own way."""
        super().__init__(" ".join(part for part in (what, why, remedy) if part))
        self.what = what
        self.why = why
        self.remedy = remedy


class PortError(Exception):
    """Something outside did not do what was asked. *detail* may be shown to people."""

    def __init__(self, detail: str, *, remedy: str = "") -> None:
        """*detail* names the thing and what it answered; *remedy* says what to try."""
        super().__init__(detail)
        self.detail = detail
        self.remedy = remedy


class Unreachable(PortError):
    """No answer: the engine, the repository or the registry is down. Trying again may help."""


class Limited(Unreachable):
    """It answers, but refuses to be asked so often."""

    def __init__(self, detail: str, *, until: datetime, remedy: str = "") -> None:
        """*until* is when it may be asked again."""
        super().__init__(detail, remedy=remedy)
        self.until = until


class Refused(PortError):
    """It answered no: bad credentials, reference or request. Trying again will not help."""


class NotFound(Refused):
    """It answered that there is no such thing."""


class Forbidden(Refused):
    """The credentials are good, but not for this: *detail* names what they lack."""


class NoSpace(PortError):
    """A disk is full; nothing more can be written until somebody makes room."""


class Canceled(Exception):
    """Work was stopped because its cancel was asked for."""
