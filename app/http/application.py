"""The application: routes, layers and the life of a server."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from app import __version__
from app.config import Settings
from app.core.errors import VivaError
from app.http import grading, interviews, mock_loops, operations, stories, topics
from app.http.auth import BearerAuth, check_exposure
from app.http.debrief_pages import DebriefPages
from app.http.edge import BodyLimit, Edge
from app.http.metrics import Metrics
from app.http.openapi import document
from app.http.page import Page
from app.http.problems import handler
from app.http.server import Server, State
from app.http.turns import Turns, before_shutdown
from app.wiring import Viva, build

ROUTERS = (topics.router, interviews.router, mock_loops.router, stories.router, grading.router, operations.router)


class Application(FastAPI):
    """FastAPI with our own OpenAPI document."""

    def openapi(self) -> dict[str, Any]:
        return document(self)


def create_app(settings: Settings, viva: Viva | None = None, metrics: Metrics | None = None) -> FastAPI:
    """The public API and the page. The lifespan builds a Viva from the settings, or uses the one that is given.

    `metrics` are given with a Viva whose requests to models they count.

    Start-up raises Invalid when the server would be open to others without a key, and whatever `wiring.build` raises.
    """
    metrics = metrics or Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[State]:
        check_exposure(settings)
        async with AsyncExitStack() as stack:
            running = viva if viva is not None else await stack.enter_async_context(build(settings, on_call=metrics.call))
            turns = await stack.enter_async_context(Turns(metrics.step))
            with before_shutdown(turns.stop):
                yield {"server": Server(viva=running, turns=turns, metrics=metrics, pages=DebriefPages())}

    app = Application(
        title="Viva",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,  # its scripts come from a network that may not be there
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
        middleware=[
            Middleware(Edge, metrics=metrics),
            Middleware(BodyLimit),
            Middleware(BearerAuth, keys=settings.api_keys),
        ],
        exception_handlers=dict.fromkeys((VivaError, HTTPException, RequestValidationError), handler(_methods())),
    )
    for router in ROUTERS:
        app.router.routes.extend(router.routes)  # as they are: including would analyse each of them again
    app.router.default = Page()
    return app


def _methods() -> dict[str, list[str]]:
    """What each path takes."""
    methods: dict[str, set[str]] = {}
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute):
                methods.setdefault(route.path, set()).update(route.methods or ())
    return {path: sorted(taken) for path, taken in methods.items()}
