"""The passages' vectors, in Chroma: embedded in a folder of this process, or on a server."""

import asyncio
import hashlib
import itertools
import logging
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import numpy as np

from app.core.errors import Unavailable
from app.core.ports import Embedder
from app.core.rubric import Passage
from app.retrieval.embedding import Vectors

Progress = Callable[[int, int], None]

PREFIX = "notes-"
#: A collection of its own whose metadata names the active one: switching it is one write.
POINTER = "viva-active"
#: Embedded and added at a time: about a second of work, so that progress moves.
CHUNK = 64
#: The model reads 256 tokens and drops the rest; a longer passage is embedded in windows of this many words.
WINDOW_WORDS = 160
#: Up to this many filtered passages, exact distances beat Chroma's filtered search (1 ms to 57 ms at 100,000).
EXACT = 256
#: On a server another process may be filling a collection; one this old (seconds) was abandoned.
ABANDONED = 3600.0
#: Seconds that a Chroma server may take for one request.
SERVER_TIMEOUT = 10.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Plan:
    """The passages to hold, under ids that are hashes of what is embedded: same id, same vector."""

    texts: Mapping[str, tuple[str, ...]]
    topics: Mapping[str, str]
    positions: Mapping[str, int]
    ids_by_topic: Mapping[str, tuple[str, ...]]
    version: str


class NoteIndex:
    """Vectors of passages, by cosine. Make one, `build` it, `query` it. Nothing is opened until `build`.

    An embedded index belongs to one process; where there are several, give the URL of a Chroma server.
    """

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self._folder = folder
        self._url = url
        self._client: Any = None
        self._active: Any = None
        self._plan: _Plan | None = None

    async def build(self, passages: Sequence[Passage], embedder: Embedder, on_progress: Progress | None = None) -> None:
        """Bring the index up to these passages; what is unchanged is neither embedded again nor touched.

        A changed set fills a new collection, which is checked before the pointer is switched to it: until then the
        old one stays active, whatever happens. `on_progress(done, total)` counts passages. Raises Unavailable when
        Chroma or the embedder cannot be reached.
        """
        plan = await asyncio.to_thread(_plan, passages, embedder.name)
        try:
            if self._client is None:
                self._client = await asyncio.to_thread(_connect, self._folder, self._url)
            active = await asyncio.to_thread(self._open_active)
            if active is None or not await asyncio.to_thread(_holds, active, plan):
                active = await self._fill(plan, embedder, active, on_progress or _ignore)
        except Unavailable:
            raise
        except Exception as error:  # Chroma raises its own, httpx's and the Rust core's errors
            raise Unavailable(f"The index of the notes at {self._url or self._folder} cannot be used: {error}") from error
        self._active, self._plan = active, plan

    async def query(self, vector: Vectors, k: int, topics: Sequence[str] = ()) -> list[tuple[int, float]]:
        """The `k` nearest passages, best first: their position in what was built, and the cosine, -1 to 1."""
        if self._active is None or self._plan is None or k < 1:
            return []
        return await asyncio.to_thread(self._query, vector, k, topics)

    async def close(self) -> None:
        """Let Chroma go."""
        client, self._client, self._active = self._client, None, None
        if client is not None:
            await asyncio.to_thread(_disconnect, client, self._url)

    def _query(self, vector: Vectors, k: int, topics: Sequence[str]) -> list[tuple[int, float]]:
        plan = self._plan
        assert plan is not None
        wanted = [id for topic in dict.fromkeys(topics) for id in plan.ids_by_topic.get(topic, ())]
        if topics and not wanted:
            return []
        try:
            found = _search(self._active, vector, k, wanted, topics)
        except Exception:
            # Another process may have put a new collection in place of this one; look once where the pointer shows.
            self._active = self._open_active() or self._active
            found = _search(self._active, vector, k, wanted, topics)
        return [(plan.positions[id], score) for id, score in found if id in plan.positions]

    def _open_active(self) -> Any:
        """The collection that the pointer names, or None."""
        names = {collection.name for collection in self._client.list_collections()}
        if POINTER not in names:
            return None
        pointer = self._client.get_collection(POINTER, embedding_function=None)
        active = (pointer.metadata or {}).get("active")
        return self._client.get_collection(active, embedding_function=None) if active in names else None

    async def _fill(self, plan: _Plan, embedder: Embedder, active: Any, on_progress: Progress) -> Any:
        """Fill a new collection, check it, make it the active one."""
        await asyncio.to_thread(self._drop_abandoned, active)
        metadata = {"version": plan.version, "embedder": embedder.name, "started": time.time()}
        fresh = await asyncio.to_thread(
            self._client.create_collection,
            f"{PREFIX}{plan.version}-{uuid4().hex[:6]}",
            metadata=metadata,
            configuration={"hnsw": {"space": "cosine"}},
            embedding_function=None,
        )
        old = active if active is not None and active.metadata["embedder"] == embedder.name else None
        kept = set(await asyncio.to_thread(_ids, old)) & plan.texts.keys()
        ids = list(plan.texts)
        on_progress(0, len(ids))
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            vectors = await asyncio.to_thread(_read, old, [id for id in chunk if id in kept])
            missing = [id for id in chunk if id not in vectors]
            vectors.update(zip(missing, await _embed(embedder, [plan.texts[id] for id in missing]), strict=True))
            rows, topics = [vectors[id] for id in chunk], [{"topic": plan.topics[id]} for id in chunk]
            await asyncio.to_thread(fresh.add, ids=chunk, embeddings=rows, metadatas=topics)
            on_progress(start + len(chunk), len(ids))
        if not await asyncio.to_thread(_holds, fresh, plan):
            raise Unavailable("The new index of the notes did not take all passages; the old one stays active. Try again.")
        await asyncio.to_thread(self._activate, fresh, active)
        return fresh

    def _activate(self, fresh: Any, old: Any) -> None:
        pointer = self._client.get_or_create_collection(POINTER, metadata={"active": fresh.name}, embedding_function=None)
        pointer.modify(metadata={"active": fresh.name})
        if old is not None:
            self._client.delete_collection(old.name)

    def _drop_abandoned(self, active: Any) -> None:
        """Delete what builds that were cut short left behind."""
        for collection in self._client.list_collections():
            if not collection.name.startswith(PREFIX) or (active is not None and collection.name == active.name):
                continue
            age = time.time() - (collection.metadata or {}).get("started", 0.0)
            if self._url is None or age > ABANDONED:
                _log.info("deleting %s, left behind by a build that was cut short", collection.name)
                self._client.delete_collection(collection.name)


