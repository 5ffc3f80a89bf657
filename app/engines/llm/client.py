"""The one place that calls a model: the `openai` package's client, with our own time, retries, limits and records.

Everything that the SDK, the connection or the answer can raise leaves here as a `Fault`. The SDK is imported when
the first question is asked: it takes most of a second.
"""

import asyncio
import logging
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from app.core.usage import OK, Call
from app.engines.llm.dialect import Dialect, Rung, may_be_form, response_format
from app.engines.llm.faults import ANSWERED, OUTAGE, Fault, Kind, fault_of
from app.engines.llm.prices import Prices
from app.engines.llm.wire import Ending, Message, Request, bounded, content_of

if TYPE_CHECKING:
    from httpx2 import AsyncBaseTransport
    from openai import AsyncOpenAI
    from purgatory import AsyncCircuitBreakerFactory

_log = logging.getLogger(__name__)


#: Requests for one answer, the first among them, as long as none of its words were shown.
ATTEMPTS = 3
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
#: So many outages in a row, and the model is left alone for so many seconds.
FAILURES, REST = 5, 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where the models are and how long they may take.

    `timeout` is in seconds, for one answer with all its tries; `stall` for the silence between two pieces of a
    stream; `connect` for reaching the server at all; `wait` comes before the second try, is doubled for each further
    one, and up to as much again is added by chance.
    """

    base_url: str | None = None
    api_key: str | None = None
    timeout: float = 60.0
    stall: float = 15.0
    connect: float = 5.0
    wait: float = 0.4
    concurrency: int = 64
    prices: Prices = field(default_factory=Prices)


class ModelClient:
    """A client for the models of one server. Safe for many callers at once."""

    def __init__(self, endpoint: Endpoint, transport: "AsyncBaseTransport | None" = None) -> None:
        """`transport` stands in for the connections to the server."""
        self.endpoint = endpoint
        self._transport = transport
        self.dialect = Dialect()
        self._turnstile = asyncio.Semaphore(endpoint.concurrency)
        self._finding_out = asyncio.Lock()

    async def warm(self) -> None:
        """Import the SDK beside the event loop, so that no answer waits for it."""
        await asyncio.to_thread(lambda: (self._sdk, self._breakers))

    async def close(self) -> None:
        if "_sdk" in self.__dict__:
            await self._sdk.close()

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        purpose: str,
        model: str,
        tokens: int,
        temperature: float,
        schema: Mapping[str, Any] | None,
        log: list[Call],
    ) -> str:
        """The text of an answer, held to a JSON schema as well as the server can. Every request is added to `log`.

        Raises Fault, after the tries that are worth it.
        """
        request = Request(messages, purpose, model, tokens, temperature, schema, log, self.endpoint.prices)
        async with self._guarded() as until, _deadline(until):
            if schema is None or self.dialect.rung is not None:
                content: str = await self._tries(lambda: self._send(request, self.dialect.rung))
                return content
            async with self._finding_out:
                return await self._find_rung(request)

    async def stream(
        self, messages: Sequence[Message], *, purpose: str, model: str, tokens: int, temperature: float, log: list[Call]
    ) -> AsyncGenerator[str, None]:
        """The pieces of an answer as they come. Raises Fault; tries again only as long as no piece has come."""
        request = Request(messages, purpose, model, tokens, temperature, None, log, self.endpoint.prices)
        async with self._guarded() as until:
            pieces, first = await self._first_piece(request, until)
            async with aclosing(pieces):
                yield first
                async for piece in pieces:
                    yield piece

    async def models(self) -> list[str]:
        """The names of the models that the server offers; Fault when it does not answer."""
        try:
            async with asyncio.timeout(self.endpoint.timeout):
                return [model.id async for model in self._sdk.models.list()]
        except Exception as error:
            raise fault_of(error) from error

    # One answer

    async def _tries(self, once: Callable[[], Any]) -> Any:
        import stamina

        # The waiting is stamina's; the deadline around it is ours, because it has to end a request under way too.
        tries = stamina.retry_context(
            on=lambda error: error.again if isinstance(error, Fault) else False,
            attempts=ATTEMPTS, timeout=None, wait_initial=self.endpoint.wait, wait_jitter=self.endpoint.wait,
        )  # fmt: skip
        async for attempt in tries:
            with attempt:
                return await once()
        raise AssertionError("stamina raises when no try is left")

    async def _find_rung(self, request: Request) -> str:
        """Go down the ladder until a rung bears; the first fault is the one to tell when none does."""
        first: Fault | None = None
        for rung in self.dialect.rungs():
            try:
                content = await self._tries_on(request, rung)
            except Fault as fault:
                if not may_be_form(fault):
                    if fault.kind in ANSWERED:
                        self.dialect.rung = rung
                    raise
                first = first or fault
            else:
                self.dialect.rung = rung
                return content
        raise first or Fault(Kind.BAD_REQUEST)

    async def _tries_on(self, request: Request, rung: Rung) -> str:
        """A rung not known to bear: a server that is unwell for a moment must not be taken for one that lacks it."""
        try:
            return await self._send(request, rung)
        except Fault as fault:
            if fault.kind is Kind.BAD_REQUEST or not fault.again:
                raise
            await asyncio.sleep(fault.wait or self.endpoint.wait * (1 + random.random()))
            return await self._send(request, rung)

    async def _send(self, request: Request, rung: Rung | None) -> str:
        while True:
            started = time.monotonic()
            usage = None
            try:
                shape = response_format(rung, request.schema) if rung and request.schema else {}
                completion = await self._sdk.chat.completions.create(
                    model=request.model,
                    messages=cast(Any, request.messages),
                    **self.dialect.options(tokens=request.tokens, temperature=request.temperature),
                    extra_body=shape,  # as it is: the SDK's types know of no schema in json_object
                )
                usage = getattr(completion, "usage", None)
                content = content_of(completion)
            except asyncio.CancelledError:
                # The deadline, or a server that stops: either way the model has had its time.
                request.record(Kind.TIMED_OUT, started, None)
                raise
            except Exception as error:
                fault = fault_of(error)
                request.record(fault.kind, started, usage)
                if not self.dialect.learn(fault):
                    raise fault from error
            else:
                request.record(OK, started, usage)
                return content

    # A stream

    async def _first_piece(self, request: Request, until: float) -> tuple[AsyncGenerator[str, None], str]:
        async def once() -> tuple[AsyncGenerator[str, None], str]:
            pieces = self._pieces(request, until)
            try:
                return pieces, await anext(pieces)
            except StopAsyncIteration:
                raise Fault(Kind.EMPTY) from None

        found: tuple[AsyncGenerator[str, None], str] = await self._tries(once)
        return found

    async def _pieces(self, request: Request, until: float) -> AsyncGenerator[str, None]:
        """One request's pieces. It is recorded when it ends, however it ends."""
        started, outcome, begun = time.monotonic(), str(Kind.CUT_OFF), False
        end = Ending()
        try:
            async with aclosing(self._chunks(request, until, end)) as chunks:
                async for piece in chunks:
                    begun = True
                    yield piece
            outcome = end.outcome
            if outcome == OK and not begun:
                outcome = str(Kind.EMPTY)
            if outcome != OK:
                raise Fault(Kind(outcome))
        except Fault as fault:
            if begun and fault.kind in (Kind.UNREACHABLE, Kind.NOT_AN_ANSWER):
                fault = Fault(Kind.CUT_OFF, fault.detail)
            elif begun and fault.kind is Kind.TIMED_OUT:
                fault = Fault(Kind.STALLED, fault.detail)
            outcome = fault.kind
            raise fault from None
        except GeneratorExit:
            outcome = OK  # whoever listened had heard enough
            raise
        finally:
            request.record(outcome, started, end.usage)

    async def _chunks(self, request: Request, until: float, end: Ending) -> AsyncGenerator[str, None]:
        """The text of a stream's chunks; how it ended is noted in `end`."""
        try:
            stream = await self._opened(request, until)
            async with stream:
                chunks = aiter(stream)
                while True:
                    patience = min(self.endpoint.stall, until - time.monotonic()) if end.begun else until - time.monotonic()
                    async with asyncio.timeout(max(0.0, patience)):
                        chunk = await anext(chunks, None)
                    if chunk is None:
                        return
                    if piece := end.hear(chunk):
                        yield piece
        except Exception as error:
            raise fault_of(error) from error

    async def _opened(self, request: Request, until: float) -> Any:
        while True:
            try:
                async with asyncio.timeout(max(0.0, until - time.monotonic())):
                    options = self.dialect.options(tokens=request.tokens, temperature=request.temperature, stream=True)
                    return await self._sdk.chat.completions.create(
                        model=request.model, messages=cast(Any, request.messages), **options
                    )
            except Exception as error:
                if not self.dialect.learn(fault := fault_of(error)):
                    raise fault from error

    # Plumbing

    @asynccontextmanager
    async def _guarded(self) -> AsyncIterator[float]:
        """A place among the requests under way, unless the model is being left alone; yields when its time is up."""
        from purgatory.domain.model import OpenedState

        until = time.monotonic() + self.endpoint.timeout
        async with _deadline(until):
            await self._turnstile.acquire()
        try:
            async with await self._breakers.get_breaker("model"):
                yield until
        except OpenedState:
            raise Fault(Kind.RESTING) from None
        except Fault as fault:
            _log.warning("%s %s", fault, fault.detail[:500])
            raise
        finally:
            self._turnstile.release()

    @cached_property
    def _breakers(self) -> "AsyncCircuitBreakerFactory":
        import purgatory

        # One answer that cannot be used, or a caller that leaves, says nothing of the server.
        harmless = (BaseException, lambda error: not (isinstance(error, Fault) and error.kind in OUTAGE))
        return purgatory.AsyncCircuitBreakerFactory(default_threshold=FAILURES, default_ttl=REST, exclude=[harmless])

    @cached_property
    def _sdk(self) -> "AsyncOpenAI":
        import openai
        from httpx2 import Timeout

        timeout = Timeout(self.endpoint.timeout, connect=min(self.endpoint.connect, self.endpoint.timeout))
        http = openai.DefaultAsyncHttpxClient(
            timeout=timeout,
            transport=self._transport,
            event_hooks={"response": [bounded]},
            headers={"Accept-Encoding": "identity"},  # what is counted is what is read
            trust_env=urlsplit(self.endpoint.base_url or "").hostname not in LOOPBACK,  # no proxy finds this machine
        )
        # Servers on one's own machine ask for no key, but the SDK does.
        key = self.endpoint.api_key or "no-key"
        return openai.AsyncOpenAI(api_key=key, base_url=self.endpoint.base_url, max_retries=0, timeout=timeout, http_client=http)


@asynccontextmanager
async def _deadline(until: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(until - time.monotonic()):
            yield
    except TimeoutError:
        raise Fault(Kind.TIMED_OUT) from None
