"""The ontology: every term explained and used, OWL 2 DL, each axiom able to catch an error.

The reasoner works on copies without two things that OWL 2 DL does not have: statement nodes, whose
``rdf:subject`` and so on are reserved vocabulary, and literals of datatypes outside OWL 2, such as
``xsd:date`` (the SHACL shapes check those).
"""

from __future__ import annotations

import itertools
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox
import pytest

import owl
from can_run import ROOT
from hrdem import serialise
from hrdem import vocabulary as v
from hrdem.project import Project
from hrdem.sparql import blank_comments

ONTOLOGY = ROOT / "ontology"
CORE, AXIOMS, ALIGNMENTS = (
    ONTOLOGY / name for name in ("hrdem.ttl", "axioms.ttl", "alignments.ttl")
)
FILES = (CORE, AXIOMS, ALIGNMENTS)

HRDEM = "https://w3id.org/hrdem/ontology#"
OWL = "http://www.w3.org/2002/07/owl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
VANN = "http://purl.org/vocab/vann/"
XSD = "http://www.w3.org/2001/XMLSchema#"

TYPE = RDF + "type"
CLASS, OBJECT, DATA, ANNOTATION, INDIVIDUAL = (
    OWL + name
    for name in (
        "Class",
        "ObjectProperty",
        "DatatypeProperty",
        "AnnotationProperty",
        "NamedIndividual",
    )
)
EXPLAINED_BY = {SKOS + n for n in ("prefLabel", "definition", "example", "scopeNote")} | {
    RDFS + n for n in ("label", "isDefinedBy")
}


@lru_cache
def _read(path: Path) -> tuple[ox.Triple, ...]:
    return tuple(quad.triple for quad in ox.parse(path=path))


def triples(*paths: Path) -> tuple[ox.Triple, ...]:
    """Return the statements of Turtle files, file after file; blank nodes keep their names."""
    return tuple(triple for path in paths for triple in _read(path))


def value_of(term: Any) -> str:
    """Return the IRI, the text of the literal or the name of the blank node."""
    return str(term.value)


class Graph:
    """Statements to look things up in; terms are IRIs as text."""

    def __init__(self, statements: Iterable[ox.Triple]) -> None:
        self._by: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for triple in statements:
            self._by[value_of(triple.subject), triple.predicate.value].append(triple.object)

    def objects(self, subject: str, predicate: str) -> list[Any]:
        """The values of a property of a thing."""
        return self._by.get((subject, predicate), [])

    def names(self, subject: str, predicate: str) -> list[str]:
        """The values as text."""
        return [value_of(each) for each in self.objects(subject, predicate)]

    def items(self, head: str) -> list[str]:
        """The members of an RDF list."""
        found = []
        while head != RDF + "nil":
            found += self.names(head, RDF + "first")
            (head,) = self.names(head, RDF + "rest")
        return found


def terms(*kinds: str) -> list[str]:
    """Return the terms of the core that are of one of `kinds`, by default all, sorted."""
    return sorted(
        {
            value_of(t.subject)
            for t in triples(CORE)
            if t.predicate.value == TYPE
            and value_of(t.subject).startswith(HRDEM)
            and (not kinds or value_of(t.object) in kinds)
        }
    )


def short(iri: str) -> str:
    return re.split("[#/]", iri)[-1]


core = Graph(triples(CORE))


def one(term: str, predicate: str) -> str:
    (value,) = core.names(term, predicate)
    return value


# --- Every term is explained ---------------------------------------------------------------------


def test_every_term_has_one_label_and_one_definition_in_english() -> None:
    for term in terms():
        for predicate in ("prefLabel", "definition"):
            languages = [each.language for each in core.objects(term, SKOS + predicate)]
            assert languages == ["en"], f"skos:{predicate} of {short(term)}"
        assert core.objects(term, RDFS + "label") == core.objects(term, SKOS + "prefLabel")
        assert core.names(term, RDFS + "isDefinedBy") == [HRDEM.removesuffix("#")]


def test_every_term_has_an_example_in_english() -> None:
    for term in terms():
        languages = {each.language for each in core.objects(term, SKOS + "example")}
        assert languages == {"en"}, short(term)


