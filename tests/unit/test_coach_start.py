"""Setting up an interview: which questions it asks, and what is refused."""

from collections.abc import Callable

import pytest

from app.coach import Coach
from app.content import Catalog
from app.core.errors import EngineMissing, Invalid, NotFound
from app.core.events import Move, Style
from app.core.exchange import Request
from app.core.plan import QUESTION_MINUTES
from app.core.rubric import Level, Loop
from tests.fakes import MemoryStore
from tests.unit.core import samples


@pytest.fixture
def catalog() -> Catalog:
    return samples.catalog()


async def test_starting_asks_the_first_question(coach: Coach) -> None:
    """The question's own words, in turn 0, under the engine and the versions that will judge it."""
    outcome = await coach.start(Request(topics=("t",), seed=1))
    assert (outcome.message.move, outcome.message.turn) == (Move.OPEN, 0)
    assert "Ask t-mid?" in outcome.message.text
    assert outcome.interview.started.engine == "offline"
    assert outcome.interview.started.versions is not None
    assert set(outcome.interview.started.versions) == {"notes", "rubrics", "prompts"}


async def test_the_same_seed_makes_the_same_interview(coach: Coach) -> None:
    """The same questions and, to the same answers, the same words; no seed, a fresh one."""
    told = []
    for _ in range(2):
        id = (await coach.start(Request(questions=3, seed=7))).interview.id
        for turn in range(1, 6):
            assert [step async for step in coach.answer(id, turn, "wrong:b No." if turn == 2 else "Hm.")]
        told.append([line.text for line in (await coach.interview(id)).lines])
    assert told[0] == told[1]
    seeds = {(await coach.start(Request())).interview.started.seed for _ in range(3)}
    assert len(seeds) == 3


@pytest.mark.parametrize(
    ("request_", "minutes"),
    [
        (Request(seed=1), None),
        (Request(seed=1, style=Style.MOCK), QUESTION_MINUTES),
        (Request(seed=1, style=Style.MOCK, questions=3), 3 * QUESTION_MINUTES),
        (Request(seed=1, style=Style.MOCK, minutes=5), 5),
        (Request(seed=1, minutes=5), 5),
    ],
)
async def test_a_mock_interview_is_timed(coach: Coach, request_: Request, minutes: int | None) -> None:
    """Eight minutes a question unless it says otherwise; practice takes its time unless it says otherwise."""
    assert (await coach.start(request_)).interview.started.minutes == minutes


@pytest.mark.parametrize(
    ("request_", "error", "said"),
    [
        (Request(topics=("zebra",)), NotFound, "no topic 'zebra'. Topics: t, u"),
        (Request(topics=("t", "zebra")), NotFound, "zebra"),
        (Request(loop=Loop.CODING), NotFound, "no topic yet"),
        (Request(topics=("u",), questions=2), Invalid, "Only 1 question can"),
        (Request(engine="oracle"), EngineMissing, "Engines: offline"),
        (Request(topics=("t",), question="u-mid"), NotFound, "no question 'u-mid' in t"),
    ],
)
async def test_what_cannot_be_asked_is_refused(
    coach: Coach, store: MemoryStore, request_: Request, error: type[Exception], said: str
) -> None:
    """With what there is instead, and nothing stored."""
    with pytest.raises(error, match=said):
        await coach.start(request_)
    assert store.events == {}


@pytest.mark.parametrize(
    ("request_", "chosen"),
    [
        (Request(topics=("t",), level=Level.SENIOR), lambda ids: ids == ["t-senior"]),
        (Request(topics=("u", "t"), questions=2), lambda ids: ids == ["u-mid", "t-mid"]),
        (Request(topics=("u", "u")), lambda ids: ids == ["u-mid"]),
        (Request(topics=("t",), question="t-junior"), lambda ids: ids == ["t-junior"]),
        (Request(loop=Loop.MODELING, questions=4), lambda ids: len(set(ids)) == 4),
    ],
)
async def test_the_request_chooses_the_questions(coach: Coach, request_: Request, chosen: Callable[[list[str]], bool]) -> None:
    """By topic, level, loop or name."""
    plan = (await coach.start(request_)).interview.started.plan
    assert chosen([question.id for question in plan])
