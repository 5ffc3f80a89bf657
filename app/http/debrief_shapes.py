"""The JSON shape of a debrief. Its pages are rendered from it, so that all three say the same."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from app.core.events import Style
from app.core.rubric import Kind, Level
from app.core.score import Help
from app.core.verdict import Status
from app.http.shapes import Flag, Line, Shape, Usage, Verdict


class Fact(Shape):
    asks_about: str
    says: str


class OwnView(Shape):
    turn: int
    quote: str
    start: int
    end: int


class CriterionReport(Verdict):
    """A verdict at the end. `credit` is the share of the weight earned, -0.5 to 1; `cost` what help took off, 0 to 0.5."""

    kind: Kind
    weight: int
    statement: str
    help: Help
    credit: float
    cost: float
    own_view: OwnView | None


class QuestionReport(Shape):
    """A question that was asked; `told` are the facts that the candidate asked for."""

    topic: str
    title: str
    question: str
    level: Level
    ask: str
    overall: float | None
    model_answer: str
    told: list[Fact]
    verdicts: list[CriterionReport]


class Highlight(Shape):
    """Words that a verdict rests on; offsets count code points in the line's text."""

    start: int
    end: int
    criterion: str
    status: Status


class MarkedLine(Line):
    highlights: list[Highlight]


class Unscored(Shape):
    """A criterion that the engine could not judge; check it against your own words."""

    question: int
    criterion: str
    statement: str


class Reading(Shape):
    """A section to read, for a recap or more deeply, and the criteria it would have earned."""

    topic: str
    title: str
    section: str
    reach: Literal["recap", "deeper"]
    minutes: int
    criteria: list[str]


class Drill(Shape):
    """The one thing to practise next."""

    topic: str
    question: str
    criterion: str
    text: str
    why: str


class Mistake(Shape):
    """A mistake that crosses topics: the words that show it and what is missing beside them. It costs no credit."""

    name: str
    title: str
    advice: str
    topic: str
    missing: list[str]
    quote: str
    turn: int
    start: int
    end: int


class Debrief(Shape):
    """The report. Scores are 0 to 5, or null where nothing was scored; `own_overall` counts the candidate's own ticks.

    `engine` is the one asked for; `judged_by` counts the answers that each engine judged. `usage` is null where no
    model was asked.
    """

    id: str
    status: Literal["finished"]
    engine: str
    judged_by: dict[str, int]
    usage: Usage | None
    style: Style
    level: Level
    title: str
    topics: list[str]
    mock_loop: str | None = Field(description="The mock loop that the interview was a round of, if any.")
    seed: int
    started_at: datetime
    finished_at: datetime
    reason: Literal["done", "time", "candidate"]
    summary: str | None = Field(description="A few sentences of the engine's; null where it has none.")
    overall: float | None
    scored: float
    own_overall: float | None
    by_kind: dict[Kind, float | None]
    questions: list[QuestionReport]
    transcript: list[MarkedLine]
    unscored: list[Unscored]
    read: list[Reading]
    next: Drill | None
    flags: list[Flag]
    mistakes: list[Mistake]
    versions: dict[str, str]
