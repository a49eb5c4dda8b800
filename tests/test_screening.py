"""Screening a graph before pySHACL sees it: it may suspect too much, and never misses anything."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import ROOT
from hrdem import vocabulary as v
from hrdem.check import shacl
from hrdem.check.screening import Screen
from hrdem.project import Project
from shapes import Shapes

SHAPES = Shapes(ROOT / "validation")
CORE = [path for path in SHAPES.files if not path.name.endswith(shacl.SPARQL_SUFFIX)]
PREFIXES = "".join(
    f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in v.PREFIXES.items() if prefix != "ex"
)
EX = "urn:example:"


def store(turtle: str) -> ox.Store:
    made = ox.Store()
    text = f"{PREFIXES}@prefix ex: <{EX}> .\n{turtle}"
    made.extend(ox.parse(text, format=ox.RdfFormat.TURTLE))
    return made


def by_pyshacl(data: ox.Store, shapes: ox.Store) -> set[str]:
    """The focus nodes that pySHACL objects to, looking at all of the data."""
    _, report, _ = pyshacl.validate(shacl.to_rdflib(data), shacl_graph=shacl.to_rdflib(shapes))
    assert isinstance(report, rdflib.Graph)
    return {str(result.focus) for result in shacl.read_report(report)}


def suspected(data: ox.Store, shapes: ox.Store) -> set[str]:
    screen = Screen(shapes)
    assert screen.covers_all
    return {str(node) for node in screen.suspicion(data).nodes}


def test_the_shapes_of_the_project_are_covered_and_suspect_nothing_in_the_real_graph(
    built: Project,
) -> None:
    graph = ox.Store()
    graph.extend(ox.parse(path=str(built.build / "hrdem.nt")))
    shapes = ox.Store()
    for path in CORE:
        shapes.extend(ox.parse(path=str(path)))
    screen = Screen(shapes)
    assert screen.covers_all
    found = screen.suspicion(graph)
    assert (found.nodes, found.graph, found.shapes) == (set(), set(), set())


@pytest.mark.parametrize("first", range(5))
def test_results_are_those_of_pyshacl_on_everything(first: int) -> None:
    """Every bad case of the project is in one of the five graphs."""
    data = SHAPES.with_ground(*(p for p in SHAPES.examples[first::5] if p.stem != "good"))
    plain = rdflib.Graph()
    for path in CORE:
        plain.parse(path)
    default = data.quads_for_pattern(None, None, None, ox.DefaultGraph())
    expected = sorted(str(result) for result in shacl.core_results(default, plain))
    assert len(expected) > 100
    assert sorted(str(result) for result in shacl.validate(data, CORE)) == expected


VALUES = re.findall(
    r'"[^"]*"\S*|\S+',
    """
    "a" "a"@en "a"@EN "b"@de "" "  " "a b" "a  b" "a\\n" "2020" "02020" "0000" "-2020" "2020-13"
    "2020"^^xsd:gYear "20200"^^xsd:gYear "-0044"^^xsd:gYear "0000"^^xsd:gYear "x"^^xsd:gYear
    "2020Z"^^xsd:gYear "2020-11"^^xsd:gYearMonth "2020-13"^^xsd:gYearMonth "0000-01"^^xsd:gYearMonth
    "2020-11-19"^^xsd:date "2020-11-31"^^xsd:date "2020-11-19Z"^^xsd:date "0000-01-01"^^xsd:date
    "-0044-03-15"^^xsd:date "12020-11-19"^^xsd:date "2020-11-19T00:00:00"^^xsd:date
    "2020-11-19T00:00:00"^^xsd:dateTime 0 1 -1 7 "01"^^xsd:integer
    "+1"^^xsd:integer "x"^^xsd:integer
    1.0 0.5 "1."^^xsd:decimal "x"^^xsd:decimal 1e0 "NaN"^^xsd:double true "1"^^xsd:boolean
    "aB"^^xsd:hexBinary "aBc"^^xsd:hexBinary "http://a.example/"^^xsd:anyURI "a b"^^xsd:anyURI
    ex:a ex:b ex:thing <https://w3id.org/hrdem/instrument/a> <https://w3id.org/hrdem/instrument/a#b>
