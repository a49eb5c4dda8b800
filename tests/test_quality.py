"""The rules on the quality of the ontology: headers, examples, and what a person reads.

Examples are found by name: ``validation/quality/examples/{rule}/good.ttl`` and ``bad*.ttl``, each
together with ``ground.ttl``. A good one is what the rule asks for; a bad one breaks it alone.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import ROOT
from hrdem import vocabulary as v
from hrdem.check import quality
from hrdem.check.finding import VIOLATION, WARNING
from hrdem.errors import HrdemError
from small import Small

FILES = quality.rule_files(ROOT / "validation")
RULES = [quality.read_rule(path) for path in FILES]
FOLDER = ROOT / "validation" / "quality"
EXAMPLES = FOLDER / "examples"
CODES = [rule.code for rule in RULES]


def broken(path: Path) -> set[str]:
    """Return the rules that an example breaks."""
    store = ox.Store()
    for each in {EXAMPLES / "ground.ttl", path}:
        store.load(path=str(each), format=ox.RdfFormat.TURTLE)
    return {rule.code for rule in RULES if quality.rows(rule, store)}


def test_the_ground_breaks_nothing() -> None:
    assert broken(EXAMPLES / "ground.ttl") == set()


def test_every_rule_has_examples_and_every_example_a_rule() -> None:
    assert len(CODES) > 15
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_examples(code: str) -> None:
    assert broken(EXAMPLES / code / "good.ttl") == set()
    bad = sorted((EXAMPLES / code).glob("bad*.ttl"))
    assert bad
    for path in bad:
        assert broken(path) == {code}, path
    assert {path.name for path in (EXAMPLES / code).iterdir()} == {
        "good.ttl",
        *(path.name for path in bad),
    }


def test_every_case_of_a_rule_is_shown() -> None:
    """A header of an ontology can lack five things; each is missing in one example."""
    found = set()
    (rule,) = [rule for rule in RULES if rule.code == "ontology-metadata"]
    for path in (EXAMPLES / rule.code).glob("bad*.ttl"):
        store = ox.Store()
        store.load(path=str(path), format=ox.RdfFormat.TURTLE)
        found |= {v.shorten(row.property.value) for row in quality.rows(rule, store)}
    assert found == {
        "dcterms:title",
        "dcterms:license",
        "dcterms:creator",
        "dcterms:publisher",
        "owl:versionIRI",
        "owl:priorVersion",
    }


def test_the_namespaces_are_those_of_the_project() -> None:
    text = (FOLDER / "namespace-case.rq").read_text(encoding="utf-8")
    known = {iri for iri in v.PREFIXES.values() if not iri.startswith(v.BASE)} | {v.HRDEM}
    assert {line.strip(' "') for line in text.splitlines() if line.startswith('    "')} == known


# --- findings -------------------------------------------------------------------------------------

CORE = "ontology/hrdem.ttl"


def test_a_fault_in_the_ontology_is_told_where_it_is(small: Small) -> None:
    small.edit(
        CORE,
        "hrdem:ActionPlan a owl:Class ;",
        "hrdem:ActionPlan a owl:Class ;\n    owl:deprecated true ;",
    )
    found = small.only()
    assert (found.code, found.severity) == ("deprecated-alone", VIOLATION)
    assert found.path == small.root / CORE
    assert found.line == small.line(CORE, "hrdem:ActionPlan a owl:Class")
    assert found.message == (
        "“Action plan” (hrdem:ActionPlan): The term is deprecated, and nothing says what to use"
        " instead. Add dcterms:isReplacedBy. (Property dcterms:isReplacedBy.)"
    )


def test_a_wrong_alignment_is_told_on_its_line(small: Small) -> None:
    name = "ontology/alignments.ttl"
    small.edit(name, "schema:Event a owl:Class .", "schema:Event a owl:ObjectProperty .")
    found = small.only()
    assert found.code == "alignment-sort"
    assert (found.path, found.line) == (
        small.root / name,
        small.line(name, "hrdem:Meeting rdfs:subClassOf schema:Event"),
    )


def test_an_axiom_about_nothing_is_found(small: Small) -> None:
    name = "ontology/axioms.ttl"
    path = small.root / name
    path.write_text(path.read_text("utf-8") + "\nhrdem:ofPerson rdfs:range foaf:Agent .\n", "utf-8")
    found = small.only()
    assert (found.code, found.line) == ("undefined-term", small.line(name, "hrdem:ofPerson"))


def test_a_fact_without_its_inverse_is_told_under_its_passage(small: Small) -> None:
    (small.root / "ontology" / "rules" / "17-inverses.rq").unlink()
    note = "data/documents/note.trig"
    small.edit(
        note,
        "note:builds-on {",
        "note:builds-on {\n    event:one a hrdem:Development ; hrdem:leadsTo event:two .",
    )
    (found,) = [f for f in small.findings() if f.code == "inverse-one-sided"]
    assert found.passage == "https://w3id.org/hrdem/document/note#builds-on"
    assert (found.path, found.line) == (small.root / note, small.line(note, "note:builds-on a"))


def test_a_term_that_nothing_uses_is_a_warning(small: Small) -> None:
    shutil.copy(FOLDER / "unused-term.rq", small.root / "validation" / "quality")
    path = small.root / CORE
    path.write_text(
        path.read_text("utf-8")
        + """
