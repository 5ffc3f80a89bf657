"""Which questions an interview asks: a pure, seeded choice."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.errors import Invalid
from app.core.rubric import Level, Question

MAX_QUESTIONS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the candidate asked for. No topics: a surprise among all that are offered."""

    topics: tuple[str, ...] = ()
    level: Level = Level.MID
    questions: int = 1
    seed: int = 0


def plan(choice: Choice, offered: Sequence[Question]) -> tuple[Question, ...]:
    """Pick `choice.questions` questions out of `offered` (already narrowed to the topics or the loop).

    Each topic gives one question before any gives a second; within a topic the level asked for comes first,
    then its neighbours. The same seed gives the same plan. They are asked in the order of the topics named,
    easier ones first within a topic.

    Raises Invalid when fewer questions exist than were asked for.
    """
    if choice.questions > len(offered):
        count = "question" if len(offered) == 1 else "questions"
        raise Invalid(f"Only {len(offered)} {count} can be asked here; you asked for {choice.questions}.", field="questions")
    rng = random.Random(choice.seed)
    by_topic: dict[str, list[Question]] = {}
    for question in sorted(offered, key=lambda q: (q.topic, q.id)):
        by_topic.setdefault(question.topic, []).append(question)
    order = list(choice.topics) or rng.sample(sorted(by_topic), len(by_topic))
    for questions in by_topic.values():
        rng.shuffle(questions)
        questions.sort(key=lambda q: abs(q.level.rank - choice.level.rank))
    rounds = [
        (depth, order.index(topic), questions[depth]) for topic, questions in by_topic.items() for depth in range(len(questions))
    ]
    picked = [question for _, _, question in sorted(rounds, key=lambda r: r[:2])[: choice.questions]]
    return tuple(sorted(picked, key=lambda q: (order.index(q.topic), q.level.rank)))
