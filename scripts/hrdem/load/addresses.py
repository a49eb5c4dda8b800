"""Finds where a store takes queries, updates and whole graphs, from the one address that is known.

The protocols do not say how these addresses hang together, so each product has its own way. An
address counts when it does what it is for, whatever the product calls itself.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from hrdem import vocabulary as v
from hrdem.errors import HrdemError
from hrdem.load.server import Server, ServerError


class Addresses(NamedTuple):
    """Where a store takes what.

    Attributes:
        query: address of the SPARQL 1.1 Query operation.
        update: address of the Update operation.
        graphs: address of the Graph Store Protocol, None if none was found.
        atomic: whether readers see an update as a whole or not at all. Virtuoso carries out large
            ones in portions that readers see; the other products do not.
    """

    query: str
    update: str
    graphs: str | None
    atomic: bool = True


class _Way(NamedTuple):
    """How the addresses of a product are made from its base."""

    query: str
    update: str
    graphs: tuple[str, ...]


_WAYS = (
    _Way("/query", "/update", ("/store", "/data")),  # Oxigraph; Apache Jena Fuseki
    _Way("/sparql", "/update", ("/data", "/store")),  # Fuseki with other names
    _Way("", "/statements", ("/rdf-graphs/service",)),  # Eclipse RDF4J and GraphDB
    _Way("/sparql", "/sparql-auth", ("/sparql-graph-crud-auth",)),  # Virtuoso
)
_ENDINGS = sorted(
    {ending for way in _WAYS for ending in (way.query, way.update, *way.graphs) if ending},
    key=len,
    reverse=True,
)
_QUESTION = "SELECT (1 AS ?one) {}"
"""A query that every store answers, whatever is in it."""
_NOTHING = "INSERT DATA {}"
"""An update that changes nothing, to see whether updates are taken at an address."""


def find_addresses(
    url: str,
    server: Server,
    *,
    update: str | None = None,
    graphs: str | None = None,
    write: bool = True,
) -> Addresses:
    """Return where the store at `url` takes queries, updates and graphs.

    Args:
        url: the base address of a dataset or repository, or any of the addresses looked for.
        server: speaks to the store.
        update: where it takes updates, if that is known.
        graphs: where it takes graphs, if that is known.
        write: whether to make sure that updates are taken, by one that changes nothing.

    Raises:
        HrdemError: if no address answers a query, or none takes an update.
    """
    base = _base(url)
    refusal: HrdemError | None = None
    for way in _WAYS:
        try:
            server.select(base + way.query, _QUESTION)
        except (ServerError, SyntaxError, ValueError) as problem:
            if isinstance(problem, ServerError) and problem.status in (None, 401, 403):
                refusal = refusal or problem
                if problem.status is None:
                    break  # nothing listens: the other addresses are no better
            continue
        if write:
            try:
                server.update(update or base + way.update, _NOTHING)
            except ServerError as problem:
                refusal = problem if problem.status in (401, 403) else refusal or problem
                continue
        return Addresses(
            base + way.query,
            update or base + way.update,
            graphs or _graphs(base, way.graphs, server),
            atomic="Virtuoso" not in server.product,
        )
    if update:  # somebody who knows better
        server.select(url, _QUESTION)
        return Addresses(url, update, graphs)
    if refusal is not None:
        raise refusal
    raise HrdemError(
        f"No SPARQL 1.1 store was found at {url}. Give the address of its dataset or repository, or"
        " name the address for updates with --update."
    )


def _graphs(base: str, endings: tuple[str, ...], server: Server) -> str | None:
    """Return the address that speaks the Graph Store Protocol, None if there is none."""
    for ending in endings:
        for parameters in ({"default": ""}, {"graph": v.GRAPH}):  # some know one with a name only
            try:
                server.send("HEAD", base + ending, params=parameters, attempts=1)
            except ServerError as problem:
                # It tells nobody but writers.
                if "Virtuoso" in server.product and problem.status in (500, 501):
                    return base + ending
                continue
            return base + ending
    return None


def _base(url: str) -> str:
    """Return `url` without what the known products put after the base, and without query."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    for ending in _ENDINGS:
        if path.endswith(ending):
            path = path.removesuffix(ending)
            break
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))
