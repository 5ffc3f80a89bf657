"""What is asked and what a good answer states: questions, criteria, notes and their passages."""

from dataclasses import dataclass
from enum import StrEnum


class Loop(StrEnum):
    """The parallel preparation loops."""

    MODELING = "modeling"
    SYSTEMS = "systems"
    CODING = "coding"
    DATA = "data"
    BEHAVIORAL = "behavioral"


class Level(StrEnum):
    """How senior a question is, easiest first."""

    JUNIOR = "junior"
    MID = "mid"
    SENIOR = "senior"

    @property
    def rank(self) -> int:
        return list(Level).index(self)


class Stage(StrEnum):
    """The parts of a staged interview, in their order."""

    REQUIREMENTS = "requirements"
    DATA = "data"
    MODEL = "model"
    SERVING = "serving"


class Kind(StrEnum):
    """What sort of thing a criterion asks a candidate to state."""

    DEFINITION = "definition"
    ASSUMPTION = "assumption"
    PITFALL = "pitfall"
    TRADE_OFF = "trade_off"
    CLARIFICATION = "clarification"
    IMPACT = "impact"


#: The sections of a note, in their order.
SECTIONS = (
    "Why an interviewer cares",
    "Definitions you owe",
    "Assumptions to state",
    "Pitfalls to volunteer",
    "Trade-offs",
    "Clarify before you answer",
    "Worked example",
    "Recap or deeper pass",
    "Sense-check",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One thing that a good answer states.

    `met`, `partial` and `wrong` are utterances that earn that status; a criterion sent by another tool
    may have none. `note` is the heading of the section that teaches it.
    """

    id: str
    kind: Kind
    weight: int
    statement: str
    probe: str = ""
    hint: str = ""
    met: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A line of the constraints card: what the interviewer may tell a candidate who asks."""

    asks_about: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An opening question with everything needed to run and judge it; interviews keep a copy of it.

    One stage of a case has the case's slug and title, and its `stage`; the stages of a case are asked together, in order.
    """

    topic: str
    id: str
    level: Level
    ask: str
    case: str = ""
    case_title: str = ""
    stage: Stage | None = None
    model_answer: str = ""
    criteria: tuple[Criterion, ...] = ()
    constraints: tuple[Fact, ...] = ()

    def criterion(self, id: str) -> Criterion:
        """The criterion of that id; KeyError if there is none."""
        for criterion in self.criteria:
            if criterion.id == id:
                return criterion
        raise KeyError(id)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizItem:
    """A question of a note's Sense-check with its answer, both Markdown."""

    topic: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A concept note. `sections` maps each heading of SECTIONS to its Markdown.

    `queries` are ways to ask for it; they are searched with it and shown to nobody. `quiz` is its Sense-check.
    """

    topic: str
    title: str
    loop: Loop
    aliases: tuple[str, ...]
    queries: tuple[str, ...] = ()
    prerequisites: tuple[str, ...]
    next: tuple[str, ...]
    recap_minutes: int
    deep_minutes: int
    sections: dict[str, str]
    quiz: tuple[QuizItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A section of a note, as retrieval returns it. `score` is comparable within one result only."""

    topic: str
    section: str
    text: str
    score: float = 0.0
