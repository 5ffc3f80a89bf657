"""What the interviewer does next."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.decide import decide, hint_target, next_gap
from app.core.events import Decision, Move
from app.core.interview import Interview
from app.core.rubric import Kind
from app.core.verdict import Intent, Status
from tests.unit.core.samples import criterion, moved, opened, question, said

MET_ALL = {"a": Status.MET, "b": Status.MET, "c": Status.MET}


def move(interview: Interview) -> tuple[Move, str | None]:
    decision = decide(interview)
    return decision.move, decision.criterion


def take(interview: Interview, decision: Decision) -> Interview:
    return moved(interview, decision.move, decision.criterion, question=decision.question, fact=decision.fact)


def probed(interview: Interview, *criteria: str) -> Interview:
    for id in criteria:
        interview = moved(interview, Move.PROBE, id)
    return interview


# The rules, in the order in which they apply


@pytest.mark.parametrize("intent", Intent)
def test_time_up_closes_before_anything_else(intent: Intent) -> None:
    """At the deadline the interview ends, whatever was said and whatever is left to ask."""
    interview = said(opened(question(), question(id="next"), minutes=8), intent=intent, minutes_later=8, a=Status.WRONG)
    assert decide(interview) == Decision(move=Move.CLOSE, question=0)


def test_before_the_deadline_it_goes_on() -> None:
    """A second before time is up is time enough for another question."""
    assert move(said(opened(minutes=8), minutes_later=7.99)) == (Move.PROBE, "a")


@pytest.mark.parametrize("fact", [0, 1, None])
def test_a_question_is_answered_from_the_card(fact: int | None) -> None:
    """Even when there is a contradiction to challenge and no follow-up left; without a line of the card too."""
    interview = probed(opened(), "a", "b", "c")
    interview = said(interview, intent=Intent.QUESTION, fact=fact, a=Status.WRONG)
    assert decide(interview) == Decision(move=Move.CLARIFY, question=0, fact=fact)


def test_the_first_stray_answer_is_redirected_the_second_is_probed() -> None:
    """One redirect for a question; and a fresh one for the next."""
    interview = said(opened(question(), question(id="next")), intent=Intent.OFF_TOPIC)
    assert move(interview) == (Move.REDIRECT, None)
    interview = said(moved(interview, Move.REDIRECT), intent=Intent.OFF_TOPIC)
    assert move(interview) == (Move.PROBE, "a")
    interview = said(moved(interview, Move.ADVANCE, question=1), intent=Intent.OFF_TOPIC)
    assert move(interview) == (Move.REDIRECT, None)


def test_not_knowing_gets_a_hint_on_what_was_asked() -> None:
    """The criterion just probed, or, after the opening, the most valuable one."""
    assert move(said(probed(opened(), "b"), intent=Intent.DONT_KNOW)) == (Move.HINT, "b")
    assert move(said(opened(), intent=Intent.DONT_KNOW)) == (Move.HINT, "a")


def test_not_knowing_comes_before_a_contradiction() -> None:
    """Who is stuck is helped first."""
    interview = said(probed(opened(), "b"), intent=Intent.DONT_KNOW, a=Status.WRONG)
    assert move(interview) == (Move.HINT, "b")


def test_a_hint_that_did_not_help_is_not_repeated() -> None:
    """Still not knowing after the hint, the candidate is asked for something else."""
    interview = moved(said(opened(), intent=Intent.DONT_KNOW), Move.HINT, "a")
    assert move(said(interview, intent=Intent.DONT_KNOW)) == (Move.PROBE, "b")


def test_a_contradiction_is_challenged_before_a_gap_is_probed() -> None:
    """Even one of less weight than the gap."""
    assert move(said(opened(), c=Status.WRONG)) == (Move.CHALLENGE, "c")


def test_the_heaviest_contradiction_is_challenged_first_and_once() -> None:
    """The next one follows; one that was challenged already is left standing."""
    interview = said(opened(), b=Status.WRONG, c=Status.WRONG)
    assert move(interview) == (Move.CHALLENGE, "b")
    interview = said(moved(interview, Move.CHALLENGE, "b"))
    assert move(interview) == (Move.CHALLENGE, "c")
    interview = said(moved(interview, Move.CHALLENGE, "c"))
    assert move(interview) == (Move.PROBE, "a")


def test_the_most_valuable_gap_is_probed() -> None:
    """What is met needs no probe; what is half said, or could not be judged, still does."""
    assert move(said(opened())) == (Move.PROBE, "a")
    assert move(said(opened(), a=Status.MET)) == (Move.PROBE, "b")
    assert move(said(opened(), a=Status.PARTIAL)) == (Move.PROBE, "a")
    assert move(said(opened(), a=Status.UNSCORED)) == (Move.PROBE, "a")


def test_when_nothing_is_left_it_advances_and_at_last_closes() -> None:
    """The next question, or the end."""
    interview = opened(question(), question(id="next"))
    interview = said(interview, **MET_ALL)
    assert decide(interview) == Decision(move=Move.ADVANCE, question=1)
    interview = said(moved(interview, Move.ADVANCE, question=1), **MET_ALL)
    assert decide(interview) == Decision(move=Move.CLOSE, question=1)


@pytest.mark.parametrize("limit", [0, 1, 3])
@pytest.mark.parametrize("intent", [Intent.ANSWER, Intent.DONT_KNOW])
def test_used_up_follow_ups_end_the_question(limit: int, intent: Intent) -> None:
    """However much is left to ask, and even when a contradiction stands or the candidate is stuck."""
    interview = opened(question(*(criterion(id) for id in "abcdef")), follow_ups=limit)
    interview = said(probed(interview, *"abc"[:limit]), intent=intent, f=Status.WRONG)
    assert move(interview) == (Move.CLOSE, None)


def test_a_hint_that_was_asked_for_uses_up_no_follow_up() -> None:
    """It costs credit, not the interviewer's patience."""
    interview = opened(follow_ups=1)
    interview = moved(interview, Move.HINT, "a", asked_for=True)
    assert move(said(interview, a=Status.MET)) == (Move.PROBE, "b")


