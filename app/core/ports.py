"""What the rest of the program must provide: the seams at which an engine, an index or a store is swapped."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.core.debrief import Debrief
from app.core.events import Decision, Event, Started
from app.core.mistakes import Remark
from app.core.rubric import Criterion, Passage, Question
from app.core.star import Analysis
from app.core.usage import Call
from app.core.verdict import Answer, Flag, Intent, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a judge is asked: the open criteria of a question, on the newest answer.

    `answers` holds every answer to this question so far, the newest last; `target` the criterion that the
    interviewer's last move was about, if any, and `asked` what the interviewer said in it; `before` the verdicts in
    force on every criterion of the question. The answers are data, whatever they say.
    """

    question: Question
    criteria: tuple[Criterion, ...]
    answers: tuple[Answer, ...]
    passages: tuple[Passage, ...] = ()
    target: str | None = None
    asked: str = ""
    before: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A judge's reply: a verdict for each criterion of the task, and what the candidate was doing.

    `fact` is the index of the constraints card's line that was asked about, when `intent` is `question`; `trouble`
    says in plain words why verdicts are missing, when the judge could not read its own model.
    """

    verdicts: tuple[Verdict, ...]
    intent: Intent = Intent.ANSWER
    fact: int | None = None
    flags: tuple[Flag, ...] = ()
    calls: tuple[Call, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What a speaker is given to word one move. A model is shown of the rubric what the move is about and no more.

    `secrets` are the criteria not met yet, for the check that nothing said gives one away. `quote` is the candidate's
    own claim, for a challenge; `seed` and `turn` make varied wording repeatable; `reason` says why the interview
    closes, when it does.
    """

    decision: Decision
    question: Question
    criterion: Criterion | None
    answer: str = ""
    quote: str = ""
    secrets: tuple[Criterion, ...] = ()
    passages: tuple[Passage, ...] = ()
    seed: int = 0
    turn: int = 0
    reason: str | None = None


class Judge(Protocol):
    """Judges answers. May raise nothing but VivaError, EngineFailed when another engine should be asked in its place;
    code checks every quote it returns."""

    name: str

    async def prepare(self, question: Question) -> None:
        """Called when a question is asked: time to get ready while the candidate thinks. May do nothing."""
        ...

    async def judge(self, task: Task) -> Judgement: ...


class Speaker(Protocol):
    """Words a move, piece by piece, as it should be shown; a Call for each request that this took.

    Raises EngineFailed when it cannot go on: what it has said by then are whole sentences that may stand.
    """

    name: str

    def speak(self, brief: Brief) -> AsyncIterator[str | Call]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DebriefSummary:
    """A debrief in a few sentences, and the requests that they took."""

    text: str
    calls: tuple[Call, ...] = ()


class Summarizer(Protocol):
    """Sums a debrief up in words. Raises EngineFailed when it cannot."""

    async def summarize(self, report: Debrief) -> DebriefSummary: ...


class Reviewer(Protocol):
    """Reads a candidate's answers for remarks of the sorts that `mistakes` has rules about. May raise VivaError."""

    async def remarks(self, answers: Sequence[Answer]) -> tuple[Remark, ...]: ...


class StoryReader(Protocol):
    """Reads a story from a behavioral interview. Raises EngineFailed when another engine should read it in its place."""

    async def read(self, prompt: str, story: str) -> Analysis:
        """A reading for each dimension, each score tied to words of the story."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A judge, a speaker and a reader of stories that answer to one name, and the hashes that say which version they are.

    An engine without a summarizer leaves the debrief's words to its tables.
    """

    name: str
    judge: Judge
    speaker: Speaker
    reader: StoryReader
    versions: dict[str, str]
    summarizer: Summarizer | None = None


class Retriever(Protocol):
    """Finds passages of the notes, best first."""

    async def search(self, query: str, k: int, topics: Sequence[str] = ()) -> tuple[Passage, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One line of the list of interviews."""

    id: str
    started: Started
    status: str
    turn: int


class EventStore(Protocol):
    """Keeps the events of each interview, and of each story, in order.

    `append` adds after exactly `expected` events and raises StorageBusy when another writer was first, and
    StorageFull when there is no room; in both cases nothing was written. `load` raises NotFound.
    """

    async def create(self, id: str, events: Sequence[Event]) -> None: ...

    async def load(self, id: str) -> list[Event]: ...

    async def append(self, id: str, expected: int, events: Sequence[Event]) -> None: ...

    async def list(self, limit: int, offset: int = 0) -> list[Summary]: ...

    async def stories(self) -> Sequence[str]:
        """The ids of all stories, newest first."""
        ...

    async def delete(self, id: str) -> None: ...


class Clock(Protocol):
    """Says what time it is, in UTC."""

    def now(self) -> datetime: ...


class Embedder(Protocol):
    """Turns texts into unit vectors.

    `embed` returns a numpy float32 array of shape (len(texts), dimensions) whose rows have length 1; the
    type is Any because the core imports the standard library only. `name` changes whenever the vectors do.
    """

    name: str

    async def embed(self, texts: Sequence[str]) -> Any: ...

    async def read(self, texts: Sequence[str]) -> list[tuple[Any, Any]]:
        """For each text its unit vector (d,) and its tokens' hidden states half way through the model (tokens, d)."""
        ...
