"""A coach whose engine `llm` talks to a scripted server over a real socket, with the scripted judge in reserve."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from app.coach import Coach
from app.content import Catalog
from app.core.exchange import Outcome, Request, Token
from app.core.usage import Call
from app.engines.llm import Endpoint, ModelClient, llm_engine
from app.engines.llm.dialect import Rung
from app.prompts import Prompts
from eval.scripted_model import ScriptedModel
from tests.fakes import STORY_RUBRIC, FixedClock, MemoryStore, OnePassage, ScriptedJudge, engine

#: An answer that the tests' scripts quote from.
ANSWER = "The gap between training and validation is wide. So I would call it overfitting, and I would prune the trees."


@dataclass
class Bench:
    """Everything that a test of the engine looks at."""

    coach: Coach
    client: ModelClient
    model: ScriptedModel
    store: MemoryStore
    reserve: ScriptedJudge
    counted: list[Call] = field(default_factory=list)

    @property
    def outcomes(self) -> list[str]:
        """How each request to the model went, in order."""
        return [f"{call.purpose}: {call.outcome}" for call in self.counted]

    async def start(self, **choice: object) -> Outcome:
        request = {"topics": ("bias-variance",), "question": "wide-gap-trees", "seed": 1, "engine": "llm", **choice}
        return await self.coach.start(Request(**request))

    async def turn(self, text: str = ANSWER, outcome: Outcome | None = None) -> "Turn":
        """One turn, of a new interview unless one is given."""
        outcome = outcome or await self.start()
        turn = Turn()
        interview = outcome.interview
        async for step in self.coach.answer(interview.id, interview.expected_turn, text):
            if isinstance(step, Token):
                turn.tokens.append(step.text)
            if isinstance(step, Outcome):
                turn.outcome = step
        return turn


@dataclass
class Turn:
    """What came of a turn."""

    tokens: list[str] = field(default_factory=list)
    outcome: Outcome = None  # type: ignore[assignment]

    @property
    def said(self) -> str:
        return self.outcome.message.text

    @property
    def statuses(self) -> dict[str, str]:
        return {verdict.criterion: verdict.status.value for verdict in self.outcome.verdicts}


@pytest.fixture
async def model() -> AsyncIterator[ScriptedModel]:
    async with ScriptedModel().serving() as serving:
        yield serving


@pytest.fixture
def endpoint(model: ScriptedModel) -> Endpoint:
    """Impatient, so that the tests are quick."""
    return Endpoint(base_url=model.url, timeout=2.0, stall=0.3, wait=0.01)


@pytest.fixture
async def make(
    catalog: Catalog, prompts: Prompts, model: ScriptedModel, store: MemoryStore, clock: FixedClock, judge: ScriptedJudge
) -> AsyncIterator[Callable[..., Bench]]:
    """Makes a bench. Its server's way to be asked is known, unless `rung` says otherwise."""
    clients: list[ModelClient] = []

    def make(endpoint: Endpoint, *, samples: int = 1, rung: Rung | None = Rung.JSON_SCHEMA) -> Bench:
        client, counted = ModelClient(endpoint), []
        client.dialect.rung = rung
        clients.append(client)
        llm = llm_engine(
            client,
            prompts,
            judge_model="judge-model",
            speaker_model="speaker-model",
            samples=samples,
            rubric=STORY_RUBRIC,
            reserve=engine(ScriptedJudge(), prompts),
            observe=counted.append,
        )
        coach = Coach(
            catalog=catalog,
            engines={"offline": engine(judge, prompts), "llm": llm},
            default_engine="llm",
            retriever=OnePassage(),
            store=store,
            clock=clock,
        )
        return Bench(coach, client, model, store, judge, counted)

    yield make
    for client in clients:
        await client.close()


@pytest.fixture
def bench(make: Callable[..., Bench], endpoint: Endpoint) -> Bench:
    return make(endpoint)
