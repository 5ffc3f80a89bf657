"""What callers send, checked to the letter: no unknown field, no `false` for a number, no control character."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.core.errors import Invalid
from app.core.events import Style
from app.core.exchange import MAX_ANSWER, Request
from app.core.plan import MAX_QUESTIONS
from app.core.rubric import Criterion, Kind, Level, Loop, Question

#: The greatest whole number that every JSON reader keeps exact.
MAX_INT = 2**53 - 1
#: The same rule as `_plain`, for readers of the OpenAPI document.
PLAIN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
#: The same with something other than white space in it.
SPOKEN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*[^\x00-\x20\x7f\s\x85][^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"


def _plain(text: str) -> str:
    for index, char in enumerate(text):
        if (char < " " and char not in "\n\r\t") or char == "\x7f" or "\ud800" <= char <= "\udfff":
            raise ValueError(f"holds a control character at position {index}; send plain text")
    return text


def _spoken(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty; write something")
    return text


def _documented(pattern: str) -> Any:
    return Field(json_schema_extra={"pattern": pattern})


#: Text without control characters.
Plain = Annotated[str, AfterValidator(_plain), _documented(PLAIN)]
#: Text without control characters that says something.
Spoken = Annotated[str, AfterValidator(_plain), AfterValidator(_spoken), _documented(SPOKEN)]
#: The id of an interview, a topic or a criterion: opaque here; whether it exists is the coach's to say.
Name = Annotated[Plain, Field(min_length=1, max_length=100)]


class Sent(BaseModel):
    """Base of every body."""

    model_config = ConfigDict(extra="forbid", strict=True)


class StartInterview(Sent):
    """What an interview should be about. Name a topic, several, or a loop; nothing named is a surprise."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"topic": "bias-variance", "level": "mid", "style": "practice", "questions": 1}]}
    )

    topic: Name | None = None
    topics: Annotated[list[Name], Field(min_length=1, max_length=50)] | None = None
    question: Name | None = Field(default=None, description="One question or one case of the topic, by id.")
    loop: Annotated[Loop, Field(strict=False)] | None = None
    level: Annotated[Level, Field(strict=False)] = Level.MID
    style: Annotated[Style, Field(strict=False)] = Style.PRACTICE
    questions: Annotated[int, Field(ge=1, le=MAX_QUESTIONS)] = 1
    minutes: Annotated[int, Field(ge=1, le=180)] | None = Field(
        default=None, description="Time for the whole interview. Mock style without it: 8 minutes a question."
    )
    engine: Name | None = None
    seed: Annotated[int, Field(ge=-MAX_INT, le=MAX_INT)] | None = Field(
        default=None, description="The same seed asks the same questions in the same words."
    )

    def request(self) -> Request:
        """As the coach takes it. Raises Invalid when more than one of topic, topics and loop is named."""
        named = [field for field in ("topic", "topics", "loop") if getattr(self, field) is not None]
        if len(named) > 1:
            raise Invalid(f"Name only one of {', '.join(named)}.", field=named[1])
        return Request(
            topics=(self.topic,) if self.topic is not None else tuple(self.topics or ()),
            question=self.question,
            loop=self.loop,
            level=self.level,
            style=self.style,
            questions=self.questions,
            minutes=self.minutes,
            engine=self.engine,
            seed=self.seed,
        )


class StartMockLoop(Sent):
    """How senior the questions of a mock loop are, and who judges."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"level": "mid"}]})

    level: Annotated[Level, Field(strict=False)] = Level.MID
    engine: Name | None = None
    seed: Annotated[int, Field(ge=-MAX_INT, le=MAX_INT)] | None = None


class SendAnswer(Sent):
    """The candidate's turn. Turns count from 1; an outcome's `turn` is the one to send next."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "A wide gap between training and validation error says variance.", "turn": 1}]}
    )

    text: Annotated[Spoken, Field(min_length=1, max_length=MAX_ANSWER)]
    turn: Annotated[int, Field(ge=1, le=MAX_INT)]


