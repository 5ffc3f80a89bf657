"""What the events add up to: the state of an interview, computed from nothing else.

`replay(id, events)` is the only way to get an Interview. Two rules live here: verdicts only ever rise within
a question, except that `wrong` stands until it is corrected; and what help a criterion had had is fixed at
the moment the words are said.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.core.events import (
    Answered,
    Decided,
    Decision,
    Event,
    Finished,
    Judged,
    Move,
    Reviewed,
    SelfChecked,
    Spoke,
    Started,
    Summarized,
)
from app.core.rubric import Criterion, Question
from app.core.score import Graded, Help, Score, score
from app.core.usage import Call
from app.core.verdict import Answer, Flag, Intent, Status, Verdict

#: Moves that use up one of a question's follow-ups.
FOLLOW_UPS = frozenset({Move.PROBE, Move.CHALLENGE, Move.HINT})


@dataclass(frozen=True, slots=True)
class Standing:
    """The verdict in force on a criterion, and the help that had been given when the words were said."""

    verdict: Verdict
    help: Help = Help.NONE


@dataclass(slots=True)
class QuestionState:
    """One question of the plan as it stands. Criteria are named by id."""

    question: Question
    asked: bool = False
    answers: list[Answer] = field(default_factory=list)
    standings: dict[str, Standing] = field(default_factory=dict)
    probed: set[str] = field(default_factory=set)
    challenged: set[str] = field(default_factory=set)
    hinted: set[str] = field(default_factory=set)
    helped: dict[int, dict[str, Help]] = field(default_factory=dict)  # by turn, the help given before its words
    told: list[int] = field(default_factory=list)  # lines of the constraints card, in the order asked for
    target: str | None = None  # what the last probe, challenge or hint was about
    follow_ups: int = 0
    redirected: bool = False

    def status(self, criterion: str) -> Status:
        return self.standings[criterion].verdict.status

    def open_criteria(self) -> tuple[Criterion, ...]:
        """The criteria that can still earn something."""
        return tuple(c for c in self.question.criteria if self.status(c.id) is not Status.MET)

    def help_given(self, criterion: str) -> Help:
        if criterion in self.hinted:
            return Help.HINT
        return Help.PROBE if criterion in self.probed | self.challenged else Help.NONE

    def graded(self) -> list[Graded]:
        return [
            Graded(kind=c.kind, weight=c.weight, status=self.status(c.id), help=self.standings[c.id].help)
            for c in self.question.criteria
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the transcript. `move` is None for the candidate."""

    turn: int
    at: datetime
    text: str
    question: int
    move: Move | None = None
    engine: str = ""
    trouble: str = ""


@dataclass(slots=True)
class Interview:
    """An interview as its events leave it. Built by `replay`; never changed by anyone else."""

    id: str
    started: Started
    questions: list[QuestionState]
    lines: list[Line] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    decided: Decided | None = None
    finished: Finished | None = None
    summarized: Summarized | None = None
    reviewed: Reviewed | None = None
    checks: dict[tuple[int, str], SelfChecked] = field(default_factory=dict)
    current: int = 0
    turn: int = 0  # answers accepted so far
    events: list[Event] = field(default_factory=list)
    last_at: datetime | None = None
    unjudged: bool = False  # an answer waits for its verdicts
    unspoken: bool = False  # a decided move waits for its words

    @property
    def status(self) -> str:
        return "finished" if self.finished else "open"

    @property
    def expected_turn(self) -> int:
        return self.turn + 1

    @property
    def here(self) -> QuestionState:
        """The question under discussion."""
        return self.questions[self.current]

    @property
    def deadline(self) -> datetime | None:
        minutes = self.started.minutes
        return self.started.at + timedelta(minutes=minutes) if minutes else None

    @property
    def message(self) -> Line | None:
        """The interviewer's last line."""
        return next((line for line in reversed(self.lines) if line.move), None)

    @property
    def intent(self) -> Intent:
        return self.judged[-1].intent if self.judged else Intent.ANSWER

    @property
    def calls(self) -> list[Call]:
        """Every request that was made to a model."""
        return [call for event in self.events if isinstance(event, Judged | Spoke | Summarized) for call in event.calls]

    @property
    def flags(self) -> list[Flag]:
        return [flag for judged in self.judged for flag in judged.flags]

    def then(self, *events: Event) -> "Interview":
        """The interview after some more events; this one stays as it is."""
        return replay(self.id, [*self.events, *events])

    def score(self) -> Score:
        """Over every question that was asked. One that was never reached does not count against anyone."""
        return score(item for state in self.questions if state.asked for item in state.graded())


