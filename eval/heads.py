"""The two small heads of the offline judge, as they are trained: one reads a piece, one concludes from all of them.

Their rows are made by the judge's own code (`features`, `evidence`) out of what a network says of lines and answers that
it has not learned from. So they know how far to trust it.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from sklearn.metrics import cohen_kappa_score, confusion_matrix, roc_auc_score
from torch import nn

from app.core.rubric import Criterion
from app.core.verdict import Status
from app.engines.offline.evidence import SUMMARY, Evidence, Surroundings, gather, summaries
from app.engines.offline.features import (
    CLASSES,
    NAMES,
    Array,
    Compares,
    Exemplars,
    Heard,
    Vector,
    exemplars_of,
    features,
    nearness,
)
from app.engines.offline.model import Head
from app.engines.segment import Span
from eval.graded import Graded
from eval.pairs import Lines, literal

SEED = 20
Vectors = Mapping[str, Vector]
Rows = tuple[Array, np.ndarray]
Hidden = npt.NDArray[np.floating]


#: Parts that rubrics are dealt into for the figures.
FOLDS = 3
#: How much likelier each verdict is in whole answers than among the rows, most of which are of replies and single lines about
#: other criteria. Chosen on the development half of the gold answers, for heads as they are trained here; the weights in force
#: are of another training, with its own.
LIKELIER = {Status.MET: 2.0, Status.PARTIAL: 1.5, Status.WRONG: 2.0}
#: What a row counts for when the verdicts' head learns, by where it is from.
WORTH = {"answers": 1.0, "replies": 0.5, "lines": 0.3}


class Undecided:
    """Stands in for the head that reads pieces while its own rows are made."""

    def probabilities(self, rows: Array) -> Array:
        """The same for every class."""
        return np.full((len(rows), len(CLASSES)), 1 / len(CLASSES), dtype=np.float32)


class Remembering:
    """The network, asked once for each pair: lines are compared with the same statements again and again."""

    def __init__(self, network: Compares) -> None:
        self._network = network
        self._known: dict[tuple[int, int], Array] = {}

    def probabilities(self, pairs: Sequence[tuple[Hidden, Hidden]]) -> Array:
        """As the network's; pairs are known by the identity of their arrays, which must live on."""
        keys = [(id(said), id(claim)) for said, claim in pairs]
        new = [i for i, key in enumerate(keys) if key not in self._known]
        for i, row in zip(new, self._network.probabilities([pairs[i] for i in new]), strict=True):
            self._known[keys[i]] = row
        return np.stack([self._known[key] for key in keys])


