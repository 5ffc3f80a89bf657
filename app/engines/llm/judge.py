"""The judge that asks a model: criteria in, statuses and quotes out; every number is computed here.

One request judges every open criterion. A reply that cannot be used gets one more try, and then its criteria are
`unscored`; a model that gives no reply at all is an EngineFailed, and another engine judges.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.core.errors import EngineFailed
from app.core.ports import Judgement, Task
from app.core.rubric import Question
from app.core.usage import Call
from app.core.verdict import Flag, Intent, Status, Verdict, ground, locate
from app.engines.flags import flagged
from app.engines.llm.client import ModelClient
from app.engines.llm.faults import UNUSABLE, Fault
from app.engines.llm.fence import fenced
from app.engines.llm.replies import LEFT_OUT, Reply, label, read_reply, schema
from app.engines.llm.wire import Message
from app.prompts import Prompts

#: Room for a reply, in tokens: for models that think aloud first, and for a verdict with a long quote for each criterion.
TOKENS, TOKENS_A_CRITERION = 4000, 160
#: Samples have to differ to say anything; a single judgement should not.
SAMPLED = 0.7
#: Counted in the place of `ok` when a quote is not in the answer.
NO_SUCH_QUOTE = "quote_not_found"
#: From the false to the true; `unscored` has no place in it.
ORDER = (Status.WRONG, Status.ABSENT, Status.PARTIAL, Status.MET)


class LlmJudge:
    """A Judge over any OpenAI-compatible model. With `samples` over 1 each answer is judged so often, at once."""

    name = "llm"

    def __init__(
        self, client: ModelClient, prompts: Prompts, model: str, *, samples: int, observe: Callable[[Call], None]
    ) -> None:
        self._client = client
        self._prompts = prompts
        self._model = model
        self._samples = samples
        self._observe = observe

    async def prepare(self, question: Question) -> None:
        """Get the SDK ready while the candidate thinks."""
        await self._client.warm()

    async def judge(self, task: Task) -> Judgement:
        """Verdicts for the open criteria. Raises EngineFailed when the model gives none."""
        messages = messages_of(self._prompts, task)
        results = await asyncio.gather(*(self._sample(messages, task) for _ in range(self._samples)))
        calls = tuple(call for result in results for call in result.calls)
        given = [result for result in results if result.fault is None or result.fault.kind in UNUSABLE]
        if not given:
            fault = next(result.fault for result in results if result.fault)
            raise EngineFailed(str(fault), calls)
        replies = [result.reply for result in given if result.reply]
        intents = Counter(reply.intent for reply in replies)
        intent = Intent(intents.most_common(1)[0][0]) if intents else Intent.ANSWER
        facts = [reply.fact for reply in replies if reply.intent == intent]
        verdicts = tuple(self._verdict(criterion.id, given) for criterion in task.criteria)
        return Judgement(
            verdicts=verdicts,
            intent=intent,
            fact=facts[0] if facts and intent is Intent.QUESTION else None,
            flags=_flags(task, [words for reply in replies for words in reply.to_grader], verdicts),
            calls=calls,
            trouble="" if replies else next(str(result.fault) for result in given),
        )

    async def _sample(self, messages: Sequence[Message], task: Task) -> "Sample":
        """One judgement, with its second try."""
        log: list[Call] = []
        try:
            first = await self._ask(messages, task, log)
            if first.fault is None and (first.reply is None or first.reply.remark != LEFT_OUT):
                return first
            if first.fault and first.fault.kind not in UNUSABLE:
                return first
            second = await self._ask(messages, task, log)
            return second if second.reply or not first.reply else first
        finally:
            for call in log:
                self._observe(call)

    async def _ask(self, messages: Sequence[Message], task: Task, log: list[Call]) -> "Sample":
        open_ids = [criterion.id for criterion in task.criteria]
        try:
            content = await self._client.complete(
                messages,
                purpose="judge",
                model=self._model,
                tokens=TOKENS + TOKENS_A_CRITERION * len(open_ids),
                temperature=SAMPLED if self._samples > 1 else 0.0,
                schema=schema(task.question),
                log=log,
            )
        except Fault as fault:
            return Sample(log, fault=fault)
        try:
            reply = read_reply(content, task.question, open_ids)
        except Fault as fault:
            log[-1] = replace(log[-1], outcome=str(fault.kind))
            return Sample(log, fault=fault)
        verdicts = {id: self._grounded(reply, id, task) for id in reply.verdicts}
        withdrawn = any(verdict.status is not Status(reply.verdicts[id].status) for id, verdict in verdicts.items())
        if remark := reply.remark or (NO_SUCH_QUOTE if withdrawn else None):
            log[-1] = replace(log[-1], outcome=remark)
        return Sample(log, reply=reply, verdicts=verdicts)

    def _grounded(self, reply: Reply, criterion: str, task: Task) -> Verdict:
        sent = reply.verdicts[criterion]
        verdict = Verdict(criterion=criterion, status=Status(sent.status), quote=sent.quote, engine=self.name)
        return ground(verdict, task.answers)

    def _verdict(self, criterion: str, samples: Sequence["Sample"]) -> Verdict:
        """The median of what the samples say, a withdrawn credit counted as `unscored`; how many agree is the confidence."""
        unscored = Verdict(criterion=criterion, status=Status.UNSCORED, engine=self.name)
        verdicts = [sample.verdicts.get(criterion, unscored) for sample in samples]
        status = median([verdict.status for verdict in verdicts])
        agreeing = [verdict for verdict in verdicts if verdict.status is status]
        if len(samples) == 1:
            return agreeing[0]
        return replace(agreeing[0], confidence=round(len(agreeing) / len(samples), 3))


@dataclass(frozen=True, slots=True)
class Sample:
    """One judgement: the reply with its verdicts by criterion, tied to the answer, or the fault in its place."""

    calls: Sequence[Call]
    reply: Reply | None = None
    fault: Fault | None = None
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)


def median(statuses: Sequence[Status]) -> Status:
    """The middle one, from false to true; the lower of two. `unscored` where most are, or all."""
    scored = sorted((status for status in statuses if status is not Status.UNSCORED), key=ORDER.index)
    if 2 * len(scored) < len(statuses) or not scored:
        return Status.UNSCORED
    return scored[(len(scored) - 1) // 2]


def messages_of(prompts: Prompts, task: Task) -> list[Message]:
    """The request: what stays the same within a question, then what was said, the newest answer last."""
    question = task.question
    open_ids = [criterion.id for criterion in task.criteria]
    card = [(label(index), fact) for index, fact in enumerate(question.constraints)]
    system = prompts.render("llm/judge-system", question=question, card=card, passages=task.passages)
    *earlier, newest = [fenced(answer.text, f"candidate, turn {answer.turn}") for answer in task.answers]
    turn = prompts.render(
        "llm/judge",
        earlier=earlier,
        asked=fenced(task.asked, "interviewer") if task.asked else "",
        open="\n".join(f"- {id}" for id in open_ids),
        newest=newest,
    )
    return [{"role": "system", "content": system}, {"role": "user", "content": turn}]


def _flags(task: Task, reported: Sequence[str], credited: Sequence[Verdict]) -> tuple[Flag, ...]:
    """What was found in the newest answer, and what the model reports, unless it was given credit for the same words."""
    answer = task.answers[-1]
    found = flagged(answer.text, answer.turn)
    taken = [(flag.start, flag.end) for flag in found]
    taken += [(v.start, v.end) for v in credited if v.turn == answer.turn and v.start is not None and v.end is not None]
    for words in reported:
        place = locate(words, answer.text)
        if place and all(place[1] <= start or end <= place[0] for start, end in taken):
            taken.append(place)
            quote = answer.text[slice(*place)]
            found.append(Flag(kind="instruction_to_grader", quote=quote, turn=answer.turn, start=place[0], end=place[1]))
    return tuple(sorted(found, key=lambda flag: flag.start))
