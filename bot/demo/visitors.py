"""People who look at the shop all day: a small, steady load, so that promotions can be judged."""

import asyncio
import itertools
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import httpx

REQUESTS_PER_SECOND = 20  # on each rack
AT_ONCE = 40  # requests under way on a rack; beyond, visitors wait
TIMEOUT_SECONDS = 10.0
ORDER = {"items": [{"price": 450, "quantity": 2}]}
# Most look, some order, and a few take so long that a switch has something to wait for.
ORDER_EVERY, SLOW_EVERY = 5, 101
SLOW = "/slow?seconds=1.5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What visitors have seen of a rack."""

    requests: int = 0
    failed: int = 0  # answered 5xx, broken off, or refused

    def since(self, earlier: "Tally") -> "Tally":
        """Return what was added after *earlier*."""
        return Tally(requests=self.requests - earlier.requests, failed=self.failed - earlier.failed)


class Visitors:
    """Ask the shop through the routers, and never a second time where an answer is lost."""

    def __init__(self, ports: Mapping[str, int], host: str) -> None:
        """*ports* are those of the racks' routers on this machine; *host* is the shop's name."""
        self._ports = ports
        self._host = host
        self._tallies = {rack: Tally() for rack in ports}
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._visit_all, name="visitors", daemon=True)

    def come(self) -> None:
        """Begin, in a thread."""
        self._thread.start()

    def leave(self) -> None:
        """End; what is under way is answered first."""
        self._leaving.set()
        self._thread.join()

    def tally(self, rack: str) -> Tally:
        """Return what they have seen so far."""
        return self._tallies[rack]

    def _visit_all(self) -> None:
        asyncio.run(self._visit_racks())

    async def _visit_racks(self) -> None:
        await asyncio.gather(*(self._visit(rack) for rack in self._ports))

    async def _visit(self, rack: str) -> None:
        """Ask at a steady pace, however long the answers take."""
        loop = asyncio.get_running_loop()
        under_way: set[asyncio.Task[None]] = set()
        next_at = loop.time()
        async with self._client(rack) as client:
            for number in itertools.count(1):
                if self._leaving.is_set():
                    break
                if len(under_way) < AT_ONCE:
                    task = asyncio.create_task(self._ask(client, rack, number))
                    under_way.add(task)
                    task.add_done_callback(under_way.discard)
                next_at = max(next_at + 1 / REQUESTS_PER_SECOND, loop.time())
                await asyncio.sleep(next_at - loop.time())
            await asyncio.gather(*under_way)

    async def _ask(self, client: httpx.AsyncClient, rack: str, number: int) -> None:
        try:
            if number % SLOW_EVERY == 0:
                answer = await client.get(SLOW)
            elif number % ORDER_EVERY == 0:
                answer = await client.post("/orders", json=ORDER)
            else:
                answer = await client.get("/")
            failed = answer.status_code >= 500
        except httpx.HTTPError:
            failed = True
        seen = self._tallies[rack]
        self._tallies[rack] = replace(seen, requests=seen.requests + 1, failed=seen.failed + failed)

    def _client(self, rack: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self._ports[rack]}",
            headers={"Host": self._host},
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
            # Each comes by a connection of their own, as people do.
            limits=httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=0),
        )


@contextmanager
def visiting(ports: Mapping[str, int], host: str) -> Iterator[Visitors]:
    """Let visitors come for the length of the block."""
    visitors = Visitors(ports, host)
    visitors.come()
    try:
        yield visitors
    finally:
        visitors.leave()
