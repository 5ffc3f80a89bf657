"""Turns with a model: what it is shown, what it may say, whose verdicts they are, and what it took."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from app.coach import Coach
from app.core.events import Move
from app.core.exchange import Token
from app.engines.llm import Endpoint
from app.engines.llm.prices import Price, Prices
from app.http import views
from eval.scripted_model import QUESTION, Asked, Reply, Says, plain, verdicts
from tests.contract.llm.conftest import ANSWER, Bench
from tests.fakes import FixedClock, NoRetriever, engine


async def test_words_are_shown_while_they_come(bench: Bench) -> None:
    """The first sentence is there before the last one is spoken."""
    told = asyncio.Event()

    def script(asked: Asked) -> Reply:
        return plain(asked) if asked.judging else Says(text=QUESTION, pause=0.05)

    bench.model.script = script
    outcome = await bench.start()
    seen: list[tuple[str, float]] = []
    clock = asyncio.get_running_loop()
    async for step in bench.coach.answer(outcome.interview.id, 1, ANSWER):
        if isinstance(step, Token):
            seen.append((step.text, clock.time()))
            told.set()
    assert "".join(text for text, _ in seen) == QUESTION
    assert seen[-1][1] - seen[0][1] > 0.3


async def test_a_turn_takes_two_requests(bench: Bench) -> None:
    """One judges every open criterion, one finds the words; opening an interview takes none."""
    outcome = await bench.start()
    assert bench.model.asked == []
    turn = await bench.turn(outcome=outcome)
    assert [asked.judging for asked in bench.model.asked] == [True, False]
    assert bench.model.asked[0].open_criteria == [criterion.id for criterion in outcome.interview.here.question.criteria]
    assert turn.outcome.message.engine == "llm"


async def test_the_beginning_of_a_prompt_stays_the_same(bench: Bench) -> None:
    """Byte for byte within a question, the schema too; and what was said stays where it stood."""
    first = await bench.turn()
    second = await bench.turn("I would also check that both sets come from the same months.", first.outcome)
    await bench.turn("Then I would look at the learning curve.", second.outcome)
    for judging in (True, False):
        asked = [each for each in bench.model.asked if each.judging is judging]
        assert len(asked) == 3
        assert len({each.system for each in asked}) == 1
        assert len({json.dumps(each.body.get("response_format")) for each in asked}) == 1
    turns = [each.user for each in bench.model.asked if each.judging]
    fence = turns[0][turns[0].index("⟦candidate") :]
    assert turns[1].startswith(fence)
    assert turns[2].startswith(turns[1][: turns[1].index("\n\nThe interviewer then said")])


async def test_the_judge_is_asked_for_open_criteria_only(bench: Bench) -> None:
    """What is met is settled; a verdict on it is dropped."""
    first = await bench.turn()
    [met] = [id for id, status in first.statuses.items() if status == "met"]
    bench.model.script = lambda asked: verdicts(asked, (met, "wrong", "both sets")) if asked.judging else plain(asked)
    second = await bench.turn("I would also check that both sets are alike.", first.outcome)
    assert met not in bench.model.asked[-2].open_criteria
    assert met not in second.statuses
    assert second.outcome.interview.here.status(met) == "met"


async def test_the_speaker_never_sees_the_rubric(bench: Bench) -> None:
    """But for the one criterion that the move is about."""
    turn = await bench.turn()
    shown = bench.model.asked[-1].system + bench.model.asked[-1].user
    target = turn.outcome.interview.decided.decision.criterion  # type: ignore[union-attr]
    seen = [c.id for c in turn.outcome.interview.here.question.criteria if c.statement in shown]
    assert seen == [target]
    assert turn.outcome.interview.here.question.model_answer not in shown


async def test_the_answer_comes_last_between_its_fences(bench: Bench) -> None:
    """Nothing stands after it, in either prompt."""
    await bench.turn()
    for asked in bench.model.asked:
        assert asked.answers[-1] == ANSWER
        assert asked.user.rstrip().endswith("⟧")


async def test_an_earlier_answer_is_credited_for_what_it_was_worth_then(bench: Bench) -> None:
    """Words said unprompted and found only after the probe count in full."""
    bench.model.script = lambda asked: verdicts(asked) if asked.judging else plain(asked)
    first = await bench.turn()
    target = first.outcome.interview.here.target
    assert target
    bench.model.script = lambda asked: verdicts(asked, (target, "met", "call it overfitting")) if asked.judging else plain(asked)
    second = await bench.turn("As I said.", first.outcome)
    standing = second.outcome.interview.here.standings[target]
    assert (standing.verdict.turn, standing.help.value) == (1, "none")


async def test_facts_come_from_the_card(bench: Bench) -> None:
    """A figure that is not on it is not said: the card's own line is."""
    card = (await bench.start()).interview.here.question.constraints

    def asks(asked: Asked) -> Reply:
        return verdicts(asked, intent="question", asks_about="F1")

    bench.model.script = lambda asked: asks(asked) if asked.judging else Says(text="We have 90,000 rows. Go on.")
    wrong = await bench.turn("How much data do we have?")
    assert wrong.outcome.message.move is Move.CLARIFY
    assert card[0].says in wrong.said
    assert bench.outcomes[-1] == "clarify: off_script"
    bench.model.script = lambda asked: asks(asked) if asked.judging else Says(text=f"Sure. {card[0].says} Carry on.")
    right = await bench.turn("How much data do we have?")
    assert right.said == f"Sure. {card[0].says} Carry on."