def _connect(folder: Path, url: str | None) -> Any:
    import chromadb  # takes a second; the terminal must not wait for it
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)  # one for each client: Chroma changes it
    if url is None:
        folder.mkdir(parents=True, exist_ok=True)
        return chromadb.PersistentClient(folder, settings=settings)
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Unavailable(f"{url!r} is not the URL of a Chroma server; write it as http://HOST:PORT.")
    ssl = parts.scheme == "https"
    client = chromadb.HttpClient(parts.hostname, parts.port or (443 if ssl else 8000), ssl=ssl, settings=settings)
    for session in _sessions(client):
        session.timeout = SERVER_TIMEOUT  # Chroma sets none: a server that hangs would hold every search for ever
    return client


def _sessions(client: Any) -> list[Any]:
    """The two httpx clients behind Chroma's HTTP client: it lets nobody set their time-out, and leaves their sockets open."""
    return [client._server._session, client._admin_client._server._session]


def _disconnect(client: Any, url: str | None) -> None:
    sessions = _sessions(client) if url else []
    client.close()
    for session in sessions:
        session.close()


def _plan(passages: Sequence[Passage], embedder_name: str) -> _Plan:
    texts: dict[str, tuple[str, ...]] = {}
    topics: dict[str, str] = {}
    positions: dict[str, int] = {}
    by_topic: dict[str, list[str]] = defaultdict(list)
    for position, passage in enumerate(passages):
        windows = _windows(passage)
        id = hashlib.sha256("\0".join((passage.topic, *windows)).encode()).hexdigest()[:24]
        if id not in texts:  # the same passage twice is one row
            texts[id], topics[id], positions[id] = windows, passage.topic, position
            by_topic[passage.topic].append(id)
    version = hashlib.sha256("\0".join((embedder_name, *sorted(texts))).encode()).hexdigest()[:12]
    return _Plan(texts, topics, positions, {topic: tuple(ids) for topic, ids in by_topic.items()}, version)