def test_definitions_are_sentences_that_do_not_open_with_the_label() -> None:
    for term in terms():
        definition = one(term, SKOS + "definition")
        assert definition.endswith(".") and definition[0].isupper(), definition
        said = re.sub("^(an?|the) ", "", definition.casefold())
        label = one(term, SKOS + "prefLabel").casefold()
        assert not re.match(rf"{re.escape(label)}\b", said), definition


def test_scope_notes_say_what_a_term_is_not() -> None:
    notes = [note for term in terms() for note in core.objects(term, SKOS + "scopeNote")]
    assert len(notes) > 80
    for note in notes:
        assert note.language == "en"
        assert note.value.startswith("Not: "), note


def test_no_two_terms_share_a_label_within_their_kind() -> None:
    for kinds in ((CLASS,), (OBJECT, DATA, ANNOTATION), (INDIVIDUAL,)):
        labels = [one(term, SKOS + "prefLabel") for term in terms(*kinds)]
        assert sorted(labels) == sorted(set(labels))


def test_case_of_names_and_labels_tells_classes_from_properties() -> None:
    proper_names = ("Council", "Official Journal", "Publications Office")
    for term in terms():
        name, label = short(term), one(term, SKOS + "prefLabel")
        first = label.split()[0]
        if CLASS in core.names(term, TYPE):
            assert re.fullmatch("([A-Z][a-z]+)+", name) and label[0].isupper(), name
        elif INDIVIDUAL in core.names(term, TYPE):
            assert re.fullmatch("([A-Z][a-z]+)+", name) and label[0].islower(), name
        else:
            assert re.fullmatch("[a-z]+[A-Za-z0-9]*", name), name
            assert first.islower() or first.isupper() or label.startswith(proper_names), label


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_metadata_that_name_things_are_iris(path: Path) -> None:
    graph = Graph(triples(path))
    (ontology,) = {
        value_of(t.subject)
        for t in triples(path)
        if t.predicate.value == TYPE and value_of(t.object) == OWL + "Ontology"
    }
    for predicate in (
        DCTERMS + "creator",
        DCTERMS + "publisher",
        DCTERMS + "license",
        OWL + "versionIRI",
    ):
        found = graph.objects(ontology, predicate)
        assert found and all(isinstance(each, ox.NamedNode) for each in found), predicate
    for predicate in (DCTERMS + "title", DCTERMS + "description"):
        assert [each.language for each in graph.objects(ontology, predicate)] == ["en"]
    (version,) = graph.names(ontology, OWL + "versionInfo")
    assert graph.names(ontology, OWL + "versionIRI") == [f"{ontology}/{version}"]


def test_ontology_states_its_prefix_and_namespace() -> None:
    ontology = HRDEM.removesuffix("#")
    assert core.names(ontology, VANN + "preferredNamespacePrefix") == ["hrdem"]
    assert core.names(ontology, VANN + "preferredNamespaceUri") == [HRDEM]


@pytest.mark.parametrize("path", [CORE, ALIGNMENTS], ids=lambda path: path.name)
def test_published_files_infer_nothing_by_domain_or_range_and_have_no_blank_nodes(
    path: Path,
) -> None:
    for triple in triples(path):
        assert triple.predicate.value not in {RDFS + "domain", RDFS + "range"}
        assert not isinstance(triple.subject, ox.BlankNode)
        assert not isinstance(triple.object, ox.BlankNode)


def test_core_relates_its_terms_to_each_other_only() -> None:
    for triple in triples(CORE):
        if triple.predicate.value in {RDFS + "subClassOf", RDFS + "subPropertyOf"}:
            assert value_of(triple.subject).startswith(HRDEM)
            assert value_of(triple.object).startswith(HRDEM)


# --- No term is used that is not defined, none is defined that is not used -----------------------


