"""Reads answers, as the embedded engine gives them and as servers write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from hrdem.errors import HrdemError
from hrdem.store.interface import Table

if TYPE_CHECKING:
    from collections.abc import Iterable


def drawn(answer: Iterable[Any]) -> list[Any]:
    """Return everything that `answer` holds; engines compute it while it is drawn."""
    try:
        return list(answer)
    except (OSError, RuntimeError) as problem:
        raise failed(problem) from problem


def failed(problem: Exception) -> HrdemError:
    """Return the error that says what an engine said when it could not answer."""
    return HrdemError(f"The query could not be answered: {str(problem).rstrip('.')}.")


def as_table(answer: Any) -> Table:  # noqa: ANN401 (pyoxigraph's solutions)
    """Return pyoxigraph's solutions as a table, drawing all of them."""
    columns = tuple(variable.value for variable in answer.variables)
    return Table(columns, [tuple(row) for row in drawn(answer)])


def sorted_triples(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """Return `triples`, each once, in the order of their N-Triples."""
    return sorted(set(triples), key=str)


def read_table(body: bytes, media_type: str) -> Table:
    """Return the table in `body`, in any of the SPARQL 1.1 result formats.

    Args:
        body: the answer.
        media_type: its media type; JSON is assumed if it is none of the known ones.

    Raises:
        SyntaxError, ValueError: if `body` is not a table in that format.
    """
    answer = ox.parse_query_results(body, format=_result_format(media_type))
    if not isinstance(answer, ox.QuerySolutions):
        raise ValueError("not a table")
    return as_table(answer)


def read_boolean(body: bytes, media_type: str) -> bool:
    """Return the boolean in `body`; arguments and errors are those of :func:`read_table`."""
    answer = ox.parse_query_results(body, format=_result_format(media_type))
    if not isinstance(answer, ox.QueryBoolean):
        raise ValueError("not a boolean")
    return bool(answer)


def _result_format(media_type: str) -> ox.QueryResultsFormat:
    return ox.QueryResultsFormat.from_media_type(media_type) or ox.QueryResultsFormat.JSON


def read_triples(body: bytes, media_type: str) -> list[ox.Triple]:
    """Return the triples in `body`, each once, sorted.

    Args:
        body: RDF.
        media_type: its media type; Turtle is assumed if it is none of the known ones.

    Raises:
        SyntaxError: if `body` is not RDF in that format.
    """
    form = ox.RdfFormat.from_media_type(media_type) or ox.RdfFormat.TURTLE
    return sorted_triples(quad.triple for quad in ox.parse(body, format=form))
