"""Whole interviews with the scripted candidates of the evaluation, on the production path."""

import asyncio
from pathlib import Path
from shutil import copytree

import pytest

from app.config import Settings
from app.core.debrief import Debrief
from app.core.events import Decided, Move
from app.wiring import build
from eval.interviews import sat
from tests.candidates import SCRIPTED, TOPICS, assert_order

Debriefs = dict[tuple[str, str], Debrief]

EVERYBODY = [(candidate.topic, candidate.name) for candidate in SCRIPTED]


@pytest.fixture(scope="module")
def debriefs(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Debriefs:
    """The report on each candidate, by topic and name."""
    return asyncio.run(_sit_all(copytree(indexed, tmp_path_factory.mktemp("viva") / "data")))


async def _sit_all(data: Path) -> Debriefs:
    async with build(Settings(data_dir=data)) as viva:
        return {(each.topic, each.name): await sat(viva.coach, each) for each in SCRIPTED}


def overalls(debriefs: Debriefs, topic: str) -> dict[str, float]:
    """What each candidate got on a topic."""
    return {name: debriefs[topic, name].overall or 0.0 for name in ("good", "buzzword", "wrong", "silent")}


@pytest.mark.parametrize("topic", TOPICS)
def test_who_knows_more_scores_more(debriefs: Debriefs, topic: str) -> None:
    """Substance beats vocabulary, vocabulary is no worse than error, and silence earns next to nothing."""
    assert_order(overalls(debriefs, topic))


def test_who_knows_more_scores_more_on_nearly_every_topic(debriefs: Debriefs) -> None:
    """On topics nobody tuned for, too, error earns at most a quarter of knowledge; `eval/README.md` names the exceptions."""
    found = {topic: overalls(debriefs, topic) for topic in {topic for topic, _ in EVERYBODY}}
    ordered = [topic for topic, got in found.items() if got["good"] > got["buzzword"] >= got["wrong"] and got["silent"] < 1]
    # Deployment holds barely: in bfloat16 a vector moves by 1e-3 with what shares its batch.
    assert {*found} - {*ordered} <= {"bias-variance", "k-means", "monitoring-drift", "ensembles", "deployment"}, found
    apart = [topic for topic, got in found.items() if 4 * got["wrong"] <= got["good"] > got["buzzword"] and got["silent"] < 1]
    assert len(apart) >= 10, found
    assert min(got["good"] for got in found.values()) > 3, found
    assert max(max(got["buzzword"], got["silent"]) for got in found.values()) < 1, found


@pytest.mark.parametrize(("topic", "name"), EVERYBODY)
def test_the_interview_ends_by_itself_and_never_repeats_itself(debriefs: Debriefs, topic: str, name: str) -> None:
    """Nobody had to end it; no line of the interviewer's is said twice; no criterion is probed twice."""
    interview = debriefs[topic, name].interview
    assert interview.finished is not None
    assert interview.finished.reason == "done"
    assert interview.lines[-1].move is Move.CLOSE
    said = [line.text for line in interview.lines if line.move]
    assert len(said) == len(set(said))
    decisions = [event.decision for event in interview.events if isinstance(event, Decided)]
    probed = [decision.criterion for decision in decisions if decision.move is Move.PROBE]
    assert len(probed) == len(set(probed))


@pytest.mark.parametrize(("topic", "name"), EVERYBODY)
def test_every_quote_is_where_it_says(debriefs: Debriefs, topic: str, name: str) -> None:
    """In verdicts, highlights and flags: the words, at their offsets, in the answer of their turn."""
    debrief = debriefs[topic, name]
    answers = {line.turn: line.text for line in debrief.interview.lines if line.move is None}
    verdicts = [item.verdict for report in debrief.questions for item in report.criteria if item.verdict.quote]
    quotes = [(each.turn, each.start, each.end, each.quote) for each in verdicts]
    quotes += [(each.turn, each.start, each.end, each.quote) for each in debrief.flags]
    for turn, start, end, quote in quotes:
        assert turn is not None
        assert answers[turn][start:end] == quote
    marked = {(mark.criterion, line.text[mark.start : mark.end]) for line, marks in debrief.transcript for mark in marks}
    assert marked == {(verdict.criterion, verdict.quote) for verdict in verdicts}
