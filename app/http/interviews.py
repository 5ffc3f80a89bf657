"""Interviews: start, answer, hint, finish, debrief."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response
from pydantic import Field

from app.core.exchange import check_answer
from app.http import accept, debrief_shapes, debrief_views, shapes, views
from app.http.openapi import for_v1
from app.http.schemas import MAX_INT, CheckSelf, SendAnswer, StartInterview
from app.http.server import Here, InterviewId
from app.http.stream import TurnStream
from app.http.topics import Number

router = APIRouter(tags=["interviews"])

_STREAM = """event: stored
data: {"turn":1}

event: judged
data: {"verdicts":[…],"criteria":[…]}

event: token
data: {"text":"What"}

event: message
data: {"id":"…","status":"open","turn":2,…}
"""


_TEXT = {"schema": {"type": "string"}}
_EVENT = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {"event": {"enum": ["stored", "judged", "token", "message", "error"]}, "data": {"type": "string"}},
}


def _ok(description: str, **media: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """The 200 of a route that has other media types beside JSON."""
    return {200: {"description": description, "content": media}}


@router.post(
    "/v1/interviews",
    status_code=201,
    responses=for_v1(404, 507, body=True)
    | {
        201: {
            "description": "Started; the first question is asked",
            "headers": {"Location": {"description": "Where the interview is", "schema": {"type": "string"}}},
        }
    },
)
async def start_interview(
    here: Here, response: Response, body: Annotated[StartInterview | None, Body()] = None
) -> shapes.Outcome:
    """Plan an interview and ask its first question."""
    outcome = await here.coach.start((body or StartInterview()).request())
    response.headers["Location"] = f"/v1/interviews/{outcome.interview.id}"
    return views.outcome(outcome, here.coach.catalog.notes)


@router.get("/v1/interviews", responses=for_v1(422))
async def list_interviews(
    here: Here,
    limit: Annotated[int, Number, Field(ge=1, le=200), Query(description="How many, at most.")] = 50,
    offset: Annotated[int, Number, Field(ge=0, le=MAX_INT), Query(description="How many to leave out first.")] = 0,
) -> shapes.Interviews:
    """Past and open interviews, newest first."""
    notes = here.coach.catalog.notes
    found = await here.coach.list(limit, offset)
    return shapes.Interviews(interviews=[views.interview_line(summary, notes) for summary in found])


@router.get("/v1/interviews/{id}", responses=for_v1(404, 422, 507))
async def read_interview(id: InterviewId, here: Here) -> shapes.Interview:
    """An interview as it stands. What a crash may have left undone is finished first."""
    return views.whole(await here.coach.interview(id), here.coach.catalog.notes)


@router.delete("/v1/interviews/{id}", status_code=204, responses=for_v1(404, 422))
async def delete_interview(id: InterviewId, here: Here) -> None:
    """Forget an interview and everything in it."""
    await here.coach.delete(id)


@router.post(
    "/v1/interviews/{id}/answers",
    response_model=shapes.Outcome,
    responses=for_v1(404, 406, 409, 507, body=True)
    | _ok("Where the turn led, or its events as they come", **{accept.SSE: {"itemSchema": _EVENT, "example": _STREAM}}),
)
async def answer(id: InterviewId, body: SendAnswer, here: Here, request: Request, response: Response) -> Any:
    """Take one turn. Sent again, it returns its first outcome with `repeated`.

    With `Accept: text/event-stream` the events are `stored`, `judged` (practice style only: the verdicts, and how
    the criteria of the question answered stand), `token` (appended, they are the message) and, always last,
    `message` (the outcome) or `error` (a problem). A caller that leaves loses nothing: the turn ends without it.
    """
    media = accept.negotiate(request, (accept.JSON, accept.SSE))
    check_answer(body.text)
    turn = await here.turns.begin(here.coach.answer(id, body.turn, body.text))
    if media == accept.SSE:
        return TurnStream(turn, here, request.url.path)
    response.headers["Vary"] = "Accept"
    return views.outcome(await turn.outcome(), here.coach.catalog.notes)


@router.post("/v1/interviews/{id}/hint", responses=for_v1(404, 409, 422, 507))
async def hint(id: InterviewId, here: Here) -> shapes.Outcome:
    """A hint on what was asked for last. It costs credit; asked for again in the same turn, it is the same hint."""
    return views.outcome(await here.coach.hint(id), here.coach.catalog.notes)


@router.post("/v1/interviews/{id}/finish", responses=for_v1(404, 422, 507))
async def finish(id: InterviewId, here: Here) -> shapes.Outcome:
    """End the interview here. Ending it twice changes nothing."""
    return views.outcome(await here.coach.finish(id), here.coach.catalog.notes)


@router.get(
    "/v1/interviews/{id}/debrief",
    response_model=debrief_shapes.Debrief,
    responses=for_v1(404, 406, 409, 422, 507)
    | _ok("The report, as JSON, a page of its own or Markdown", **dict.fromkeys((accept.HTML, accept.MARKDOWN), _TEXT)),
)
async def debrief(id: InterviewId, here: Here, request: Request, response: Response) -> Any:
    """The report of a finished interview: what was credited, from which words, what it cost, what to do next."""
    media = accept.negotiate(request, (accept.JSON, accept.HTML, accept.MARKDOWN))
    report = debrief_views.debrief(await here.coach.debrief(id))
    response.headers["Vary"] = "Accept"
    if media == accept.HTML:
        return here.pages.html(report)
    if media == accept.MARKDOWN:
        return here.pages.markdown(report)
    return report


@router.post("/v1/interviews/{id}/self-checks", responses=for_v1(404, 409, 507, body=True))
async def self_check(id: InterviewId, body: CheckSelf, here: Here) -> shapes.SelfCheck:
    """Keep the candidate's own view of a criterion: words of theirs that state it. An empty quote takes it back."""
    kept = await here.coach.self_check(id, body.question, body.criterion, body.turn, body.quote)
    return shapes.SelfCheck.model_validate(kept)
