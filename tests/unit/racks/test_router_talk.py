"""What is said to the router's admin port, and how its answers are told apart."""

from collections.abc import Mapping

import pytest

from engine.adapters.docker.connection import Connection
from engine.adapters.docker.runtime_api import Channel, RuntimeApi
from engine.adapters.docker.settings import DockerRackSettings
from engine.errors import Refused

SETTINGS = DockerRackSettings(name="staging", engine="unix:///nowhere.sock")
ANSWERS = {
    "show map": "0x1 shop.test http-4s-01\n0x2 blog.test http-4s-02\n",
    "show stat": "# a,b\n",
}


class FakeChannel:
    """Answers each line as HAProxy does, in Docker's frames of so many bytes."""

    def __init__(self, answers: Mapping[str, str], frame_bytes: int) -> None:
        self.sent: list[bytes] = []
        self._answers = answers
        self._frame_bytes = frame_bytes
        self._coming = b""

    def sendall(self, data: bytes, /) -> None:
        self.sent.append(data)
        lines = data.decode().splitlines()
        told = "".join(f"{self._answers.get(line, '')}\n> " for line in lines).encode()
        for start in range(0, len(told), self._frame_bytes):
            frame = told[start : start + self._frame_bytes]
            self._coming += b"\x01\0\0\0" + len(frame).to_bytes(4, "big") + frame

    def recv(self, size: int, /) -> bytes:
        received, self._coming = self._coming[:size], self._coming[size:]
        return received

    def settimeout(self, seconds: float, /) -> None:
        """Nobody is waited for."""

    def close(self) -> None:
        """Nothing is open."""


class Talk(RuntimeApi):
    """Has a channel from the start."""

    def __init__(self, answers: Mapping[str, str], *, frame_bytes: int = 1000) -> None:
        super().__init__("staging", Connection(SETTINGS), "router")
        self.channel = FakeChannel(answers, frame_bytes)

    def _open(self) -> Channel:
        return self.channel


@pytest.mark.parametrize("frame_bytes", [1, 3, 7, 1000])
def test_what_is_asked_together_is_answered_one_by_one(frame_bytes: int) -> None:
    talk = Talk(ANSWERS, frame_bytes=frame_bytes)

    answers = talk.ask_each(["show stat", "show nothing", "show map"])

    assert answers == ["# a,b", "", ANSWERS["show map"].strip()]
    assert talk.channel.sent == [b"show stat\nshow nothing\nshow map\n"]


def test_changes_that_belong_together_go_out_together() -> None:
    talk = Talk({"add server web": "New server registered.\n"})

    talk.tell("add server web", "enable health web", answers=("", "New server"))

    assert talk.channel.sent == [b"add server web\nenable health web\n"]


@pytest.mark.parametrize("refused", ["add server web", "enable health web"])
def test_the_one_that_is_refused_is_told(refused: str) -> None:
    with pytest.raises(Refused, match=f"`{refused}`: No such thing"):
        Talk({refused: "No such thing.\n"}).tell("add server web", "enable health web")
