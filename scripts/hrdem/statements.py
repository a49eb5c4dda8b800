"""Makes the statement nodes: one per fact, saying which passages support it and how it stands.

A fact is a triple under at least one passage. Its node is an ``rdf:Statement`` (`RDF Schema
<https://www.w3.org/TR/rdf-schema/#ch_reificationvocab>`_), which every tool can query. Facts of
passages that are not accepted are in the graph only like this: said, but not asserted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.documents import Passage
from hrdem.errors import HrdemError


def statement_iri(triple: ox.Triple) -> str:
    """Return the IRI of the statement node of a fact.

    It ends in the first 16 hexadecimal digits of the SHA-256 of the fact as one canonical
    N-Triples line, ``subject predicate object .``, without the line feed.
    """
    digest = hashlib.sha256(f"{triple} .".encode()).hexdigest()
    return v.STATEMENT + digest[:16]


def supports(passages: Iterable[Passage]) -> dict[ox.Triple, list[Passage]]:
    """Return each fact with the passages that support it, in the order of `passages`."""
    found: dict[ox.Triple, list[Passage]] = {}
    for passage in passages:
        for triple in passage.facts:
            found.setdefault(triple, []).append(passage)
    return found


def standing(passages: Iterable[Passage]) -> str:
    """Return the IRI of the most favourable standing among `passages`.

    Accepted before Disputed before Superseded before Mistaken: one accepted passage suffices for a
    fact to be asserted.

    Raises:
        ValueError: if there is no passage.
    """
    return min((passage.standing for passage in passages), key=v.STANDINGS.index)


def statements(facts: dict[ox.Triple, list[Passage]]) -> Iterator[str]:
    """Yield the statement nodes of `facts`, as :func:`supports` returns them, as lines.

    Raises:
        HrdemError: if two facts have one IRI, which a longer part of the digest would prevent.
    """
    named: dict[str, ox.Triple] = {}
    for triple, passages in facts.items():
        iri = statement_iri(triple)
        if iri in named:
            raise HrdemError(
                f"Two facts have the same statement IRI, {v.shorten(iri)}: {named[iri]} and"
                f" {triple}. Take more digits of the digest in statements.py."
            )
        named[iri] = triple
        yield f"<{iri}> <{v.RDF_TYPE}> <{v.RDF_STATEMENT}>"
        yield f"<{iri}> <{v.RDF_SUBJECT}> {triple.subject}"
        yield f"<{iri}> <{v.RDF_PREDICATE}> {triple.predicate}"
        yield f"<{iri}> <{v.RDF_OBJECT}> {triple.object}"
        yield f"<{iri}> <{v.STANDING}> <{standing(passages)}>"
        for passage in passages:
            yield f"<{iri}> <{v.SUPPORTED_BY}> <{passage.iri}>"
