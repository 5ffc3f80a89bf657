"""Trains the reader of remarks: `python -m eval.train_remarks`. Seeded; a minute.

The sentences of `training/remarks/` are labelled with every sort that they are of; those of `datasets/remarks.yaml`, by
another author, are only measured on. Thresholds are set on held-out folds of the training sentences, for the best F-score
that weighs precision double: a mistake that was not made costs more trust than one that goes unnamed.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import yaml
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import fbeta_score, precision_recall_curve, precision_score, recall_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from app.core.mistakes import About
from app.engines.remarks import WEIGHTS, rows
from app.retrieval.embedding import MiniLM

HERE = Path(__file__).parent
SEED = 4
#: Less regularization than usual: the rows have length 1.4 and many columns.
STRENGTH = 30.0
#: Recall weighs this much against precision.
BETA = 0.5


class Labelled(NamedTuple):
    """Sentences, and whether each is of each sort of `About`: (sentences, sorts)."""

    texts: Sequence[str]
    about: np.ndarray


def read(paths: Sequence[Path]) -> Labelled:
    """The sentences of some files, each once. Raises ValueError for an unknown sort."""
    said = {row["says"]: row["about"] for path in paths for row in yaml.safe_load(path.read_text(encoding="utf-8"))}
    sorts = [{About(name) for name in names} for names in said.values()]
    return Labelled([*said], np.array([[about in names for about in About] for names in sorts]))


def regression() -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=2000, class_weight="balanced", random_state=SEED)


def threshold(truth: np.ndarray, odds: np.ndarray) -> float:
    """The least probability with the best F-score on held-out sentences."""
    precision, recall, cuts = precision_recall_curve(truth, odds)
    weighed = (1 + BETA**2) * precision * recall / np.maximum(BETA**2 * precision + recall, 1e-9)
    return float(cuts[int(weighed[:-1].argmax())])


def main() -> None:
    """Train, write the weights, print the figures on the other author's sentences."""
    learned, unseen = read(sorted((HERE / "training" / "remarks").glob("*.yaml"))), read([HERE / "datasets" / "remarks.yaml"])
    vectors = asyncio.run(MiniLM().embed([*learned.texts, *unseen.texts]))
    x, other = rows(learned.texts, vectors[: len(learned.texts)]), rows(unseen.texts, vectors[len(learned.texts) :])
    folds = StratifiedKFold(5, shuffle=True, random_state=SEED)
    table = Table("sort", "sentences", "least", "precision", "recall", "F0.5", title=f"{len(unseen.texts)} unseen sentences")
    coefficients, bias, thresholds = [], [], []
    for column, about in enumerate(track(About, description="training")):
        y = learned.about[:, column]
        least = threshold(y, cross_val_predict(regression(), x, y, cv=folds, method="predict_proba")[:, 1])
        fitted = regression().fit(x, y)
        found, truth = fitted.predict_proba(other)[:, 1] >= least, unseen.about[:, column]
        scores = (precision_score(truth, found), recall_score(truth, found), fbeta_score(truth, found, beta=BETA))
        table.add_row(about, str(int(truth.sum())), f"{least:.2f}", *(f"{score:.2f}" for score in scores))
        coefficients.append(fitted.coef_[0])
        bias.append(fitted.intercept_[0])
        thresholds.append(least)
    half = np.array(coefficients).astype(np.float16)
    np.savez_compressed(WEIGHTS, coefficients=half, bias=np.array(bias, np.float32), thresholds=np.array(thresholds, np.float32))
    Console().print(table)


if __name__ == "__main__":
    main()
