"""How a mock loop shares out its questions and weighs its rounds."""

from dataclasses import replace

import pytest

from app.core.events import Round
from app.core.mock_loop import MockLoop, RoundState, parse_weights, round_of, shares
from app.core.rubric import Loop, Question, Stage
from app.core.verdict import Status
from tests.unit.core import samples

WEIGHTS = {Round.CODING: 40, Round.CONCEPTS: 30, Round.SYSTEM_DESIGN: 20, Round.BEHAVIORAL: 10}


def many(count: int, case: bool = False) -> list[Question]:
    """So many questions; or so many cases of one stage."""
    asked = [samples.question(id=f"q{n}") for n in range(count)]
    return [replace(q, case=q.id, stage=Stage.DATA) for q in asked] if case else asked


PLENTY = {each: many(12, case=each is Round.SYSTEM_DESIGN) for each in Round}


def test_questions_are_shared_out_by_weight() -> None:
    """Ten in all; a case takes the place of two."""
    assert shares(WEIGHTS, PLENTY) == {Round.CODING: 4, Round.CONCEPTS: 3, Round.SYSTEM_DESIGN: 1, Round.BEHAVIORAL: 1}
    thirds = dict.fromkeys((Round.CODING, Round.CONCEPTS, Round.BEHAVIORAL), 1)
    assert shares(thirds, PLENTY) == {Round.CODING: 4, Round.CONCEPTS: 3, Round.BEHAVIORAL: 3}


def test_a_round_asks_one_question_at_least_and_no_more_than_there_are() -> None:
    """A round without weight or without questions is no round."""
    offered = {**PLENTY, Round.CODING: many(2), Round.CONCEPTS: []}
    weights = {Round.CODING: 97, Round.CONCEPTS: 30, Round.SYSTEM_DESIGN: 0, Round.BEHAVIORAL: 3}
    assert shares(weights, offered) == {Round.CODING: 2, Round.BEHAVIORAL: 1}


@pytest.mark.parametrize(
    ("loop", "round"),
    [
        (Loop.CODING, Round.CODING),
        (Loop.DATA, Round.CODING),
        (Loop.MODELING, Round.CONCEPTS),
        (Loop.SYSTEMS, Round.CONCEPTS),
        (Loop.BEHAVIORAL, Round.BEHAVIORAL),
    ],
)
def test_a_question_belongs_to_one_round(loop: Loop, round: Round) -> None:
    """By its topic's loop; a case is system design whatever its loop."""
    assert round_of(samples.question(), loop) is round
    assert round_of(replace(samples.question(), case="feed"), loop) is Round.SYSTEM_DESIGN


def state(round: Round, weight: int, status: Status | None) -> RoundState:
    """A round in which everything got that status; None: it waits."""
    interview = None
    if status:
        interview = samples.finished(samples.said(samples.opened(), a=status, b=status, c=status))
    return RoundState(round=round, weight=weight, questions=1, interview=interview)


def test_the_overall_is_weighed_over_the_rounds_that_have_ended() -> None:
    """A round that waits counts for nothing yet; nothing ended, no overall."""
    full, empty = state(Round.CODING, 40, Status.MET), state(Round.CONCEPTS, 10, Status.ABSENT)
    waiting = state(Round.BEHAVIORAL, 50, None)
    assert MockLoop(id="l", rounds=(full, empty, waiting)).overall == 4.0
    assert MockLoop(id="l", rounds=(waiting,)).overall is None
    unscored = state(Round.BEHAVIORAL, 50, Status.UNSCORED)
    assert MockLoop(id="l", rounds=(full, unscored)).overall == 5.0


def test_weights_are_read_from_a_setting() -> None:
    """Unknown rounds and what is no whole number are refused."""
    assert parse_weights("coding=1, behavioral=0") == {Round.CODING: 1, Round.BEHAVIORAL: 0}
    for wrong in ("coding", "coding=-1", "cooking=3", "coding=1.5", ""):
        with pytest.raises(ValueError, match=r"weight|cooking"):
            parse_weights(wrong)
