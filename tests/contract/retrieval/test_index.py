"""The index is rebuilt only where it must be, and never loses what it had."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.errors import Unavailable
from app.core.rubric import Passage
from app.retrieval.index import EXACT, POINTER, WINDOW_WORDS, NoteIndex
from tests.contract.retrieval.parts import PASSAGES, HashEmbedder, passage


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[NoteIndex]:
    index = NoteIndex(tmp_path)
    yield index
    await index.close()


async def nearest(index: NoteIndex, text: str, topics: tuple[str, ...] = (), k: int = 3) -> list[int]:
    vectors = await HashEmbedder().embed([text])
    return [position for position, _ in await index.query(vectors[0], k, topics)]


def lose_vectors(folder: Path) -> None:
    folders = [path for path in folder.iterdir() if path.is_dir()]
    assert folders
    for path in folders:
        shutil.rmtree(path)


def collections(index: NoteIndex) -> list[str]:
    return sorted(collection.name for collection in index._client.list_collections())


async def test_finds_the_nearest(index: NoteIndex) -> None:
    """A passage's own words find it, with a cosine near 1; progress ends at the total."""
    seen: list[tuple[int, int]] = []
    await index.build(PASSAGES, HashEmbedder(), lambda done, total: seen.append((done, total)))
    vectors = await HashEmbedder().embed(["calibration: Trade-offs\nIsotonic regression needs more data than a sigmoid"])
    position, cosine = (await index.query(vectors[0], 1))[0]
    assert (position, round(cosine, 4)) == (3, 1.0)
    assert (seen[0], seen[-1]) == ((0, 5), (5, 5))


async def test_topics_filter(index: NoteIndex) -> None:
    """Only passages of the topics named, best first; an unknown topic has none."""
    await index.build(PASSAGES, HashEmbedder())
    assert await nearest(index, "Isotonic regression", ("calibration",)) == [3, 2]
    assert await nearest(index, "Isotonic", ("no-such-topic",)) == []


async def test_large_filters_agree_with_small_ones(index: NoteIndex) -> None:
    """Beyond the exact limit Chroma filters, with the same result."""
    many = [passage("many" if n % 2 else "more", f"word{n} word{n + 1}") for n in range(2 * EXACT + 10)]
    await index.build(many, HashEmbedder())
    assert (await nearest(index, "many: Trade-offs word7 word8", ("many",)))[0] == 7


async def test_before_building_nothing_is_found(index: NoteIndex) -> None:
    """A query before the index is there is answered with nothing."""
    assert await nearest(index, "anything") == []


@pytest.mark.parametrize("passages", [(), (passage("a", ""),), (passage("a", "x"), passage("a", "x"))])
async def test_odd_sets(index: NoteIndex, passages: tuple[Passage, ...]) -> None:
    """No passages, an empty one, the same one twice."""
    await index.build(passages, HashEmbedder())
    assert await nearest(index, "x") == [0][: len(passages)]


async def test_long_passages_are_read_whole(index: NoteIndex) -> None:
    """A passage longer than the model reads is embedded in windows, each under its heading."""
    embedder = HashEmbedder()
    await index.build([passage("a-b", " ".join(f"w{n}" for n in range(2 * WINDOW_WORDS + 1)))], embedder)
    assert [text.splitlines()[0] for text in embedder.embedded] == ["a b: Trade-offs"] * 3
    assert embedder.embedded[-1].endswith(f"w{2 * WINDOW_WORDS}")


async def test_unchanged_embeds_nothing(index: NoteIndex, tmp_path: Path) -> None:
    """A second process with the same notes finds all there."""
    await index.build(PASSAGES, HashEmbedder())
    before = collections(index)
    await index.close()
    again, embedder = NoteIndex(tmp_path), HashEmbedder()
    await again.build(PASSAGES, embedder)
    assert embedder.embedded == []
    assert collections(again) == before
    assert await nearest(again, "Isotonic regression", k=1) == [3]
    await again.close()


