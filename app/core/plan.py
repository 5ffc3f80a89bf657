"""Which questions an interview asks: a pure, seeded choice."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.errors import Invalid
from app.core.rubric import Level, Question

MAX_QUESTIONS = 10
#: Minutes that a mock interview gives a question, and a case with all its stages.
QUESTION_MINUTES = 8
CASE_MINUTES = 45


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the candidate asked for. No topics: a surprise among all that are offered."""

    topics: tuple[str, ...] = ()
    level: Level = Level.MID
    questions: int = 1
    seed: int = 0


def plan(choice: Choice, offered: Sequence[Question]) -> tuple[Question, ...]:
    """Pick `choice.questions` questions out of `offered` (already narrowed to the topics or the loop).

    A case counts as one question and comes with all its stages, in order. Each topic gives one question before any
    gives a second; within a topic the level asked for comes first, then its neighbours. The same seed gives the same
    plan. They are asked in the order of the topics named, easier ones first within a topic.

    Raises Invalid when fewer questions exist than were asked for.
    """
    units: dict[tuple[str, str], list[Question]] = {}
    for question in offered:
        units.setdefault((question.topic, question.case or question.id), []).append(question)
    if choice.questions > len(units):
        count = "question" if len(units) == 1 else "questions"
        raise Invalid(f"Only {len(units)} {count} can be asked here; you asked for {choice.questions}.", field="questions")
    rng = random.Random(choice.seed)
    by_topic: dict[str, list[list[Question]]] = {}
    for (topic, _), unit in sorted(units.items()):
        by_topic.setdefault(topic, []).append(unit)
    order = list(choice.topics) or rng.sample(sorted(by_topic), len(by_topic))
    for alternatives in by_topic.values():
        rng.shuffle(alternatives)
        alternatives.sort(key=lambda unit: abs(unit[0].level.rank - choice.level.rank))
    rounds = [(depth, order.index(topic), unit) for topic, found in by_topic.items() for depth, unit in enumerate(found)]
    picked = [unit for _, _, unit in sorted(rounds, key=lambda r: r[:2])[: choice.questions]]
    picked.sort(key=lambda unit: (order.index(unit[0].topic), unit[0].level.rank))
    return tuple(question for unit in picked for question in unit)


def usual_minutes(questions: Sequence[Question]) -> int:
    """The time that these questions take in a mock interview: a case 45 minutes, any other question 8."""
    cases = {(question.topic, question.case) for question in questions if question.case}
    return CASE_MINUTES * len(cases) + QUESTION_MINUTES * sum(not question.case for question in questions)
