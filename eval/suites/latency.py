"""How long does a grade take, by the length of the answer? Told and never gated: it belongs to the machine."""

import time

import numpy as np

from app.core.rubric import Question
from app.engines.segment import sentences
from eval import plots
from eval.figures import Figure
from eval.gold import gold_answers
from eval.harness import Bench, Measured

TELLS = "How long grading takes on this machine, by the length of the answer."
#: Words of an answer: names of the groups with their bounds.
LENGTHS = {"up to 40 words": (0, 40), "41 to 80": (41, 80), "81 to 130": (81, 130), "over 130": (131, 10_000)}


async def measure(bench: Bench) -> Measured:
    """Grade gold answers one by one, their questions' rubrics read before, as in an interview."""
    coach = bench.viva.coach
    answers = [answer for answer in gold_answers(coach.catalog) if answer.rubric == "shipped"]
    for question in {answer.file: answer.question for answer in answers}.values():
        await _prepared(bench, question)
    seconds: dict[str, list[float]] = {name: [] for name in LENGTHS}
    for answer in bench.track(answers, "grading against the clock"):
        words = len(answer.text.split())
        # What was read before would be found in the embedder's cache: let every sentence be a new one.
        text = " ".join(f"{sentence.text[:-1]} 0{sentence.text[-1]}" for sentence in sentences(answer.text))
        started = time.perf_counter()
        await bench.score(answer.question, text)
        group = next(name for name, (least, most) in LENGTHS.items() if least <= words <= most)
        seconds[group].append(time.perf_counter() - started)
    figures: dict[str, Figure] = {}
    for name, values in seconds.items():
        if values:
            figures[f"{name}, median ms"] = Figure(round(float(np.median(values)) * 1000))
            figures[f"{name}, 95th percentile ms"] = Figure(round(float(np.percentile(values, 95)) * 1000))
    picture = plots.by_group({"": {k: [1000 * v for v in own] for k, own in seconds.items()}}, "milliseconds for one grade")
    notes = ["A model's kept answers were read from a disk: these are not its times."] if bench.cache else []
    return Measured(figures, {"Time for one grade": picture}, notes)


async def _prepared(bench: Bench, question: Question) -> None:
    await bench.score(question, "Let me think about that for a moment.")
