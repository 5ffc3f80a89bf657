"""What those who run the server ask it. No key is needed."""

from typing import Any

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from app.core.errors import Unavailable
from app.http import shapes
from app.http.openapi import problems
from app.http.server import Here

router = APIRouter(tags=["operations"])

_TEXT: dict[int | str, dict[str, Any]] = {
    200: {"description": "Prometheus text", "content": {"text/plain": {"schema": {"type": "string"}}}}
}


@router.get("/healthz", responses=problems(500))
async def health() -> shapes.Health:
    """Whether the process answers at all."""
    return shapes.Health(status="ok")


@router.get("/readyz", responses=problems(500, 503))
async def ready(here: Here) -> shapes.Ready:
    """Whether interviews can be held. A part that still loads does not hinder that; one that failed does."""
    parts = here.viva.readiness()
    failed = {part: state for part, state in parts.items() if state not in ("loading", "ready")}
    if failed:
        raise Unavailable("; ".join(f"{part}: {state}" for part, state in failed.items()))
    return shapes.Ready.model_validate({**parts, "status": "ready"})


@router.get("/metrics", response_class=Response, responses=_TEXT | problems(500))
async def metrics(here: Here) -> Response:
    """What the server has counted since it started."""
    return Response(here.metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})
