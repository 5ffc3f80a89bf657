"""What the judge looks at for one piece of an answer and one criterion: entailment, similarity, and form.

`Exemplars` are a criterion's statement and utterances as vectors; `features` compares a piece with them. The
rows feed the head of `model.py` that reads pieces; `eval/train.py` builds the same rows for training.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from app.core.rubric import Criterion
from app.core.verdict import Status
from app.engines.segment import Span
from app.engines.words import FUNCTION_WORDS, WORD

Array = npt.NDArray[np.float32]

#: Columns of the network's output that are looked at: the same, the contrary, half of it. (What is left is the rest of 1.)
COMPARED = [0, 1, 3]
#: Columns of the head's output.
CLASSES = (Status.MET, Status.PARTIAL, Status.ABSENT, Status.WRONG)
NAMES = (
    "same",
    "contrary",
    "half",
    "sim_statement",
    "sim_met",
    "sim_any",
    "lead_over_rivals",
    "function_words",
    "log_words",
    "question",
    "asked_for",
    "has_utterances",
)


class Vector(NamedTuple):
    """A text as the embedder reads it: a unit vector (d,) and its tokens' hidden states (tokens, d)."""

    sentence: Array
    hidden: npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Exemplars:
    """A criterion as vectors: its statement (first of `met`) and its utterances by what they earn."""

    id: str
    met: tuple[Vector, ...]
    partial: tuple[Vector, ...]
    wrong: tuple[Vector, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """A piece that may say something of a criterion. `rival` is its nearness to the nearest other criterion."""

    span: Span
    piece: Vector
    criterion: Exemplars
    rival: float
    asked_for: bool


class Compares(Protocol):
    """The network: `Entailment`, or the one in training."""

    def probabilities(self, pairs: Sequence[tuple[npt.NDArray[np.floating], npt.NDArray[np.floating]]]) -> Array:
        """(pairs, 4) for the hidden states of (sentence, claim)."""
        ...


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


def features(network: Compares, heard: Sequence[Heard]) -> Array:
    """A row of NAMES for each, shape (len(heard), len(NAMES))."""
    if not heard:
        return np.zeros((0, len(NAMES)), dtype=np.float32)
    # Its words against those of the statement alone: comparing them with the nearest utterances too, right and wrong,
    # was tried, cost three times as much and told nothing more.
    said = network.probabilities([(one.piece.hidden, one.criterion.met[0].hidden) for one in heard])
    rest = np.array([_rest(one) for one in heard], dtype=np.float32)
    return np.concatenate([said[:, COMPARED], rest], axis=1)


def _rest(one: Heard) -> list[float]:
    met = _similarities(one.piece, one.criterion.met)
    others = _similarities(one.piece, (*one.criterion.partial, *one.criterion.wrong))
    words = WORD.findall(one.span.text.lower())
    count = max(1, len(words))
    return [
        met[0],
        met.max(),
        max(met.max(), others.max(initial=0.0)),
        met.max() - one.rival,
        sum(word in FUNCTION_WORDS or word.endswith("n't") for word in words) / count,
        np.log(count),
        one.span.is_question,
        one.asked_for,
        bool(one.criterion.wrong),
    ]


def _similarities(piece: Vector, group: Sequence[Vector]) -> Array:
    if not group:
        return np.zeros(0, dtype=np.float32)
    return np.stack([v.sentence for v in group]) @ piece.sentence
