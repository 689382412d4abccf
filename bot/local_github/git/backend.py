"""Serves bare repositories over HTTP through ``git http-backend``."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.local_github.git.command import environment

_CHUNK_BYTES = 64 * 1024
_finishing: set[asyncio.Task[None]] = set()  # asyncio itself holds tasks only weakly


async def serve(
    request: Request, folder: Path, path: str, user: str, ended: Callable[[], Awaitable[None]]
) -> Response:
    """Pass the request on to git and stream its answer.

    *path* is below the repository's *folder*. *ended* is awaited once git is done, before the
    answer ends, so that who sent it learns of it only after everything that follows from it.
    """
    process = await asyncio.create_subprocess_exec(
        "git",
        "http-backend",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=environment() | _variables(request, folder, path, user),
    )
    feeding = asyncio.create_task(_feed(request, process))
    finishing = asyncio.create_task(_finish(process, ended))
    _finishing.add(finishing)
    finishing.add_done_callback(_finishing.discard)
    assert process.stdout is not None
    status, headers = await _head(process.stdout)
    body = _body(process, feeding, finishing)
    return _Passed(status, headers, body)


class _Passed(Response):
    """Streams what git says while the request is still being read.

    Starlette's own streaming answer would read the rest of the request away, looking for a
    disconnect.
    """

    def __init__(
        self, status: int, headers: Mapping[str, str], parts: AsyncIterator[bytes]
    ) -> None:
        self.status_code = status
        self.background = None
        self._parts = parts
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        start = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **start})
        async for part in self._parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def _finish(
    process: asyncio.subprocess.Process, ended: Callable[[], Awaitable[None]]
) -> None:
    """Outlives the request: a push counts, whether its sender waits for the answer or not."""
    await process.wait()
    await ended()


def _variables(request: Request, folder: Path, path: str, user: str) -> dict[str, str]:
    headers = request.headers
    given = {
        "CONTENT_TYPE": headers.get("content-type"),
        "CONTENT_LENGTH": headers.get("content-length"),
        "HTTP_CONTENT_ENCODING": headers.get("content-encoding"),
        "GIT_PROTOCOL": headers.get("git-protocol"),
        "REMOTE_USER": user,
    }
    return {name: value for name, value in given.items() if value} | {
        "GIT_PROJECT_ROOT": str(folder.parent),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{folder.name}/{path}",
        "REQUEST_METHOD": request.method,
        "QUERY_STRING": request.url.query,
        "REMOTE_ADDR": request.client.host if request.client else "",
    }


async def _feed(request: Request, process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    # git may answer before it has read all, as where it refuses a push
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        try:
            async for chunk in request.stream():
                process.stdin.write(chunk)
                await process.stdin.drain()
        except ClientDisconnect:
            process.kill()
        finally:
            process.stdin.close()


async def _head(stdout: asyncio.StreamReader) -> tuple[int, Mapping[str, str]]:
    status = 200
    headers: dict[str, str] = {}
    while line := (await stdout.readline()).strip():
        name, _, value = line.decode("latin-1").partition(":")
        if name.lower() == "status":
            status = int(value.split()[0])
        else:
            headers[name] = value.strip()
    return status, headers


async def _body(
    process: asyncio.subprocess.Process,
    feeding: asyncio.Task[None],
    finishing: asyncio.Task[None],
) -> AsyncIterator[bytes]:
    assert process.stdout is not None
    try:
        while chunk := await process.stdout.read(_CHUNK_BYTES):
            yield chunk
        await asyncio.shield(finishing)
    finally:
        feeding.cancel()
        if process.returncode is None:
            process.kill()
