"""How well does Viva grade a set of short answers that others made? `viva eval public FILE`.

Each reference answer is a rubric of one criterion, scored as `/v1/score` would; where a question has several, each of which
would do, the best verdict counts. A set wants a label for every answer, so the thresholds under which the offline judge would
rather say nothing are taken away; what it would have dared to say, and how right that is, stands beside it.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.core.errors import Invalid
from app.core.verdict import Status
from app.engines.offline.judge import Thresholds
from app.examiner import RESERVE
from eval import plots
from eval.figures import Figure, figure, macro_f1, pearson, share
from eval.harness import Bench, Measured, bench_for
from eval.public import COARSE, ShortAnswer, short_answers

TELLS = "Short answers that others labelled, each reference answer scored as a rubric of one criterion."
#: Takes the likeliest verdict, however unlikely.
DECIDED = Thresholds(sure=0, partial=0, silent=0, wrong=0, wrong_bare=0, worded=0)
#: From the best verdict of a question's alternatives to the worst.
RANKING = (Status.MET, Status.PARTIAL, Status.WRONG, Status.ABSENT, Status.UNSCORED)
PARTLY = (Status.MET, Status.PARTIAL, Status.ABSENT)
WORTH = {Status.MET: 1.0, Status.PARTIAL: 0.5}


async def measure_files(bench: Bench, paths: Sequence[Path]) -> Measured:
    """Every split of every file apart, but for what training used."""
    figures: dict[str, Figure] = {}
    pictures: dict[str, str] = {}
    sets = read(paths)
    embedded = bench.engine == RESERVE
    async with bench_for(bench.engine, bench.cache, bench.quiet, index=not embedded, thresholds=DECIDED) as decided:
        for name, own in sets.items():
            found = [await best(decided, row) for row in bench.track(own, name)]
            # A model's verdicts have no thresholds to take away.
            dared = [await best(bench, row) for row in bench.track(own, f"{name}, as it dares")] if embedded else found
            figures |= {f"{name}, {what}": each for what, each in of_split(own, found, dared).items()}
            if own[0].label:
                labels = [(row.status or Status.ABSENT).value for row in own]
                names = [status.value for status in RANKING[:4]]
                pictures[name] = plots.confusion(labels, [status.value for status in found], names, names)
    return Measured(figures, pictures)


def read(paths: Sequence[Path]) -> dict[str, list[ShortAnswer]]:
    """Every split of every file by name, but for what training used. Raises Invalid where one cannot be read or none is left."""
    sets: dict[str, list[ShortAnswer]] = {}
    for path in paths:
        try:
            rows = short_answers(path)
        except (OSError, ValueError) as error:
            raise Invalid(f"{path} cannot be read: {error}") from error
        for row in rows:
            if row.split != "train":
                sets.setdefault(f"{path.name.split('.')[0]} {row.split}".strip(), []).append(row)
    if not sets:
        raise Invalid("There is nothing to grade: every answer is of the split train, which the judge may have learned from.")
    return sets


async def best(bench: Bench, row: ShortAnswer) -> Status:
    """The best verdict over the references."""
    if not row.answer.strip():
        return Status.ABSENT
    found = []
    for reference in row.references:
        interview = await bench.score(row.asked(reference), row.answer)
        found.append(interview.here.status("reference"))
        if found[-1] is Status.MET:
            break
    return min(found, key=RANKING.index)


def of_split(rows: Sequence[ShortAnswer], found: Sequence[Status], dared: Sequence[Status]) -> dict[str, Figure]:
    """Macro-F1 in as many ways as the labels allow, or the correlation with scores."""
    groups = [row.question for row in rows]
    if rows[0].label is None:
        scores = np.array([row.score or 0.0 for row in rows])
        marks = np.array([WORTH.get(status, 0.0) for status in found])
        return {"Pearson with the scores": figure(lambda i: pearson(scores[i], marks[i]), groups)}
    figures: dict[str, Figure] = {}
    if all(row.coarse for row in rows):
        coarse = np.array([row.coarse for row in rows])
        three = np.array([COARSE.get(status, "incorrect") for status in found])
        classes = ("correct", "contradictory", "incorrect")
        figures["macro-F1, correct, contradictory, incorrect"] = figure(lambda i: macro_f1(coarse[i], three[i], classes), groups)
        figures["accuracy, correct, contradictory, incorrect"] = share((coarse == three).tolist(), groups)
    if any(row.status is Status.PARTIAL for row in rows):
        labels = np.array([row.status if row.status in PARTLY else Status.ABSENT for row in rows])
        partly = np.array([status if status in PARTLY else Status.ABSENT for status in found])
        figures["macro-F1, met, partial, absent"] = figure(lambda i: macro_f1(labels[i], partly[i], PARTLY), groups)
    given = np.array([status is not Status.UNSCORED for status in dared])
    figures["share of verdicts that it dares to give"] = share(given.tolist(), groups)
    kept = np.flatnonzero(given)
    right = [(rows[i].status is Status.MET) == (dared[i] is Status.MET) for i in kept]
    figures["of these right about correct or not"] = share(right, [groups[i] for i in kept])
    return figures
