"""Topics, notes and search over HTTP."""

import httpx
import pytest
from inline_snapshot import snapshot

from app.coach import Coach
from app.core.rubric import Passage


async def test_topics_are_listed_without_their_notes(client: httpx.AsyncClient) -> None:
    topics = (await client.get("/v1/topics")).json()["topics"]
    assert next(t for t in topics if t["topic"] == "bias-variance") == snapshot(
        {
            "topic": "bias-variance",
            "title": "Bias and variance",
            "loop": "modeling",
            "levels": ["junior", "mid", "senior"],
            "questions": 3,
            "cases": [],
            "recap_minutes": 6,
            "deep_minutes": 40,
        }
    )


async def test_a_topic_comes_with_the_nine_sections_of_its_note(client: httpx.AsyncClient) -> None:
    topic = (await client.get("/v1/topics/bias-variance")).json()
    assert sorted(topic) == snapshot(
        [
            "aliases",
            "cases",
            "deep_minutes",
            "levels",
            "loop",
            "next",
            "prerequisites",
            "questions",
            "recap_minutes",
            "sections",
            "title",
            "topic",
        ]
    )
    assert [section["section"] for section in topic["sections"]][:2] == ["Why an interviewer cares", "Definitions you owe"]
    assert len(topic["sections"]) == 9


async def test_search_gives_passages_best_first(client: httpx.AsyncClient, coach: Coach, monkeypatch: pytest.MonkeyPatch) -> None:
    async def search(query: str, k: int) -> tuple[Passage, ...]:
        return (Passage(topic="k-means", section="Trade-offs", text=f"{query} {k}", score=0.5),)

    monkeypatch.setattr(coach, "search", search)
    response = await client.get("/v1/search", params={"q": "elbow", "k": 7})
    assert response.json() == {"passages": [{"topic": "k-means", "section": "Trade-offs", "text": "elbow 7", "score": 0.5}]}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "q"),
        ("q=", "q"),
        ("q=%20", "q"),
        ("q=a%00b", "q"),
        (f"q={'a' * 501}", "q"),
        ("q=a&k=0", "k"),
        ("q=a&k=51", "k"),
        ("q=a&k=1.0", "k"),
        ("q=a&k=%2B3", "k"),
        ("q=a&k=1_0", "k"),
        ("q=a&k=ten", "k"),
    ],
)
async def test_a_bad_query_names_its_parameter(client: httpx.AsyncClient, query: str, field: str) -> None:
    response = await client.get(f"/v1/search?{query}")
    assert (response.status_code, response.json()["field"]) == (422, field)
