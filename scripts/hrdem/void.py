"""Counts what is in a graph, as `VoID <https://www.w3.org/TR/void/>`_ has it.

The partitions are nested, class → property → class or datatype of the object, which is what query
editors read to suggest what can be asked. All of it comes from queries over the whole graph.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from hrdem import vocabulary as v

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

_TOTALS: Final = """
SELECT (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?subjects) (COUNT(DISTINCT ?p) AS ?properties)
  (COUNT(DISTINCT ?o) AS ?objects) WHERE { ?s ?p ?o }"""
_ENTITIES: Final = """
SELECT (COUNT(*) AS ?n) WHERE {
  { SELECT DISTINCT ?s WHERE { ?s ?p ?o } } FILTER(STRSTARTS(STR(?s), "%s")) }"""
_CLASSES: Final = "SELECT ?class (COUNT(?s) AS ?n) WHERE { ?s a ?class } GROUP BY ?class"
_PROPERTIES: Final = """
SELECT ?property (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?subjects) (COUNT(DISTINCT ?o) AS ?objects)
WHERE { ?s ?property ?o } GROUP BY ?property"""
_OF_CLASS: Final = """
SELECT ?class ?property (COUNT(*) AS ?n) WHERE { ?s a ?class ; ?property ?o }
GROUP BY ?class ?property"""
_BELOW: Final = f"""
SELECT DISTINCT ?lower ?upper WHERE {{
  ?lower <{v.RDFS}subClassOf>+ ?upper FILTER(?lower != ?upper) }}"""
_MOST_SPECIFIC: Final = """
SELECT ?o ?class WHERE { ?o a ?class
  FILTER NOT EXISTS { ?o a ?lower . GRAPH ?g { ?lower <urn:below> ?class } } }"""
_OBJECT_CLASSES: Final = """
SELECT DISTINCT ?class ?property ?objects WHERE {
  ?s a ?class ; ?property ?o . GRAPH ?g { ?o <urn:is> ?objects } }"""
_DATATYPES: Final = """
SELECT DISTINCT ?class ?property ?objects WHERE {
  ?s a ?class ; ?property ?o FILTER(isLiteral(?o)) BIND(DATATYPE(?o) AS ?objects) }"""
_OUTGOING: Final = f"""
SELECT ?property ?o (COUNT(*) AS ?n) WHERE {{ ?s ?property ?o
  FILTER(isIRI(?o) && !STRSTARTS(STR(?o), "{v.BASE}"))
  FILTER(STRSTARTS(STR(?s), "{v.BASE}"))
  FILTER(?property NOT IN (
    <{v.RDF_TYPE}>, <{v.RDF_SUBJECT}>, <{v.RDF_PREDICATE}>, <{v.RDF_OBJECT}>)) }}
