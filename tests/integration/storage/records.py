"""Any record of every kind, as Hypothesis makes them up, and a few plain ones."""

from dataclasses import replace
from datetime import UTC, datetime
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from storage.records import (
    App,
    Build,
    BuildStatus,
    Card,
    Environment,
    Image,
    Live,
    Person,
    Promotion,
    PromotionKind,
    PromotionStatus,
    Release,
)

R = TypeVar("R")

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
ADA = Person(team="T1", user="U1", name="Ada")

TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40
) | st.sampled_from(["", "🚀 naïve «Ünïcode» 日本語", "'; DROP TABLE apps; --", "null"])
ID = st.text("ABCDEFGH", min_size=11, max_size=11)
NAME = st.text("abcdefgh-", min_size=1, max_size=40)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
MOMENT = st.datetimes(
    min_value=NOW.replace(year=1990, tzinfo=None),
    max_value=NOW.replace(year=2100, tzinfo=None),
    timezones=st.timezones(),
).map(lambda moment: moment.astimezone(UTC))

_IDS = {"id", "build_id", "environment_id", "release_id", "promotion_id", "copied_from", "subject"}
_NAMES = {"name", "app", "rack"}


def any_record(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Any record of *kind*: each field by its type, ids and names as short as they are."""
    hints = get_type_hints(kind)
    return st.builds(kind, **{name: _field(kind, name, hint) for name, hint in hints.items()})


def _field(kind: type[Any], name: str, hint: Any) -> st.SearchStrategy[Any]:
    if get_origin(hint) is UnionType:
        (inner,) = [part for part in get_args(hint) if part is not NoneType]
        return st.none() | _field(kind, name, inner)
    if hint is str:
        return _text(kind, name)
    if hint is int:
        return st.integers(0, 2**31 - 1)
    if get_origin(hint) is tuple:
        inner = get_args(hint)[0]
        return st.lists(TEXT if inner is str else any_record(inner), max_size=3).map(tuple)
    if name == "scale":
        return st.dictionaries(NAME, st.integers(0, 100), max_size=3)
    if hint in _BY_TYPE:
        return _BY_TYPE[hint]
    if hint is Person:
        return st.builds(Person, team=TEXT, user=TEXT, name=TEXT)
    return st.dictionaries(TEXT, PLAIN, max_size=4)  # a plain mapping


def _text(kind: type[Any], name: str) -> st.SearchStrategy[str]:
    is_commit_subject = name == "subject" and kind in {Build, Release}
    if (name in _IDS or name.endswith("_id")) and not is_commit_subject and name != "image_id":
        return ID
    if name in _NAMES:
        return NAME
    return {"sha": st.text("0123456789abcdef", max_size=64), "ts": NAME, "digest": NAME}.get(
        name, TEXT
    )


_BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    float: st.floats(0, 1e6, allow_nan=False),
    bytes: st.binary(max_size=60),
    datetime: MOMENT,
    BuildStatus: st.sampled_from(BuildStatus),
    PromotionKind: st.sampled_from(PromotionKind),
    PromotionStatus: st.sampled_from(PromotionStatus),
}


def a_promotion(promotion_id: str = "PAAAAAAAAAA", **changes: Any) -> Promotion:
    """A promotion of web on staging that waits in the queue."""
    plain = Promotion(
        id=promotion_id,
        app="web",
        rack="staging",
        release_id="RAAAAAAAAAA",
        kind=PromotionKind.PROMOTE,
        status=PromotionStatus.QUEUED,
        asked_by=ADA,
        channel=None,
        created_at=NOW,
        status_since=NOW,
    )
    return _replaced(plain, changes)


def a_build(build_id: str = "BAAAAAAAAAA", **changes: Any) -> Build:
    """A build of web for staging that waits in the queue."""
    plain = Build(
        id=build_id,
        app="web",
        rack="staging",
        ref="main",
        no_cache=False,
        status=BuildStatus.QUEUED,
        asked_by=ADA,
        channel=None,
        created_at=NOW,
    )
    return _replaced(plain, changes)


def a_release(release_id: str = "RAAAAAAAAAA", **changes: Any) -> Release:
    """A release of web on staging that was never promoted."""
    plain = Release(
        id=release_id,
        app="web",
        rack="staging",
        build_id="BAAAAAAAAAA",
        sha="4f2c1ab",
        subject="Fix cart",
        author="Ada",
        images=(Image(service="web", image_id="sha256:1"),),
        manifest={},
        environment_id=None,
        description="4f2c1ab Fix cart",
        created_by=ADA,
        created_at=NOW,
    )
    return _replaced(plain, changes)


def a_live(**changes: Any) -> Live:
    """What is live of web on staging."""
    plain = Live(
        app="web",
        rack="staging",
        release_id="RAAAAAAAAAA",
        promotion_id="PAAAAAAAAAA",
        since=NOW,
        scale={},
    )
    return _replaced(plain, changes)


def an_app(name: str = "web", **changes: Any) -> App:
    """An app that was made in Slack."""
    plain = App(
        name=name,
        repo="https://git.example/web.git",
        branch="main",
        manifest=None,
        channel=None,
        in_file=False,
        created_at=NOW,
    )
    return _replaced(plain, changes)


def an_environment(environment_id: str, **changes: Any) -> Environment:
    """One version of the environment of web on staging."""
    plain = Environment(
        id=environment_id,
        app="web",
        rack="staging",
        names=("A",),
        sealed=b"sealed",
        description="env add:A",
        created_by=ADA,
        created_at=NOW,
    )
    return _replaced(plain, changes)


def a_card(subject: str = "PAAAAAAAAAA", **changes: Any) -> Card:
    """A card that stands in a channel."""
    plain = Card(subject=subject, channel="C1", ts="1.0", drawn_at=NOW, digest="d")
    return _replaced(plain, changes)


def _replaced(record: R, changes: dict[str, Any]) -> R:
    return cast(R, replace(cast(Any, record), **changes))
