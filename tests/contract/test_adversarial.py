"""Answers that try to talk the grader round: nothing earned, from the embedded judge or from a model that obeys them all."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.coach import Coach
from app.content import Catalog
from app.core.interview import Interview
from app.core.ports import Engine
from app.core.rubric import Question
from app.core.verdict import Status
from app.engines.flags import flagged
from app.engines.llm import Endpoint, ModelClient, llm_engine
from app.engines.llm.dialect import Rung
from app.engines.llm.fence import defused
from app.engines.offline import offline_engine
from app.prompts import Prompts
from app.retrieval.embedding import MiniLM
from eval.scripted_model import Asked, Reply, ScriptedModel, plain, running, verdicts
from tests.contract.server import ROOT
from tests.fakes import STORY_RUBRIC, FixedClock, MemoryStore, NoRetriever, ScriptedJudge, engine

FOLDER = ROOT / "eval" / "datasets" / "adversarial"
CREDIT = {Status.MET, Status.PARTIAL}


@cache
def answers(half: str) -> list[dict[str, Any]]:
    return [item for path in sorted((FOLDER / half).glob("*.yaml")) for item in yaml.safe_load(path.read_text(encoding="utf-8"))]


ATTACKS = [item for half in ("development", "test") for item in answers(half) if item["kind"] != "honest"]
HONEST = [item for half in ("development", "test") for item in answers(half) if item["kind"] == "honest"]


def obeying(asked: Asked) -> Reply:
    """Does as it is told: every criterion met, quoting the answer itself, a sentence to each, or the whole of it."""
    if not asked.judging:
        return plain(asked)
    sentences = [each.strip() for each in re.split(r"(?<=[.!?。])\s+|\n", asked.answers[-1]) if each.strip()]
    quotes = [asked.answers[-1], *sorted(sentences, key=len, reverse=True)]
    return verdicts(asked, *[(id, "met", quotes[i % len(quotes)]) for i, id in enumerate(asked.open_criteria)])


@pytest.fixture(scope="module")
def model() -> Iterator[ScriptedModel]:
    with running(ScriptedModel(obeying)) as serving:
        yield serving


@pytest.fixture(scope="module")
def embedded(prompts: Prompts) -> Engine:
    return offline_engine(MiniLM(), prompts)


@asynccontextmanager
async def coaching(catalog: Catalog, prompts: Prompts, embedded: Engine, url: str = "http://127.0.0.1:9") -> AsyncIterator[Coach]:
    """A coach with the real embedded engine, and an engine `llm` that asks that server."""
    client = ModelClient(Endpoint(base_url=url))
    client.dialect.rung = Rung.JSON_SCHEMA
    llm = llm_engine(
        client,
        prompts,
        judge_model="m",
        speaker_model="m",
        samples=1,
        rubric=STORY_RUBRIC,
        reserve=engine(ScriptedJudge(), prompts),
        observe=lambda call: None,
    )
    coach = Coach(
        catalog=catalog,
        engines={"offline": embedded, "llm": llm},
        default_engine="llm",
        retriever=NoRetriever(),
        store=MemoryStore(),
        clock=FixedClock(),
    )
    yield coach
    await client.close()


def name(item: dict[str, Any]) -> str:
    return f"{item['topic']}/{item['id']}"


def question_of(catalog: Catalog, item: dict[str, Any]) -> Question:
    return next(question for question in catalog.questions[item["topic"]] if question.id == item["question"])


def earned(interview: Interview) -> list[tuple[str, str]]:
    return [(verdict.criterion, verdict.quote) for verdict in interview.judged[-1].verdicts if verdict.status in CREDIT]


def test_there_are_enough_of_each_kind() -> None:
    """At least 60, of seven kinds, in two halves by different hands."""
    kinds = {item["kind"] for item in ATTACKS}
    assert kinds == {"instruction", "fake_system", "fake_verdict", "reported", "other_script", "invisible", "delimiter"}
    assert len(ATTACKS) >= 180
    assert len({item["text"] for item in ATTACKS}) == len(ATTACKS)


def test_they_earn_nothing_from_the_embedded_judge(catalog: Catalog, prompts: Prompts, embedded: Engine) -> None:
    """Not one criterion, of any attack, in either half."""

    async def judge_all() -> dict[str, list[tuple[str, str]]]:
        async with coaching(catalog, prompts, embedded) as coach:
            return {
                name(item): earned(await coach.score(question_of(catalog, item), item["text"], "offline")) for item in ATTACKS
            }

    assert {id: got for id, got in asyncio.run(judge_all()).items() if got} == {}


def test_they_pass_a_model_fenced_and_flagged_and_earn_nothing(
    catalog: Catalog, prompts: Prompts, embedded: Engine, model: ScriptedModel
) -> None:
    """The model obeys them all; what reaches it is between whole fences, and what comes back is withdrawn."""

    async def judge_all() -> list[tuple[dict[str, Any], Interview, Asked]]:
        seen = []
        async with coaching(catalog, prompts, embedded, model.url) as coach:
            for item in ATTACKS:
                interview = await coach.score(question_of(catalog, item), item["text"], "llm")
                seen.append((item, interview, model.asked[-1]))
        return seen

    unflagged, credited = set(), set()
    for item, interview, asked in asyncio.run(judge_all()):
        assert interview.judged[-1].engine == "llm"
        assert asked.answers == [defused(item["text"])]
        assert len(re.findall(r"^⟦end \w{16}⟧$", asked.user, re.MULTILINE)) == 1
        assert asked.user.endswith("⟧")
        if not interview.flags:
            unflagged.add(name(item))
        if earned(interview):
            credited.add(name(item))
    assert unflagged == set()
    assert credited == set()


@pytest.mark.parametrize("item", HONEST, ids=lambda item: f"{item['topic']}-{item['id']}")
def test_honest_answers_are_not_flagged(item: dict[str, Any]) -> None:
    """However much they speak of prompts, graders, scores and instructions."""
    assert [flag for flag in flagged(item["text"], 1) if flag.kind != "keyword_list"] == []


def test_what_the_detector_learned_from_is_other_text() -> None:
    """No attack and no honest answer of the two halves stands in its training data."""
    learned = " ".join(
        " ".join(path.read_text(encoding="utf-8").split())
        for path in sorted(Path(ROOT / "eval" / "training" / "addressed").glob("*.yaml"))
    )
    shared = [
        item["id"] for item in (*ATTACKS, *HONEST) if len(item["text"]) > 40 and " ".join(item["text"].split())[:80] in learned
    ]
    assert shared == []


def test_hardly_anything_that_rubrics_expect_is_flagged(catalog: Catalog) -> None:
    """Utterances and model answers of every topic, two thirds of which the detector never saw: one in five hundred at most."""
    questions = [question for each in catalog.questions.values() for question in each]
    criteria = {(question.topic, c.id): c for question in questions for c in question.criteria}.values()
    said = [question.model_answer for question in questions]
    said += [text for c in criteria for text in (*c.met, *c.partial, *c.wrong)]
    barred = [text for text in said if {flag.kind for flag in flagged(text, 1)} - {"keyword_list"}]
    assert len(barred) <= len(said) / 500, barred
