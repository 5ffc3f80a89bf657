"""Does a search find the right note?

Every query of `datasets/retrieval/` goes through the production retriever, over the shipped notes and an index made for
it; beside it stand BM25 alone and MiniLM alone over the sections. What is measured is topics: the topics of the passages
found, in the order in which each first appears. recall@3 is the share of the right topics among the first three, nDCG@5
as usual with all right topics of grade 1, both by ir-measures.
"""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import ir_measures
import numpy as np
import yaml
from ir_measures import RR, R, nDCG

from app.core.rubric import Passage
from app.retrieval.embedding import MiniLM
from app.retrieval.lexical import LexicalIndex
from eval import plots
from eval.figures import Figure, figure
from eval.harness import Bench, Measured

TELLS = "Whether a search finds the right note, beside BM25 alone and MiniLM alone."
QUERIES = Path(__file__).parents[1] / "datasets" / "retrieval"
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


def per_query(asked: Sequence[Query], found: Sequence[Sequence[str]]) -> dict[Any, np.ndarray]:
    """Each measure for every query, in their order; `found` are the topics found for each, best first."""
    right = {str(number): dict.fromkeys(query.topics, 1) for number, query in enumerate(asked)}
    run = {str(n): {topic: 1.0 / rank for rank, topic in enumerate(topics, start=1)} for n, topics in enumerate(found)}
    values: dict[Any, np.ndarray] = {measure: np.zeros(len(asked)) for measure in MEASURES}
    for each in ir_measures.iter_calc(MEASURES, right, run):
        values[each.measure][int(each.query_id)] = each.value
    return values


async def retrievers(bench: Bench) -> dict[str, Search]:
    """The production search, and its two halves alone over the sections."""
    passages, embedder = bench.viva.coach.catalog.passages, MiniLM()
    words = LexicalIndex(passages, {})
    vectors = await embedder.embed([f"{passage.section}\n{passage.text}" for passage in passages])

    async def by_words(query: str) -> list[Passage]:
        return [passages[position] for position, _ in words.search(query, DEPTH)]

    async def by_meaning(query: str) -> list[Passage]:
        nearness = vectors @ (await embedder.embed([query]))[0]
        return [passages[position] for position in np.argsort(-nearness, kind="stable")[:DEPTH]]

    async def fused(query: str) -> Sequence[Passage]:
        return await bench.viva.coach.search(query, DEPTH)

    return {"BM25 alone": by_words, "MiniLM alone": by_meaning, "Viva": fused}


def missed(asked: Sequence[Query], found: Sequence[Sequence[str]]) -> list[str]:
    """A line for each query none of whose topics is among the first three."""
    return [
        f"{query.sort}: {query.text!r} wants {', '.join(query.topics)}; got {', '.join(topics[:3])}"
        for query, topics in zip(asked, found, strict=True)
        if not set(query.topics) & set(topics[:3])
    ]


async def measure(bench: Bench) -> Measured:
    """Every query through Viva and through both halves."""
    figures: dict[str, Figure] = {}
    notes: list[str] = []
    searches = await retrievers(bench)
    by_sort: dict[str, float] = {}
    for part in PARTS:
        asked = queries(part)
        for name, search in searches.items():
            found = [topics_of(await search(query.text)) for query in bench.track(asked, f"searching, {name}")]
            values = per_query(asked, found)
            for measure in MEASURES:
                ours = name == "Viva"
                each = figure(
                    lambda rows, own=values[measure]: float(own[rows].mean()),  # type: ignore[misc]
                    range(len(asked)),
                    "higher" if ours else "",
                    GOALS.get(measure) if ours else None,
                )
                figures[f"{part}, {name}: {measure}"] = each
        notes += [f"{part}, not among the first three: {line}" for line in missed(asked, found)]
        if part == "test":
            sorts = np.array([query.sort for query in asked])
            by_sort = {sort: float(values[R @ 3][sorts == sort].mean()) for sort in dict.fromkeys(sorts.tolist())}
    return Measured(figures, {"Notes found among the first three, test half": plots.bars(by_sort, "recall@3")}, notes)
