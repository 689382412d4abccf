"""Column types that turn stored values into the values of ``storage.records`` and back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import JSON, DateTime, Dialect, String, TypeDecorator

from storage.records import HookResult, Image, Person, Served

E = TypeVar("E", bound=StrEnum)


class Moment(TypeDecorator[datetime]):
    """An aware UTC ``datetime``, stored without its zone because SQLite knows none."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without a zone: it would be read back as another moment."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value!r}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the stored time its zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


class Word(TypeDecorator[E], Generic[E]):
    """A member of a ``StrEnum``, stored as its word."""

    impl = String(24)
    cache_ok = True

    def __init__(self, words: type[E]) -> None:
        """*words* is the enum whose members the column holds."""
        super().__init__()
        self.words = words

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        """Store the word."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        """Read the member."""
        return None if value is None else self.words(value)


class PersonJSON(TypeDecorator[Person]):
    """A person as a small JSON object."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Person | None, dialect: Dialect) -> Any:
        """Store team, user and name."""
        return None if value is None else asdict(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Person | None:
        """Read the person."""
        return None if value is None else Person(**value)


class ImagesJSON(TypeDecorator[tuple[Image, ...]]):
    """The images of a build or release as a JSON list."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: tuple[Image, ...] | None, dialect: Dialect) -> Any:
        """Store one object an image."""
        return [asdict(image) for image in value or ()]

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[Image, ...]:
        """Read the images."""
        return tuple(Image(**image) for image in value or ())


class LinesJSON(TypeDecorator[tuple[str, ...]]):
    """A tuple of strings as a JSON list."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> Any:
        """Store a list."""
        return list(value or ())

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...]:
        """Read a tuple."""
        return tuple(value or ())


class NumbersJSON(TypeDecorator[tuple[int, ...]]):
    """A tuple of whole numbers as a JSON list."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: tuple[int, ...] | None, dialect: Dialect) -> Any:
        """Store a list."""
        return list(value or ())

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[int, ...]:
        """Read a tuple."""
        return tuple(value or ())


class HooksJSON(TypeDecorator[tuple[HookResult, ...]]):
    """The results of a promotion's hooks as a JSON list."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: tuple[HookResult, ...] | None, dialect: Dialect) -> Any:
        """Store one object a hook."""
        return [asdict(result) for result in value or ()]

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[HookResult, ...]:
        """Read the results."""
        return tuple(HookResult(**{**one, "log": tuple(one["log"])}) for one in value or ())


class ServedJSON(TypeDecorator[Served]):
    """What one side served, as a small JSON object."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Served | None, dialect: Dialect) -> Any:
        """Store the counts; JSON has no keys but texts."""
        return None if value is None else asdict(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Served | None:
        """Read the counts."""
        if value is None:
            return None
        milliseconds = {int(took): count for took, count in value["milliseconds"].items()}
        return Served(**{**value, "milliseconds": milliseconds})


class MappingJSON(TypeDecorator[Mapping[str, Any]]):
    """A plain mapping as a JSON object; None stays NULL."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, Any] | None, dialect: Dialect) -> Any:
        """Store a dict."""
        return None if value is None else dict(value)
