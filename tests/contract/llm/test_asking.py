"""How the engine asks: the ladder of structured output, what refusals teach it, its limits, and leaving a sick server alone."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from app.core.errors import EngineMissing
from app.engines.llm import Endpoint, ModelClient
from app.engines.llm import client as module
from app.engines.llm.dialect import Rung
from app.engines.llm.faults import Fault, Kind
from eval.scripted_model import Asked, Reply, Says, ScriptedModel, Sends, plain
from tests.contract.llm.conftest import Bench
from tests.contract.llm.faults import judging, problem


def lacking(*rungs: str, status: int = 400) -> Callable[[Asked], Reply]:
    """A server that knows nothing of these forms."""
    return judging(lambda asked: problem(status, f"unknown {asked.rung}") if asked.rung in rungs else plain(asked))


@pytest.mark.parametrize("status", [400, 422, 500])
@pytest.mark.parametrize(
    ("lacks", "ends_at"),
    [((), Rung.JSON_SCHEMA), (("json_schema",), Rung.JSON_OBJECT), (("json_schema", "json_object"), Rung.PROMPT)],
)
async def test_it_goes_down_the_ladder_once(
    lacks: tuple[str, ...], ends_at: Rung, status: int, make: Callable[..., Bench], endpoint: Endpoint
) -> None:
    """To the first form that the server takes; the next turn begins there."""
    bench = make(endpoint, rung=None)
    bench.model.script = lacking(*lacks, status=status)
    first = await bench.turn()
    assert (bench.client.dialect.rung, first.outcome.interview.judged[0].engine) == (ends_at, "llm")
    before = len(bench.model.asked)
    await bench.turn(outcome=first.outcome)
    assert [asked.rung for asked in bench.model.asked[before:] if asked.judging] == [ends_at]


async def test_a_moments_weakness_is_not_taken_for_a_lack(make: Callable[..., Bench], endpoint: Endpoint) -> None:
    """A 500 that does not come again leaves the surest form in use."""
    bench = make(endpoint, rung=None)
    bench.model.script = judging(problem(500), plain)
    await bench.turn()
    assert bench.client.dialect.rung is Rung.JSON_SCHEMA


async def test_a_server_that_is_down_teaches_nothing(make: Callable[..., Bench], endpoint: Endpoint) -> None:
    """When every form fails, none is remembered, and the first fault is the one that is told."""
    bench = make(endpoint, rung=None)
    bench.model.script = judging(problem(503))
    turn = await bench.turn()
    assert bench.client.dialect.rung is None
    assert turn.outcome.interview.judged[0].engine == "offline"


async def test_many_first_answers_find_out_together(make: Callable[..., Bench], endpoint: Endpoint) -> None:
    """One goes down the ladder, the others wait for what it finds."""
    bench = make(endpoint, rung=None)
    bench.model.script = lacking("json_schema", status=400)
    await asyncio.gather(*(bench.turn() for _ in range(8)))
    assert [asked.rung for asked in bench.model.asked if asked.judging] == ["json_schema"] + ["json_object"] * 8


async def test_each_form_carries_the_schema_as_its_servers_want_it(bench: Bench) -> None:
    """`json_schema` is strict and closed; `json_object` has the schema beside its type."""
    await bench.turn()
    asked = next(asked for asked in bench.model.asked if asked.judging)
    form = asked.body["response_format"]["json_schema"]
    assert form["strict"] is True
    assert form["schema"]["required"] == ["verdicts", "intent", "asks_about", "to_grader"]
    item = form["schema"]["properties"]["verdicts"]["items"]
    assert item["additionalProperties"] is False
    assert set(item["properties"]["criterion"]["enum"]) >= set(asked.open_criteria)
    bench.client.dialect.rung = Rung.JSON_OBJECT
    await bench.turn()
    assert bench.model.asked[-2].body["response_format"] == {"type": "json_object", "schema": form["schema"]}


@pytest.mark.parametrize(
    ("refusal", "body"),
    [
        ("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", {"max_completion_tokens"}),
        ("Unsupported value: 'temperature' does not support 0.0 with this model.", {"max_tokens"}),
    ],
)
async def test_a_refused_parameter_is_learned(refusal: str, body: set[str], bench: Bench) -> None:
    """The request is sent again without it, and so is every later one."""
    wrong = {"max_tokens"} if "max_tokens" in refusal else {"temperature"}

    def script(asked: Asked) -> Reply:
        return problem(400, refusal) if wrong & asked.body.keys() else plain(asked)

    bench.model.script = script
    turn = await bench.turn()
    assert turn.outcome.interview.judged[0].engine == "llm"
    assert bench.outcomes.count("judge: bad_request") == 1
    assert body <= bench.model.asked[-1].body.keys()
    assert not wrong & bench.model.asked[-1].body.keys()


async def test_after_five_outages_the_model_is_left_alone(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Turns go to the reserve at once, until a moment has passed; then one that goes well makes all well."""
    monkeypatch.setattr(module, "REST", 0.3)
    bench.model.script = judging(problem(401))
    for _ in range(5):
        await bench.turn()
    sent = len(bench.model.asked)
    turn = await bench.turn()
    assert len(bench.model.asked) == sent
    assert "left alone for a moment" in turn.outcome.interview.judged[-1].trouble
    bench.model.script = plain
    await asyncio.sleep(0.4)
    turn = await bench.turn()
    assert turn.outcome.interview.judged[-1].engine == "llm"


