"""How a server wants to be asked: found out from its refusals, once for each base URL, and remembered.

Servers that speak the same protocol differ in three things. Structured output: `json_schema` is enforced by OpenAI,
vLLM, Ollama and llama.cpp's own server; llama-cpp-python answers 500 to it and takes `json_object` with the schema in
it; others take neither. The length limit: OpenAI's reasoning models refuse `max_tokens`, Ollama reads nothing else.
And some models refuse a temperature, some servers `stream_options`. The prompt describes the answer's shape in words
on every rung, and every answer is validated here, so the lowest rung works too, less surely.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from app.engines.llm.faults import Fault, Kind


class Rung(StrEnum):
    """How an answer is held to its shape, the surest first."""

    JSON_SCHEMA = "json_schema"
    JSON_OBJECT = "json_object"
    PROMPT = "prompt"


class Dialect:
    """What is known of one server. `rung` is None until a structured request has succeeded."""

    def __init__(self) -> None:
        self.rung: Rung | None = None
        self._limit = "max_tokens"
        self._temperature = True
        self._stream_options = True

    def rungs(self) -> tuple[Rung, ...]:
        """The rungs to try, in order."""
        return tuple(Rung) if self.rung is None else (self.rung,)

    def options(self, *, tokens: int, temperature: float, stream: bool = False) -> dict[str, Any]:
        """The parameters of a request beside its model and messages."""
        options: dict[str, Any] = {self._limit: tokens}
        if self._temperature:
            options["temperature"] = temperature
        if stream:
            options["stream"] = True
            if self._stream_options:
                options["stream_options"] = {"include_usage": True}
        return options

    def learn(self, fault: Fault) -> bool:
        """Change what a refusal names; False when it names nothing that can be changed."""
        if fault.kind is not Kind.BAD_REQUEST:
            return False
        if self._limit in fault.detail and "max_completion_tokens" in fault.detail:
            self._limit = "max_completion_tokens" if self._limit == "max_tokens" else "max_tokens"
            return self._limit == "max_completion_tokens"  # there and back again is no progress
        if self._temperature and "temperature" in fault.detail:
            self._temperature = False
            return True
        if self._stream_options and "stream_options" in fault.detail:
            self._stream_options = False
            return True
        return False


def response_format(rung: Rung, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The request's part that holds an answer to a JSON schema, on that rung."""
    match rung:
        case Rung.JSON_SCHEMA:
            return {
                "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}
            }
        case Rung.JSON_OBJECT:
            return {"response_format": {"type": "json_object", "schema": schema}}
        case Rung.PROMPT:
            return {}


def may_be_form(fault: Fault) -> bool:
    """Whether a fault may mean that the server lacks a rung, rather than that it is unwell."""
    return fault.kind in (Kind.BAD_REQUEST, Kind.SERVER_ERROR)