def mentioned(path: Path) -> set[str]:
    """Return the terms of our namespace that a text file names, in whatever syntax."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".rq":
        text = blank_comments(text)
    found = re.findall(rf"(?:(?<![\w:-])hrdem:|{re.escape(HRDEM)})([A-Za-z]\w*)", text)
    return {HRDEM + name for name in found}


def test_every_term_that_a_file_names_is_defined() -> None:
    known = set(terms())
    unknown = {
        f"{path.relative_to(ROOT)}: hrdem:{short(term)}"
        for folder in ("data", "ontology", "queries", "validation")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".ttl", ".trig", ".rq", ".json", ".jsonld"}
        for term in mentioned(path) - known
    }
    assert not unknown


# Needed although no data use it: what a passage without facts has to say. All passages have facts.
READY_FOR_USE = ["assertsNothing"]


def test_every_defined_term_is_used(built: Project) -> None:
    """Used: by the graph itself, not by the ontology in it. A class is used by its subclasses too.

    A class of values, such as hrdem:Standing, is used when one of its values is.
    """
    used = set()
    for quad in ox.parse(path=built.build / "hrdem.nq"):
        if quad.graph_name.value != v.GRAPH + "ontology":
            used |= {quad.predicate.value, value_of(quad.object)}
    for triple in triples(CORE):
        special = triple.predicate.value == RDFS + "subClassOf"
        if special or (triple.predicate.value == TYPE and value_of(triple.subject) in used):
            used.add(value_of(triple.object))
    assert [short(term) for term in terms() if term not in used] == READY_FOR_USE


@pytest.mark.shared
def test_aligned_terms_of_eli_and_cdm_exist(shared: Path) -> None:
    """ELI and CDM: as listed in the reference material, with kind; the rest: see the next test."""
    listed = {
        line.split(",")[1]: path.stem
        for path in sorted((shared / "linkdata").glob("*/*-[0-9]*.csv"))
        for line in path.read_text(encoding="utf-8").splitlines()
    }
    for term, kind in outer_terms().items():
        if "/eli/" in term or "/cdm#" in term:
            assert listed[term].endswith("classes" if kind == CLASS else "properties")


def test_aligned_terms_of_other_vocabularies_exist() -> None:
    from rdflib import namespace
    from rdflib.term import URIRef

    checked = 0
    for term in outer_terms():
        for name in ("DCTERMS", "FOAF", "ORG", "PROV", "SDO", "SKOS", "TIME"):
            vocabulary = getattr(namespace, name)
            if term.startswith(str(vocabulary)):
                assert URIRef(term) in vocabulary
                checked += 1
    assert checked > 30


def outer_terms() -> dict[str, str]:
    """Return the terms of other vocabularies that the alignments lead to, with what they are."""
    kinds = Graph(triples(ALIGNMENTS))
    return {
        value_of(t.object): kinds.names(value_of(t.object), TYPE)[0]
        for t in triples(ALIGNMENTS)
        if t.predicate.value in {RDFS + "subClassOf", RDFS + "subPropertyOf"}
    }


def test_nothing_but_legal_acts_becomes_a_legal_resource() -> None:
    """Conclusions, communications and plans are no legislation, and ELI's domains would say so."""
    eli = "http://data.europa.eu/eli/ontology#"
    assert {term for term in outer_terms() if term.startswith(eli)} == {
        eli + "LegalResource",
        eli + "Work",
    }
    assert [
        value_of(t.subject)
        for t in triples(ALIGNMENTS)
        if value_of(t.object) == eli + "LegalResource" and t.predicate.value != TYPE
    ] == [HRDEM + "LegalAct"]


@pytest.mark.parametrize("path", [ALIGNMENTS, AXIOMS], ids=lambda path: path.name)
def test_alignments_and_axioms_keep_to_terms_of_the_core(path: Path) -> None:
    named = {
        term.value
        for triple in triples(path)
        for term in (triple.subject, triple.predicate, triple.object)
        if isinstance(term, ox.NamedNode) and term.value.startswith(HRDEM)
    }
    assert named <= set(terms())


# --- The JSON-LD context -------------------------------------------------------------------------

CONTEXT = json.loads((ONTOLOGY / "context.jsonld").read_text(encoding="utf-8"))["@context"]