class CheckSelf(Sent):
    """The candidate's own view: their words, of the answer of that turn, that state the criterion. Empty takes it back."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"question": 0, "criterion": "variance-from-gap", "turn": 1, "quote": "a wide gap says variance"}]
        }
    )

    question: Annotated[int, Field(ge=0, le=MAX_INT, description="Index of the question in the interview.")]
    criterion: Name
    turn: Annotated[int, Field(ge=0, le=MAX_INT)]
    quote: Annotated[Plain, Field(max_length=MAX_ANSWER)]


class CriterionSent(Sent):
    """One thing that a good answer states."""

    id: Name
    kind: Annotated[Kind, Field(strict=False)]
    weight: Annotated[int, Field(ge=1, le=3)]
    statement: Annotated[Spoken, Field(min_length=1, max_length=2000)]


class GradeAnswer(Sent):
    """A question, a rubric of your own, and an answer to judge by it. Nothing of it is kept."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "question": "How do you tell overfitting from underfitting?",
                    "criteria": [
                        {
                            "id": "gap",
                            "kind": "definition",
                            "weight": 3,
                            "statement": "A large gap between training and validation error points to overfitting.",
                        }
                    ],
                    "answer": "I look at the gap: low training error and high validation error is overfitting.",
                }
            ]
        }
    )

    question: Annotated[Spoken, Field(min_length=1, max_length=2000)]
    criteria: Annotated[list[CriterionSent], Field(min_length=1, max_length=50)]
    answer: Annotated[Spoken, Field(min_length=1, max_length=MAX_ANSWER)]
    reference_answer: Annotated[Plain, Field(max_length=MAX_ANSWER)] | None = None
    engine: Name | None = None

    def as_question(self) -> Question:
        """As the coach takes it. Raises Invalid when two criteria share an id."""
        seen: set[str] = set()
        for index, criterion in enumerate(self.criteria):
            if criterion.id in seen:
                raise Invalid(f"The criterion {criterion.id!r} stands here twice; give each its own id.", f"criteria.{index}.id")
            seen.add(criterion.id)
        return Question(
            topic="",
            id="",
            level=Level.MID,
            ask=self.question,
            model_answer=self.reference_answer or "",
            criteria=tuple(Criterion(**criterion.model_dump()) for criterion in self.criteria),
        )


class ReadStory(Sent):
    """A story from a behavioral interview, to be read once. Nothing of it is kept."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "prompt": "Tell me about a time when something that you had built broke in production.",
                    "story": "Our parcel tracker lost one scan in fifty. I was on call for it. I replayed a day of scans, "
                    "found that two handhelds shared an id, and wrote a check at login. Losses fell from 2% to 0.1%. "
                    "Today I test with the devices in the warehouse, not with my own.",
                }
            ]
        }
    )

    prompt: Annotated[Spoken, Field(min_length=1, max_length=2000)]
    story: Annotated[Spoken, Field(min_length=1, max_length=MAX_ANSWER)]
    engine: Name | None = None


class BeginStory(Sent):
    """Which story is asked for: a common question by its id, or a prompt of one's own."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"prompt": "Tell me about a time when you were wrong."}]})

    question: Name | None = None
    prompt: Annotated[Spoken, Field(min_length=1, max_length=2000)] | None = None
    engine: Name | None = None
    seed: Annotated[int, Field(ge=-MAX_INT, le=MAX_INT)] | None = None


class KeepStory(Sent):
    """How a story stands in the bank. `questions` are the ids of the common questions that it can answer."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"title": "The lost scans", "tags": ["failure"], "questions": ["own-failure"]}]}
    )

    title: Annotated[Plain, Field(max_length=80)] = ""
    tags: Annotated[list[Annotated[Plain, Field(max_length=80)]], Field(max_length=12)] = []
    questions: Annotated[list[Name], Field(max_length=50)] = []
