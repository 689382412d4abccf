"""A Starlette endpoint that checks GitHub's signature and does nothing else: what that takes."""

import hashlib
import hmac
import os

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bench.deliveries import SECRET
from bot.web.github_webhook import PATH


def main() -> None:
    """Serve on ``PORT`` until the process is ended."""

    async def deliver(request: Request) -> Response:
        expected = hmac.new(SECRET.encode(), await request.body(), hashlib.sha256).hexdigest()
        given = request.headers.get("x-hub-signature-256", "")
        is_signed = hmac.compare_digest(f"sha256={expected}", given)
        return JSONResponse({"status": "accepted"}, status_code=202 if is_signed else 401)

    async def ready(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    routes = [Route(PATH, deliver, methods=["POST"]), Route("/readyz", ready)]
    uvicorn.run(Starlette(routes=routes), port=int(os.environ["PORT"]), log_config=None)
