"""What a running server holds, typed, in the lifespan's state; routes get it as `Here`."""

from dataclasses import dataclass
from typing import Annotated, TypedDict, cast

from fastapi import Depends, Path
from starlette.requests import Request

from app.coach import Coach
from app.http.debrief_pages import DebriefPages
from app.http.metrics import Metrics
from app.http.schemas import Name
from app.http.turns import Turns
from app.mock_loops import MockLoops
from app.stories import Stories
from app.wiring import Viva


@dataclass(frozen=True, slots=True)
class Server:
    """One running application."""

    viva: Viva
    turns: Turns
    metrics: Metrics
    pages: DebriefPages

    @property
    def coach(self) -> Coach:
        return self.viva.coach

    @property
    def loops(self) -> MockLoops:
        return self.viva.loops

    @property
    def stories(self) -> Stories:
        return self.viva.stories


class State(TypedDict):
    """The lifespan's state."""

    server: Server


async def _here(request: Request) -> Server:
    return cast(Server, request.state.server)


Here = Annotated[Server, Depends(_here)]
InterviewId = Annotated[Name, Path(description="Id of an interview, as it was given out.")]
TopicSlug = Annotated[Name, Path(description="Slug of a topic.", examples=["bias-variance"])]
