"""The parts of retrieval as they run: the packaged MiniLM, the shipped notes, a Chroma server on a real socket."""

import asyncio
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from app.content import Catalog
from app.core.errors import Unavailable
from app.retrieval.embedding import MiniLM
from app.retrieval.index import NoteIndex
from app.retrieval.minilm import packaged
from app.retrieval.retriever import HybridRetriever

TEXTS = [
    "",
    "Bias.",
    "The gap between training and validation error shows variance, so I would regularize before I buy a bigger model.",
    "überanpassung 日本語 \U0001f9d1\u200d\U0001f52c",
    "word " * 400,
    *(f"number {n} " * (n % 30 + 1) for n in range(40)),
]


@pytest.fixture(scope="module")
def minilm() -> Iterator[MiniLM]:
    model = MiniLM()
    model.start()
    yield model
    model.close()


@pytest.fixture(scope="module")
def reference() -> SentenceTransformer:
    """The same weights, as sentence-transformers alone reads them."""
    return SentenceTransformer(str(packaged()), device="cpu")


def assert_alike(vectors: np.ndarray, expected: np.ndarray) -> None:
    """Unit vectors, the same but for the last digits."""
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(vectors, expected, atol=1e-6)


async def test_vectors_are_those_of_sentence_transformers(minilm: MiniLM, reference: SentenceTransformer) -> None:
    """Batched by length, shared between calls or cached: the vectors are encode's, of length 1."""
    vectors, again = await asyncio.gather(minilm.embed(TEXTS), minilm.embed(TEXTS[::-1]))
    expected = reference.encode(TEXTS, show_progress_bar=False)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert_alike(vectors, expected)
    np.testing.assert_array_equal(again, vectors[::-1])
    np.testing.assert_array_equal(await minilm.embed(TEXTS), vectors)


async def test_concurrent_calls_each_get_their_own(minilm: MiniLM, reference: SentenceTransformer) -> None:
    """32 calls at once, one of them given up half way: the others get what they asked for."""
    calls = [[f"call {call} sentence {n} " * (n + 1) for n in range(6)] for call in range(32)]
    tasks = [asyncio.create_task(minilm.embed(call)) for call in calls]
    await asyncio.sleep(0.05)
    tasks[7].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(results.pop(7), asyncio.CancelledError)
    calls.pop(7)
    for call, vectors in zip(calls, results, strict=True):
        assert isinstance(vectors, np.ndarray)
        assert_alike(vectors, reference.encode(call, show_progress_bar=False))


async def test_nothing_to_embed(minilm: MiniLM) -> None:
    """No texts: an empty array with the right number of columns."""
    assert (await minilm.embed([])).shape == (0, 384)


async def test_like_texts_are_near(minilm: MiniLM) -> None:
    """A sanity check that these are the weights of all-MiniLM-L6-v2."""
    a, b, c = await minilm.embed(["The cat sits on the mat.", "A kitten is lying on the rug.", "Interest rates rose again."])
    assert a @ b > 0.4 > a @ c


async def test_a_folder_is_another_model(tmp_path: Path, minilm: MiniLM) -> None:
    """Any folder of sentence-transformers loads; its name follows its files."""
    folder = tmp_path / "mine"
    await asyncio.to_thread(shutil.copytree, packaged(), folder)
    mine = MiniLM(str(folder))
    assert mine.name.startswith("mine@")
    assert_alike(await mine.embed(["the same"]), await minilm.embed(["the same"]))
    mine.close()
    await asyncio.to_thread((folder / "added.txt").write_text, "x")
    assert MiniLM(str(folder)).name != mine.name


async def test_no_such_model() -> None:
    """A model that is not there is said so, to each who waits, and by `status`."""
    model = MiniLM("no-such/model")
    results = await asyncio.gather(model.embed(["a"]), model.embed(["b"]), return_exceptions=True)
    for result in results:
        assert isinstance(result, Unavailable)
        assert "'no-such/model' cannot be loaded" in str(result)
    assert results[0] is not results[1]
    assert not model.ready
    assert "cannot be loaded" in model.status


async def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights that are not the expected bytes are not run."""
    monkeypatch.setattr("app.retrieval.minilm.WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(Unavailable, match="not the expected ones"):
        await MiniLM().embed(["a"])


def test_import_is_light_and_load_is_silent() -> None:
    """Importing the adapter brings in neither torch nor chromadb; the model runs without torch, and loading it prints nothing."""
    code = (
        "import sys, asyncio\n"
        "import app.retrieval.retriever\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'chromadb', 'bm25s', 'scipy'} & sys.modules.keys()\n"
        "assert not heavy, heavy\n"
        "model = app.retrieval.embedding.MiniLM()\n"
        "assert asyncio.run(model.embed(['a'])).shape == (1, 384)\n"
        "assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


async def test_the_shipped_notes(tmp_path: Path, catalog: Catalog, minilm: MiniLM) -> None:
    """Typos, other words, names: the right note comes first."""
    retriever = HybridRetriever(catalog.passages, catalog.notes, minilm, NoteIndex(tmp_path))
    await retriever.open()
    for query, topic in (
        ("regularizaton", "regularization"),
        ("my model memorizes the training set", "bias-variance"),
        ("elbow", "k-means"),
        ("is the predicted probability honest", "calibration"),
    ):
        found = await retriever.search(query, 5)
        assert topic in [passage.topic for passage in found], query
    await retriever.close()


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def chroma_url(tmp_path: Path) -> Iterator[str]:
    """A Chroma server of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    chroma = Path(sys.executable).with_name("chroma")
    command = [str(chroma), "run", "--path", str(tmp_path / "server"), "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not _listens(port):
            assert server.poll() is None, "the Chroma server ended before it listened"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=10)


async def test_a_chroma_server(tmp_path: Path, chroma_url: str, catalog: Catalog, minilm: MiniLM) -> None:
    """Two holders of one server: one builds, the other finds all there; one rebuilds, the other follows."""
    passages = catalog.passages[:20]
    first, second = NoteIndex(tmp_path, chroma_url), NoteIndex(tmp_path, chroma_url)
    await first.build(passages, minilm)
    progress: list[tuple[int, int]] = []
    await second.build(passages, minilm, lambda done, total: progress.append((done, total)))
    assert progress == []
    query = (await minilm.embed([passages[3].text]))[0]
    assert (await second.query(query, 1))[0][0] == 3
    await first.build(passages[1:], minilm)
    assert (await second.query(query, 1))[0][0] == 3
    assert (await second.query(query, 3, [passages[3].topic]))[0][0] == 3
    await first.close()
    await second.close()


async def test_a_model_that_was_shut_down_says_so() -> None:
    model = MiniLM()
    await model.embed(["a"])
    model.close()
    with pytest.raises(Unavailable, match="shut down"):
        await model.embed(["b"])
