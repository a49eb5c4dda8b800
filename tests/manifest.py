"""Reads test suites in the W3C's form and compares reports; knows nothing of this project.

The form is described in the `SHACL Test Suite <https://w3c.github.io/data-shapes/data-shapes-test-
suite/>`_. A test is passed in full if the report has the same ``sh:conforms`` and, as a multiset,
the same results: focus node, path, value, severity, component, source shape and source constraint.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlparse

import rdflib
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH

MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = rdflib.Namespace("http://www.w3.org/ns/shacl-test#")
NO_PATH = "[]"
"""How a blank node is told that stands for a path and says nothing."""
FIELDS = (
    "focusNode",
    "resultPath",
    "value",
    "resultSeverity",
    "sourceConstraintComponent",
    "sourceShape",
    "sourceConstraint",
)
"""The properties of a result that are compared, in this order."""

Result = tuple[str | None, ...]
"""The values of :data:`FIELDS` in the form of N-Triples; a path in that of SPARQL."""


class Report(NamedTuple):
    """A validation report: whether the data conform, and the results as a multiset."""

    conforms: bool
    results: Counter[Result]


class Case(NamedTuple):
    """One entry of a manifest.

    Attributes:
        name: the last part of its IRI.
        manifest: the manifest that has it.
        data: the file with the data graph.
        shapes: the file with the shapes graph.
        expected: the report, or None if the validation must fail.
    """

    name: str
    manifest: Path
    data: Path
    shapes: Path
    expected: Report | None


@contextmanager
def as_written() -> Iterator[None]:
    """Have rdflib keep literals as they are written, and not log those without a value.

    It would read ``"2020-11-17Z"^^xsd:date`` as the same day without its time zone.
    """
    logger = logging.getLogger("rdflib.term")
    before = rdflib.NORMALIZE_LITERALS, logger.disabled
    rdflib.NORMALIZE_LITERALS, logger.disabled = False, True
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS, logger.disabled = before


def parse(path: Path) -> rdflib.Graph:
    """Return the graph of a Turtle or N-Triples file, literals as they are written."""
    with as_written():
        return rdflib.Graph().parse(path, format="turtle", publicID=path.absolute().as_uri())


def read(path: Path) -> Iterator[Case]:
    """Yield the tests of a manifest and of those that it includes, in their order."""
    graph = parse(path)
    this = rdflib.URIRef(path.absolute().as_uri())
    assert (this, RDF.type, MF.Manifest) in graph, f"{path} is no manifest"
    for included in sorted(graph.objects(this, MF.include), key=str):
        yield from read(_file(included))
    for entries in graph.objects(this, MF.entries):
        for entry in Collection(graph, entries):
            assert (entry, RDF.type, SHT.Validate) in graph, f"{entry} is no test of validation"
            action, result = graph.value(entry, MF.action), graph.value(entry, MF.result)
            assert action is not None, f"{entry} says not what to do"
            assert result is not None, f"{entry} says not what to expect"
            yield Case(
                str(entry).rpartition("/")[2],
                path,
                _file(graph.value(action, SHT.dataGraph)),
                _file(graph.value(action, SHT.shapesGraph)),
                None if result == SHT.Failure else report(graph, result),
            )


def _file(iri: rdflib.term.Node | None) -> Path:
    return Path(unquote(urlparse(str(iri)).path))


def report(graph: rdflib.Graph, node: rdflib.term.Node | None = None) -> Report:
    """Return a validation report of a graph.

    Args:
        graph: where it stands.
        node: the report, if the graph may have several.
    """
    if node is None:
        (node,) = graph.subjects(RDF.type, SH.ValidationReport)
    (conforms,) = graph.objects(node, SH.conforms)
    return Report(
        str(conforms) in ("true", "1"),
        Counter(_result(graph, result) for result in graph.objects(node, SH.result)),
    )


def _result(graph: rdflib.Graph, node: rdflib.term.Node) -> Result:
    def text(field: str) -> str | None:
        values = list(graph.objects(node, SH[field]))
        assert len(values) < 2, f"a result has {len(values)} values of sh:{field}"
        if not values:
            return None
        return path_text(graph, values[0]) if field == "resultPath" else _term(values[0])

    return tuple(text(field) for field in FIELDS)


def _term(node: rdflib.term.Node) -> str:
    # Which blank node it is cannot be told across documents.
    return "_:" if isinstance(node, rdflib.BNode) else str(node.n3())


def path_text(graph: rdflib.Graph, path: rdflib.term.Node) -> str:
    """Return a property path (SHACL, section 2.3.1) as SPARQL writes it, every step in brackets."""
    if isinstance(path, rdflib.URIRef):
        return path.n3()
    if (path, RDF.first, None) in graph:
        return "(" + "/".join(path_text(graph, step) for step in Collection(graph, path)) + ")"
    for predicate, value in graph.predicate_objects(path):
        if predicate == SH.inversePath:
            return f"^({path_text(graph, value)})"
        if predicate == SH.alternativePath:
            members = [path_text(graph, member) for member in Collection(graph, value)]
            return "(" + "|".join(members) + ")"
        signs: dict[rdflib.term.Node, str]
        signs = {SH.zeroOrMorePath: "*", SH.oneOrMorePath: "+", SH.zeroOrOnePath: "?"}
        if predicate in signs:
            return f"({path_text(graph, value)}){signs[predicate]}"
    return NO_PATH
