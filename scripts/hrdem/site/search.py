"""The search: an index of everything that has a page, which the browser looks through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from hrdem import queries
from hrdem import vocabulary as v
from hrdem.site.assets import script
from hrdem.site.page import Page, address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hrdem.site.model import Site

_NAMES = (v.SKOS + "prefLabel", v.SKOS + "altLabel", v.DCTERMS + "title", v.FOAF + "name")
_MEANINGS = (v.SKOS + "definition", v.DCTERMS + "description", v.RDFS + "comment")
_WORDS = 30
"""How many words of a description are searched and shown."""


def pages(site: Site) -> Iterator[Page]:
    """Yield ``search.html`` and its index.

    An entry of the index is [label, kind (its number), address, other names, description].
    """
    yield site.page("search.html", "search.html")
    kinds: dict[str, int] = {}
    entries = []
    for label, kind, path, others, text in sorted(_entries(site)):
        number = kinds.setdefault(kind, len(kinds))
        entries.append([label, number, path, others, text])
    index = {"kinds": list(kinds), "entries": entries}
    yield Page("assets/search-index.js", script("HRDemIndex", index))


def _entries(site: Site) -> Iterator[tuple[str, str, str, str, str]]:
    graph = site.graph
    for iri in sorted(site.known):
        if iri.startswith(v.QUERY) or ("#" in iri and not iri.startswith(v.HRDEM)):
            continue  # a passage is found by way of its document, a question below
        label = site.label(iri)
        others = {
            each.value
            for name in _NAMES
            for each in graph.objects(iri, name)
            if isinstance(each, ox.Literal) and each.value != label
        }
        text = next((each for name in _MEANINGS if (each := graph.first(iri, name))), "")
        path = address(iri, site.known)
        yield label, site.kind(iri), path, "\n".join(sorted(others)), _short(text)
    for query in queries.load_catalogue(site.project):
        if path := address(v.QUERY + query.name, site.known):
            yield query.summary, "question", path, query.name, _short(query.description)


def _short(text: str) -> str:
    words = text.split()
    return " ".join(words[:_WORDS]) + (" …" if len(words) > _WORDS else "")
