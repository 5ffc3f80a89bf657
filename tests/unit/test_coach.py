"""A turn, from the answer to the interviewer's next words."""

import asyncio

import pytest

from app.coach import Coach
from app.content import Catalog
from app.core.errors import AlreadyFinished, Invalid, NoHintLeft, TurnOutOfOrder
from app.core.events import Answered, Decided, Judged, Move, Spoke, Style
from app.core.exchange import MAX_ANSWER, Outcome, Request, Scored, Step, Stored, Token
from app.core.ports import Judgement, Task
from app.core.score import Help
from app.core.verdict import Intent, Status
from tests.fakes import FixedClock, MemoryStore, ScriptedJudge
from tests.unit.core import samples

TOPIC = Request(topics=("t",), seed=1)


@pytest.fixture
def catalog() -> Catalog:
    return samples.catalog()


async def steps(coach: Coach, id: str, turn: int, text: str) -> list[Step]:
    return [step async for step in coach.answer(id, turn, text)]


async def answer(coach: Coach, id: str, turn: int, text: str) -> Outcome:
    last = (await steps(coach, id, turn, text))[-1]
    assert isinstance(last, Outcome)
    return last


async def started(coach: Coach, request: Request = TOPIC) -> str:
    return (await coach.start(request)).interview.id


def status(outcome: Outcome, criterion: str) -> Status:
    return outcome.interview.here.status(criterion)


async def test_a_turn_goes_step_by_step(coach: Coach) -> None:
    """Stored, then scored, then the words piece by piece, and the outcome last, which holds them all."""
    taken = await steps(coach, await started(coach), 1, "met:a It overfits.")
    stored, scored, *tokens, outcome = taken
    assert stored == Stored(1)
    assert isinstance(scored, Scored)
    assert [verdict.status for verdict in scored.verdicts] == [Status.MET, Status.ABSENT, Status.ABSENT]
    assert len(tokens) > 1
    assert isinstance(outcome, Outcome)
    assert outcome.message.text == "".join(token.text for token in tokens if isinstance(token, Token))
    assert (outcome.message.move, outcome.verdicts, outcome.repeated) == (Move.PROBE, scored.verdicts, False)
    assert "What of b?" in outcome.message.text


async def test_every_step_is_an_event(coach: Coach, store: MemoryStore) -> None:
    """The record of a turn: what was said, judged, decided and worded."""
    id = await started(coach)
    before = len(store.events[id])
    await answer(coach, id, 1, "Hello.")
    assert [type(event) for event in store.events[id][before:]] == [Answered, Judged, Decided, Spoke]


