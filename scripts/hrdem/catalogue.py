"""Describes the dataset for catalogues, following `DCAT-AP 3.0.1
<https://semiceu.github.io/DCAT-AP/releases/3.0.1/>`_.

What people decide stands in ``data/catalogue.ttl``: title, publisher, themes, licence and so on.
What follows from the graph is added here, and goes to two places:

- into the graph itself, as the named graph ``https://w3id.org/hrdem/graph/catalogue``: version,
  period covered, standards, and the counts of :mod:`hrdem.void` with all partitions, so that a tool
  that has loaded the data need not look elsewhere;
- into ``catalogue.ttl`` and ``catalogue.jsonld``: the same without the partitions, which catalogues
  have no use for, and with the files, their sizes and checksums, and the service. These are in no
  other file, since no file can hold its own checksum, and who serves the graph is not part of it.

Nothing depends on the clock or the machine. A project without ``data/catalogue.ttl`` has none of
this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import pyoxigraph as ox

from hrdem import __version__
from hrdem import vocabulary as v
from hrdem.queries import ANSWERS as ANSWERS_ON_FILE
from hrdem.queries import CATALOGUE as QUESTIONS
from hrdem.queries import SavedQuery
from hrdem.void import PARTITIONS, english, labels, statistics, triple

NAME: Final = "catalogue"
"""Name of the source file, of the graph and, with suffixes, of the files that are made."""
CODES: Final = "codes.ttl"
"""Name of the file in ``ontology/`` that says what the codes are."""
CATALOGUE: Final = v.BASE + NAME
DATASET: Final = v.DATASET + "hrdem"
ANSWERS: Final = v.DATASET + "answers"
SERVICE: Final = v.BASE + "service/sparql"
DEFAULT_GRAPH: Final = "#default-graph"
"""What the IRI of a service ends with where its default graph is meant."""
DOWNLOAD: Final = f"{v.BASE}download/{__version__}/"
"""Where the files of this version are published."""

_MEDIA_TYPE: Final = "https://www.iana.org/assignments/media-types/"
_FORMATS: Final = {
    ".ttl": ("RDF_TURTLE", "text/turtle"),
    ".trig": ("RDF_TRIG", "application/trig"),
    ".nt": ("RDF_N_TRIPLES", "application/n-triples"),
    ".nq": ("RDF_N_QUADS", "application/n-quads"),
    ".jsonld": ("JSON_LD", "application/ld+json"),
    ".rdf": ("RDF_XML", "application/rdf+xml"),
    ".json": ("JSON", "application/json"),
}
"""Suffix to file type of the EU's table and to media type."""
_RESULTS: Final = ("JSON", "application/sparql-results+json")
_MERGED: Final = "Everything in one graph, {}."
_NAMED: Final = "A named graph for each source file and each passage, {}."
_TEXTS: Final = {
    "hrdem.ttl": ("The graph as Turtle", _MERGED.format("for people to read")),
    "hrdem.trig": ("The graph as TriG", _NAMED.format("for people to read")),
    "hrdem.nt": ("The graph as N-Triples", _MERGED.format("for fast loading")),
    "hrdem.nq": ("The graph as N-Quads", _NAMED.format("for fast loading")),
    "hrdem.jsonld": ("The graph as JSON-LD", _MERGED.format("for programs that read JSON")),
    "hrdem.rdf": ("The graph as RDF/XML", _MERGED.format("for programs that read XML")),
    QUESTIONS: ("The saved questions", "Each with its query in SPARQL and its parameters."),
}
"""Title and description of each file but the answers."""
_RESULT_FORMATS: Final = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "Turtle", "N-Triples")
_PERIOD: Final = f"""
PREFIX hrdem: <{v.HRDEM}>
SELECT ?start ?end WHERE {{
  {{ SELECT (MIN(?from) AS ?start) WHERE {{
    VALUES ?kind {{ hrdem:Event hrdem:Period }} ?thing a ?kind ; hrdem:earliest ?from }} }}
  {{ SELECT (MAX(?to) AS ?end) WHERE {{
    VALUES ?kind {{ hrdem:Event hrdem:Period }} ?thing a ?kind ; hrdem:latest ?to }} }}
}}"""
_VERSIONS: Final = f"""
SELECT ?iri WHERE {{ <{v.HRDEM.rstrip("#")}> <{v.OWL}versionIRI> ?iri }} ORDER BY ?iri"""


