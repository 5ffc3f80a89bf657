"""Interviews over HTTP, from the first question to the list."""

from typing import Any

import httpx
import pytest
from inline_snapshot import snapshot

from app.content import Catalog
from app.core.rubric import Loop
from app.core.verdict import Status
from tests.fakes import FixedClock, MemoryStore


async def test_a_start_asks_a_question_and_says_where_the_interview_is(client: httpx.AsyncClient, start: Any) -> None:
    response = await client.post("/v1/interviews", json={"topic": "bias-variance", "seed": 1})
    outcome = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == f"/v1/interviews/{outcome['id']}"
    assert outcome["question"].pop("ask") in outcome["message"].pop("text")
    criteria = outcome.pop("criteria")
    assert sorted(criteria[0]) == ["criterion", "kind", "statement", "status", "weight"]
    assert {(c["status"], c["statement"]) for c in criteria} == {("absent", None)}
    assert {**outcome, "id": "…", "question": sorted(outcome["question"])} == snapshot(
        {
            "id": "…",
            "status": "open",
            "turn": 1,
            "message": {"move": "open", "engine": "offline"},
            "style": "practice",
            "level": "mid",
            "topics": ["bias-variance"],
            "title": "Bias and variance",
            "mock_loop": None,
            "question": ["id", "index", "level", "of", "stage", "title", "topic"],
            "started_at": "2026-01-05T12:00:00Z",
            "deadline": None,
            "minutes": None,
            "verdicts": [],
            "notice": None,
            "repeated": False,
        }
    )


@pytest.mark.parametrize("body", [None, {}, {"topic": None, "topics": None, "minutes": None}])
async def test_nothing_named_is_a_surprise(client: httpx.AsyncClient, body: Any) -> None:
    response = await client.post("/v1/interviews", json=body) if body is not None else await client.post("/v1/interviews")
    assert response.status_code == 201
    question = response.json()["question"]
    # It may be a case, which has four stages.
    assert question["of"] == (4 if question["stage"] else 1)


async def test_topics_loop_and_level_narrow_the_choice(start: Any, catalog: Catalog) -> None:
    outcome = await start(topic=None, topics=["k-means", "calibration"], questions=3, level="senior", minutes=20)
    assert outcome["topics"] == ["k-means", "calibration"]
    assert outcome["title"].startswith("K-means")
    assert (outcome["question"]["of"], outcome["minutes"], outcome["deadline"]) == (3, 20, "2026-01-05T12:20:00Z")
    assert (await start(topic=None, loop="systems"))["topics"][0] in catalog.in_loop(Loop.SYSTEMS)


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"surprise": True}, 422, "surprise"),
        ({"questions": False}, 422, "questions"),
        ({"questions": "3"}, 422, "questions"),
        ({"questions": 1.0}, 422, "questions"),
        ({"questions": 11}, 422, "questions"),
        ({"questions": 10, "topic": "bias-variance"}, 422, "questions"),
        ({"minutes": 181}, 422, "minutes"),
        ({"seed": 10**30}, 422, "seed"),
        ({"level": "expert"}, 422, "level"),
        ({"style": 1}, 422, "style"),
        ({"topics": "k-means"}, 422, "topics"),
        ({"topics": []}, 422, "topics"),
        ({"topics": ["k-means", 3]}, 422, "topics.1"),
        ({"topic": "k-means\x00"}, 422, "topic"),
        ({"topic": "k-means", "loop": "data"}, 422, "loop"),
        ({"topic": ""}, 422, "topic"),
        ({"engine": "llm"}, 422, "engine"),
        ({"topic": "nope"}, 404, None),
        ([], 422, "body"),
        ("text", 422, "body"),
    ],
)
async def test_a_bad_choice_names_its_field(client: httpx.AsyncClient, body: Any, status: int, field: str | None) -> None:
    response = await client.post("/v1/interviews", json=body)
    assert (response.status_code, response.json().get("field")) == (status, field)
    assert response.headers["content-type"] == "application/problem+json"


async def test_an_interview_is_read_back_with_its_transcript(client: httpx.AsyncClient, start: Any) -> None:
    id = (await start())["id"]
    await client.post(f"/v1/interviews/{id}/answers", json={"text": "I would look at the gap.", "turn": 1})
    interview = (await client.get(f"/v1/interviews/{id}")).json()
    assert (interview["engine"], interview["seed"], interview["turn"]) == ("offline", 1, 2)
    assert [(line["who"], line["move"], line["turn"], line["question"]) for line in interview["transcript"]] == snapshot(
        [("interviewer", "open", 0, 0), ("candidate", None, 1, 0), ("interviewer", "probe", 1, 0)]
    )
    assert interview["transcript"][-1]["text"] == interview["message"]["text"]


async def test_reading_finishes_what_a_crash_left_undone(client: httpx.AsyncClient, start: Any, store: MemoryStore) -> None:
    id = (await start())["id"]
    await client.post(f"/v1/interviews/{id}/answers", json={"text": "The gap.", "turn": 1})
    del store.events[id][-3:]  # judged, decided and spoke were never stored
    assert (await client.get(f"/v1/interviews/{id}")).json()["message"]["move"] == "probe"


