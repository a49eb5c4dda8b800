"""Where a thing is known by another name: links to other graphs and registers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hrdem import vocabulary as v
from hrdem.site import words
from hrdem.site.page import web_address

if TYPE_CHECKING:
    from hrdem.site.model import Site


class Link(NamedTuple):
    """A link to another graph or register.

    Attributes:
        place: what the address belongs to.
        relation: how what it names relates to the thing.
        name: what it is called there.
        address: the address.
        certainty: how surely that was verified, in words; "" if not said.
        verified: label and address of each place where it was verified.
    """

    place: str
    relation: str
    name: str
    address: str
    certainty: str
    verified: tuple[tuple[str, str], ...]


REGISTERS: Final = {
    "doi": ("DOI", "https://doi.org/{}"),
    "celexNumber": ("EUR-Lex", "https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:{}"),
    "eliUri": ("EUR-Lex, by ELI", "{}"),
}
"""Registers whose address of a text follows from its number there."""


def links(site: Site, iri: str) -> list[Link]:
    """Return the links of a thing, by place and name."""
    graph = site.graph
    found = {
        Link(
            place,
            "the text",
            number,
            web_address(pattern.format(number)),
            "",
            (),
        )
        for name, (place, pattern) in REGISTERS.items()
        for number in graph.values(iri, v.HRDEM + name)
    }
    for mapping in graph.subjects(v.OWL + "annotatedSource", iri):
        target = graph.first(mapping, v.OWL + "annotatedTarget")
        prop = graph.first(mapping, v.OWL + "annotatedProperty")
        references = graph.values(mapping, v.HRDEM + "verifiedIn")
        found.add(
            Link(
                words.place_of(target),
                words.MATCHES.get(prop, site.label(prop)),
                graph.first(mapping, v.SSSOM + "object_label") or target,
                web_address(target),
                site.labels.get(graph.first(mapping, v.HRDEM + "certainty"), ""),
                tuple(
                    (site.label(each), web_address(graph.first(each, v.HRDEM + "readAt")))
                    for each in references
                ),
            )
        )
    return sorted(found)
