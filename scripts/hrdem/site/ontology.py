"""What the words mean: a page of all terms, and a page for each rule of a check."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

import pyoxigraph as ox

from hrdem import rulepages
from hrdem import vocabulary as v
from hrdem.documents import parse
from hrdem.rules import read_rules
from hrdem.site.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hrdem.site.model import Site

KINDS: Final = {
    "classes": ("Classes", "kinds of things", (v.OWL + "Class",)),
    "relations": ("Relations", "properties that lead to things", (v.OWL + "ObjectProperty",)),
    "values": (
        "Properties with values",
        "properties whose values are texts, numbers and dates",
        (v.OWL + "DatatypeProperty", v.OWL + "AnnotationProperty"),
    ),
    "individuals": ("Fixed values", "the members of closed lists", (v.OWL + "NamedIndividual",)),
}
"""Anchor to heading, explanation and classes of each group of terms."""


class Term(NamedTuple):
    """A term of the ontology.

    Attributes:
        iri: its IRI.
        name: its local name, which is its anchor.
        definition: what it means.
        examples: examples.
        notes: what it is not.
        above: terms of the ontology that it is narrower than, or the class of a fixed value.
        below: terms of the ontology that are narrower.
        equivalents: terms of other vocabularies that hold whenever it does.
        domain: classes that its subjects are of.
        range: classes or datatypes that its values are of.
        inverse: the property that says the same the other way round.
        uses: how often the graph uses it.
    """

    iri: str
    name: str
    definition: str
    examples: list[str]
    notes: list[str]
    above: list[str]
    below: list[str]
    equivalents: list[str]
    domain: list[str]
    range: list[str]
    inverse: list[str]
    uses: int


class Derivation(NamedTuple):
    """A rule that derives facts: its name, what it is for, and its text."""

    name: str
    about: list[str]
    text: str


def pages(site: Site) -> Iterator[Page]:
    """Yield the page of terms, the list of rules, and the page of each rule."""
    groups = {
        anchor: (title, about, list(_terms(site, classes)))
        for anchor, (title, about, classes) in KINDS.items()
    }
    ontology = v.HRDEM.rstrip("#")
    yield site.page(
        "ontology.html",
        "ontology.html",
        groups=groups,
        iri=ontology,
        about=site.graph.first(ontology, v.DCTERMS + "description"),
        version=site.graph.first(ontology, v.OWL + "versionInfo"),
    )
    layers = site.layers
    derivations = [_derivation(rule.name, rule.text) for rule in read_rules(site.project)]
    yield site.page("rules.html", "rules.html", layers=layers, derivations=derivations, up="")
    for path, content in rulepages.contents(layers):
        yield site.page(path, "rule.html", **content, up="../", index="rules.html")


def _terms(site: Site, classes: Iterable[str]) -> Iterator[Term]:
    graph = site.graph
    uses = Counter(triple.predicate.value for triples in graph.about.values() for triple in triples)
    axioms = _axioms(site)
    found = {
        iri
        for each in classes
        for iri in graph.subjects(v.RDF_TYPE, each)
        if iri.startswith(v.HRDEM)
    }
    for iri in sorted(found, key=lambda each: (site.label(each).casefold(), each)):
        above = [
            *graph.values(iri, v.RDFS + "subClassOf"),
            *graph.values(iri, v.RDFS + "subPropertyOf"),
            *graph.values(iri, v.RDF_TYPE),
        ]
        below = [
            *graph.subjects(v.RDFS + "subClassOf", iri),
            *graph.subjects(v.RDFS + "subPropertyOf", iri),
        ]
        yield Term(
            iri,
            iri.removeprefix(v.HRDEM),
            graph.first(iri, v.SKOS + "definition"),
            graph.values(iri, v.SKOS + "example"),
            graph.values(iri, v.SKOS + "scopeNote"),
            [each for each in above if each.startswith(v.HRDEM)],
            [each for each in below if each.startswith(v.HRDEM)],
            [each for each in above if not each.startswith((v.HRDEM, v.OWL))],
            axioms.get((iri, v.RDFS + "domain"), []),
            axioms.get((iri, v.RDFS + "range"), []),
            axioms.get((iri, v.OWL + "inverseOf"), []),
            uses[iri] or len(graph.subjects(v.RDF_TYPE, iri)),
        )


def _axioms(site: Site) -> dict[tuple[str, str], list[str]]:
    """Return what the axioms say of terms, by term and property, where it is a plain name."""
    found: dict[tuple[str, str], list[str]] = {}
    inverse = v.OWL + "inverseOf"
    path = site.project.ontology / "axioms.ttl"
    for triple in parse(path) if path.is_file() else ():
        subject, predicate, value = triple.subject, triple.predicate.value, triple.object
        if isinstance(subject, ox.NamedNode) and isinstance(value, ox.NamedNode):
            found.setdefault((subject.value, predicate), []).append(value.value)
            if predicate == inverse:
                found.setdefault((value.value, inverse), []).append(subject.value)
    return {key: sorted(values) for key, values in found.items()}


def _derivation(name: str, text: str) -> Derivation:
    """Return a rule with the remarks at its head as paragraphs."""
    lines = text.splitlines()
    number = next(n for n, line in enumerate(lines) if not line.startswith("#"))
    head = "\n".join(line.removeprefix("#").strip() for line in lines[:number])
    about = [" ".join(part.split()) for part in head.split("\n\n") if part.strip()]
    return Derivation(name, about, "\n".join(lines[number:]).strip())
