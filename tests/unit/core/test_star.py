"""Stories: the overall, what is asked for next, where the thread was lost, and a plan made of the candidate's words alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.star import (
    CLEAR,
    LOST_WORDS,
    STEPS,
    URGENT,
    Analysis,
    Dimension,
    Mark,
    Reading,
    compared,
    lost_thread,
    next_probe,
    overall,
    retelling,
)
from tests.fakes import STORY_RUBRIC

SCORES = st.fixed_dictionaries({each: st.integers(0, 2) for each in Dimension})


def analysis(scores: dict[Dimension, int], marks: tuple[Mark, ...] = ()) -> Analysis:
    readings = tuple(Reading(dimension=each, score=scores.get(each, 0)) for each in Dimension)
    return Analysis(readings=readings, marks=marks, flags=(), engine="offline")


@given(SCORES)
def test_overall_runs_from_nothing_to_five(scores: dict[Dimension, int]) -> None:
    """And never falls when a score rises."""
    found = overall(scores, STORY_RUBRIC)
    assert 0 <= found <= 5
    for dimension, score in scores.items():
        assert overall({**scores, dimension: min(CLEAR, score + 1)}, STORY_RUBRIC) >= found
    assert overall(dict.fromkeys(Dimension, CLEAR), STORY_RUBRIC) == 5.0


def test_weights_count() -> None:
    """A dimension of twice the weight moves the overall twice as far."""
    heavy = {**STORY_RUBRIC, Dimension.ACTION: replace(STORY_RUBRIC[Dimension.ACTION], weight=2)}
    nothing = dict.fromkeys(Dimension, 0)
    assert overall({**nothing, Dimension.ACTION: 2}, heavy) == pytest.approx(5 * 2 / 9, abs=0.01)
    assert overall({**nothing, Dimension.TASK: 2}, heavy) == pytest.approx(5 / 9, abs=0.01)


@given(SCORES)
def test_each_missing_thing_is_asked_for_once_the_absent_first(scores: dict[Dimension, int]) -> None:
    asked: list[Dimension] = []
    while (dimension := next_probe(analysis(scores), asked, most=8)) is not None:
        asked.append(dimension)
    assert sorted(asked) == sorted(each for each in Dimension if scores[each] < CLEAR)
    assert [scores[each] for each in asked] == sorted(scores[each] for each in asked)


def test_no_more_is_asked_than_allowed() -> None:
    nothing = analysis({})
    assert next_probe(nothing, [], most=3) is URGENT[0]
    assert next_probe(nothing, URGENT[:3], most=3) is None


def test_the_thread_is_lost_where_much_shows_nothing() -> None:
    """What lies between two marks, without its white space; short gaps are no ramble."""
    ramble = " ".join(f"word{n}" for n in range(LOST_WORDS))
    text = f"I fixed it. {ramble} It worked."
    marks = (
        Mark(dimension=Dimension.ACTION, start=0, end=11),
        Mark(dimension=Dimension.RESULT, start=len(text) - 10, end=len(text)),
    )
    lost = lost_thread(text, analysis({}, marks))
    assert lost is not None
    assert text[lost.start : lost.end] == ramble
    assert lost_thread("I fixed it. Well. It worked.", analysis({}, (marks[0],))) is None


def test_overlapping_marks_leave_no_gap_between_them() -> None:
    text = "w " * 100
    marks = (Mark(dimension=Dimension.TASK, start=0, end=150), Mark(dimension=Dimension.ACTION, start=10, end=40))
    lost = lost_thread(text, analysis({}, marks))
    assert lost is None


def test_a_plan_is_made_of_the_candidates_own_words() -> None:
    """Words that show two dimensions stand once; what is missing is asked for and never made up."""
    text = "I was on call. I cut it from 9 to 4 days."
    both = (Mark(dimension=Dimension.ACTION, start=15, end=41), Mark(dimension=Dimension.QUANTIFIED, start=15, end=41))
    marks = (Mark(dimension=Dimension.TASK, start=0, end=14), *both)
    scores = {Dimension.TASK: 2, Dimension.ACTION: 1, Dimension.QUANTIFIED: 2, Dimension.OWNERSHIP: 2}
    steps = {step.dimensions[0]: step for step in retelling(text, analysis(scores, marks), STORY_RUBRIC)}
    assert [step.dimensions for step in steps.values()] == list(STEPS)
    assert steps[Dimension.TASK].says == ("I was on call.",)
    assert steps[Dimension.TASK].asks == ()
    assert steps[Dimension.ACTION].says == ("I cut it from 9 to 4 days.",)
    assert steps[Dimension.ACTION].asks == ("What of the action?",)
    assert steps[Dimension.RESULT].says == ()
    assert steps[Dimension.RESULT].asks == ("What of the result?",)
    said = " ".join(words for step in steps.values() for words in step.says)
    assert all(word in text for word in said.split())


def test_two_versions_are_compared_dimension_by_dimension() -> None:
    changes = compared(analysis({Dimension.RESULT: 0}), analysis({Dimension.RESULT: 2, Dimension.TASK: 1}))
    moved = {change.dimension: (change.before, change.after) for change in changes if change.before != change.after}
    assert moved == {Dimension.RESULT: (0, 2), Dimension.TASK: (0, 1)}
