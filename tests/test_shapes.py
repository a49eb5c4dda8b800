"""The shapes themselves: nothing dangles, nothing is empty, everything says what to do."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from rdflib.namespace import SH

from conftest import ROOT
from hrdem import vocabulary as v
from hrdem.check import shacl
from hrdem.project import Project
from shapes import MEMBERS, PARAMETERS, TARGETS, Shapes, sh

SHAPES = Shapes(ROOT / "validation")
FILES = SHAPES.files
ALL = sorted(
    {
        *SHAPES.of_class("NodeShape"),
        *SHAPES.of_class("PropertyShape"),
        *SHAPES.of_class("SPARQLConstraint"),
    },
    key=str,
)


def text(subject: ox.NamedNode, name: str) -> str:
    """The one English text that a shape has under a property."""
    (value,) = SHAPES.values(subject, name)
    assert isinstance(value, ox.Literal)
    assert value.language == "en"
    return value.value


def parsed(path: Path) -> list[ox.Quad]:
    return list(ox.parse(path=str(path)))


# --- names and words ------------------------------------------------------------------------------


def test_there_are_shapes_of_each_concern() -> None:
    assert {path.stem for path in FILES} >= {
        *("base", "time", "evidence", "priorities", "agents", "documents", "speech", "links"),
        *("codelists", "style", "identifiers", "themes", "figures", "unknowns", "catalogue"),
    }


@pytest.mark.parametrize("shape", ALL, ids=lambda shape: shape.value.removeprefix(v.SHAPE))
def test_every_shape_says_what_it_is_what_is_wrong_and_what_to_do(shape: ox.NamedNode) -> None:
    assert shape.value.startswith(v.SHAPE)
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9]*(-[a-z][A-Za-z0-9]*)?", shape.value[len(v.SHAPE) :])
    assert text(shape, "name")
    assert text(shape, "description").endswith(".")
    assert re.match(r"([A-Z]|[a-z]+:).*[.]$", text(shape, "message")), "a message is a sentence"
    if not SHAPES.values(shape, "select"):
        (severity,) = SHAPES.values(shape, "severity")
        assert severity in (sh("Violation"), sh("Warning"), sh("Info"))


def test_what_a_person_reads_says_what_to_do() -> None:
    # Node shapes that only hold property shapes, and helpers of alternatives, are never reported.
    reported = {constraint.source for constraint in SHAPES.constraints}
    for shape in ALL:
        if shape.value in reported:
            sentences = re.findall(r"[^.;:]+[.;:]", text(shape, "message"))
            assert len(sentences) > 1, f"{shape}: what is wrong, and then what to do"


def test_no_two_shapes_have_names_that_differ_in_case_only() -> None:
    names = Counter(shape.value.casefold() for shape in ALL)
    assert [name for name, count in names.items() if count > 1] == []


def test_no_two_reported_messages_are_the_same_within_a_folder() -> None:
    for folder, group in _by_folder().items():
        messages = Counter(text(ox.NamedNode(source), "message") for source in group)
        assert [m for m, count in messages.items() if count > 1] == [], folder


def _by_folder() -> dict[str, set[str]]:
    groups: dict[str, set[str]] = {}
    for constraint in SHAPES.constraints:
        groups.setdefault(constraint.folder, set()).add(constraint.source)
    return groups


# --- structure ------------------------------------------------------------------------------------


def test_the_shapes_are_shapes_by_the_shapes_of_shapes() -> None:
    graph = rdflib.Graph()
    for path in FILES:
        graph.parse(path)
    # Raises ShapeLoadError or ReportableRuntimeError if the shapes are not well-formed.
    conforms, _, report = pyshacl.validate(rdflib.Graph(), shacl_graph=graph, meta_shacl=True)
    assert conforms, report


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_can_be_used_alone(path: Path) -> None:
    described = {quad.subject for quad in parsed(path)}
    dangling = {
        quad.object.value
        for quad in parsed(path)
        if isinstance(quad.object, ox.NamedNode)
        and quad.object.value.startswith(v.SHAPE)
        and quad.object not in described
    }
    assert dangling == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_needs_sparql_stands_in_files_of_its_own(path: Path) -> None:
    predicates = {quad.predicate for quad in parsed(path)}
    if path.name.endswith(shacl.SPARQL_SUFFIX):
        assert path.with_name(path.name.replace(shacl.SPARQL_SUFFIX, ".ttl")).is_file()
        assert not {sh(name) for name in PARAMETERS if name != "sparql"} & predicates
        assert sh("property") not in predicates
    else:
        assert not {sh("sparql"), sh("select"), sh("ask")} & predicates


def test_nothing_is_described_in_two_files() -> None:
    where: dict[str, set[str]] = {}
    for path in FILES:
        for quad in parsed(path):
            name = quad.subject
            if isinstance(name, ox.NamedNode) and not name.value.startswith(
                (v.SHAPE + "prefix-", v.SHAPE + "prefixes")
            ):
                where.setdefault(name.value, set()).add(path.name)
    assert {name: files for name, files in where.items() if len(files) > 1} == {}


def test_files_agree_on_prefixes_and_declare_those_that_they_use() -> None:
    for path in FILES:
        if not path.name.endswith(shacl.SPARQL_SUFFIX):
            continue
        declared = set()
        for constraint in shacl.sparql_constraints(path):
            head, body = constraint.query.split("SELECT", 1)
            here = dict(re.findall(r"PREFIX (\S+): <(\S+)>", head))
            assert here == {name: v.PREFIXES[name] for name in here}
            declared |= set(here)
            assert set(re.findall(r"(?<![\w:])([a-z]+):[A-Za-z]", body)) <= set(here)
        used = set(
            re.findall(r"(?<![\w:])([a-z]+):[A-Za-z]", path.read_text().split("constraints", 1)[1])
        )
        assert declared <= used


def test_only_lists_and_paths_are_blank_nodes() -> None:
    allowed = {v.RDF + "first", v.RDF + "rest"} | {
        v.SH + name for name in ("inversePath", "alternativePath")
    }
    for path in FILES:
        for quad in parsed(path):
            if isinstance(quad.subject, ox.BlankNode):
                assert quad.predicate.value in allowed, f"{path.name}: {quad}"


def test_every_property_shape_is_part_of_one_shape_or_a_member_of_an_alternative() -> None:
    for shape in SHAPES.of_class("PropertyShape"):
        owners = list(SHAPES.store.quads_for_pattern(None, sh("property"), shape))
        if owners:
            (owner,) = owners
            assert isinstance(owner.subject, ox.NamedNode)
            assert shape.value.startswith(owner.subject.value + "-")


def test_every_shape_is_used() -> None:
    members = {
        value.value
        for shape in ALL
        for value in SHAPES.values(shape, *MEMBERS)
        if isinstance(value, ox.NamedNode)
    }
    assert [s.value for s in ALL if s.value not in members and not SHAPES.values(s, *TARGETS)] == []


def test_no_property_shape_is_without_a_constraint() -> None:
    for shape in SHAPES.of_class("PropertyShape"):
        assert len(SHAPES.values(shape, "path")) >= 1, shape
        assert any(SHAPES.values(shape, name) for name in PARAMETERS), shape


def test_no_node_shape_is_empty() -> None:
    for shape in SHAPES.of_class("NodeShape"):
        assert any(SHAPES.values(shape, name) for name in ("property", *PARAMETERS)), shape


def test_no_constraint_is_one_that_everything_meets() -> None:
    for shape in ALL:
        for name in ("minCount", "qualifiedMinCount", "minLength"):
            assert all(int(v.value(value)) > 0 for value in SHAPES.values(shape, name)), shape


def test_every_parameter_is_one_that_the_tests_know() -> None:
    known = {
        *(v.SH + name for name in (*PARAMETERS, *TARGETS, *MEMBERS)),
        *(v.SH + name for name in ("name", "description", "message", "severity", "path")),
        *(v.SH + name for name in ("declare", "prefix", "namespace", "prefixes", "select")),
        *(v.SH + name for name in ("inversePath", "alternativePath")),
        *(v.RDF_TYPE, v.RDF + "first", v.RDF + "rest"),
    }
    assert {quad.predicate.value for quad in SHAPES.store} - known == set()


# --- the real graph -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graph(built: Project) -> ox.Store:
    """The built graph and its catalogue."""
    store = ox.Store()
    store.bulk_load(path=str(built.build / "hrdem.nt"), format=ox.RdfFormat.N_TRIPLES)
    store.bulk_load(path=str(built.build / "catalogue.ttl"), format=ox.RdfFormat.TURTLE)
    return store


def test_every_target_selects_something_in_the_real_graph(graph: ox.Store) -> None:
    idle = [
        f"{shape.value.removeprefix(v.SHAPE)} {name} {v.shorten(v.value(target))}"
        for shape in SHAPES.reporting
        for name in TARGETS
        for target in SHAPES.values(shape, name)
        if not _selects(graph, name, target)
    ]
    assert idle == []


def _selects(graph: ox.Store, name: str, target: object) -> bool:
    patterns = {
        "targetClass": f"?x a {target}",
        "targetSubjectsOf": f"?x {target} ?y",
        "targetObjectsOf": f"?y {target} ?x",
        "targetNode": f"?s ?p ?o FILTER(?s = {target} || ?o = {target})",
    }
    return bool(graph.query(f"ASK {{ {patterns[name]} }}"))


def test_aiming_at_properties_gives_the_same_results() -> None:
    core = [path for path in FILES if not path.name.endswith(shacl.SPARQL_SUFFIX)]
    data = SHAPES.with_ground(*(p for p in SHAPES.examples[::9] if p.stem != "good"))
    plain = rdflib.Graph()
    for path in core:
        plain.parse(path)
    _, report, _ = pyshacl.validate(shacl.to_rdflib(data), shacl_graph=plain)
    assert isinstance(report, rdflib.Graph)
    expected = sorted(str(result) for result in shacl.read_report(report))
    assert len(expected) > 50
    assert sorted(str(result) for result in shacl.validate(data, core)) == expected


# --- SPARQL-based constraints ---------------------------------------------------------------------

Key = tuple[str, str, str | None, str]


def by_pyshacl(data: ox.Store, constraints: list[shacl.SparqlConstraint]) -> list[Key]:
    """What pySHACL finds, one focus node after the other."""
    shapes = rdflib.Graph()
    for path in sorted({constraint.file for constraint in constraints}):
        shapes.parse(path)
    kept = {rdflib.URIRef(constraint.iri) for constraint in constraints}
    for shape, constraint in list(shapes.subject_objects(SH.sparql)):
        if constraint not in kept:
            shapes.remove((shape, SH.sparql, constraint))
    _, report, _ = pyshacl.validate(shacl.to_rdflib(data), shacl_graph=shapes)
    assert isinstance(report, rdflib.Graph)
    return sorted({_key(result) for result in shacl.read_report(report)}, key=str)


def at_once(data: ox.Store, constraints: list[shacl.SparqlConstraint]) -> list[Key]:
    """What the check finds, with one query for the whole graph."""
    return sorted(
        {_key(r) for constraint in constraints for r in shacl.run_constraint(data, constraint)},
        key=str,
    )


def _key(result: shacl.Result) -> Key:
    assert result.component == shacl.SPARQL_COMPONENT
    return (result.source, str(result.focus), result.path, str(result.value))


@pytest.mark.parametrize(
    "constraint", SHAPES.sparql, ids=lambda constraint: constraint.iri.removeprefix(v.SHAPE)
)
def test_one_query_for_all_finds_what_pyshacl_finds_one_by_one(
    constraint: shacl.SparqlConstraint,
) -> None:
    folder = constraint.shape.removeprefix(v.SHAPE)
    examples = [path for path in SHAPES.examples if path.parent.name == folder]
    bad = 0
    for path in examples:
        data = SHAPES.with_ground(path)
        found = at_once(data, [constraint])
        assert found == by_pyshacl(data, [constraint]), path
        bad += bool(found)
    assert bad > 0


def test_one_query_for_all_finds_what_pyshacl_finds_in_the_real_graph(graph: ox.Store) -> None:
    # Not those with many focus nodes: one by one they would take minutes.
    constraints = [c for c in SHAPES.sparql if len(shacl.focus_nodes(graph, c.targets)) < 50]
    assert len(constraints) > 5
    assert at_once(graph, constraints) == by_pyshacl(graph, constraints)


def test_a_focus_node_is_one_that_the_targets_select() -> None:
    data = ox.Store()
    circle = ox.NamedNode(v.BASE + "theme/round")
    data.add(ox.Quad(circle, ox.NamedNode(v.SKOS + "broader"), circle))
    (constraint,) = [c for c in SHAPES.sparql if c.iri.endswith("ThemeTree-cycle")]
    assert len(at_once(data, [constraint])) == 1
    elsewhere = shacl.SparqlConstraint(
        **{**vars(constraint), "targets": ("?this a <urn:class> .",)}
    )
    assert at_once(data, [elsewhere]) == []


# --- reports --------------------------------------------------------------------------------------


def test_a_report_says_what_the_results_say() -> None:
    bad = [path for path in SHAPES.examples[::13] if path.stem != "good"]
    results = shacl.validate(SHAPES.with_ground(*bad), FILES)
    assert len({result.severity for result in results}) == 3
    assert {bool(result.constraint) for result in results} == {True, False}
    text = shacl.report_turtle(results)
    report = shacl.to_rdflib(ox.parse(text, format=ox.RdfFormat.TURTLE))
    read = list(shacl.read_report(report))
    assert sorted(map(str, read)) == sorted(map(str, results))
    assert "sh:conforms false" in text
