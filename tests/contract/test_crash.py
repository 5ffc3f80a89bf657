"""A server that is killed at any moment has lost no answer that it accepted."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import httpx

from tests.contract.server import LOADS_IN, Server

SEED = 10
NEWCOMERS = 10
#: For each kill, whether it waits until turns are being judged: before the model is there, answers are only stored.
KILLS = (False, True, False, True, False)
#: Seconds within which the kill falls.
MOMENTS = 2.5
#: The same questions for everyone, so that their rubrics are read once; more of them than there is time for.
PLAN = {"questions": 6, "seed": SEED}
SAYINGS = (
    "Validation error far above training error says that it overfits.",
    "I'd cross-validate first,\n\tand only then look at the test set.",
    "“Naïve” k-fold leaks when rows of one customer are in both parts… 🤷🏽‍♀️",
    "More data helps the variance and does nothing for the bias.",
    "I don't know.",
    "Which metric matters to you: the ranking or the probability?",
)


class Sitting:
    """A candidate whose connection breaks again and again, and who then sends the turn in flight once more."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.id = ""
        self.turn = 1
        self.finished = False
        self.accepted: dict[int, str] = {}
        self.cut_off = 0
        self.cut_off_unjudged = 0

    async def sit(self, http: httpx.AsyncClient, judging: asyncio.Event) -> None:
        """Go on until the interview ends or the server does; sets `judging` when a turn has been judged."""
        try:
            if not self.id:
                response = await http.post("/v1/interviews", json=PLAN)
                assert response.status_code == 201, response.text
                self.id = response.json()["id"]
            while not self.finished:
                outcome = await self.send(http)
                if not outcome["repeated"]:
                    judging.set()
        except httpx.TransportError:
            self.cut_off += 1
            self.cut_off_unjudged += self.turn in self.accepted

    async def send(self, http: httpx.AsyncClient) -> dict[str, Any]:
        """Send the turn in flight; where it led."""
        turn, text = self.turn, self.text()
        path, body = f"/v1/interviews/{self.id}/answers", {"text": text, "turn": turn}
        if self.number % 5 == 0:  # now and then a client that waits for the whole answer
            response = await http.post(path, json=body)
            assert response.status_code == 200, response.text
            outcome: dict[str, Any] = response.json()
        else:
            async with http.stream("POST", path, json=body, headers={"Accept": "text/event-stream"}) as response:
                assert response.status_code == 200, await response.aread()
                async for event, outcome in _events(response):
                    assert event != "error", outcome
                    if event == "stored":
                        self.accepted[turn] = text
                assert event == "message"
        self.accepted[turn] = text
        self.finished = outcome["status"] == "finished"
        if not self.finished:
            self.turn = outcome["turn"]
        return outcome

    def text(self) -> str:
        """The answer of this turn: the same whenever it is sent, no other like it; now and then a long one."""
        random = Random(f"{self.number} {self.turn}")
        sentences = random.choices(SAYINGS, k=random.choice([1, 2, 3, 5, 30]))
        return f"Candidate {self.number}, turn {self.turn}. " + " ".join(sentences)

    async def check(self, http: httpx.AsyncClient) -> None:
        """Every accepted answer is there word for word; the turn in flight is taken once; the interview goes on."""
        kept, in_flight = await self.transcript(http), self.turn
        assert self.accepted.items() <= kept.items()
        first = await self.send(http)
        assert first["repeated"] == (in_flight in kept)
        after, self.turn = self.turn, in_flight
        again = await self.send(http)
        assert again == {**first, "repeated": True}
        self.turn = after
        if not self.finished:
            assert not (await self.send(http))["repeated"]
        assert await self.transcript(http) == self.accepted

    async def transcript(self, http: httpx.AsyncClient) -> dict[int, str]:
        """What the server holds of the candidate's words, by turn; each turn once, none left out."""
        response = await http.get(f"/v1/interviews/{self.id}")
        assert response.status_code == 200, response.text
        lines = [line for line in response.json()["transcript"] if line["who"] == "candidate"]
        assert [line["turn"] for line in lines] == list(range(1, len(lines) + 1))
        return {line["turn"]: line["text"] for line in lines}


async def test_kill_9_loses_no_accepted_answer(tmp_path: Path) -> None:
    """Fifty interviews, every one cut off at least once, many again while they were being picked up."""
    random, sittings = Random(SEED), list[Sitting]()
    for later in KILLS:
        sittings += [Sitting(len(sittings) + n) for n in range(NEWCOMERS)]
        judging = asyncio.Event()
        with Server(tmp_path) as server:
            async with _client(server) as http, asyncio.TaskGroup() as group:
                for sitting in sittings:
                    group.create_task(sitting.sit(http, judging))
                if later:
                    async with asyncio.timeout(LOADS_IN):
                        await judging.wait()
                await asyncio.sleep(random.uniform(0, MOMENTS))
                server.kill()
            assert server.complaints == ""
    assert len(sittings) == 50
    assert all(sitting.cut_off for sitting in sittings)
    assert sum(sitting.cut_off_unjudged for sitting in sittings) > 10
    with Server(tmp_path) as server:
        async with _client(server) as http, asyncio.TaskGroup() as group:
            for sitting in sittings:
                if sitting.id:  # else no kill left it the time to be told of its interview
                    group.create_task(sitting.check(http))
        assert server.stop() == 0
        assert server.complaints == ""


def _client(server: Server) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=server.url, timeout=LOADS_IN, trust_env=False)


async def _events(response: httpx.Response) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    event = ""
    async for line in response.aiter_lines():
        field, _, value = line.partition(": ")
        if field == "event":
            event = value
        elif field == "data":
            yield event, json.loads(value)
