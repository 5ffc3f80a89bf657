"""The engine against a server that nobody wrote for this test: llama-cpp-python with a tiny random model. `make contract`.

Its grammar makes gibberish of the right shape, so the whole path runs: requests, streams, the ladder, validation, and a
turn whose verdicts are whatever they are. Apart from `make test`, because the server takes minutes to build.
"""

import os
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from app.coach import Coach
from app.content import Catalog
from app.core.exchange import Outcome, Request
from app.core.usage import Call
from app.engines.llm import Endpoint, ModelClient, llm_engine
from app.engines.llm.dialect import Rung
from app.engines.llm.faults import Fault, Kind
from app.engines.llm.replies import schema
from app.prompts import Prompts
from tests.fakes import STORY_RUBRIC, FixedClock, MemoryStore, OnePassage, ScriptedJudge, engine

#: The interpreter of the environment that has the server; `make contract` sets it.
PYTHON = os.environ["VIVA_TEST_LLAMA_PYTHON"]
HELLO = [{"role": "system", "content": "You are brief."}, {"role": "user", "content": "Say something."}]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the server listens."""
    model = tmp_path_factory.mktemp("gguf") / "tiny.gguf"
    subprocess.run([PYTHON, Path(__file__).with_name("tiny_gguf.py"), model], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    options = ["--model", model, "--n_ctx", "32768", "--host", "127.0.0.1", "--port", port, "--seed", "1"]
    log = (model.parent / "log").open("wb")
    server = subprocess.Popen([PYTHON, "-m", "llama_cpp.server", *options], stdout=log, stderr=log)
    try:
        base, until = f"http://127.0.0.1:{port}/v1", time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{base}/models", trust_env=False).raise_for_status()
                break
            except httpx.HTTPError:
                assert time.monotonic() < until, (model.parent / "log").read_text()
                time.sleep(0.2)
        yield base
    finally:
        server.terminate()
        server.wait(20)
        log.close()


@pytest.fixture
async def client(url: str) -> AsyncIterator[ModelClient]:
    client = ModelClient(Endpoint(base_url=url, timeout=300, stall=120, wait=0.05))
    yield client
    await client.close()


async def test_a_plain_answer(client: ModelClient) -> None:
    """Text, or that it ran out of room: random weights come to an end when they like."""
    log: list[Call] = []
    for _ in range(20):
        with suppress(Fault):
            text = await client.complete(HELLO, purpose="judge", model="tiny", tokens=200, temperature=1.0, schema=None, log=log)
            assert text.strip()
            break
    assert {call.outcome for call in log} <= {"ok", Kind.TRUNCATED, Kind.EMPTY}
    assert log[-1].outcome == "ok"
    assert log[-1].prompt_tokens > 0
    assert log[-1].completion_tokens > 0


async def test_a_streamed_answer(client: ModelClient) -> None:
    """Piece by piece, with an end that is told."""
    log: list[Call] = []
    for _ in range(20):
        with suppress(Fault):
            stream = client.stream(HELLO, purpose="probe", model="tiny", tokens=200, temperature=1.0, log=log)
            assert len([piece async for piece in stream]) > 1
            break
    assert {call.outcome for call in log} <= {"ok", Kind.TRUNCATED, Kind.EMPTY}
    assert log[-1].outcome == "ok"


async def test_an_answer_bound_to_a_schema(client: ModelClient, catalog: Catalog) -> None:
    """The server answers 500 to `json_schema`; the next rung bears, and its grammar holds."""
    question = catalog.questions["bias-variance"][0]
    log: list[Call] = []
    text = await client.complete(
        HELLO, purpose="judge", model="tiny", tokens=2000, temperature=0.0, schema=schema(question), log=log
    )
    assert client.dialect.rung is Rung.JSON_OBJECT
    assert [call.outcome for call in log] == ["server_error", "server_error", "ok"]
    assert text.lstrip().startswith("{")
    assert '"verdicts"' in text


async def test_a_whole_turn(client: ModelClient, catalog: Catalog, prompts: Prompts) -> None:
    """Gibberish gets no credit that is not in the answer, and the interview goes on."""
    reserve = engine(ScriptedJudge(), prompts)
    counted: list[Call] = []
    llm = llm_engine(
        client,
        prompts,
        judge_model="tiny",
        speaker_model="tiny",
        samples=1,
        rubric=STORY_RUBRIC,
        reserve=engine(ScriptedJudge(), prompts),
        observe=counted.append,
    )
    coach = Coach(
        catalog=catalog,
        engines={"offline": reserve, "llm": llm},
        default_engine="llm",
        retriever=OnePassage(),
        store=MemoryStore(),
        clock=FixedClock(),
    )
    outcome = await coach.start(Request(topics=("bias-variance",), question="wide-gap-trees", seed=1))
    answer = "The gap is wide, so I would call it overfitting."
    steps = [step async for step in coach.answer(outcome.interview.id, 1, answer)]
    last = steps[-1]
    assert isinstance(last, Outcome)
    assert last.message.text.strip()
    assert all(verdict.quote in answer for verdict in last.verdicts)
    assert {call.purpose for call in counted} >= {"judge"}
    print([f"{call.purpose}: {call.outcome}" for call in counted], last.interview.judged[-1].engine, repr(last.message.text))
