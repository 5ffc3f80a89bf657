"""Mock loops and quizzes over HTTP."""

from dataclasses import replace

import httpx
import pytest

from app.content import Catalog
from app.core.rubric import Loop, QuizItem, Stage
from tests.unit.core import samples

LOOPS = {"code": Loop.CODING, "trees": Loop.MODELING, "design": Loop.SYSTEMS, "stories": Loop.BEHAVIORAL}


@pytest.fixture
def catalog() -> Catalog:
    """A topic for each round, each with two sense-check questions; `design` has one case."""
    questions = {topic: (samples.question(id=f"{topic}-q", topic=topic),) for topic in LOOPS}
    stages = (replace(questions["design"][0], id=f"feed-{s}", case="feed", case_title="A feed", stage=s) for s in Stage)
    questions["design"] = tuple(stages)
    notes = {
        topic: replace(
            samples.note(topic, topic.title()),
            loop=loop,
            quiz=tuple(QuizItem(topic=topic, question=f"{topic} {n}?", answer=f"Answer {n}.") for n in (1, 2)),
        )
        for topic, loop in LOOPS.items()
    }
    return Catalog(notes=notes, questions=questions, hashes={"notes": "n", "rubrics": "r"})


async def test_a_loop_from_its_outline_to_its_second_round(client: httpx.AsyncClient) -> None:
    """The outline begins nothing; the next round waits for the first to end, and the overall weighs what has ended."""
    outline = (await client.get("/v1/mock-loops/outline")).json()
    assert outline["id"] is None
    assert [(r["round"], r["weight"], r["minutes"], r["status"], r["interview"]) for r in outline["rounds"]] == [
        ("coding", 40, 8, "waiting", None),
        ("concepts", 30, 8, "waiting", None),
        ("system-design", 20, 45, "waiting", None),
        ("behavioral", 10, 8, "waiting", None),
    ]
    assert (await client.get("/v1/interviews")).json()["interviews"] == []
    begun = await client.post("/v1/mock-loops", json={"level": "senior"})
    assert begun.status_code == 201
    loop = begun.headers["Location"]
    first = begun.json()["rounds"][0]["interview"]
    interview = (await client.get(f"/v1/interviews/{first}")).json()
    assert (interview["style"], interview["level"], interview["mock_loop"]) == ("mock", "senior", begun.json()["id"])
    refused = await client.post(f"{loop}/next")
    assert (refused.status_code, "coding is still open" in refused.json()["detail"]) == (409, True)
    await client.post(f"/v1/interviews/{first}/finish")
    assert (await client.get(f"/v1/interviews/{first}/debrief")).json()["mock_loop"] == begun.json()["id"]
    second = (await client.post(f"{loop}/next")).json()
    assert [r["status"] for r in second["rounds"]] == ["finished", "open", "waiting", "waiting"]
    assert (await client.get(loop)).json() == second
    assert second["overall"] == 0.0


async def test_a_loop_that_is_not_there(client: httpx.AsyncClient) -> None:
    for call in (client.get("/v1/mock-loops/nowhere"), client.post("/v1/mock-loops/nowhere/next")):
        assert (await call).status_code == 404


async def test_a_case_is_named_with_its_stage(client: httpx.AsyncClient) -> None:
    """On the topic, to be chosen by; in the interview, to show where one is."""
    topic = (await client.get("/v1/topics/design")).json()
    assert (topic["questions"], topic["cases"]) == (1, [{"case": "feed", "title": "A feed", "level": "mid"}])
    started = (await client.post("/v1/interviews", json={"topic": "design", "question": "feed"})).json()
    assert (started["title"], started["minutes"]) == ("A feed", 45)
    assert (started["question"]["stage"], started["question"]["of"]) == ("requirements", 4)


async def test_a_quiz_asks_out_of_the_notes(client: httpx.AsyncClient) -> None:
    """Of one topic, of a loop or of all; the same seed asks the same."""
    quiz = (await client.get("/v1/quiz", params={"count": 3, "seed": 4})).json()
    assert quiz["seed"] == 4
    assert len({item["topic"] for item in quiz["items"]}) == 3
    assert (await client.get("/v1/quiz", params={"count": 3, "seed": 4})).json() == quiz
    one = (await client.get("/v1/quiz", params={"topic": "trees"})).json()["items"]
    assert sorted((item["title"], item["question"], item["answer"]) for item in one) == [
        ("Trees", "trees 1?", "Answer 1."),
        ("Trees", "trees 2?", "Answer 2."),
    ]
    of_loop = (await client.get("/v1/quiz", params={"loop": "behavioral", "count": 50})).json()["items"]
    assert {item["topic"] for item in of_loop} == {"stories"}
    assert (await client.get("/v1/quiz", params={"topic": "zebra"})).status_code == 404
    assert (await client.get("/v1/quiz", params={"topic": "trees", "loop": "coding"})).status_code == 422
