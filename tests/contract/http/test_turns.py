"""Turns that outlive their listeners, over a real socket."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from app.core.errors import NotFound, Unavailable
from app.core.exchange import Step, Stored, Token
from app.http.turns import Turns
from tests.contract.http.conftest import GatedJudge, events
from tests.fakes import MemoryStore

SSE = {"Accept": "text/event-stream"}


@pytest.fixture
def survives_sigterm() -> Iterator[None]:
    """The server sends a signal that it caught on when it is done: let that end nothing."""
    before = signal.signal(signal.SIGTERM, lambda number, frame: None)
    yield
    signal.signal(signal.SIGTERM, before)


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[tuple[httpx.AsyncClient, "asyncio.Task[None]"]]:
    """A server on a free port of this machine, and a client of it."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on"))
        task = asyncio.create_task(server.serve([listening]))
        while not server.started:  # noqa: ASYNC110 - the server has a flag, and no event
            await asyncio.sleep(0.005)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=5) as client:
            yield client, task
        server.should_exit = True
        await task


async def started(client: httpx.AsyncClient) -> str:
    id: str = (await client.post("/v1/interviews", json={"topic": "bias-variance"})).json()["id"]
    return id


async def test_a_client_that_leaves_loses_nothing(gated_app: FastAPI, gated: GatedJudge, store: MemoryStore) -> None:
    async with served(gated_app) as (client, _):
        id = await started(client)
        path, body = f"/v1/interviews/{id}/answers", {"text": "The gap.", "turn": 1}
        async with client.stream("POST", path, json=body, headers=SSE) as response, aclosing(response.aiter_text()) as text:
            assert (await anext(text)).startswith("event: stored")
        await gated.waiting.wait()
        await asyncio.sleep(0.05)
        assert "viva_open_streams 0.0" in (await client.get("/metrics")).text
        gated.gate.set()
        # The lock is free, and the turn was taken to its end: the same outcome comes at once.
        again = await client.post(path, json=body)
        assert (again.json()["repeated"], again.json()["message"]["move"]) == (True, "probe")
        assert [event.type for event in store.events[id]][-4:] == ["answered", "judged", "decided", "spoke"]
        assert "viva_turns_total 1.0" in (await client.get("/metrics")).text


async def test_a_json_caller_that_leaves_loses_nothing_either(gated_app: FastAPI, gated: GatedJudge, store: MemoryStore) -> None:
    async with served(gated_app) as (client, _):
        id = await started(client)
        body = {"text": "The gap.", "turn": 1}
        with pytest.raises(httpx.ReadTimeout):
            await client.post(f"/v1/interviews/{id}/answers", json=body, timeout=0.1)
        gated.gate.set()
        assert (await client.get(f"/v1/interviews/{id}")).json()["turn"] == 2
        assert [event.type for event in store.events[id]][-1] == "spoke"


async def test_sigterm_ends_streams_at_once_and_keeps_the_answer(
    survives_sigterm: None, gated_app: FastAPI, gated: GatedJudge, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.http.turns.GRACE", 0.1)
    async with served(gated_app) as (client, server):
        id = await started(client)
        body = {"text": "The gap.", "turn": 1}
        async with client.stream("POST", f"/v1/interviews/{id}/answers", json=body, headers=SSE) as response:
            text = response.aiter_text()
            first = await anext(text)
            os.kill(os.getpid(), signal.SIGTERM)
            rest = "".join([piece async for piece in text])
        assert [name for name, _ in events(first + rest)] == ["stored", "error"]
        assert "The server is stopping" in rest
        async with asyncio.timeout(2):
            await server
        assert [event.type for event in store.events[id]][-1] == "answered"


async def steps(*what: Step | Exception) -> AsyncGenerator[Step, None]:
    for each in what:
        if isinstance(each, Exception):
            raise each
        yield each


async def test_what_comes_before_the_first_step_is_raised_at_once() -> None:
    async with Turns(lambda step: None) as turns:
        with pytest.raises(NotFound):
            await turns.begin(steps(NotFound("no")))


async def test_what_comes_later_is_raised_to_who_listens() -> None:
    async with Turns(lambda step: None) as turns:
        turn = await turns.begin(steps(Stored(1), Token("a"), Unavailable("gone")))
        heard = turn.steps(1)
        assert [await anext(heard), await anext(heard)] == [Stored(1), Token("a")]
        with pytest.raises(Unavailable, match="gone"):
            await anext(heard)


async def test_a_turn_without_an_outcome_leaves_nobody_waiting() -> None:
    async with Turns(lambda step: None) as turns:
        turn = await turns.begin(steps(Stored(1)))
        with pytest.raises(LookupError):
            await turn.outcome()


async def test_nothing_begins_once_the_server_stops() -> None:
    async with Turns(lambda step: None) as turns:
        turns.stop()
        with pytest.raises(Unavailable, match="stopping"):
            await turns.begin(steps(Stored(1)))


async def test_a_turn_that_outlasts_the_grace_is_cut_off() -> None:
    ended = asyncio.Event()

    async def endless() -> AsyncGenerator[Step, None]:
        try:
            yield Stored(1)
            await asyncio.sleep(60)
        finally:
            ended.set()

    async with Turns(lambda step: None, grace=0.01) as turns:
        await turns.begin(endless())
    assert ended.is_set()
