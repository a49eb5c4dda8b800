"""The examples as a test suite in the W3C's form: read by others, and right by the reference."""

from __future__ import annotations

import logging
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from pyshacl.validator_conformance import check_sht_result
from rdflib.namespace import RDF

import manifest
from can_run import REQUIRE_ALL
from conftest import ROOT, Mini
from engines import run
from hrdem import cli, suite
from hrdem.errors import HrdemError
from hrdem.project import Project
from manifest import MF, SHT, Case
from shapes import Shapes

SHAPES = Shapes(ROOT / "validation")


@pytest.fixture(scope="module")
def tests(examples: Path) -> list[Case]:
    return list(manifest.read(examples / "manifest.ttl"))


def test_every_example_is_a_test_of_the_part_where_its_shape_stands(tests: list[Case]) -> None:
    found = {test.name: test.manifest.parent.name for test in tests}
    assert len(found) == len(tests)
    with_sparql = {c.folder for c in SHAPES.constraints if c.parameter == "sparql"}
    assert found == {
        f"{path.parent.name}-{path.stem}": "sparql" if path.parent.name in with_sparql else "core"
        for path in SHAPES.examples
    }


def test_what_is_expected_is_what_the_name_says(tests: list[Case]) -> None:
    for test, path in zip(
        sorted(tests, key=lambda t: t.name),
        sorted(SHAPES.examples, key=lambda p: f"{p.parent.name}-{p.stem}"),
        strict=True,
    ):
        wanted = SHAPES.expected(path)
        assert test.expected is not None
        assert test.expected.conforms == (wanted is None)
        sources = {(r[6] or r[5], r[4]) for r in test.expected.results}
        assert sources == (
            set() if wanted is None else {(f"<{wanted.source}>", f"<{wanted.component}>")}
        )


