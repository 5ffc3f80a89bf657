"""Whatever a model or its server does, a turn ends well: what is seen, stored and counted, fault by fault."""

import re
from pathlib import Path

import pytest

from app.core.events import Answered, Judged, Spoke
from app.http import views
from tests.contract.llm.conftest import ANSWER, Bench
from tests.contract.llm.faults import CASES, Case

DOCS = (Path(__file__).parents[3] / "docs/llm.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_the_turn_goes_on(case: Case, bench: Bench) -> None:
    """The candidate gets an answer, the events tell whose it is and why, and every request is counted."""
    bench.model.script = case.script
    turn = await bench.turn()
    notice = views.notice(turn.outcome.interview) or ""
    assert "".join(turn.tokens) == turn.said
    assert case.said in turn.said
    assert case.notice in notice if case.notice else notice == ""
    assert bench.outcomes == list(case.counted)
    [answered] = [event for event in bench.store.events[turn.outcome.interview.id] if isinstance(event, Answered)]
    [judged] = [event for event in bench.store.events[turn.outcome.interview.id] if isinstance(event, Judged)]
    spoke = [event for event in bench.store.events[turn.outcome.interview.id] if isinstance(event, Spoke)][-1]
    assert answered.text == ANSWER
    assert (judged.engine, spoke.engine) == (case.judged, case.worded)
    assert {verdict.status.value for verdict in judged.verdicts} == case.statuses
    assert [f"{call.purpose}: {call.outcome}" for call in (*judged.calls, *spoke.calls)] == list(case.counted)


def test_every_fault_stands_in_the_documentation() -> None:
    """With the outcome that it is counted under."""
    rows = {cells[0]: cells for cells in (_cells(line) for line in DOCS.splitlines() if line.startswith("| ")) if len(cells) == 4}
    for case in CASES:
        assert case.name in rows, f"docs/llm.md has no row for {case.name!r}"
        counted = {outcome.split(": ")[1] for outcome in case.counted} - {"ok"}
        assert counted <= set(re.findall(r"`(\w+)`", rows[case.name][3])), case.name


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("| ").split(" | ")]
