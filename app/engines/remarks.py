"""Reads what a candidate's sentences are about, for the rules on mistakes that cross topics: a Reviewer.

One logistic regression for each sort, over a sentence's MiniLM vector, the mean of its tokens half way through the
model, and its hashed words and word pairs. The vector knows paraphrases, the tokens what is spoken of, the words names.
`eval/train_remarks.py` trains it; nothing but numpy runs it.
"""

import re
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile
from zlib import crc32

import numpy as np
import numpy.typing as npt

from app.core.errors import Unavailable
from app.core.mistakes import About, Remark
from app.core.ports import Embedder
from app.core.verdict import Answer
from app.engines.segment import sentences

WEIGHTS = Path(__file__).with_name("remarks.npz")
#: Words and pairs of words are hashed into this many columns, behind those of the vector.
BUCKETS = 1 << 13
#: How much the mean of the tokens weighs beside the vector and the words, once their common part is taken away.
TOKENS_SHARE = 2.0
#: Shorter sentences say too little.
_SHORTEST = 4

Array = npt.NDArray[np.float32]


class Weights(NamedTuple):
    """A row of `coefficients` (sorts, 2 * dimensions + BUCKETS), a bias and a least probability for each sort of `About`.

    `common` (dimensions) is what the tokens of all sentences share.
    """

    coefficients: Array
    bias: Array
    thresholds: Array
    common: Array


#: A sentence's vector (d,) and its tokens' hidden states (tokens, d), as an Embedder reads them.
Reading = tuple[Array, Array]


class RemarkReader:
    """Finds remarks in answers. Raises Unavailable when the weights or the embedder are missing."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    async def remarks(self, answers: Sequence[Answer]) -> tuple[Remark, ...]:
        """One for each sentence and each sort that it is of, in the order of the answers."""
        said = [(answer.turn, span) for answer in answers for span in sentences(answer.text)]
        said = [(turn, span) for turn, span in said if len(span.text.split()) >= _SHORTEST]
        if not said:
            return ()
        texts = [span.text for _, span in said]
        found = probabilities(texts, await self._embedder.read(texts)) >= _weights().thresholds
        return tuple(
            Remark(about=about, quote=span.text, turn=turn, start=span.start, end=span.end)
            for (turn, span), of_sentence in zip(said, found, strict=True)
            for about, there in zip(About, of_sentence, strict=True)
            if there
        )


def rows(texts: Sequence[str], readings: Sequence[Reading], common: Array) -> Array:
    """What the regressions see of sentences: (texts, 2 * dimensions + BUCKETS)."""
    words = np.zeros((len(texts), BUCKETS), dtype=np.float32)
    for row, text in zip(words, texts, strict=True):
        tokens = [token.removesuffix("s") for token in re.findall(r"[a-z]+|\d+", text.lower())]
        features = {*tokens, *(f"{one} {other}" for one, other in pairwise(tokens))}
        row[[crc32(feature.encode()) % BUCKETS for feature in features]] = 1.0
    spoken_of = TOKENS_SHARE * (tokens_of(readings) - common)
    return np.hstack([np.stack([vector for vector, _ in readings]), spoken_of, _unit(words)])


def tokens_of(readings: Sequence[Reading]) -> Array:
    """The means of the tokens' hidden states, as unit vectors: (readings, dimensions)."""
    return _unit(np.stack([np.asarray(hidden, dtype=np.float32).mean(0) for _, hidden in readings]))


def probabilities(texts: Sequence[str], readings: Sequence[Reading]) -> Array:
    """How likely each sentence is of each sort: (texts, sorts)."""
    weights = _weights()
    odds = rows(texts, readings, weights.common) @ weights.coefficients.T + weights.bias
    return 1.0 / (1.0 + np.exp(-odds))  # type: ignore[no-any-return]


def _unit(vectors: Array) -> Array:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)  # type: ignore[no-any-return]


@cache
def _weights() -> Weights:
    try:
        with np.load(BytesIO(WEIGHTS.read_bytes())) as stored:
            return Weights(*(stored[name].astype(np.float32) for name in Weights._fields))
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        raise Unavailable(f"The weights in {WEIGHTS.name} are missing or damaged ({error}). Install Viva again.") from error