async def test_answers_that_cannot_be_used_do_not_close_the_door(bench: Bench) -> None:
    """A refusal says nothing of the server."""
    bench.model.script = judging(Says(refusal="no"))
    for _ in range(7):
        await bench.turn()
    assert len([asked for asked in bench.model.asked if asked.judging]) == 7


async def test_no_more_requests_than_allowed_are_under_way(make: Callable[..., Bench], endpoint: Endpoint) -> None:
    """The others wait for their place."""
    bench = make(replace(endpoint, concurrency=2, timeout=20))
    bench.model.script = lambda asked: replace(plain(asked), first=0.05)  # type: ignore[type-var]
    started = time.monotonic()
    await asyncio.gather(*(bench.turn() for _ in range(6)))
    assert len(bench.model.asked) == 12
    assert time.monotonic() - started >= 12 * 0.05 / 2


async def test_a_key_is_sent_where_there_is_one(make: Callable[..., Bench], endpoint: Endpoint) -> None:
    """And servers without keys get one that means nothing: the SDK insists."""
    for given, sent in (("secret", "secret"), (None, "no-key")):
        bench = make(replace(endpoint, api_key=given))
        await bench.turn()
        assert {asked.key for asked in bench.model.asked[-2:]} == {sent}


async def test_models_are_listed_or_the_fault_is_told(model: ScriptedModel) -> None:
    """For `viva doctor`."""
    client = ModelClient(Endpoint(base_url=model.url))
    assert await client.models() == ["scripted"]
    await client.close()
    away = ModelClient(Endpoint(base_url="http://127.0.0.1:9/v1"))
    with pytest.raises(Fault) as fault:
        await away.models()
    assert fault.value.kind is Kind.UNREACHABLE
    await away.close()


async def test_an_engine_that_is_not_set_up_is_named(bench: Bench) -> None:
    """For a new interview; one that goes on is another matter."""
    with pytest.raises(EngineMissing, match="'gpt' is not set up"):
        await bench.start(engine="gpt")


async def test_a_body_that_is_cut_short_is_tried_again(bench: Bench) -> None:
    """The header promises more than comes."""
    bench.model.script = judging(Sends(body="{}", headers={"content-length": "5000"}), plain)
    turn = await bench.turn()
    assert turn.outcome.interview.judged[0].engine == "llm"
    assert bench.outcomes[:2] == ["judge: unreachable", "judge: ok"]
