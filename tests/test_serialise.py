"""The writers: readable, legal, the same bytes for the same graph, and nothing lost on the way."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hrdem import serialise
from hrdem import vocabulary as v
from hrdem.errors import HrdemError
from hrdem.project import Project
from hrdem.serialise import Context

CONTEXT = Context(
    {
        "@context": {
            "@version": 1.1,
            "id": "@id",
            "type": "@type",
            "hrdem": v.HRDEM,
            "document": v.DOCUMENT,
            "instrument": v.BASE + "instrument/",
            "skos": v.SKOS,
            "xsd": v.XSD,
            "ActionPlan": "hrdem:ActionPlan",
            "prefLabel": {"@id": "skos:prefLabel", "@language": "en"},
            "approves": {"@id": "hrdem:approves", "@type": "@id"},
            "end": {"@id": "hrdem:end", "@type": "xsd:date"},
            "number": {"@id": "hrdem:number", "@type": "xsd:integer"},
        }
    }
)


def triples(turtle: str) -> list[ox.Triple]:
    """Parse Turtle that uses the prefixes of the project."""
    head = "".join(f"@prefix {prefix}: <{name}> .\n" for prefix, name in v.PREFIXES.items())
    return [quad.triple for quad in ox.parse(head + turtle, format=ox.RdfFormat.TURTLE)]


GRAPH = """
instrument:plan a hrdem:ActionPlan ; skos:prefLabel "Plan"@en, "Aktionsplan"@de ;
    hrdem:number 2, 007 ; hrdem:end "2024-12-31"^^xsd:date, "2027"^^xsd:gYear ;
    hrdem:note "one\\ntwo \\"quoted\\""@en ; hrdem:open true ; hrdem:share 0.50 .
<https://w3id.org/hrdem/document/note#p1> hrdem:passageOf document:note .
instrument:conclusions hrdem:approves instrument:plan, <https://example.org/2.> .
"""


# --- what they look like ------------------------------------------------------------------------


def test_turtle_reads_like_turtle_that_a_person_wrote() -> None:
    assert (
        "".join(serialise.turtle(triples(GRAPH)))
        == '''\
@prefix hrdem: <https://w3id.org/hrdem/ontology#> .
@prefix instrument: <https://w3id.org/hrdem/instrument/> .
@prefix document: <https://w3id.org/hrdem/document/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<https://w3id.org/hrdem/document/note#p1> hrdem:passageOf document:note .

instrument:conclusions hrdem:approves
        <https://example.org/2.>,
        instrument:plan .

instrument:plan a hrdem:ActionPlan ;
    skos:prefLabel
        "Aktionsplan"@de,
        "Plan"@en ;
    hrdem:end
        "2024-12-31"^^xsd:date,
        "2027"^^xsd:gYear ;
    hrdem:note """one
two "quoted\\""""@en ;
    hrdem:number
        007,
        2 ;
    hrdem:open true ;
    hrdem:share 0.50 .
'''
    )


def test_trig_is_turtle_inside_named_graphs() -> None:
    plan, note = (ox.NamedNode(v.GRAPH + name) for name in ("plan", "note"))
    first, *_ = triples("instrument:plan a hrdem:ActionPlan .")
    quads = [
        ox.Quad(first.subject, first.predicate, first.object, plan),
        ox.Quad(first.subject, first.predicate, first.object, note),
        ox.Quad(first.subject, first.predicate, first.object),
    ]

    assert (
        "".join(serialise.trig(quads))
        == """\
@prefix hrdem: <https://w3id.org/hrdem/ontology#> .
@prefix instrument: <https://w3id.org/hrdem/instrument/> .
@prefix graph: <https://w3id.org/hrdem/graph/> .

instrument:plan a hrdem:ActionPlan .

graph:note {
    instrument:plan a hrdem:ActionPlan .
}

