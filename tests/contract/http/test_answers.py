"""Turns over HTTP: as JSON and as events, repeated, out of order, broken off."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from inline_snapshot import snapshot

from app.core.errors import Unavailable
from app.engines.offline.speaker import OfflineSpeaker
from tests.contract.http.conftest import GatedJudge, events, talking_to
from tests.fakes import MemoryStore, ScriptedJudge

SSE = {"Accept": "text/event-stream"}


async def answer(client: httpx.AsyncClient, id: str, text: str, turn: Any = 1, **headers: str) -> httpx.Response:
    return await client.post(f"/v1/interviews/{id}/answers", json={"text": text, "turn": turn}, headers=headers)


async def test_an_answer_brings_its_verdicts_and_the_next_move(client: httpx.AsyncClient, start: Any) -> None:
    id = (await start())["id"]
    outcome = (await answer(client, id, "met:gap-reads-variance a wide gap")).json()
    assert (outcome["turn"], outcome["message"]["move"], outcome["repeated"]) == (2, "probe", False)
    assert next(v for v in outcome["verdicts"] if v["status"] == "met") == snapshot(
        {
            "criterion": "gap-reads-variance",
            "status": "met",
            "quote": "a wide gap",
            "turn": 1,
            "start": 23,
            "end": 33,
            "confidence": 0.9,
            "engine": "offline",
        }
    )
    shown = {c["criterion"]: c["statement"] for c in outcome["criteria"]}
    assert [criterion for criterion, statement in shown.items() if statement] == ["gap-reads-variance"]


async def test_offsets_count_code_points(client: httpx.AsyncClient, start: Any) -> None:
    id = (await start())["id"]
    text = "👩‍🔬 é 🧪\nmet:gap-reads-variance a wide 🧪gap"
    verdict = next(v for v in (await answer(client, id, text)).json()["verdicts"] if v["status"] == "met")
    assert text[verdict["start"] : verdict["end"]] == verdict["quote"] == "a wide 🧪gap"


async def test_the_events_of_a_turn_come_in_order(client: httpx.AsyncClient, start: Any) -> None:
    id = (await start())["id"]
    response = await answer(client, id, "met:gap-reads-variance a wide gap", **SSE)
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    found = events(response.text)
    names = [name for name, _ in found]
    assert list(dict.fromkeys(names)) == ["stored", "judged", "token", "message"]
    assert (names.count("stored"), names.count("judged"), names.count("message"), names[-1]) == (1, 1, 1, "message")
    assert json.loads(found[0][1]) == {"turn": 1}
    judged, outcome = json.loads(found[1][1]), json.loads(found[-1][1])
    assert (judged["verdicts"], judged["criteria"]) == (outcome["verdicts"], outcome["criteria"])
    assert "".join(json.loads(data)["text"] for name, data in found if name == "token") == outcome["message"]["text"]
    assert outcome == {**(await answer(client, id, "again")).json(), "repeated": False}


async def test_judged_is_about_the_question_that_was_answered(client: httpx.AsyncClient, start: Any) -> None:
    outcome = await start(questions=2)
    text = "\n".join(f"met:{c['criterion']} words" for c in outcome["criteria"])
    found = dict(events((await answer(client, outcome["id"], text, **SSE)).text))
    judged, after = json.loads(found["judged"]), json.loads(found["message"])
    assert after["message"]["move"] == "advance"
    assert {c["status"] for c in judged["criteria"]} == {"met"}
    assert {c["status"] for c in after["criteria"]} == {"absent"}


async def test_mock_style_has_no_judged_event(client: httpx.AsyncClient, start: Any) -> None:
    id = (await start(style="mock"))["id"]
    response = await answer(client, id, "met:gap-reads-variance a wide gap", **SSE)
    assert list(dict.fromkeys(name for name, _ in events(response.text))) == ["stored", "token", "message"]
    assert "gap-reads-variance" not in response.text


async def test_the_same_turn_again_is_one_event(client: httpx.AsyncClient, start: Any) -> None:
    id = (await start())["id"]
    first = (await answer(client, id, "The gap.")).json()
    assert (await answer(client, id, "Something else.")).json() == {**first, "repeated": True}
    [(name, data)] = events((await answer(client, id, "The gap.", **SSE)).text)
    assert (name, json.loads(data)) == ("message", {**first, "repeated": True})


async def test_the_same_turn_twice_at_once_is_taken_once(client: httpx.AsyncClient, start: Any, store: MemoryStore) -> None:
    id = (await start())["id"]
    both = await asyncio.gather(answer(client, id, "The gap."), answer(client, id, "The gap."))
    assert sorted(response.json()["repeated"] for response in both) == [False, True]
    assert [event.type for event in store.events[id]].count("answered") == 1


@pytest.mark.parametrize("headers", [{}, SSE])
async def test_what_cannot_be_taken_is_a_status_before_any_event(
    client: httpx.AsyncClient, start: Any, headers: dict[str, str]
) -> None:
    id = (await start())["id"]
    early = await answer(client, id, "The gap.", 3, **headers)
    assert (early.status_code, {**early.json(), "instance": "…"}) == snapshot(
        (
            409,
            {
                "type": "urn:viva:turn-out-of-order",
                "title": "Turn out of order",
                "status": 409,
                "detail": "This is turn 3, but turn 1 is expected. Send the answer again with turn 1.",
                "expected_turn": 1,
                "instance": "…",
            },
        )
    )
    empty = await answer(client, id, " \n ", **headers)
    assert (empty.status_code, empty.json()["field"]) == (422, "text")
    await client.post(f"/v1/interviews/{id}/finish")
    late = await answer(client, id, "The gap.", **headers)
    assert (late.status_code, late.json()["type"]) == (409, "urn:viva:already-finished")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "x"}, "turn"),
        ({"turn": 1}, "text"),
        ({"text": "x", "turn": True}, "turn"),
        ({"text": "x", "turn": "1"}, "turn"),
        ({"text": "x", "turn": 1.0}, "turn"),
        ({"text": "x", "turn": 0}, "turn"),
        ({"text": "x", "turn": None}, "turn"),
        ({"text": 3, "turn": 1}, "text"),
        ({"text": "", "turn": 1}, "text"),
        ({"text": "\u2003", "turn": 1}, "text"),
        ({"text": "a\x00b", "turn": 1}, "text"),
        ({"text": "a\x1b[2J", "turn": 1}, "text"),
        ({"text": "\ud800", "turn": 1}, "text"),
        ({"text": "x" * 20_001, "turn": 1}, "text"),
        ({"text": "x", "turn": 1, "grade": 5}, "grade"),
    ],
)
async def test_a_bad_answer_names_its_field(client: httpx.AsyncClient, start: Any, body: Any, field: str) -> None:
    id = (await start())["id"]
    content = json.dumps(body)
    response = await client.post(f"/v1/interviews/{id}/answers", content=content, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["field"]) == (422, field), response.text
    assert (await client.get(f"/v1/interviews/{id}")).json()["turn"] == 1


async def test_the_longest_answer_and_its_line_breaks_are_taken(client: httpx.AsyncClient, start: Any) -> None:
    id = (await start())["id"]
    assert (await answer(client, id, "\t🧪\r\n" + "é" * 19_995)).status_code == 200


async def test_a_judge_that_fails_ends_the_stream_with_a_problem_and_keeps_the_answer(
    client: httpx.AsyncClient, start: Any, judge: ScriptedJudge
) -> None:
    id = (await start())["id"]
    judge.fail = Unavailable("The engine does not answer.")
    found = events((await answer(client, id, "The gap.", **SSE)).text)
    assert [name for name, _ in found] == ["stored", "error"]
    assert {**json.loads(found[1][1]), "instance": "…"} == snapshot(
        {
            "type": "urn:viva:unavailable",
            "title": "Unavailable",
            "status": 503,
            "detail": "The engine does not answer.",
            "instance": "…",
        }
    )
    judge.fail = None
    assert (await answer(client, id, "The gap.")).json()["repeated"] is True


async def test_a_bug_ends_the_stream_without_its_trace(
    client: httpx.AsyncClient, start: Any, judge: ScriptedJudge, caplog: pytest.LogCaptureFixture
) -> None:
    id = (await start())["id"]
    judge.fail = RuntimeError("secret")
    found = events((await answer(client, id, "The gap.", **SSE)).text)
    problem = json.loads(found[-1][1])
    assert (found[-1][0], problem["status"]) == ("error", 500)
    assert "secret" not in found[-1][1]
    assert "secret" in caplog.text


async def test_silence_is_filled_with_comments(gated_app: FastAPI, gated: GatedJudge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.http.stream.PATIENCE", 0.01)
    async with talking_to(gated_app) as client:
        id = (await client.post("/v1/interviews", json={})).json()["id"]
        asking = asyncio.create_task(answer(client, id, "The gap.", **SSE))
        await gated.waiting.wait()
        await asyncio.sleep(0.05)
        gated.gate.set()
        text = (await asking).text
    assert ": ping\n\n" in text
    assert text.index("event: stored") < text.index(": ping") < text.index("event: judged")


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", "application/json"),
        ("application/json, text/event-stream", "application/json"),
        ("application/json;q=0.5, text/event-stream", "text/event-stream; charset=utf-8"),
        ("text/*", "text/event-stream; charset=utf-8"),
        ("TEXT/Event-Stream ; q=0.1", "text/event-stream; charset=utf-8"),
        ("text/event-stream;q=0, */*", "application/json"),
        ("text/event-stream;q=nonsense", "text/event-stream; charset=utf-8"),
        ("", "application/json"),
        ("image/png", "application/problem+json"),
        ("*/*;q=0", "application/problem+json"),
    ],
)
async def test_accept_decides_the_form(client: httpx.AsyncClient, start: Any, accept: str, expected: str) -> None:
    id = (await start())["id"]
    response = await answer(client, id, "The gap.", Accept=accept)
    refused = expected == "application/problem+json"
    assert (response.headers["content-type"], response.status_code) == (expected, 406 if refused else 200)
    taken = (await client.get(f"/v1/interviews/{id}")).json()["turn"] == 2
    assert taken is not refused


async def test_a_speaker_that_fails_is_made_up_for_by_the_next_call(
    client: httpx.AsyncClient, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = (await start())["id"]
    with monkeypatch.context() as broken:
        broken.setattr(OfflineSpeaker, "_text", lambda self, brief: 1 / 0)
        assert [name for name, _ in events((await answer(client, id, "The gap.", **SSE)).text)] == ["stored", "judged", "error"]
    assert (await client.get(f"/v1/interviews/{id}")).json()["message"]["move"] == "probe"
