"""Other SHACL engines give what the reference gives, but for the differences that are listed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import engines
import manifest
from can_run import REQUIRE_ALL
from engines import NAMES, REFERENCE, SPOILT, Difference, Judge, Material, Outcome
from hrdem.project import Project
from manifest import FIELDS, Report, Result

LISTED = engines.differences()
OTHERS = [name for name in NAMES if name != REFERENCE]


@pytest.fixture(scope="module")
def found(examples: Path, built: Project, tmp_path_factory: pytest.TempPathFactory) -> Material:
    return engines.material(examples, built.build / "hrdem.nt", tmp_path_factory.mktemp("engines"))


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    """What the engines gave so far, so that each runs once."""
    return {}


def outcome(name: str, found: Material, outcomes: dict[str, Outcome]) -> Outcome:
    reason = engines.reason_to_skip(name, fetch=REQUIRE_ALL)
    if reason:
        pytest.skip(reason)
    if name not in outcomes:
        outcomes[name] = engines.outcome(name, found)
    return outcomes[name]


@pytest.mark.parametrize("name", OTHERS)
def test_an_engine_differs_as_listed_and_not_otherwise(
    name: str, found: Material, outcomes: dict[str, Outcome]
) -> None:
    result = outcome(name, found, outcomes)
    judge = Judge(name, found.shapes.values(), LISTED)
    complaints = {
        test.name: told
        for test, report in zip(found.tests, result.tests, strict=True)
        if test.expected is None or (told := judge.complaints(test.expected, report))
    }
    assert complaints == {}
    for graph, report in result.graphs.items():
        expected = found.reference[graph]
        assert judge.complaints(expected, report, whole=graph == SPOILT) == [], graph
    assert [line for line in judge.listed if not judge.seen[line]] == [], "listed, and not found"


LACKING = {
    "ClassConstraintComponent": 1,
    "HasValueConstraintComponent": 3,
    "MinCountConstraintComponent": 71,
    "OrConstraintComponent": 6,
    "QualifiedMinCountConstraintComponent": 1,
}
"""Constraints that more data may satisfy, and how many shapes have one that they do satisfy."""


def test_the_graphs_are_what_they_are_to_be(found: Material) -> None:
    real, spoilt = found.reference.values()
    shown = {
        (result[5], result[4])
        for test in found.tests
        if test.expected
        for result in test.expected.results
    }
    hidden = shown - {(result[5], result[4]) for result in spoilt.results}
    # What one example lacks, another one has, where both speak of the same thing.
    assert Counter(component for _, component in hidden) == {
        f"<{SH}{name}>": number for name, number in LACKING.items()
    }
    assert len(real.results) < 20 < 500 < len(spoilt.results)


def test_the_page_shows_the_table(found: Material, outcomes: dict[str, Outcome]) -> None:
    """`python tests/engines.py --write` refreshes it."""
    if not REQUIRE_ALL:
        pytest.skip("the reference engine takes long: runs with HRDEM_REQUIRE_ALL=1")
    everything = [outcome(name, found, outcomes) for name in NAMES]
    assert engines.on_page() == engines.table(found, everything)


def test_the_page_gives_every_listed_reason() -> None:
    lines = engines.reasons(LISTED)
    assert engines.on_page().splitlines()[-len(lines) :] == lines


def test_every_listed_difference_is_of_an_engine_and_says_why() -> None:
    for line in LISTED:
        assert line.engine in OTHERS
        assert line.field in (*FIELDS, "result")
        assert line.found in ("missing", "added", "empty", "other")
        assert line.why.endswith(".")
        assert line.section[0].isdigit()
    assert len({line[:4] for line in LISTED}) == len(LISTED)


# --- the judge itself -----------------------------------------------------------------------------

SH = "http://www.w3.org/ns/shacl#"
SHAPES = """
    @prefix sh: <http://www.w3.org/ns/shacl#> .
    <urn:simple> sh:path <urn:p> .
    <urn:two> sh:path [ sh:alternativePath ( <urn:p> <urn:q> ) ] .
    <urn:three> sh:path ( <urn:p> [ sh:alternativePath ( <urn:p> <urn:q> <urn:r> ) ] ) .
"""


def result(shape: str, path: str | None, value: str | None = None, kind: str = "Class") -> Result:
    component = f"<{SH}{kind}ConstraintComponent>"
    return ("<urn:f>", path, value, f"<{SH}Violation>", component, f"<urn:{shape}>", None)


def report(*results: Result) -> Report:
    return Report(not results, Counter(results))


def listed(where: str, field: str, found: str) -> Difference:
    return Difference("some", where, field, found, "So it is.", "1")


def judge(tmp_path: Path, *lines: Difference) -> Judge:
    path = tmp_path / "shapes.ttl"
    path.write_text(SHAPES, "utf-8")
    return Judge("some", [path], lines)


def test_an_unlisted_difference_is_told(tmp_path: Path) -> None:
    one, other = result("simple", "<urn:p>", "1"), result("simple", "<urn:p>", "2")
    some = judge(tmp_path)
    assert some.complaints(report(one), report(one)) == []
    assert len(some.complaints(report(one), report(other))) == 2
    assert "1 more" in some.complaints(report(one), Report(False, Counter({one: 2})))[0]
    assert some.complaints(report(one), Report(True, Counter()))[0] == "sh:conforms is True"


def test_a_listed_difference_is_none_and_told_when_gone(tmp_path: Path) -> None:
    one, other = result("two", "(<urn:p>|<urn:q>)"), result("two", manifest.NO_PATH)
    line = listed("composite path", "resultPath", "empty")
    some = judge(tmp_path, line)
    assert some.complaints(report(one), report(other)) == []
    assert some.seen[line] == 1
    assert "although that is listed" in some.complaints(report(one), report(one))[0]
    assert "although that is listed" in some.complaints(report(one), report(result("two", None)))[0]
    # It is a difference of composite paths, and so of no other.
    simple, empty = result("simple", "<urn:p>"), result("simple", manifest.NO_PATH)
    assert len(some.complaints(report(simple), report(empty))) == 2


def test_where_a_difference_is_listed(tmp_path: Path) -> None:
    some = judge(
        tmp_path,
        listed("alternative of three or more", "resultPath", "other"),
        listed("UniqueLang", "value", "added"),
    )
    three = [result("three", path) for path in ("a", "b")]
    assert some.complaints(report(three[0]), report(three[1])) == []
    two = [result("two", path) for path in ("a", "b")]
    assert some.complaints(report(two[0]), report(two[1])) != []
    unique = [result("simple", "<urn:p>", value, "UniqueLang") for value in (None, "1")]
    assert some.complaints(report(unique[0]), report(unique[1])) == []


def test_results_too_many_are_listed_for_one_graph_only(tmp_path: Path) -> None:
    one, other = result("simple", "<urn:p>", "1"), result("simple", "<urn:p>", "2")
    some = judge(tmp_path, listed("Class", "result", "added"))
    assert some.complaints(report(one), report(one, other), whole=True) == []
    assert some.complaints(report(one), report(one, other)) != []
    assert some.complaints(report(one, other), report(one), whole=True) != []
