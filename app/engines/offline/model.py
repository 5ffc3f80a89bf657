"""The trained parts of the offline judge: the network that compares, and the heads that read a piece and conclude from all."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from app.engines.offline.entailment import Entailment
from app.engines.offline.features import Array
from app.engines.offline.weights import FOLDER, NETWORK, PIECES, VERDICTS, check


@dataclass(frozen=True, slots=True)
class Head:
    """Rows of features -> probabilities of CLASSES: one hidden layer over features with the training set's mean and spread."""

    mean: Array
    spread: Array
    inner: Array  # (hidden, features)
    inner_bias: Array
    outer: Array  # (classes, hidden)
    outer_bias: Array

    def probabilities(self, rows: Array) -> Array:
        """(rows, features) -> (rows, classes)."""
        hidden = np.maximum(0, (rows - self.mean) / self.spread @ self.inner.T + self.inner_bias)
        odds = hidden @ self.outer.T + self.outer_bias
        powers = np.exp(odds - odds.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Model:
    """What has been learned."""

    entailment: Entailment
    pieces: Head  # reads rows of `features.NAMES`
    verdicts: Head  # concludes from rows of `evidence.SUMMARY`


def load_model(folder: Path = FOLDER) -> Model:
    """Read and check the weights. Raises Unavailable when they are missing or not the ones that were trained."""
    check(folder)
    return Model(Entailment(folder / NETWORK), *(Head(**load_file(folder / name)) for name in (PIECES, VERDICTS)))
