"""Is the same answer graded the same again: by engines that were just made, among others, and after others?"""

import asyncio
import random

import numpy as np

from app.examiner import RESERVE
from eval.figures import Figure, average, share
from eval.gold import GoldAnswer, gold_answers
from eval.harness import Bench, Grade, Measured, bench_for

TELLS = "Whether an answer gets the same grade again: anew, alone, among others, in another order."
SEED = 8
#: Answers that are graded again and again; at once, where they are graded among others.
ANSWERS, TOGETHER = 60, 8


async def measure(bench: Bench) -> Measured:
    """Grade some answers four times."""
    every = gold_answers(bench.viva.coach.catalog)
    chosen = random.Random(SEED).sample(every, min(ANSWERS, len(every)))
    runs = [await _one_by_one(bench, chosen, "first"), await _together(bench, chosen)]
    async with bench_for(bench.engine, bench.cache and bench.cache / "anew", bench.quiet, index=bench.engine != RESERVE) as anew:
        runs.append([*reversed(await _one_by_one(anew, [*reversed(chosen)], "anew, in another order"))])
    runs.append(await _one_by_one(bench, chosen, "last"))
    groups = [answer.file for answer in chosen]
    spread = [max(marks) - min(marks) for marks in zip(*([overall for _, overall in run] for run in runs), strict=True)]
    same = [
        (len({run[place][0][id] for run in runs}) == 1, answer.file)
        for place, answer in enumerate(chosen)
        for id in answer.labels
    ]
    figures: dict[str, Figure] = {
        "verdicts that are the same each time": share([held for held, _ in same], [file for _, file in same]),
        "overall, mean spread": average(spread, groups, "lower"),
        "overall, largest spread": Figure(round(float(np.max(spread)), 4)),
    }
    return Measured(figures)


async def _one_by_one(bench: Bench, answers: list[GoldAnswer], says: str) -> list[Grade]:
    return [await bench.grade(answer.question, answer.text) for answer in bench.track(answers, says)]


async def _together(bench: Bench, answers: list[GoldAnswer]) -> list[Grade]:
    turnstile = asyncio.Semaphore(TOGETHER)

    async def graded(answer: GoldAnswer) -> Grade:
        async with turnstile:
            return await bench.grade(answer.question, answer.text)

    return [*await asyncio.gather(*map(graded, answers))]
