"""Trains the reader of remarks: `python -m eval.train_remarks`. Seeded; a minute.

The sentences of `training/remarks/` are labelled with every sort that they are of; those of `datasets/remarks.yaml` and the
answers of `datasets/mistakes.yaml`, by other authors, are only measured on. Thresholds are set on held-out folds of the
training sentences. What accuses (an architecture, a boast) has to be sure, so precision weighs double there; what excuses
(a word on latency, a baseline) is believed easily, so recall does: a mistake that was not made costs more trust than one
that goes unnamed.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import yaml
from rich.console import Console
from rich.progress import track
from rich.table import Table
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_curve, precision_score, recall_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from app.content import default_root, load
from app.core.mistakes import About, find
from app.core.rubric import Loop
from app.core.verdict import Answer
from app.engines.remarks import WEIGHTS, RemarkReader, rows, tokens_of
from app.retrieval.embedding import MiniLM
from eval.pairs import empty_talk

HERE = Path(__file__).parent
SEED = 4
#: The inverse of the regularization's strength.
STRENGTH = 3.0
#: Sorts of which a mistake is made. The others excuse from one.
ACCUSING = {About.ARCHITECTURE, About.ROC, About.DISTRIBUTED, About.SILVER_BULLET, About.BOAST}
#: Where the accusing sorts are a subject, so that the rubrics' own lines may be of them; architecture: in the loop `systems`.
SPOKEN_OF = {
    About.ROC: {"roc-vs-pr", "scratch-auc-roc", "evaluation-metrics", "class-imbalance", "calibration"},
    About.DISTRIBUTED: {"distributed-training", "ml-system-design"},
    About.SILVER_BULLET: {"llm-prompting", "ml-system-design"},
    About.BOAST: {"data-leakage"},
}
#: So many of their lines are taken.
INNOCENT = 3000
#: How much recall weighs against precision, for either.
BETA_ACCUSING, BETA_EXCUSING = 0.5, 2.0


class Labelled(NamedTuple):
    """Sentences, and whether each is of each sort of `About`: (sentences, sorts)."""

    texts: Sequence[str]
    about: np.ndarray


def read(paths: Sequence[Path]) -> Labelled:
    """The sentences of some files, each once. Raises ValueError for an unknown sort."""
    said = {row["says"]: row["about"] for path in paths for row in yaml.safe_load(path.read_text(encoding="utf-8"))}
    sorts = [{About(name) for name in names} for names in said.values()]
    return Labelled([*said], np.array([[about in names for about in About] for names in sorts]))


def innocent() -> dict[str, set[About]]:
    """What the rubrics credit, and empty talk, with the accusing sorts that none of it is of: the topics of each are left out."""
    catalog, talk = load(default_root()), empty_talk()
    said: dict[str, set[About]] = {}
    for topic, questions in catalog.questions.items():
        speaks_of = {about for about, topics in SPOKEN_OF.items() if topic in topics}
        if catalog.notes[topic].loop is Loop.SYSTEMS:
            speaks_of.add(About.ARCHITECTURE)
        lines = {line for question in questions for criterion in question.criteria for line in criterion.met}
        said |= dict.fromkeys(lines | {*talk.get(topic, ())}, ACCUSING - speaks_of)
    return dict(random.Random(SEED).sample(sorted(said.items()), INNOCENT))


def regression() -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, solver="liblinear", class_weight="balanced", random_state=SEED)


def threshold(truth: np.ndarray, odds: np.ndarray, beta: float) -> float:
    """The least probability with the best F-score on held-out sentences."""
    precision, recall, cuts = precision_recall_curve(truth, odds)
    weighed = (1 + beta**2) * precision * recall / np.maximum(beta**2 * precision + recall, 1e-9)
    return float(cuts[int(weighed[:-1].argmax())])


async def mistakes_named() -> Table:
    """How often each mistake of the labelled answers is named, and how often one that was not made."""
    reader = RemarkReader(MiniLM())
    made: Counter[str] = Counter()
    named: Counter[tuple[str, bool]] = Counter()
    clean = 0
    for case in yaml.safe_load((HERE / "datasets" / "mistakes.yaml").read_text(encoding="utf-8")):
        found = {m.name for m in find(await reader.remarks([Answer(turn=1, text=case["text"])]), case["staged"])}
        made.update(case["mistakes"])
        named.update((name, name in case["mistakes"]) for name in found)
        clean += not case["mistakes"] and not found
    table = Table(
        "mistake", "made", "named rightly", "named wrongly", title=f"unseen answers; {clean} of 20 clean ones left in peace"
    )
    for name in made:
        table.add_row(name, str(made[name]), str(named[name, True]), str(named[name, False]))
    return table


def main() -> None:
    """Train, write the weights, print the figures on other authors' sentences and answers."""
    learned, unseen = read(sorted((HERE / "training" / "remarks").glob("*.yaml"))), read([HERE / "datasets" / "remarks.yaml"])
    more = innocent()
    readings = asyncio.run(MiniLM().read([*learned.texts, *unseen.texts, *more]))
    count, end = len(learned.texts), len(learned.texts) + len(unseen.texts)
    common = tokens_of(readings[:count]).mean(0)
    x, other = rows(learned.texts, readings[:count], common), rows(unseen.texts, readings[count:end], common)
    blank = rows([*more], readings[end:], common)
    folds = StratifiedKFold(5, shuffle=True, random_state=SEED)
    table = Table("sort", "sentences", "least", "precision", "recall", title=f"{len(unseen.texts)} unseen sentences")
    coefficients, bias, thresholds = [], [], []
    for column, about in enumerate(track(About, description="training")):
        added = blank[[about in sorts for sorts in more.values()]]
        y, known = np.concatenate([learned.about[:, column], np.zeros(len(added), bool)]), csr_matrix(np.vstack([x, added]))
        held_out = cross_val_predict(regression(), known, y, cv=folds, method="predict_proba")[:, 1]
        least = threshold(y, held_out, BETA_ACCUSING if about in ACCUSING else BETA_EXCUSING)
        fitted = regression().fit(known, y)
        found, truth = fitted.predict_proba(csr_matrix(other))[:, 1] >= least, unseen.about[:, column]
        scores = (precision_score(truth, found), recall_score(truth, found))
        table.add_row(about, str(int(truth.sum())), f"{least:.2f}", *(f"{score:.2f}" for score in scores))
        coefficients.append(fitted.coef_[0])
        bias.append(fitted.intercept_[0])
        thresholds.append(least)
    half = np.array(coefficients).astype(np.float16)
    single = {"bias": np.array(bias, np.float32), "thresholds": np.array(thresholds, np.float32), "common": common}
    np.savez_compressed(WEIGHTS, coefficients=half, **single)
    console = Console()
    console.print(table)
    console.print(asyncio.run(mistakes_named()))


if __name__ == "__main__":
    main()
