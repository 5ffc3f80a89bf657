"""A small embedder and a few passages for the tests of retrieval."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from app.core.errors import Unavailable
from app.core.rubric import Loop, Note, Passage
from app.retrieval.embedding import Vectors

DIMENSIONS = 64


class HashEmbedder:
    """Adds up a fixed random direction for each word: texts that share words are near. Remembers what it embedded."""

    def __init__(self, name: str = "hash", fails_after: int | None = None) -> None:
        self.name = name
        self.embedded: list[str] = []
        self._fails_after = fails_after

    async def embed(self, texts: Sequence[str]) -> Vectors:
        if self._fails_after is not None and len(self.embedded) + len(texts) > self._fails_after:
            raise Unavailable("The embedder was killed.")
        self.embedded.extend(texts)
        rows = np.stack([self._row(text) for text in texts])
        unit: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return unit

    async def read(self, texts: Sequence[str]) -> list[tuple[Any, Any]]:
        return [(row, row[None]) for row in await self.embed(texts)]

    def _row(self, text: str) -> Vectors:
        row = np.full(DIMENSIONS, 1e-3, dtype=np.float32)
        for word in text.lower().split():
            seed = int.from_bytes(hashlib.sha256(f"{self.name}\0{word}".encode()).digest()[:4])
            row += np.random.default_rng(seed).normal(size=DIMENSIONS).astype(np.float32)
        return row


def passage(topic: str, text: str, section: str = "Trade-offs") -> Passage:
    """A passage in short."""
    return Passage(topic=topic, section=section, text=text)


def note(topic: str, title: str, *aliases: str) -> Note:
    """A note of which retrieval reads the title and the aliases."""
    return Note(
        topic=topic,
        title=title,
        loop=Loop.MODELING,
        aliases=aliases,
        prerequisites=(),
        next=(),
        recap_minutes=5,
        deep_minutes=30,
        sections={},
    )


PASSAGES = (
    passage("k-means", "Centroids move until no point changes sides", "Definitions you owe"),
    passage("k-means", "Scale columns first because distance adds squared differences", "Assumptions to state"),
    passage("calibration", "A reliability diagram shows predicted probability against frequency", "Definitions you owe"),
    passage("calibration", "Isotonic regression needs more data than a sigmoid", "Trade-offs"),
    passage("data-leakage", "Fitting the scaler before the split leaks the test rows", "Pitfalls to volunteer"),
)
NOTES = {
    "k-means": note("k-means", "K-means clustering", "customer segmentation", "elbow method"),
    "calibration": note("calibration", "Calibration", "Platt scaling"),
    "data-leakage": note("data-leakage", "Data leakage", "target leakage"),
}