async def test_the_answer_is_stored_before_it_is_judged(
    coach: Coach, judge: ScriptedJudge, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A judge that looks into the store finds the answer there."""
    id, seen, told = await started(coach), [], False

    async def looking(task: Task) -> Judgement:
        seen.append((store.events[id][-1], told))
        return await ScriptedJudge.judge(judge, task)

    monkeypatch.setattr(judge, "judge", looking)
    async for step in coach.answer(id, 1, "Hello."):
        told = told or isinstance(step, Stored)
    [(last, told_before)] = seen
    assert isinstance(last, Answered)
    assert (last.text, told_before) == ("Hello.", True)


async def test_the_judge_is_asked_for_what_is_open(coach: Coach, judge: ScriptedJudge) -> None:
    """Every answer to the question, the criteria not met yet, and what the interviewer had just asked for."""
    id = await started(coach)
    await answer(coach, id, 1, "met:a It overfits.")
    await answer(coach, id, 2, "More.")
    task = judge.tasks[-1]
    assert [criterion.id for criterion in task.criteria] == ["b", "c"]
    assert [(said.turn, said.text) for said in task.answers] == [(1, "met:a It overfits."), (2, "More.")]
    assert task.target == "b"


async def test_the_judge_gets_ready_while_the_candidate_thinks(coach: Coach, judge: ScriptedJudge) -> None:
    """For each question when it is asked."""
    id = await started(coach, Request(topics=("t", "u"), questions=2, seed=1))
    for turn in range(1, 5):
        await answer(coach, id, turn, "Hm.")
    await asyncio.sleep(0)
    assert judge.prepared == ["t-mid", "u-mid"]


async def test_no_words_no_credit(coach: Coach) -> None:
    """A quote that is not in the answer, and a criterion that was not asked about, earn nothing."""
    id = await started(coach)
    outcome = await answer(coach, id, 1, "partial:b \nmet:zebra It overfits.\nmet:a It  OVERFITS.")
    assert [(v.criterion, v.status) for v in outcome.verdicts] == [
        ("a", Status.MET),
        ("b", Status.UNSCORED),
        ("c", Status.ABSENT),
    ]


# The same turn again, and turns that do not belong


async def test_the_same_turn_again_gives_its_first_outcome(coach: Coach, judge: ScriptedJudge, store: MemoryStore) -> None:
    """Whatever it says this time and however far the interview has gone: nothing is judged or stored."""
    id = await started(coach)
    first = await answer(coach, id, 1, "met:a It overfits.")
    await coach.hint(id)
    await answer(coach, id, 2, "More.")
    events, judged = len(store.events[id]), len(judge.tasks)
    [again] = await steps(coach, id, 1, "Something else.")
    assert isinstance(again, Outcome)
    assert (again.message, again.verdicts, again.repeated) == (first.message, first.verdicts, True)
    assert again.interview == first.interview
    assert (len(store.events[id]), len(judge.tasks)) == (events, judged)


async def test_two_of_the_same_turn_at_once_are_judged_once(coach: Coach, judge: ScriptedJudge) -> None:
    """The second waits for the first, and gets the same outcome."""
    id = await started(coach)
    one, two = await asyncio.gather(*(answer(coach, id, 1, text) for text in ("met:a First.", "met:b Second.")))
    assert (one.repeated, two.repeated, len(judge.tasks)) == (False, True, 1)
    assert one.message == two.message


async def test_two_turns_at_once_are_taken_in_order(coach: Coach) -> None:
    """Turns of one interview wait for each other."""
    id = await started(coach)
    one, two = await asyncio.gather(answer(coach, id, 1, "One."), answer(coach, id, 2, "Two."))
    assert (one.interview.turn, two.interview.turn) == (1, 2)


async def test_interviews_do_not_wait_for_each_other(coach: Coach, judge: ScriptedJudge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two interviews are judged at the same time."""
    ids, both = [await started(coach), await started(coach)], asyncio.Barrier(2)

    async def meeting(task: Task) -> Judgement:
        async with asyncio.timeout(1), both:
            return await ScriptedJudge.judge(judge, task)

    monkeypatch.setattr(judge, "judge", meeting)
    await asyncio.gather(*(answer(coach, id, 1, "Hello.") for id in ids))


@pytest.mark.parametrize("turn", [-1, 0, 2, 7])
async def test_a_turn_out_of_order_names_the_one_expected(coach: Coach, store: MemoryStore, turn: int) -> None:
    """And accepts nothing."""
    id = await started(coach)
    before = list(store.events[id])
    with pytest.raises(TurnOutOfOrder, match="turn 1 is expected") as error:
        await answer(coach, id, turn, "Hello.")
    assert (error.value.expected, store.events[id]) == (1, before)


async def test_a_finished_interview_takes_no_more(coach: Coach) -> None:
    """Neither answers nor hints; but the last turn can still be asked for again."""
    id = await started(coach)
    last = await answer(coach, id, 1, "met:a One.\nmet:b Two.\nmet:c Three.")
    assert (last.message.move, last.interview.status) == (Move.CLOSE, "finished")
    with pytest.raises(AlreadyFinished):
        await answer(coach, id, 2, "More.")
    with pytest.raises(AlreadyFinished):
        await coach.hint(id)
    assert (await answer(coach, id, 1, "Again.")).message == last.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        (" \n\t", "empty"),
        ("a" * (MAX_ANSWER + 1), "20,001 characters"),
        ("null \x00 byte", "position 5"),
        ("bell\x07", "position 4"),
        ("delete\x7f", "position 6"),
        ("half \ud83d", "position 5"),
    ],
)
async def test_what_cannot_be_an_answer_is_refused(coach: Coach, store: MemoryStore, text: str, said: str) -> None:
    """Empty, too long, binary, half a character: the error names the field, and nothing is stored."""
    id = await started(coach)
    before = list(store.events[id])
    with pytest.raises(Invalid, match=said) as error:
        await answer(coach, id, 1, text)
    assert (error.value.field, store.events[id]) == ("text", before)


@pytest.mark.parametrize("text", ["a" * MAX_ANSWER, "line\r\nline\ttab", "👩🏽‍🚀", "差", "a\u2028b", "e\u0301"])
async def test_any_text_is_an_answer(coach: Coach, text: str) -> None:
    """Up to 20,000 characters, in any script, kept as they are."""
    outcome = await answer(coach, await started(coach), 1, text)
    assert outcome.interview.here.answers[0].text == text


# What the interviewer does with it


async def test_a_question_is_told_the_fact_and_recorded(coach: Coach) -> None:
    """From the constraints card; without a line of the card it says so. Neither uses up a follow-up."""
    id = await started(coach)
    told = await answer(coach, id, 1, "?1")
    assert (told.message.move, told.interview.here.told) == (Move.CLARIFY, [1])
    assert "About four minutes." in told.message.text
    untold = await answer(coach, id, 2, "?")
    assert (untold.message.move, untold.interview.here.told) == (Move.CLARIFY, [1])
    assert untold.interview.here.follow_ups == 0