hrdem:Treaty a owl:Class ;
    rdfs:label "Treaty"@en ; skos:prefLabel "Treaty"@en ;
    skos:definition "An agreement of states."@en ; skos:example "That of 2007."@en .
""",
        "utf-8",
    )
    treaty = v.HRDEM + "Treaty"
    (found,) = [finding for finding in small.findings() if finding.thing == treaty]
    assert (found.code, found.severity) == ("unused-term", WARNING)
    assert found.line == small.line(CORE, "hrdem:Treaty a")
    small.edit(
        "queries/plans/builds-on.rq",
        "?by hrdem:buildsOn ?what",
        "?by hrdem:buildsOn ?what . OPTIONAL { ?by a hrdem:Treaty }",
    )
    assert [finding for finding in small.findings() if finding.thing == treaty] == []


# --- headers --------------------------------------------------------------------------------------

GOOD = """\
# Title: A rule
# Problem: Something
#   is wrong.
# Solution: Put it right.
# Severity: warning

# A note: not a part of the header.
SELECT DISTINCT ?thing ?property ?value WHERE { ?thing ?property ?value }
"""


def test_a_header_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a-rule.rq"
    path.write_text(GOOD, encoding="utf-8")
    rule = quality.read_rule(path)
    assert (rule.code, rule.title, rule.problem, rule.solution, rule.severity) == (
        "a-rule",
        "A rule",
        "Something is wrong.",
        "Put it right.",
        "warning",
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("# Title: A rule\n", "", 1, "The header has no Title. Add a line “# Title: …”"),
        ("# Severity: warning\n", "", 1, "The header has no Severity."),
        ("Solution", "Solutions", 4, "This line of the header is not understood."),
        ("# Title: A rule", "# Title: A rule\n# Titel: B", 2, "is not understood."),
        ("# Title: A rule", "# Title: A rule\n# Title: B", 2, "has Title a second time."),
        ("warning", "error", 5, "'error' is not known. Use one of violation, warning, info."),
        ("right.", "right", 4, "The Solution is not a sentence"),
        ("SELECT", "SELEKT", None, "This is not valid SPARQL: "),
        ("?value WHERE", "WHERE", None, "does not select ?thing ?property ?value."),
        ("?thing ?property ?value WHERE", "?property ?thing ?value WHERE", None, "not select"),
        ("SELECT DISTINCT ?thing ?property ?value WHERE", "ASK", None, "does not select"),
    ],
)
def test_what_a_wrong_rule_is_told(
    old: str, new: str, line: int | None, sentence: str, tmp_path: Path
) -> None:
    assert old in GOOD
    path = tmp_path / "a-rule.rq"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(HrdemError) as caught:
        quality.read_rule(path)
    assert sentence in caught.value.message
    assert caught.value.line == line


def test_a_wrong_rule_is_a_finding_and_stops_no_other(small: Small) -> None:
    name = "validation/quality/label-case.rq"
    small.edit(name, "# Severity: violation", "# Severity: bad")
    small.edit(CORE, "hrdem:ActionPlan a owl:Class ;", "hrdem:ActionPlan a owl:Class , owl:Thing ;")
    found = small.only()
    assert (found.code, found.path, found.line) == ("quality-rule", small.root / name, 4)
