"""The report at the end: what was credited, from which words, what it cost, and what to do next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from app.core.events import Answered
from app.core.interview import Interview, Line, QuestionState, Standing, replay
from app.core.mistakes import Mistake, find
from app.core.rubric import Criterion, Fact, Kind, Note, Question
from app.core.score import Graded, Help, credit, score
from app.core.verdict import Flag, Status, Verdict

#: From this overall on a topic, skimming its note is enough.
RECAP_FROM = 3.5


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnView:
    """Words that the candidate points at for a criterion; shown beside the engine's verdict, never in place of it.

    `help` is what had been given on the criterion before those words were said.
    """

    turn: int
    quote: str
    start: int
    end: int
    help: Help


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionReport:
    """One criterion at the end. `credit` is the share of its weight earned; `cost` what a probe or hint took off."""

    criterion: Criterion
    verdict: Verdict
    help: Help
    credit: float
    cost: float
    own_view: OwnView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionReport:
    """One question that was asked. `told` are the facts that the candidate asked for."""

    state: QuestionState
    title: str
    overall: float | None
    told: tuple[Fact, ...]
    criteria: tuple[CriterionReport, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Highlight:
    """Words of one line that a verdict rests on; offsets into the line's text."""

    start: int
    end: int
    criterion: str
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A section to read, `recap` or `deeper`, with the minutes it takes and the criteria it would have earned."""

    topic: str
    title: str
    section: str
    reach: str
    minutes: int
    criteria: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """The one thing to practise next."""

    topic: str
    question: str
    criterion: str
    text: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Debrief:
    """The whole report. Scores are 0 to 5, or None where nothing was scored; `scored` is the share of weight that was."""

    interview: Interview
    title: str
    finished_at: datetime
    overall: float | None
    own_overall: float | None
    scored: float
    by_kind: dict[Kind, float | None]
    questions: tuple[QuestionReport, ...]
    transcript: tuple[tuple[Line, tuple[Highlight, ...]], ...]
    read: tuple[Reading, ...]
    next: Drill | None
    flags: tuple[Flag, ...]
    mistakes: tuple[Mistake, ...]
    summary: str


def debrief(interview: Interview, notes: Mapping[str, Note]) -> Debrief:
    """Build the report of a finished interview from its state and the notes there are."""
    if interview.finished is None:
        raise ValueError("a debrief needs a finished interview")
    total = interview.score()
    reports = tuple(_question(interview, index, notes) for index, state in enumerate(interview.questions) if state.asked)
    return Debrief(
        interview=interview,
        title=title_of(interview, notes),
        finished_at=interview.finished.at,
        overall=total.overall,
        own_overall=_own_overall(reports),
        scored=round(total.scored, 3),
        by_kind=total.by_kind,
        questions=reports,
        transcript=tuple((line, _highlights(interview, line)) for line in interview.lines),
        read=_reading(reports, notes),
        next=_drill(reports),
        flags=tuple(interview.flags),
        mistakes=_mistakes(interview),
        summary=interview.summarized.text if interview.summarized else "",
    )


def _mistakes(interview: Interview) -> tuple[Mistake, ...]:
    """What was found beside the rubric. A candidate asked for a design owes all that a design is given with."""
    if interview.reviewed is None:
        return ()
    return find(interview.reviewed.remarks, staged=any(state.question.case for state in interview.questions if state.asked))


def title_of(interview: Interview, notes: Mapping[str, Note]) -> str:
    """What the interview is about, for people: the titles of its topics and cases."""
    return ", ".join(dict.fromkeys(asked_about(question, notes) for question in interview.started.plan))


def asked_about(question: Question, notes: Mapping[str, Note]) -> str:
    """What a question is about, for people: its case, or the title of its topic."""
    return question.case_title or (notes[question.topic].title if question.topic in notes else question.topic)


def _question(interview: Interview, index: int, notes: Mapping[str, Note]) -> QuestionReport:
    state = interview.questions[index]
    return QuestionReport(
        state=state,
        title=asked_about(state.question, notes) + (f", {state.question.stage}" if state.question.stage else ""),
        overall=score(state.graded()).overall,
        told=tuple(state.question.constraints[fact] for fact in dict.fromkeys(state.told)),
        criteria=tuple(
            _criterion(interview, index, criterion, state.standings[criterion.id]) for criterion in state.question.criteria
        ),
    )


def _criterion(interview: Interview, index: int, criterion: Criterion, standing: Standing) -> CriterionReport:
    status = standing.verdict.status
    earned = 0.0 if status is Status.UNSCORED else credit(status, standing.help)
    unaided = 0.0 if status is Status.UNSCORED else credit(status, Help.NONE)
    return CriterionReport(
        criterion=criterion,
        verdict=standing.verdict,
        help=standing.help,
        credit=round(earned, 3),
        cost=round(unaided - earned, 3),
        own_view=_own_view(interview, index, criterion.id),
    )


def _own_view(interview: Interview, index: int, criterion: str) -> OwnView | None:
    check = interview.checks.get((index, criterion))
    if check is None or not check.quote:
        return None
    before = takewhile(lambda event: not (isinstance(event, Answered) and event.turn == check.turn), interview.events)
    help = replay(interview.id, before).questions[index].help_given(criterion)
    return OwnView(turn=check.turn, quote=check.quote, start=check.start, end=check.end, help=help)


def _own_overall(reports: tuple[QuestionReport, ...]) -> float | None:
    """The overall if every tick of the candidate's counted as met."""
    if not any(item.own_view for report in reports for item in report.criteria):
        return None
    return score(_own_graded(item) for report in reports for item in report.criteria).overall