async def test_thinking_aloud_and_labels_are_left_out(bench: Bench) -> None:
    """As small models do it."""
    said = f"<think>The candidate says bias. I should ask.</think>\n\nInterviewer: {QUESTION}"
    bench.model.script = lambda asked: plain(asked) if asked.judging else Says(text=said)
    assert (await bench.turn()).said == QUESTION
    bench.model.script = lambda asked: (
        Says(text=f"<think>Hm {{}}.</think>```json\n{verdicts(asked).text}\n```") if asked.judging else plain(asked)
    )
    assert (await bench.turn()).outcome.interview.judged[0].trouble == ""


async def test_a_model_that_rambles_is_stopped(bench: Bench) -> None:
    """At the end of a sentence."""
    bench.model.script = lambda asked: plain(asked) if asked.judging else Says(text="And on it goes, word by word. " * 60)
    turn = await bench.turn()
    assert 110 <= len(turn.said.split()) < 120
    assert turn.said.endswith("word.")
    assert turn.outcome.message.engine == "llm"


async def test_what_it_took_is_told(make: Callable[..., Bench], endpoint: Endpoint) -> None:
    """Tokens, cached tokens, seconds and cost, request by request and in sum."""
    prices = Prices({"judge-model": Price(input=1, cached=0.1, output=4), "speaker-model": Price(input=2, output=8)})
    bench = make(replace(endpoint, prices=prices))
    turn = await bench.turn()
    turn = await bench.turn("And I would look at the curve.", turn.outcome)
    usage = views.usage(turn.outcome.interview)
    assert usage
    assert (usage.calls, usage.failed) == (4, 0)
    assert usage.prompt_tokens > usage.cached_tokens > 0
    judged = turn.outcome.interview.judged[-1].calls[0]
    fresh = judged.prompt_tokens - judged.cached_tokens
    assert judged.cost == pytest.approx((fresh + 0.1 * judged.cached_tokens + 4 * judged.completion_tokens) / 1e6)
    assert usage.cost == pytest.approx(sum(call.cost or 0 for call in bench.counted))
    assert usage.seconds > 0


@pytest.mark.parametrize(
    ("given", "status", "confidence"),
    [
        (("met", "met", "absent"), "met", 0.667),
        (("met", "absent", "absent"), "absent", 0.667),
        (("wrong", "met", "partial"), "partial", 0.333),
        (("unscored", "unscored", "met"), "unscored", 0.667),
        (("met", "met", "met"), "met", 1.0),
        (("nowhere", "nowhere", "met"), "unscored", 0.667),
    ],
)
async def test_samples_vote(
    given: tuple[str, ...], status: str, confidence: float, make: Callable[..., Bench], endpoint: Endpoint
) -> None:
    """The median status counts, and how many agree is the confidence. A quote that is not there is no vote for a credit."""
    bench = make(endpoint, samples=3)
    asked_for = iter(given)

    def script(asked: Asked) -> Reply:
        if not asked.judging:
            return plain(asked)
        says = next(asked_for)
        quote = {"absent": "", "unscored": "", "nowhere": "not in there"}.get(says, "call it overfitting")
        return verdicts(asked, ("gap-reads-variance", "met" if says == "nowhere" else says, quote))

    bench.model.script = script
    turn = await bench.turn()
    verdict = next(verdict for verdict in turn.outcome.verdicts if verdict.criterion == "gap-reads-variance")
    assert (verdict.status.value, verdict.confidence) == (status, confidence)
    assert len([asked for asked in bench.model.asked if asked.judging]) == 3
    assert {asked.body["temperature"] for asked in bench.model.asked if asked.judging} == {0.7}


