"""The application over the fakes, spoken to in-process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from app.coach import Coach
from app.config import Settings
from app.core.ports import Judgement, Task
from app.http.application import create_app
from app.prompts import Prompts
from app.wiring import Viva
from tests.fakes import MemoryStore, NoRetriever, ScriptedJudge, engine, stories_beside


@dataclass
class Parts:
    """What a Viva says of its slow parts."""

    states: dict[str, str] = field(default_factory=lambda: {"embedding": "ready"})

    def __call__(self) -> dict[str, str]:
        return self.states


class GatedJudge(ScriptedJudge):
    """Judges when the gate is opened, and no sooner."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.waiting = asyncio.Event()

    async def judge(self, task: Task) -> Judgement:
        self.waiting.set()
        await self.gate.wait()
        return await super().judge(task)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


@pytest.fixture
def parts() -> Parts:
    return Parts()


@pytest.fixture
def app(settings: Settings, coach: Coach, parts: Parts) -> FastAPI:
    return create_app(settings, Viva(coach, stories_beside(coach), settings, parts))


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with talking_to(app) as client:
        yield client


@pytest.fixture
def gated() -> GatedJudge:
    return GatedJudge()


@pytest.fixture
def gated_app(settings: Settings, coach: Coach, gated: GatedJudge, prompts: Prompts, store: MemoryStore, parts: Parts) -> FastAPI:
    """The same application with a judge that waits for its gate."""
    slow = Coach(
        catalog=coach.catalog,
        engines={"offline": engine(gated, prompts)},
        default_engine="offline",
        retriever=NoRetriever(),
        store=store,
        clock=coach._clock,
    )
    return create_app(settings, Viva(slow, stories_beside(slow), settings, parts))


@asynccontextmanager
async def talking_to(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application whose lifespan runs; any exception that reaches the server fails the test."""
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        transport = httpx.ASGITransport(with_state)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            yield client


@pytest.fixture
def start(client: httpx.AsyncClient) -> Callable[..., Any]:
    """Start an interview on bias and variance, and return its first outcome."""

    async def start(**choice: Any) -> dict[str, Any]:
        response = await client.post("/v1/interviews", json={"topic": "bias-variance", "seed": 1, **choice})
        assert response.status_code == 201, response.text
        return response.json()

    return start


def events(text: str) -> list[tuple[str, str]]:
    """The name and the data of each server-sent event."""
    blocks = [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.split("\n\n") if block]
    return [(block["event"], block["data"]) for block in blocks]
