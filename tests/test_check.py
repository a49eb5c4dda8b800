"""The check as a whole: what it reads, what it tells where, and in which forms."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from hrdem.check import check, failed
from hrdem.check.finding import INFO, VIOLATION, WARNING, Finding, in_order
from hrdem.check.report import as_json
from hrdem.errors import HrdemError
from small import Small

NOTE = "data/documents/note.trig"
PAGE = "data/documents/page.trig"
EVENTS = "data/events.ttl"


def test_a_project_without_a_fault_has_no_findings(small: Small) -> None:
    assert small.findings() == []


def test_a_check_changes_nothing(small: Small) -> None:
    before = small.snapshot(small.root)
    check(small.project)
    assert small.snapshot(small.root) == before


# --- syntax ---------------------------------------------------------------------------------------


def test_every_file_that_is_not_valid_is_told_at_once(small: Small) -> None:
    small.edit(NOTE, "hrdem:paragraph 1 ;", "hrdem:paragraph 1 ;;; ]")
    small.edit("data/agents.ttl", '"Council"@en .', '"Council"@en')
    small.write("validation/more.ttl", "shape:Thing a sh:NodeShape .\n")
    found = small.findings()
    assert [f.path.name for f in found if f.path] == ["agents.ttl", "note.trig", "more.ttl"]
    assert {f.code for f in found} == {"syntax"}
    assert [f.line for f in found[1:]] == [small.line(NOTE, ";;;"), 1]
    assert found[1].message.startswith("This is not valid TriG: ")
    assert "Correct it here, or just before this place" in found[1].message
    assert found[2].message.startswith("This is not valid Turtle: The prefix shape: has not been")


def test_a_fault_of_all_files_together_is_told_once(small: Small) -> None:
    small.edit(PAGE, "hrdem:contradicts note:adoption", "hrdem:standing hrdem:Disputed")
    found = small.only()
    assert found.code == "syntax"
    assert found.line == small.line(PAGE, "page:adoption a")
    assert "has 2 values of hrdem:standing, and can have one." in found.message


def test_blank_nodes_are_for_shapes_and_axioms_only(small: Small) -> None:
    small.edit(PAGE, "hrdem:contradicts note:adoption", "hrdem:contradicts []")
    assert "There is a blank node here." in small.only().message


def test_a_rule_and_a_query_are_read_too(small: Small) -> None:
    small.write("ontology/rules/99-more.rq", "SELECT * WHERE { ?s ?p ?o }\n")
    small.edit("queries/plans/builds-on.rq", "#+ summary:", "#+ sumary:")
    assert [f.path.name for f in small.findings() if f.path] == ["99-more.rq", "builds-on.rq"]


def test_a_rule_that_cannot_run_is_a_finding(small: Small) -> None:
    small.write(
        "ontology/rules/99-more.rq", "CONSTRUCT { ?s <urn:p> [] } WHERE { ?s <urn:q>? ?o }\n"
    )
    found = small.only()
    assert found.code in ("syntax", "build")
    assert "blank node" in found.message


# --- terms ----------------------------------------------------------------------------------------


def test_an_unknown_term_is_told_with_the_one_that_was_meant(small: Small) -> None:
    small.edit(NOTE, "hrdem:buildsOn", "hrdem:buildOn")
    found = [f for f in small.findings() if f.code == "unknown-term"]
    assert [str(f) for f in found] == [
        f"{NOTE}:{small.line(NOTE, 'hrdem:buildOn')}: violation: The ontology has no hrdem:buildOn."
        " Did you mean hrdem:buildsOn? Use a term that ontology/hrdem.ttl defines, or define this"
        " one there first. [unknown-term]"
    ]


def test_an_unknown_class_and_an_unknown_individual(small: Small) -> None:
    small.edit(EVENTS, "hrdem:Adoption", "hrdem:Adopting")
    small.edit(PAGE, "hrdem:SecondarySource", "hrdem:SecondSource")
    found = {f.thing: f for f in small.findings() if f.code == "unknown-term"}
    assert {iri.split("#")[1] for iri in found if iri} == {"Adopting", "SecondSource"}


def test_a_term_of_another_vocabulary_has_to_be_looked_up_first(small: Small) -> None:
    small.edit(
        EVENTS, "@prefix hrdem:", "@prefix dcterms: <http://purl.org/dc/terms/> .\n@prefix hrdem:"
    )
    small.edit(
        EVENTS, "skos:prefLabel", "dcterms:titel [] ; skos:prefLabel".replace("[]", '"x"@en')
    )
    found = small.only()
    assert found.message == (
        "dcterms:titel is not among the terms of other vocabularies that the project uses. Did you"
        " mean dcterms:title? Use a term of the ontology; if none fits, look up the definition of"
        " this one and add it to REUSED in scripts/hrdem/check/terms.py."
    )


@pytest.mark.parametrize(
    "name", ["queries/plans/builds-on.rq", "ontology/rules/60-labels.rq", "validation/figures.ttl"]
)
def test_unknown_terms_in_queries_rules_and_shapes(small: Small, name: str) -> None:
    path = small.root / name
    text = path.read_text(encoding="utf-8")
    comment = "# hrdem:notATerm in a comment of a query or a rule is no term.\n"
    head = "" if name.endswith(".ttl") else comment
    tail = "\n<urn:x> hrdem:nosuch 1 .\n" if name.endswith(".ttl") else ""
    if not tail:
        text = text.replace("WHERE {", "WHERE { OPTIONAL { ?s hrdem:nosuch ?o }", 1)
        if "PREFIX hrdem:" not in text:
            text = text.replace(
                "PREFIX", "PREFIX hrdem: <https://w3id.org/hrdem/ontology#>\nPREFIX", 1
            )
    small.write(name, text + tail + head)
    found = small.only()
    assert (found.code, found.path) == ("unknown-term", path)
    assert found.message.startswith("The ontology has no hrdem:nosuch.")
    assert found.line == small.line(name, "hrdem:nosuch")


# --- shapes ---------------------------------------------------------------------------------------


def test_what_is_missing_is_missed_where_the_thing_is_registered(small: Small) -> None:
    small.edit(
        NOTE,
        '                hrdem:date "2020-11-17"^^xsd:date .'.strip(),
        'hrdem:byProcedure "x"@en .',
    )
    assert str(small.only()) == (
        f"{EVENTS}:{small.line(EVENTS, 'event:adoption-of-plan')}: violation:"
        " “Adoption of the plan” (event:adoption-of-plan): The event has no date. Add hrdem:date,"
        " or hrdem:notLaterThan or"
        " hrdem:notEarlierThan if the source only bounds the day, or hrdem:inMeeting."
        " [Event-dated]"
    )


def test_what_is_wrong_is_told_where_it_is_stated(small: Small) -> None:
    small.edit(
        NOTE,
        "hrdem:concerns instrument:plan",
        "hrdem:carriedOutBy theme:elections ; hrdem:concerns instrument:plan",
    )
    found = small.only()
    assert found.code == "carriedOutBy-object"
    assert found.path == small.root / NOTE
    assert found.line == small.line(NOTE, "note:adoption a")
    assert found.passage == "https://w3id.org/hrdem/document/note#adoption"
    assert found.message.endswith("or use another property. It is “Elections” (theme:elections).")


def test_a_value_that_is_a_text_is_shown_on_one_line_and_cut(small: Small) -> None:
    small.edit(EVENTS, '"Adoption of the plan"', '"Adoption  ' + "of the plan " * 20 + 'once more"')
    found = {f.code: f.message for f in small.findings()}
    assert set(found) == {"LabelStyle-spaces", "LabelStyle-length"}
    assert found["LabelStyle-length"].endswith("of the pla…”.")
    assert len(found["LabelStyle-length"]) < 600


def test_a_sparql_constraint_is_told_like_any_other(small: Small) -> None:
    small.edit(
        NOTE,
        "instrument:plan hrdem:buildsOn",
        "instrument:plan hrdem:directlySucceeds instrument:plan ; hrdem:buildsOn",
    )
    found = small.only()
    assert (found.code, found.severity) == ("Succession-cycle", VIOLATION)
    assert found.thing == "https://w3id.org/hrdem/instrument/plan"


def test_a_shape_about_a_term_tells_of_the_thing(small: Small) -> None:
    small.edit(
        PAGE,
        "theme:elections .",
        "theme:elections .\n    theme:elections hrdem:newIn instrument:plan .",
    )
    found = small.only()
    assert found.code == "JudgedProperty-support"
    assert found.thing == "https://w3id.org/hrdem/document/page#elections"
    assert found.line == small.line(PAGE, "page:elections a")


def test_a_date_that_is_not_in_the_calendar_gives_a_sentence_and_no_traceback(
    small: Small, caplog: pytest.LogCaptureFixture
) -> None:
    small.edit(NOTE, '"2020-11-17"^^xsd:date', '"2020-11-31"^^xsd:date')
    assert "Event-date" in {f.code for f in small.findings()}
    assert caplog.records == []


def test_a_query_of_a_shape_that_is_not_valid_is_a_finding(small: Small) -> None:
    small.edit("validation/themes-sparql.ttl", "SELECT DISTINCT $this", "SELEKT DISTINCT $this")
    found = small.only()
    assert found.path is not None
    assert found.path.name == "themes-sparql.ttl"
    assert found.message.startswith("The query of shape:ThemeTree-cycle is not valid SPARQL: ")


# --- forms ----------------------------------------------------------------------------------------


def test_the_shacl_report_is_turtle_and_the_same_each_time(small: Small, tmp_path: Path) -> None:
    small.edit(NOTE, '"2020-11-17"^^xsd:date', '"2020-11-17Z"^^xsd:date')
    report = tmp_path / "report.ttl"
    check(small.project, report)
    first = report.read_bytes()
    check(small.project, report)
    assert report.read_bytes() == first
    triples = list(ox.parse(first, format=ox.RdfFormat.TURTLE))
    results = [t for t in triples if t.predicate.value.endswith("#focusNode")]
    assert [str(t.object) for t in results] == ["<https://w3id.org/hrdem/event/adoption-of-plan>"]
    assert list(tmp_path.glob("*.part")) == []


def test_the_report_on_a_graph_that_conforms(small: Small, tmp_path: Path) -> None:
    check(small.project, tmp_path / "report.ttl")
    assert (tmp_path / "report.ttl").read_text(encoding="utf-8") == (
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n\n"
        "[] a sh:ValidationReport ;\n    sh:conforms true .\n"
    )


def test_a_report_that_cannot_be_written_leaves_what_was_there(
    small: Small, tmp_path: Path
) -> None:
    (tmp_path / "there").write_text("mine", encoding="utf-8")
    with pytest.raises(HrdemError) as caught:
        check(small.project, tmp_path / "there" / "report.ttl")
    assert "The file cannot be written: Not a directory." in str(caught.value)
    assert (tmp_path / "there").read_text(encoding="utf-8") == "mine"


def test_findings_as_json(small: Small) -> None:
    small.edit(NOTE, "hrdem:paragraph 1", "hrdem:paragraph 2")
    found = small.findings()
    assert json.loads(as_json(found, small.root)) == {
        "version": 1,
        "conforms": False,
        "counts": {"violation": 1, "warning": 0, "info": 0},
        "findings": [
            {
                "rule": "https://w3id.org/hrdem/rule/quote-paragraph",
                "code": "quote-paragraph",
                "severity": "violation",
                "message": found[0].message,
                "path": NOTE,
                "line": small.line(NOTE, "note:adoption a"),
                "thing": "https://w3id.org/hrdem/document/note#adoption",
                "label": None,
                "passage": "https://w3id.org/hrdem/document/note#adoption",
                "words": "“The Council adopted the plan on 17 November 2020.”",
            }
        ],
    }
    assert json.loads(as_json([], small.root)) == {
        "version": 1,
        "conforms": True,
        "counts": {"violation": 0, "warning": 0, "info": 0},
        "findings": [],
    }


def test_findings_are_sorted_by_file_and_line_each_once(tmp_path: Path) -> None:
    a = Finding("x", WARNING, "A.", tmp_path / "a", 2)
    b = Finding("x", VIOLATION, "B.", tmp_path / "a", 2)
    c = Finding("x", INFO, "C.", tmp_path / "a", 1)
    d = Finding("x", VIOLATION, "D.", tmp_path / "b")
    e = Finding("x", VIOLATION, "E.")
    assert in_order([d, a, b, c, e, a]) == [e, c, b, a, d]


def test_only_violations_make_a_check_fail() -> None:
    assert not failed([Finding("x", WARNING, "A."), Finding("x", INFO, "B.")])
    assert failed([Finding("x", WARNING, "A."), Finding("x", VIOLATION, "B.")])


def test_a_finding_without_a_place_is_its_sentence() -> None:
    assert str(Finding("x", VIOLATION, "A sentence.")) == "violation: A sentence. [x]"


def test_the_column_of_an_error_is_kept(tmp_path: Path) -> None:
    error = HrdemError("A sentence.", path=tmp_path, line=3, column=7)
    found = Finding.of_error("syntax", error)
    assert (found.line, found.message) == (3, "A sentence. (Column 7.)")
