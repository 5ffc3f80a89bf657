"""Which sense-check questions a quiz asks."""

from dataclasses import replace

from app.core.quiz import pick
from app.core.rubric import Note, QuizItem
from tests.unit.core import samples


def note(topic: str, count: int = 2) -> Note:
    items = tuple(QuizItem(topic=topic, question=f"{topic} {n}?", answer=f"{n}.") for n in range(count))
    return replace(samples.note(topic), quiz=items)


NOTES = [note("a"), note("b"), note("c"), note("d", 0)]


def test_each_topic_is_asked_once_before_any_is_asked_again() -> None:
    """And a note without questions asks none."""
    first = pick(NOTES, 3, seed=1)
    assert {item.topic for item in first} == {"a", "b", "c"}
    assert sorted(item.question for item in pick(NOTES, 50, seed=1)) == sorted(f"{t} {n}?" for t in "abc" for n in (0, 1))


def test_a_seed_makes_a_quiz() -> None:
    """The same again, whatever the order of the notes; and another seed another quiz."""
    assert pick(NOTES, 4, seed=5) == pick(NOTES[::-1], 4, seed=5)
    assert len({pick(NOTES, 4, seed=seed) for seed in range(20)}) > 5
