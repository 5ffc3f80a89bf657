"""Does a search find the right note? `python -m eval.retrieval`.

Every query of `datasets/retrieval/` goes through the production retriever, over the shipped notes and an index made for
it; beside it stand BM25 alone and MiniLM alone over the sections. What is measured is topics: the topics of the passages
found, in the order in which each first appears. recall@3 is the share of the right topics among the first three, nDCG@5
as usual with all right topics of grade 1, both by ir-measures.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import NamedTuple

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
MEASURES = (R @ 1, R @ 3, nDCG @ 5, RR)
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


async def figures(asked: Sequence[Query], search: Search, name: str) -> dict[str, dict[str, float]]:
    """Each measure over all queries, and by sort."""
    run: dict[str, dict[str, float]] = {}
    for number, query in enumerate(track(asked, description=name)):
        topics = dict.fromkeys(passage.topic for passage in await search(query.text))
        run[str(number)] = {topic: 1.0 / rank for rank, topic in enumerate(topics, start=1)}
    right = {str(number): dict.fromkeys(query.topics, 1) for number, query in enumerate(asked)}
    found: dict[str, dict[str, float]] = {}
    for sort in ("all", *dict.fromkeys(query.sort for query in asked)):
        chosen = [str(n) for n, query in enumerate(asked) if sort in ("all", query.sort)]
        values = ir_measures.calc_aggregate(MEASURES, {n: right[n] for n in chosen}, {n: run[n] for n in chosen})
        found[sort] = {str(measure): round(float(value), 3) for measure, value in values.items()}
    return found


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


async def _missed(asked: Sequence[Query], search: Search) -> list[tuple[Query, list[str]]]:
    found = [(query, [*dict.fromkeys(passage.topic for passage in await search(query.text))][:3]) for query in asked]
    return [(query, topics) for query, topics in found if not set(query.topics) & set(topics)]


async def _main(parts: Sequence[str], console: Console, show_missed: bool) -> None:
    catalog = load(default_root())
    with tempfile.TemporaryDirectory() as folder:
        searches = await retrievers(catalog, Path(folder))
        for part in parts:
            asked = queries(part)
            table = Table("retriever", "queries", *map(str, MEASURES), title=f"{part}: {len(asked)} queries")
            for name, search in searches.items():
                for sort, values in (await figures(asked, search, name)).items():
                    table.add_row(name if sort == "all" else "", sort, *(f"{values[str(m)]:.3f}" for m in MEASURES))
                table.add_section()
            console.print(table)
            if show_missed:
                for query, topics in await _missed(asked, searches["Viva"]):
                    console.print(f"{query.sort}: {query.text!r} wants {', '.join(query.topics)}; got {', '.join(topics)}")


def main() -> None:
    """Print the figures, and with `--missed` every query whose topic was not among the first three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=["development", "test"])
    parser.add_argument("--missed", action="store_true", help="list what was not found")
    options = parser.parse_args()
    asyncio.run(_main(options.parts, Console(), options.missed))


if __name__ == "__main__":
    main()
