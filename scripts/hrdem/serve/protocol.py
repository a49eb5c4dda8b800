"""The `SPARQL 1.1 Protocol <https://www.w3.org/TR/sparql11-protocol/>`_, of which only queries, and
the reading half of the `Graph Store HTTP Protocol
<https://www.w3.org/TR/sparql11-http-rdf-update/>`_.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qsl

from hrdem.errors import count
from hrdem.serve.description import service_description
from hrdem.serve.replies import Service, sentence, wanted

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
FIELDS: Final = 256
"""How many fields a form or a query string may have."""


class BadRequest(Exception):
    """What came is no query of the protocol.

    Args:
        status: the HTTP status code.
        message: a sentence that says what is wrong and what to do.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Asked(NamedTuple):
    """A query and the graphs that the protocol names for it; None where it names none."""

    sparql: str
    default: list[str] | None
    named: list[str] | None


async def sparql(request: Request) -> Response:
    """Answer at the address of the SPARQL endpoint."""
    service: Service = request.app.state.service
    try:
        if request.method != "POST" and not request.url.query:
            return await service_description(request, service)
        asked = await _asked(request)
    except BadRequest as problem:
        return sentence(problem.status, problem.message)
    job = {"do": "query", **asked._asdict(), "wanted": wanted(request)}
    return await service.reply(request, job)


async def data(request: Request) -> Response:
    """Answer at the address of the graph store."""
    service: Service = request.app.state.service
    try:
        fields = fields_of(request.scope["query_string"])
    except BadRequest as problem:
        return sentence(problem.status, problem.message)
    names = [name for name, _ in fields]
    if names not in (["default"], ["graph"]):
        return sentence(
            400,
            "Say which graph: /data?default for the merged graph, /data?graph=IRI for one of the"
            " named ones, and nothing else.",
        )
    graph = fields[0][1] if names == ["graph"] else None
    return await service.reply(request, {"do": "graph", "graph": graph, "wanted": wanted(request)})


async def _asked(request: Request) -> Asked:
    """Return the query in a request.

    Raises:
        BadRequest: if there is not exactly one, or it is an update.
    """
    fields = fields_of(request.scope["query_string"])
    if request.method == "POST":
        body = await _body(request)
        media_type, _, rest = request.headers.get("content-type", "").partition(";")
        media_type = media_type.strip().lower()
        if media_type == UPDATE:
            raise _read_only()
        if media_type not in (FORM, QUERY):
            raise BadRequest(
                415,
                f"A query is sent by POST as {QUERY} or, in the field query, as {FORM}; and the"
                f" header Content-Type says {media_type or 'nothing'}.",
            )
        charset = rest.lower().partition("charset=")[2].strip(' "').partition(";")[0]
        if charset not in ("", "utf-8", "utf8"):
            raise BadRequest(
                415, f"A query is sent in UTF-8, and the header Content-Type says {charset[:40]!r}."
            )
        if media_type == FORM:
            fields += fields_of(body)
        else:
            fields.append(("query", _decoded(body)))
    if any(name == "update" for name, _ in fields):
        raise _read_only()
    queries = [value for name, value in fields if name == "query"]
    if len(queries) != 1:
        how = "none is there" if not queries else f"there are {len(queries)}"
        raise BadRequest(400, f"Send one query, in the parameter query; {how}.")
    return Asked(queries[0], _graphs(fields, "default"), _graphs(fields, "named"))


async def _body(request: Request) -> bytes:
    seconds = request.app.state.limits.seconds
    try:
        async with asyncio.timeout(seconds):
            return await request.body()
    except TimeoutError:
        raise BadRequest(408, f"The query did not arrive in {count(seconds, 'second')}.") from None


def _read_only() -> BadRequest:
    return BadRequest(
        403,
        "The graph is read-only here, so there are no updates. Ask with SELECT, ASK, CONSTRUCT or"
        " DESCRIBE, in the parameter query.",
    )


def _graphs(fields: list[tuple[str, str]], which: str) -> list[str] | None:
    """Return the values of default-graph-uri or named-graph-uri, None if there are none."""
    return [value for name, value in fields if name == f"{which}-graph-uri"] or None


def fields_of(text: bytes) -> list[tuple[str, str]]:
    """Return the fields of a query string or form.

    Raises:
        BadRequest: if it is not UTF-8, or has too many.
    """
    try:
        return parse_qsl(
            text.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=FIELDS,
        )
    except UnicodeDecodeError:
        raise _not_utf8() from None
    except ValueError:
        raise BadRequest(400, f"There are more than {FIELDS} parameters. Send fewer.") from None


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise _not_utf8() from None


def _not_utf8() -> BadRequest:
    return BadRequest(400, "What was sent is not UTF-8, percent-encoded where it must be.")
