"""What happened: the append-only events that an interview is made of.

Every event carries a `type` tag, so that a stored line can be read back without guessing, and `at`, in UTC.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from app.core.mistakes import Remark
from app.core.rubric import Level, Question
from app.core.star import Analysis, Dimension
from app.core.usage import Call
from app.core.verdict import Flag, Intent, Verdict


class Move(StrEnum):
    """What the interviewer does."""

    OPEN = "open"
    PROBE = "probe"
    CHALLENGE = "challenge"
    HINT = "hint"
    CLARIFY = "clarify"
    REDIRECT = "redirect"
    ADVANCE = "advance"
    CLOSE = "close"


class Style(StrEnum):
    """`practice` shows verdicts as they come; `mock` is timed and shows nothing until the debrief."""

    PRACTICE = "practice"
    MOCK = "mock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A move and what it is about. `question` is the index into the plan; `fact` the index of the card's line."""

    move: Move
    question: int
    criterion: str | None = None
    fact: int | None = None


class Round(StrEnum):
    """The interviews of a mock loop, in their order."""

    CODING = "coding"
    CONCEPTS = "concepts"
    SYSTEM_DESIGN = "system-design"
    BEHAVIORAL = "behavioral"


def interview_of(loop: str, round: Round) -> str:
    """The id of the interview that is this round of that mock loop."""
    return f"{loop}-{round}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which round of which mock loop an interview is, and what the loop was begun with."""

    loop: str
    round: Round
    seed: int
    weights: dict[Round, int]

    @property
    def interview(self) -> str:
        """The id of the interview that is this round of this loop."""
        return interview_of(self.loop, self.round)


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The interview was set up. The plan holds copies: later edits of a rubric do not change what was asked."""

    at: datetime
    plan: tuple[Question, ...]
    style: Style
    level: Level
    engine: str
    seed: int
    follow_ups: int
    minutes: int | None = None
    versions: dict[str, str] | None = None
    part: Part | None = None  # of a mock loop
    type: Literal["started"] = "started"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The candidate's turn was accepted; from here on it is never lost."""

    at: datetime
    turn: int
    text: str
    type: Literal["answered"] = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The open criteria were judged on that turn, by `engine`.

    `trouble` says why that is not the engine the interview began with, or why it could not read its model's verdicts.
    """

    at: datetime
    turn: int
    engine: str
    verdicts: tuple[Verdict, ...]
    intent: Intent
    fact: int | None = None
    flags: tuple[Flag, ...] = ()
    calls: tuple[Call, ...] = ()
    trouble: str = ""
    type: Literal["judged"] = "judged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The next move was fixed, after `turn` answers, before it was worded."""

    at: datetime
    turn: int
    decision: Decision
    asked_for: bool = False  # the candidate asked for this hint
    type: Literal["decided"] = "decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoke:
    """The interviewer said the last decided move, in the words of `engine`; `trouble` says why it is not another's."""

    at: datetime
    turn: int
    text: str
    engine: str
    calls: tuple[Call, ...] = ()
    trouble: str = ""
    type: Literal["spoke"] = "spoke"


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfChecked:
    """The candidate pointed at words of their own for a criterion (or took that back: `quote` empty)."""

    at: datetime
    question: int
    criterion: str
    turn: int = 0
    quote: str = ""
    start: int = 0
    end: int = 0
    type: Literal["self_checked"] = "self_checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The interview ended: every question done, time up, or the candidate stopped."""

    at: datetime
    reason: Literal["done", "time", "candidate"]
    type: Literal["finished"] = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Summarized:
    """The debrief was summed up in words; `text` is empty where that failed, so that it is not asked for again."""

    at: datetime
    text: str
    engine: str
    calls: tuple[Call, ...] = ()
    type: Literal["summarized"] = "summarized"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """The candidate's answers were read once more as a whole, for what the rules of `mistakes` look for."""

    at: datetime
    remarks: tuple[Remark, ...]
    type: Literal["reviewed"] = "reviewed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryBegun:
    """A story was asked for. `question` is the id of the common question that `prompt` is, or empty."""

    at: datetime
    prompt: str
    question: str
    engine: str
    seed: int
    follow_ups: int
    versions: dict[str, str]
    type: Literal["story_begun"] = "story_begun"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRead:
    """What has been told of the story by that turn was read as a whole."""

    at: datetime
    turn: int
    analysis: Analysis
    type: Literal["story_read"] = "story_read"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryAsked:
    """The listener asked for one missing thing, or, with no dimension, for nothing more: the story is told."""

    at: datetime
    turn: int
    dimension: Dimension | None
    text: str
    type: Literal["story_asked"] = "story_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retold:
    """The candidate begins to tell the story again; the next answer is its new version."""

    at: datetime
    turn: int
    type: Literal["retold"] = "retold"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryKept:
    """How the candidate keeps the story in the bank: what it is called, its tags, the common questions it can answer."""

    at: datetime
    title: str
    tags: tuple[str, ...]
    questions: tuple[str, ...]
    type: Literal["story_kept"] = "story_kept"


InterviewEvent = Started | Answered | Judged | Decided | Spoke | SelfChecked | Finished | Summarized | Reviewed
StoryEvent = StoryBegun | Answered | StoryRead | StoryAsked | Retold | StoryKept
Event = InterviewEvent | StoryBegun | StoryRead | StoryAsked | Retold | StoryKept
