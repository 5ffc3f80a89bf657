"""Mock loops: a full set of interviews, weighted."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Response

from app.core.mock_loop import MockLoop
from app.http import shapes
from app.http.openapi import for_v1
from app.http.schemas import Name, StartMockLoop
from app.http.server import Here

router = APIRouter(tags=["mock loops"])

LoopId = Annotated[Name, Path(description="Id of a mock loop, as it was given out.")]


@router.get("/v1/mock-loops/outline", responses=for_v1())
async def outline(here: Here) -> shapes.MockLoop:
    """What a mock loop consists of: its rounds, their weights and how much they ask. Nothing is begun."""
    return _shape(here.loops.outline())


@router.post("/v1/mock-loops", status_code=201, responses=for_v1(404, 507, body=True))
async def begin(here: Here, response: Response, body: Annotated[StartMockLoop | None, Body()] = None) -> shapes.MockLoop:
    """Begin a mock loop with its first round, whose clock starts at once."""
    asked = body or StartMockLoop()
    loop = await here.loops.begin(level=asked.level, engine=asked.engine, seed=asked.seed)
    response.headers["Location"] = f"/v1/mock-loops/{loop.id}"
    return _shape(loop)


@router.get("/v1/mock-loops/{id}", responses=for_v1(404, 422, 507))
async def read(id: LoopId, here: Here) -> shapes.MockLoop:
    """A mock loop as it stands, with the weighted overall of the rounds that have ended."""
    return _shape(await here.loops.read(id))


@router.post("/v1/mock-loops/{id}/next", responses=for_v1(404, 409, 422, 507))
async def go_on(id: LoopId, here: Here) -> shapes.MockLoop:
    """Begin the next round. A round that is open has to be finished first."""
    return _shape(await here.loops.go_on(id))


def _shape(loop: MockLoop) -> shapes.MockLoop:
    rounds = [
        shapes.MockRound(
            round=each.round,
            weight=each.weight,
            questions=each.questions,
            minutes=each.minutes,
            status=each.status,
            interview=each.interview.id if each.interview else None,
            overall=each.overall,
        )
        for each in loop.rounds
    ]
    return shapes.MockLoop(id=loop.id or None, overall=loop.overall, rounds=rounds)
