"""The OpenAPI document: what every operation has in common is added here, once."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.http.problems import MEDIA_TYPE
from app.http.shapes import Problem

DESCRIPTION = """Viva asks, probes and grades the way a good interviewer does, and shows its evidence: every point it
credits is tied to the candidate's own words.

Errors are problem details (RFC 9457). `detail` is written for a person; `type` is stable, for programs."""

#: What any call to /v1 may be answered with, whatever else it documents.
_ANYWHERE = (401, 413, 500, 503)
_WORDS = {
    400: "The body cannot be read",
    401: "A key is needed",
    404: "There is no such thing",
    406: "It does not come as any of the types accepted",
    409: "Not at this moment; `detail` says why",
    413: "The body is too large",
    415: "The body is not sent as JSON",
    422: "Something in the request is wrong; `field` says what",
    500: "A fault of the server's",
    503: "Not now; worth trying again after `Retry-After` seconds",
    507: "The disk is full; nothing was accepted",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may end in these problems."""
    return {
        status: {"model": Problem, "description": _WORDS.get(status, HTTPStatus(status).phrase)} for status in sorted(statuses)
    }


def for_v1(*statuses: int, body: bool = False) -> dict[int | str, dict[str, Any]]:
    """The same for a route of /v1, with what holds anywhere; `body` for one that reads a body."""
    return problems(*_ANYWHERE, *((400, 415, 422) if body else ()), *statuses)


def document(app: FastAPI) -> dict[str, Any]:
    """The document of an application, built once. Problems get their own media type, which no route can declare."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes)
        for path, operations in schema["paths"].items():
            for operation in operations.values():
                for status, response in operation["responses"].items():
                    if status >= "400":
                        response["content"] = {MEDIA_TYPE: response["content"]["application/json"]}
                if path.startswith("/v1"):
                    operation["security"] = [{"key": []}, {}]
        schema["components"]["securitySchemes"] = {
            "key": {"type": "http", "scheme": "bearer", "description": "Asked for when the server has VIVA_API_KEYS."}
        }
        app.openapi_schema = schema
    return app.openapi_schema
