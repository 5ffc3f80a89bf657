"""The speaker that asks a model: it words what comes next, sentence by sentence, and nothing slips out.

A sentence is shown once it is whole and gives nothing away. Questions are asked as their author wrote them.
"""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace

from app.core.errors import EngineFailed
from app.core.events import Move
from app.core.ports import Brief, Speaker
from app.core.usage import OK, Call
from app.engines.llm.client import ModelClient
from app.engines.llm.faults import Fault, Kind
from app.engines.llm.fence import fenced
from app.engines.llm.secrets import Secrets, stems
from app.engines.llm.wire import Message
from app.prompts import Prompts

#: Room for a turn, in tokens: some models think aloud before they speak. What they say is cut at WORDS.
TOKENS = 3000
TEMPERATURE = 0.6
#: A turn is over after so many words, at the end of a sentence, whatever else the model has to say.
WORDS = 110
#: What a model is asked to word; the other moves ask a question as it was written.
WORDED = frozenset({Move.PROBE, Move.CHALLENGE, Move.HINT, Move.CLARIFY, Move.REDIRECT, Move.CLOSE})
#: Moves that are about a point which the candidate is to make.
ABOUT_A_POINT = frozenset({Move.PROBE, Move.CHALLENGE, Move.HINT})

REASONS = {"done": "every question was asked", "time": "the time is up", "candidate": "the candidate ended it"}

_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*(?=\s)|\n")
_THOUGHTS = re.compile(r"\s*<think>.*?</think>\s*", re.DOTALL)
#: How some models begin, whatever they are told.
_LABEL = re.compile(r"^\W*(?:the )?interviewer\W*:\W*", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


class LlmSpeaker:
    """A Speaker over any OpenAI-compatible model. `authored` says what stands written already."""

    name = "llm"

    def __init__(
        self,
        client: ModelClient,
        prompts: Prompts,
        model: str,
        *,
        authored: Speaker,
        secrets: Secrets,
        observe: Callable[[Call], None],
    ) -> None:
        self._client = client
        self._prompts = prompts
        self._model = model
        self._authored = authored
        self._secrets = secrets
        self._observe = observe

    async def speak(self, brief: Brief) -> AsyncIterator[str | Call]:
        """Yield the move's words, then the call. Raises EngineFailed after whole sentences, or none."""
        move = brief.decision.move
        if move not in WORDED:
            async for piece in self._authored.speak(brief):
                yield piece
            return
        log: list[Call] = []
        said: list[str] = []
        try:
            stream = self._client.stream(
                messages_of(self._prompts, brief),
                purpose=move.value,
                model=self._model,
                tokens=TOKENS,
                temperature=TEMPERATURE,
                log=log,
            )
            async with aclosing(sentences(stream)) as pieces:
                async for sentence in pieces:
                    said.append(sentence)
                    if unfit := await self._unfit(said, brief):
                        raise Fault(unfit)
                    for word in re.findall(r"\s*\S+|\s+$", sentence):
                        yield word
                    if len("".join(said).split()) >= WORDS:
                        break
            if not said:
                raise Fault(Kind.EMPTY)
            if move is Move.CLARIFY and left_out(told(brief), "".join(said)):
                raise Fault(Kind.OFF_SCRIPT)
        except Fault as fault:
            if log and log[-1].outcome == OK:  # the server did its part; what it sent was not fit to be said
                log[-1] = replace(log[-1], outcome=str(fault.kind))
            raise EngineFailed(str(fault), tuple(log)) from fault
        finally:
            for call in log:
                self._observe(call)
        for call in log:
            yield call

    async def _unfit(self, said: list[str], brief: Brief) -> Kind | None:
        """Why the last of these sentences may not be said: it gives a point away, or tells a figure that is not on the card."""
        if brief.decision.move in ABOUT_A_POINT and await self._secrets.given_away(said, brief):
            return Kind.GAVE_AWAY
        known = f"{told(brief)} {brief.answer} {brief.question.ask}"
        if brief.decision.move is Move.CLARIFY and not _figures(said[-1]) <= _figures(known):
            return Kind.OFF_SCRIPT
        return None


def told(brief: Brief) -> str:
    """What the card says to the candidate's question; nothing when it is not on the card."""
    fact = brief.decision.fact
    return "" if fact is None else brief.question.constraints[fact].says


def left_out(fact: str, said: str) -> bool:
    """Whether the words leave out a figure of the fact, or most of its words."""
    words = stems(fact)
    return not _figures(fact) <= _figures(said) or 2 * len(words & stems(said)) < len(words)


def _figures(text: str) -> set[str]:
    return set(_NUMBER.findall(text))


def messages_of(prompts: Prompts, brief: Brief) -> list[Message]:
    """The request: the role, the question and the passages, the same for the whole question; then this turn's move."""
    system = prompts.render("llm/speaker-system", question=brief.question, passages=brief.passages)
    move, criterion = brief.decision.move, brief.criterion
    values: dict[str, str] = {"answer": fenced(brief.answer, "candidate")}
    if move is Move.CLARIFY:
        values |= {"says": told(brief)}
    elif move is Move.CLOSE:
        values |= {"reason": REASONS[brief.reason or "done"]}
    elif criterion is not None:
        values |= {"statement": criterion.statement}
        if move is Move.HINT:
            values |= {"hint": criterion.hint or criterion.probe}
        if move in (Move.PROBE, Move.CHALLENGE):
            values |= {"probe": criterion.probe}
        if move is Move.PROBE:
            values |= {"kind": criterion.kind.value.replace("_", "-")}
        if move is Move.CHALLENGE:
            values |= {"quote": fenced(brief.quote, "candidate")}
    return [
        {"role": "system", "content": system},
        {"role": "user", "content": prompts.render(f"llm/{move.value}", **values)},
    ]


async def sentences(pieces: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    """Whole sentences, white space before them included, out of pieces cut anywhere; thinking aloud is left out.

    What follows the last full stop when the stream breaks off is not a sentence, and is not said.
    """
    held, begun = "", False
    async with aclosing(pieces):
        async for piece in pieces:
            held += piece
            if not begun:
                if _is_thinking(held):
                    continue
                held = _LABEL.sub("", _THOUGHTS.sub("", held, count=1)).lstrip()
            while end := _SENTENCE_END.search(held):
                sentence, held = held[: end.end()], held[end.end() :]
                if not sentence.strip():
                    held = f" {held.lstrip()}"  # an empty line parts sentences as a space does
                    continue
                begun = True
                yield sentence
    if held.strip() and (begun or not _is_thinking(held)):
        yield held.rstrip()


def _is_thinking(text: str) -> bool:
    """Whether thoughts have begun, or may yet turn out to, and have not ended."""
    start = text.lstrip()
    return ("<think>".startswith(start[:7]) if start else True) and "</think>" not in text
