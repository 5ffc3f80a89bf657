"""The reader of stories that asks a model: levels and quotes come from it, every number is computed elsewhere.

What it leaves out, and what it credits with words that are not in the story, is read by the reserve in its place. A
reply that cannot be used gets one more try; a model that gives nothing is an EngineFailed, and the reserve reads all.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

from pydantic import Field, ValidationError

from app.core.errors import EngineFailed
from app.core.ports import StoryReader
from app.core.star import ABSENT, CLEAR, VAGUE, Analysis, Dimension, Mark, Reading, StoryRubric
from app.core.usage import Call
from app.core.verdict import ATTEMPTS, Flag, locate
from app.engines.llm.client import ModelClient
from app.engines.llm.faults import UNUSABLE, Fault, Kind
from app.engines.llm.fence import fenced
from app.engines.llm.replies import Sent, json_in, without_titles
from app.engines.llm.summarizer import figures
from app.engines.llm.wire import Message
from app.prompts import Prompts

#: Room for a reply, in tokens.
TOKENS = 5000
LEVELS = {"absent": ABSENT, "vague": VAGUE, "clear": CLEAR}
#: Longer than this many words it is no line of advice.
ADVICE_WORDS = 40


class SentReading(Sent):
    """One dimension. The quote stands first, so that a model looks for the words before it makes up its mind."""

    dimension: str
    quote: str
    level: Literal["absent", "vague", "clear"]
    advice: str = ""


class SentStory(Sent):
    """The whole reply."""

    dimensions: list[Any]
    to_grader: list[str] = Field(default_factory=list)
    off_question: list[str] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as far as it could be used: the readings whose words are in the story, and what it reports."""

    readings: Mapping[Dimension, Reading]
    to_grader: list[str]
    off_question: list[str]


class LlmStoryReader:
    """A StoryReader over any OpenAI-compatible model."""

    def __init__(
        self,
        client: ModelClient,
        prompts: Prompts,
        model: str,
        *,
        rubric: StoryRubric,
        reserve: StoryReader,
        observe: Callable[[Call], None],
    ) -> None:
        self._client = client
        self._prompts = prompts
        self._model = model
        self._rubric = rubric
        self._reserve = reserve
        self._observe = observe

    async def read(self, prompt: str, story: str) -> Analysis:
        """What the story shows. Raises EngineFailed when the model gives nothing that can be used."""
        log: list[Call] = []
        messages = messages_of(self._prompts, self._rubric, prompt, story)
        try:
            reply = await self._reply(messages, story, log)
        except Fault as fault:
            raise EngineFailed(str(fault), tuple(log)) from fault
        finally:
            for call in log:
                self._observe(call)
        second = await self._reserve.read(prompt, story)
        flags = _flags(story, reply, second)
        # Where somebody tried to talk the reader round, a model's word for it is not enough.
        tried = any(flag.kind in ATTEMPTS for flag in flags)
        readings = [self._settled(reply.readings.get(each), second[each], tried) for each in Dimension]
        marks = {(r.dimension, r.start, r.end) for r in readings if r.start is not None and r.end is not None}
        scored = {reading.dimension for reading in readings if reading.score}
        marks |= {(mark.dimension, mark.start, mark.end) for mark in second.marks if mark.dimension in scored}
        return Analysis(
            readings=tuple(readings),
            marks=tuple(
                Mark(dimension=d, start=a, end=b) for d, a, b in sorted(marks, key=lambda m: (m[1] or 0, m[2] or 0, m[0]))
            ),
            flags=flags,
            engine="llm",
            calls=tuple(log),
        )

    async def _reply(self, messages: list[Message], story: str, log: list[Call]) -> Reply:
        for last in (False, True):
            try:
                content = await self._client.complete(
                    messages,
                    purpose="star",
                    model=self._model,
                    tokens=TOKENS,
                    temperature=0.0,
                    schema=schema(),
                    log=log,
                )
                return _read(content, story)
            except Fault as fault:
                if log and fault.kind in UNUSABLE:
                    log[-1] = replace(log[-1], outcome=str(fault.kind))
                if last or fault.kind not in UNUSABLE:
                    raise
        raise AssertionError("the second try returns or raises")

    def _settled(self, sent: Reading | None, second: Reading, tried: bool) -> Reading:
        return second if sent is None or (tried and second.score < sent.score) else sent


def messages_of(prompts: Prompts, rubric: StoryRubric, prompt: str, story: str) -> list[Message]:
    """The request. What the candidate said is data here as everywhere."""
    said = fenced(story, "candidate")
    return [
        {"role": "system", "content": prompts.render("llm/star-system", rubric=rubric)},
        {"role": "user", "content": prompts.render("llm/star", prompt=fenced(prompt, "interviewer"), story=said)},
    ]


@cache
def schema() -> Mapping[str, Any]:
    """The reply's JSON schema."""
    whole, one = deepcopy(SentStory.model_json_schema()), deepcopy(SentReading.model_json_schema())
    one["properties"]["dimension"]["enum"] = list(Dimension)
    one["required"] = list(one["properties"])
    whole["properties"]["dimensions"]["items"] = one
    whole["required"] = list(whole["properties"])
    bare: Mapping[str, Any] = without_titles(whole)
    return bare


def _read(content: str, story: str) -> Reply:
    try:
        sent = SentStory.model_validate(json_in(content))
    except ValidationError as error:
        raise Fault(Kind.BAD_SHAPE, str(error)) from error
    readings: dict[Dimension, Reading] = {}
    for each in sent.dimensions:
        try:
            one = SentReading.model_validate(each)
            dimension = Dimension(one.dimension)
        except ValueError:
            continue
        if reading := _grounded(dimension, one, story):
            readings.setdefault(dimension, reading)
    if not readings:
        raise Fault(Kind.BAD_SHAPE, "no dimension in it")
    return Reply(readings, sent.to_grader, sent.off_question)


def _grounded(dimension: Dimension, sent: SentReading, story: str) -> Reading | None:
    """The reading tied to words of the story; None where they are not there. Advice may name no figure of its own."""
    advice = " ".join(sent.advice.split())
    if len(advice.split()) > ADVICE_WORDS or not figures(advice) <= figures(story):
        advice = ""
    score = LEVELS[sent.level]
    if score == ABSENT:
        return Reading(dimension=dimension, score=ABSENT, advice=advice)
    place = locate(sent.quote, story)
    if place is None:
        return None
    start, end = place
    return Reading(dimension=dimension, score=score, quote=story[start:end], start=start, end=end, advice=advice)


def _flags(story: str, reply: Reply, second: Analysis) -> tuple[Flag, ...]:
    """What the reserve found, who tells what belongs to a story less well; and what the model reports, unless it credits it."""
    found = [flag for flag in second.flags if flag.kind != "off_question"]
    taken = [(flag.start, flag.end) for flag in found]
    taken += [(r.start, r.end) for r in reply.readings.values() if r.start is not None and r.end is not None]
    for kind, reported in (("instruction_to_grader", reply.to_grader), ("off_question", reply.off_question)):
        for words in reported:
            place = locate(words, story)
            if place and all(place[1] <= start or end <= place[0] for start, end in taken):
                taken.append(place)
                found.append(Flag(kind=kind, quote=story[slice(*place)], turn=1, start=place[0], end=place[1]))
    return tuple(sorted(found, key=lambda flag: flag.start))
