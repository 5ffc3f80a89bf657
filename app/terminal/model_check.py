"""`viva doctor --llm`: one real round trip to the model's server, and what of it works, in plain words."""

import time
from collections.abc import AsyncIterator

from app.config import Settings
from app.content import default_root
from app.core.errors import EngineFailed, Invalid
from app.core.ports import Task
from app.core.rubric import Criterion, Kind, Level, Question
from app.core.usage import Call
from app.core.verdict import Answer, Status
from app.engines.llm import Endpoint, LlmJudge, ModelClient
from app.engines.llm.dialect import Rung
from app.engines.llm.faults import SAID, Fault
from app.engines.llm.faults import Kind as FaultKind
from app.prompts import load_prompts
from app.terminal.findings import Finding, Mark
from app.wiring import endpoint

#: Judged once, to see the engine work: anyone would call this met.
QUESTION = Question(
    topic="",
    id="",
    level=Level.MID,
    ask="How did you notice the overfitting?",
    criteria=(
        Criterion(
            id="gap", kind=Kind.DEFINITION, weight=1, statement="Validation error far above training error is overfitting."
        ),
    ),
)
ANSWER = "I saw overfitting: the validation error was far above the training error."
HELLO = [{"role": "user", "content": "Say in one short sentence that you are ready for an interview."}]
RUNGS = {
    Rung.JSON_SCHEMA: (Mark.OK, "the server holds answers to a JSON schema"),
    Rung.JSON_OBJECT: (Mark.OK, "the server takes a schema as json_object, and refuses json_schema"),
    Rung.PROMPT: (Mark.ATTENTION, "the server cannot hold answers to a shape; verdicts will be unreadable more often"),
}


async def check_model(settings: Settings) -> AsyncIterator[Finding]:
    """Reachable, model present, structured output, judging, streaming; each as far as the one before allows."""
    if settings.judge_model is None:
        yield Finding(Mark.BROKEN, "model", "none is named; set VIVA_JUDGE_MODEL to the name of one")
        return
    try:
        where = endpoint(settings)
    except Invalid as error:
        yield Finding(Mark.BROKEN, "prices", str(error))
        return
    client = ModelClient(where)
    judge_model, speaker_model = settings.judge_model, settings.speaker_model or settings.judge_model
    try:
        async for finding in _listed(client, where, {judge_model, speaker_model}):
            yield finding
            if finding.mark is Mark.BROKEN:
                return
        async for finding in _judges(client, judge_model):
            yield finding
        yield await _streams(client, speaker_model)
    finally:
        await client.close()


async def _listed(client: ModelClient, where: Endpoint, named: set[str]) -> AsyncIterator[Finding]:
    server = where.base_url or "OpenAI's server"
    try:
        offered = await client.models()
    except Fault as fault:
        if fault.kind in (FaultKind.KEY_REFUSED, FaultKind.UNREACHABLE, FaultKind.TIMED_OUT):
            yield Finding(Mark.BROKEN, "server", f"{server} {SAID[fault.kind]}: {fault.detail}")
        else:
            yield Finding(Mark.OK, "server", f"{server} answers, and does not list its models")
        return
    yield Finding(Mark.OK, "server", f"{server} answers, and lists {len(offered)} models")
    for name in sorted(named):
        # Many servers take a name for any other, or a longer form of it.
        if name in offered:
            yield Finding(Mark.OK, "model", f"{name} is among them")
        else:
            some = ", ".join(sorted(offered)[:5]) or "none"
            yield Finding(Mark.ATTENTION, "model", f"{name} is not among them; there are {some}")


async def _judges(client: ModelClient, model: str) -> AsyncIterator[Finding]:
    calls: list[Call] = []
    judge = LlmJudge(client, load_prompts(default_root() / "prompts"), model, samples=1, observe=calls.append)
    task = Task(question=QUESTION, criteria=QUESTION.criteria, answers=(Answer(turn=1, text=ANSWER),))
    try:
        judgement = await judge.judge(task)
    except EngineFailed as failed:
        yield Finding(Mark.BROKEN, "judging", str(failed))
        return
    if client.dialect.rung:
        mark, text = RUNGS[client.dialect.rung]
        yield Finding(mark, "structured output", text)
    took = f"{calls[-1].seconds:.1f} s, {calls[-1].prompt_tokens} tokens in, {calls[-1].completion_tokens} out"
    if calls[-1].cost is not None:
        took += f", {calls[-1].cost:.4f} dollars"
    if judgement.trouble:
        yield Finding(Mark.BROKEN, "judging", f"{judgement.trouble} ({took})")
    elif judgement.verdicts[0].status is Status.MET:
        yield Finding(Mark.OK, "judging", f"{model} credited a right answer and quoted it ({took})")
    else:
        status = judgement.verdicts[0].status
        yield Finding(Mark.ATTENTION, "judging", f"{model} judged a plainly right answer {status}; try a stronger one ({took})")


async def _streams(client: ModelClient, model: str) -> Finding:
    log: list[Call] = []
    started, first, pieces = time.monotonic(), 0.0, 0
    try:
        async for _ in client.stream(HELLO, purpose="hello", model=model, tokens=3000, temperature=0.6, log=log):
            first = first or time.monotonic() - started
            pieces += 1
    except Fault as fault:
        return Finding(Mark.BROKEN, "streaming", f"The model {SAID[fault.kind]}. {fault.detail}".strip())
    if pieces == 1:
        return Finding(Mark.ATTENTION, "streaming", f"{model} sends its answers in one piece, after {first:.1f} s")
    return Finding(Mark.OK, "streaming", f"{model} streams: the first word after {first:.1f} s, {pieces} pieces")
