"""A turn as server-sent events."""

import json
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from starlette.types import Send

from app.core.errors import VivaError
from app.core.exchange import Outcome, Scored, Step, Stored, Token
from app.http import views
from app.http.problems import describe
from app.http.server import Server
from app.http.turns import Turn

log = logging.getLogger(__name__)

#: Seconds of silence after which a comment keeps proxies from hanging up.
PATIENCE = 15.0


class TurnStream(EventSourceResponse):
    """Events `stored`, `judged` (practice style only), `token`… and, always last, `message` or `error`."""

    def __init__(self, turn: Turn, server: Server, path: str) -> None:
        self._events = _events(turn, server, path)
        self._open = server.metrics.open_streams
        # A proxy that buffers would hold the events back until the turn is over.
        super().__init__(self._events, headers={"X-Accel-Buffering": "no", "Vary": "Accept"})

    async def stream_response(self, send: Send) -> None:
        with self._open.track_inprogress():
            async with aclosing(self._events):
                await super().stream_response(send)


async def _events(turn: Turn, server: Server, path: str) -> AsyncGenerator[bytes, None]:
    try:
        async with aclosing(turn.steps(PATIENCE)) as steps:
            async for step in steps:
                if step is None:
                    yield KEEPALIVE_COMMENT
                elif (event := _event(step, server)) is not None:
                    yield event
    except Exception as error:
        # The status is sent already: what went wrong is the last event.
        if not isinstance(error, VivaError):
            log.exception("%s: the stream of a turn failed", path)
        yield _named("error", _as_json(describe(error, path)[0]))


def _event(step: Step, server: Server) -> bytes | None:
    match step:
        case Stored():
            return _named("stored", _as_json({"turn": step.turn}))
        case Scored():
            shown = views.judged(step)
            return _named("judged", shown.model_dump_json()) if shown else None
        case Token():
            return _named("token", _as_json({"text": step.text}))
        case Outcome():
            return _named("message", views.outcome(step, server.coach.catalog.notes).model_dump_json())


def _as_json(value: dict[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _named(event: str, data: str) -> bytes:
    return format_sse_event(event=event, data_str=data)
