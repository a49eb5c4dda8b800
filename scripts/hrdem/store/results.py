"""Reads answers, as the embedded engine gives them and as servers write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from hrdem.errors import HrdemError
from hrdem.store.interface import Table
from hrdem.vocabulary import XSD

_BOOLEAN: Final = XSD + "boolean"
_DECIMAL: Final = XSD + "decimal"
_VIRTUOSO_ASK: Final = "__ASK_RETVAL"

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
    return Table(columns_of(answer), [tuple(map(canonical, row)) for row in drawn(answer)])


def columns_of(answer: Any) -> tuple[str, ...]:  # noqa: ANN401 (pyoxigraph's solutions)
    """Return the names of the columns of pyoxigraph's solutions."""
    return tuple(variable.value for variable in answer.variables)


def canonical(term: Any) -> Any:  # noqa: ANN401 (any term, and the same kind of term comes back)
    """Return a term with the lexical form that the embedded engine gives its value.

    Stores disagree on two datatypes. For an ``xsd:decimal`` that is a whole number some write the
    canonical form of XML Schema 1.0 (``3.0``), others that of `XML Schema 1.1
    <https://www.w3.org/TR/xmlschema11-2/#f-decimalCanmap>`_ (``3``), which is taken here; for an
    ``xsd:boolean`` Virtuoso writes ``1`` or ``0``, which is not the canonical form in either.
    """
    if not isinstance(term, ox.Literal):
        return term
    if term.datatype.value == _BOOLEAN:
        value = {"1": "true", "0": "false"}.get(term.value, term.value)
        return ox.Literal(value, datatype=term.datatype)
    if term.datatype.value == _DECIMAL:
        whole, _, part = term.value.partition(".")
        part = part.rstrip("0")
        if not part and re.fullmatch(r"[+-]?[0-9]+", whole):
            return ox.Literal(str(int(whole)), datatype=term.datatype)
    return term


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
    if isinstance(answer, ox.QuerySolutions):
        # Virtuoso 7 answers an ASK with this table: a row for yes, no row for no.
        if [variable.value for variable in answer.variables] == [_VIRTUOSO_ASK]:
            return bool(drawn(answer))
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
    return sorted_triples(
        ox.Triple(quad.subject, quad.predicate, canonical(quad.object))
        for quad in ox.parse(body, format=form)
    )