def describe(graph: ox.Store, lines: Sequence[str]) -> set[ox.Triple]:
    """Return what the graph says of itself beyond ``data/catalogue.ttl``.

    Args:
        graph: the graph, in the default graph of a store.
        lines: the graph without its description: see :func:`hrdem.void.statistics`.
    """
    return {*_describe(graph), *statistics(lines, DATASET)}


def _describe(graph: ox.Store) -> Iterator[ox.Triple]:
    yield from labels(DATASET, "HRDem")
    for dataset in (DATASET, ANSWERS):
        yield triple(dataset, v.DCAT + "version", ox.Literal(__version__))
    for row in _query(graph, _VERSIONS):
        yield triple(DATASET, v.DCTERMS + "conformsTo", v.value(row["iri"]))
    for row in _query(graph, _PERIOD):
        if row["start"] is not None and row["end"] is not None:
            period = DATASET + "#period"
            for dataset in (DATASET, ANSWERS):
                yield triple(dataset, v.DCTERMS + "temporal", period)
            yield triple(period, v.RDF_TYPE, v.DCTERMS + "PeriodOfTime")
            yield triple(period, v.DCAT + "startDate", row["start"])
            yield triple(period, v.DCAT + "endDate", row["end"])
    for name in _TEXTS:
        if name != QUESTIONS:
            yield triple(DATASET, v.VOID + "dataDump", DOWNLOAD + name)


def _query(graph: ox.Store, query: str) -> Iterator[ox.QuerySolution]:
    answer = graph.query(query)
    assert isinstance(answer, ox.QuerySolutions)
    yield from answer


def catalogue(
    description: Iterable[ox.Triple],
    codes: Iterable[ox.Triple],
    files: Mapping[str, Mapping[str, Any]],
    queries: Iterable[SavedQuery],
    graphs: Iterable[str],
    endpoint: str | None = None,
) -> list[ox.Triple]:
    """Return the content of ``catalogue.ttl``, in no fixed order.

    Args:
        description: what the graph says of itself.
        codes: what the codes in it are.
        files: name below ``build/`` of each file to its size in ``bytes`` and its ``sha256``.
        queries: the saved queries whose answers may be among the files.
        graphs: the names of the named graphs.
        endpoint: address of a SPARQL endpoint that serves the graph, if there is one.
    """
    answers = {query.name: (query.summary, query.description) for query in queries}
    triples = [*_without_partitions(list(description)), *codes]
    for ontology in {t.object for t in triples if t.predicate.value == v.DCTERMS + "conformsTo"}:
        triples.append(triple(v.value(ontology), v.RDF_TYPE, v.DCTERMS + "Standard"))
    for name, facts in files.items():
        triples += _distribution(name, facts, answers)
    triples += _service(graphs, endpoint)
    return triples


def _without_partitions(description: list[ox.Triple]) -> Iterator[ox.Triple]:
    parts = {t.object for t in description if t.predicate.value in PARTITIONS}
    for each in description:
        if each.subject not in parts and each.object not in parts:
            yield each


