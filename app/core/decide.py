"""What the interviewer does next: pure functions from an interview to a decision."""

from app.core.events import Decision, Move
from app.core.interview import Interview, QuestionState
from app.core.rubric import Criterion, Kind
from app.core.verdict import Intent, Status

#: Between criteria of equal weight, what an interviewer would rather hear about comes first.
_PRIORITY = (Kind.ASSUMPTION, Kind.PITFALL, Kind.TRADE_OFF, Kind.IMPACT, Kind.DEFINITION, Kind.CLARIFICATION)


def decide(interview: Interview) -> Decision:
    """The next move, after an answer was judged.

    In order: time up closes; a question is answered from the card; "I don't know" gets a hint; the first
    off-topic answer gets a redirect; a contradiction is challenged; then the most valuable unmet criterion is
    probed, until the follow-ups are used up or nothing is left to ask for.
    """
    state, here = interview.here, interview.current
    if time_is_up(interview):
        return Decision(move=Move.CLOSE, question=here)
    if interview.intent is Intent.QUESTION:
        return Decision(move=Move.CLARIFY, question=here, fact=interview.judged[-1].fact)
    if interview.intent is Intent.OFF_TOPIC and not state.redirected:
        return Decision(move=Move.REDIRECT, question=here)
    if state.follow_ups < interview.started.follow_ups:
        if interview.intent is Intent.DONT_KNOW and (stuck := _stuck_on(state)):
            return Decision(move=Move.HINT, question=here, criterion=stuck.id)
        if contradiction := _contradiction(state):
            return Decision(move=Move.CHALLENGE, question=here, criterion=contradiction.id)
        if gap := next_gap(state):
            return Decision(move=Move.PROBE, question=here, criterion=gap.id)
    if here + 1 < len(interview.questions):
        return Decision(move=Move.ADVANCE, question=here + 1)
    return Decision(move=Move.CLOSE, question=here)


def time_is_up(interview: Interview) -> bool:
    """Whether the newest event lies at or past the deadline."""
    return interview.deadline is not None and interview.last_at is not None and interview.last_at >= interview.deadline


def next_gap(state: QuestionState) -> Criterion | None:
    """The unmet criterion to ask for: never one asked for already; greatest weight first."""
    gaps = [c for c in state.open_criteria() if c.id not in state.probed | state.challenged | state.hinted]
    return min(gaps, key=lambda c: (-c.weight, _PRIORITY.index(c.kind)), default=None)


def hint_target(state: QuestionState) -> Criterion | None:
    """What a hint should be about: the criterion just asked for, else the next gap, else anything open without a hint."""
    asked_for = _unhinted(state, state.target)
    if asked_for:
        return asked_for
    rest = [c for c in state.open_criteria() if c.id not in state.hinted]
    return next_gap(state) or min(rest, key=lambda c: (-c.weight, _PRIORITY.index(c.kind)), default=None)


def _stuck_on(state: QuestionState) -> Criterion | None:
    """On "I don't know": the criterion to help with. None when its hint did not help: then ask for something else."""
    if state.target is None:
        return hint_target(state)
    return _unhinted(state, state.target)


def _unhinted(state: QuestionState, criterion: str | None) -> Criterion | None:
    if criterion is None or criterion in state.hinted or state.status(criterion) is Status.MET:
        return None
    return state.question.criterion(criterion)


def _contradiction(state: QuestionState) -> Criterion | None:
    wrong = [c for c in state.open_criteria() if state.status(c.id) is Status.WRONG and c.id not in state.challenged]
    return max(wrong, key=lambda c: c.weight, default=None)