def test_context_has_every_term_with_its_kind_of_value() -> None:
    for term in terms():
        entry, name = CONTEXT[short(term)], f"hrdem:{short(term)}"
        kinds = core.names(term, TYPE)
        if OBJECT in kinds:
            assert entry == {"@id": name, "@type": "@id"}
        elif DATA in kinds or ANNOTATION in kinds:
            assert entry["@id"] == name
            assert entry.get("@type") != "@id"
        else:
            assert entry == name


def test_context_names_no_term_that_is_not_defined() -> None:
    named = {
        entry["@id"] if isinstance(entry, dict) else entry
        for entry in CONTEXT.values()
        if not isinstance(entry, float)
    }
    ours = {HRDEM + name.removeprefix("hrdem:") for name in named if name.startswith("hrdem:")}
    assert ours == set(terms())


def test_context_datatypes_agree_with_the_axioms() -> None:
    axioms = Graph(triples(AXIOMS))
    for term in terms(DATA):
        (expected,) = axioms.names(term, RDFS + "range") or [""]
        if expected and expected != XSD + "string":
            assert CONTEXT[short(term)]["@type"] == f"xsd:{short(expected)}"


def test_context_has_the_prefixes_of_the_project() -> None:
    assert {name: CONTEXT.get(name) for name in v.PREFIXES} == v.PREFIXES


SAMPLE = {
    "@context": CONTEXT,
    "id": "instrument:action-plan-2020-2024",
    "type": "ActionPlan",
    "prefLabel": "EU Action Plan on Human Rights and Democracy 2020-2024",
    "buildsOn": ["instrument:action-plan-2012-2014", "instrument:action-plan-2015-2019"],
    "joinNumber": "JOIN(2020) 5 final",
    "note": "Its brochure has 36 pages.",
    "reflects": {"id": "event:pandemic", "type": "Development", "ongoingOn": "2020-11-19"},
}

SAMPLE_TURTLE = """
    @prefix event: <https://w3id.org/hrdem/event/> .
    @prefix hrdem: <https://w3id.org/hrdem/ontology#> .
    @prefix instrument: <https://w3id.org/hrdem/instrument/> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
    instrument:action-plan-2020-2024 a hrdem:ActionPlan ;
        skos:prefLabel "EU Action Plan on Human Rights and Democracy 2020-2024"@en ;
        hrdem:buildsOn instrument:action-plan-2012-2014 , instrument:action-plan-2015-2019 ;
        hrdem:joinNumber "JOIN(2020) 5 final" ;
        hrdem:note "Its brochure has 36 pages."@en ;
        hrdem:reflects event:pandemic .
    event:pandemic a hrdem:Development ; hrdem:ongoingOn "2020-11-19"^^xsd:date .
"""


def test_plain_json_with_the_context_is_rdf_and_comes_back() -> None:
    expected = {q.triple for q in ox.parse(SAMPLE_TURTLE, format=ox.RdfFormat.TURTLE)}
    read = {q.triple for q in ox.parse(json.dumps(SAMPLE), format=ox.RdfFormat.JSON_LD)}
    assert read == expected
    written = "".join(serialise.json_ld(read, serialise.Context({"@context": CONTEXT})))
    assert '"buildsOn": [' in written
    assert {q.triple for q in ox.parse(written, format=ox.RdfFormat.JSON_LD)} == expected


# --- OWL 2 DL, consistency and satisfiability ----------------------------------------------------


@pytest.mark.java
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_file_with_its_imports_is_owl_2_dl(path: Path) -> None:
    ontology = owl.load(path, imports=() if path == CORE else (CORE,))
    assert owl.profile_violations(ontology) == []


@pytest.mark.java
def test_profile_check_sees_a_range_that_owl_does_not_have(tmp_path: Path) -> None:
    """Guards the test above: xsd:date is not among the datatypes of OWL 2."""
    path = tmp_path / "dated.ttl"
    path.write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> ."
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> ."
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> ."
        "<urn:x> a owl:Ontology . <urn:x:on> a owl:DatatypeProperty ; rdfs:range xsd:date .",
        encoding="utf-8",
    )
    (violation,) = owl.profile_violations(owl.load(path))
    assert "datatype" in violation


