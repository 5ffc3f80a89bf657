"""What holds for every request, whatever its route: headers, the size of a body, unexpected errors, measuring."""

import logging
from time import perf_counter

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.metrics import Metrics
from app.http.problems import respond

log = logging.getLogger(__name__)

MAX_BODY = 256 * 1024

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Edge:
    """The outermost layer: safe headers on every response, a problem for every surprise, a line in the metrics."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 0

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/v1"):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        began = perf_counter()
        try:
            await self.app(scope, receive, with_headers)
        except Exception as error:
            if status:  # too late for an answer: the server cuts the connection, and logs
                raise
            log.exception("%s %s failed", scope["method"], scope["path"])
            await respond(error, scope["path"])(scope, receive, with_headers)
        finally:
            route = getattr(scope.get("route"), "path", "page")
            self._metrics.request(scope["method"], route, status, perf_counter() - began)


class BodyLimit:
    """Refuses a body over the limit by what its header says, or else as soon as that much has come."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY) -> None:
        self.app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        too_large = HTTPException(413, f"The body is larger than {self._limit // 1024} KiB. Send less at once.")
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced) > self._limit:
            await respond(too_large, scope["path"])(scope, receive, send)
            return
        total = 0

        async def counted() -> Message:
            nonlocal total
            message = await receive()
            total += len(message.get("body", b""))
            if total > self._limit:
                raise too_large
            return message

        await self.app(scope, counted, send)