def _windows(passage: Passage) -> tuple[str, ...]:
    """What is embedded for a passage: its text, in equal windows if the model could not read it whole, each under its heading."""
    if not passage.section:
        return (passage.text,)  # a way to ask, not a section
    words = passage.text.split()
    count = max(1, math.ceil(len(words) / WINDOW_WORDS))
    size = max(1, math.ceil(len(words) / count))
    head = f"{passage.topic.replace('-', ' ')}: {passage.section}"
    return tuple(f"{head}\n{' '.join(words[start : start + size])}" for start in range(0, max(1, len(words)), size))


async def _embed(embedder: Embedder, windows: Sequence[tuple[str, ...]]) -> Iterable[Vectors]:
    """One unit vector for each passage: the mean of its windows'."""
    if not windows:
        return ()
    vectors = await embedder.embed([window for passage in windows for window in passage])
    starts = [0, *itertools.accumulate(len(passage) for passage in windows)][:-1]
    sums = np.add.reduceat(vectors, starts, axis=0)
    means: Vectors = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
    return means


def _holds(collection: Any, plan: _Plan) -> bool:
    """Whether a collection is this plan's, counts its rows, and finds the vectors of its first and its last row.

    The count alone proves nothing: with the folder of the vector index gone it is still right, no error is raised, and
    the newest rows, up to a thousand, are found even so. The first is not.
    """
    if (collection.metadata or {}).get("version") != plan.version or collection.count() != len(plan.texts):
        return False
    ids = list(plan.texts)
    known = _read(collection, list(dict.fromkeys([*ids[:1], *ids[-1:]])))
    if not known:
        return not ids
    found = collection.query(query_embeddings=list(known.values()), n_results=1, include=["distances"])
    return all(distances and abs(distances[0]) < 1e-3 for distances in found["distances"])


def _search(collection: Any, vector: Vectors, k: int, wanted: list[str], topics: Sequence[str]) -> list[tuple[str, float]]:
    if wanted and len(wanted) <= EXACT:
        rows = collection.get(ids=wanted, include=["embeddings"])
        scores = np.asarray(rows["embeddings"], dtype=np.float32) @ vector if rows["ids"] else np.zeros(0)
        return sorted(zip(rows["ids"], scores.tolist(), strict=True), key=lambda row: (-row[1], row[0]))[:k]
    where = {"topic": {"$in": list(topics)}} if topics else None
    found = collection.query(query_embeddings=[vector], n_results=k, where=where, include=["distances"])
    return [(id, 1.0 - distance) for id, distance in zip(found["ids"][0], found["distances"][0], strict=True)]


def _read(collection: Any, ids: list[str]) -> dict[str, Vectors]:
    """The vectors kept under these ids; none if any of them cannot be read, so that all are embedded again."""
    if not ids:
        return {}
    try:
        rows = collection.get(ids=ids, include=["embeddings"])
    except Exception as error:  # a lost vector index is an error of Chroma's Rust core, with no class of its own
        _log.info("vectors of the old index cannot be read: %s", error)
        return {}
    return dict(zip(rows["ids"], np.asarray(rows["embeddings"], dtype=np.float32), strict=True))


def _ids(collection: Any) -> list[str]:
    return list(collection.get(include=[])["ids"]) if collection is not None else []


def _ignore(done: int, total: int) -> None:
    """Nobody is watching."""
