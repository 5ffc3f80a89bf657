"""The OpenAPI document against the application: a fuzzer sends what it allows and what it forbids, and believes no answer.

Bounded and repeatable: the same seed sends the same requests.
"""

from collections.abc import Iterator
from itertools import chain, count
from pathlib import Path

import pytest
import schemathesis
from fastapi import FastAPI
from schemathesis import engine as fuzzer
from schemathesis.engine import events
from schemathesis.python import asgi

from app.coach import Coach
from app.config import Settings
from app.http.application import create_app
from app.wiring import Viva
from tests.fakes import stories_beside

#: The answers to valid data that are no fault. 422 stands here for what no schema can say: that a loop has so many
#: questions, that two ids differ, that a quote was said, that an engine is set up.
ACCEPTABLE = ["2xx", "401", "403", "404", "409", "422"]


def config(accept: str | None, examples: int) -> schemathesis.Config:
    """Every phase of the fuzzer, with as many examples each."""
    return schemathesis.Config.from_dict(
        {
            "seed": 1,
            "headers": {"Accept": accept} if accept else {},
            "generation": {"deterministic": True, "max-examples": examples},
            "checks": {
                "positive_data_acceptance": {"expected-statuses": ACCEPTABLE},
                # Takes the 404 of a criterion that an interview does not have for one of the interview's own.
                "ensure_resource_availability": {"enabled": False},
            },
        }
    )


@pytest.fixture
def app(coach: Coach, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FastAPI]:
    """The application over the fakes, with ids and seeds that are the same each time."""
    numbers = count()
    monkeypatch.setattr("app.coach.secrets.token_urlsafe", lambda size: f"interview-{next(numbers)}")
    monkeypatch.setattr("app.coach.secrets.randbelow", lambda below: next(numbers))
    settings = Settings(data_dir=tmp_path)
    yield create_app(settings, Viva(coach, stories_beside(coach), settings, lambda: {"embedding": "ready"}))
    asgi.shutdown_lifespans()


@pytest.mark.parametrize(
    ("accept", "examples", "path"),
    [
        (None, 8, "^(?!/v1/stories)"),
        (None, 20, "^/v1/stories"),
        ("text/event-stream, text/html;q=0.9, */*;q=0.1", 8, "/v1/interviews"),
    ],
    ids=["json", "stories", "streams and pages"],
)
def test_every_answer_is_one_that_the_document_promises(app: FastAPI, accept: str | None, examples: int, path: str) -> None:
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, config=config(accept, examples)).include(path_regex=path)
    faults: list[str] = []
    succeeded: set[str] = set()
    for event in fuzzer.from_schema(schema).execute():
        match event:
            case events.ScenarioFinished():
                for id, interaction in event.recorder.interactions.items():
                    if interaction.response is not None and interaction.response.status_code < 300:
                        succeeded.add(event.recorder.cases[id].value.operation.label)
                for check in chain.from_iterable(event.recorder.checks.values()):
                    if check.failure_info:
                        faults.append(f"{check.name}: {check.failure_info.failure}\n{check.failure_info.code_sample}")
            case events.NonFatalError():
                faults.append(f"{event.label}: {event.value!r}")
            case events.FatalError():
                faults.append(repr(event.exception))
    assert not faults, f"{len(faults)} faults\n" + "\n\n".join(dict.fromkeys(faults))
    # A fuzzer that is turned away everywhere finds nothing either. Words that were said are beyond its guesses.
    labels = {operation.ok().label for operation in schema.get_all_operations()}
    # Nor does it finish the first round of a loop before it asks for the next.
    assert labels - succeeded <= {"POST /v1/interviews/{id}/self-checks", "POST /v1/mock-loops/{id}/next"}
