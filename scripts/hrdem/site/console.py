"""The page where people write queries, and the names that it and the live questions use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hrdem import queries
from hrdem import vocabulary as v
from hrdem.site.assets import script
from hrdem.site.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hrdem.site.model import Site

FIRST = "succession-chain"
"""The saved question that the page begins with, if there is one of this name."""
_CLASSES = (v.OWL + "Class", v.RDFS + "Class")
_PROPERTIES = (v.OWL + "ObjectProperty", v.OWL + "DatatypeProperty", v.OWL + "AnnotationProperty")


def pages(site: Site) -> Iterator[Page]:
    """Yield ``sparql.html`` and what its scripts know: prefixes, terms and saved questions."""
    saved = [query for query in queries.load_catalogue(site.project) if not query.endpoints]
    texts = {each.name: f"# {each.summary}\n{queries.without_header(each.text)}" for each in saved}
    first = texts.get(FIRST) or next(iter(texts.values()), "")
    yield site.page("sparql.html", "sparql.html", query=first)
    if site.web is None:
        return
    names = {"base": v.BASE, "kinds": list(v.KINDS), "prefixes": v.PREFIXES}
    yield Page("assets/names.js", script("HRDemNames", names))
    known = {
        "prefixes": v.PREFIXES,
        "terms": list(_terms(site)),
        "queries": [
            {
                "name": each.name,
                "topic": each.topic,
                "summary": each.summary,
                "text": texts[each.name],
            }
            for each in saved
        ],
    }
    yield Page("assets/terms.js", script("HRDemTerms", known))


def _terms(site: Site) -> Iterator[tuple[str, str, str]]:
    """Yield the terms that the graph uses: how queries write one, what it is, and what it means.

    Those of the project come first, with their definitions.
    """
    graph = site.graph
    found: dict[str, str] = {}
    for kind, classes in (("class", _CLASSES), ("property", _PROPERTIES)):
        for each in classes:
            found |= dict.fromkeys(graph.subjects(v.RDF_TYPE, each), kind)
    for triples in graph.about.values():
        for triple in triples:
            found.setdefault(triple.predicate.value, "property")
            if triple.predicate.value == v.RDF_TYPE:
                found.setdefault(v.value(triple.object), "class")
    for iri in sorted(found, key=lambda each: (not each.startswith(v.HRDEM), each)):
        if (name := v.shorten(iri))[0] != "<":
            meaning = graph.first(iri, v.SKOS + "definition")
            yield name, found[iri], meaning or site.labels.get(iri, "")
