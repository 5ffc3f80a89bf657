"""An accepted answer is never lost, whatever fails."""

from collections.abc import Sequence

import pytest

from app.coach import Coach
from app.content import Catalog
from app.core.errors import AlreadyFinished, NotFound, StorageBusy, StorageFull, Unavailable
from app.core.events import Answered, Decided, Decision, Event, Finished, Judged, Move, Spoke
from app.core.exchange import Outcome, Request, Step, Stored, Token
from app.core.verdict import Intent, Status
from app.prompts import Prompts
from tests.fakes import FixedClock, MemoryStore, NoRetriever, ScriptedJudge, engine
from tests.unit.core import samples


class FullStore(MemoryStore):
    """Has room for `room` more calls."""

    def __init__(self) -> None:
        super().__init__()
        self.room = 1_000

    def _take(self) -> None:
        if not self.room:
            raise StorageFull("The disk is full.")
        self.room -= 1

    async def create(self, id: str, events: Sequence[Event]) -> None:
        self._take()
        await super().create(id, events)

    async def append(self, id: str, expected: int, events: Sequence[Event]) -> None:
        self._take()
        await super().append(id, expected, events)


@pytest.fixture
def catalog() -> Catalog:
    return samples.catalog()


@pytest.fixture
def store() -> FullStore:
    return FullStore()


async def steps(coach: Coach, id: str, turn: int, text: str) -> list[Step]:
    return [step async for step in coach.answer(id, turn, text)]


async def started(coach: Coach) -> str:
    return (await coach.start(Request(topics=("t",), seed=1))).interview.id


@pytest.mark.parametrize("error", [Unavailable("The model is not there."), RuntimeError("A bug.")])
async def test_a_judge_that_fails_loses_nothing(coach: Coach, judge: ScriptedJudge, store: FullStore, error: Exception) -> None:
    """The answer is stored; the same turn sent again is judged on its first words."""
    id = await started(coach)
    judge.fail = error
    stream = coach.answer(id, 1, "met:a It overfits.")
    assert await anext(stream) == Stored(1)
    with pytest.raises(type(error)):
        await anext(stream)
    assert isinstance(store.events[id][-1], Answered)
    judge.fail = None
    [outcome] = await steps(coach, id, 1, "Other words.")
    assert isinstance(outcome, Outcome)
    assert outcome.interview.here.status("a") is Status.MET
    assert outcome.interview.here.answers[0].text == "met:a It overfits."


async def test_the_next_turn_makes_up_for_a_failed_one(coach: Coach, judge: ScriptedJudge) -> None:
    """Turn 2 sent after turn 1 failed: both are judged, in order."""
    id = await started(coach)
    judge.fail = Unavailable("Not now.")
    with pytest.raises(Unavailable):
        await steps(coach, id, 1, "met:a One.")
    judge.fail = None
    outcome = (await steps(coach, id, 2, "met:b Two."))[-1]
    assert isinstance(outcome, Outcome)
    assert [outcome.interview.here.status(id) for id in "abc"] == [Status.MET, Status.MET, Status.ABSENT]
    assert [line.turn for line in outcome.interview.lines] == [0, 1, 1, 2, 2]


@pytest.mark.parametrize("kept", [1, 3])
async def test_a_crash_anywhere_in_a_turn_is_made_up_for(coach: Coach, store: FullStore, kept: int) -> None:
    """Killed when the answer, or the verdicts with the decision, had been stored, the turn ends as it would have."""
    id = await started(coach)
    before = len(store.events[id])
    whole = (await steps(coach, id, 1, "met:a It overfits."))[-1]
    assert isinstance(whole, Outcome)
    del store.events[id][before + kept :]
    interview = await coach.interview(id)
    assert interview.lines == whole.interview.lines
    assert interview.events == whole.interview.events
    assert [type(event) for event in interview.events[before:]] == [Answered, Judged, Decided, Spoke]


async def test_a_crash_before_the_first_words_is_made_up_for(coach: Coach, store: FullStore) -> None:
    """The opening is worded by whoever looks next."""
    outcome = await coach.start(Request(topics=("t",), seed=1))
    del store.events[outcome.interview.id][-1]
    assert (await coach.interview(outcome.interview.id)).message == outcome.message