""",
)
CONSTRAINTS = [
    *(f"sh:datatype {kind}" for kind in (
        "xsd:string", "rdf:langString", "xsd:date", "xsd:gYear", "xsd:gYearMonth", "xsd:integer",
        "xsd:decimal", "xsd:hexBinary", "xsd:anyURI", "xsd:boolean", "xsd:dateTime",
    )),
    *(f"sh:nodeKind sh:{kind}" for kind in (
        "IRI", "Literal", "BlankNode", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral",
    )),
    'sh:pattern "^[0-9]{4}$"', 'sh:pattern "a"',
    'sh:pattern "^[^ \\\\n\\\\t]+( [^ \\\\n\\\\t]+)*$"',
    'sh:pattern "^https://w3id\\\\.org/hrdem/(instrument|agent)/[^#]+$"', 'sh:pattern "^(?!a)"',
    'sh:pattern "A" ; sh:flags "i"', 'sh:pattern "\\\\d"',
    "sh:minLength 2", "sh:maxLength 2", "sh:minInclusive 1",
    'sh:minInclusive "2020-01-01"^^xsd:date',
    'sh:in ( "a" 1 ex:a "2020"^^xsd:gYear )', 'sh:languageIn ( "en" )', "sh:hasValue ex:a",
    "sh:hasValue 1", "sh:class ex:Class", "sh:minCount 1", "sh:minCount 2", "sh:maxCount 0",
    "sh:maxCount 1", "sh:maxCount 2", "sh:uniqueLang true", "sh:equals ex:other",
    "sh:lessThan ex:other", "sh:lessThanOrEquals ex:other", "sh:or ( ex:Day ex:Year )",
    "sh:xone ( ex:Day ex:Year )", "sh:xone ( ex:IsOne ex:IsOther )",
    "sh:qualifiedValueShape ex:Day ; sh:qualifiedMinCount 1",
    "sh:qualifiedValueShape ex:Day ; sh:qualifiedMinCount 2",
]  # fmt: skip
PATHS = [
    "ex:p",
    "[ sh:inversePath ex:back ]",
    "( ex:q ex:p )",
    "( [ sh:inversePath ex:back ] ex:p )",
    "[ sh:alternativePath ( ex:p ex:q ) ]",
]
HELPERS = """
    ex:Day a sh:NodeShape ; sh:datatype xsd:date ; sh:maxLength 10 .
    ex:Year a sh:NodeShape ; sh:datatype xsd:gYear ; sh:pattern "^[0-9]{4}$" .
    ex:IsOne a sh:NodeShape ; sh:property [ sh:path ex:p ; sh:minCount 1 ] .
    ex:IsOther a sh:NodeShape ; sh:class ex:Class .
"""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    constraint=st.sampled_from(CONSTRAINTS),
    path=st.sampled_from(PATHS),
    target=st.sampled_from(["targetClass ex:Class", "targetSubjectsOf ex:p", "targetNode ex:b"]),
    triples=st.lists(
        st.tuples(
            st.sampled_from(["ex:a", "ex:b", "ex:c"]),
            st.sampled_from(["ex:p", "ex:q", "ex:back", "ex:other"]),
            st.sampled_from([*VALUES, "ex:a", "ex:b", "ex:c"]),
        ),
        max_size=12,
    ),
    classes=st.sets(st.sampled_from(["ex:a", "ex:b", "ex:c"])),
)
def test_whatever_pyshacl_objects_to_was_suspected(
    constraint: str,
    path: str,
    target: str,
    triples: list[tuple[str, str, str]],
    classes: set[str],
) -> None:
    text = "ex:Narrow rdfs:subClassOf ex:Class . "
    text += " ".join(f"{node} a ex:Narrow ." for node in sorted(classes))
    text += " ".join(f"{' '.join(triple)} ." for triple in triples)
    data = store(text)
    shapes = store(
        f"{HELPERS} ex:S a sh:NodeShape ; sh:{target} ; sh:property ex:P ."
        f" ex:P a sh:PropertyShape ; sh:path {path} ; {constraint} ."
    )
    objected = by_pyshacl(data, shapes)
    assert objected <= suspected(data, shapes)


@pytest.mark.parametrize(
    "more", ["sh:closed true", "sh:not ex:Day", "sh:property [ sh:path ex:q ; sh:minCount 1 ]"]
)
def test_what_queries_cannot_stand_for_goes_to_pyshacl_whole(more: str, tmp_path: Path) -> None:
    text = (
        f"{HELPERS} ex:S a sh:NodeShape ; sh:targetClass ex:Class ; sh:property ex:P ."
        f" ex:P a sh:PropertyShape ; sh:path ex:p ; {more} ."
    )
    assert not Screen(store(text)).covers_all
    (tmp_path / "shapes.ttl").write_text(f"{PREFIXES}@prefix ex: <{EX}> .\n{text}", "utf-8")
    data = store('ex:a a ex:Class ; ex:p "2020-11-19"^^xsd:date , ex:b . ex:b ex:q ex:a .')
    default = data.quads_for_pattern(None, None, None, ox.DefaultGraph())
    whole = shacl.core_results(default, shacl.to_rdflib(store(text)))
    found = shacl.validate(data, [tmp_path / "shapes.ttl"])
    assert found
    assert sorted((str(r.focus), r.component) for r in found) == sorted(
        (str(r.focus), r.component) for r in whole
    )
