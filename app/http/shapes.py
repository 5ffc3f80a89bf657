"""What callers get: the JSON shapes of the API, named as its documentation names them."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.events import Move, Round, Style
from app.core.rubric import Kind, Level, Loop, Stage
from app.core.verdict import Status


class Shape(BaseModel):
    """Base of every answer; reads the core's values by their attributes."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class FieldFault(Shape):
    """One field that is wrong, and how."""

    field: str
    message: str


class Problem(Shape):
    """What went wrong (RFC 9457). `detail` is written for a person; `type` is stable, for programs."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    field: str | None = Field(default=None, description="The field that is wrong; the first one, where there are several.")
    errors: list[FieldFault] | None = Field(default=None, description="Every field that is wrong.")
    expected_turn: int | None = Field(default=None, description="With a turn out of order: the turn to send.")


class Case(Shape):
    """What is asked in stages; name it as the `question` of an interview to get this one."""

    case: str
    title: str
    level: Level


class TopicLine(Shape):
    """A topic; `questions` is how many there are, a case counting as one."""

    topic: str
    title: str
    loop: Loop
    levels: list[Level]
    questions: int
    cases: list[Case]
    recap_minutes: int
    deep_minutes: int


class Topics(Shape):
    topics: list[TopicLine]


class QuizItem(Shape):
    """A sense-check question and its answer, both Markdown."""

    topic: str
    title: str
    question: str
    answer: str


class Quiz(Shape):
    """The same seed asks the same questions."""

    seed: int
    items: list[QuizItem]


class MockRound(Shape):
    """One interview of a mock loop. `weight` is its share of the overall; `interview` is null until it begins."""

    round: Round
    weight: int
    questions: int
    minutes: int
    status: Literal["waiting", "open", "finished"]
    interview: str | None
    overall: float | None


class MockLoop(Shape):
    """A full set of mock interviews. `overall`, 0 to 5, weighs the rounds that have ended; null before any has."""

    id: str | None
    overall: float | None
    rounds: list[MockRound]


class Section(Shape):
    section: str
    text: str = Field(description="Markdown.")


class Topic(TopicLine):
    """A topic with its note."""

    aliases: list[str]
    prerequisites: list[str]
    next: list[str]
    sections: list[Section]


class Passage(Shape):
    """A section of a note. `score` is comparable within one result only."""

    topic: str
    section: str
    text: str
    score: float


class Passages(Shape):
    passages: list[Passage]


class Verdict(Shape):
    """One criterion judged. `start` and `end` count Unicode code points in the text of that turn, end exclusive."""

    criterion: str
    status: Status
    quote: str
    turn: int | None
    start: int | None
    end: int | None
    confidence: float | None
    engine: str


class Message(Shape):
    """What the interviewer said last, and which engine worded it."""

    move: Move
    text: str
    engine: str


class Asked(Shape):
    """The question under discussion; the `index`th, from 0, `of` so many. A case is asked in stages, a question each."""

    index: int
    of: int
    topic: str
    title: str
    id: str
    stage: Stage | None
    level: Level
    ask: str


class CriterionStanding(Shape):
    """How a criterion stands. `statement` is null until it is met: it would give the answer away."""

    criterion: str
    kind: Kind
    weight: int
    status: Status
    statement: str | None


class Outcome(Shape):
    """Where an interview stands. `turn` is the one that the next answer carries.

    `criteria` (of the question under discussion) and `verdicts` (of the turn just answered) are null in mock style.
    `notice` tells, for a person, that another engine than the interview's did a part of the turn, and why.
    """

    id: str
    status: Literal["open", "finished"]
    turn: int
    message: Message
    style: Style
    level: Level
    topics: list[str]
    title: str
    mock_loop: str | None = Field(description="The mock loop that the interview is a round of, if any.")
    question: Asked
    started_at: datetime
    deadline: datetime | None
    minutes: int | None
    criteria: list[CriterionStanding] | None
    verdicts: list[Verdict] | None
    notice: str | None
    repeated: bool


class Line(Shape):
    """One line of the transcript. `move` is null for the candidate; `question` is the index of the question.

    `engine` worded an interviewer's line, or judged a candidate's; `notice` tells why, where it is another than the
    interview's. `verdicts` are what a candidate's line was judged to say, where that may be shown.
    """

    turn: int
    who: Literal["interviewer", "candidate"]
    move: Move | None
    text: str
    at: datetime
    question: int
    engine: str | None = None
    notice: str | None = None
    verdicts: list[Verdict] | None = None


class Interview(Outcome):
    """An interview, whole."""

    engine: str
    seed: int
    transcript: list[Line]


class InterviewLine(Shape):
    """One line of the list. `questions` is how many there are, `turn` how many answers were taken."""

    id: str
    status: Literal["open", "finished"]
    style: Style
    level: Level
    topics: list[str]
    title: str
    questions: int
    turn: int
    started_at: datetime


class Interviews(Shape):
    interviews: list[InterviewLine]


class SelfCheck(Shape):
    """The candidate's own view of a criterion, as it is kept."""

    question: int
    criterion: str
    turn: int
    quote: str
    start: int
    end: int


class Flag(Shape):
    """Something in an answer that a reader should know of and that earned nothing."""

    kind: Literal["instruction_to_grader", "keyword_list", "other_script", "hidden_text", "off_question"]
    quote: str
    turn: int
    start: int
    end: int


class Usage(Shape):
    """What was asked of models: tokens as their servers count them, `cost` in US dollars or null where no price is set."""

    calls: int
    failed: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    seconds: float
    cost: float | None


class Score(Shape):
    """Scores are 0 to 5, or null where nothing was scored; `scored` is the share of the weight that was.

    `engine` is the one that judged; `notice` tells why, where it is not the one asked for.
    """

    overall: float | None
    scored: float
    verdicts: list[Verdict]
    by_kind: dict[Kind, float | None]
    engine: str
    notice: str | None
    usage: Usage | None
    flags: list[Flag]
    versions: dict[str, str]


class Probe(Shape):
    """What the interviewer would say next, and about which criterion."""

    move: Move
    criterion: str | None
    text: str
    verdicts: list[Verdict]
    engine: str
    notice: str | None


class Judged(Shape):
    """Event `judged` of a turn's stream: its verdicts, and how the criteria of the question answered stand now."""

    verdicts: list[Verdict]
    criteria: list[CriterionStanding]
    engine: str
    notice: str | None


class Health(Shape):
    status: Literal["ok"]


class Ready(Shape):
    """Besides `status`, each slow part and whether it is `loading` or `ready`."""

    model_config = ConfigDict(extra="allow")

    status: Literal["ready"]
