"""Finds passages by words and by meaning, and fuses the two rankings."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.core.errors import VivaError
from app.core.ports import Embedder
from app.core.rubric import Note, Passage
from app.retrieval.index import NoteIndex, Progress
from app.retrieval.lexical import LexicalIndex

#: How far down each ranking is read, at least.
DEPTH = 200
#: So many rows of a topic speak for it in each ranking.
EVIDENCE = 4
#: The share of a passage's own scores beside its topic's.
OWN = 0.3
#: What a topic's next passage is worth beside the one before it.
REPEATED = 0.5
#: Longer queries are cut here (characters): the model reads no further, and every word costs a pass over its postings.
QUERY_LIMIT = 2_000

_log = logging.getLogger(__name__)


class HybridRetriever:
    """A Retriever that works from the start and gets better: by words at once, by meaning too once `open` has finished.

    `search` never waits for the model or the index. Until both are ready, or if either fails, it returns the lexical
    results alone. The first search waits for the lexical index: 0.1 s for the shipped notes, 25 s for 100,000 passages.
    """

    def __init__(self, passages: Sequence[Passage], notes: Mapping[str, Note], embedder: Embedder, index: NoteIndex) -> None:
        self._passages = passages
        self._rows = [*passages, *asks_of(notes)]
        self._topics = [row.topic for row in self._rows]
        self._notes = notes
        self._embedder = embedder
        self._index = index
        self._lexical: asyncio.Task[LexicalIndex] | None = None
        self._vectors_ready = False
        self._failure: str | None = None

    @property
    def status(self) -> str:
        """`loading` (lexical results alone), `ready`, or what went wrong."""
        return self._failure or ("ready" if self._vectors_ready else "loading")

    async def open(self, on_progress: Progress | None = None) -> None:
        """Make the lexical index, wait for the model, bring the vectors up to date. Run it in the background.

        Raises Unavailable when the model or Chroma fails; searches go on by words alone, and `status` says why.
        """
        self._failure = None
        try:
            await self._lexical_index()
            await self._embedder.embed(["ready?"])  # a model that has answered once keeps no search waiting for its load
            await self._index.build(self._rows, self._embedder, on_progress)
        except VivaError as error:
            self._failure = str(error)
            raise
        self._vectors_ready = True

    async def close(self) -> None:
        """Let the index go; searches go on by words alone."""
        self._vectors_ready = False
        await self._index.close()

    async def search(self, query: str, k: int, topics: Sequence[str] = ()) -> tuple[Passage, ...]:
        """At most `k` passages, best first, of these topics if any are named. A query without a known word may find none.

        Rows of two sorts are ranked by words and by meaning: the passages, and the ways to ask that the notes hold. `fuse`
        says what that makes of the passages. The same search gives the same result.
        """
        query = query[:QUERY_LIMIT].strip()
        if not query or k < 1:
            return ()
        depth = max(k, DEPTH)
        lexical = await self._lexical_index()
        rankings = await asyncio.gather(
            asyncio.to_thread(lexical.search, query, depth, topics), self._by_meaning(query, depth, topics)
        )
        fused = fuse(rankings, self._topics, len(self._passages))
        return tuple(replace(self._passages[position], score=score) for position, score in fused[:k])

    async def _by_meaning(self, query: str, k: int, topics: Sequence[str]) -> list[tuple[int, float]]:
        if not self._vectors_ready:
            return []
        try:
            vectors = await self._embedder.embed([query])
            return await self._index.query(vectors[0], k, topics)
        except Exception:  # Chroma's errors have no common base; half a result is better than none
            _log.warning("vector search failed; results are by words alone", exc_info=True)
            return []

    async def _lexical_index(self) -> LexicalIndex:
        if self._lexical is None:
            self._lexical = asyncio.create_task(asyncio.to_thread(LexicalIndex, self._rows, self._notes))
        return await asyncio.shield(self._lexical)  # one caller that gives up must not take it from the others


def fuse(rankings: Sequence[Sequence[tuple[int, float]]], topics: Sequence[str], passages: int) -> list[tuple[int, float]]:
    """Passages (positions below `passages`) with their scores, best first, ties by position, from rankings of scored rows.

    Each ranking's scores are brought between 0 and 1 over what it found, and added (CombSUM with min-max normalization:
    Fox and Shaw, "Combination of multiple searches", TREC-2, 1994; Lee, "Analyses of multiple evidence combination",
    SIGIR 1997). A passage has the mean of its topic's EVIDENCE best rows in each ranking, so that a topic is found by all
    that speaks for it, and OWN of its own scores, so that the right section of it comes first. Each further passage of a
    topic counts REPEATED of what it would, so that a few passages speak of more than one topic.
    """
    scores: dict[int, float] = defaultdict(float)
    evidence: dict[str, float] = defaultdict(float)
    for ranking in rankings:
        rows_of: dict[str, list[float]] = defaultdict(list)
        for position, score in _normalized(ranking):
            rows_of[topics[position]].append(score)
            if position < passages:
                scores[position] += OWN * score
        for topic, found in rows_of.items():
            evidence[topic] += sum(found[:EVIDENCE]) / EVIDENCE
    for position in range(passages):
        if topics[position] in evidence:
            scores[position] += evidence[topics[position]]
    seen: dict[str, int] = defaultdict(int)
    spread: list[tuple[int, float]] = []
    for position, score in sorted(scores.items(), key=lambda item: (-item[1], item[0])):
        spread.append((position, score * REPEATED ** seen[topics[position]]))
        seen[topics[position]] += 1
    return sorted(spread, key=lambda item: (-item[1], item[0]))


def _normalized(ranking: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """The same, best first, with scores from 0 to 1."""
    if not ranking:
        return []
    best, least = ranking[0][1], ranking[-1][1]
    return [(position, (score - least) / (best - least) if best > least else 1.0) for position, score in ranking]


def asks_of(notes: Mapping[str, Note]) -> list[Passage]:
    """The ways to ask for each note, as rows of their own: its title, its aliases and its query lines."""
    return [
        Passage(topic=note.topic, section="", text=ask)
        for note in notes.values()
        for ask in (note.title, *note.aliases, *note.queries)
    ]
