"""The debrief in its three forms, and the candidate's own view."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
from inline_snapshot import snapshot

from app.core.verdict import Status
from app.http.debrief_pages import escaped, pieces
from app.http.debrief_shapes import Highlight

NASTY = (
    "met:gap-reads-variance a <script>alert(1)</script> gap\npartial:same-distribution alert(1)\n# *not* a [title](javascript:x)"
)


@pytest.fixture
async def finished(client: httpx.AsyncClient, start: Any) -> str:
    """An interview that ended after one answer full of markup."""
    id: str = (await start(seed=1))["id"]
    await client.post(f"/v1/interviews/{id}/answers", json={"text": NASTY + "\n?0\nflag", "turn": 1})
    await client.post(f"/v1/interviews/{id}/finish")
    return id


async def read(client: httpx.AsyncClient, id: str, accept: str) -> httpx.Response:
    return await client.get(f"/v1/interviews/{id}/debrief", headers={"Accept": accept})


async def test_the_debrief_waits_for_the_end(client: httpx.AsyncClient, start: Any) -> None:
    response = await read(client, (await start())["id"], "text/html")
    assert (response.status_code, response.json()["type"]) == (409, "urn:viva:not-finished")


async def test_the_json_says_what_was_credited_from_which_words(client: httpx.AsyncClient, finished: str) -> None:
    debrief = (await read(client, finished, "*/*")).json()
    [question] = debrief.pop("questions")
    transcript = debrief.pop("transcript")
    assert debrief.pop("next")["criterion"]
    assert {reading["reach"] for reading in debrief.pop("read")} == {"deeper"}
    assert sorted(debrief.pop("versions")) == ["notes", "prompts", "rubrics"]
    assert {**debrief, "id": "…"} == snapshot(
        {
            "id": "…",
            "status": "finished",
            "engine": "offline",
            "judged_by": {"offline": 1},
            "usage": None,
            "summary": None,
            "style": "practice",
            "level": "mid",
            "title": "Bias and variance",
            "mock_loop": None,
            "topics": ["bias-variance"],
            "seed": 1,
            "started_at": "2026-01-05T12:00:00Z",
            "finished_at": "2026-01-05T12:00:00Z",
            "reason": "candidate",
            "overall": 1.5,
            "scored": 1.0,
            "own_overall": None,
            "by_kind": {"definition": 0.0, "assumption": 3.75, "pitfall": 0.0, "trade_off": 0.0},
            "unscored": [],
            "flags": [{"kind": "instruction_to_grader", "quote": "flag", "turn": 1, "start": 0, "end": 4}],
            "mistakes": [],
        }
    )
    met = next(v for v in question["verdicts"] if v["status"] == "met")
    assert {**met, "statement": "…"} == snapshot(
        {
            "criterion": "gap-reads-variance",
            "status": "met",
            "quote": "a <script>alert(1)</script> gap",
            "turn": 1,
            "start": 23,
            "end": 54,
            "confidence": 0.9,
            "engine": "offline",
            "kind": "assumption",
            "weight": 3,
            "statement": "…",
            "help": "none",
            "credit": 1.0,
            "cost": 0.0,
            "own_view": None,
        }
    )
    assert sorted(question["told"][0]) == ["asks_about", "says"]
    said = next(line for line in transcript if line["who"] == "candidate")
    assert [said["text"][h["start"] : h["end"]] for h in said["highlights"]] == [
        "a <script>alert(1)</script> gap",
        "alert(1)",
    ]
    assert [line["highlights"] for line in transcript if line["who"] == "interviewer"] == [[]] * 3


async def test_the_page_carries_all_it_needs_and_escapes_what_people_wrote(client: httpx.AsyncClient, finished: str) -> None:
    response = await read(client, finished, "text/html,application/xhtml+xml,*/*;q=0.8")
    page = response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"(src|href|style)=|url\(|@import", page)
    [style] = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in response.headers["content-security-policy"]
    assert all(feature in page for feature in ('<html lang="en">', "prefers-color-scheme: dark", "@media print", "<caption>"))


async def test_quotes_are_marked_by_colour_and_label_even_where_they_overlap(client: httpx.AsyncClient, finished: str) -> None:
    page = (await read(client, finished, "text/html")).text
    assert '<mark class="met">alert(1)</mark><span class="label partial">Partly met: same distribution</span>' in page
    assert '<span class="label met">Met: gap reads variance</span>' in page


async def test_the_page_is_well_formed(client: httpx.AsyncClient, finished: str) -> None:
    class Balance(HTMLParser):
        void = frozenset({"meta", "br"})

        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []
            self.ids: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.ids += [value for name, value in attrs if name == "id" and value]
            if tag not in self.void:
                self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag

    balance = Balance()
    balance.feed((await read(client, finished, "text/html")).text)
    assert (balance.open, len(balance.ids)) == ([], len(set(balance.ids)))


async def test_markdown_keeps_words_words(client: httpx.AsyncClient, finished: str) -> None:
    response = await read(client, finished, "text/markdown")
    assert response.headers["content-type"] == "text/markdown; charset=utf-8"
    text = response.text
    assert "> \\# \\*not\\* a \\[title\\](javascript:x)" in text
    assert "<script" not in text
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == snapshot(
        [
            "# Debrief: Bias and variance",
            "## Practise this next",
            "## 1. Bias and variance",
            "### A model answer",
            "## Read next",
            "## Noticed, and earned nothing",
            "## Transcript",
        ]
    )


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("3.4 of 5", "3.4 of 5"),
        ("1. one", "1\\. one"),
        ("- a", "\\- a"),
        ("-25%", "\\-25%"),
        ("a\n\n# b", "a \\# b"),
        ("&lt;<b", "&amp;lt;&lt;b"),
    ],
)
def test_markdown_is_escaped_where_it_would_be_read(text: str, safe: str) -> None:
    assert escaped(text) == safe


def test_pieces_are_the_whole_line() -> None:
    marks = [Highlight(start=s, end=e, criterion=f"{s}", status=Status.MET) for s, e in ((0, 4), (2, 6), (2, 6))]
    cut = pieces("abcdefgh", marks)
    assert [(piece.text, len(piece.marks), len(piece.ending)) for piece in cut] == [
        ("ab", 1, 0),
        ("cd", 3, 1),
        ("ef", 2, 2),
        ("gh", 0, 0),
    ]
    assert pieces("", []) == []


async def test_a_form_that_is_not_offered_is_refused(client: httpx.AsyncClient, finished: str) -> None:
    response = await read(client, finished, "application/pdf")
    assert (response.status_code, response.json()["title"]) == (406, "Not Acceptable")
    assert "text/markdown" in response.json()["detail"]


async def test_the_candidates_own_view_stands_beside_the_verdict(client: httpx.AsyncClient, finished: str) -> None:
    check = {"question": 0, "criterion": "validation-reuse", "turn": 1, "quote": "a  [TITLE]"}
    kept = (await client.post(f"/v1/interviews/{finished}/self-checks", json=check)).json()
    assert (kept["quote"], kept["criterion"]) == ("a [title]", "validation-reuse")
    debrief = (await read(client, finished, "application/json")).json()
    own = {v["criterion"]: v["own_view"] for v in debrief["questions"][0]["verdicts"] if v["own_view"]}
    assert own == {"validation-reuse": {key: kept[key] for key in ("turn", "quote", "start", "end")}}
    assert debrief["own_overall"] > debrief["overall"]
    assert "Your own view" in (await read(client, finished, "text/html")).text
    back = await client.post(f"/v1/interviews/{finished}/self-checks", json={**check, "quote": ""})
    assert back.json() == {"question": 0, "criterion": "validation-reuse", "turn": 0, "quote": "", "start": 0, "end": 0}


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"quote": "never said"}, 422, "quote"),
        ({"turn": 2}, 422, "quote"),
        ({"criterion": "nope"}, 422, "criterion"),
        ({"question": 1}, 422, "criterion"),
        ({"question": False}, 422, "question"),
        ({"quote": "\x00"}, 422, "quote"),
        ({"start": 3}, 422, "start"),
    ],
)
async def test_a_self_check_needs_words_that_were_said(
    client: httpx.AsyncClient, finished: str, change: dict[str, Any], status: int, field: str | None
) -> None:
    check = {"question": 0, "criterion": "validation-reuse", "turn": 1, "quote": "gap", **change}
    response = await client.post(f"/v1/interviews/{finished}/self-checks", json=check)
    assert (response.status_code, response.json().get("field")) == (status, field)


async def test_nothing_scored_is_no_zero(client: httpx.AsyncClient, start: Any) -> None:
    outcome = await start()
    text = "\n".join(f"unscored:{c['criterion']} words" for c in outcome["criteria"])
    await client.post(f"/v1/interviews/{outcome['id']}/answers", json={"text": text, "turn": 1})
    await client.post(f"/v1/interviews/{outcome['id']}/finish")
    debrief = (await read(client, outcome["id"], "application/json")).json()
    assert (debrief["overall"], debrief["scored"], len(debrief["unscored"])) == (None, 0.0, 6)
    assert "That is not a zero" in (await read(client, outcome["id"], "text/html")).text
    assert "That is not a zero" in (await read(client, outcome["id"], "text/markdown")).text


async def test_where_one_engine_did_it_all_nothing_more_is_said(client: httpx.AsyncClient, finished: str) -> None:
    for accept in ("text/html", "text/markdown"):
        page = (await read(client, finished, accept)).text
        assert "Judged by the offline engine." in page
        assert not any(words in page for words in ("judged offline", "What the model took", "Note:", 'class="notice"'))
