"""What the judge looks at for one piece of an answer and one criterion: similarity, agreement, and form.

`Exemplars` are a criterion's statement and utterances as vectors; `features` compares a piece with them. The
rows feed the head of `model.py`; `eval/train.py` builds the same rows for training.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from app.core.rubric import Criterion
from app.core.verdict import Status
from app.engines.offline.segment import Span

if TYPE_CHECKING:  # it brings torch, which takes seconds to import
    from app.engines.offline.align import Align

Array = npt.NDArray[np.float32]
Tokens = npt.NDArray[np.floating]

#: Columns of the alignment network's output: says the same, says the contrary, says something else.
SAME, CONTRARY, OTHER = 0, 1, 2
#: Columns of the head's output.
CLASSES = (Status.MET, Status.PARTIAL, Status.ABSENT, Status.WRONG)

#: Exemplars compared word by word: the nearest few of each sort.
NEAREST = 3
NAMES = (
    "sim_statement",
    "sim_met",
    "sim_met_mean",
    "sim_partial",
    "sim_wrong",
    "lead_over_rivals",
    "axis",
    "same_statement",
    "contrary_statement",
    "same_met",
    "contrary_met",
    "same_partial",
    "same_wrong",
    "contrary_wrong",
    "function_words",
    "log_words",
    "commas",
    "question",
    "asked_for",
    "has_utterances",
)

#: Words that every claim needs and a list of terms does without.
FUNCTION_WORDS = frozenset(
    """a an the and or but if then so because since while when where which that this these those it its they them their we our
    you your i my me he she is are was were be been being am do does did have has had having will would can could should may
    might must not no nor never of in on at to for from with without by as than into over under out up down about just only
    more most less least very too also even still once each every any some all both one what how why who there here gets get
    got make makes made means mean say says said see sees seen go goes going know tells tell keep keeps""".split()
)
WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")


@dataclass(frozen=True, slots=True)
class Vector:
    """A text as the embedder sees it: a unit vector (d,) and its token vectors (tokens, d)."""

    sentence: Array
    tokens: npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Exemplars:
    """A criterion as vectors: its statement (first of `met`) and its utterances by what they earn."""

    id: str
    met: tuple[Vector, ...]
    partial: tuple[Vector, ...]
    wrong: tuple[Vector, ...]


def texts_of(criterion: Criterion) -> tuple[str, ...]:
    """Every text of a criterion that is compared with."""
    return (criterion.statement, *criterion.met, *criterion.partial, *criterion.wrong)


def exemplars_of(criterion: Criterion, vectors: Mapping[str, Vector]) -> Exemplars:
    """The criterion's exemplars out of embedded texts."""
    return Exemplars(
        id=criterion.id,
        met=tuple(vectors[text] for text in (criterion.statement, *criterion.met)),
        partial=tuple(vectors[text] for text in criterion.partial),
        wrong=tuple(vectors[text] for text in criterion.wrong),
    )


def nearness(pieces: Array, exemplars: Exemplars) -> Array:
    """How near each piece (rows of unit vectors) comes to anything said of the criterion, right or wrong: shape (pieces,)."""
    every = np.stack([v.sentence for v in (*exemplars.met, *exemplars.partial, *exemplars.wrong)])
    return (pieces @ every.T).max(axis=1)  # type: ignore[no-any-return]


def features(
    align: "Align",
    asked: Sequence[tuple[Span, Vector, Exemplars, float, bool]],
) -> Array:
    """One row of NAMES for each (piece, its vector, criterion, nearness of the nearest rival criterion, was it asked for)."""
    jobs = []
    pairs: list[tuple[Tokens, Tokens]] = []
    for span, piece, criterion, rival, target in asked:
        groups = {"met": criterion.met[1:], "partial": criterion.partial, "wrong": criterion.wrong}
        near = {sort: _nearest(piece, group) for sort, group in groups.items()}
        claims = [criterion.met[0], *near["met"], *near["partial"], *near["wrong"]]
        jobs.append((span, piece, criterion, rival, target, near, len(pairs)))
        pairs += [(piece.tokens, claim.tokens) for claim in claims]
    agreed = align.probabilities(pairs)
    return np.stack([_row(*job, agreed) for job in jobs]) if jobs else np.zeros((0, len(NAMES)), dtype=np.float32)


def _row(
    span: Span,
    piece: Vector,
    criterion: Exemplars,
    rival: float,
    target: bool,
    near: Mapping[str, Sequence[Vector]],
    at: int,
    agreed: Array,
) -> Array:
    groups, start = {}, at + 1
    for sort in ("met", "partial", "wrong"):
        groups[sort] = agreed[start : start + len(near[sort])]
        start += len(near[sort])
    met = _similarities(piece, criterion.met)
    words = WORD.findall(span.text.lower())
    count = max(1, len(words))
    sim_met = float(met.max())
    return np.array(
        [
            met[0],
            sim_met,
            np.sort(met)[-NEAREST:].mean(),
            _similarities(piece, criterion.partial).max(initial=0.0),
            _similarities(piece, criterion.wrong).max(initial=0.0),
            sim_met - rival,
            _axis(piece, criterion),
            agreed[at, SAME],
            agreed[at, CONTRARY],
            _mean(groups["met"], SAME),
            _mean(groups["met"], CONTRARY),
            _mean(groups["partial"], SAME),
            _mean(groups["wrong"], SAME),
            _mean(groups["wrong"], CONTRARY),
            sum(word in FUNCTION_WORDS or word.endswith("n't") for word in words) / count,
            np.log(count),
            span.text.count(",") / count,
            float(span.is_question),
            float(target),
            float(bool(criterion.wrong)),
        ],
        dtype=np.float32,
    )


def _axis(piece: Vector, criterion: Exemplars) -> float:
    """Where the piece lies on the line from the wrong utterances to the met ones; 0 without wrong ones."""
    if not criterion.wrong:
        return 0.0
    right, wrong = (np.mean([v.sentence for v in group], axis=0) for group in (criterion.met, criterion.wrong))
    line = right - wrong
    return float((piece.sentence - (right + wrong) / 2) @ line / (np.linalg.norm(line) + 1e-6))


def _nearest(piece: Vector, group: Sequence[Vector]) -> list[Vector]:
    order = np.argsort(-_similarities(piece, group), kind="stable")[:NEAREST]
    return [group[i] for i in order]


def _similarities(piece: Vector, group: Sequence[Vector]) -> Array:
    if not group:
        return np.zeros(0, dtype=np.float32)
    return np.stack([v.sentence for v in group]) @ piece.sentence


def _mean(probabilities: Array, column: int) -> float:
    return float(probabilities[:, column].mean()) if len(probabilities) else 0.0