async def test_a_crash_while_closing_is_made_up_for(coach: Coach, store: FullStore) -> None:
    """The interview is over, and its last words are said."""
    id = await started(coach)
    closing = Decided(at=samples.AT, turn=0, decision=Decision(move=Move.CLOSE, question=0))
    store.events[id] += [closing, Finished(at=samples.AT, reason="candidate")]
    outcome = await coach.finish(id)
    assert (outcome.message.move, outcome.repeated) == (Move.CLOSE, True)
    with pytest.raises(AlreadyFinished):
        await steps(coach, id, 1, "More.")


async def test_a_listener_who_leaves_stops_nothing(coach: Coach) -> None:
    """Closed after the first step or in mid-sentence, the turn is finished by the next call, and the lock is free."""
    id = await started(coach)
    for turn, leave_at in ((1, Stored), (2, Token)):
        stream = coach.answer(id, turn, "met:a It overfits.")
        async for step in stream:
            if isinstance(step, leave_at):
                break
        await stream.aclose()
        interview = await coach.interview(id)
        assert (interview.turn, interview.unjudged, interview.unspoken) == (turn, False, False)


async def test_a_full_store_accepts_nothing(coach: Coach, judge: ScriptedJudge, store: FullStore) -> None:
    """No step is yielded, nothing is judged; with room again the same turn is taken."""
    id = await started(coach)
    store.room, before = 0, list(store.events[id])
    with pytest.raises(StorageFull):
        await anext(coach.answer(id, 1, "Hello."))
    assert (judge.tasks, store.events[id]) == ([], before)
    store.room = 10
    assert (await steps(coach, id, 1, "Hello."))[0] == Stored(1)


@pytest.mark.parametrize("room", [1, 2])
async def test_a_store_that_fills_up_in_mid_turn_keeps_the_answer(coach: Coach, store: FullStore, room: int) -> None:
    """What was accepted is kept; the rest follows when there is room."""
    id = await started(coach)
    store.room = room
    with pytest.raises(StorageFull):
        await steps(coach, id, 1, "met:a It overfits.")
    store.room = 10
    interview = await coach.interview(id)
    assert (interview.turn, interview.here.status("a")) == (1, Status.MET)
    assert interview.message is not None
    assert interview.message.move is Move.PROBE


async def test_an_interview_that_found_no_room_was_never_started(coach: Coach, store: FullStore) -> None:
    """Nothing is left behind."""
    store.room = 0
    with pytest.raises(StorageFull):
        await started(coach)
    assert store.events == {}


async def test_another_process_that_was_first_is_told(coach: Coach, judge: ScriptedJudge, store: FullStore) -> None:
    """Two coaches over one store: the later writer is refused, and the first answer stands."""
    id = await started(coach)
    stream = coach.answer(id, 1, "Mine.")
    assert await anext(stream) == Stored(1)
    other = Judged(at=samples.AT, turn=1, engine="offline", verdicts=(), intent=Intent.ANSWER)
    await store.append(id, len(store.events[id]), [other])
    with pytest.raises(StorageBusy):
        await anext(stream)
    assert (await coach.interview(id)).here.answers[0].text == "Mine."


async def test_another_coach_goes_on_where_the_first_one_died(
    coach: Coach, catalog: Catalog, prompts: Prompts, store: FullStore, clock: FixedClock
) -> None:
    """Everything is in the events: a new process needs nothing else."""
    id = await started(coach)
    first = (await steps(coach, id, 1, "met:a It overfits."))[-1]
    reborn = Coach(
        catalog=catalog,
        engines={"offline": engine(ScriptedJudge(), prompts)},
        default_engine="offline",
        retriever=NoRetriever(),
        store=store,
        clock=clock,
    )
    assert isinstance(first, Outcome)
    assert await reborn.interview(id) == first.interview
    assert (await steps(reborn, id, 2, "More."))[0] == Stored(2)


async def test_an_unknown_interview_is_not_found(coach: Coach) -> None:
    """By any call."""
    for call in (coach.interview, coach.hint, coach.finish, coach.debrief, coach.delete):
        with pytest.raises(NotFound):
            await call("nobody")
    with pytest.raises(NotFound):
        await steps(coach, "nobody", 1, "Hello.")
