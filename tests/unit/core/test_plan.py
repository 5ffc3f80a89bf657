"""Which questions an interview asks."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.plan import CASE_MINUTES, QUESTION_MINUTES, Choice, plan, usual_minutes
from app.core.rubric import Level, Question, Stage
from tests.unit.core.samples import question

LEVELS = (Level.JUNIOR, Level.MID, Level.SENIOR)
#: Three topics with a question of each level, and one more of level mid.
OFFERED = tuple(
    question(topic=topic, id=f"{topic}-{name}", level=level)
    for topic in ("ants", "bees", "cats")
    for name, level in (("junior", Level.JUNIOR), ("mid", Level.MID), ("mid2", Level.MID), ("senior", Level.SENIOR))
)

choices = st.builds(
    Choice,
    topics=st.permutations(["ants", "bees", "cats"]).map(tuple) | st.just(()),
    level=st.sampled_from(LEVELS),
    questions=st.integers(1, len(OFFERED)),
    seed=st.integers(0, 2**31),
)


def ids(questions: tuple[Question, ...]) -> list[str]:
    return [question.id for question in questions]


def only(*topics: str) -> list[Question]:
    return [question for question in OFFERED if question.topic in topics]


@given(choices, st.permutations(OFFERED))
def test_a_plan_is_repeatable(choice: Choice, shuffled: list[Question]) -> None:
    """The same seed gives the same plan, in whatever order the content was read."""
    assert plan(choice, OFFERED) == plan(choice, shuffled)


@given(choices)
def test_a_plan_asks_what_was_asked_for(choice: Choice) -> None:
    """As many questions as wanted, none twice, all of them offered."""
    picked = plan(choice, OFFERED)
    assert len(picked) == choice.questions == len(set(ids(picked)))
    assert set(picked) <= set(OFFERED)


@given(choices)
def test_every_topic_has_its_turn_before_any_has_a_second(choice: Choice) -> None:
    """Questions are spread evenly; those of one topic stand together, easier ones first, topics in the order named."""
    picked = plan(choice, OFFERED)
    topics = [question.topic for question in picked]
    counts = [topics.count(topic) for topic in ("ants", "bees", "cats")]
    assert max(counts) - min(counts) <= 1
    runs = [topic for index, topic in enumerate(topics) if index == 0 or topics[index - 1] != topic]
    assert len(runs) == len(set(runs))
    if choice.topics:
        assert runs == list(choice.topics)[: len(runs)]
    for before, after in pairwise(picked):
        assert before.topic != after.topic or before.level.rank <= after.level.rank


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("seed", range(5))
def test_the_level_asked_for_comes_first(level: Level, seed: int) -> None:
    """One question is of that level; where the topic has none, of a neighbouring one."""
    [picked] = plan(Choice(topics=("ants",), level=level, seed=seed), only("ants"))
    assert picked.level is level
    others = [question for question in only("ants") if question.level is not level]
    [neighbour] = plan(Choice(topics=("ants",), level=level, seed=seed), others)
    assert neighbour.level is (Level.MID if level is not Level.MID else neighbour.level)


def test_more_questions_than_one_level_has_take_in_the_next() -> None:
    """Asked easiest first."""
    picked = plan(Choice(topics=("ants",), level=Level.SENIOR, questions=3, seed=1), only("ants"))
    assert [question.level for question in picked] == [Level.MID, Level.MID, Level.SENIOR]


def test_seeds_differ() -> None:
    """Among two dozen seeds a surprise is not always the same, nor is the question of a topic."""
    assert {plan(Choice(seed=seed), OFFERED)[0].topic for seed in range(24)} == {"ants", "bees", "cats"}
    assert {plan(Choice(topics=("ants",), seed=seed), only("ants"))[0].id for seed in range(24)} == {"ants-mid", "ants-mid2"}


@pytest.mark.parametrize(("offered", "said"), [(12, "Only 12 questions"), (1, "Only 1 question can"), (0, "Only 0 questions")])
def test_too_many_questions_are_refused(offered: int, said: str) -> None:
    """The error names the field and how many there are."""
    with pytest.raises(Invalid, match=said) as error:
        plan(Choice(questions=offered + 1), OFFERED[:offered])
    assert error.value.field == "questions"


def case(name: str, level: Level = Level.MID) -> tuple[Question, ...]:
    """A case of the topic `dogs`, a question for each stage."""
    asked = (question(topic="dogs", id=f"{name}-{stage}", level=level) for stage in Stage)
    return tuple(replace(each, case=name, case_title=name.title(), stage=stage) for each, stage in zip(asked, Stage, strict=True))


@given(st.integers(0, 2**31))
def test_a_case_is_one_question_with_all_its_stages_in_order(seed: int) -> None:
    """Requirements, data, model, serving: never a stage alone, never two cases mixed."""
    offered = (*case("feed"), *case("fraud"), *OFFERED[:4])
    picked = plan(Choice(topics=("dogs", "ants"), questions=3, seed=seed), offered)
    assert [q.stage for q in picked if q.case] == [*Stage] * (len({q.case for q in picked} - {""}))
    for name in {q.case for q in picked if q.case}:
        assert [q for q in picked if q.case == name] == list(case(name))


def test_the_level_picks_the_case() -> None:
    """As it picks a question."""
    offered = (*case("feed", Level.JUNIOR), *case("fraud", Level.SENIOR))
    assert {q.case for q in plan(Choice(level=Level.SENIOR), offered)} == {"fraud"}
    with pytest.raises(Invalid, match="Only 2 questions"):
        plan(Choice(questions=3), offered)


def test_a_case_takes_three_quarters_of_an_hour() -> None:
    """However many stages it has; any other question its usual time."""
    assert usual_minutes((*case("feed"), *OFFERED[:2])) == CASE_MINUTES + 2 * QUESTION_MINUTES
