"""Small questions, and interviews told in a few words: `opened`, then `said` and `moved` in turn."""

from datetime import UTC, datetime, timedelta

from app.content import Catalog
from app.core.events import Answered, Decided, Decision, Event, Finished, Judged, Move, Spoke, Started, Style
from app.core.interview import Interview, replay
from app.core.rubric import SECTIONS, Criterion, Fact, Kind, Level, Loop, Note, Question
from app.core.verdict import Flag, Intent, Status, Verdict

AT = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
FACTS = (Fact(asks_about="rows", says="There are 40,000 rows."), Fact(asks_about="noise", says="About four minutes."))


def criterion(id: str, kind: Kind = Kind.DEFINITION, weight: int = 1, note: str = SECTIONS[1]) -> Criterion:
    """A criterion that is told apart by its id."""
    return Criterion(
        id=id, kind=kind, weight=weight, statement=f"{id} holds.", probe=f"What of {id}?", hint=f"Half of {id}.", note=note
    )


def question(*criteria: Criterion, id: str = "q", topic: str = "t", level: Level = Level.MID) -> Question:
    """A question with a card of two facts; without criteria given it has `a`, `b` and `c`, of weights 3, 2 and 1."""
    chosen = criteria or (criterion("a", Kind.ASSUMPTION, 3), criterion("b", Kind.PITFALL, 2), criterion("c", Kind.TRADE_OFF, 1))
    return Question(topic=topic, id=id, level=level, ask=f"Ask {id}?", criteria=chosen, constraints=FACTS)


def note(topic: str = "t", title: str = "The title") -> Note:
    """A note with every section."""
    return Note(
        topic=topic,
        title=title,
        loop=Loop.MODELING,
        aliases=(),
        prerequisites=(),
        next=(),
        recap_minutes=6,
        deep_minutes=30,
        sections={heading: f"About {heading}." for heading in SECTIONS},
    )


def catalog() -> Catalog:
    """Two topics: `t` with a question of each level, `u` with one."""
    asked = {
        "t": tuple(question(id=f"t-{level}", level=level) for level in Level),
        "u": (question(id="u-mid", topic="u"),),
    }
    notes = {"t": note(), "u": note("u", "The other")}
    return Catalog(notes=notes, questions=asked, hashes={"notes": "n1", "rubrics": "r1"})


def opened(*questions: Question, minutes: int | None = None, follow_ups: int = 3) -> Interview:
    """An interview whose first question has been asked."""
    started = Started(
        at=AT,
        plan=questions or (question(),),
        style=Style.PRACTICE,
        level=Level.MID,
        engine="offline",
        seed=1,
        follow_ups=follow_ups,
        minutes=minutes,
    )
    return moved(replay("i", [started]), Move.OPEN)


def answered(interview: Interview, text: str = "Some words.") -> Interview:
    """After the candidate's next turn, not judged yet."""
    return interview.then(Answered(at=now(interview), turn=interview.expected_turn, text=text))


def said(
    interview: Interview,
    text: str = "Some words.",
    *,
    intent: Intent = Intent.ANSWER,
    fact: int | None = None,
    flags: tuple[Flag, ...] = (),
    minutes_later: float = 0,
    **statuses: Status,
) -> Interview:
    """After the candidate's next turn, judged: a status for each criterion named; the whole text is its quote."""
    turn, at = interview.expected_turn, now(interview) + timedelta(minutes=minutes_later)
    verdicts = tuple(
        Verdict(criterion=id, status=status, quote=text, turn=turn, start=0, end=len(text))
        if status in (Status.MET, Status.PARTIAL, Status.WRONG)
        else Verdict(criterion=id, status=status)
        for id, status in statuses.items()
    )
    judged = Judged(at=at, turn=turn, engine="offline", verdicts=verdicts, intent=intent, fact=fact, flags=flags)
    return answered(interview, text).then(judged)


def moved(
    interview: Interview,
    move: Move,
    criterion: str | None = None,
    *,
    question: int | None = None,
    fact: int | None = None,
    asked_for: bool = False,
) -> Interview:
    """After the interviewer's next move, worded."""
    at, turn = now(interview), interview.turn
    decision = Decision(move=move, question=interview.current if question is None else question, criterion=criterion, fact=fact)
    events: list[Event] = [Decided(at=at, turn=turn, decision=decision, asked_for=asked_for)]
    return interview.then(*events, Spoke(at=at, turn=turn, text=f"{move}!", engine="offline"))


def finished(interview: Interview) -> Interview:
    """After the end."""
    return interview.then(Finished(at=now(interview), reason="candidate"))


def now(interview: Interview) -> datetime:
    """The time of the newest event."""
    return interview.last_at or AT
