"""Turns texts into unit vectors in this process: all-MiniLM-L6-v2 (`minilm.py`), or any sentence-transformers model."""

import asyncio
import hashlib
import importlib
import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.core.errors import Unavailable
from app.retrieval import minilm

Vectors = npt.NDArray[np.float32]
#: What is known of a text: its unit vector (d,), and its tokens' hidden states after minilm.READ_LAYER layers, (tokens, d).
Reading = tuple[Vectors, npt.NDArray[np.float16]]
Encode = Callable[[list[str]], list[Reading]]
#: Texts that a worker takes at once.
BATCH = 16
WORKERS = 2
CACHED_TEXTS = 8_000
SHUT_DOWN = "The embedding model was shut down."

_log = logging.getLogger(__name__)


class MiniLM:
    """An Embedder: all-MiniLM-L6-v2 from its package, or any sentence-transformers model by name or folder.

    Nothing is loaded until `start()` or the first `embed()`. Texts of concurrent calls share batches: two workers take
    what is waiting, the oldest text first, together with those nearest to it in length, since a sentence-transformers model
    pads a batch to its longest text. Vectors are kept by text, the least recently used go first.
    """

    def __init__(self, model: str | None = None) -> None:
        self.name = _name(model)
        self._source = model
        self._encode: Encode | None = None
        self._width = 0
        self._loaded: Future[None] = Future()
        # A running future cannot be cancelled: one waiter that gives up must not take the load from the others.
        self._loaded.set_running_or_notify_cancel()
        self._started = False
        self._lock = threading.Lock()
        self._cache: OrderedDict[str, Reading] = OrderedDict()
        self._waiting: dict[str, Future[Reading]] = {}
        self._running: dict[str, Future[Reading]] = {}
        self._idle = WORKERS
        self._closed = False
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="embed")

    def start(self) -> None:
        """Begin to load the model in a thread of its own and return at once. Again: nothing happens."""
        with self._lock:
            if self._started:
                return
            self._started = True
        threading.Thread(target=self._load, name="load-embedder", daemon=True).start()

    @property
    def ready(self) -> bool:
        """Whether `embed` answers without waiting for the model."""
        return self._loaded.done() and self._loaded.exception() is None

    @property
    def status(self) -> str:
        """`loading`, `ready`, or what went wrong."""
        if not self._loaded.done():
            return "loading"
        return str(self._loaded.exception() or "ready")

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32 of shape (len(texts), dimensions). Raises Unavailable when the model cannot be loaded."""
        readings = await self.read(texts)
        return np.stack([vector for vector, _ in readings]) if readings else np.zeros((0, self._width), dtype=np.float32)

    async def read(self, texts: Sequence[str]) -> list[Reading]:
        """For each text its unit vector and its tokens' hidden states. Raises Unavailable."""
        self.start()
        await self._wait_for_model()
        return await asyncio.gather(*(self._row(text) for text in self._enqueue(texts)))

    def close(self) -> None:
        """Let the workers go; texts still waiting are given up."""
        with self._lock:
            self._closed = True
            waiting = list(self._waiting.values())
            self._waiting.clear()
        for future in waiting:
            future.set_exception(Unavailable(SHUT_DOWN))
        self._pool.shutdown(wait=False)

    async def _wait_for_model(self) -> None:
        if self.ready:
            return
        try:
            await asyncio.wrap_future(self._loaded)
        except Unavailable as error:
            raise Unavailable(str(error)) from error  # its own for each waiter: tracebacks must not pile up on one

    @staticmethod
    async def _row(slot: "Reading | Future[Reading]") -> Reading:
        return await asyncio.wrap_future(slot) if isinstance(slot, Future) else slot

    def _enqueue(self, texts: Sequence[str]) -> list["Reading | Future[Reading]"]:
        """For each text its vector, or the future of it; wakes the workers if there is something to do."""
        slots: list[Reading | Future[Reading]] = []
        with self._lock:
            if self._closed:
                raise Unavailable(SHUT_DOWN)
            for text in texts:
                if text in self._cache:
                    self._cache.move_to_end(text)
                    slots.append(self._cache[text])
                    continue
                future = self._waiting.get(text) or self._running.get(text)
                if future is None:
                    future = self._waiting[text] = Future()
                    future.set_running_or_notify_cancel()
                slots.append(future)
            for _ in range(min(WORKERS, len(self._waiting))):
                self._pool.submit(self._work)  # under the lock: after `close` the pool takes nothing
        return slots

    def _work(self) -> None:
        while batch := self._take():
            try:
                readings = self.encode_now(list(batch))
            except Exception as error:  # whatever the model raises must reach those who wait
                _log.exception("embedding failed")
                self._settle(batch, None, Unavailable(f"The embedding model failed: {error}"))
            else:
                self._settle(batch, readings, None)

    def _take(self) -> dict[str, Future[Reading]]:
        """The next batch: an equal share for each idle worker, at most BATCH, the oldest and those of like length."""
        with self._lock:
            if not self._waiting:
                return {}
            share = min(BATCH, -(-len(self._waiting) // max(1, self._idle)))
            oldest = len(next(iter(self._waiting)))
            texts = sorted(self._waiting, key=lambda text: abs(len(text) - oldest))[:share]
            batch = {text: self._waiting.pop(text) for text in texts}
            self._running.update(batch)
            self._idle -= 1
            return batch

    def _settle(self, batch: dict[str, Future[Reading]], readings: list[Reading] | None, error: Exception | None) -> None:
        with self._lock:
            self._idle += 1
            for index, text in enumerate(batch):
                del self._running[text]
                if readings is not None:
                    self._cache[text] = readings[index]
            while len(self._cache) > CACHED_TEXTS:
                self._cache.popitem(last=False)
        for index, future in enumerate(batch.values()):
            if readings is None:
                future.set_exception(error)
            else:
                future.set_result(readings[index])

    def encode_now(self, texts: list[str]) -> list[Reading]:
        """Read texts here and now, in one batch, loading the model if need be. Blocks: for training and the workers."""
        if self._encode is None:
            self._load()
            self._loaded.result()
        assert self._encode is not None
        return self._encode(texts)

    def _load(self) -> None:
        try:
            self._encode = _minilm() if self._source is None else _any_model(self._source)
            [(vector, _)] = self._encode([""])  # the first pass sets things up; let no candidate wait for it
            self._width = len(vector)
        except Unavailable as error:
            self._loaded.set_exception(error)
        except Exception as error:  # a model can fail in any way; each waiter is told in plain words
            message = f"The embedding model {self._source or self.name!r} cannot be loaded: {error}"
            self._loaded.set_exception(Unavailable(message))
        else:
            self._loaded.set_result(None)


def _name(model: str | None) -> str:
    """Changes whenever the vectors may: the weights' hash, or for a folder its files' names, sizes and times."""
    if model is None:
        return f"all-MiniLM-L6-v2@{minilm.WEIGHTS_SHA256[:12]}"
    folder = Path(model)
    if not folder.is_dir():
        return model
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        stat = path.stat()
        digest.update(f"{path.relative_to(folder)}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode())
    return f"{folder.name}@{digest.hexdigest()[:12]}"


def _minilm() -> Encode:
    """MiniLM out of its package, a text at a time."""
    read = minilm.reader()
    return lambda texts: [_kept(*read(text)) for text in texts]


def _any_model(source: str) -> Encode:
    """Another model, for the sentence vectors alone."""
    model = _sentence_transformer(source)

    def encode(texts: list[str]) -> list[Reading]:
        vectors = _unit(model.encode(texts, batch_size=len(texts), show_progress_bar=False))
        return [_kept(vector, np.zeros((0, 0), dtype=np.float32)) for vector in vectors]

    return encode


def _unit(vectors: Vectors) -> Vectors:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)  # type: ignore[no-any-return]


def _kept(vector: Vectors, hidden: Vectors) -> Reading:
    """Copies of their own, and read-only: they are shared through the cache."""
    reading = vector.astype(np.float32), hidden.astype(np.float16)
    for array in reading:
        array.setflags(write=False)
    return reading


def _sentence_transformer(source: str) -> Any:
    """Import torch and sentence-transformers (seconds) and load a model: no word on the terminal, no network."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    # Imported by name, so that a plain import of this module stays light and type checking does not wait for torch.
    transformers_logging = importlib.import_module("transformers.utils.logging")
    transformers_logging.disable_progress_bar()
    importlib.import_module("torch").set_num_threads(1)  # two workers, one core each; more would wait for one another
    return importlib.import_module("sentence_transformers").SentenceTransformer(source, device="cpu")