def replay(id: str, events: Iterable[Event]) -> Interview:
    """Fold the events, the first of which must be Started, into an Interview."""
    stream = iter(events)
    first = next(stream)
    if not isinstance(first, Started):
        raise ValueError(f"interview {id} does not begin with its Started event")
    interview = Interview(id=id, started=first, questions=[_fresh(question) for question in first.plan], last_at=first.at)
    interview.events.append(first)
    for event in stream:
        _apply(interview, event)
        interview.events.append(event)
        interview.last_at = event.at
    return interview


def standing_after(old: Standing, new: Verdict, help: Help) -> Standing:
    """The rising rule for one criterion."""
    was, now = old.verdict.status, new.status
    if was is Status.ABSENT and now is Status.ABSENT:
        return Standing(new, old.help)  # the judge's own word for it, with its confidence
    if was is Status.MET or now is Status.ABSENT:
        return old
    if was is Status.WRONG:
        return Standing(new, help) if now in (Status.MET, Status.PARTIAL) else old
    if now is Status.WRONG:
        return Standing(new, help)
    order = (Status.ABSENT, Status.UNSCORED, Status.PARTIAL, Status.MET)
    return Standing(new, help) if order.index(now) > order.index(was) else old


def _fresh(question: Question) -> QuestionState:
    blank = {c.id: Standing(Verdict(criterion=c.id, status=Status.ABSENT)) for c in question.criteria}
    return QuestionState(question=question, standings=blank)


def _apply(interview: Interview, event: Event) -> None:
    match event:
        case Answered():
            interview.turn = event.turn
            interview.unjudged = True
            state = interview.here
            state.helped[event.turn] = {c.id: state.help_given(c.id) for c in state.question.criteria}
            state.answers.append(Answer(turn=event.turn, text=event.text))
            interview.lines.append(Line(turn=event.turn, at=event.at, text=event.text, question=interview.current))
        case Judged():
            interview.judged.append(event)
            interview.unjudged = False
            state = interview.here
            for verdict in event.verdicts:
                old = state.standings[verdict.criterion]
                # A judge may find today what was said two turns ago: what counts is the help that it was said with.
                help = state.helped[verdict.turn or event.turn][verdict.criterion]
                state.standings[verdict.criterion] = standing_after(old, verdict, help)
        case Decided():
            interview.decided = event
            interview.unspoken = True
            _note_decision(interview, event)
        case Spoke():
            interview.unspoken = False
            move = interview.decided.decision.move if interview.decided else Move.OPEN
            interview.lines.append(
                Line(
                    turn=event.turn,
                    at=event.at,
                    text=event.text,
                    question=interview.current,
                    move=move,
                    engine=event.engine,
                    trouble=event.trouble,
                )
            )
        case SelfChecked():
            interview.checks[event.question, event.criterion] = event
        case Finished():
            interview.finished = event
        case Summarized():
            interview.summarized = event
        case Reviewed():
            interview.reviewed = event
        case Started():
            raise ValueError(f"interview {interview.id} is started twice")


def _note_decision(interview: Interview, event: Decided) -> None:
    decision: Decision = event.decision
    interview.current = decision.question
    state = interview.here
    if decision.move in (Move.OPEN, Move.ADVANCE):
        state.asked = True
    if decision.move in FOLLOW_UPS and not event.asked_for:
        state.follow_ups += 1
    if decision.move is Move.REDIRECT:
        state.redirected = True
    if decision.fact is not None:
        state.told.append(decision.fact)
    if decision.criterion is not None:
        state.target = decision.criterion
        given = {Move.PROBE: state.probed, Move.CHALLENGE: state.challenged, Move.HINT: state.hinted}
        given.get(decision.move, set()).add(decision.criterion)