graph:plan {
    instrument:plan a hrdem:ActionPlan .
}
"""
    )


def test_a_statement_node_reads_subject_predicate_object() -> None:
    node = """statement:0 rdf:object "o" ; rdf:predicate skos:note ; rdf:subject theme:s ;
        hrdem:standing hrdem:Accepted ; a rdf:Statement ."""

    assert (
        "".join(serialise.turtle(triples(node))).split("\n\n")[1]
        == """\
statement:0 a rdf:Statement ;
    rdf:subject theme:s ;
    rdf:predicate skos:note ;
    rdf:object "o" ;
    hrdem:standing hrdem:Accepted .
"""
    )


def test_json_ld_reads_like_json() -> None:
    document = json.loads("".join(serialise.json_ld(triples(GRAPH), CONTEXT)))

    assert list(document) == ["@context", "@graph"]
    assert document["@context"] == CONTEXT.definition
    assert document["@graph"] == [
        {"id": "document:note#p1", "hrdem:passageOf": {"id": "document:note"}},
        {
            "id": "instrument:conclusions",
            "approves": ["https://example.org/2.", "instrument:plan"],
        },
        {
            "id": "instrument:plan",
            "type": "ActionPlan",
            "prefLabel": [{"@language": "de", "@value": "Aktionsplan"}, "Plan"],
            "end": ["2024-12-31", {"type": "xsd:gYear", "@value": "2027"}],
            "hrdem:note": {"@language": "en", "@value": 'one\ntwo "quoted"'},
            "number": ["007", 2],
            "hrdem:open": True,
            "hrdem:share": {"type": "xsd:decimal", "@value": "0.50"},
        },
    ]


def test_lines_are_sorted_by_code_point() -> None:
    lines = list(serialise.n_triples(triples(GRAPH)))

    assert len(lines) == 13
    assert lines == sorted(lines, key=lambda line: line.encode())
    assert all(line.endswith(" .\n") for line in lines)


# --- nothing is lost ----------------------------------------------------------------------------

Write = Callable[[Iterable[ox.Triple]], bytes]


def rdf_xml(graph: Iterable[ox.Triple]) -> bytes:
    file = io.BytesIO()
    serialise.rdf_xml(graph, file)
    return file.getvalue()


WRITERS: dict[ox.RdfFormat, Write] = {
    ox.RdfFormat.TURTLE: lambda graph: "".join(serialise.turtle(graph)).encode(),
    ox.RdfFormat.N_TRIPLES: lambda graph: "".join(serialise.n_triples(graph)).encode(),
    ox.RdfFormat.RDF_XML: rdf_xml,
    ox.RdfFormat.JSON_LD: lambda graph: "".join(serialise.json_ld(graph, CONTEXT)).encode(),
}

# Texts as they may be in data: anything but the characters that documents.py refuses.
TEXTS = st.text(
    st.one_of(
        st.sampled_from("\"'\\\n\t #<>{}@.:;,é\u2028\ufffd\U0001f1ea\x7f\x85"),
        st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"),
    ),
    max_size=12,
)
IRIS = st.builds(
    lambda space, local, part: ox.NamedNode(space + local + ("" if "#" in space else part)),
    st.sampled_from([v.HRDEM, v.DOCUMENT, v.SKOS, "https://example.org/", "urn:isbn:"]),
    st.text(st.sampled_from("aZ09_-.:~é/"), max_size=5),
    st.sampled_from(["", "#", "#p1"]),
)
NAMES = st.sampled_from(
    [v.RDF_TYPE, v.SKOS + "prefLabel", *(v.HRDEM + n for n in ("approves", "end", "number", "x"))]
).map(ox.NamedNode)
DATATYPES = [
    ox.NamedNode(name)
    for name in (
        *(v.XSD + n for n in ("integer", "decimal", "boolean", "date", "gYear", "double")),
        "https://example.org/type",
    )
]
LEXICALS = [
    *("1", "-1", "+1", "01", "1.", ".5", "1.50", "-0", "0", "1e0", "true", "false"),
    *("1" * 15, "1" * 16, "1" * 30, "2024", "x", ""),
]
LITERALS = st.one_of(
    st.builds(ox.Literal, TEXTS),
    st.builds(
        lambda text, tag: ox.Literal(text, language=tag), TEXTS, st.sampled_from(["en", "fr-be"])
    ),
    st.builds(
        lambda text, kind: ox.Literal(text, datatype=kind),
        st.sampled_from(LEXICALS),
        st.sampled_from(DATATYPES),
    ),
)
CLASSES = st.sampled_from([v.HRDEM + "ActionPlan", v.SKOS + "Concept"]).map(ox.NamedNode)
TRIPLES = st.one_of(
    st.builds(ox.Triple, IRIS, NAMES.filter(lambda n: n.value != v.RDF_TYPE), IRIS | LITERALS),
    st.builds(ox.Triple, IRIS, st.just(ox.NamedNode(v.RDF_TYPE)), CLASSES),
)


@pytest.mark.parametrize("form", WRITERS, ids=lambda form: form.file_extension)
@settings(max_examples=60, deadline=None)
@given(graph=st.lists(TRIPLES, max_size=8))
def test_every_format_gives_back_every_graph(form: ox.RdfFormat, graph: list[ox.Triple]) -> None:
    written = WRITERS[form](graph)

    assert {quad.triple for quad in ox.parse(written, format=form)} == set(graph)


@pytest.mark.parametrize("form", WRITERS, ids=lambda form: form.file_extension)
def test_every_format_keeps_every_value_as_it_is_written(form: ox.RdfFormat) -> None:
    subject = ox.NamedNode(v.BASE + "theme/a")
    values = [
        *(ox.Literal(text, datatype=kind) for text in LEXICALS for kind in DATATYPES),
        *(ox.Literal("".join(text)) for n in range(5) for text in product('"\\\n', repeat=n)),
    ]
    graph = {
        ox.Triple(subject, ox.NamedNode(v.HRDEM + name), value)
        for name in ("approves", "end", "number", "other")
        for value in values
    }

    written = WRITERS[form](graph)

    assert {quad.triple for quad in ox.parse(written, format=form)} == graph


@settings(max_examples=60, deadline=None)
@given(graph=st.lists(TRIPLES, max_size=8), names=st.lists(IRIS, min_size=1, max_size=3))
def test_trig_and_n_quads_give_back_every_dataset(
    graph: list[ox.Triple], names: list[ox.NamedNode]
) -> None:
    quads = {
        ox.Quad(t.subject, t.predicate, t.object, names[at % len(names)])
        for at, t in enumerate(graph)
    }

    trig = "".join(serialise.trig(quads))
    lines = "".join(serialise.n_quads(quads))

    assert set(ox.parse(trig, format=ox.RdfFormat.TRIG)) == quads
    assert set(ox.parse(lines, format=ox.RdfFormat.N_QUADS)) == quads


@settings(max_examples=60, deadline=None)
@given(graph=st.lists(TRIPLES, max_size=8), seed=st.integers(0, 10))
def test_order_and_repetition_of_the_input_do_not_matter(graph: list[ox.Triple], seed: int) -> None:
    shuffled = graph + graph[:2]
    random.Random(seed).shuffle(shuffled)

    for write in WRITERS.values():
        assert write(graph) == write(shuffled)


@settings(deadline=None)
@given(iri=IRIS)
def test_a_short_name_means_the_same_iri_in_turtle_and_in_sparql(iri: ox.NamedNode) -> None:
    short = v.shorten(iri.value)
    prefixes = "".join(f"PREFIX {prefix}: <{name}>\n" for prefix, name in v.PREFIXES.items())

    (quad,) = ox.parse(f"{prefixes} {short} a {short} .", format=ox.RdfFormat.TURTLE)
    answer = ox.Store().query(f"{prefixes} SELECT ({short} AS ?x) {{}}")

    assert quad.subject == quad.object == iri
    assert isinstance(answer, ox.QuerySolutions)
    assert [row["x"] for row in answer] == [iri]


@pytest.fixture(scope="module")
def lines(built: Project) -> set[ox.Triple]:
    """The merged graph of the project, read from its N-Triples."""
    return {quad.triple for quad in read(built, "nt")}


def read(built: Project, name: str) -> set[ox.Quad]:
    path = built.build / f"hrdem.{name}"
    return set(ox.parse(path=path, format=ox.RdfFormat.from_extension(name)))


def read_with_rdflib(built: Project, name: str) -> set[tuple[str, ...]]:
    import rdflib

    forms = {"ttl": "turtle", "nt": "nt", "rdf": "xml", "jsonld": "json-ld"}
    graph = rdflib.Graph().parse(built.build / f"hrdem.{name}", format=forms[name])
    return {tuple(term.n3() for term in triple) for triple in graph}


@pytest.fixture(scope="module")
def rdflib_lines(built: Project) -> set[tuple[str, ...]]:
    """The same as rdflib reads it; it writes some numbers otherwise than they were read."""
    return read_with_rdflib(built, "nt")


@pytest.mark.parametrize("name", ["ttl", "rdf", "jsonld"])
def test_the_merged_graph_is_the_same_in_every_format(
    built: Project, name: str, lines: set[ox.Triple]
) -> None:
    assert lines
    assert {quad.triple for quad in read(built, name)} == lines


@pytest.mark.parametrize("name", ["ttl", "rdf", "jsonld"])
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
def test_the_merged_graph_is_the_same_in_every_format_to_rdflib(
    built: Project, name: str, lines: set[ox.Triple], rdflib_lines: set[tuple[str, ...]]
) -> None:
    assert len(rdflib_lines) == len(lines)
    assert read_with_rdflib(built, name) == rdflib_lines


def test_the_named_graphs_are_the_same_in_both_formats(
    built: Project, lines: set[ox.Triple]
) -> None:
    quads = read(built, "nq")

    assert read(built, "trig") == quads
    assert {quad.triple for quad in quads} == lines


# --- what they refuse ---------------------------------------------------------------------------


def test_rdf_xml_has_no_way_to_write_some_names() -> None:
    graph = triples("theme:a <https://example.org/2024> 1 .")

    with pytest.raises(HrdemError) as caught:
        rdf_xml(graph)

    assert str(caught.value) == (
        "The name <https://example.org/2024> does not end like an XML name, so RDF/XML cannot write"
        " it as a property or class. Use one that ends in a word that begins with a letter."
    )


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], 'This is not a JSON-LD context. Write one JSON object: {"@context": {...}}.'),
        ({"@context": {"@vocab": "http://e/"}}, 'It has @vocab "http://e/", which'),
        (
            {"@context": {"a": {"@id": "http://e/a", "@container": "@list"}}},
            'The term \'a\' is {\n "@id": "http://e/a",\n "@container": "@list"\n}, which',
        ),
        ({"@context": {"a": None}}, "The term 'a' is null, which"),
        ({"@context": {"a": "b"}}, "The term 'a' stands for 'b', not for an IRI, which"),
        ({"@context": {"a": "b:x", "b": "a:y"}}, "The term 'a' is explained by itself, which"),
        (
            {"@context": {"a": "http://e/x", "b": {"@id": "http://e/x"}}},
            "The terms 'a' and 'b' are both http://e/x, which",
        ),
    ],
)
def test_a_context_that_would_be_read_otherwise_than_written(document: Any, message: str) -> None:
    with pytest.raises(HrdemError) as caught:
        Context(document)

    assert str(caught.value).startswith(message)


def test_a_prefix_that_hides_a_scheme() -> None:
    context = Context({"@context": {"urn": "http://e/"}})

    with pytest.raises(HrdemError) as caught:
        list(serialise.json_ld(triples("<urn:isbn:0> a skos:Concept ."), context))

    assert str(caught.value) == (
        "The name 'urn' hides the scheme of the IRI urn:isbn:0, which the writer of JSON-LD does"
        " not know. Do without it, or extend serialise.Context."
    )
