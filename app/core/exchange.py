"""What a caller of the coach sends and gets back: a request, and the steps of a turn."""

from dataclasses import dataclass

from app.core.errors import Invalid
from app.core.events import Part, Style
from app.core.interview import Interview, Line
from app.core.rubric import Level, Loop
from app.core.verdict import Verdict

#: The longest answer that is taken, in characters.
MAX_ANSWER = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What an interview should be about. Nothing named: a surprise. `question` narrows it to one, or to a case, by id.

    `part` makes it a round of a mock loop, with questions of that round.
    """

    topics: tuple[str, ...] = ()
    question: str | None = None
    loop: Loop | None = None
    level: Level = Level.MID
    style: Style = Style.PRACTICE
    questions: int = 1
    minutes: int | None = None
    engine: str | None = None
    seed: int | None = None
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """The answer of that turn is kept; it will be judged whatever happens."""

    turn: int


@dataclass(frozen=True, slots=True)
class Scored:
    """The turn was judged: the verdicts it earned, and the interview as it stands."""

    interview: Interview
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the interviewer's words."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Where the interview stands after a call. `verdicts` are those of the turn just answered."""

    interview: Interview
    verdicts: tuple[Verdict, ...] = ()
    repeated: bool = False

    @property
    def message(self) -> Line:
        """The interviewer's last words."""
        message = self.interview.message
        if message is None:
            raise LookupError("the interview has not been opened")
        return message


Step = Stored | Scored | Token | Outcome


def check_answer(text: str) -> None:
    """Refuse what cannot be an answer: empty, too long, or binary. Raises Invalid naming the field."""
    if not text.strip():
        raise Invalid("The answer is empty. Say something, even if it is that you don't know.", field="text")
    if len(text) > MAX_ANSWER:
        raise Invalid(f"The answer has {len(text):,} characters; at most {MAX_ANSWER:,} are taken. Shorten it.", field="text")
    for index, char in enumerate(text):
        if (char < " " and char not in "\n\r\t") or "\ud800" <= char <= "\udfff" or char == "\x7f":
            raise Invalid(f"The answer holds a control character at position {index}; send plain text.", field="text")
