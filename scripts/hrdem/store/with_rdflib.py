"""rdflib as a store: an engine that shares no code with Oxigraph, so that tests can compare.

rdflib is imported where it is used, because importing it takes a quarter of a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from hrdem.store.interface import Table, expect
from hrdem.store.results import sorted_triples
from hrdem.vocabulary import PREFIXES, XSD

if TYPE_CHECKING:
    from pathlib import Path


class RdflibStore:
    """rdflib, with the union of all graphs as default graph.

    Args:
        path: a file of triples (``.ttl``, ``.nt`` …) or of quads (``.trig``, ``.nq``).
    """

    def __init__(self, path: Path) -> None:
        import rdflib

        # rdflib would rewrite the text of literals ("01" to "1"), and answers compare terms.
        rdflib.NORMALIZE_LITERALS = False
        quads = path.suffix in (".trig", ".nq")
        self._graph: Any = rdflib.Dataset(default_union=True) if quads else rdflib.Graph()
        self._graph.parse(str(path))

    def _query(self, sparql: str) -> Any:  # noqa: ANN401
        return self._graph.query(sparql, initNs=PREFIXES)

    def select(self, sparql: str) -> Table:
        """Return the answer to a SELECT."""
        expect(sparql, "select")
        answer = self._query(sparql)
        return Table(
            tuple(str(variable) for variable in answer.vars),
            [tuple(_from_rdflib(value) for value in row) for row in answer],
        )

    def construct(self, sparql: str) -> list[ox.Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE, each once, sorted."""
        expect(sparql, "construct", "describe")
        return sorted_triples(
            ox.Triple(*(_from_rdflib(value) for value in triple)) for triple in self._query(sparql)
        )

    def ask(self, sparql: str) -> bool:
        """Return the answer to an ASK."""
        expect(sparql, "ask")
        return bool(self._query(sparql).askAnswer)


def _from_rdflib(value: Any) -> Any:  # noqa: ANN401
    import rdflib

    if value is None:
        return None
    if isinstance(value, rdflib.URIRef):
        return ox.NamedNode(str(value))
    if isinstance(value, rdflib.BNode):
        return ox.BlankNode(str(value))
    if value.language:
        return ox.Literal(str(value), language=value.language)
    return ox.Literal(str(value), datatype=ox.NamedNode(str(value.datatype or XSD + "string")))
