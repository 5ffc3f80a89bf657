"""Does a search find the right note? `python -m eval.retrieval`.

Every query of `datasets/retrieval/` goes through the production retriever, over the shipped notes and an index made for
it; beside it stand BM25 alone and MiniLM alone over the sections. What is measured is topics: the topics of the passages
found, in the order in which each first appears. recall@3 is the share of the right topics among the first three, nDCG@5
as usual with all right topics of grade 1, both by ir-measures.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import ir_measures
import numpy as np
import yaml
from ir_measures import RR, R, nDCG
from rich.console import Console
from rich.progress import track
from rich.table import Table

from app.content import Catalog, default_root, load
from app.core.rubric import Passage
from app.retrieval.embedding import MiniLM
from app.retrieval.index import NoteIndex
from app.retrieval.lexical import LexicalIndex
from app.retrieval.retriever import HybridRetriever

QUERIES = Path(__file__).parent / "datasets" / "retrieval"
PARTS = ("development", "test")
MEASURES = (R @ 1, R @ 3, nDCG @ 5, RR)
GOALS = {R @ 3: 0.95, nDCG @ 5: 0.90}
#: Passages read for each query: enough for five topics of nine sections.
DEPTH = 60


class Query(NamedTuple):
    """One query: `topics` are the right ones, `sort` says how it is put."""

    text: str
    topics: tuple[str, ...]
    sort: str


Search = Callable[[str], Awaitable[Sequence[Passage]]]


def queries(part: str) -> list[Query]:
    """The queries of `development` or `test`."""
    rows = yaml.safe_load((QUERIES / f"{part}.yaml").read_text(encoding="utf-8"))
    return [Query(row["query"], tuple(row["topics"]), row["sort"]) for row in rows]


def topics_of(passages: Sequence[Passage]) -> list[str]:
    """The topics of passages, in the order in which each first appears."""
    return [*dict.fromkeys(passage.topic for passage in passages)]


def figures(asked: Sequence[Query], found: Sequence[Sequence[str]]) -> dict[str, dict[Any, float]]:
    """Each measure over all queries, and by sort; `found` are the topics found for each, best first."""
    right = {str(number): dict.fromkeys(query.topics, 1) for number, query in enumerate(asked)}
    run = {str(n): {topic: 1.0 / rank for rank, topic in enumerate(topics, start=1)} for n, topics in enumerate(found)}
    result: dict[str, dict[Any, float]] = {}
    for sort in ("all", *dict.fromkeys(query.sort for query in asked)):
        chosen = [str(n) for n, query in enumerate(asked) if sort in ("all", query.sort)]
        result[sort] = ir_measures.calc_aggregate(MEASURES, {n: right[n] for n in chosen}, {n: run[n] for n in chosen})
    return result


async def retrievers(catalog: Catalog, folder: Path) -> dict[str, Search]:
    """The production retriever, and its two halves alone over the sections."""
    embedder = MiniLM()
    hybrid = HybridRetriever(catalog.passages, catalog.notes, embedder, NoteIndex(folder))
    await hybrid.open()
    words = LexicalIndex(catalog.passages, {})
    vectors = await embedder.embed([f"{passage.section}\n{passage.text}" for passage in catalog.passages])

    async def by_words(query: str) -> list[Passage]:
        return [catalog.passages[position] for position, _ in words.search(query, DEPTH)]

    async def by_meaning(query: str) -> list[Passage]:
        nearness = vectors @ (await embedder.embed([query]))[0]
        return [catalog.passages[position] for position in np.argsort(-nearness, kind="stable")[:DEPTH]]

    async def fused(query: str) -> Sequence[Passage]:
        return await hybrid.search(query, DEPTH)

    return {"BM25 alone": by_words, "MiniLM alone": by_meaning, "Viva": fused}


def missed(asked: Sequence[Query], found: Sequence[Sequence[str]]) -> list[str]:
    """A line for each query none of whose topics is among the first three."""
    return [
        f"{query.sort}: {query.text!r} wants {', '.join(query.topics)}; got {', '.join(topics[:3])}"
        for query, topics in zip(asked, found, strict=True)
        if not set(query.topics) & set(topics[:3])
    ]


async def _main(console: Console) -> bool:
    catalog = load(default_root())
    held = True
    with tempfile.TemporaryDirectory() as folder:
        searches = await retrievers(catalog, Path(folder))
        for part in PARTS:
            asked = queries(part)
            table = Table(
                "retriever", "queries", *map(str, MEASURES), title=f"{part}: {len(asked)} queries", title_justify="left"
            )
            for name, search in searches.items():
                found = [topics_of(await search(query.text)) for query in track(asked, description=name)]
                for sort, values in figures(asked, found).items():
                    table.add_row(name if sort == "all" else "", sort, *(f"{values[measure]:.3f}" for measure in MEASURES))
                table.add_section()
            console.print(table)
            console.print(*missed(asked, found), sep="\n")
            held = held and all(figures(asked, found)["all"][measure] >= goal for measure, goal in GOALS.items())
    return held


def main() -> bool:
    """Print the figures and what was not found; whether Viva reaches the goals on both parts."""
    return asyncio.run(_main(Console()))


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