async def test_not_knowing_gets_the_hint(coach: Coach) -> None:
    """And what is said after it earns half."""
    id = await started(coach)
    outcome = await answer(coach, id, 1, "idk")
    assert (outcome.message.move, outcome.interview.intent) == (Move.HINT, Intent.DONT_KNOW)
    assert "Half of a." in outcome.message.text
    after = await answer(coach, id, 2, "met:a It overfits.")
    assert after.interview.here.standings["a"].help is Help.HINT


async def test_leaving_the_subject_is_redirected_once(coach: Coach) -> None:
    """With the question said again; the second time it is let pass."""
    id = await started(coach)
    outcome = await answer(coach, id, 1, "off")
    assert outcome.message.move is Move.REDIRECT
    assert "Ask t-mid?" in outcome.message.text
    assert (await answer(coach, id, 2, "off")).message.move is Move.PROBE


async def test_a_false_claim_is_challenged_with_its_own_words_and_can_be_put_right(coach: Coach) -> None:
    """It stands until it is corrected; the correction earns as much as an answer to a probe."""
    id = await started(coach)
    outcome = await answer(coach, id, 1, "wrong:b More data adds bias.")
    assert outcome.message.move is Move.CHALLENGE
    assert "“More data adds bias”" in outcome.message.text
    assert status(outcome, "b") is Status.WRONG
    assert status(await answer(coach, id, 2, "Hm."), "b") is Status.WRONG
    corrected = await answer(coach, id, 3, "met:b It leaves bias alone.")
    standing = corrected.interview.here.standings["b"]
    assert (standing.verdict.status, standing.help) == (Status.MET, Help.PROBE)


async def test_several_questions_follow_each_other(coach: Coach) -> None:
    """After three follow-ups the next question is asked, and after the last one the interview ends."""
    id = await started(coach, Request(topics=("t", "u"), questions=2, seed=1))
    moves = [(await answer(coach, id, turn, "Hm.")).message.move for turn in range(1, 9)]
    assert moves == [*[Move.PROBE] * 3, Move.ADVANCE, *[Move.PROBE] * 3, Move.CLOSE]
    interview = await coach.interview(id)
    assert [[line.question for line in interview.lines if line.move is None].count(index) for index in (0, 1)] == [4, 4]
    assert interview.finished is not None
    assert interview.finished.reason == "done"


async def test_the_clock_ends_a_timed_interview(coach: Coach, clock: FixedClock) -> None:
    """The answer that comes too late still counts, and the interviewer says that time is up."""
    id = await started(coach, Request(topics=("t",), style=Style.MOCK, questions=2, minutes=10, seed=1))
    clock.pass_minutes(9.9)
    assert (await answer(coach, id, 1, "Hm.")).interview.status == "open"
    clock.pass_minutes(0.1)
    outcome = await answer(coach, id, 2, "met:a It overfits.")
    assert (outcome.message.move, status(outcome, "a")) == (Move.CLOSE, Status.MET)
    assert outcome.interview.finished is not None
    assert outcome.interview.finished.reason == "time"
    assert "out of time" in outcome.message.text


# Hints


async def test_a_hint_is_the_same_within_a_turn(coach: Coach, store: MemoryStore) -> None:
    """Asked for again it is repeated, not spent; in the next turn there is another."""
    id = await started(coach)
    first = await coach.hint(id)
    events = len(store.events[id])
    again = await coach.hint(id)
    assert "Half of a." in first.message.text
    assert (again.message, again.repeated, len(store.events[id])) == (first.message, True, events)
    await answer(coach, id, 1, "Hm.")
    later = await coach.hint(id)
    assert later.message.text != first.message.text
    assert later.interview.here.hinted == {"a", "b"}


async def test_a_hint_given_for_not_knowing_is_not_doubled(coach: Coach) -> None:
    """Who has just been helped and asks for help gets the same help."""
    id = await started(coach)
    given = await answer(coach, id, 1, "idk")
    assert (await coach.hint(id)).message == given.message


async def test_at_last_there_is_no_hint_left(coach: Coach) -> None:
    """When every open criterion has had its own."""
    id = await started(coach)
    for turn, text in ((1, "met:a One."), (2, "?0"), (3, "?1")):
        await answer(coach, id, turn, text)
        if turn > 1:
            await coach.hint(id)
    await answer(coach, id, 4, "?0")
    with pytest.raises(NoHintLeft):
        await coach.hint(id)
