"""The names in code are those of the ontology, and short names are what they seem."""

from __future__ import annotations

import pytest

from hrdem import vocabulary as v
from hrdem.documents import read_rdf
from hrdem.project import Project


def classes_below(project: Project, *roots: str) -> set[str]:
    """Return these classes and all their subclasses in the ontology."""
    parents = [
        (v.value(t.subject), v.value(t.object))
        for t in read_rdf(project.ontology / "hrdem.ttl").triples()
        if t.predicate.value == v.RDFS + "subClassOf"
    ]
    found = set(roots)
    while new := {child for child, parent in parents if parent in found} - found:
        found |= new
    return found


@pytest.mark.parametrize(
    ("kind", "roots"),
    [
        ("instrument", ["Instrument"]),
        ("priority", ["Provision"]),
        ("document", ["Document"]),
        ("event", ["Event", "Development"]),
        ("speech-act", ["SpeechAct"]),
        ("aim", ["Aim"]),
        ("figure", ["Figure"]),
        ("mandate", ["Mandate"]),
        ("period", ["Period"]),
        ("unknown", ["Unknown"]),
    ],
)
def test_the_classes_of_a_kind_are_those_of_the_ontology(
    project: Project, kind: str, roots: list[str]
) -> None:
    assert set(v.KINDS[kind]) == classes_below(project, *(v.HRDEM + root for root in roots))


def test_passages_are_of_the_classes_of_the_ontology(project: Project) -> None:
    assert set(v.PASSAGE_CLASSES) == classes_below(project, v.PASSAGE)


def test_every_name_in_code_is_in_the_ontology(project: Project) -> None:
    defined = {
        v.value(t.subject)
        for t in read_rdf(project.ontology / "hrdem.ttl").triples()
        if t.predicate.value == v.RDF_TYPE
    }
    named = {
        value
        for name, value in vars(v).items()
        if name.isupper() and isinstance(value, str) and value.startswith(v.HRDEM)
    } - {v.HRDEM}

    assert v.STANDING in named
    assert named | set(v.STANDINGS) <= defined


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        (v.BASE + "instrument/action-plan-2020-2024", "instrument:action-plan-2020-2024"),
        (v.HRDEM + "Passage", "hrdem:Passage"),
        (v.XSD + "date", "xsd:date"),
        (v.DOCUMENT + "note#p1", "<https://w3id.org/hrdem/document/note#p1>"),
        (v.BASE + "instrument/", "<https://w3id.org/hrdem/instrument/>"),
        (v.BASE + "instrument/a/b", "<https://w3id.org/hrdem/instrument/a/b>"),
        (v.BASE + "instrument/a.", "<https://w3id.org/hrdem/instrument/a.>"),
        ("https://example.org/x", "<https://example.org/x>"),
    ],
)
def test_short_names(iri: str, short: str) -> None:
    assert v.shorten(iri) == short


@pytest.mark.parametrize(
    ("iri", "kind"),
    [
        (v.BASE + "speech-act/x", "speech-act"),
        (v.BASE + "document/x", "document"),
        (v.BASE + "document/x#p1", None),  # a passage
        (v.BASE + "statement/0", None),
        (v.BASE + "instrument/", None),
        (v.HRDEM + "Instrument", None),
        ("https://example.org/instrument/x", None),
    ],
)
def test_kinds(iri: str, kind: str | None) -> None:
    assert v.kind_of(iri) == kind
