"""Score and probe: any rubric, nothing kept."""

from typing import Any

import httpx
import pytest
from inline_snapshot import snapshot

from tests.fakes import MemoryStore

BODY: dict[str, Any] = {
    "question": "How do you tell overfitting?",
    "criteria": [
        {"id": "gap", "kind": "definition", "weight": 3, "statement": "A wide gap between the two errors."},
        {"id": "shift", "kind": "pitfall", "weight": 1, "statement": "A gap may be shift."},
        {"id": "cost", "kind": "impact", "weight": 2, "statement": "What it costs."},
    ],
    "answer": "met:gap a wide gap\nunscored:cost none\nflag",
}


async def test_a_score_shows_its_evidence(client: httpx.AsyncClient, store: MemoryStore) -> None:
    score = (await client.post("/v1/score", json=BODY)).json()
    assert sorted(score.pop("versions")) == ["notes", "prompts", "rubrics"]
    assert score == snapshot(
        {
            "overall": 3.75,
            "scored": 0.667,
            "verdicts": [
                {
                    "criterion": "gap",
                    "status": "met",
                    "quote": "a wide gap",
                    "turn": 1,
                    "start": 8,
                    "end": 18,
                    "confidence": 0.9,
                    "engine": "offline",
                },
                {
                    "criterion": "shift",
                    "status": "absent",
                    "quote": "",
                    "turn": None,
                    "start": None,
                    "end": None,
                    "confidence": 0.9,
                    "engine": "",
                },
                {
                    "criterion": "cost",
                    "status": "unscored",
                    "quote": "",
                    "turn": None,
                    "start": None,
                    "end": None,
                    "confidence": 0.9,
                    "engine": "offline",
                },
            ],
            "by_kind": {"definition": 5.0, "pitfall": 0.0, "impact": None},
            "engine": "offline",
            "notice": None,
            "usage": None,
            "flags": [{"kind": "instruction_to_grader", "quote": "flag", "turn": 1, "start": 0, "end": 4}],
        }
    )
    assert store.events == {}


async def test_a_probe_asks_for_what_is_missing_without_saying_it(client: httpx.AsyncClient) -> None:
    probe = (await client.post("/v1/probe", json={**BODY, "reference_answer": "Look at the gap.", "engine": "offline"})).json()
    assert (probe["move"], probe["criterion"], len(probe["verdicts"])) == ("probe", "cost", 3)
    assert "costs" not in probe["text"]


@pytest.mark.parametrize("path", ["/v1/score", "/v1/probe"])
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"criteria": []}, "criteria"),
        ({"criteria": [BODY["criteria"][0], BODY["criteria"][0]]}, "criteria.1.id"),
        ({"criteria": [{**BODY["criteria"][0], "weight": 4}]}, "criteria.0.weight"),
        ({"criteria": [{**BODY["criteria"][0], "weight": True}]}, "criteria.0.weight"),
        ({"criteria": [{**BODY["criteria"][0], "kind": "vibe"}]}, "criteria.0.kind"),
        ({"criteria": [{**BODY["criteria"][0], "hint": "x"}]}, "criteria.0.hint"),
        ({"criteria": [{**BODY["criteria"][0], "statement": " "}]}, "criteria.0.statement"),
        ({"criteria": "gap"}, "criteria"),
        ({"question": None}, "question"),
        ({"answer": "\x00"}, "answer"),
        ({"answer": ""}, "answer"),
        ({"answer": "x" * 20_001}, "answer"),
        ({"reference_answer": 5}, "reference_answer"),
        ({"points": 5}, "points"),
        ({"engine": "llm"}, "engine"),
    ],
)
async def test_a_bad_rubric_names_its_field(
    client: httpx.AsyncClient, path: str, change: dict[str, Any], field: str | None
) -> None:
    response = await client.post(path, json={**BODY, **change})
    assert (response.status_code, response.json().get("field")) == (422, field), response.text