def _distribution(
    name: str, facts: Mapping[str, Any], answers: Mapping[str, tuple[str, str]]
) -> Iterator[ox.Triple]:
    distribution = v.DISTRIBUTION + name
    folder, _, stem = name.rpartition("/")
    suffix = "." + name.rpartition(".")[2]
    answer = folder == ANSWERS_ON_FILE
    file_type, media_type = _RESULTS if answer and suffix == ".json" else _FORMATS[suffix]
    title, text = answers[stem.removesuffix(suffix)] if answer else _TEXTS[name]
    checksum = distribution + "#checksum"
    yield triple(ANSWERS if answer else DATASET, v.DCAT + "distribution", distribution)
    yield triple(distribution, v.RDF_TYPE, v.DCAT + "Distribution")
    yield triple(distribution, v.DCTERMS + "title", english(title))
    yield triple(distribution, v.DCTERMS + "description", english(text))
    yield triple(distribution, v.DCTERMS + "format", f"{v.AUTHORITY}file-type/{file_type}")
    yield triple(distribution, v.DCAT + "mediaType", _MEDIA_TYPE + media_type)
    yield triple(distribution, v.DCTERMS + "license", f"{v.AUTHORITY}licence/CC_BY_4_0")
    yield triple(distribution, v.DCTERMS + "rights", DATASET + "#rights")
    yield triple(distribution, v.DCAT + "accessURL", v.BASE)
    yield triple(distribution, v.DCAT + "downloadURL", DOWNLOAD + name)
    size = ox.Literal(str(facts["bytes"]), datatype=ox.NamedNode(v.XSD + "nonNegativeInteger"))
    yield triple(distribution, v.DCAT + "byteSize", size)
    yield triple(distribution, v.SPDX + "checksum", checksum)
    yield triple(checksum, v.RDF_TYPE, v.SPDX + "Checksum")
    yield triple(checksum, v.SPDX + "algorithm", v.SPDX + "checksumAlgorithm_sha256")
    digest = ox.Literal(facts["sha256"], datatype=ox.NamedNode(v.XSD + "hexBinary"))
    yield triple(checksum, v.SPDX + "checksumValue", digest)


def sparql_service(
    service: str, formats: Iterable[str], graphs: Mapping[str, str]
) -> Iterator[ox.Triple]:
    """Yield what all descriptions of a SPARQL service say: its language, formats and dataset.

    Args:
        service: IRI of the service.
        formats: the forms of its answers, by their names among the `formats of the W3C
            <http://www.w3.org/ns/formats/>`_.
        graphs: name of each named graph to the IRI of its node in the description.
    """
    dataset, default = f"{service}#dataset", service + DEFAULT_GRAPH
    yield triple(service, v.RDF_TYPE, v.SD + "Service")
    yield triple(service, v.SD + "supportedLanguage", v.SD + "SPARQL11Query")
    for each in formats:
        yield triple(service, v.SD + "resultFormat", f"http://www.w3.org/ns/formats/{each}")
    yield triple(service, v.SD + "defaultDataset", dataset)
    yield triple(dataset, v.RDF_TYPE, v.SD + "Dataset")
    yield triple(dataset, v.SD + "defaultGraph", default)
    yield triple(default, v.RDF_TYPE, v.SD + "Graph")
    for name, node in graphs.items():
        yield triple(dataset, v.SD + "namedGraph", node)
        yield triple(node, v.RDF_TYPE, v.SD + "NamedGraph")
        yield triple(node, v.SD + "name", name)


def _service(graphs: Iterable[str], endpoint: str | None) -> Iterator[ox.Triple]:
    """Yield the `SPARQL 1.1 Service Description
    <https://www.w3.org/TR/sparql11-service-description/>`_.

    Without an endpoint it describes what any service offers that has loaded the named layout, and
    says so: it has no address then, and so is no ``dcat:DataService``.
    """
    nodes = {name: f"{SERVICE}#{name.removeprefix(v.BASE).replace('#', '/')}" for name in graphs}
    yield from sparql_service(SERVICE, _RESULT_FORMATS, nodes)
    yield from labels(SERVICE, "SPARQL service of HRDem")
    yield triple(SERVICE, v.SD + "feature", v.SD + "UnionDefaultGraph")
    yield from labels(SERVICE + DEFAULT_GRAPH, "Union of the named graphs")
    if endpoint is None:
        text = (
            "What a service offers that has loaded hrdem.trig or hrdem.nq, with the union of the"
            " named graphs as default graph. The project runs none, so it has no address here."
        )
        yield triple(SERVICE, v.DCTERMS + "description", english(text))
        return
    yield triple(SERVICE, v.RDF_TYPE, v.DCAT + "DataService")
    yield triple(SERVICE, v.DCTERMS + "title", english("SPARQL service of HRDem"))
    yield triple(SERVICE, v.SD + "endpoint", endpoint)
    yield triple(SERVICE, v.DCAT + "endpointURL", endpoint)
    yield triple(SERVICE, v.DCAT + "endpointDescription", SERVICE)
    yield triple(SERVICE, v.DCAT + "servesDataset", DATASET)
    yield triple(CATALOGUE, v.DCAT + "service", SERVICE)