@pytest.mark.java
def test_ontology_is_consistent_and_every_class_can_have_members() -> None:
    ontology = owl.parse(triples(*FILES))
    assert owl.profile_violations(ontology) == []
    assert owl.is_consistent(ontology)
    assert owl.unsatisfiable(ontology) == []


@lru_cache
def facts(build: Path) -> tuple[ox.Triple, ...]:
    """Return the built graph as a reasoner can take it, with the axioms.

    Left out are statement nodes and the records of links, whose properties are reserved in OWL 2 DL
    (the plain triples of links stay), and what the graph says of queries and of itself. Values of a
    property that can have one value only are said to be different where a thing has several: OWL
    would else conclude that two IRIs stand for one thing, which never holds here.
    """
    kept: dict[ox.Triple, None] = {}
    left_out = {v.GRAPH + name for name in ("statements", "queries", "catalogue")}
    for quad in ox.parse(path=build / "hrdem.nq"):
        if quad.graph_name.value not in left_out and not (
            value_of(quad.subject).startswith((v.STATEMENT, v.LINK, v.QUERY))
        ):
            kept[quad.triple] = None
    kept.update(dict.fromkeys(triples(AXIOMS)))
    graph = Graph(kept)
    for axiom in AXIOM_LIST:
        if axiom.kind == "FunctionalProperty" and axiom.subject in terms(OBJECT):
            having = {value_of(t.subject) for t in kept if t.predicate.value == axiom.subject}
            for thing in having:
                for pair in itertools.combinations(graph.objects(thing, axiom.subject), 2):
                    kept[ox.Triple(pair[0], ox.NamedNode(OWL + "differentFrom"), pair[1])] = None
    return tuple(kept)


@pytest.mark.java
def test_ontology_with_all_facts_is_owl_2_dl_and_consistent(built: Project) -> None:
    ontology = owl.parse(facts(built.build))
    assert owl.profile_violations(ontology) == []
    assert owl.is_consistent(ontology)


@pytest.mark.java
@pytest.mark.parametrize(
    ("name", "added"),
    [
        ("the adopting body is a plan", "event:adoption-of-action-plan-2015-2019"
         " hrdem:carriedOutBy instrument:strategic-framework-2012 ."),
        ("a plan is a person", "instrument:action-plan-2020-2024 a foaf:Person ."),
        ("each of two plans comes right after the other", "instrument:action-plan-2015-2019"
         " hrdem:directlySucceeds instrument:action-plan-2020-2024 ."),
    ],
)  # fmt: skip
def test_one_wrong_fact_among_all_is_found(built: Project, name: str, added: str) -> None:
    prefixes = "".join(f"@prefix {key}: <{iri}> ." for key, iri in v.PREFIXES.items())
    wrong = [q.triple for q in ox.parse(prefixes + added, format=ox.RdfFormat.TURTLE)]
    assert not owl.is_consistent(owl.parse([*facts(built.build), *wrong])), name


# --- Each axiom catches an error, and nothing else would -----------------------------------------


class Axiom(NamedTuple):
    """One axiom: the statement that makes it, and what it is about."""

    kind: str
    subject: str
    value: str
    triple: ox.Triple

    @property
    def label(self) -> str:
        """What the test report calls it; blank nodes have no lasting names, so lists serve."""
        if self.kind in {"members", "distinctMembers"}:
            return f"{self.kind}-{'-'.join(map(short, axiom_graph.items(self.value)[:2]))}"
        return f"{self.kind}-{short(self.subject)}"


axiom_graph = Graph(triples(AXIOMS))
CHARACTERISTICS = {
    OWL + f"{name}Property" for name in ("Functional", "Asymmetric", "Irreflexive", "Transitive")
}
RELATIONS = {
    RDFS + "domain",
    RDFS + "range",
    RDFS + "subClassOf",
    OWL + "inverseOf",
    OWL + "disjointWith",
    OWL + "equivalentClass",
    OWL + "members",
    OWL + "distinctMembers",
}


