"""Speed and memory on this machine: `make bench`.

Starts a real server as a newcomer's machine would, in a fresh process and a temporary data folder, and talks
to it over a real socket. Each figure is printed beside its goal; nothing here is asserted in a test.
"""

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import httpx
import numpy as np
import psutil
import yaml
from rich.console import Console
from rich.progress import track
from rich.table import Table

from app.content import default_root, load
from app.core.rubric import Passage
from app.retrieval.embedding import MiniLM
from app.retrieval.index import NoteIndex
from app.retrieval.retriever import HybridRetriever
from eval.bench_judge import measure_judge
from eval.bench_llm import measure_llm
from eval.bench_parts import Figure, ready, start_viva

TURNS = 40
TOGETHER = 32
QUERIES = 200
SIZES = (600, 100_000)
ANSWERS = Path(__file__).parent / "datasets" / "discrimination"


def main() -> None:
    """Measure everything and print one table, then the same as JSON."""
    figures = asyncio.run(_all())
    table = Table(title="Viva on this machine")
    for column in ("what", "figure", "goal"):
        table.add_column(column)
    for figure in figures:
        table.add_row(figure.what, figure.value, figure.goal)
    Console().print(table)
    print(json.dumps({figure.what: figure.value for figure in figures}))


async def _all() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        figures = await _server(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        figures += await _retrieval(Path(folder))
    return figures + await measure_judge() + await measure_llm()


async def _server(folder: Path) -> list[Figure]:
    """Start-up, the overhead of a turn, and memory, on a server that was started once before and so has its index."""
    first = await _first_question(folder)
    warm = [await _first_question(folder) for _ in track(range(3), description="starting the server")]
    process, base = start_viva(folder)
    try:
        async with httpx.AsyncClient(base_url=base, timeout=120) as client:
            await ready(client)
            alone = await _turns(client, 1)
            together = await _turns(client, TOGETHER)
            memory = psutil.Process(process.pid).memory_info().rss
    finally:
        process.terminate()
        process.wait(20)
    return [
        Figure("process start to first question served, first start", f"{first:.2f} s"),
        Figure("process start to first question served", f"{statistics.median(warm):.2f} s", "1.5 s"),
        Figure("turn, one interview, p50", f"{np.percentile(alone, 50) * 1000:.0f} ms"),
        Figure("turn, one interview, p95", f"{np.percentile(alone, 95) * 1000:.0f} ms", "60 ms"),
        Figure(f"turn, {TOGETHER} at once, p50", f"{np.percentile(together, 50) * 1000:.0f} ms"),
        Figure(f"turn, {TOGETHER} at once, p95", f"{np.percentile(together, 95) * 1000:.0f} ms", "1200 ms"),
        Figure("resident memory of the server", f"{memory / 2**20:.0f} MiB"),
    ]


async def _first_question(folder: Path) -> float:
    """Seconds from starting the process to holding the first question of an interview."""
    started = time.perf_counter()
    process, base = start_viva(folder)
    try:
        async with httpx.AsyncClient(base_url=base, timeout=60) as client:
            while True:
                try:
                    reply = await client.post("/v1/interviews", json={"seed": 1})
                    break
                except httpx.ConnectError:
                    await asyncio.sleep(0.01)
            reply.raise_for_status()
            taken = time.perf_counter() - started
            await ready(client)  # so that the index is there for the next start
            return taken
    finally:
        process.terminate()
        process.wait(20)


async def _turns(client: httpx.AsyncClient, together: int) -> list[float]:
    """Seconds from sending an answer to holding the outcome, over answers of about 60 words never seen before."""
    answers = _answers()
    rounds = max(1, TURNS // together)
    taken: list[float] = []
    for number in track(range(rounds), description=f"turns, {together} at once"):
        gate = asyncio.Event()

        async def one(index: int, number: int = number, gate: asyncio.Event = gate) -> float:
            topic, text = answers[(number * together + index) % len(answers)]
            body = {"topic": topic, "seed": index, "level": "mid", "style": "practice"}
            opened = (await client.post("/v1/interviews", json=body)).raise_for_status().json()
            await gate.wait()
            # A serial number at the end, so that nothing comes out of a cache.
            reply = {"text": f"{text} That was example {number * together + index}.", "turn": 1}
            started = time.perf_counter()
            (await client.post(f"/v1/interviews/{opened['id']}/answers", json=reply)).raise_for_status()
            return time.perf_counter() - started

        waiting = [asyncio.create_task(one(index)) for index in range(together)]
        # The candidate thinks: the judge reads the rubric of the question meanwhile.
        await asyncio.sleep(3 if together == 1 else 20)
        gate.set()
        taken += await asyncio.gather(*waiting)
    return taken


def _answers() -> list[tuple[str, str]]:
    """(topic, the first 60 words of an honest answer), out of the gold answers."""
    return [
        (data["topic"], " ".join(answer["text"].split()[:60]))
        for data in (yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(ANSWERS.glob("*.yaml")))
        for answer in data["answers"]
        if answer["profile"] in ("strong", "informal")
    ]


async def _retrieval(folder: Path) -> list[Figure]:
    embedder = MiniLM()
    passages = load(default_root()).passages
    started = time.perf_counter()
    await embedder.embed(["ready?"])
    started = time.perf_counter()
    await NoteIndex(folder / "notes").build(passages, embedder)
    build = (time.perf_counter() - started) / len(passages)
    figures = [Figure("index build, a passage", f"{build * 1000:.1f} ms")]
    for size in SIZES:
        synthetic = _synthetic(size)
        retriever = HybridRetriever(synthetic, {}, _RandomEmbedder(), NoteIndex(folder / f"n{size}"))
        await retriever.open()
        p95 = await _timed(lambda q, r=retriever: r.search(q, 5), [p.text[:60] for p in synthetic[:QUERIES]])
        figures.append(Figure(f"retrieval p95, {size:,} passages, a query's embedding left out", f"{p95 * 1000:.1f} ms"))
        await retriever.close()
    embed = await _timed(
        lambda q: embedder.embed([q]), [f"how would you tell drift from noise, case {n}?" for n in range(QUERIES)]
    )
    figures.append(Figure("embedding a query p95", f"{embed * 1000:.1f} ms"))
    embedder.close()
    return figures


async def _timed(call: Callable[[str], Awaitable[object]], queries: Sequence[str]) -> float:
    taken = []
    for query in queries:
        started = time.perf_counter()
        await call(query)
        taken.append(time.perf_counter() - started)
    return float(np.percentile(taken, 95))


class _RandomEmbedder:
    """Random unit vectors: at this size only the index is measured, not the model."""

    name = "random"

    def __init__(self) -> None:
        self._rng = np.random.default_rng(0)

    async def embed(self, texts: Sequence[str]) -> np.ndarray:
        vectors = self._rng.standard_normal((len(texts), 384)).astype(np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    async def read(self, texts: Sequence[str]) -> list[tuple[np.ndarray, np.ndarray]]:
        return [(vector, vector[None]) for vector in await self.embed(texts)]


def _synthetic(size: int) -> tuple[Passage, ...]:
    rng = np.random.default_rng(1)
    words = np.array([f"word{n}" for n in range(20_000)])
    ranks = np.minimum(rng.zipf(1.3, size=(size, 40)) - 1, len(words) - 1)
    return tuple(
        Passage(topic=f"topic-{row % 600}", section=f"Section {row}", text=" ".join(words[ranks[row]])) for row in range(size)
    )


if __name__ == "__main__":
    main()