Found = list[tuple[Graded, list[Evidence]]]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the heads learn of one rubric: rows of single lines, and what was gathered of `answers`, `replies` and `lines`.

    `kind` says what the judge knew of the rubric when the rows were made.
    """

    rubric: str
    kind: str
    rows: Rows
    found: Mapping[str, Found]


def said(topic: Sequence[Lines], only: set[str] | None = None) -> dict[str, tuple[Criterion, Status]]:
    """Lines of a topic (`only` some), each with its criterion and what it earns; and the statements, repeated and denied."""
    rng = random.Random(SEED)
    found: dict[str, tuple[Criterion, Status]] = {}
    for lines in topic:
        found |= {text: (lines.criterion, status) for text, status in lines.labelled if only is None or text in only}
        found |= {text: (lines.criterion, status) for text, status in literal(lines, rng)}
    return found


def line_rows(
    network: Compares, topic: Sequence[Lines], only: set[str] | None, lists: Sequence[str], vectors: Vectors, bare: bool
) -> Rows:
    """Feature rows of a topic's lines (`only` some), each against its own criterion without itself, and against others.

    Lists of terms and empty talk are rows too. `bare` knows the statements alone, as another tool would send them.
    """
    rng = random.Random(SEED)
    heard: list[Heard] = []
    labels: list[Status] = []
    known = {lines.criterion.id: known_of(lines.criterion, vectors, bare) for lines in topic}
    owned = said(topic, only)
    nobody = (None, Status.ABSENT)
    for text in (*owned, *lists):
        owner, status = owned.get(text, nobody)
        piece = vectors[text]
        near = {id: float(nearness(piece.sentence[None], each)[0]) for id, each in known.items()}
        if owner:
            own = known_of(owner, vectors, bare, without=text)
            rival = max(value for id, value in near.items() if id != owner.id)
            heard.append(Heard(Span(text, 0, len(text)), piece, own, rival, rng.random() < 0.3))
            labels.append(status)
        others = sorted((id for id in near if owner is None or id != owner.id), key=lambda id: -near[id])
        for id in (*others[:3], rng.choice(others[3:])):
            rival = max(value for other, value in near.items() if other != id)
            heard.append(Heard(Span(text, 0, len(text)), piece, known[id], rival, rng.random() < 0.15))
            labels.append(Status.ABSENT)
    return features(network, heard), np.array([CLASSES.index(label) for label in labels], dtype=np.int64)  # type: ignore[arg-type]


def evidence_of(network: Compares, answers: Sequence[Graded], vectors: Vectors, bare: bool) -> Found:
    """What the judge gathers of each answer, the odds of its pieces still undecided."""
    found: Found = []
    for answer in answers:
        if not (answer.pieces and answer.criteria):
            continue
        known = {c.id: known_of(c, vectors, bare, without=answer.text) for c in answer.question.criteria}
        around = Surroundings.of(answer.pieces, known, vectors)
        found.append((answer, gather(network, Undecided(), around, answer.criteria, answer.target)))
    return found


def piece_rows(found: Found) -> Rows:
    """The rows of pieces of answers, where what the piece earns is known."""
    rows, labels = [], []
    for answer, evidence in found:
        for each in evidence:
            for piece, row in zip(each.pieces, each.rows, strict=True):
                status = answer.label(piece, each.criterion.id)
                if status is not None:
                    rows.append(row)
                    labels.append(CLASSES.index(status))
    return np.array(rows, dtype=np.float32).reshape(-1, len(NAMES)), np.array(labels, dtype=np.int64)


def verdict_rows(head: Head, found: Found) -> Rows:
    """The rows of criteria of answers, where anything was heard of them."""
    rows, labels = [], []
    for answer, evidence in found:
        read = [replace(each, odds=head.probabilities(each.rows)) for each in evidence]
        for each, row in zip(read, summaries(read, answer.before), strict=True):
            if each.pieces:
                rows.append(row)
                labels.append(CLASSES.index(answer.status(each.criterion.id)))
    return np.array(rows, dtype=np.float32).reshape(-1, len(SUMMARY)), np.array(labels, dtype=np.int64)


def both_heads(made: Sequence[Lesson]) -> tuple[Head, Head]:
    """The head that reads pieces, and the one that concludes from what it read."""
    lots = [(one.rows, 1.0) for one in made] + [(piece_rows(one.found["answers"]), 1.0) for one in made]
    pieces = trained([lot for lot in lots if len(lot[0][1])], smooth=0.03)
    concluded = [(verdict_rows(pieces, found), WORTH[part]) for one in made for part, found in one.found.items()]
    return pieces, expecting(trained([lot for lot in concluded if len(lot[0][1])]), LIKELIER)


def of_fold(made: Sequence[Lesson], fold: int) -> dict[str, Rows]:
    """What heads say that did not learn from the rubrics of one fold: probabilities and truth, by kind and part."""
    # In runs of as many: the new rubrics are every third one, and no fold should have all of them.
    place = {rubric: index // FOLDS % FOLDS for index, rubric in enumerate(sorted({one.rubric for one in made}))}
    pieces, verdicts = both_heads([one for one in made if place[one.rubric] != fold])
    held: dict[str, list[Rows]] = {}
    for one in made:
        if place[one.rubric] == fold:
            for part, found in one.found.items():
                x, y = verdict_rows(pieces, found)
                if len(y):
                    held.setdefault(f"{one.kind}, {part}", []).append((verdicts.probabilities(x), y))
    return {name: together(rows) for name, rows in held.items()}


def known_of(criterion: Criterion, vectors: Vectors, bare: bool, without: str | None = None) -> Exemplars:
    """A criterion's exemplars, leaving one text out; `bare` knows the statement only."""
    if bare:
        return Exemplars(criterion.id, (vectors[criterion.statement],), (), ())
    whole = exemplars_of(criterion, vectors)
    if without is None or without not in vectors:
        return whole
    away = vectors[without]
    met, partial, wrong = (tuple(v for v in group if v is not away) for group in (whole.met, whole.partial, whole.wrong))
    return Exemplars(criterion.id, met, partial, wrong)


