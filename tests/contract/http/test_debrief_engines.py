"""What a debrief says of the engines: which one judged, why it was another than was asked for, what a model took."""

from typing import Any

import httpx
import pytest

from app.coach import Coach
from app.config import Settings
from app.core.verdict import FLAG_KINDS
from app.http.application import create_app
from app.http.debrief_pages import WORDS
from app.http.debrief_words import judged_by, judged_elsewhere, seen, took
from app.http.page import WEB
from app.http.shapes import Usage
from app.wiring import Viva
from tests.contract.http.conftest import Parts, talking_to
from tests.fakes import ModelJudge, stories_beside

NOTICE = "The model did not answer in time. The offline engine judged this answer."
FORMS = ("application/json", "text/html", "text/markdown")


@pytest.fixture
async def helped_out(settings: Settings, modelled: Coach, model: ModelJudge, parts: Parts) -> dict[str, httpx.Response]:
    """The debrief by media type of an interview whose model judged one answer, and then no more."""
    async with talking_to(create_app(settings, Viva(modelled, stories_beside(modelled), settings, parts))) as client:
        outcome = (await client.post("/v1/interviews", json={"topic": "bias-variance", "seed": 1})).json()
        said = ("met:gap-reads-variance a wide gap", "met:same-distribution both are alike")
        for turn, text in enumerate(said, 1):
            outcome = (await client.post(f"/v1/interviews/{outcome['id']}/answers", json={"text": text, "turn": turn})).json()
            model.time_out()
        assert outcome["notice"] == NOTICE
        await client.post(f"/v1/interviews/{outcome['id']}/finish")
        address = f"/v1/interviews/{outcome['id']}/debrief"
        return {form: await client.get(address, headers={"Accept": form}) for form in FORMS}


async def test_the_json_says_which_engine_judged_and_what_the_model_took(helped_out: dict[str, httpx.Response]) -> None:
    debrief = helped_out["application/json"].json()
    assert {key: debrief[key] for key in ("engine", "judged_by")} == {"engine": "llm", "judged_by": {"llm": 1, "offline": 1}}
    tokens = {"prompt_tokens": 1000, "cached_tokens": 600, "completion_tokens": 80}
    assert debrief["usage"] == {"calls": 2, "failed": 1, **tokens, "seconds": 5.2, "cost": 0.002}
    assert [line["notice"] for line in debrief["transcript"] if line["who"] == "candidate"] == [None, NOTICE]


@pytest.mark.parametrize("accept", ["text/html", "text/markdown"])
async def test_people_are_told_which_engine_judged_and_what_the_model_took(
    helped_out: dict[str, httpx.Response], accept: str
) -> None:
    """The verdict that another engine gave says so, and so does the answer."""
    page = helped_out[accept].text
    assert "1 answer judged by the llm engine, 1 by the offline engine." in page
    assert page.count("judged offline") == 1
    assert page.count(NOTICE) == 1
    took = "2 calls (1 failed), 1,000 prompt tokens (60% cached), 80 completion tokens, 5.2 seconds, 0.0020 US dollars"
    assert f"What the model took: {took}." in page


@pytest.mark.parametrize(
    ("engine", "answers", "words"),
    [
        ("llm", {"llm": 2}, "Judged by the llm engine"),
        ("llm", {"offline": 1, "llm": 4}, "4 answers judged by the llm engine, 1 by the offline engine"),
        ("llm", {"offline": 3}, "Judged by the offline engine in place of llm"),
        ("llm", {}, "No answer was judged"),
    ],
)
def test_judged_by_in_words(engine: str, answers: dict[str, int], words: str) -> None:
    assert judged_by(engine, answers) == words


def test_a_verdict_is_labelled_where_another_engine_gave_it() -> None:
    assert (judged_elsewhere("offline", "llm"), judged_elsewhere("llm", "offline")) == ("judged offline", "judged by llm")
    assert (judged_elsewhere("llm", "llm"), judged_elsewhere("", "llm")) == ("", "")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "1 call, 200 prompt tokens (25% cached), 1 completion token, 0.9 seconds, 1.50 US dollars"),
        ({"prompt_tokens": 0, "completion_tokens": 0}, "1 call, no tokens counted, 0.9 seconds, 1.50 US dollars"),
        (
            {"cached_tokens": 0, "cost": None},
            "1 call, 200 prompt tokens (0% cached), 1 completion token, 0.9 seconds, no price set",
        ),
    ],
)
def test_usage_in_words(change: dict[str, Any], words: str) -> None:
    spent = Usage(calls=1, failed=0, prompt_tokens=200, cached_tokens=50, completion_tokens=1, seconds=0.94, cost=1.5)
    assert took(spent.model_copy(update=change)) == words


@pytest.mark.parametrize(
    ("cost", "words"), [(0.0, "0.00 US dollars"), (0.01234, "0.0123 US dollars"), (0.00002, "less than 0.0001 US dollars")]
)
def test_the_cost_in_words(cost: float, words: str) -> None:
    spent = Usage(calls=1, failed=0, prompt_tokens=0, cached_tokens=0, completion_tokens=0, seconds=1, cost=cost)
    assert took(spent).endswith(f"1.0 seconds, {words}")


def test_every_kind_of_flag_has_its_words() -> None:
    """In the pages and in the browser; and what cannot be seen is made visible."""
    script = (WEB / "js" / "labels.js").read_text(encoding="utf-8")
    assert [kind for kind in FLAG_KINDS if kind not in WORDS or f"  {kind}: '" not in script] == []
    assert seen("hidden_text", "all\u200b\u200bmet") == "all[2 hidden characters]met"
    assert seen("keyword_list", "a\u200bb") == "a\u200bb"