async def test_only_changes_are_embedded(index: NoteIndex) -> None:
    """One passage edited, one gone: one is embedded, the rest is copied, the old collection goes."""
    await index.build(PASSAGES, HashEmbedder())
    old = collections(index)
    embedder = HashEmbedder()
    edited = (replace(PASSAGES[0], text="Lloyd moves centroids"), *PASSAGES[2:])
    await index.build(edited, embedder)
    assert embedder.embedded == ["k means: Definitions you owe\nLloyd moves centroids"]
    assert len(collections(index)) == 2
    assert collections(index) != old
    assert await nearest(index, "Lloyd moves centroids", k=1) == [0]
    assert await nearest(index, "Fitting the scaler before the split leaks", k=1) == [3]


async def test_another_model_embeds_all(index: NoteIndex) -> None:
    """Vectors of one model are never mixed with another's."""
    await index.build(PASSAGES, HashEmbedder())
    other = HashEmbedder("other")
    await index.build(PASSAGES, other)
    assert len(other.embedded) == len(PASSAGES)


async def test_killed_half_way(index: NoteIndex, tmp_path: Path) -> None:
    """The old index answers on, in this process and the next; what was left behind is cleaned up."""
    await index.build(PASSAGES, HashEmbedder())
    longer = [*PASSAGES, *(passage("new", f"text{n}") for n in range(100))]
    with pytest.raises(Unavailable, match="killed"):
        await index.build(longer, HashEmbedder(fails_after=70))
    assert len(collections(index)) == 3
    assert await nearest(index, "Isotonic regression", k=1) == [3]
    await index.close()

    again, embedder = NoteIndex(tmp_path), HashEmbedder()
    await again.build(longer, embedder)
    assert len(embedder.embedded) == 100
    assert len(collections(again)) == 2
    assert await nearest(again, "text42", k=1) == [47]
    await again.close()


async def test_closed_while_building(tmp_path: Path) -> None:
    """Stopping Viva in the middle of a build harms nothing: the next build starts clean."""
    many = [passage("many", f"word{n}") for n in range(400)]
    index, begun = NoteIndex(tmp_path), asyncio.Event()
    building = asyncio.create_task(index.build(many, HashEmbedder(), lambda done, total: begun.set() if done else None))
    await begun.wait()
    await asyncio.sleep(0.01)
    building.cancel()
    await index.close()
    with pytest.raises(asyncio.CancelledError):
        await building
    again = NoteIndex(tmp_path)
    await again.build(many, HashEmbedder())
    assert len(collections(again)) == 2
    await again.close()


async def test_lost_vector_folder_is_rebuilt(index: NoteIndex, tmp_path: Path) -> None:
    """Chroma says nothing when the vectors' folder is gone, and the count is still right: the known vector tells."""
    many = [passage("many", f"word{n}") for n in range(1100)]  # past the point where Chroma writes the folder
    await index.build(many, HashEmbedder())
    await index.close()
    lose_vectors(tmp_path)
    again, embedder = NoteIndex(tmp_path), HashEmbedder()
    await again.build(many, embedder)
    assert len(embedder.embedded) >= 1000  # the newest rows are still in Chroma's log
    assert await nearest(again, "many: Trade-offs word7", k=1) == [7]
    await again.close()


async def test_lost_pointer_is_rebuilt(index: NoteIndex) -> None:
    """Without the pointer nothing is active; the build starts afresh and sweeps up."""
    await index.build(PASSAGES, HashEmbedder())
    index._client.delete_collection(POINTER)
    await index.build(PASSAGES, HashEmbedder())
    assert len(collections(index)) == 2


async def test_follows_a_switch_elsewhere(index: NoteIndex) -> None:
    """When another holder of the index has replaced the collection, a query finds the new one."""
    await index.build(PASSAGES, HashEmbedder())
    other = NoteIndex(index._folder)
    await other.build(PASSAGES[1:], HashEmbedder())
    assert await nearest(index, "Isotonic regression", k=1) == [3]
    await other.close()


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://somewhere", "http://127.0.0.1:9"])
async def test_bad_server(tmp_path: Path, url: str) -> None:
    """A server that is not there is said so in plain words."""
    with pytest.raises(Unavailable, match=r"Chroma server|cannot be used"):
        await NoteIndex(tmp_path, url).build(PASSAGES, HashEmbedder())


async def test_folder_that_is_a_file(tmp_path: Path) -> None:
    """A folder that cannot be made is said so in plain words."""
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="cannot be used"):
        await NoteIndex(tmp_path / "file").build(PASSAGES, HashEmbedder())
