"""The parts of the engine `llm` that need no server: fences, replies, prices, sums, secrets, sentences."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.events import Decision, Move
from app.core.ports import Brief
from app.core.rubric import Criterion, Fact, Kind, Level, Question
from app.core.usage import Call, total
from app.core.verdict import Status, locate
from app.engines.llm import faults, load_prices
from app.engines.llm.fence import defused, fenced
from app.engines.llm.judge import median
from app.engines.llm.replies import LEFT_OUT, UNKNOWN_CRITERION, read_reply, schema
from app.engines.llm.secrets import Secrets
from app.engines.llm.speaker import sentences
from tests.fakes import ScriptedJudge

VARIANCE = Criterion(
    id="variance", kind=Kind.DEFINITION, weight=3, statement="Variance is how much the fit changes with another sample.",
    probe="What would happen with other rows?",
)  # fmt: skip
GAP = Criterion(id="gap", kind=Kind.PITFALL, weight=2, statement="A gap between the errors may come from a shift.")
QUESTION = Question(
    topic="t", id="q", level=Level.MID, ask="What is wrong?", criteria=(VARIANCE, GAP),
    constraints=(Fact(asks_about="rows", says="40,000"), Fact(asks_about="time", says="a year")),
)  # fmt: skip


# Fences


@given(st.text())
def test_no_text_closes_its_fence(text: str) -> None:
    """There is one beginning and one end, and what stands between them reads as the text does."""
    lines = fenced(text, "candidate").split("\n")
    mark = lines[0].removeprefix("⟦candidate ").removesuffix("⟧")
    assert [line for line in lines if line == f"⟦end {mark}⟧"] == [lines[-1]]
    assert "\n".join(lines[1:-1]) == defused(text)


def test_the_same_text_has_the_same_fence() -> None:
    """So that a prompt cache keeps it; another text has another."""
    assert fenced("a", "candidate") == fenced("a", "candidate")
    assert fenced("a", "candidate").split()[-1] != fenced("b", "candidate").split()[-1]


@pytest.mark.parametrize(
    "token", ["<|im_end|>", "[INST]", "[/INST]", "</s>", "<<SYS>>", "<|eot_id|>", "⟦end 0123456789abcdef⟧", "</answer>"]
)
def test_tokens_of_chat_templates_are_broken_up(token: str) -> None:
    """A server that reads them wherever they stand does not find them; a quote of them is still found."""
    assert token not in defused(f"so {token} said")
    shown = defused(f"so {token} said")
    assert locate(shown, f"so {token} said") == (0, len(f"so {token} said"))


def test_what_cannot_be_seen_is_left_out() -> None:
    """Tags, joiners and direction marks; what can be seen stays."""
    assert defused("va\u200bri\u2060ance\U000e0041\u202e, naïve α ≤ β 👍\ufe0f") == "variance, naïve α ≤ β 👍"


# Replies


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        ("", faults.Kind.BAD_JSON),
        ("no", faults.Kind.BAD_JSON),
        ('{"verdicts": [', faults.Kind.BAD_JSON),
        ("[" * 100_000, faults.Kind.BAD_JSON),
        ("{}", faults.Kind.BAD_SHAPE),
        ('{"verdicts": []}', faults.Kind.BAD_SHAPE),
        ('{"verdicts": "met"}', faults.Kind.BAD_SHAPE),
        ('{"verdicts": [{"criterion": "gap", "quote": "", "status": "excellent"}]}', faults.Kind.BAD_SHAPE),
        ('{"verdicts": [{"criterion": "gap", "quote": "", "status": "absent"}], "intent": "poem"}', faults.Kind.BAD_SHAPE),
    ],
)
def test_a_reply_that_cannot_be_used_is_a_fault(sent: str, kind: faults.Kind) -> None:
    """Of its JSON or of its shape; nothing is made up in its place."""
    with pytest.raises(faults.Fault) as fault:
        read_reply(sent, QUESTION, ["variance", "gap"])
    assert fault.value.kind is kind


def test_what_can_be_used_of_a_reply_is_used() -> None:
    """Unknown ids, seconds of the same and broken verdicts fall; the others stand, and it is noted."""
    sent = """Here: {"verdicts": [{"criterion": "gap", "quote": "a", "status": "met"},
        {"criterion": "gap", "quote": "b", "status": "absent"}, {"criterion": "zap", "quote": "", "status": "met"}, 7],
        "asks_about": "F2", "extra": 1} done"""
    reply = read_reply(sent, QUESTION, ["variance", "gap"])
    assert [(id, verdict.quote) for id, verdict in reply.verdicts.items()] == [("gap", "a")]
    assert (reply.remark, reply.fact, reply.intent) == (UNKNOWN_CRITERION, 1, "answer")
    settled = read_reply('{"verdicts": [{"criterion": "gap", "quote": "", "status": "absent"}]}', QUESTION, ["variance"])
    assert (settled.verdicts, settled.remark, settled.fact) == ({}, LEFT_OUT, None)


def test_the_schema_names_criteria_and_labels() -> None:
    """And nothing that would cost tokens for nobody."""
    assert schema(QUESTION)["properties"]["asks_about"] == {"type": "string", "enum": ["F1", "F2", "none"]}
    assert schema(QUESTION)["properties"]["verdicts"]["items"]["properties"]["criterion"]["enum"] == ["variance", "gap"]
    assert "title" not in str(schema(QUESTION))


@pytest.mark.parametrize(
    ("statuses", "middle"),
    [
        ("met", "met"),
        ("met absent", "absent"),
        ("wrong met met", "met"),
        ("unscored met", "met"),
        ("unscored unscored met", "unscored"),
        ("partial partial wrong met", "partial"),
        ("unscored", "unscored"),
    ],
)
def test_the_median_of_statuses(statuses: str, middle: str) -> None:
    """From false to true, the lower of two; unscored where most are."""
    assert median([Status(each) for each in statuses.split()]) == middle


# Prices and sums


def test_prices_are_read_and_applied(tmp_path: Path) -> None:
    """Dollars for a million tokens; cached ones at their own price, or at that of the others."""
    path = tmp_path / "prices.yaml"
    path.write_text("big: {input: 2, cached: 0.5, output: 8}\nsmall: {input: 1, output: 1}\n")
    prices = load_prices(path)
    assert prices.cost("big", 1000, 600, 100) == pytest.approx((400 * 2 + 600 * 0.5 + 100 * 8) / 1e6)
    assert prices.cost("small", 1000, 600, 100) == pytest.approx(1100 / 1e6)
    assert prices.cost("other", 1000, 600, 100) is None
    assert load_prices(None).by_model == {}


@pytest.mark.parametrize(
    "text", ["- 1", "big: 3", "big: {input: -1, output: 1}", "big: {input: 1}", "big: {in: 1, output: 2}", "{"]
)
def test_a_broken_file_of_prices_is_named(text: str, tmp_path: Path) -> None:
    """With the setting, the file, and what a line should look like."""
    path = tmp_path / "prices.yaml"
    path.write_text(text)
    with pytest.raises(Invalid, match=r"VIVA_PRICES: .*prices\.yaml"):
        load_prices(path)


def call(outcome: str = "ok", cost: float | None = None) -> Call:
    return Call(
        purpose="judge",
        model="m",
        outcome=outcome,
        seconds=0.5,
        prompt_tokens=10,
        cached_tokens=5,
        completion_tokens=2,
        cost=cost,
    )


def test_calls_are_summed_up() -> None:
    """A failure without a cost leaves the sum; an answer without a price leaves it unknown."""
    usage = total([call(cost=0.1), call("timed_out"), call(cost=0.2)])
    assert usage
    assert (usage.calls, usage.failed, usage.prompt_tokens, usage.seconds, usage.cost) == (3, 1, 30, 1.5, 0.3)
    assert total([call(cost=0.1), call()]).cost is None  # type: ignore[union-attr]
    assert total([]) is None


# What is said


def brief(answer: str = "") -> Brief:
    decision = Decision(move=Move.PROBE, question=0, criterion="variance")
    return Brief(decision=decision, question=QUESTION, criterion=VARIANCE, answer=answer, secrets=(VARIANCE, GAP))


@pytest.mark.parametrize(
    ("sentence", "answer", "given"),
    [
        ("What would happen with other rows?", "", False),
        ("You mention trees; what do you expect on new data?", "", False),
        ("Would the fit not change with another sample?", "", True),
        ("Could the gap between both errors come from a shift?", "", True),
        ("So the fit changes with another sample, you say: why?", "The fit changes with another sample.", False),
    ],
)
async def test_a_sentence_that_gives_a_point_away_is_noticed(sentence: str, answer: str, given: bool) -> None:
    """Of any criterion that is open; repeating the candidate gives nothing away."""
    assert await Secrets(ScriptedJudge()).given_away([sentence], brief(answer)) is given


async def test_words_that_would_earn_the_point_give_it_away() -> None:
    """However few of the statement's own words they use."""
    secrets = Secrets(ScriptedJudge())
    assert await secrets.given_away(["met:gap imagine another city"], brief())
    assert not await secrets.given_away(["partial:gap imagine another city"], brief())


async def test_a_point_may_not_be_given_away_in_two_steps() -> None:
    """What was said before counts too."""
    first, second = "Think of how the fit goes.", "It changes, say, with samples."
    secrets = Secrets(ScriptedJudge())
    assert not await secrets.given_away([first], brief())
    assert await secrets.given_away([first, f" {second}"], brief())


async def whole(*pieces: str) -> list[str]:
    async def stream() -> AsyncGenerator[str, None]:
        for piece in pieces:
            yield piece

    return [sentence async for sentence in sentences(stream())]


async def test_sentences_come_whole_however_a_stream_is_cut() -> None:
    """With the white space before them, so that they can be put together again."""
    text = "I see. What about 0.9 of AUC? \nTell me more"
    assert await whole(*text) == await whole(text) == ["I see.", " What about 0.9 of AUC?", " Tell me more"]
    assert "".join(await whole("I se", "e. Wh", "at now?")) == "I see. What now?"


async def test_thoughts_and_labels_are_not_said() -> None:
    """However they are cut."""
    text = "<think>Hm. Well.</think>\nInterviewer: What now? And then?"
    assert await whole(*text) == await whole(text) == ["What now?", " And then?"]
    assert await whole("<think>never ends. Really.") == []
