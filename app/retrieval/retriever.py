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

#: The constant of reciprocal rank fusion, as its authors set it.
RRF_K = 60
#: How far down each ranking is read, at least.
DEPTH = 50
#: Longer queries are cut here (characters): the model reads no further, and every word costs a pass over its postings.
QUERY_LIMIT = 2_000

#: Passages that hold one rank together.
Positions = Sequence[int]

_log = logging.getLogger(__name__)


class HybridRetriever:
    """A Retriever that works from the start and gets better: by words at once, by meaning too once `open` has finished.

    `search` never waits for the model or the index. Until both are ready, or if either fails, it returns the lexical
    results alone. The first search waits for the lexical index: 0.1 s for the shipped notes, 25 s for 100,000 passages.
    """

    def __init__(self, passages: Sequence[Passage], notes: Mapping[str, Note], embedder: Embedder, index: NoteIndex) -> None:
        self._passages = passages
        self._rows = [*passages, *asks_of(notes)]
        self._of_topic: dict[str, list[int]] = defaultdict(list)
        for position, passage in enumerate(passages):
            self._of_topic[passage.topic].append(position)
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

        Passages are ranked by words and by meaning, and so are the ways to ask that the notes hold, each of which speaks
        for every passage of its topic. The four rankings are fused by reciprocal rank: a passage scores the sum of
        1 / (60 + rank) over the rankings that hold it or its topic (Cormack, Clarke and Buettcher, "Reciprocal rank
        fusion outperforms Condorcet and individual rank learning methods", SIGIR 2009). Ties keep the notes' order, so
        the same search gives the same result.
        """
        query = query[:QUERY_LIMIT].strip()
        if not query or k < 1:
            return ()
        depth = max(k, DEPTH)
        lexical = await self._lexical_index()
        rankings = await asyncio.gather(
            asyncio.to_thread(lexical.search, query, depth, topics), self._by_meaning(query, depth, topics)
        )
        fused = fuse([tier for ranking in rankings for tier in self._tiers([position for position, _ in ranking])])
        return tuple(replace(self._passages[position], score=score) for position, score in fused[:k])

    def _tiers(self, ranking: Sequence[int]) -> tuple[list[Positions], list[Positions]]:
        """A ranking of rows as two of passages: those in it, and those of the topics whose ways to ask are in it."""
        passages: list[Positions] = [(position,) for position in ranking if position < len(self._passages)]
        asks = (position for position in ranking if position >= len(self._passages))
        return passages, [self._of_topic.get(topic, ()) for topic in dict.fromkeys(self._rows[ask].topic for ask in asks)]

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


def fuse(rankings: Sequence[Sequence[Positions]]) -> list[tuple[int, float]]:
    """Reciprocal rank fusion: (position, score), best first, ties by position. Positions of one rank stand together."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, positions in enumerate(ranking, start=1):
            for position in positions:
                scores[position] = scores.get(position, 0.0) + 1.0 / (RRF_K + rank)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def asks_of(notes: Mapping[str, Note]) -> list[Passage]:
    """The ways to ask for each note, as rows of their own: its title, its aliases and its query lines."""
    return [
        Passage(topic=note.topic, section="", text=ask)
        for note in notes.values()
        for ask in (note.title, *note.aliases, *note.queries)
    ]