GROUP BY ?property ?o"""


def statistics(graph: ox.Store, dataset: str) -> Iterator[ox.Triple]:
    """Yield the VoID description of a graph.

    Args:
        graph: a store with the graph as its default graph, and nothing else; it is left as it was.
        dataset: IRI of the ``void:Dataset`` that the graph is.
    """
    yield from _counts(graph, dataset)
    yield from _partitions(graph, dataset)
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


def _rows(graph: ox.Store, query: str) -> Iterator[list[str]]:
    """Yield the rows of an answer that has no empty cell, each as IRIs and lexical forms."""
    answer = graph.query(query)
    assert isinstance(answer, ox.QuerySolutions)
    for row in answer:
        yield [v.value(row[variable.value]) for variable in answer.variables]


def _partition(*path: str) -> str:
    """Return the IRI of the part of the dataset that a path of classes and properties leads to."""
    return v.PARTITION + hashlib.sha256(" ".join(path).encode()).hexdigest()[:16]


def _counts(graph: ox.Store, dataset: str) -> Iterator[ox.Triple]:
    ((triples, subjects, properties, objects),) = _rows(graph, _TOTALS)
    ((entities,),) = _rows(graph, _ENTITIES % v.BASE)
    yield triple(dataset, v.VOID + "triples", int(triples))
    yield triple(dataset, v.VOID + "distinctSubjects", int(subjects))
    yield triple(dataset, v.VOID + "distinctObjects", int(objects))
    yield triple(dataset, v.VOID + "properties", int(properties))
    yield triple(dataset, v.VOID + "entities", int(entities))
    yield triple(dataset, v.VOID + "classes", sum(1 for _ in _rows(graph, _CLASSES)))


def _partitions(graph: ox.Store, dataset: str) -> Iterator[ox.Triple]:
    vocabularies = set()
    for iri, entities in _rows(graph, _CLASSES):
        part = _partition("class", iri)
        vocabularies.add(_namespace(iri))
        yield triple(dataset, v.VOID + "classPartition", part)
        yield triple(part, v.VOID + "class", iri)
        yield triple(part, v.VOID + "entities", int(entities))
    for iri, triples, subjects, objects in _rows(graph, _PROPERTIES):
        part = _partition("property", iri)
        vocabularies.add(_namespace(iri))
        yield triple(dataset, v.VOID + "propertyPartition", part)
        yield triple(part, v.VOID + "property", iri)
        yield triple(part, v.VOID + "triples", int(triples))
        yield triple(part, v.VOID + "distinctSubjects", int(subjects))
        yield triple(part, v.VOID + "distinctObjects", int(objects))
    for iri, predicate, triples in _rows(graph, _OF_CLASS):
        part = _partition("class", iri, predicate)
        yield triple(_partition("class", iri), v.VOID + "propertyPartition", part)
        yield triple(part, v.VOID + "property", predicate)
        yield triple(part, v.VOID + "triples", int(triples))
    for iri, predicate, objects in _object_classes(graph):
        part = _partition("class", iri, predicate, objects)
        yield triple(_partition("class", iri, predicate), v.VOID + "classPartition", part)
        yield triple(part, v.VOID + "class", objects)
    for iri, predicate, datatype in _rows(graph, _DATATYPES):
        part = _partition("class", iri, predicate, datatype)
        of = _partition("class", iri, predicate)
        yield triple(of, v.VOID_EXT + "datatypePartition", part)
        yield triple(part, v.VOID_EXT + "datatype", datatype)
    for namespace in sorted(vocabularies):
        yield triple(dataset, v.VOID + "vocabulary", namespace)


def _object_classes(graph: ox.Store) -> list[list[str]]:
    """Return each class, property and class of objects, of each object the lowest classes only.

    The classes above follow from those, and would double the size of the description. Which class
    is above which, and which of its classes is the lowest of a thing, is put into a graph of its
    own meanwhile: asked within the one query, it would take most of the time of a build.
    """
    helper = ox.NamedNode("urn:helper")
    for query, predicate in ((_BELOW, "urn:below"), (_MOST_SPECIFIC, "urn:is")):
        graph.extend(
            [
                ox.Quad(ox.NamedNode(s), ox.NamedNode(predicate), ox.NamedNode(o), helper)
                for s, o in _rows(graph, query)
            ]
        )
    try:
        return list(_rows(graph, _OBJECT_CLASSES))
    finally:
        graph.remove_graph(helper)


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def _linksets(graph: ox.Store, dataset: str) -> Iterator[ox.Triple]:
    """Yield a ``void:Linkset`` for each vocabulary that is linked to, and each linking property."""
    found: Counter[tuple[str, str, str]] = Counter()
    for predicate, value, count in _rows(graph, _OUTGOING):
        for pattern, name in TARGETS:
            match = re.match(pattern, value)
            if match:
                found[match[0], name.format(*match.groups()), predicate] += int(count)
                break
    for (space, name, predicate), links in sorted(found.items()):
        target = _partition("vocabulary", space)
        part = _partition("links", space, predicate)
        yield triple(target, v.DCTERMS + "title", english(name))
        yield triple(target, v.VOID + "uriSpace", ox.Literal(space))
        yield triple(dataset, v.VOID + "subset", part)
        yield triple(part, v.RDF_TYPE, v.VOID + "Linkset")
        yield from labels(part, f"Links to {name} with {v.shorten(predicate)}")
        yield triple(part, v.VOID + "subjectsTarget", dataset)
        yield triple(part, v.VOID + "objectsTarget", target)
        yield triple(part, v.VOID + "linkPredicate", predicate)
        yield triple(part, v.VOID + "triples", links)
