"""What the events add up to."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.events import Answered, Decided, Decision, Judged, Move, SelfChecked, Spoke
from app.core.interview import Interview, Standing, replay, standing_after
from app.core.score import Help, credit
from app.core.verdict import Flag, Intent, Status, Verdict
from tests.unit.core.samples import AT, FACTS, answered, finished, moved, opened, question, said

HELPING = (Move.PROBE, Move.CHALLENGE, Move.HINT)

#: Turns, each with a status for `a` and `b` and the move that follows.
turns = st.lists(
    st.tuples(
        st.sampled_from(Status), st.sampled_from(Status), st.sampled_from((*HELPING, Move.CLARIFY)), st.sampled_from(("a", "b"))
    ),
    max_size=6,
)


def told(turns: Sequence[tuple[Status, Status, Move, str]]) -> list[Interview]:
    """The interview after each of the turns."""
    states = [opened()]
    for a, b, move, about in turns:
        judged = said(states[-1], a=a, b=b)
        states += [judged, moved(judged, move, about if move in HELPING else None)]
    return states


def status(interview: Interview, criterion: str) -> Status:
    return interview.here.status(criterion)


def help_for(interview: Interview, criterion: str) -> Help:
    return interview.here.standings[criterion].help


def test_a_fresh_interview_has_everything_absent() -> None:
    """Before a word is said nothing is met, nothing helped, and turn 1 is expected."""
    interview = opened()
    assert {c.id: status(interview, c.id) for c in interview.here.question.criteria} == dict.fromkeys("abc", Status.ABSENT)
    assert (interview.turn, interview.expected_turn, interview.status) == (0, 1, "open")
    assert interview.message is not None
    assert interview.message.move is Move.OPEN


@given(turns, st.data())
def test_replay_depends_on_the_events_alone(turns: list[tuple[Status, Status, Move, str]], data: st.DataObject) -> None:
    """Replayed whole, or from any point on, the same events give the same interview."""
    interview = told(turns)[-1]
    at = data.draw(st.integers(1, len(interview.events)))
    assert replay("i", interview.events) == interview
    assert replay("i", interview.events[:at]).then(*interview.events[at:]) == interview


@given(turns)
def test_credit_only_falls_on_a_false_claim(turns: list[tuple[Status, Status, Move, str]]) -> None:
    """From turn to turn a criterion's credit rises or stays, unless the candidate now says the opposite."""
    states = told(turns)
    for before, after in pairwise(states):
        for id in "ab":
            was, now = before.here.standings[id], after.here.standings[id]
            if now.verdict.status is Status.WRONG:
                continue
            assert _credit(now) >= _credit(was)


def _credit(standing: Standing) -> float:
    return 0.0 if standing.verdict.status is Status.UNSCORED else credit(standing.verdict.status, standing.help)


@pytest.mark.parametrize("was", Status)
@pytest.mark.parametrize("now", Status)
def test_the_rising_rule(was: Status, now: Status) -> None:
    """Met stays met; wrong stands until it is corrected; else the better of the two, and wrong over all but met."""
    old = Standing(Verdict(criterion="a", status=was), Help.NONE)
    got = standing_after(old, Verdict(criterion="a", status=now), Help.HINT).verdict.status
    rising = (Status.ABSENT, Status.UNSCORED, Status.PARTIAL, Status.MET)
    if Status.MET in (was, now):
        assert got is Status.MET
    elif was is Status.WRONG:
        assert got is (Status.PARTIAL if now is Status.PARTIAL else Status.WRONG)
    elif now is Status.WRONG:
        assert got is Status.WRONG
    else:
        assert got is max(was, now, key=rising.index)


def test_wrong_stands_until_it_is_corrected() -> None:
    """Silence and doubt leave a false claim standing; the truth, even half of it, lifts it."""
    interview = said(opened(), a=Status.WRONG)
    for shrug in (Status.ABSENT, Status.UNSCORED, Status.WRONG):
        interview = said(interview, "Another turn.", a=shrug)
        assert status(interview, "a") is Status.WRONG
    assert interview.here.standings["a"].verdict.turn == 1
    assert status(said(interview, a=Status.PARTIAL), "a") is Status.PARTIAL
    assert status(said(interview, a=Status.MET), "a") is Status.MET


def test_the_words_that_earned_it_are_kept() -> None:
    """Saying the same half again later leaves the first words, and the help of that time, in force."""
    interview = said(opened(), "First words.", a=Status.PARTIAL)
    interview = said(moved(interview, Move.HINT, "a"), "Later words.", a=Status.PARTIAL)
    standing = interview.here.standings["a"]
    assert (standing.verdict.quote, standing.verdict.turn, standing.help) == ("First words.", 1, Help.NONE)


def test_an_absent_verdict_keeps_the_judges_confidence() -> None:
    """Not said yet is the judge's word, not a blank."""
    interview = answered(opened())
    sure = Verdict(criterion="a", status=Status.ABSENT, confidence=0.8)
    judged = interview.then(Judged(at=AT, turn=1, engine="offline", verdicts=(sure,), intent=Intent.ANSWER))
    assert judged.here.standings["a"].verdict == sure