async def test_the_list_is_newest_first_and_paged(client: httpx.AsyncClient, start: Any) -> None:
    first, second = (await start())["id"], (await start(style="mock"))["id"]
    listed = (await client.get("/v1/interviews")).json()["interviews"]
    assert [each["id"] for each in listed] == [second, first]
    assert {**listed[0], "id": "…"} == snapshot(
        {
            "id": "…",
            "status": "open",
            "style": "mock",
            "level": "mid",
            "topics": ["bias-variance"],
            "title": "Bias and variance",
            "questions": 1,
            "turn": 0,
            "started_at": "2026-01-05T12:00:00Z",
        }
    )
    paged = await client.get("/v1/interviews", params={"limit": 1, "offset": 1})
    assert [each["id"] for each in paged.json()["interviews"]] == [first]


async def test_a_deleted_interview_is_gone(client: httpx.AsyncClient, start: Any) -> None:
    id = (await start())["id"]
    response = await client.delete(f"/v1/interviews/{id}")
    assert (response.status_code, response.content) == (204, b"")
    assert (await client.get(f"/v1/interviews/{id}")).status_code == 404
    assert (await client.delete(f"/v1/interviews/{id}")).status_code == 404


async def test_a_hint_is_given_once_a_turn_until_none_is_left(client: httpx.AsyncClient, start: Any) -> None:
    outcome = await start()
    id, criteria = outcome["id"], outcome["criteria"]
    first, again = [(await client.post(f"/v1/interviews/{id}/hint")).json() for _ in range(2)]
    assert (first["message"]["move"], first["repeated"], again["repeated"]) == ("hint", False, True)
    assert first["message"] == again["message"]
    while (reply := await client.post(f"/v1/interviews/{id}/hint")).status_code == 200:
        turn = reply.json()["turn"]
        assert turn <= len(criteria), "there are no more hints than criteria"
        await client.post(f"/v1/interviews/{id}/answers", json={"text": "?", "turn": turn})
    assert (reply.status_code, reply.json()["type"]) == (409, "urn:viva:no-hint-left")


async def test_finishing_twice_changes_nothing(client: httpx.AsyncClient, start: Any) -> None:
    id = (await start())["id"]
    first, again = [(await client.post(f"/v1/interviews/{id}/finish")).json() for _ in range(2)]
    assert (first["status"], first["message"]["move"]) == ("finished", "close")
    assert {**again, "repeated": False} == first


async def test_time_that_runs_out_closes_the_interview(client: httpx.AsyncClient, start: Any, clock: FixedClock) -> None:
    id = (await start(minutes=5))["id"]
    clock.pass_minutes(6)
    outcome = (await client.post(f"/v1/interviews/{id}/answers", json={"text": "The gap.", "turn": 1})).json()
    assert (outcome["status"], outcome["message"]["move"]) == ("finished", "close")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("DELETE", "", None),
        ("POST", "/answers", {"text": "x", "turn": 1}),
        ("POST", "/hint", None),
        ("POST", "/finish", None),
        ("GET", "/debrief", None),
        ("POST", "/self-checks", {"question": 0, "criterion": "x", "turn": 1, "quote": "x"}),
    ],
)
async def test_an_unknown_interview_is_not_found(client: httpx.AsyncClient, method: str, path: str, body: Any) -> None:
    for id in ("nope", "💥", "a b", "%2e%2e%2e"):
        response = await client.request(method, f"/v1/interviews/{id}{path}", json=body)
        assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")
    for id in ("a" * 101, "a%00b", "a%1bb"):
        response = await client.request(method, f"/v1/interviews/{id}{path}", json=body)
        assert (response.status_code, response.json()["field"]) == (422, "id")


async def test_mock_style_shows_nothing_of_the_judging(client: httpx.AsyncClient, start: Any) -> None:
    outcome = await start(style="mock")
    id, criterion = outcome["id"], "gap-reads-variance"
    assert (outcome["minutes"], outcome["criteria"], outcome["verdicts"]) == (8, None, None)
    text = f"met:{criterion} a wide gap\nflag"
    answered = await client.post(f"/v1/interviews/{id}/answers", json={"text": text, "turn": 1})
    read = await client.get(f"/v1/interviews/{id}")
    listed = await client.get("/v1/interviews")
    repeated = await client.post(f"/v1/interviews/{id}/answers", json={"text": text, "turn": 1})
    for response in (answered, repeated):
        assert (response.json()["criteria"], response.json()["verdicts"]) == (None, None)
    assert read.json()["criteria"] is None
    for response in (answered, listed, repeated):
        assert not any(word in response.text for word in (criterion, "flag", *(f'"{status}"' for status in Status)))
    finished = (await client.post(f"/v1/interviews/{id}/finish")).json()
    assert finished["criteria"] is None
    debrief = (await client.get(f"/v1/interviews/{id}/debrief")).json()
    assert (debrief["flags"][0]["kind"], len(debrief["questions"][0]["verdicts"])) == ("instruction_to_grader", 6)
