"""Stateless judging, for other tools: any rubric, one answer, nothing kept."""

from fastapi import APIRouter

from app.http import shapes, views
from app.http.openapi import for_v1
from app.http.schemas import GradeAnswer
from app.http.server import Here

router = APIRouter(tags=["grading"])


@router.post("/v1/score", responses=for_v1(body=True))
async def score_answer(body: GradeAnswer, here: Here) -> shapes.Score:
    """Judge one answer criterion by criterion, and score it by the same rule as an interview."""
    return views.score(await here.coach.score(body.as_question(), body.answer, body.engine))


@router.post("/v1/probe", responses=for_v1(body=True))
async def probe_answer(body: GradeAnswer, here: Here) -> shapes.Probe:
    """What the interviewer would say next to that answer."""
    return views.probe(await here.coach.probe(body.as_question(), body.answer, body.engine))