@pytest.mark.parametrize(
    ("moves", "help", "overall"),
    [
        ((), Help.NONE, 5.0),
        ((Move.PROBE,), Help.PROBE, 4.0),
        ((Move.CHALLENGE,), Help.PROBE, 4.0),
        ((Move.HINT,), Help.HINT, 2.5),
        ((Move.PROBE, Move.HINT), Help.HINT, 2.5),
        ((Move.HINT, Move.PROBE), Help.HINT, 2.5),
    ],
)
def test_help_sets_what_the_words_earn(moves: tuple[Move, ...], help: Help, overall: float) -> None:
    """In full unprompted, 0.8 after a probe or a challenge, 0.5 after a hint."""
    interview = opened()
    for move in moves:
        for id in "abc":
            interview = moved(interview, move, id)
    interview = said(interview, a=Status.MET, b=Status.MET, c=Status.MET)
    assert help_for(interview, "a") is help
    assert interview.score().overall == overall


def test_help_is_fixed_when_the_words_are_said() -> None:
    """A hint that comes after the words takes nothing off them, and a probe on one criterion nothing off another."""
    interview = moved(opened(), Move.PROBE, "b")
    interview = said(interview, a=Status.MET, b=Status.MET)
    interview = moved(interview, Move.HINT, "a")
    assert (help_for(interview, "a"), help_for(interview, "b")) == (Help.NONE, Help.PROBE)
    assert help_for(said(interview, a=Status.MET), "a") is Help.NONE


def test_questions_not_asked_do_not_count() -> None:
    """An interview that ends early is scored on what was reached; one that was reached counts even unanswered."""
    interview = opened(question(id="first"), question(id="second"))
    interview = said(interview, a=Status.MET, b=Status.MET, c=Status.MET)
    assert interview.score().overall == 5.0
    assert moved(interview, Move.ADVANCE, question=1).score().overall == 2.5


def test_verdicts_belong_to_the_question_under_discussion() -> None:
    """The same criterion in the next question starts afresh."""
    interview = said(opened(question(id="first"), question(id="second")), a=Status.MET)
    interview = said(moved(interview, Move.ADVANCE, question=1), b=Status.MET)
    assert [[state.status(id) is Status.MET for id in "ab"] for state in interview.questions] == [[True, False], [False, True]]
    assert [[answer.turn for answer in state.answers] for state in interview.questions] == [[1], [2]]
    assert [(line.question, line.move) for line in interview.lines] == [
        (0, Move.OPEN),
        (0, None),
        (1, Move.ADVANCE),
        (1, None),
    ]


def test_then_leaves_the_old_interview_alone() -> None:
    """An interview is a value: what comes after makes another one."""
    before = said(opened(), a=Status.PARTIAL)
    copy = replay("i", before.events)
    finished(moved(said(moved(before, Move.PROBE, "a"), a=Status.MET, b=Status.WRONG), Move.CLARIFY, fact=1))
    assert before == copy


def test_open_criteria_are_those_that_can_still_earn() -> None:
    """Everything but what is met, in the rubric's order."""
    interview = said(opened(), a=Status.WRONG, b=Status.MET, c=Status.UNSCORED)
    assert [criterion.id for criterion in interview.here.open_criteria()] == ["a", "c"]


def test_moves_are_counted_and_remembered() -> None:
    """Probes, challenges and hints are follow-ups, unless the candidate asked for the hint; the rest are not."""
    interview = opened()
    for move, about in ((Move.PROBE, "a"), (Move.CHALLENGE, "b"), (Move.HINT, "c"), (Move.REDIRECT, None)):
        interview = moved(interview, move, about)
    interview = moved(interview, Move.CLARIFY, fact=1)
    interview = moved(interview, Move.HINT, "a", asked_for=True)
    here = interview.here
    assert (here.follow_ups, here.redirected, here.told, here.target) == (3, True, [1], "a")
    assert (here.probed, here.challenged, here.hinted) == ({"a"}, {"b"}, {"a", "c"})
    assert FACTS[here.told[0]].asks_about == "noise"


def test_what_a_crash_left_undone_is_visible() -> None:
    """An answer without verdicts and a move without words each leave their mark until they are made up for."""
    asked = answered(opened())
    assert (asked.unjudged, asked.unspoken) == (True, False)
    judged = said(opened())
    decided = judged.then(Decided(at=AT, turn=1, decision=Decision(move=Move.PROBE, question=0, criterion="a")))
    assert (decided.unjudged, decided.unspoken) == (False, True)
    assert not decided.then(Spoke(at=AT, turn=1, text="So?", engine="offline")).unspoken


def test_the_deadline_counts_from_the_start() -> None:
    """No minutes, no deadline."""
    assert opened(minutes=8).deadline == AT + timedelta(minutes=8)
    assert opened().deadline is None


def test_flags_and_the_newest_intent_are_kept() -> None:
    """Flags add up over the turns; the intent is that of the newest."""
    flag = Flag(kind="keyword_list", quote="words", turn=1, start=0, end=5)
    interview = said(said(opened(), flags=(flag,), intent=Intent.OFF_TOPIC), flags=(replace(flag, turn=2),))
    assert (interview.intent, [found.turn for found in interview.flags]) == (Intent.ANSWER, [1, 2])
    assert opened().intent is Intent.ANSWER


def test_the_newest_self_check_stands() -> None:
    """One for each criterion of each question."""
    check = SelfChecked(at=AT, question=0, criterion="a", turn=1, quote="Some words", start=0, end=10)
    interview = finished(said(opened())).then(check, replace(check, criterion="b"), replace(check, quote=""))
    assert {key: kept.quote for key, kept in interview.checks.items()} == {(0, "a"): "", (0, "b"): "Some words"}


def test_events_that_make_no_interview_are_refused() -> None:
    """It begins with Started, once."""
    events = opened().events
    with pytest.raises(ValueError, match="does not begin"):
        replay("i", [Answered(at=AT, turn=1, text="Hello.")])
    with pytest.raises(ValueError, match="started twice"):
        replay("i", [*events, events[0]])
