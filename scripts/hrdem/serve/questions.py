"""The saved questions as addresses: a list, and each with its parameters in the query string."""

from __future__ import annotations

import functools
import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from hrdem.names import nearest
from hrdem.serve import accept
from hrdem.serve.openapi import document
from hrdem.serve.protocol import BadRequest, fields_of
from hrdem.serve.replies import Service, sentence, wanted
from hrdem.serve.templates import environment

if TYPE_CHECKING:
    from starlette.requests import Request

    from hrdem.queries import SavedQuery


async def listing(request: Request) -> Response:
    """Answer with the list of questions, for people or as JSON."""
    service: Service = request.app.state.service
    chosen = accept.choose(wanted(request), accept.LIST)
    if chosen is None:
        return sentence(406, accept.refusal(accept.LIST), Vary="Accept")
    queries = service.source.queries
    if chosen[0] is accept.HTML:
        topics = [
            (topic, list(each)) for topic, each in groupby(queries, lambda query: query.topic)
        ]
        page = environment().get_template("questions.html").render(topics=topics)
        return Response(page, media_type="text/html", headers={"Vary": "Accept"})
    entries = [_entry(query) for query in queries]
    return Response(
        json.dumps(entries, ensure_ascii=False, indent=1) + "\n",
        media_type="application/json",
        headers={"Vary": "Accept"},
    )


def _entry(query: SavedQuery) -> dict[str, Any]:
    return {
        "name": query.name,
        "address": f"/queries/{query.name}",
        "summary": query.summary,
        "description": query.description,
        "topic": query.topic,
        "tags": list(query.tags),
        "parameters": [each._asdict() for each in query.parameters.values()],
        "formats": [offer.name for offer in accept.offers(query)],
        "answered": not query.endpoints,
    }


async def question(request: Request) -> Response:
    """Answer a saved question."""
    service: Service = request.app.state.service
    name = request.path_params["name"]
    queries = {query.name: query for query in service.source.queries}
    if name not in queries:
        near = nearest(name, {each: each for each in queries})
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        return sentence(404, f"There is no saved question {name!r}.{hint} /queries lists them all.")
    query = queries[name]
    try:
        values = _values(query, fields_of(request.scope["query_string"]))
        form = _form(query, values.pop("format", None), request)
    except BadRequest as problem:
        return sentence(problem.status, problem.message, Vary="Accept")
    return await service.reply(
        request, {"do": "question", "name": name, "values": values, "form": form}
    )


def _values(query: SavedQuery, fields: list[tuple[str, str]]) -> dict[str, str]:
    """Return the parameters of a request.

    Raises:
        BadRequest: if one is unknown, or given twice.
    """
    known = (*query.parameters, "format")
    values: dict[str, str] = {}
    for name, value in fields:
        if name not in known:
            raise BadRequest(
                400,
                f"The question {query.name} has no parameter {name!r}. It has: {', '.join(known)}.",
            )
        if name in values:
            raise BadRequest(400, f"{name} is given twice. Keep one of the two.")
        values[name] = value
    return values


def _form(query: SavedQuery, typed: str | None, request: Request) -> str:
    offers = accept.offers(query)
    names = [offer.name for offer in offers]
    if typed is not None:
        if typed not in names:
            raise BadRequest(400, f"format wants one of {', '.join(names)}, not {typed!r}.")
        return typed
    chosen = accept.choose(wanted(request), offers)
    if chosen is None:
        raise BadRequest(406, accept.refusal(offers))
    return chosen[0].name


async def openapi(request: Request) -> Response:
    """Answer with the description of all addresses."""
    service: Service = request.app.state.service
    return Response(_document(service), media_type="application/json")


@functools.cache
def _document(service: Service) -> bytes:
    made = document(service.source.queries, service.url)
    return (json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
