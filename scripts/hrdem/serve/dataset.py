"""Which graphs a query is put to, and whether it would leave them, by SERVICE or FROM.

What counts as a keyword is what the engine's own parser takes for one
(:func:`hrdem.queries.has_keyword`), so neither comments nor strings can hide a clause or feign one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from hrdem.errors import HrdemError
from hrdem.sparql import asks_services, has_keyword, prologue
from hrdem.vocabulary import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

MOST: Final = 100
"""How often the word FROM may stand in a query that has such a clause."""

_GAP: Final = r"(?:\s|#[^\n\r]*(?:[\n\r]|\Z))*"
_CLAUSE: Final = re.compile(
    rf"(?i)(?<![\w?$])from(?![\w:-]){_GAP}(?:named{_GAP})?(<[^<>\s]*>|[\w.-]*:[^\s<>{{}}#]*)"
)


class RefusedError(HrdemError):
    """The query is right, but asks for what is not done here."""


def check(sparql: str, graphs: Container[str]) -> None:
    """Raise a sentence if a valid query asks for anything but `graphs`.

    Raises:
        RefusedError: if it does.
    """
    if asks_services(sparql):
        raise RefusedError(
            "This query asks another endpoint by SERVICE, and this server asks nobody. Leave that"
            " part out, or ask with a tool that follows SERVICE itself."
        )
    check_graphs(_from(sparql), graphs)


def check_graphs(iris: Iterable[str], graphs: Container[str]) -> None:
    """Raise a sentence unless all `iris` are names of `graphs`.

    Raises:
        RefusedError: for the first that is not.
    """
    for iri in iris:
        if iri not in graphs:
            raise RefusedError(
                f"There is no graph <{iri}> here, and this server fetches none from elsewhere."
                " SELECT DISTINCT ?graph { GRAPH ?graph { ?s ?p ?o } } lists the graphs."
            )


def _from(sparql: str) -> list[str]:
    """Return the IRIs in the FROM and FROM NAMED clauses of a valid query."""
    if not has_keyword(sparql, "from"):
        return []
    if sparql.lower().count("from") > MOST:
        raise RefusedError(
            f"The word FROM stands more than {MOST} times in this query. Name its graphs by"
            " default-graph-uri and named-graph-uri instead."
        )
    found = []
    for clause in _CLAUSE.finditer(sparql):
        # Only this one word is changed: if that breaks the query, it was a clause.
        start = clause.start()
        without = f"{sparql[:start]}zzzz{sparql[start + 4 :]}"
        try:
            ox.Store().query(without, prefixes=PREFIXES)
        except SyntaxError:
            found.append(_resolved(sparql, clause[1]))
        except (OSError, RuntimeError):
            pass  # answered, so it was no clause
    return found


def _resolved(sparql: str, term: str) -> str:
    """Return the IRI that `term` is in a query."""
    query = f"{prologue(sparql)}\nSELECT ?x {{ VALUES ?x {{ {term} }} }}"
    try:
        answer = ox.Store().query(query, prefixes=PREFIXES)
    except SyntaxError as problem:
        raise RefusedError(
            f"After FROM stands {term}, which cannot be read as a graph."
        ) from problem
    assert isinstance(answer, ox.QuerySolutions)
    (row,) = answer
    node = row["x"]
    assert isinstance(node, ox.NamedNode)
    return node.value
