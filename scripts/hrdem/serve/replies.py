"""Answers of workers as HTTP responses: conditional requests, caching, and clients that leave."""

from __future__ import annotations

import asyncio
import hashlib
import re
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from hrdem.serve.worker import PLAIN, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from hrdem.serve.pool import Pool
    from hrdem.serve.source import Source

CACHE = "public, no-cache"
"""May be kept by anybody, and is asked about each time, which costs little: see ETag."""


class Service:
    """What all addresses share.

    Attributes:
        source: what is served.
        pool: who answers.
        url: the address of the server as people reach it, without a slash at its end.
        edition: what answers depend on beside the graph: see :func:`hrdem.serve.templates.edition`.
    """

    def __init__(self, source: Source, pool: Pool, url: str, edition: str) -> None:
        self.edition = edition
        self.source = source
        self.pool = pool
        self.url = url

    async def reply(
        self,
        request: Request,
        job: dict[str, Any],
        vary: str | None = "Accept",
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Return the response to a request that a worker answers.

        Args:
            request: the request; its body has been read.
            job: the job for the worker.
            vary: header on which the response depends, beside the address.
            headers: further headers of a good response.
        """
        etag = self._etag(request, job)
        known = request.headers.get("if-none-match", "")
        readable = request.method in ("GET", "HEAD")
        if readable and etag.removeprefix("W/") in re.findall(r'"[^"]*"', known):
            return self._finished(Response(status_code=304), etag, vary, headers)
        reply = await self._while_connected(request, job)
        if reply is None:
            return Response(status_code=499)  # nobody reads it
        if reply.status == 200 and readable and known.strip() == "*":
            return self._finished(Response(status_code=304), etag, vary, headers)
        response = plain(reply)
        if reply.status != 200:
            if vary:
                response.headers["Vary"] = vary
            return response
        return self._finished(response, etag if readable else None, vary, headers)

    def _etag(self, request: Request, job: Mapping[str, Any]) -> str:
        """Return the tag of what a job has as answer: of the graph, and all that was asked.

        The graph stays the same as long as the server runs, so the answer to the same job does. It
        is a weak tag for queries, since workers may give rows without ORDER BY in another order.
        """
        accepted = request.headers.getlist("accept")
        asked = (self.source.canonical, self.edition, sorted(job.items()), accepted)
        tag = f'"{hashlib.sha256(repr(asked).encode()).hexdigest()[:32]}"'
        return f"W/{tag}" if job["do"] == "query" else tag

    @staticmethod
    def _finished(
        response: Response,
        etag: str | None,
        vary: str | None,
        headers: Mapping[str, str] | None,
    ) -> Response:
        if etag:
            response.headers["ETag"] = etag
            response.headers["Cache-Control"] = CACHE
        if vary:
            response.headers["Vary"] = vary
        response.headers.update(headers or {})
        return response

    async def _while_connected(self, request: Request, job: dict[str, Any]) -> Reply | None:
        """Return the answer to a job, None if the client went away before it was there."""
        doing = asyncio.create_task(self.pool.do(job))
        leaving = asyncio.create_task(_gone(request))
        try:
            await asyncio.wait((doing, leaving), return_when=asyncio.FIRST_COMPLETED)
            if doing.done():
                return doing.result()
            leaving.result()  # raises what was wrong with the rest of the request
            return None
        finally:
            for task in (doing, leaving):
                task.cancel()
            await asyncio.gather(doing, leaving, return_exceptions=True)


def wanted(request: Request) -> str | None:
    """Return the header Accept, all of its occurrences joined, None if there is none."""
    return ", ".join(request.headers.getlist("accept")) or None


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def plain(reply: Reply) -> Response:
    """Return a reply as a response, with no further headers than its status asks for."""
    headers = {"Content-Type": reply.media_type}
    if reply.status == 503:
        headers["Retry-After"] = "5"
    return Response(reply.body, reply.status, headers)


def sentence(status: int, text: str, **headers: str) -> Response:
    """Return a response that says in words what was wrong."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = text.rstrip("\n") + "\n"
    return Response(body, status, {"Content-Type": PLAIN, **named})
