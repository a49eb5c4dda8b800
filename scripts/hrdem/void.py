"""Counts what is in a graph, as `VoID <https://www.w3.org/TR/void/>`_ has it.

The dataset is divided by class and by property, with counts. Below a class stand properties, and
below each of those the classes or datatypes of its values: that is what query editors read to
suggest what can be asked.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.lines import by_subject, literal

TARGETS: Final[tuple[tuple[str, str], ...]] = (
    (r"http://eurovoc\.europa\.eu/", "EuroVoc"),
    (r"http://publications\.europa\.eu/resource/authority/([^/]+)/", "EU authority table {}"),
    (
        r"http://publications\.europa\.eu/resource/(?!authority/)([^/]+)/",
        "works in CELLAR by their {} identifier",
    ),
    (r"http://data\.europa\.eu/eli/(?!ontology)", "European Legislation Identifier"),
    (r"https?://data\.europarl\.europa\.eu/", "Open data of the European Parliament"),
    (r"http://www\.wikidata\.org/entity/", "Wikidata"),
    (r"http://metadata\.un\.org/sdg/", "Sustainable Development Goals of the United Nations"),
    (r"http://metadata\.un\.org/thesaurus/", "UNBIS Thesaurus"),
    (r"https://sws\.geonames\.org/", "GeoNames"),
    (r"https://w3id\.org/dpv/rights/eu#", "Data Privacy Vocabulary, rights of the Charter"),
)
"""How the IRIs of each vocabulary that the graph links to begin, and what it is called."""
PARTITIONS: Final = (
    v.VOID + "classPartition",
    v.VOID + "propertyPartition",
    v.VOID_EXT + "datatypePartition",
)
"""The properties that lead to the partitions."""
HOUSEKEEPING: Final = (v.RDF, v.OWL, v.SH, v.SSSOM)
"""Namespaces of classes whose things are none that people ask about: statement nodes, terms, saved
queries, mappings. Nothing stands below their partitions."""

_MAIN: Final = frozenset(iri for classes in v.KINDS.values() for iri in classes)
_NONE: Final[frozenset[str]] = frozenset()
_NOT_LINKS: Final = (v.RDF_TYPE, v.RDF_SUBJECT, v.RDF_PREDICATE, v.RDF_OBJECT)


def statistics(lines: Sequence[str], dataset: str) -> Iterator[ox.Triple]:
    """Yield the VoID description of a graph; some of its triples come more than once.

    Args:
        lines: the graph, sorted, each triple once; see :mod:`hrdem.lines`.
        dataset: IRI of the ``void:Dataset`` that the graph is.
    """
    graph = _Graph(lines)
    yield from _counts(graph, dataset)
    yield from _partitions(graph, dataset)
    yield from _below_classes(graph)
    yield from _linksets(graph, dataset)


def triple(subject: str, predicate: str, value: str | int | ox.Literal) -> ox.Triple:
    """Return a triple; a string is an IRI, a whole number an ``xsd:integer``."""
    term: ox.NamedNode | ox.Literal
    if isinstance(value, int):
        term = ox.Literal(str(value), datatype=ox.NamedNode(v.XSD + "integer"))
    else:
        term = ox.NamedNode(value) if isinstance(value, str) else value
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), term)


def english(text: str) -> ox.Literal:
    """Return a text in English."""
    return ox.Literal(text, language="en")


def labels(subject: str, text: str) -> Iterator[ox.Triple]:
    """Yield an English label under both of the properties where tools look for one."""
    yield triple(subject, v.SKOS + "prefLabel", english(text))
    yield triple(subject, v.RDFS + "label", english(text))


class _Graph:
    """A graph with what is looked up for many triples: to query it for each takes much longer.

    Attributes:
        lines: its lines, sorted.
        types: each thing that has a class to its classes.
        above: each class to the classes right above it.
        properties: each property to the number of its triples.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.types: dict[str, frozenset[str]] = {}
        self.above: dict[str, frozenset[str]] = {}
        self.properties: Counter[str] = Counter()
        sets: dict[frozenset[str], frozenset[str]] = {}  # the same few sets come again and again
        for subject, about in self.subjects():
            for wanted, found in ((v.RDF_TYPE, self.types), (v.RDFS + "subClassOf", self.above)):
                values = frozenset(value[1:-1] for p, value in about if p == wanted)
                if values:
                    found[subject] = sets.setdefault(values, values)
            self.properties.update(predicate for predicate, _ in about)

    def subjects(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """Yield each subject with its predicates and objects, the last as N-Triples has them."""
        known: dict[str, str] = {}
        for subject, about in by_subject(self.lines):
            yield (
                subject[1:-1],
                [(known.get(p) or known.setdefault(p, p[1:-1]), value) for p, value in about],
            )

    def all_above(self, iri: str) -> frozenset[str]:
        """Return the classes above a class, at any distance."""
        found: set[str] = set()
        pending = [iri]
        while pending:
            new = self.above.get(pending.pop(), _NONE) - found
            found |= new
            pending += new
        return frozenset(found - {iri})


def _partition(*path: str) -> str:
    """Return the IRI of the part of the dataset that a path of classes and properties leads to."""
    return v.PARTITION + hashlib.sha256(" ".join(path).encode()).hexdigest()[:16]


def _counts(graph: _Graph, dataset: str) -> Iterator[ox.Triple]:
    subjects = entities = 0
    objects: set[str] = set()
    for subject, about in graph.subjects():
        subjects += 1
        entities += subject.startswith(v.BASE)
        objects.update(value for _, value in about)
    for name, number in (
        ("triples", len(graph.lines)),
        ("distinctSubjects", subjects),
        ("distinctObjects", len(objects)),
        ("properties", len(graph.properties)),
        ("entities", entities),
        ("classes", len(_NONE.union(*graph.types.values()))),
    ):
        yield triple(dataset, v.VOID + name, number)


def _partitions(graph: _Graph, dataset: str) -> Iterator[ox.Triple]:
    """Yield the partitions of the whole dataset, by class and by property."""
    classes = _things(graph)
    for iri, entities in classes.items():
        part = _partition("class", iri)
        yield triple(dataset, v.VOID + "classPartition", part)
        yield triple(part, v.VOID + "class", iri)
        yield triple(part, v.VOID + "entities", entities)
    for iri, triples in graph.properties.items():
        part = _partition("property", iri)
        yield triple(dataset, v.VOID + "propertyPartition", part)
        yield triple(part, v.VOID + "property", iri)
        yield triple(part, v.VOID + "triples", triples)
    for namespace in {_namespace(iri) for iri in (*classes, *graph.properties)}:
        yield triple(dataset, v.VOID + "vocabulary", namespace)


def _things(graph: _Graph) -> Counter[str]:
    """Return how many things each class has."""
    return Counter(iri for classes in graph.types.values() for iri in classes)


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def _below_classes(graph: _Graph) -> Iterator[ox.Triple]:
    """Yield the partitions below those by class.

    A thing has classes in several vocabularies, and classes above those: each of them with each
    property of the thing would make this a third of the graph. So a property stands where somebody
    looks for it who knows one vocabulary: below the highest classes of its own vocabulary that the
    thing has, or if it has none, below those that the project names things by. The properties of
    the project stand below its lowest classes too, unless they are of one thing only, there with
    the lowest classes of the values.
    """
    things = _things(graph)
    classes: frozenset[str]
    # What differs in nothing but which things they are is looked at once.
    for classes, predicate, value in {
        (
            graph.types[subject],
            predicate,
            literal(value)[2] if value[0] == '"' else graph.types.get(value[1:-1], _NONE),
        )
        for subject, about in graph.subjects()
        if subject.startswith(v.BASE) and subject in graph.types
        for predicate, value in about
        if predicate != v.RDF_TYPE
    }:
        of = _relevant(classes, predicate)
        highest = {iri for iri in of if not graph.all_above(iri) & of}
        lowest = of.difference(*map(graph.all_above, of)) - highest
        if isinstance(value, str):
            yield from _below(highest, predicate, "datatype", {value})
            values: set[str] = set()
        else:
            found = _relevant(value, predicate)
            top = {iri for iri in found if not graph.all_above(iri) & found}
            yield from _below(highest, predicate, "class", top)
            values = found.difference(*map(graph.all_above, found))
        if predicate.startswith(v.HRDEM):
            several = {iri for iri in lowest if things[iri] > 1}
            yield from _below(several, predicate, "class", values)


def _relevant(classes: frozenset[str], predicate: str) -> set[str]:
    """Return those classes of one thing that somebody looks for who knows a property."""
    asked = {iri for iri in classes if _namespace(iri) not in HOUSEKEEPING}
    return (
        {iri for iri in asked if _namespace(iri) == _namespace(predicate)}
        or {iri for iri in asked if iri.startswith(v.HRDEM) or iri in _MAIN}
        or asked
    )


def _below(classes: set[str], predicate: str, kind: str, values: set[str]) -> Iterator[ox.Triple]:
    """Yield the partitions by one property below classes, with those by its values below them.

    Args:
        classes: the classes.
        predicate: the property.
        kind: what the values are called by, ``class`` or ``datatype``.
        values: the classes or datatypes of the values.
    """
    space = v.VOID if kind == "class" else v.VOID_EXT
    for iri in classes:
        part = _partition("class", iri, predicate)
        yield triple(_partition("class", iri), v.VOID + "propertyPartition", part)
        yield triple(part, v.VOID + "property", predicate)
        for value in values:
            of_value = _partition("class", iri, predicate, value)
            yield triple(part, f"{space}{kind}Partition", of_value)
            yield triple(of_value, space + kind, value)


def _linksets(graph: _Graph, dataset: str) -> Iterator[ox.Triple]:
    """Yield a ``void:Linkset`` for each vocabulary that is linked to, and each linking property."""
    found: Counter[tuple[str, str, str]] = Counter()
    for subject, about in graph.subjects():
        if subject.startswith(v.BASE):
            for predicate, value in about:
                if value[0] == "<" and predicate not in _NOT_LINKS:
                    linked = _target(value[1:-1])
                    if linked is not None:
                        found[(*linked, predicate)] += 1
    for (space, name, predicate), links in sorted(found.items()):
        target = _partition("vocabulary", space)
        part = _partition("links", space, predicate)
        yield triple(target, v.DCTERMS + "title", english(name))
        yield triple(target, v.VOID + "uriSpace", ox.Literal(space))
        yield triple(dataset, v.VOID + "subset", part)
        yield triple(part, v.RDF_TYPE, v.VOID + "Linkset")
        yield triple(part, v.VOID + "subjectsTarget", dataset)
        yield triple(part, v.VOID + "objectsTarget", target)
        yield triple(part, v.VOID + "linkPredicate", predicate)
        yield triple(part, v.VOID + "triples", links)


@lru_cache(maxsize=1 << 16)
def _target(iri: str) -> tuple[str, str] | None:
    """Return the beginning and the name of the vocabulary that an IRI is of, if it is of one."""
    for pattern, name in () if iri.startswith(v.BASE) else TARGETS:
        match = re.match(pattern, iri)
        if match:
            return match[0], name.format(*match.groups())
    return None