def test_the_data_of_a_test_are_the_ground_and_the_example(tests: list[Case]) -> None:
    test = tests[len(tests) // 2]
    shape, _, name = test.name.partition("-")
    example = SHAPES.folder / "examples" / shape / f"{name}.ttl"
    quads = {*SHAPES.ground, *ox.parse(path=str(example))}
    assert set(ox.parse(path=str(test.data))) == quads


def test_the_graphs_stand_beside_the_manifest_as_the_form_has_it(
    examples: Path, tests: list[Case]
) -> None:
    for test in tests:
        assert test.data.parent == test.shapes.parent == test.manifest.parent
    for part in suite.PARTS:
        text = (examples / part / "manifest.ttl").read_text("utf-8")
        assert "file:" not in text
        graph = manifest.parse(examples / part / "manifest.ttl")
        entries = set(graph.subjects(RDF.type, SHT.Validate))
        assert set(graph.subjects(MF.status, SHT.proposed)) == entries
        assert len(entries) == sum(test.manifest.parent.name == part for test in tests)
        for entry in entries:
            assert str(graph.value(entry, rdflib.RDFS.label)).startswith(("Good: ", "Bad: "))


def test_the_reference_engine_gives_what_is_expected(tests: list[Case]) -> None:
    # A full run takes all; else some, since the shapes' own tests run the engine on each.
    chosen = tests if REQUIRE_ALL else tests[::15]
    reports = run("pyshacl", [(test.data, test.shapes) for test in chosen])
    wrong = [t.name for t, report in zip(chosen, reports, strict=True) if report != t.expected]
    assert wrong == []


def test_pyshacl_reads_the_expected_reports_in_its_own_way(tests: list[Case]) -> None:
    import pyshacl

    chosen = tests[::90]
    assert {test.manifest.parent.name for test in chosen} == {"core", "sparql"}
    for test in chosen:
        graph = manifest.parse(test.manifest)
        entry = rdflib.URIRef(test.manifest.parent.as_uri() + f"/{test.name}")
        result = graph.value(entry, MF.result)
        assert isinstance(result, rdflib.BNode)
        with manifest.as_written():
            shapes = manifest.parse(test.shapes)
            _, report, _ = pyshacl.validate(manifest.parse(test.data), shacl_graph=shapes)
        assert isinstance(report, rdflib.Graph)
        for prefix, namespace in graph.namespaces():  # it compares prefixed names
            report.bind(prefix, namespace, replace=True)
        assert check_sht_result(report, graph, result, logging.getLogger("quiet")), test.name


def test_a_report_that_differs_is_noticed(tests: list[Case]) -> None:
    bad = next(test for test in tests if "-bad-" in test.name)
    good = next(test for test in tests if test.name == f"{bad.name.partition('-')[0]}-good")
    (report,) = run("pyshacl", [(good.data, bad.shapes)])
    assert report == good.expected != bad.expected


# --- the command ----------------------------------------------------------------------------------

SHAPE = """
    @prefix sh: <http://www.w3.org/ns/shacl#> .
    @prefix shape: <https://w3id.org/hrdem/shape/> .
    @prefix ex: <urn:example:> .
    shape:Thing a sh:NodeShape ; sh:targetClass ex:Thing ; sh:property shape:Thing-name .
    shape:Thing-name a sh:PropertyShape ; sh:path ex:name ; sh:minCount 1 ; sh:maxCount 1 ;
        sh:severity sh:Warning ; sh:message "One name."@en .
"""
EXAMPLES = "validation/examples"
HEAD = "@prefix ex: <urn:example:> .\n"


@pytest.fixture
def small(mini: Mini) -> Mini:
    """A project with one shape and its examples."""
    mini.write("validation/thing.ttl", SHAPE)
    mini.write(f"{EXAMPLES}/ground.ttl", f"# The ground.\n{HEAD}ex:one a ex:Thing ; ex:name 1 .\n")
    mini.write(
        f"{EXAMPLES}/Thing/good.ttl", f"# Good: a name.\n{HEAD}ex:two a ex:Thing ; ex:name 2.0 ."
    )
    mini.write(
        f"{EXAMPLES}/Thing/bad-name-minCount.ttl", f"# Bad: no name.\n{HEAD}ex:two a ex:Thing ."
    )
    mini.write(
        f"{EXAMPLES}/Thing/bad-name-maxCount-other.ttl",
        f"# Bad: two names.\n{HEAD}ex:two a ex:Thing ; ex:name 2.0 , 3 .",
    )
    return mini


def out(mini: Mini) -> Path:
    return mini.root / "suite"


def test_the_command_writes_the_suite(small: Mini, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["suite", "--out", "suite"]) == 0
    assert capsys.readouterr().out == (
        "Wrote 3 tests of core constraints and 0 of SPARQL-based constraints into suite.\n"
    )
    found = {test.name: test.expected for test in manifest.read(out(small) / "manifest.ttl")}
    assert sorted(found) == [
        "Thing-bad-name-maxCount-other",
        "Thing-bad-name-minCount",
        "Thing-good",
    ]
    expected = found["Thing-bad-name-minCount"]
    assert expected is not None
    sh, shape = "http://www.w3.org/ns/shacl#", "https://w3id.org/hrdem/shape/"
    assert expected.results == {
        (
            "<urn:example:two>",
            "<urn:example:name>",
            None,
            f"<{sh}Warning>",
            f"<{sh}MinCountConstraintComponent>",
            f"<{shape}Thing-name>",
            None,
        ): 1
    }
    assert found["Thing-good"] == (True, {})


def test_the_suite_is_the_same_on_every_run(small: Mini) -> None:
    suite.write(small.project, out(small))
    first = small.snapshot(out(small))
    suite.write(small.project, out(small))
    assert small.snapshot(out(small)) == first
    assert {"manifest.ttl", "core/manifest.ttl", "core/Thing-good.ttl"} < set(first)


def error(mini: Mini) -> str:
    with pytest.raises(HrdemError) as caught:
        suite.write(mini.project, out(mini))
    return str(caught.value)


def test_an_example_that_does_not_give_what_its_name_says(small: Mini) -> None:
    suite.write(small.project, out(small))
    before = small.snapshot(out(small))
    good, bad = f"{EXAMPLES}/Thing/good.ttl", f"{EXAMPLES}/Thing/bad-name-minCount.ttl"

    small.edit(good, "ex:name 2.0", "ex:name 2.0 , 3")
    assert error(small) == (
        f"{good}: This example is to conform, and it breaks Thing-name (maxCount). Mend the"
        " example, or the constraint if it refuses too much."
    )
    small.edit(good, "ex:name 2.0 , 3", "ex:name 2.0")
    small.edit(bad, "ex:two a ex:Thing", "ex:two a ex:Thing ; ex:name 2")
    assert error(small) == (
        f"{bad}: This example is to break a constraint, and it conforms. Mend the example, or the"
        " constraint if it lets too much pass."
    )
    small.edit(bad, "ex:name 2", "ex:name 2 , 3")
    assert error(small) == (
        f"{bad}: This example breaks Thing-name (maxCount), which is not what its name says. Mend"
        " the example so that it breaks one constraint and nothing else, or rename it."
    )
    small.edit(bad, "ex:name 2 , 3", "ex:name 2 , 3 . ex:three a ex:Thing")
    assert "breaks Thing-name (maxCount) and Thing-name (minCount), which is not" in error(small)
    assert small.snapshot(out(small)) == before


def test_an_example_with_another_name_or_no_turtle(small: Mini) -> None:
    small.write(f"{EXAMPLES}/Thing/fine.ttl", "")
    assert error(small) == (
        f"{EXAMPLES}/Thing/fine.ttl: The name of an example is good.ttl, or"
        " bad-ASPECT-PARAMETER.ttl"
        " for the constraint that it breaks. Rename it."
    )
    small.write(f"{EXAMPLES}/Thing/bad.ttl", "<urn:a> <urn:b>")
    assert error(small).startswith(f"{EXAMPLES}/Thing/bad.ttl:1:")
    assert "This is not valid Turtle" in error(small)
    assert not out(small).exists()


@pytest.mark.parametrize("name", ["thing.ttl", "thing-sparql.ttl"])
def test_shapes_that_cannot_be_read(small: Mini, name: str) -> None:
    small.write(f"validation/{name}", "<urn:a> <urn:b>")
    assert error(small).startswith(f"validation/{name}:1:")
    assert "This is not valid Turtle" in error(small)
    assert not out(small).exists()


def test_a_folder_of_somebody_else_is_left_alone(small: Mini) -> None:
    (out(small) / "mine").mkdir(parents=True)
    assert "suite.md" in error(small)
    assert (out(small) / "mine").is_dir()


def test_the_command_wants_a_folder_and_a_clone(
    small: Mini, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli.main(["suite"]) == 2
    assert "--out" in capsys.readouterr().err
    monkeypatch.setattr(Project, "find", lambda: small.project._replace(installed=True))
    assert cli.main(["suite", "--out", "suite"]) == 1
    assert "Run it inside a clone." in capsys.readouterr().err