# What is worth asking for


def test_weight_comes_before_kind_and_kind_before_the_rubrics_order() -> None:
    """Between equal weights: assumption, pitfall, trade-off, impact, definition, clarification."""
    kinds = [Kind.CLARIFICATION, Kind.DEFINITION, Kind.IMPACT, Kind.TRADE_OFF, Kind.PITFALL, Kind.ASSUMPTION]
    criteria = [criterion(f"{kind}-{weight}", kind, weight) for kind in kinds for weight in (1, 2, 3)]
    interview, order = opened(question(*criteria)), []
    while gap := next_gap(interview.here):
        order.append(gap.id)
        interview = probed(interview, gap.id)
    assert order == [f"{kind}-{weight}" for weight in (3, 2, 1) for kind in reversed(kinds)]


@pytest.mark.parametrize("how", [Move.PROBE, Move.CHALLENGE, Move.HINT])
def test_what_was_asked_for_once_is_no_gap(how: Move) -> None:
    """A probe is never repeated, not after a challenge and not after a hint either."""
    gap = next_gap(moved(opened(), how, "a").here)
    assert gap is not None
    assert gap.id == "b"


def test_a_hint_is_about_what_was_just_asked() -> None:
    """Then about the next gap, then about anything open that had none; when every one had its hint, none is left."""
    interview = probed(opened(), "a", "b")
    order = []
    while target := hint_target(interview.here):
        order.append(target.id)
        interview = moved(interview, Move.HINT, target.id, asked_for=True)
    assert order == ["b", "c", "a"]


def test_no_hint_is_spent_on_what_is_met() -> None:
    """The criterion just asked for was answered: the hint is about the next one."""
    target = hint_target(said(probed(opened(), "a"), a=Status.MET).here)
    assert target is not None
    assert target.id == "b"
    assert hint_target(said(opened(), **MET_ALL).here) is None


replies = st.tuples(
    st.sampled_from(Intent), st.dictionaries(st.sampled_from("abcde"), st.sampled_from(Status), max_size=5), st.booleans()
)


@settings(max_examples=20)
@given(st.lists(replies, min_size=12, max_size=12), st.integers(0, 3))
def test_any_interview_keeps_the_promises(script: list[tuple[Intent, dict[str, Status], bool]], limit: int) -> None:
    """Whatever a candidate does: no more follow-ups than allowed, nothing probed, challenged or hinted twice, and an end."""
    five = [criterion(id, kind, weight) for id, kind, weight in zip("abcde", Kind, (3, 1, 2, 3, 2), strict=False)]
    interview, done = opened(question(*five), question(*five, id="next"), follow_ups=limit), set()
    for intent, statuses, wants_hint in script:
        if wants_hint and (target := hint_target(interview.here)):
            assert (interview.current, Move.HINT, target.id) not in done
            done.add((interview.current, Move.HINT, target.id))
            interview = moved(interview, Move.HINT, target.id, asked_for=True)
        interview = said(interview, intent=intent, **statuses)
        decision = decide(interview)
        if decision.move is Move.CLOSE:
            assert interview.current == 1
            return
        if decision.criterion:
            ask = (decision.question, decision.move, decision.criterion)
            assert ask not in done
            assert interview.here.status(decision.criterion) is not Status.MET
            done.add(ask)
        interview = take(interview, decision)
        assert all(state.follow_ups <= limit for state in interview.questions)
    # Each question bears its follow-ups, one redirect and the turn that ends it; only questions are answered without end.
    assert sum(intent is not Intent.QUESTION for intent, _, _ in script) < 2 * (limit + 2)