def read_axioms() -> Iterator[Axiom]:
    for triple in triples(AXIOMS):
        predicate, value = triple.predicate.value, value_of(triple.object)
        if predicate == TYPE and value in CHARACTERISTICS:
            yield Axiom(short(value), value_of(triple.subject), value, triple)
        elif predicate in RELATIONS:
            yield Axiom(short(predicate), value_of(triple.subject), value, triple)


AXIOM_LIST = tuple(read_axioms())


KINDS = max((axiom_graph.items(a.value) for a in AXIOM_LIST if a.kind == "members"), key=len)
"""The kinds of things, no two of which have a member in common."""

DECLARED_DATA = set(terms(DATA))

LITERALS = {
    XSD + "string": ox.Literal("x"),
    XSD + "integer": ox.Literal(7),
    XSD + "decimal": ox.Literal("0.5", datatype=ox.NamedNode(XSD + "decimal")),
    XSD + "anyURI": ox.Literal("urn:x", datatype=ox.NamedNode(XSD + "anyURI")),
}


@lru_cache(maxsize=4)
def reasoner(without: str | None = None) -> Any:
    """Return HermiT over core and axioms, without the axioms about one subject.

    Explanations are left out, for speed. The axioms of one property lie side by side in the file,
    so their tests share a reasoner.
    """
    dropped = {axiom.triple for axiom in AXIOM_LIST if axiom.subject == without}
    kept = [
        triple
        for triple in triples(CORE, AXIOMS)
        if triple.predicate.value not in EXPLAINED_BY and triple not in dropped
    ]
    return owl.reasoner(owl.parse(kept))


def satisfiable(expression: Any, without: Axiom | None = None) -> bool:
    """Whether anything can fall under a class expression; if asked, without an axiom.

    With the axiom go the other ones about the same property or list, which forbid something else.
    """
    return bool(reasoner(without and without.subject).isSatisfiable(expression))


def general(name: str) -> set[str]:
    """Return a class with all classes above it."""
    above = core.names(name, RDFS + "subClassOf") + axiom_graph.names(name, RDFS + "subClassOf")
    return {name}.union(*(general(each) for each in above))


def kinds_of(expression: str) -> set[str]:
    """Return the kinds that overlap with a class or a union of classes, as the files name them."""
    unions = axiom_graph.names(expression, OWL + "unionOf")
    members = axiom_graph.items(unions[0]) if unions else [expression]
    return {
        kind
        for kind in KINDS
        for member in members
        if kind in general(member) or member in general(kind)
    }


def check_kinds(axiom: Axiom, probe: Callable[[str], Any]) -> None:
    """Check that `probe` of a kind is possible if the axiom allows the kind, and else not."""
    allowed = kinds_of(axiom.value)
    assert allowed
    assert {kind for kind in KINDS if satisfiable(probe(kind))} == allowed
    now_allowed = {kind for kind in KINDS if satisfiable(probe(kind), without=axiom)}
    assert now_allowed > allowed, "without this axiom nothing changes: it says nothing new"


def check_domain(axiom: Axiom) -> None:
    """A thing of another kind cannot have the property."""
    make = owl.Expressions()
    has_value = make.some_literal if axiom.subject in DECLARED_DATA else make.some
    check_kinds(axiom, lambda kind: make.both(make.named(kind), has_value(axiom.subject)))


def check_range(axiom: Axiom) -> None:
    """A thing of another kind, or a literal of another datatype, cannot be a value."""
    make = owl.Expressions()
    if axiom.subject not in DECLARED_DATA:
        check_kinds(axiom, lambda kind: make.some(axiom.subject, make.named(kind)))
        return
    whole_numbers = {XSD + "integer"} if axiom.value == XSD + "decimal" else set()
    for datatype, literal in LITERALS.items():
        probe = make.some_literal(axiom.subject, literal)
        allowed = datatype == axiom.value or datatype in whole_numbers
        assert satisfiable(probe) == allowed
        assert satisfiable(probe, without=axiom)


