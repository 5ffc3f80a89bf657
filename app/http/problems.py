"""Errors as RFC 9457 problem details: the one table from Viva's errors to statuses, and plain words for the rest."""

import json
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.core.errors import (
    AlreadyFinished,
    Conflict,
    EngineMissing,
    Invalid,
    NoHintLeft,
    NotFinished,
    NotFound,
    StorageBusy,
    StorageFull,
    TurnOutOfOrder,
    Unavailable,
    VivaError,
)

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
#: The most faults of one request that are listed.
MAX_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """How one class of error is answered; `retry_after` in seconds, where trying again makes sense."""

    status: HTTPStatus
    title: str
    retry_after: int | None = None


#: An error is answered as the nearest of its classes that stands here.
TABLE: Mapping[type[VivaError], Entry] = {
    NotFound: Entry(HTTPStatus.NOT_FOUND, "Not found"),
    Invalid: Entry(HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid request"),
    Conflict: Entry(HTTPStatus.CONFLICT, "Not at this moment"),
    TurnOutOfOrder: Entry(HTTPStatus.CONFLICT, "Turn out of order"),
    AlreadyFinished: Entry(HTTPStatus.CONFLICT, "Already finished"),
    NotFinished: Entry(HTTPStatus.CONFLICT, "Not finished"),
    NoHintLeft: Entry(HTTPStatus.CONFLICT, "No hint left"),
    Unavailable: Entry(HTTPStatus.SERVICE_UNAVAILABLE, "Unavailable", retry_after=5),
    StorageFull: Entry(HTTPStatus.INSUFFICIENT_STORAGE, "Storage full"),
    StorageBusy: Entry(HTTPStatus.SERVICE_UNAVAILABLE, "Storage busy", retry_after=1),
    EngineMissing: Entry(HTTPStatus.UNPROCESSABLE_ENTITY, "Engine missing"),
}

#: What to say where the framework's own detail says too little.
_DETAIL: Mapping[int, str] = {
    400: "The body cannot be read: send JSON, encoded in UTF-8.",
    404: "There is nothing at this address.",
    405: "This address does not take this method; the Allow header names those that it takes.",
    500: "Something went wrong on the server, and was logged there. Try again.",
}


class ProblemResponse(JSONResponse):
    """A problem on its way out. Half surrogate pairs, which a caller may have sent and JSON cannot hold, become `?`."""

    media_type = MEDIA_TYPE

    def render(self, content: Any) -> bytes:
        return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")


def describe(error: Exception, path: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The problem details of any error, and the headers that go with them. `path` is where it happened."""
    match error:
        case VivaError():
            body, headers = _from_viva(error)
        case RequestValidationError():
            body, headers = _from_validation(error), {}
        case HTTPException():
            body, headers = _problem(error.status_code, _detail(error)), dict(error.headers or {})
        case _:
            body, headers = _problem(500, _DETAIL[500]), {}
    return {**body, "instance": quote(path.encode("utf-8", "replace"))}, headers


def respond(error: Exception, path: str) -> ProblemResponse:
    """The same, as a response."""
    body, headers = describe(error, path)
    return ProblemResponse(body, status_code=body["status"], headers=headers)


def handler(methods: Mapping[str, Sequence[str]]) -> Callable[[Request, Any], Coroutine[Any, Any, Response]]:
    """The exception handler of an application. `methods` names, for each path, every method that it takes.

    The framework's own Allow header holds only those of the first route that it meets.
    """

    async def handle(request: Request, error: Exception) -> Response:
        path = getattr(request.scope.get("route"), "path", "")
        if isinstance(error, RequestValidationError) and _not_json(request, error):
            error = HTTPException(415, "The body must be JSON: send it with Content-Type: application/json.")
        if isinstance(error, HTTPException) and error.status_code == 405 and path in methods:
            error = HTTPException(405, headers={"Allow": ", ".join(methods[path])})
        return respond(error, request.url.path)

    return handle


def _problem(status: int, detail: str, title: str | None = None, type: str = "about:blank", **more: Any) -> dict[str, Any]:
    return {"type": type, "title": title or HTTPStatus(status).phrase, "status": int(status), "detail": detail, **more}


def _from_viva(error: VivaError) -> tuple[dict[str, Any], dict[str, str]]:
    entry = next(TABLE[cls] for cls in type(error).__mro__ if cls in TABLE)
    more: dict[str, Any] = {}
    if isinstance(error, Invalid | EngineMissing) and error.field:
        more = {"field": error.field, "errors": [{"field": error.field, "message": str(error)}]}
    if isinstance(error, TurnOutOfOrder):
        more = {"expected_turn": error.expected}
    urn = "urn:viva:" + entry.title.lower().replace(" ", "-")
    headers = {"Retry-After": str(entry.retry_after)} if entry.retry_after else {}
    return _problem(entry.status, str(error), entry.title, urn, **more), headers


def _from_validation(error: RequestValidationError) -> dict[str, Any]:
    faults = error.errors()
    if faults and faults[0]["type"] == "json_invalid":
        where, why = faults[0]["loc"][-1], faults[0]["ctx"]["error"]
        return _problem(400, f"The body is not valid JSON: {why}, at character {where}.")
    errors = [{"field": _field(fault["loc"]), "message": _message(fault)} for fault in faults[:MAX_FAULTS]]
    entry = TABLE[Invalid]
    detail = " ".join(each["message"] for each in errors)
    return _problem(entry.status, detail, entry.title, "urn:viva:invalid-request", field=errors[0]["field"], errors=errors)


def _field(loc: Sequence[Any]) -> str:
    """`criteria.0.weight`; the whole body is `body`."""
    return ".".join(str(step) for step in loc[1:]) or str(loc[0])


def _message(fault: Mapping[str, Any]) -> str:
    """One fault in plain words. What was sent is not repeated: it may be long, or a secret."""
    given: Mapping[str, Any] = fault.get("ctx") or {}
    match fault["type"]:
        case "missing":
            words = "is missing"
        case "extra_forbidden":
            words = "is not known here; leave it out"
        case "int_type" | "int_parsing" | "int_from_float" | "int_parsing_size":
            words = "must be a whole number"
        case "string_type":
            words = "must be text"
        case "string_unicode":
            words = "is not text that UTF-8 can hold"
        case "list_type":
            words = "must be a list"
        case "enum" | "literal_error":
            words = f"must be one of {given['expected']}"
        case "greater_than_equal":
            words = f"must be at least {given['ge']}"
        case "less_than_equal":
            words = f"must be at most {given['le']}"
        case "string_too_short":
            words = "is empty" if given["min_length"] == 1 else f"must have at least {given['min_length']} characters"
        case "string_too_long":
            words = f"must have at most {given['max_length']} characters"
        case "too_short":
            words = f"must have at least {given['min_length']} {_counted(fault)}"
        case "too_long":
            words = f"must have at most {given['max_length']} {_counted(fault)}"
        case "model_type" | "model_attributes_type" | "dict_type":
            words = "must be a JSON object"
        case "value_error":
            words = str(given["error"])
        case _:
            words = f"is not right: {fault['msg']}"
    return f"`{_field(fault['loc'])}` {words}."


def _counted(fault: Mapping[str, Any]) -> str:
    """What a length counts."""
    return "characters" if isinstance(fault.get("input"), str) else "entries"


def _detail(error: HTTPException) -> str:
    """The author's words, or ours where there are only the framework's."""
    framework = error.detail in (HTTPStatus(error.status_code).phrase, "", "There was an error parsing the body")
    return _DETAIL.get(error.status_code, error.detail) if framework else error.detail


def _not_json(request: Request, error: RequestValidationError) -> bool:
    """Whether the body was refused as a whole because it was not sent as JSON."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    json_sent = media == "application/json" or (media.startswith("application/") and media.endswith("+json"))
    return not json_sent and any(fault["loc"] == ("body",) and fault["type"] != "missing" for fault in error.errors())
