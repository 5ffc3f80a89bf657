"""Every error as a problem: the table, the body, the framework's own refusals, and surprises."""

import httpx
import pytest
from fastapi import FastAPI
from inline_snapshot import snapshot

from app.coach import Coach
from app.core import errors
from app.core.errors import VivaError
from app.http.problems import TABLE, describe


def every_error(cls: type[VivaError] = VivaError) -> list[type[VivaError]]:
    return [each for child in cls.__subclasses__() for each in (child, *every_error(child))]


def test_every_error_of_the_tree_has_its_row() -> None:
    rows = {
        cls.__name__: next((int(TABLE[base].status), TABLE[base].retry_after) for base in cls.__mro__ if base in TABLE)
        for cls in every_error()
        if cls.__module__ == errors.__name__
    }
    assert rows == snapshot(
        {
            "NotFound": (404, None),
            "Invalid": (422, None),
            "ContentError": (422, None),
            "Conflict": (409, None),
            "TurnOutOfOrder": (409, None),
            "AlreadyFinished": (409, None),
            "NotFinished": (409, None),
            "NoHintLeft": (409, None),
            "Unavailable": (503, 5),
            "StorageFull": (507, None),
            "StorageBusy": (503, 1),
            "EngineMissing": (422, None),
            "EngineFailed": (503, 5),
        }
    )


@pytest.mark.parametrize(
    "error",
    [
        errors.NotFound("words"),
        errors.Invalid("words", field="k"),
        errors.ContentError(["words"]),
        errors.TurnOutOfOrder(3, 2),
        errors.AlreadyFinished("words"),
        errors.NotFinished("words"),
        errors.NoHintLeft("words"),
        errors.Unavailable("words"),
        errors.StorageFull("words"),
        errors.StorageBusy("words"),
        errors.EngineMissing("words"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_each_row_is_answered_as_it_says(
    client: httpx.AsyncClient, coach: Coach, monkeypatch: pytest.MonkeyPatch, error: VivaError
) -> None:
    async def fail(query: str, k: int) -> None:
        raise error

    monkeypatch.setattr(coach, "search", fail)
    response = await client.get("/v1/search?q=gap")
    body, headers = describe(error, "/v1/search")
    assert (response.status_code, response.json()) == (body["status"], body)
    assert body["detail"] == str(error)
    assert body["type"].startswith("urn:viva:")
    assert (response.headers.get("retry-after") is not None) is (body["status"] == 503)
    assert headers.get("Retry-After") == response.headers.get("retry-after")


async def test_a_surprise_is_logged_and_not_shown(
    client: httpx.AsyncClient, coach: Coach, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(query: str, k: int) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(coach, "search", fail)
    response = await client.get("/v1/search?q=gap")
    assert (response.status_code, response.json()) == snapshot(
        (
            500,
            {
                "type": "about:blank",
                "title": "Internal Server Error",
                "status": 500,
                "detail": "Something went wrong on the server, and was logged there. Try again.",
                "instance": "/v1/search",
            },
        )
    )
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "secret" in caplog.text


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b'{"topic": "k-means"}', "text/plain", 415),
        (b'{"topic": "k-means"}', "application/x-www-form-urlencoded", 415),
        (b'{"topic": "k-means"}', None, 415),
        (b'{"topic": "k-means"}', "application/json; charset=utf-8", 201),
        (b'{"topic": "k-means"}', "application/merge-patch+json", 201),
        (b'{"topic": ', "application/json", 400),
        (b'{"topic": "\xff"}', "application/json", 400),
        (b"\x00\x01\x02", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"seed": ' + b"1" * 5000 + b"}", "application/json", 400),
        (b'{"seed": 1e999}', "application/json", 422),
        (b'{"seed": NaN}', "application/json", 422),
        (b'{"\\ud800": 1}', "application/json", 422),
        (b'{"topic": "\\ud800"}', "application/json", 422),
        (b'{"topic": "\\u0000"}', "application/json", 422),
        (b"\xef\xbb\xbf{}", "application/json", 201),
        (b"", "application/json", 201),
    ],
)
async def test_a_body_that_is_no_json_is_refused_in_plain_words(
    client: httpx.AsyncClient, content: bytes, kind: str | None, status: int
) -> None:
    headers = {"Content-Type": kind} if kind else {}
    response = await client.post("/v1/interviews", content=content, headers=headers)
    assert response.status_code == status, response.text
    if status >= 400:
        assert response.headers["content-type"] == "application/problem+json"
        assert {"type", "title", "status", "detail", "instance"} <= response.json().keys()


async def test_a_body_that_must_be_there_is_asked_for(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/score")
    assert (response.status_code, response.json()["detail"]) == (422, "`body` is missing.")


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/v1/nope", 404, None),
        ("POST", "/nope", 404, None),
        ("GET", "/v1/topics/", 404, None),
        ("GET", "/docs", 404, None),
        ("GET", "/../secret", 404, None),
        ("GET", "/js/%00", 404, None),
        ("PUT", "/v1/interviews", 405, "GET, POST"),
        ("PATCH", "/v1/interviews/x", 405, "DELETE, GET"),
        ("GET", "/v1/score", 405, "POST"),
        ("BREW", "/healthz", 405, "GET"),
    ],
)
async def test_what_is_not_there_is_a_problem(
    client: httpx.AsyncClient, method: str, path: str, status: int, allow: str | None
) -> None:
    response = await client.request(method, path)
    assert (response.status_code, response.headers.get("allow")) == (status, allow)
    assert response.headers["content-type"] == "application/problem+json"


async def test_many_faults_are_listed_each_with_its_field(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/interviews", json={"questions": 0, "style": "exam", **{f"x{n}": n for n in range(50)}})
    problem = response.json()
    assert problem["errors"][:3] == snapshot(
        [
            {"field": "style", "message": "`style` must be one of 'practice' or 'mock'."},
            {"field": "questions", "message": "`questions` must be at least 1."},
            {"field": "x0", "message": "`x0` is not known here; leave it out."},
        ]
    )
    assert len(problem["errors"]) == 20


def test_the_document_names_the_problems_and_their_type(app: FastAPI) -> None:
    document = app.openapi()
    answers = document["paths"]["/v1/interviews/{id}/answers"]["post"]["responses"]
    assert sorted(answers) == snapshot(["200", "400", "401", "404", "406", "409", "413", "415", "422", "500", "503", "507"])
    assert list(answers["409"]["content"]) == ["application/problem+json"]
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert all(
        "example" in str(document["components"]["schemas"][name])
        for name in ("StartInterview", "SendAnswer", "GradeAnswer", "CheckSelf")
    )