async def test_one_sample_that_fails_leaves_it_to_the_others(make: Callable[..., Bench], endpoint: Endpoint) -> None:
    """The turn is lost only when all are."""
    bench = make(endpoint, samples=3)
    replies = iter([Says(refusal="no"), None, None])

    def script(asked: Asked) -> Reply:
        return (next(replies) or plain(asked)) if asked.judging else plain(asked)

    bench.model.script = script
    turn = await bench.turn()
    assert turn.outcome.interview.judged[0].engine == "llm"
    assert set(turn.statuses.values()) == {"met", "absent"}


async def test_an_interview_goes_on_without_its_model(bench: Bench, clock: FixedClock) -> None:
    """Started with a model, resumed where none is set up any more."""
    first = await bench.turn()
    prompts = bench.coach._examiner.engine("llm").speaker._prompts  # type: ignore[attr-defined]
    later = Coach(
        catalog=bench.coach.catalog,
        engines={"offline": engine(bench.reserve, prompts)},
        default_engine="offline",
        retriever=NoRetriever(),
        store=bench.store,
        clock=clock,
    )
    bench.coach = later
    second = await bench.turn("I would look at the curve.", first.outcome)
    assert second.outcome.interview.judged[-1].engine == "offline"
    told = "The engine llm is not set up any more. The offline engine judged this answer."
    assert views.notice(second.outcome.interview) == told
    assert [judged.engine for judged in second.outcome.interview.judged] == ["llm", "offline"]


async def test_stateless_scoring_and_probing_ask_the_model_too(bench: Bench) -> None:
    """And say so when the reserve had to step in."""
    question = (await bench.start()).interview.here.question
    scored = views.score(await bench.coach.score(question, ANSWER, "llm"))
    assert (scored.engine, scored.notice) == ("llm", None)
    assert scored.usage
    probed = views.probe(await bench.coach.probe(question, ANSWER, "llm"))
    assert probed.engine == "llm"
    assert probed.text.endswith(QUESTION)
    bench.model.script = lambda asked: Says(refusal="no")
    scored = views.score(await bench.coach.score(question, ANSWER, "llm"))
    assert scored.engine == "offline"
    assert scored.notice == "The model refused to answer. The offline engine judged this answer."


async def test_the_debrief_is_summed_up_once(bench: Bench) -> None:
    """In words of the model's, from what was decided; asked again, it is the same."""
    summary = "You called it overfitting, and rightly. Say next why both sets must be alike."
    bench.model.script = lambda asked: Says(text=summary) if "Write to the candidate" in asked.user else plain(asked)
    turn = await bench.turn()
    id = turn.outcome.interview.id
    await bench.coach.finish(id)
    report = await bench.coach.debrief(id)
    assert report.summary == (await bench.coach.debrief(id)).summary == summary
    asked = [asked for asked in bench.model.asked if "Write to the candidate" in asked.user]
    assert len(asked) == 1
    assert "The gap between training and validation is" in asked[0].user
    assert bench.outcomes[-1] == "summary: ok"
    assert views.usage(report.interview).calls == 4  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Says(text="You earned 4.5 of 5."), "off_script"),
        (Says(text="Well said. " * 200), "off_script"),
        (Says(refusal="no"), "refused"),
    ],
    ids=["a figure of its own", "no summary", "refusal"],
)
async def test_a_debrief_does_without_a_summary(reply: Says, outcome: str, bench: Bench) -> None:
    """One that makes figures up, or never comes; and it is not asked for again."""
    turn = await bench.turn()
    bench.model.script = lambda asked: reply if "Write to the candidate" in asked.user else plain(asked)
    id = turn.outcome.interview.id
    await bench.coach.finish(id)
    assert (await bench.coach.debrief(id)).summary == ""
    assert (await bench.coach.debrief(id)).overall is not None
    assert [each for each in bench.outcomes if each.startswith("summary")] == [f"summary: {outcome}"]


async def test_an_interview_without_an_answer_has_nothing_to_sum_up(bench: Bench) -> None:
    """So nothing is asked."""
    id = (await bench.start()).interview.id
    await bench.coach.finish(id)
    before = len(bench.model.asked)
    assert (await bench.coach.debrief(id)).summary == ""
    assert len(bench.model.asked) == before
