"""What one visitor notes of its requests."""

import asyncio
from collections.abc import Sequence

import pytest

from bench.visitors import KINDS, Broken, Record, Visitor

GOOD = b'{"greeting": "release-7"}'


class Sent:
    """Takes what a visitor writes."""

    def __init__(self) -> None:
        self.text = b""

    def write(self, data: bytes) -> None:
        self.text += data


def visitor(kind: str) -> Visitor:
    return Visitor(
        address="unused",
        port=1,
        host="shop.localhost",
        kind=KINDS.index(kind),
        every_seconds=1.0,
        record=Record(),
    )


def asks(kind: str, status: str, body: bytes, headers: Sequence[str] = ()) -> tuple[str, bool]:
    """Return the mark that the answer bears, and whether the connection may be kept."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers, "", ""]

    async def ask() -> tuple[str, bool]:
        reader, sent = asyncio.StreamReader(), Sent()
        reader.feed_data("\r\n".join(lines).encode() + body)
        reader.feed_eof()
        return await visitor(kind)._ask(reader, sent)  # type: ignore[arg-type]

    return asyncio.run(ask())


def test_an_answer_tells_which_release_gave_it() -> None:
    assert asks("keep-alive GET", "200 OK", GOOD) == ("release-7", True)
    assert asks("fresh POST", "201 Created", GOOD) == ("release-7", False)


def test_a_connection_that_the_other_side_closes_is_not_asked_again() -> None:
    assert asks("keep-alive GET", "200 OK", GOOD, ["Connection: close"]) == ("release-7", False)


@pytest.mark.parametrize(
    ("status", "body"), [("503 Service Unavailable", GOOD), ("200 OK", b"half of an answ")]
)
def test_anything_but_a_whole_good_answer_is_a_failure(status: str, body: bytes) -> None:
    with pytest.raises(Broken):
        asks("fresh GET", status, body)


def test_an_answer_that_is_cut_off_is_a_failure() -> None:
    async def ask() -> None:
        reader = asyncio.StreamReader()
        reader.feed_data(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n" + GOOD)
        reader.feed_eof()
        await visitor("fresh GET")._ask(reader, Sent())  # type: ignore[arg-type]

    with pytest.raises(asyncio.IncompleteReadError):
        asyncio.run(ask())


def test_a_record_holds_each_request_once_and_failures_also_apart() -> None:
    record = Record()
    record.answered(0.0, 0, "old")
    record.failed(0.0, 3, "reset")
    record.answered(0.0, 1, "new")
    record.answered(0.0, 1, "old")
    assert list(record.mark) == [0, -1, 1, 0]
    assert list(record.kind) == [0, 3, 1, 1]
    assert record.marks == ["old", "new"]
    assert [(kind, what) for _, kind, what in record.failures] == [(3, "reset")]
