"""Ending an interview, the candidate's own view of it, and the calls that keep nothing."""

import pytest

from app.coach import Coach
from app.content import Catalog
from app.core.errors import EngineMissing, Invalid, NotFinished, NotFound, Unavailable
from app.core.events import Move
from app.core.exchange import Outcome, Request
from app.core.score import Help
from app.core.verdict import Status
from tests.fakes import MemoryStore, ScriptedJudge
from tests.unit.core import samples


@pytest.fixture
def catalog() -> Catalog:
    return samples.catalog()


async def answer(coach: Coach, id: str, turn: int, text: str) -> Outcome:
    [*_, last] = [step async for step in coach.answer(id, turn, text)]
    assert isinstance(last, Outcome)
    return last


async def started(coach: Coach, questions: int = 1) -> str:
    return (await coach.start(Request(topics=("t",), questions=questions, seed=1))).interview.id


async def finished(coach: Coach) -> str:
    """An interview of one answer that left `b` half said."""
    id = await started(coach)
    await answer(coach, id, 1, "met:a It  overfits.\npartial:b Perhaps.")
    await coach.finish(id)
    return id


async def test_finishing_twice_changes_nothing(coach: Coach, store: MemoryStore) -> None:
    """The candidate's word to end it is taken once."""
    id = await started(coach)
    first = await coach.finish(id)
    events = len(store.events[id])
    again = await coach.finish(id)
    assert (first.message.move, first.interview.status, first.repeated) == (Move.CLOSE, "finished", False)
    assert first.interview.finished is not None
    assert first.interview.finished.reason == "candidate"
    assert (again.message, again.repeated, len(store.events[id])) == (first.message, True, events)


async def test_a_debrief_waits_for_the_end(coach: Coach) -> None:
    """Then it is there, with the note's title and the section to read."""
    id = await started(coach)
    with pytest.raises(NotFinished):
        await coach.debrief(id)
    await answer(coach, id, 1, "met:a It overfits.")
    await coach.finish(id)
    report = await coach.debrief(id)
    assert (report.title, report.overall, [read.topic for read in report.read]) == ("The title", 2.5, ["t"])


async def test_a_debrief_leaves_out_what_was_not_reached(coach: Coach) -> None:
    """Stopped in the first of three questions, only that one is reported."""
    id = await started(coach, questions=3)
    await coach.finish(id)
    assert len((await coach.debrief(id)).questions) == 1


async def test_a_self_check_finds_the_words(coach: Coach) -> None:
    """As they were typed, whatever case and space they are pointed at with; the debrief shows them."""
    id = await finished(coach)
    check = await coach.self_check(id, 0, "b", 1, "IT OVERFITS")
    assert (check.quote, check.turn) == ("It  overfits", 1)
    report = await coach.debrief(id)
    [own] = [item.own_view for item in report.questions[0].criteria if item.own_view]
    assert (own.quote, report.own_overall) == ("It  overfits", 4.17)


async def test_a_self_check_can_be_taken_back(coach: Coach) -> None:
    """With an empty quote."""
    id = await finished(coach)
    await coach.self_check(id, 0, "b", 1, "Perhaps")
    taken_back = await coach.self_check(id, 0, "b", 1, "  ")
    assert taken_back.quote == ""
    assert (await coach.debrief(id)).own_overall is None


@pytest.mark.parametrize(
    ("question", "criterion", "turn", "quote", "field"),
    [
        (0, "b", 1, "never said", "quote"),
        (0, "b", 2, "Perhaps", "quote"),
        (0, "b", 0, "Ask t-mid", "quote"),
        (0, "zebra", 1, "Perhaps", "criterion"),
        (1, "b", 1, "Perhaps", "criterion"),
        (-1, "b", 1, "Perhaps", "criterion"),
    ],
)
async def test_a_self_check_needs_words_of_ones_own(
    coach: Coach, store: MemoryStore, question: int, criterion: str, turn: int, quote: str, field: str
) -> None:
    """In that answer, on a criterion that was asked about; nothing is kept else."""
    id = await finished(coach)
    before = len(store.events[id])
    with pytest.raises(Invalid) as error:
        await coach.self_check(id, question, criterion, turn, quote)
    assert (error.value.field, len(store.events[id])) == (field, before)


async def test_a_self_check_waits_for_the_end(coach: Coach) -> None:
    """What counts is settled while the interview runs."""
    with pytest.raises(NotFinished):
        await coach.self_check(await started(coach), 0, "a", 1, "words")


async def test_a_score_keeps_nothing(coach: Coach, store: MemoryStore) -> None:
    """One answer, any rubric: verdicts and a score, and no interview left behind."""
    question = samples.question(samples.criterion("mine", weight=2), samples.criterion("other"))
    interview = await coach.score(question, "met:mine It overfits.\nwrong:other Never said so at all.")
    assert interview.score().overall == 2.5
    assert [state.status("mine") for state in interview.questions] == [Status.MET]
    assert interview.here.standings["mine"].help is Help.NONE
    assert store.events == {}


async def test_a_probe_is_the_next_move_and_keeps_nothing(coach: Coach, store: MemoryStore) -> None:
    """Worded as in an interview; the same input gives the same words."""
    question = samples.question()
    first, again = [await coach.probe(question, "met:a It overfits.") for _ in range(2)]
    assert (first.message.move, first.message.text) == (Move.PROBE, again.message.text)
    assert "What of b?" in first.message.text
    assert [verdict.status for verdict in first.verdicts] == [Status.MET, Status.ABSENT, Status.ABSENT]
    assert store.events == {}


async def test_a_probe_closes_when_nothing_is_left(coach: Coach) -> None:
    """There is nothing to ask for."""
    outcome = await coach.probe(samples.question(), "met:a One.\nmet:b Two.\nmet:c Three.")
    assert outcome.message.move is Move.CLOSE


async def test_stateless_calls_refuse_what_an_interview_refuses(coach: Coach, judge: ScriptedJudge) -> None:
    """Empty answers, engines that are not there, and a judge that cannot judge."""
    question = samples.question()
    with pytest.raises(Invalid):
        await coach.score(question, " ")
    with pytest.raises(EngineMissing):
        await coach.probe(question, "Hello.", engine="oracle")
    judge.fail = Unavailable("Not now.")
    with pytest.raises(Unavailable):
        await coach.score(question, "Hello.")


async def test_interviews_are_listed_newest_first(coach: Coach) -> None:
    """With their status and turn, a page at a time."""
    ids = [await started(coach) for _ in range(3)]
    await answer(coach, ids[1], 1, "Hello.")
    await coach.finish(ids[0])
    summaries = await coach.list()
    assert [(one.id, one.status, one.turn) for one in summaries] == [
        (ids[2], "open", 0),
        (ids[1], "open", 1),
        (ids[0], "finished", 0),
    ]
    assert [one.id for one in await coach.list(limit=1, offset=1)] == [ids[1]]


async def test_a_deleted_interview_is_forgotten(coach: Coach) -> None:
    """It is not listed, not found, and cannot be deleted twice."""
    id, other = await started(coach), await started(coach)
    await coach.delete(id)
    assert [one.id for one in await coach.list()] == [other]
    for call in (coach.interview, coach.delete):
        with pytest.raises(NotFound):
            await call(id)