def check_characteristic(axiom: Axiom) -> None:
    """What the name of the characteristic excludes cannot be."""
    make, name = owl.Expressions(), axiom.subject
    thing, kind = make.only("urn:x:thing"), make.named("urn:x:Kind")
    probe = {
        "FunctionalProperty": lambda: (
            make.two_literals(name) if name in DECLARED_DATA else make.two(name)
        ),
        "AsymmetricProperty": lambda: make.both(thing, make.some(name, make.some(name, thing))),
        "IrreflexiveProperty": lambda: make.itself(name),
        "TransitiveProperty": lambda: make.both(
            make.some(name, make.some(name, kind)), make.no(make.some(name, kind))
        ),
    }[axiom.kind]()
    assert not satisfiable(probe)
    assert satisfiable(probe, without=axiom)


def check_inverse(axiom: Axiom) -> None:
    """Each of the two properties holds the other way round."""
    make = owl.Expressions()
    thing = make.only("urn:x:thing")
    for one, other in ((axiom.subject, axiom.value), (axiom.value, axiom.subject)):
        probe = make.both(thing, make.some(one, make.no(make.some(other, thing))))
        assert not satisfiable(probe)
        assert satisfiable(probe, without=axiom)


def check_subclass(axiom: Axiom) -> None:
    """No member of the class is outside the more general one."""
    make = owl.Expressions()
    probe = make.both(make.named(axiom.subject), make.no(make.named(axiom.value)))
    assert not satisfiable(probe)
    assert satisfiable(probe, without=axiom)


def check_disjoint(axiom: Axiom) -> None:
    """No two of the classes have a member in common."""
    make = owl.Expressions()
    if axiom.kind == "members":
        members = axiom_graph.items(axiom.value)
    else:
        members = [axiom.subject, axiom.value]
    for one, other in itertools.combinations(members, 2):
        probe = make.both(make.named(one), make.named(other))
        assert not satisfiable(probe), f"{one} and {other} can share a member"
        assert satisfiable(probe, without=axiom), f"{one} and {other} are kept apart elsewhere"


def check_complete(axiom: Axiom) -> None:
    """The class has no member beyond the list."""
    make = owl.Expressions()
    (values,) = axiom_graph.names(axiom.value, OWL + "oneOf")
    other = make.no(make.only(*axiom_graph.items(values)))
    probe = make.both(make.named(axiom.subject), other)
    assert not satisfiable(probe)
    assert satisfiable(probe, without=axiom)


def check_different(axiom: Axiom) -> None:
    """No two of the values are one thing."""
    make = owl.Expressions()
    for one, other in itertools.combinations(axiom_graph.items(axiom.value), 2):
        probe = make.both(make.only(one), make.only(other))
        assert not satisfiable(probe)
        assert satisfiable(probe, without=axiom)


CHECKS: dict[str, Callable[[Axiom], None]] = {
    "domain": check_domain,
    "range": check_range,
    **{short(each): check_characteristic for each in CHARACTERISTICS},
    "inverseOf": check_inverse,
    "subClassOf": check_subclass,
    "members": check_disjoint,
    "disjointWith": check_disjoint,
    "equivalentClass": check_complete,
    "distinctMembers": check_different,
}


@pytest.mark.java
@pytest.mark.parametrize("axiom", AXIOM_LIST, ids=lambda axiom: axiom.label)
def test_axiom_makes_an_error_impossible_that_is_else_possible(axiom: Axiom) -> None:
    CHECKS[axiom.kind](axiom)


def test_every_axiom_has_a_test() -> None:
    """What axioms.ttl says beyond declarations and metadata is what the tests above take."""
    told = {axiom.triple for axiom in AXIOM_LIST}
    structure = {OWL + n for n in ("unionOf", "oneOf", "imports", "versionIRI", "versionInfo")}
    structure |= {RDF + "first", RDF + "rest"} | EXPLAINED_BY
    structure |= {DCTERMS + n for n in ("title", "description", "license")}
    structure |= {DCTERMS + n for n in ("creator", "publisher")}
    declared = {CLASS, OBJECT, DATA, ANNOTATION}
    declared |= {OWL + n for n in ("Ontology", "AllDisjointClasses", "AllDifferent")}
    for triple in triples(AXIOMS):
        declares = triple.predicate.value == TYPE and value_of(triple.object) in declared
        assert declares or triple in told or triple.predicate.value in structure, triple
