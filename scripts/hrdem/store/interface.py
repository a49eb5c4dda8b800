"""What every store can do, and what an answer looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from hrdem.errors import HrdemError
from hrdem.sparql import form_of

if TYPE_CHECKING:
    import pyoxigraph as ox

    Term = ox.NamedNode | ox.BlankNode | ox.Literal
    Row = tuple[Term | None, ...]

QUERY_SECONDS: Final = 60.0
"""How long a query may take unless said otherwise."""


class Table(NamedTuple):
    """The answer to a SELECT: column names and rows of terms, None where there is no value."""

    columns: tuple[str, ...]
    rows: list[Row]


class Store(Protocol):
    """A graph that answers SPARQL 1.1 queries."""

    def select(self, sparql: str) -> Table:
        """Return the answer to a SELECT."""

    def construct(self, sparql: str) -> list[ox.Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE, each once, sorted."""

    def ask(self, sparql: str) -> bool:
        """Return the answer to an ASK."""


def expect(sparql: str, *forms: str) -> None:
    """Raise a sentence unless `sparql` is a query of one of `forms`.

    Args:
        sparql: the query.
        forms: names in lower case: ``select``, ``construct``, ``describe``, ``ask``.

    Raises:
        HrdemError: if it is of another form.
    """
    form = form_of(sparql)
    if form not in forms:
        names = " or ".join(form.upper() for form in forms)
        raise HrdemError(f"This query is a {form.upper()}, and a {names} is wanted here.")
