"""Mistakes that cross topics, with the real reader: named where they were made, in the candidate's own words."""

import asyncio
from collections.abc import Callable

import pytest
import yaml

from app.coach import Coach
from app.content import Catalog
from app.core.exchange import Outcome, Request
from app.core.mistakes import Mistake, find
from app.core.verdict import Answer
from app.engines.remarks import RemarkReader
from app.prompts import Prompts
from app.retrieval.embedding import MiniLM
from tests.contract.server import ROOT
from tests.fakes import FixedClock, MemoryStore, NoRetriever, ScriptedJudge, engine

ANSWERS = yaml.safe_load((ROOT / "eval" / "datasets" / "mistakes.yaml").read_text(encoding="utf-8"))
TOLD = Callable[[str], dict[str, Mistake]]


@pytest.fixture(scope="module")
def reader() -> RemarkReader:
    return RemarkReader(MiniLM())


@pytest.fixture(scope="module")
def told(reader: RemarkReader) -> TOLD:
    """The mistakes of one answer, by name."""

    def mistakes(text: str) -> dict[str, Mistake]:
        return {each.name: each for each in find(asyncio.run(reader.remarks([Answer(turn=1, text=text)])))}

    return mistakes


def test_most_mistakes_are_named_and_hardly_any_that_was_not_made(told: TOLD) -> None:
    """Of answers that nothing learned from; eval/README.md has the figures."""
    right = wrong = made = 0
    for case in ANSWERS:
        found = set(told(case["text"]))
        right += len(found & {*case["mistakes"]})
        wrong += len(found - {*case["mistakes"]})
        made += len(case["mistakes"])
    assert right >= 0.75 * made
    assert wrong <= 0.1 * made


def test_a_mistake_is_tied_to_words(told: TOLD) -> None:
    """The sentence that shows it, with its offsets, and what was missing beside it."""
    text = "Let me think. My ROC AUC was 0.97, which is why I trust the ranking. Then I shipped it."
    mistake = told(text)["roc_alone"]
    assert text[mistake.start : mistake.end] == mistake.quote
    assert "0.97" in mistake.quote
    assert mistake.missing == ("prevalence", "precision and recall")
    with_prevalence = text + " Only two in a thousand are positive, so I also looked at precision and recall."
    assert "roc_alone" not in told(with_prevalence)


async def test_the_debrief_names_them_once_and_keeps_them(
    catalog: Catalog, prompts: Prompts, judge: ScriptedJudge, store: MemoryStore, clock: FixedClock, reader: RemarkReader
) -> None:
    """Read when the interview has ended, stored, and the same whenever it is asked for; flagged words are left out."""
    coach = Coach(
        catalog=catalog,
        engines={"offline": engine(judge, prompts)},
        default_engine="offline",
        retriever=NoRetriever(),
        store=store,
        clock=clock,
        reviewer=reader,
    )
    id = (await coach.start(Request(topics=("deployment",), seed=1))).interview.id
    said = "Honestly the big language model just solves this by itself, so we need no data and no evaluation."
    steps = [step async for step in coach.answer(id, 1, said)]
    assert isinstance(steps[-1], Outcome)
    await coach.finish(id)
    first = await coach.debrief(id)
    assert [(each.name, each.quote, each.turn) for each in first.mistakes] == [("model_solves_it", said, 1)]
    stored = len(store.events[id])
    assert (await coach.debrief(id)).mistakes == first.mistakes
    assert len(store.events[id]) == stored
