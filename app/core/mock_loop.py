"""The mock loop: a full set of interviews, one after the other, weighted like an employer's.

Its rounds are mock interviews of their own; what they have in common stands in the Started event of each, and their
ids are made of the loop's, so that a loop is found again without a list of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from app.core.events import Round
from app.core.interview import Interview
from app.core.plan import CASE_MINUTES, QUESTION_MINUTES
from app.core.rubric import Loop, Question

#: Questions of a whole loop, shared out by weight. A case is long: it takes the place of two.
QUESTIONS = 10
CASE_QUESTIONS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundState:
    """One round: `questions` is how many it asks, a case counting as one; `interview` is None until it begins."""

    round: Round
    weight: int
    questions: int
    interview: Interview | None

    @property
    def status(self) -> Literal["waiting", "open", "finished"]:
        """How far it is."""
        if self.interview is None:
            return "waiting"
        return "finished" if self.interview.finished else "open"

    @property
    def minutes(self) -> int:
        """The time that it has."""
        if self.interview and self.interview.started.minutes:
            return self.interview.started.minutes
        return self.questions * (CASE_MINUTES if self.round is Round.SYSTEM_DESIGN else QUESTION_MINUTES)

    @property
    def overall(self) -> float | None:
        """0 to 5, once it has ended; None where nothing could be scored."""
        return self.interview.score().overall if self.interview and self.interview.finished else None


@dataclass(frozen=True, slots=True, kw_only=True)
class MockLoop:
    """A loop as it stands; `id` is empty until its first round begins."""

    id: str
    rounds: tuple[RoundState, ...]

    @property
    def next(self) -> RoundState | None:
        """The round to take now: the one under way, or else the first that waits."""
        return next((each for each in self.rounds if each.status != "finished"), None)

    @property
    def overall(self) -> float | None:
        """The rounds' overalls, 0 to 5, weighted; over those that have ended and could be scored."""
        scored = [(each.weight, each.overall) for each in self.rounds if each.overall is not None]
        total = sum(weight for weight, _ in scored)
        return round(sum(weight * overall for weight, overall in scored) / total, 2) if total else None


def parse_weights(text: str) -> dict[Round, int]:
    """Weights written as `coding=40,concepts=30`. Raises ValueError for an unknown round or what is no whole number from 0."""
    weights: dict[Round, int] = {}
    for pair in text.split(","):
        name, _, weight = pair.partition("=")
        if not weight.strip().isdecimal():
            raise ValueError(f"{pair.strip()!r} has no whole number as its weight")
        weights[Round(name.strip())] = int(weight)
    return weights


def round_of(question: Question, loop: Loop) -> Round:
    """The round in which a question is asked, `loop` being its topic's."""
    if question.case:
        return Round.SYSTEM_DESIGN
    if loop is Loop.BEHAVIORAL:
        return Round.BEHAVIORAL
    return Round.CODING if loop in (Loop.CODING, Loop.DATA) else Round.CONCEPTS


def shares(weights: Mapping[Round, int], offered: Mapping[Round, Sequence[Question]]) -> dict[Round, int]:
    """How many questions each round asks: QUESTIONS by weight, at least one each, at most what there is.

    Rounds without weight or without questions are left out. Shares are rounded by largest remainder (Hamilton's
    method), earlier rounds first among equals.
    """
    rounds = [each for each in Round if weights.get(each, 0) > 0 and offered.get(each)]
    total = sum(weights[each] for each in rounds)
    exact = {each: QUESTIONS * weights[each] / total for each in rounds}
    counts = {each: int(exact[each]) for each in rounds}
    by_remainder = sorted(rounds, key=lambda each: counts[each] - exact[each])
    for each in by_remainder[: QUESTIONS - sum(counts.values())]:
        counts[each] += 1
    if Round.SYSTEM_DESIGN in counts:
        counts[Round.SYSTEM_DESIGN] //= CASE_QUESTIONS
    there_are = {each: len({(q.topic, q.case or q.id) for q in offered[each]}) for each in rounds}
    return {each: max(1, min(counts[each], there_are[each])) for each in rounds}
