"""How long the embedded judge takes for an answer of 150 words against eight criteria: its own share of a turn."""

import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle, islice

import numpy as np
from rich.progress import track

from app.core.rubric import Question
from eval.bench_parts import Figure
from eval.gold import GoldAnswer, gold_answers
from eval.harness import bench_for
from eval.pairs import rubrics_of

WORDS, CRITERIA, ANSWERS = 150, 8, 120
GOAL = "150 ms"


async def measure_judge() -> list[Figure]:
    """One answer at a time, each seen once; the rubric is read before, as while a candidate thinks."""
    taken = []
    async with bench_for("offline", None, quiet=True) as bench:
        coach = bench.viva.coach
        rubrics = rubrics_of(coach.catalog)
        shipped = [answer for answer in gold_answers(coach.catalog) if answer.rubric == "shipped"]
        by_file: dict[str, list[GoldAnswer]] = {}
        for answer in shipped:
            by_file.setdefault(answer.file, []).append(answer)
        for index in track(range(ANSWERS), description="judging answers of 150 words"):
            own = [*by_file.values()][index % len(by_file)]
            question = _widened(own[0].question, rubrics[own[0].question.case or own[0].question.topic])
            await bench.score(question, "Let me think about that for a moment.")
            text = _long(own, index)
            started = time.perf_counter()
            await bench.score(question, text)
            taken.append(time.perf_counter() - started)
    middle, high = np.percentile(taken, [50, 95]) * 1000
    what = f"judging {WORDS} words against {CRITERIA} criteria"
    return [Figure(f"{what}, p50", f"{middle:.0f} ms"), Figure(f"{what}, p95", f"{high:.0f} ms", GOAL)]


def _widened(question: Question, criteria: Sequence[object]) -> Question:
    """With criteria of the same rubric up to the number."""
    others = [c for c in criteria if c not in question.criteria]
    return replace(question, criteria=(*question.criteria, *others)[:CRITERIA])  # type: ignore[arg-type]


def _long(answers: Sequence[GoldAnswer], start: int) -> str:
    """Gold answers to one question, one after another from the `start`-th on, cut at the number of words."""
    said = (word for answer in islice(cycle(answers), start, None) for word in answer.text.split())
    # A number in each stretch of words, so that no sentence comes out of the embedder's cache.
    words = [word if place % 9 else f"{word} {start}" for place, word in enumerate(islice(said, WORDS))]
    return " ".join(" ".join(words).split()[:WORDS])
