"""Stories over HTTP: read once, or told, asked about, told again and kept."""

from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from app.coach import Coach
from app.config import Settings
from app.core.star import Dimension
from app.http.application import create_app
from app.wiring import Viva
from tests.contract.http.conftest import Parts
from tests.fakes import stories_beside
from tests.unit.core import samples

CLEAR = "\n".join(f"{each}:2 words on {each}" for each in Dimension)


@pytest.fixture
def app(settings: Settings, coach: Coach, parts: Parts) -> FastAPI:
    """With two common questions."""
    questions = [
        replace(samples.question(id=id, topic="star-method"), ask=f"Tell me of {id}.") for id in ("failure", "mentoring")
    ]
    return create_app(settings, Viva(coach, stories_beside(coach, *questions), settings, parts))


async def test_a_story_is_read_and_nothing_kept(client: httpx.AsyncClient) -> None:
    """Every dimension with its words and one line of advice, at most three probes, and a number computed here."""
    story = "action:2 I rang every customer\nresult:1 it went well"
    body = (await client.post("/v1/star", json={"prompt": "Tell me.", "story": story})).json()
    assert list(body["dimensions"]) == [each.value for each in Dimension]
    action = body["dimensions"]["action"]
    assert (action["score"], story[action["start"] : action["end"]]) == (2, "I rang every customer")
    assert body["dimensions"]["task"] == {"score": 0, "quote": "", "start": None, "end": None, "advice": "Add the task."}
    assert body["overall"] == pytest.approx(5 * 3 / 16, abs=0.01)
    assert [probe["dimension"] for probe in body["probes"]] == ["ownership", "task", "quantified"]
    assert (body["engine"], body["flags"], body["trouble"]) == ("offline", [], "")
    assert (await client.get("/v1/stories")).json()["stories"] == []


async def test_a_story_from_its_first_word_into_the_bank(client: httpx.AsyncClient) -> None:
    begun = await client.post("/v1/stories", json={"question": "failure", "seed": 1})
    assert begun.status_code == 201
    place = begun.headers["Location"]
    assert begun.json()["conversation"] == [{"by": "interviewer", "text": "Tell me of failure.", "turn": None, "dimension": None}]
    asked = (await client.post(f"{place}/answers", json={"text": "situation:2 a bakery", "turn": 1})).json()
    assert (asked["status"], asked["turn"], asked["conversation"][-1]["dimension"]) == ("telling", 2, "action")
    assert asked["versions"] == [], "nothing is shown before the story is told"
    again = (await client.post(f"{place}/answers", json={"text": "situation:2 a bakery", "turn": 1})).json()
    assert again == asked
    other = await client.post(f"{place}/answers", json={"text": "other words", "turn": 1})
    assert (other.status_code, other.json()["expected_turn"]) == (409, 2)
    assert [each["title"] for each in (await client.get("/v1/stories")).json()["unfinished"]] == ["situation:2 a bakery"]
    assert (await client.post(f"{place}/retell")).status_code == 409
    told = (await client.post(f"{place}/finish")).json()
    [version] = told["versions"]
    assert version["text"] == "situation:2 a bakery"
    assert [mark["dimension"] for mark in version["marks"]] == ["situation"]
    assert version["plan"][0]["says"] == ["a bakery"]
    await client.post(f"{place}/retell")
    retold = (await client.post(f"{place}/answers", json={"text": CLEAR, "turn": 2})).json()
    assert {change["dimension"] for change in retold["changes"] if change["after"] > change["before"]} == {
        each.value for each in Dimension if each is not Dimension.SITUATION
    }
    kept = {"title": "The bakery", "tags": ["bread"], "questions": ["mentoring"]}
    assert (await client.put(f"{place}/bank", json=kept)).json()["questions"] == ["mentoring"]
    bank = (await client.get("/v1/stories")).json()
    [story] = bank["stories"]
    assert (story["title"], story["overall"], story["versions"]) == ("The bakery", 5.0, 2)
    assert bank["open"] == ["failure"]


async def test_the_bank_as_markdown_keeps_words_words(client: httpx.AsyncClient) -> None:
    """What a candidate wrote is no markup, and questions without a story are named."""
    begun = (await client.post("/v1/stories", json={"question": "failure"})).json()
    await client.post(f"/v1/stories/{begun['id']}/answers", json={"text": f"{CLEAR}\n# <b>loud</b>", "turn": 1})
    await client.put(f"/v1/stories/{begun['id']}/bank", json={"title": "*Bread*", "questions": ["failure"]})
    response = await client.get("/v1/stories", headers={"Accept": "text/markdown"})
    assert response.headers["Content-Type"].startswith("text/markdown")
    assert "## \\*Bread\\*" in response.text
    assert "&lt;b>loud" in response.text
    assert "- Tell me of mentoring. **no story yet**" in response.text


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"question": "nothing"}, 404, None),
        ({}, 422, "question"),
        ({"prompt": "  "}, 422, "prompt"),
        ({"question": "failure", "engine": "llm"}, 422, "engine"),
    ],
)
async def test_what_cannot_be_asked_for(client: httpx.AsyncClient, body: dict[str, str], status: int, field: str | None) -> None:
    response = await client.post("/v1/stories", json=body)
    assert response.status_code == status
    assert response.json().get("field") == field


async def test_a_story_that_is_not_there(client: httpx.AsyncClient) -> None:
    """An interview's id is none of a story."""
    interview = (await client.post("/v1/interviews", json={})).json()["id"]
    for id in ("story-none", interview):
        assert (await client.get(f"/v1/stories/{id}")).status_code == 404
        assert (await client.delete(f"/v1/stories/{id}")).status_code == 404
    assert (await client.get(f"/v1/interviews/{interview}")).status_code == 200
