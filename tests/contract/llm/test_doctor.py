"""`viva doctor --llm`: what works of a model's server, in plain words."""

import json
from pathlib import Path

import pytest

from app.config import Settings
from app.terminal.findings import Mark
from app.terminal.model_check import ANSWER, check_model
from eval.scripted_model import Asked, Reply, Says, ScriptedModel, Sends, plain, verdicts
from tests.contract.llm.faults import problem


def well(asked: Asked) -> Reply:
    """A model that judges what it is asked to."""
    return verdicts(asked, ("gap", "met", ANSWER[12:30])) if asked.judging else plain(asked)


async def found(model: ScriptedModel, **settings: object) -> dict[str, tuple[Mark, str]]:
    given = {"judge_model": "scripted", "openai_base_url": model.url, "llm_timeout": 2.0, **settings}
    return {finding.part: (finding.mark, finding.text) async for finding in check_model(Settings(**given))}  # type: ignore[arg-type]


async def test_all_is_well(model: ScriptedModel, tmp_path: Path) -> None:
    """Reachable, model present, structured output, judging with what it took, streaming."""
    model.script = well
    (tmp_path / "prices.yaml").write_text("scripted: {input: 1, output: 2}")
    findings = await found(model, prices=tmp_path / "prices.yaml")
    assert {part: mark for part, (mark, _) in findings.items()} == dict.fromkeys(
        ("server", "model", "structured output", "judging", "streaming"), Mark.OK
    )
    assert "lists 1 models" in findings["server"][1]
    assert "dollars" in findings["judging"][1]
    assert "pieces" in findings["streaming"][1]


async def test_no_model_is_named(model: ScriptedModel) -> None:
    """It says which setting names one."""
    assert await found(model, judge_model=None) == {
        "model": (Mark.BROKEN, "none is named; set VIVA_JUDGE_MODEL to the name of one")
    }


async def test_nobody_answers(model: ScriptedModel) -> None:
    """And nothing more is tried."""
    findings = await found(model, openai_base_url="http://127.0.0.1:9/v1")
    assert [(part, mark) for part, (mark, _) in findings.items()] == [("server", Mark.BROKEN)]
    assert "OPENAI_BASE_URL" in findings["server"][1]


async def test_a_model_that_is_not_there(model: ScriptedModel) -> None:
    """The ones that are, are named."""
    model.script = lambda asked: problem(404)
    findings = await found(model, judge_model="gpt-0")
    assert findings["model"] == (Mark.ATTENTION, "gpt-0 is not among them; there are scripted")
    assert findings["judging"][0] is Mark.BROKEN
    assert findings["streaming"][0] is Mark.BROKEN


@pytest.mark.parametrize(
    ("lacks", "mark"), [({"json_schema"}, Mark.OK), ({"json_schema", "json_object"}, Mark.ATTENTION)], ids=["one", "both"]
)
async def test_a_server_without_structured_output(lacks: set[str], mark: Mark, model: ScriptedModel) -> None:
    """What it has instead."""
    model.script = lambda asked: problem(400) if asked.judging and asked.rung in lacks else well(asked)
    assert (await found(model))["structured output"][0] is mark


async def test_a_model_that_cannot_judge(model: ScriptedModel) -> None:
    """It answers, but what it says is of no use."""
    model.script = lambda asked: verdicts(asked) if asked.judging else Sends(body="<html>")
    findings = await found(model)
    assert findings["judging"][0] is Mark.ATTENTION
    assert "absent" in findings["judging"][1]
    assert findings["streaming"][0] is Mark.BROKEN
    model.script = lambda asked: Says(text=json.dumps("yes"))
    findings = await found(model)
    assert findings["judging"][0] is Mark.BROKEN
    assert findings["streaming"][0] is Mark.ATTENTION
