"""The terms of ELI and CDM that the graph uses, against the real ontologies.

ELI is there as release 1.3. Two terms are younger: the shapes of the Parliament's profile, which
builds on release 1.5, show that they exist. Two properties have a wider domain since: see
``ontology/alignments.ttl``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from hrdem import vocabulary as v
from hrdem.project import Project

YOUNGER = {v.ELI + "work_type", v.ELI + "WorkType"}
WIDENED = {v.ELI + "date_document", v.ELI + "is_about"}
WORKS = {v.ELI + name for name in ("Work", "LegalResource", "Expression", "Manifestation")} | {
    v.CDM + name for name in ("work", "complex_work", "resource_legal", "expression")
}
"""Classes whose members the graph names itself; other ranges lead to things of other makers."""

SORTS = {
    v.OWL + "Class": "class",
    v.OWL + "ObjectProperty": "object property",
    v.OWL + "DatatypeProperty": "datatype property",
    v.OWL + "NamedIndividual": "individual",
}


@lru_cache
def ontologies(folder: Path) -> ox.Store:
    store = ox.Store()
    for name in ("eli/eli-1.3.rdf", "cdm/cdm.rdf"):
        store.bulk_load(path=folder / "linkdata" / name, format=ox.RdfFormat.RDF_XML)
    return store


@lru_cache
def merged(build: Path) -> tuple[ox.Triple, ...]:
    return tuple(quad.triple for quad in ox.parse(path=build / "hrdem.nt"))


def objects(store: ox.Store, subject: ox.NamedNode | ox.BlankNode, predicate: str) -> list[str]:
    """Return IRIs and literals that a property leads to, a union of classes as its members."""
    found = []
    for quad in store.quads_for_pattern(subject, ox.NamedNode(predicate), None):
        if isinstance(quad.object, ox.BlankNode):
            found += list(members(store, quad.object))
        else:
            found.append(v.value(quad.object))
    return found


def members(store: ox.Store, union: ox.BlankNode) -> Iterator[str]:
    (node,) = (
        q.object for q in store.quads_for_pattern(union, ox.NamedNode(v.OWL + "unionOf"), None)
    )
    while isinstance(node, ox.BlankNode):
        yield from objects(store, node, v.RDF + "first")
        (node,) = (
            q.object for q in store.quads_for_pattern(node, ox.NamedNode(v.RDF + "rest"), None)
        )


def outer(iri: str) -> bool:
    return iri.startswith((v.ELI, v.CDM))


def used(build: Path) -> dict[str, set[str]]:
    """Return the terms of ELI and CDM that facts use, with the sorts they stand for."""
    found: dict[str, set[str]] = defaultdict(set)
    for t in merged(build):
        predicate, value = t.predicate.value, v.value(t.object)
        if outer(v.value(t.subject)) or v.value(t.subject).startswith((v.HRDEM, v.ORG)):
            continue  # the ontology in the graph
        if predicate.startswith(v.VOID):
            continue  # the description of the graph, which names classes and properties
        if outer(predicate):
            literal = isinstance(t.object, ox.Literal)
            found[predicate].add("datatype property" if literal else "object property")
        if outer(value) and value not in {v.ELI, v.CDM}:
            found[value].add("class" if predicate == v.RDF_TYPE else "individual")
    return found


@pytest.mark.shared
def test_terms_exist_are_of_the_sort_they_are_used_as_and_not_deprecated(
    shared: Path, built: Project
) -> None:
    store = ontologies(shared)
    profile = "".join(
        p.read_text("utf-8") for p in sorted((shared / "linkdata/eli-ep").glob("*.ttl"))
    )
    terms = used(built.build)
    assert terms.keys() > YOUNGER
    for term, sorts in terms.items():
        if term in YOUNGER:
            assert f"eli:{term.removeprefix(v.ELI)}" in profile
            continue
        node = ox.NamedNode(term)
        assert sorts <= {SORTS.get(kind) for kind in objects(store, node, v.RDF_TYPE)}, term
        assert not objects(store, node, v.OWL + "deprecated"), term
        comments = objects(store, node, v.RDFS + "comment")
        assert not any("deprecated" in comment.lower() for comment in comments), term


@pytest.mark.shared
def test_the_check_above_sees_a_deprecated_and_an_invented_term(shared: Path) -> None:
    store = ontologies(shared)
    assert objects(store, ox.NamedNode(v.ELI + "implements"), v.OWL + "deprecated")
    assert not objects(store, ox.NamedNode(v.CDM + "work_has_name"), v.RDF_TYPE)


@pytest.mark.shared
def test_whoever_has_a_property_is_in_its_domain_and_what_it_leads_to_in_its_range(
    shared: Path, built: Project
) -> None:
    """So no reasoner concludes that conclusions or a plan are a legal resource."""
    store = ontologies(shared)
    types: dict[str, set[str]] = defaultdict(set)
    for t in merged(built.build):
        if t.predicate.value == v.RDF_TYPE:
            types[v.value(t.subject)].add(v.value(t.object))
    wider = set()
    for t in merged(built.build):
        name = t.predicate.value
        if not outer(name):
            continue
        domain = set(objects(store, t.predicate, v.RDFS + "domain"))
        if domain and not domain & types[v.value(t.subject)]:
            assert name in WIDENED | YOUNGER, f"{v.value(t.subject)} {name}"
            assert v.ELI + "Work" in types[v.value(t.subject)]
            wider.add(name)
        span = set(objects(store, t.predicate, v.RDFS + "range"))
        if isinstance(t.object, ox.Literal):
            datatype = t.object.datatype.value
            assert not span or datatype in span or v.RDFS + "Literal" in span, f"{name} {datatype}"
        elif span & WORKS:
            assert span & types[v.value(t.object)], f"{name} {t.object}"
    assert wider == WIDENED


def test_only_legal_acts_are_legal_resources(built: Project) -> None:
    classes: dict[str, set[str]] = defaultdict(set)
    for t in merged(built.build):
        if t.predicate.value == v.RDF_TYPE:
            classes[v.value(t.object)].add(v.value(t.subject))
    assert classes[v.ELI + "LegalResource"] == classes[v.HRDEM + "LegalAct"]
    assert len(classes[v.ELI + "Work"]) > 2 * len(classes[v.ELI + "LegalResource"])


@pytest.mark.shared
def test_resource_types_are_codes_of_the_authority_table(shared: Path, built: Project) -> None:
    table = ox.Store()
    table.bulk_load(
        path=shared / "linkdata/authority/resourcetypes-skos.rdf", format=ox.RdfFormat.RDF_XML
    )
    codes = {
        t.object
        for t in merged(built.build)
        if t.predicate.value in {v.CDM + "work_has_resource-type", v.ELI + "type_document"}
    }
    assert len(codes) > 5
    for code in codes:
        assert isinstance(code, ox.NamedNode)
        assert v.SKOS + "Concept" in objects(table, code, v.RDF_TYPE)
        assert "deprecated" not in str(objects(table, code, v.OWL + "deprecated")).lower()
        assert not objects(table, code, "http://publications.europa.eu/ontology/authority/end.use")