def _own_graded(item: CriterionReport) -> Graded:
    status, help = item.verdict.status, item.help
    if item.own_view and status is not Status.MET:
        status, help = Status.MET, item.own_view.help
    return Graded(kind=item.criterion.kind, weight=item.criterion.weight, status=status, help=help)


def _highlights(interview: Interview, line: Line) -> tuple[Highlight, ...]:
    if line.move is not None:
        return ()
    verdicts = (standing.verdict for standing in interview.questions[line.question].standings.values())
    found = [
        Highlight(start=verdict.start, end=verdict.end, criterion=verdict.criterion, status=verdict.status)
        for verdict in verdicts
        if verdict.turn == line.turn and verdict.start is not None and verdict.end is not None
    ]
    return tuple(sorted(found, key=lambda h: (h.start, h.end)))


def _reading(reports: tuple[QuestionReport, ...], notes: Mapping[str, Note]) -> tuple[Reading, ...]:
    """The sections that teach what was missed, the most weight first; at most one line a section."""
    missed: dict[tuple[str, str], list[Criterion]] = {}
    overall: dict[str, list[float]] = {}
    for report in reports:
        topic = report.state.question.topic
        overall.setdefault(topic, []).append(report.overall or 0.0)
        for item in report.criteria:
            if item.verdict.status is not Status.MET and topic in notes:
                missed.setdefault((topic, item.criterion.note), []).append(item.criterion)
    lines = []
    for (topic, section), criteria in sorted(missed.items(), key=lambda entry: -sum(c.weight for c in entry[1])):
        note = notes[topic]
        recap = sum(overall[topic]) / len(overall[topic]) >= RECAP_FROM
        lines.append(
            Reading(
                topic=topic,
                title=note.title,
                section=section,
                reach="recap" if recap else "deeper",
                minutes=note.recap_minutes if recap else note.deep_minutes,
                criteria=tuple(dict.fromkeys(c.id for c in criteria)),
            )
        )
    return tuple(lines)


def _drill(reports: tuple[QuestionReport, ...]) -> Drill | None:
    """The heaviest criterion that earned least, a contradiction before a gap."""
    gaps = [(report, item) for report in reports for item in report.criteria if item.verdict.status is not Status.MET]
    if not gaps:
        return None
    report, item = min(gaps, key=lambda gap: (gap[1].verdict.status is not Status.WRONG, gap[1].credit, -gap[1].criterion.weight))
    why = {
        Status.WRONG: "You said the opposite, and this is the one to put right first.",
        Status.PARTIAL: "You were half way there; say the rest.",
        Status.UNSCORED: "The engine could not tell whether you said it; make it unmistakable.",
    }.get(item.verdict.status, "It carries the most weight of what was not said.")
    return Drill(
        topic=report.state.question.topic,
        question=report.state.question.id,
        criterion=item.criterion.id,
        text=item.criterion.probe or item.criterion.statement,
        why=why,
    )
