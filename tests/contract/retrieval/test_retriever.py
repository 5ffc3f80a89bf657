"""The retriever answers from the start, by words, and by meaning too once it is open."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.errors import Unavailable
from app.core.ports import Retriever
from app.retrieval.embedding import Vectors
from app.retrieval.index import NoteIndex
from app.retrieval.retriever import HybridRetriever, asks_of, fuse
from tests.contract.retrieval.parts import NOTES, PASSAGES, HashEmbedder


class SlowEmbedder(HashEmbedder):
    """Answers when it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded = asyncio.Event()

    async def embed(self, texts: Sequence[str]) -> Vectors:
        await self.loaded.wait()
        return await super().embed(texts)


@pytest.fixture
async def retriever(tmp_path: Path) -> AsyncIterator[HybridRetriever]:
    retriever = HybridRetriever(PASSAGES, NOTES, HashEmbedder(), NoteIndex(tmp_path))
    await retriever.open()
    yield retriever
    await retriever.close()


async def test_is_a_retriever(retriever: HybridRetriever) -> None:
    """Best first, with falling scores, and what was asked for at most."""
    port: Retriever = retriever
    found = await port.search("isotonic regression", 3)
    assert found[0].text.startswith("Isotonic")
    assert [passage.score for passage in found] == sorted((passage.score for passage in found), reverse=True)
    assert len(found) == 3


async def test_same_search_same_result(retriever: HybridRetriever) -> None:
    """Twenty at once agree."""
    results = await asyncio.gather(*(retriever.search("scale data before the split", 5) for _ in range(20)))
    assert len(set(results)) == 1


async def test_topics(retriever: HybridRetriever) -> None:
    """A filter holds for both rankings."""
    found = await retriever.search("scale", 5, ["calibration"])
    assert {passage.topic for passage in found} == {"calibration"}
    assert await retriever.search("scale", 5, ["no-such-topic"]) == ()


@pytest.mark.parametrize(
    "query", ["isotonic", "isotnoic regresion", "日本語 キー", "\U0001f9d1\u200d\U0001f52c", "\x00", "a" * 30_000, "% ' \" \\"]
)
async def test_any_query(retriever: HybridRetriever, query: str) -> None:
    """One word, typos, other scripts, control characters, far too much: an answer, no error."""
    assert len(await retriever.search(query, 2)) == 2  # something is always nearest by meaning


@pytest.mark.parametrize(("query", "k"), [("", 5), (" \n", 5), ("scale", 0), ("scale", -1)])
async def test_nothing_asked(retriever: HybridRetriever, query: str, k: int) -> None:
    """No words or no room: no passages."""
    assert await retriever.search(query, k) == ()


async def test_usable_while_the_model_loads(tmp_path: Path) -> None:
    """Lexical results at once; better ones as soon as the model is there."""
    embedder = SlowEmbedder()
    retriever = HybridRetriever(PASSAGES, NOTES, embedder, NoteIndex(tmp_path))
    opening = asyncio.create_task(retriever.open())
    assert {passage.topic for passage in await retriever.search("isotonic", 5)} == {"calibration"}
    assert await retriever.search("isotnoic", 5) == ()
    assert retriever.status == "loading"
    embedder.loaded.set()
    await opening
    assert retriever.status == "ready"
    assert len(await retriever.search("isotnoic", 5)) == 5
    await retriever.close()


async def test_a_failed_model_leaves_words(tmp_path: Path) -> None:
    """The failure is raised and shown; searches go on."""
    retriever = HybridRetriever(PASSAGES, NOTES, HashEmbedder(fails_after=0), NoteIndex(tmp_path))
    with pytest.raises(Unavailable, match="killed"):
        await retriever.open()
    assert retriever.status == "The embedder was killed."
    assert {passage.topic for passage in await retriever.search("isotonic", 5)} == {"calibration"}


async def test_a_failure_later_leaves_words(tmp_path: Path) -> None:
    """An index or a model that fails while serving costs the vectors, not the search."""
    retriever = HybridRetriever(
        PASSAGES, NOTES, HashEmbedder(fails_after=len(PASSAGES) + len(asks_of(NOTES)) + 1), NoteIndex(tmp_path)
    )
    await retriever.open()
    assert {passage.topic for passage in await retriever.search("isotonic", 5)} == {"calibration"}
    await retriever.close()


def test_fusing_adds_up_what_speaks_for_a_topic() -> None:
    """Scores count from 0 to 1 in each ranking; a topic has the mean of its four best rows; ways to ask only vote."""
    topics = ["a", "a", "b", "b"]  # the last one is a way to ask
    assert fuse([[(0, 3.0), (2, 1.0)]], topics, 3) == [(0, pytest.approx(0.3 + 0.25)), (1, pytest.approx(0.125)), (2, 0.0)]
    assert fuse([[(3, 9.0)], [(3, 0.5)]], topics, 3) == [(2, pytest.approx(0.5))]
    assert fuse([[(0, 1.0)], []], topics, 3)[0] == (0, pytest.approx(0.55))
    assert fuse([[], []], topics, 3) == []


async def test_a_way_to_ask_speaks_for_its_topic(tmp_path: Path) -> None:
    """By words alone and by meaning too; it is never a passage itself."""
    asked = replace(NOTES["calibration"], queries=("ninety percent sure and wrong half the time",))
    retriever = HybridRetriever(PASSAGES, {**NOTES, "calibration": asked}, HashEmbedder(), NoteIndex(tmp_path))
    query = "it is ninety percent sure and wrong"
    by_words = await retriever.search(query, 2)
    await retriever.open()
    found = await retriever.search(query, 5)
    for passages in (by_words, found[:2]):
        assert {passage.topic for passage in passages} == {"calibration"}
    assert {passage.text for passage in found} <= {passage.text for passage in PASSAGES}
    await retriever.close()