def together(rows: Sequence[Rows]) -> Rows:
    """Several lots of rows as one."""
    return np.concatenate([x for x, _ in rows]), np.concatenate([y for _, y in rows])


def trained(rows: Sequence[tuple[Rows, float]], hidden: int = 64, smooth: float = 0.0, decay: float = 1e-2) -> Head:
    """A head on lots of rows, each lot with the weight of one of its rows; its probabilities are those of the rows."""
    torch.manual_seed(SEED)
    x, y = together([lot for lot, _ in rows])
    each = torch.cat([torch.full((len(lot[1]),), weight) for lot, weight in rows])
    network = nn.Sequential(nn.Linear(x.shape[1], hidden), nn.ReLU(), nn.Dropout(0.2), nn.Linear(hidden, len(CLASSES)))
    mean, spread = x.mean(0), np.maximum(x.std(0), 1e-3)
    inputs, labels = torch.from_numpy((x - mean) / spread), torch.from_numpy(y)
    epochs = 30
    optimizer = torch.optim.AdamW(network.parameters(), 3e-3, weight_decay=decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    network.train()
    for _ in range(epochs):
        for batch in torch.randperm(len(inputs)).split(256):
            odds = network(inputs[batch])
            loss = nn.functional.cross_entropy(odds, labels[batch], label_smoothing=smooth, reduction="none")
            loss = (loss * each[batch]).sum() / each[batch].sum()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        schedule.step()
    inner, outer = network[0], network[3]
    parts = (inner.weight, inner.bias, outer.weight, outer.bias)
    return Head(mean, spread, *(part.detach().numpy() for part in parts))


def expecting(head: Head, likelier: Mapping[Status, float]) -> Head:
    """The head with the odds of some classes multiplied, for where they are that much more frequent than among its rows.

    Saerens, Latinne and Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities" (Neural
    Computation 14, 2002).
    """
    return replace(head, outer_bias=head.outer_bias + np.log([likelier.get(status, 1.0) for status in CLASSES], dtype=np.float32))


def measured(rows: Rows) -> dict[str, object]:
    """Figures of probabilities (rows, len(CLASSES)) against what is true."""
    p, y = rows
    found, met, wrong = p.argmax(1), CLASSES.index(Status.MET), CLASSES.index(Status.WRONG)
    claims = np.isin(y, [met, wrong])
    value = np.array([2, 1, 0, -1])  # of CLASSES, in the order of what they earn
    return {
        "rows": len(y),
        "accuracy": round(float((found == y).mean()), 3),
        "kappa": round(float(cohen_kappa_score(value[y], value[found], weights="quadratic")), 3),
        "auc_met_against_wrong": round(float(roc_auc_score(y[claims] == met, p[claims, met] - p[claims, wrong])), 3),
        "confusion": {
            str(status): dict(zip(map(str, CLASSES), map(int, row), strict=True))
            for status, row in zip(CLASSES, confusion_matrix(y, found, labels=range(len(CLASSES))), strict=True)
        },
    }
