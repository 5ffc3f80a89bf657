"""A few sentences at the head of a debrief. They are worded by a model from what was decided, and change nothing of it."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace

from app.core.debrief import CriterionReport, Debrief
from app.core.errors import EngineFailed
from app.core.ports import DebriefSummary
from app.core.score import Help
from app.core.usage import Call
from app.engines.llm.client import ModelClient
from app.engines.llm.faults import Fault, Kind
from app.engines.llm.fence import fenced
from app.engines.llm.wire import Message
from app.prompts import Prompts

#: Room for the text, in tokens, and for models that think aloud first.
TOKENS = 3000
#: Longer than this many words it is no summary.
WORDS = 160
#: Seconds that a reader of the debrief waits for it; the rest of the debrief needs no model.
PATIENCE = 20.0
HELPED = {Help.NONE: "", Help.PROBE: " (after a follow-up)", Help.HINT: " (after a hint)"}


class LlmSummarizer:
    """A Summarizer over any OpenAI-compatible model."""

    def __init__(self, client: ModelClient, prompts: Prompts, model: str, observe: Callable[[Call], None]) -> None:
        self._client = client
        self._prompts = prompts
        self._model = model
        self._observe = observe

    async def summarize(self, report: Debrief) -> DebriefSummary:
        """Sum a debrief up. Raises EngineFailed when the model cannot, or when it makes figures up."""
        log: list[Call] = []
        messages = messages_of(self._prompts, report)
        try:
            async with asyncio.timeout(PATIENCE):
                text = await self._client.complete(
                    messages, purpose="summary", model=self._model, tokens=TOKENS, temperature=0.4, schema=None, log=log
                )
            text = re.sub(r"^\s*<think>.*?</think>", "", text, flags=re.DOTALL).strip()
            if not figures(text) <= figures(messages[1]["content"]) or not 0 < len(text.split()) <= WORDS:
                log[-1] = replace(log[-1], outcome=str(Kind.OFF_SCRIPT))
                raise Fault(Kind.OFF_SCRIPT)
        except TimeoutError as error:
            raise EngineFailed(str(Fault(Kind.TIMED_OUT)), tuple(log)) from error
        except Fault as fault:
            raise EngineFailed(str(fault), tuple(log)) from fault
        finally:
            for call in log:
                self._observe(call)
        return DebriefSummary(text=text, calls=tuple(log))


def messages_of(prompts: Prompts, report: Debrief) -> list[Message]:
    """The request. What the candidate said is data here as everywhere."""
    questions = [(each.state.question.ask, [_line(item) for item in each.criteria]) for each in report.questions]
    return [
        {"role": "system", "content": prompts.render("llm/debrief-summary-system")},
        {"role": "user", "content": prompts.render("llm/debrief-summary", questions=questions)},
    ]


def _line(item: CriterionReport) -> tuple[str, str, str, str]:
    words = fenced(item.verdict.quote, "candidate") if item.verdict.quote else ""
    return item.verdict.status.value, HELPED[item.help], item.criterion.statement, words


def figures(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:[.,]\d+)*", text))
