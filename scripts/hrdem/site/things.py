"""A page for each thing, and the same as Turtle, JSON-LD and N-Triples."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from hrdem import serialise, why
from hrdem import vocabulary as v
from hrdem.site.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hrdem.site.model import Site


class Row(NamedTuple):
    """A property with its values, as a page shows them.

    Attributes:
        property: IRI of the property.
        name: the property in words.
        claims: a claim for each value.
    """

    property: str
    name: str
    claims: list[why.Claim]


class Section(NamedTuple):
    """A part of a page.

    Attributes:
        title: its heading.
        subject: IRI of what it is about, "" if that is the thing of the page.
        rows: what it says.
    """

    title: str
    subject: str
    rows: list[Row]


def pages(site: Site) -> Iterator[Page]:
    """Yield the page and the data of each thing."""
    context = site.context
    for things in site.things.values():
        for iri in things:
            stem = iri.removeprefix(v.BASE)
            yield site.page(
                f"{stem}.html",
                "thing.html",
                iri=iri,
                sections=_sections(site, iri),
                gaps=site.gaps(iri),
                definition=site.graph.first(iri, v.SKOS + "definition"),
                data=stem,
            )
            triples = serialise.in_order(
                triple
                for each in (iri, *site.passages.get(iri, ()))
                for triple in site.graph.about.get(each, ())
            )
            yield Page(f"{stem}.ttl", "".join(serialise.turtle(triples)))
            yield Page(f"{stem}.nt", "".join(serialise.n_triples(triples)))
            yield Page(f"{stem}.jsonld", "".join(serialise.json_ld(triples, context, whole=False)))


def _sections(site: Site, iri: str) -> list[Section]:
    """Return what the graph says of a thing: of itself, of what exists for it, and of others."""
    found: dict[tuple[str, str], dict[str, Row]] = {}
    for claim in site.claims(iri):
        if claim.subject == iri:
            key = ("Facts", "")
        elif isinstance(claim.value, ox.NamedNode) and claim.value.value == iri:
            near = claim.property in why.NEAR
            key = (site.label(claim.subject), claim.subject) if near else ("Said of others", "")
        else:
            key = (site.label(claim.subject), claim.subject)
        rows = found.setdefault(key, {})
        name = "is a" if claim.property == v.RDF_TYPE else site.label(claim.property)
        rows.setdefault(claim.property, Row(claim.property, name, [])).claims.append(claim)
    return [
        Section(title, subject, list(rows.values())) for (title, subject), rows in found.items()
    ]
