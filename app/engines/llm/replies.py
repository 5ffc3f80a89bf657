"""What the judge's model is asked to send, and how it is read: every field is checked here, whatever a server promises."""

import json
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.core.rubric import Question
from app.engines.llm.faults import Fault, Kind

#: Counted in the place of `ok` for a usable reply that had something wrong in it.
UNKNOWN_CRITERION = "unknown_criterion"
LEFT_OUT = "criterion_left_out"


class Sent(BaseModel):
    """Base of what a model sends. Its schema allows nothing else; what comes besides it is passed over."""

    model_config = ConfigDict(extra="ignore", json_schema_extra={"additionalProperties": False})


class SentVerdict(Sent):
    """One criterion. The quote stands first, so that a model looks for the words before it makes up its mind."""

    criterion: str
    quote: str
    status: Literal["met", "partial", "absent", "wrong", "unscored"]


class SentJudgement(Sent):
    """The whole reply. `asks_about` is the label of a card's line; `to_grader` are words of the candidate."""

    verdicts: list[Any]
    intent: Literal["answer", "question", "dont_know", "off_topic"] = "answer"
    asks_about: str | None = None
    to_grader: list[str] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as far as it could be used: one verdict at most for each open criterion; `remark` says what was wrong."""

    verdicts: Mapping[str, SentVerdict]
    intent: str
    fact: int | None
    to_grader: Sequence[str]
    remark: str | None


def label(fact: int) -> str:
    """What a line of the constraints card is called in the prompt."""
    return f"F{fact + 1}"


@cache
def schema(question: Question) -> Mapping[str, Any]:
    """The reply's JSON schema. It names every criterion of the question, so that it too stays the same from turn to turn."""
    whole, verdict = deepcopy(SentJudgement.model_json_schema()), deepcopy(SentVerdict.model_json_schema())
    verdict["properties"]["criterion"]["enum"] = [criterion.id for criterion in question.criteria]
    whole["properties"]["verdicts"]["items"] = verdict
    labels = [label(index) for index in range(len(question.constraints))]
    # A word for nothing: not every server's grammar takes a null among strings.
    whole["properties"]["asks_about"] = {"type": "string", "enum": [*labels, "none"]}
    whole["required"] = list(whole["properties"])  # what is lenient in reading is strict in asking
    bare: Mapping[str, Any] = without_titles(whole)
    return bare


def read_reply(content: str, question: Question, open_ids: Sequence[str]) -> Reply:
    """Check a reply. Raises Fault when nothing in it can be used."""
    try:
        sent = SentJudgement.model_validate(json_in(content))
    except ValidationError as error:
        raise Fault(Kind.BAD_SHAPE, str(error)) from error
    known = {criterion.id for criterion in question.criteria}
    readable = [verdict for verdict in map(_verdict, sent.verdicts) if verdict]
    if open_ids and not readable:
        raise Fault(Kind.BAD_SHAPE, "no verdict in it")
    verdicts: dict[str, SentVerdict] = {}
    for verdict in readable:
        if verdict.criterion in open_ids:
            verdicts.setdefault(verdict.criterion, verdict)
    remark = None
    if any(verdict.criterion not in known for verdict in readable):
        remark = UNKNOWN_CRITERION
    elif len(verdicts) < len(open_ids):
        remark = LEFT_OUT
    labels = [label(index) for index in range(len(question.constraints))]
    fact = labels.index(sent.asks_about) if sent.asks_about in labels else None
    return Reply(verdicts, sent.intent, fact, sent.to_grader, remark)


def _verdict(sent: object) -> SentVerdict | None:
    """One verdict, or None where it is none: the others need not suffer for it."""
    try:
        return SentVerdict.model_validate(sent)
    except ValidationError:
        return None


def json_in(content: str) -> Any:
    """The JSON object in an answer: some models think aloud first, or put a code fence around it."""
    text = re.sub(r"^\s*<think>.*?</think>", "", content, flags=re.DOTALL)
    start, end = text.find("{"), text.rfind("}")
    try:
        return json.loads(text[start : end + 1])
    except (ValueError, RecursionError) as error:
        raise Fault(Kind.BAD_JSON, str(error)) from error


def without_titles(schema: Any) -> Any:
    """Pydantic's titles and descriptions are for people; here each of them costs tokens in every request."""
    if isinstance(schema, dict):
        return {
            key: without_titles(value)
            for key, value in schema.items()
            if not (key in ("title", "description", "default") and not isinstance(value, dict))
        }
    return [without_titles(item) for item in schema] if isinstance(schema, list) else schema
