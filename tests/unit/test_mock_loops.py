"""A mock loop over a coach: its rounds begin one after the other, and are found again."""

from dataclasses import replace

import pytest

from app.coach import Coach
from app.content import Catalog
from app.core.errors import Conflict, NotFound
from app.core.events import Round, Style
from app.core.rubric import Level, Loop, Stage
from app.mock_loops import MockLoops
from tests.unit.core import samples

WEIGHTS = {Round.CODING: 40, Round.CONCEPTS: 30, Round.SYSTEM_DESIGN: 20, Round.BEHAVIORAL: 10}
LOOPS = {"code": Loop.CODING, "trees": Loop.MODELING, "design": Loop.SYSTEMS, "stories": Loop.BEHAVIORAL}


@pytest.fixture
def catalog() -> Catalog:
    """A topic for each round; `design` has one case."""
    questions = {topic: (samples.question(id=f"{topic}-q", topic=topic),) for topic in LOOPS}
    stages = (replace(questions["design"][0], id=f"feed-{stage}", case="feed", stage=stage) for stage in Stage)
    questions["design"] = tuple(stages)
    notes = {topic: replace(samples.note(topic), loop=loop) for topic, loop in LOOPS.items()}
    return Catalog(notes=notes, questions=questions, hashes={"notes": "n", "rubrics": "r"})


@pytest.fixture
def loops(coach: Coach) -> MockLoops:
    return MockLoops(coach, WEIGHTS)


async def test_the_rounds_follow_one_another(coach: Coach, loops: MockLoops) -> None:
    """Each is a timed mock interview with questions of its kind; the next waits until one has ended."""
    loop = await loops.begin(level=Level.MID, seed=3)
    for round, topic in zip(Round, LOOPS, strict=True):
        current = loop.next
        assert current is not None
        assert (current.round, current.status) == (round, "open")
        interview = current.interview
        assert interview is not None
        assert {q.topic for q in interview.started.plan} == {topic}
        assert (interview.started.style, bool(interview.deadline)) == (Style.MOCK, True)
        with pytest.raises(Conflict, match="still open"):
            await loops.go_on(loop.id)
        await coach.finish(interview.id)
        if round is not Round.BEHAVIORAL:
            loop = await loops.go_on(loop.id)
    assert (await loops.read(loop.id)).next is None
    with pytest.raises(Conflict, match="Every round"):
        await loops.go_on(loop.id)


async def test_a_loop_keeps_the_weights_it_began_with(coach: Coach, loops: MockLoops) -> None:
    """A setting that changes meanwhile does not change it."""
    loop = await loops.begin()
    later = await MockLoops(coach, {Round.BEHAVIORAL: 1}).read(loop.id)
    assert {each.round: each.weight for each in later.rounds} == WEIGHTS


async def test_an_outline_begins_nothing(loops: MockLoops, coach: Coach) -> None:
    """It says what a loop would be."""
    outline = loops.outline()
    assert [(each.round, each.questions, each.minutes, each.status) for each in outline.rounds] == [
        (Round.CODING, 1, 8, "waiting"),
        (Round.CONCEPTS, 1, 8, "waiting"),
        (Round.SYSTEM_DESIGN, 1, 45, "waiting"),
        (Round.BEHAVIORAL, 1, 8, "waiting"),
    ]
    assert await coach.list() == []


async def test_what_is_not_there_is_not_found(coach: Coach, loops: MockLoops) -> None:
    """No such loop; and no loop at all where nothing has weight."""
    with pytest.raises(NotFound, match="no mock loop 'x'"):
        await loops.read("x")
    with pytest.raises(NotFound, match="no questions"):
        await MockLoops(coach, {}).begin()


async def test_a_round_that_was_deleted_can_be_taken_again(coach: Coach, loops: MockLoops) -> None:
    """Its place in the loop waits."""
    loop = await loops.begin()
    first = loop.rounds[0].interview
    assert first is not None
    await coach.finish(first.id)
    second = (await loops.go_on(loop.id)).rounds[1].interview
    assert second is not None
    await coach.finish(second.id)
    await coach.delete(second.id)
    assert [each.status for each in (await loops.go_on(loop.id)).rounds] == ["finished", "open", "waiting", "waiting"]
