"""Which address leads where."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from hrdem.serve import protocol, questions, things
from hrdem.serve.guards import Guards, TooLarge
from hrdem.serve.pool import Pool
from hrdem.serve.replies import Service, sentence
from hrdem.serve.templates import edition, style_sheet

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.requests import Request

    from hrdem.project import Project
    from hrdem.serve.limits import Limits
    from hrdem.serve.source import Source

ROUTES = (
    Route("/", things.front),
    Route("/sparql", protocol.sparql, methods=["GET", "POST"]),
    Route("/data", protocol.data),
    Route("/queries", questions.listing),
    Route("/queries/{name}", questions.question),
    Route("/openapi.json", questions.openapi),
    Route("/.well-known/void", things.void),
    Route("/health", things.health),
    Route("/ready", things.ready),
    Route("/pages.css", things.style),
    Route("/rules.html", things.rules),
    Route("/index.html", things.moved_rules),
    Route("/{path:path}", things.thing),
)


def make_app(
    project: Project,
    source: Source,
    pool: Pool,
    limits: Limits,
    url: str,
    log: Callable[[str], object] | None,
) -> Starlette:
    """Return the application.

    Args:
        project: whose rules are explained.
        source: what is served.
        pool: who answers; started already.
        limits: how much may be taken.
        url: the address under which people reach the server.
        log: takes a line for each request; None logs nothing.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.rule_pages = asyncio.create_task(asyncio.to_thread(things.rule_pages, project))
        yield

    app = Starlette(
        routes=ROUTES,
        lifespan=lifespan,
        middleware=[
            Middleware(Guards, limits=limits, log=log),
            Middleware(
                CORSMiddleware,
                allow_origins=["*"],
                allow_methods=["GET", "HEAD", "POST", "OPTIONS"],
                allow_headers=["*"],
                expose_headers=["ETag", "Location", "Retry-After"],
            ),
        ],
        exception_handlers={
            HTTPException: _refused,
            TooLarge: _too_large,
            ClientDisconnect: _left,
            Exception: _failed,
        },
    )
    app.state.service = Service(source, pool, url, edition(source))
    app.state.limits = limits
    app.state.style = style_sheet()
    return app


async def _refused(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    headers = dict(problem.headers or {})
    if problem.status_code == 405:
        allowed = headers.get("Allow", "GET, HEAD")
        return sentence(
            405,
            f"{request.method} is not done here: the graph is only read. This address answers"
            f" {allowed}.",
            Allow=allowed,
        )
    if problem.status_code == 404:
        return sentence(404, "Nothing has this address here.")
    return sentence(problem.status_code, f"{problem.detail}.", **headers)


async def _too_large(request: Request, problem: Exception) -> Response:
    return sentence(413, str(problem), Connection="close")


async def _left(request: Request, problem: Exception) -> Response:
    return Response(status_code=499)  # nobody reads it


async def _failed(request: Request, problem: Exception) -> Response:
    return sentence(500, "The server failed at this, which is a fault of the program.")
