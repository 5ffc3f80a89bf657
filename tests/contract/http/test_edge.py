"""What holds for every request: headers, sizes, keys, the page, what is counted."""

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.coach import Coach
from app.config import Settings
from app.core.errors import Invalid
from app.http.application import create_app
from app.http.auth import check_exposure
from app.wiring import Viva
from tests.contract.http.conftest import Parts, talking_to
from tests.fakes import stories_beside


async def test_every_response_is_sealed(client: httpx.AsyncClient) -> None:
    for path in ("/", "/v1/topics", "/nope", "/healthz"):
        headers = (await client.get(path)).headers
        assert headers["content-security-policy"].startswith("default-src 'self'")
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
    assert (await client.get("/v1/topics")).headers["cache-control"] == "no-store"


async def test_a_body_of_a_megabyte_is_refused_by_its_header(client: httpx.AsyncClient) -> None:
    for path in ("/v1/score", "/v1/interviews/x/hint", "/nope"):
        response = await client.post(path, content=b"x" * 2**20, headers={"Content-Type": "application/json"})
        assert (response.status_code, response.headers["content-type"]) == (413, "application/problem+json")


async def test_a_body_that_hides_its_size_is_cut_off_at_the_limit(client: httpx.AsyncClient) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 2**16
            yield b" " * 2**16

    response = await client.post("/v1/score", content=endless(), headers={"Content-Type": "application/json"})
    assert (response.status_code, response.headers["content-type"]) == (413, "application/problem+json")
    assert taken <= 2**18 + 2**17


async def test_a_key_is_asked_for_on_v1_and_nowhere_else(tmp_path: Path, coach: Coach, parts: Parts) -> None:
    settings = Settings(data_dir=tmp_path, api_keys=("first", "zweiter-schlüssel"))
    async with talking_to(create_app(settings, Viva(coach, stories_beside(coach), settings, parts))) as client:
        for path in ("/healthz", "/readyz", "/metrics", "/", "/openapi.json"):
            assert (await client.get(path)).status_code == 200
        for path in ("/v1/topics", "/v1/nope", "/v1"):
            refused = await client.get(path)
            assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
            assert refused.headers["content-type"] == "application/problem+json"
        for wrong in ("Bearer", "Bearer ", "Bearer firs", "Bearer firstt", "Basic first", "first", "Bearer first zweiter"):
            assert (await client.get("/v1/topics", headers={"Authorization": wrong})).status_code == 401
        for right in ("Bearer first", "bearer  first", "Bearer zweiter-schlüssel".encode()):
            assert (await client.get("/v1/topics", headers={"Authorization": right})).status_code == 200
        malformed = await client.post("/v1/score", content=b"{", headers={"Content-Type": "application/json"})
        assert malformed.status_code == 401


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_a_loopback_address_needs_no_key(host: str) -> None:
    check_exposure(Settings(host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.1.5", "viva.example"])
async def test_any_other_address_does(host: str, tmp_path: Path, coach: Coach, parts: Parts) -> None:
    check_exposure(Settings(host=host, api_keys=("key",)))
    open_to_all = Settings(host=host, data_dir=tmp_path)
    with pytest.raises(Invalid, match="VIVA_API_KEYS"):
        async with talking_to(create_app(open_to_all, Viva(coach, stories_beside(coach), open_to_all, parts))):
            pass


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/js/main.js", "text/javascript; charset=utf-8"),
        ("/favicon.svg", "image/svg+xml"),
    ],
)
async def test_the_page_has_its_types_and_is_checked_for_changes(client: httpx.AsyncClient, path: str, kind: str) -> None:
    first = await client.get(path)
    assert (first.status_code, first.headers["content-type"], first.headers["cache-control"]) == (200, kind, "no-cache")
    again = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, "no-cache")
    assert (await client.head(path)).status_code == 200


async def test_health_and_readiness(client: httpx.AsyncClient, parts: Parts) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    assert (await client.get("/readyz")).json() == {"status": "ready", "embedding": "ready"}
    parts.states["embedding"] = "loading"
    assert (await client.get("/readyz")).json() == {"status": "ready", "embedding": "loading"}
    parts.states["embedding"] = "the model's folder is empty"
    response = await client.get("/readyz")
    assert (response.status_code, response.json()["detail"]) == (503, "embedding: the model's folder is empty")


async def test_requests_turns_and_verdicts_are_counted(client: httpx.AsyncClient) -> None:
    id = (await client.post("/v1/interviews", json={"topic": "bias-variance", "seed": 1})).json()["id"]
    for _ in range(2):
        await client.post(f"/v1/interviews/{id}/answers", json={"text": "met:gap-reads-variance a gap", "turn": 1})
    await client.request("BREW", "/v1/topics")
    await client.get("/nope")
    response = await client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    lines = response.text.splitlines()
    for line in (
        'viva_requests_total{method="POST",route="/v1/interviews/{id}/answers",status="200"} 2.0',
        'viva_requests_total{method="other",route="/v1/topics",status="405"} 1.0',
        'viva_requests_total{method="GET",route="page",status="404"} 1.0',
        'viva_request_seconds_count{route="/v1/interviews"} 1.0',
        "viva_turns_total 1.0",
        'viva_verdicts_total{status="met"} 1.0',
        "viva_open_streams 0.0",
    ):
        assert line in lines


def test_starting_pays_for_nothing_that_is_not_needed_yet() -> None:
    probe = "import sys, app.http.application; print(*{'chromadb', 'openai', 'torch', 'transformers'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


async def test_two_applications_count_apart(client: httpx.AsyncClient, settings: Settings, coach: Coach, parts: Parts) -> None:
    await client.get("/nope")
    async with talking_to(create_app(settings, Viva(coach, stories_beside(coach), settings, parts))) as other:
        assert 'route="page"' not in (await other.get("/metrics")).text
