"""How to cite a page, and what machines that know schema.org find in it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.site.page import web_address

if TYPE_CHECKING:
    from hrdem.site.model import Site

AUTHOR = "HRDem contributors"
TITLE = "HRDem: the EU's human rights and democracy policy as a knowledge graph"


class Citation(NamedTuple):
    """A citation to copy: as text, and for BibTeX."""

    text: str
    bibtex: str


def citation(site: Site, iri: str) -> Citation:
    """Return how to cite what the graph says of a thing."""
    label, version = site.label(iri), site.manifest["version"]
    edition = site.manifest["canonical"]["sha256"][:12]
    text = f"{AUTHOR}. “{label}”. In: {TITLE}, version {version}, graph {edition}. {iri}"
    key = re.sub(r"[^a-z0-9]+", "-", iri.removeprefix(v.BASE).lower())
    fields = {
        "author": f"{{{_tex(AUTHOR)}}}",
        "title": f"{{{_tex(label)}}}",
        "note": f"In: {_tex(TITLE)}, version {version}, graph {edition}",
        "howpublished": f"\\url{{{iri}}}",
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return Citation(text, f"@misc{{hrdem-{key},\n{lines}}}\n")


_TEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}


def _tex(text: str) -> str:
    """Return text as TeX takes it."""
    return "".join(_TEX.get(sign, sign) for sign in text)


def schema_org(site: Site, iri: str, description: str) -> str:
    """Return what the graph says of a thing in terms of schema.org, as JSON-LD for a page.

    No character can end the element that it stands in.
    """
    node: dict[str, Any] = {
        "@context": "https://schema.org",
        "@id": iri,
        "@type": _local(site.graph.values(iri, v.RDF_TYPE)) or ["Thing"],
        "name": site.label(iri),
        "description": description,
    }
    for triple in site.graph.about.get(iri, ()):
        prop = triple.predicate.value
        if prop.startswith(v.SCHEMA) and prop != v.SCHEMA + "name":
            node.setdefault(prop.removeprefix(v.SCHEMA), []).append(_value(site, triple.object))
    same = [
        each
        for prop in ("owl:sameAs", "skos:exactMatch")
        for each in site.graph.values(iri, _expanded(prop))
        if web_address(each)
    ]
    if same:
        node["sameAs"] = same
    text = json.dumps(node, ensure_ascii=False, indent=1)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _expanded(name: str) -> str:
    prefix, _, local = name.partition(":")
    return v.PREFIXES[prefix] + local


def _local(classes: list[str]) -> list[str]:
    return [each.removeprefix(v.SCHEMA) for each in classes if each.startswith(v.SCHEMA)]


def _value(site: Site, term: object) -> object:
    if isinstance(term, ox.NamedNode):
        label = site.labels.get(term.value)
        return {"@id": term.value, **({"name": label} if label else {})}
    assert isinstance(term, ox.Literal)
    return term.value
