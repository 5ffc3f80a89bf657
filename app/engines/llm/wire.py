"""What goes over the wire: one request with its record, how its answer is read, and how much of it."""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.core.usage import OK, Call
from app.engines.llm.faults import Fault, Kind, TooLong
from app.engines.llm.prices import Prices

if TYPE_CHECKING:
    from httpx2 import AsyncByteStream, Response
    from openai.types import CompletionUsage

#: A chat message: its `role` and `content`.
Message = dict[str, str]

#: The most bytes of an answer. An honest one has a few thousand.
MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, and the list in which each try is written down."""

    messages: Sequence[Message]
    purpose: str
    model: str
    tokens: int
    temperature: float
    schema: Mapping[str, Any] | None
    log: list[Call]
    prices: Prices

    def record(self, outcome: str, started: float, usage: "CompletionUsage | None") -> None:
        """Write a try down that began at `started`, on the monotonic clock."""
        prompt = getattr(usage, "prompt_tokens", None) or 0
        completion = getattr(usage, "completion_tokens", None) or 0
        details = getattr(usage, "prompt_tokens_details", None)
        cached = getattr(details, "cached_tokens", None) or 0
        self.log.append(
            Call(
                purpose=self.purpose,
                model=self.model,
                outcome=str(outcome),
                seconds=round(time.monotonic() - started, 4),
                prompt_tokens=prompt,
                cached_tokens=cached,
                completion_tokens=completion,
                cost=self.prices.cost(self.model, prompt, cached, completion) if usage else None,
            )
        )


@dataclass(slots=True)
class Ending:
    """What a stream has told of itself so far: whether it has begun, how it ended, what it took."""

    begun: bool = False
    finish: str | None = None
    refused: bool = False
    usage: "CompletionUsage | None" = None

    def hear(self, chunk: Any) -> str:
        """Take note of a chunk, and return the text in it."""
        self.usage = getattr(chunk, "usage", None) or self.usage
        if not chunk.choices:
            return ""
        choice = chunk.choices[0]
        self.finish = choice.finish_reason or self.finish
        self.refused = self.refused or bool(getattr(choice.delta, "refusal", None))
        text = choice.delta.content or ""
        self.begun = self.begun or bool(text)
        return text

    @property
    def outcome(self) -> str:
        if self.refused:
            return Kind.REFUSED
        # A clean end without a reason is a connection that was cut where it did not show.
        return {"stop": OK, "length": Kind.TRUNCATED, "content_filter": Kind.FILTERED}.get(self.finish or "", Kind.CUT_OFF)


def content_of(completion: Any) -> str:
    """The text of an answer; the SDK hands on whatever JSON came, so nothing can be taken for granted. Raises Fault."""
    if getattr(completion, "choices", None) is None:
        raise Fault(Kind.NOT_AN_ANSWER, str(completion)[:300])
    if not completion.choices:
        raise Fault(Kind.NO_CHOICES)
    choice = completion.choices[0]
    if choice.finish_reason == "content_filter":
        raise Fault(Kind.FILTERED)
    if choice.message.refusal:
        raise Fault(Kind.REFUSED)
    if choice.finish_reason == "length":
        raise Fault(Kind.TRUNCATED)
    if not choice.message.content or not choice.message.content.strip():
        raise Fault(Kind.EMPTY)
    content: str = choice.message.content
    return content


async def bounded(response: "Response") -> None:
    """Stop reading a response that is far longer than any answer."""
    from httpx2 import AsyncByteStream

    class Counted(AsyncByteStream):
        def __init__(self, stream: "AsyncByteStream") -> None:
            self._stream = stream

        async def __aiter__(self) -> AsyncIterator[bytes]:
            count = 0
            async for chunk in self._stream:
                count += len(chunk)
                if count > MAX_BYTES:
                    raise TooLong
                yield chunk

        async def aclose(self) -> None:
            await self._stream.aclose()

    response.stream = Counted(response.stream)  # type: ignore[arg-type]
