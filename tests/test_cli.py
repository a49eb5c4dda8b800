"""The command line: what is typed, what is printed, and with which code the program ends."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import ROOT, Mini
from hrdem import __version__, cli
from hrdem.build import build
from hrdem.check.finding import Finding, verdict
from hrdem.project import HOME_VARIABLE, Project
from hrdem.queries import load_catalogue

PLANS = ["action-plan-2012-2014", "action-plan-2015-2019", "action-plan-2020-2024"]
INSTRUMENT = "https://w3id.org/hrdem/instrument/"


class Terminal:
    """Types commands into the program and keeps what it printed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *typed: str, given: str = "") -> tuple[int, str, str]:
        """Return exit code, standard output and standard error of ``hrdem`` with `typed`."""
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        try:
            code = cli.main(typed)
        except SystemExit as ended:  # --help and --version
            code = int(ended.code or 0)
        out, err = self._capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    def output(self, *typed: str, given: str = "") -> str:
        """Return standard output of a command that must succeed."""
        code, out, err = self(*typed, given=given)
        assert (code, err) == (0, "")
        return out

    def complaint(self, code: int, *typed: str, given: str = "") -> str:
        """Return what a command that must fail says."""
        found, out, err = self(*typed, given=given)
        assert (found, out) == (code, "")
        assert err.startswith("hrdem: ")
        return err.removeprefix("hrdem: ").removesuffix("\n")


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A terminal of 80 columns, wherever the test is."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv(HOME_VARIABLE, raising=False)
    return Terminal(monkeypatch, capsys)


@pytest.fixture
def hrdem(built: Project, alone: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal in the checkout with its graph built."""
    monkeypatch.setattr(Project, "find", lambda start=None: built)
    return alone


# --- ask ------------------------------------------------------------------------------------------


def test_ask_lists_every_question_by_topic(built: Project, hrdem: Terminal) -> None:
    lines = hrdem.output("ask").splitlines()

    queries = load_catalogue(built)
    topics = sorted({query.topic.capitalize() for query in queries})
    assert [line for line in lines[:-1] if line and not line.startswith(" ")] == topics
    names = [line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "]
    assert names == [query.name for query in queries]
    assert "  identifiers-of [--instrument …]" in lines
    assert "      By which numbers is an instrument known?" in lines
    assert lines[-1] == (
        "Ask one with `hrdem ask NAME`; `hrdem ask NAME --help` says more about it."
    )
    assert max(map(len, lines)) <= 80


def test_ask_takes_parameters_as_options(hrdem: Terminal) -> None:
    typed = ("ask", "identifiers-of", "--format", "csv", "--instrument")

    by_slug = hrdem.output(*typed, "action-plan-2015-2019")
    rows = list(csv.DictReader(io.StringIO(by_slug)))
    assert {row["instrument"] for row in rows} == {INSTRUMENT + "action-plan-2015-2019"}
    assert ("Council register number", "10897/15") in [(r["system"], r["value"]) for r in rows]
    for other in ("instrument:action-plan-2015-2019", INSTRUMENT + "action-plan-2015-2019"):
        assert hrdem.output(*typed, other) == by_slug
    assert hrdem.output(*typed, "regulation-2021-947") != by_slug
    before = ("ask", "--instrument", "action-plan-2015-2019", "identifiers-of", "--format", "csv")
    assert hrdem.output(*before) == by_slug


def test_a_table_keeps_to_the_width_and_shows_what_the_csv_holds(hrdem: Terminal) -> None:
    table = hrdem.output("ask", "identifiers-of")

    assert "10897/15" in table
    assert max(map(len, table.splitlines())) <= 80


def test_json_is_sparql_results_json_with_the_rows_of_the_csv(hrdem: Terminal) -> None:
    found = json.loads(hrdem.output("ask", "identifiers-of", "--format", "json"))
    rows = list(csv.reader(io.StringIO(hrdem.output("ask", "identifiers-of", "--format", "csv"))))

    assert found["head"]["vars"] == rows[0]
    assert [[each[name]["value"] for name in rows[0]] for each in found["results"]["bindings"]] == (
        rows[1:]
    )


def test_a_question_answered_by_triples_prints_turtle(hrdem: Terminal) -> None:
    turtle = hrdem.output("ask", "evidence-graph")

    triples = list(ox.parse(turtle, format=ox.RdfFormat.TURTLE))
    assert len(triples) > 50
    assert hrdem.output("ask", "evidence-graph", "--format", "ttl") == turtle


def test_help_of_a_question_says_what_it_answers_and_its_options(hrdem: Terminal) -> None:
    text = hrdem.output("ask", "identifiers-of", "--help")

    assert "By which numbers is an instrument known?" in text
    assert "--instrument INSTRUMENT" in text
    assert "(default: action-plan-2015-2019)" in " ".join(text.split())


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (
            "ask identifer-of",
            "There is no saved query 'identifer-of'. Did you mean identifiers-of or"
            " all-identifiers? `hrdem ask` without a name lists them all.",
        ),
        (
            "ask identifiers-of --plan x",
            "The question identifiers-of has no option --plan. It has: --instrument --format"
            " --endpoint --user --auth --plain.",
        ),
        (
            "ask identifiers-of --timeout 5",  # only of use where others are asked
            "The question identifiers-of has no option --timeout. It has: --instrument --format"
            " --endpoint --user --auth --plain.",
        ),
        (
            "ask identifiers-of --instrument qqq",
            "There is no instrument 'qqq' in the graph.",
        ),
        (
            "ask --instrument x",
            "--instrument x is an option of a question, and no question is named. Name it, as in"
            " `hrdem ask NAME --instrument x`; `hrdem ask` lists them all.",
        ),
        (
            "ask --plan x identifiers-of",
            "The question identifiers-of has no option --plan. It has: --instrument --format"
            " --endpoint --user --auth --plain.",
        ),
        (
            "ask -x identifiers-of",
            "'-x' is not an option of `hrdem ask`: options begin with two hyphens and a name."
            " `hrdem ask NAME --help` lists those of a question.",
        ),
        ("ask --instrument", "--instrument wants a value after it."),
        ("ask identifiers-of --instrument", "--instrument wants a value after it."),
        (
            "ask identifiers-of --instrument=x --instrument y",
            "--instrument is given twice. Keep one of the two.",
        ),
        (
            "ask identifiers-of action plan",
            "'action' is one word too many after the question identifiers-of. Put a value that has"
            " spaces in quotation marks.",
        ),
        ("ask --format xml", "--format wants one of table, csv, json, ttl, not 'xml'."),
        (
            "ask identifiers-of --format ttl",
            "This question is answered by a table: use --format table, csv or json.",
        ),
        (
            "ask evidence-graph --format csv",
            "This question is answered by triples: use --format ttl, not csv.",
        ),
        (
            "query - --timeout 0",
            "Argument --timeout: a number of seconds is wanted, not '0'. `hrdem query --help` says"
            " how to use it.",
        ),
        (
            "why action-plan-2020-2024 bildsOn",
            "No fact has a property 'bildsOn'. Did you mean hrdem:buildsOn or hrdem:leadsTo?",
        ),
        (
            "timeline --on 2025-02-30",
            "--on wants a day of the calendar written year-month-day, like 2021-01-31, not"
            " '2025-02-30'.",
        ),
    ],
)
def test_wrong_usage_is_told_in_a_sentence_and_ends_with_2(
    hrdem: Terminal, typed: str, message: str
) -> None:
    assert hrdem.complaint(2, *typed.split()) == message


def test_no_command_or_an_unknown_one_ends_with_2(alone: Terminal) -> None:
    assert alone.complaint(2) == (
        "The following arguments are required: COMMAND. `hrdem --help` says how to use it."
    )
    assert alone.complaint(2, "frob").startswith("Argument COMMAND: invalid choice: 'frob'")


def test_help_lists_commands_and_exit_codes_and_the_version_is_told(alone: Terminal) -> None:
    text = alone.output("--help")

    for command in ("ask", "query", "why", "timeline", "build", "check", "answers", "run"):
        assert f"\n    {command} " in text
    assert "exit codes:" in text
    assert alone.output("--version") == f"hrdem {__version__}\n"


# --- query ----------------------------------------------------------------------------------------


def test_query_reads_a_select_from_standard_input(hrdem: Terminal) -> None:
    query = "SELECT ?plan { ?plan a hrdem:ActionPlan } ORDER BY ?plan"

    found = hrdem.output("query", "-", "--format", "csv", given=query)

    assert found.split() == ["plan", *(INSTRUMENT + plan for plan in PLANS)]


def test_query_reads_a_file(hrdem: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "asked.rq"
    file.write_text("ASK { instrument:action-plan-2020-2024 a hrdem:ActionPlan }")

    assert hrdem.output("query", str(file)) == "yes\n"
    assert hrdem.output("query", "-", given="ASK { hrdem:x a hrdem:y }") == "no\n"


def test_query_prints_turtle_for_a_construct(hrdem: Terminal) -> None:
    query = "CONSTRUCT { ?x a hrdem:ActionPlan } WHERE { ?x a hrdem:ActionPlan }"

    found = hrdem.output("query", "-", given=query)

    triples = ox.parse(found, format=ox.RdfFormat.TURTLE)
    assert sorted(str(each.subject) for each in triples) == [
        f"<{INSTRUMENT}{plan}>" for plan in PLANS
    ]


def test_an_update_is_refused(hrdem: Terminal) -> None:
    assert hrdem.complaint(1, "query", "-", given="DELETE WHERE { ?s ?p ?o }") == (
        "This is an update (DELETE), and the graph is read-only here. Ask with SELECT, ASK,"
        " CONSTRUCT or DESCRIBE; to change the graph, edit data/ and run `hrdem build`."
    )


def test_a_syntax_error_is_told_with_line_and_column_and_shown(hrdem: Terminal) -> None:
    said = hrdem.complaint(1, "query", "-", given="SELECT ?x\nWHERE { ?x a }")

    assert said.splitlines() == [
        "The query is not valid SPARQL at line 2, column 15: it ends before it is complete; a"
        " closing bracket may be missing. Correct it and ask again.",
        "    WHERE { ?x a }",
        "                  ^",
    ]


def test_a_query_that_takes_too_long_is_stopped(hrdem: Terminal) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"

    assert hrdem.complaint(1, "query", "-", "--timeout", "0.5", given=query) == (
        "The query took longer than 0.5 seconds and was stopped. Ask for less, for example with"
        " LIMIT, or allow more with --timeout."
    )


def test_a_query_file_that_cannot_be_read_is_named(
    hrdem: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("latin.rq").write_bytes(b"# \xe9\nASK {}")

    assert hrdem.complaint(1, "query", "none.rq") == (
        "none.rq: The query cannot be read: No such file or directory."
    )
    assert hrdem.complaint(1, "query", "latin.rq") == (
        "latin.rq: The query is not UTF-8. Save it as UTF-8."
    )


# --- why and timeline -----------------------------------------------------------------------------


def test_why_prints_facts_with_their_words(hrdem: Terminal) -> None:
    page = hrdem.output("why", "action-plan-2020-2024", "builds-on")

    assert page.startswith("EU Action Plan on Human Rights and Democracy 2020-2024\n")
    assert "“The new Action Plan for 2020-2024 builds on the previous action" in page


def test_why_answers_an_unknown_thing_with_near_ones(hrdem: Terminal) -> None:
    assert hrdem.complaint(2, "why", "action-plan") == (
        "There is no thing 'action-plan' in the graph. Did you mean"
        " instrument:action-plan-2012-2014 or instrument:action-plan-2015-2019 or"
        " instrument:action-plan-2020-2024?"
    )


def test_timeline_draws_as_known_on_a_day(hrdem: Terminal) -> None:
    drawing = hrdem.output("timeline", "--on", "2024-06-01", "--as-known-on", "2024-05-26")

    assert drawing.startswith("As known on 2024-05-26\n")
    assert "│ 2024-06-01   ● applies on that day" in drawing
    assert "┄" not in drawing  # the extension was decided the day after
    assert "┄" in hrdem.output("timeline")


def test_timeline_is_ascii_where_the_terminal_is(
    hrdem: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))

    assert cli.main(["timeline"]) == 0

    drawing = raw.getvalue().decode("ascii")
    assert "= period as first decided   - as extended later" in drawing
    assert "?" not in drawing


# --- build, check, run ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", [("ask",), ("why", "plan"), ("timeline",), ("query", "-"), ("answers",)]
)
def test_before_the_build_a_sentence_says_what_to_do(
    mini: Mini, alone: Terminal, typed: tuple[str, ...]
) -> None:
    said = alone.complaint(1, *typed, given="ASK {}")

    assert said.endswith("The graph has not been built yet. Run `hrdem build` first.")


def test_build_says_what_it_built_and_ask_answers_from_it(mini: Mini, alone: Terminal) -> None:
    said = alone.output("build")

    assert said.startswith("Built ")
    assert said.endswith(
        " triples from 1 document and 4 passages, with 1 saved question, into build.\n"
    )
    assert alone.output("ask", "approved", "--format", "csv").split() == [
        "what",
        INSTRUMENT + "plan",
    ]


def test_a_fault_in_a_file_ends_the_build_with_1_and_names_the_line(
    mini: Mini, alone: Terminal
) -> None:
    mini.edit("data/instruments.ttl", 'skos:prefLabel "Plan"@en .', 'skos:prefLabel "Plan"@en')

    assert alone.complaint(1, "build").startswith("data/instruments.ttl:")


def test_a_folder_that_is_no_project_is_told(
    alone: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))

    assert "HRDEM_HOME is set to this folder, but it is not an HRDem project" in (
        alone.complaint(1, "ask")
    )


def test_the_verdict_counts_findings_by_severity() -> None:
    warning = Finding("code", "warning", "Look at this.")
    violation = Finding("code", "violation", "Mend this.")

    assert verdict([]) == "nothing is wrong."
    assert verdict([warning, violation, warning]) == "1 violation, 2 warnings."


# --- as a program ---------------------------------------------------------------------------------


def started(mini: Mini, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "scripts"), "PYTHONIOENCODING": "utf-8"}
    environment.pop(HOME_VARIABLE, None)
    return subprocess.run(
        [sys.executable, *command],
        cwd=mini.root,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_asking_imports_nothing_slow(mini: Mini) -> None:
    build(mini.project)

    ended = started(
        mini,
        "-c",
        "import sys; from hrdem.cli import main; code = main(['ask', 'approved']);"
        " print(*sorted(sys.modules), file=sys.stderr); sys.exit(code)",
    )

    assert ended.returncode == 0
    assert "plan" in ended.stdout
    loaded = set(ended.stderr.split())
    assert "pyoxigraph" in loaded
    assert loaded.isdisjoint(
        {"rdflib", "pyshacl", "yaml", "SPARQLWrapper", "jinja2", "urllib3", "tenacity", "requests"}
    )
    # Nor what asking has no use for: each of these takes as long as a small query, or longer.
    assert loaded.isdisjoint(
        {
            *("argparse", "asyncio", "base64", "csv", "dataclasses", "datetime", "difflib"),
            *("email", "hashlib", "http", "inspect", "logging", "random", "secrets", "shutil"),
            *("socket", "ssl", "subprocess", "tempfile", "textwrap", "urllib.request"),
        }
    )
    assert {name for name in loaded if name.startswith("hrdem.")} == {
        *("hrdem.ahead", "hrdem.answers", "hrdem.cli", "hrdem.cli.asking", "hrdem.cli.parsing"),
        *("hrdem.cli.printing", "hrdem.errors", "hrdem.home", "hrdem.names", "hrdem.project"),
        *("hrdem.queries", "hrdem.sparql", "hrdem.store", "hrdem.store.embedded"),
        *("hrdem.store.interface", "hrdem.store.results", "hrdem.vocabulary"),
    }


def test_the_graph_is_being_opened_before_its_reader_is_imported(mini: Mini) -> None:
    build(mini.project)

    ended = started(
        mini,
        "-c",
        "import sys; from hrdem import ahead; begun = ahead.begin();"
        " print(*sorted(sys.modules)); print(len(begun.store()), file=sys.stderr)",
    )

    assert ended.returncode == 0
    assert int(ended.stderr) > 0
    assert set(ended.stdout.split()).isdisjoint({"json", "pathlib", "re", "typing"})


def test_what_was_printed_before_an_error_is_not_lost(mini: Mini) -> None:
    ended = started(
        mini,
        "-c",
        "import sys; from hrdem import cli; sys.argv = ['hrdem', 'ask'];"
        " cli.main = lambda: print('half', end='') or 1; cli.program()",
    )

    assert (ended.stdout, ended.returncode) == ("half", 1)


def test_a_store_that_cannot_be_opened_is_only_a_cache(mini: Mini) -> None:
    build(mini.project)
    expected = started(mini, "-m", "hrdem", "ask", "approved")
    for path in (mini.project.build / "store").iterdir():
        path.write_bytes(b"nonsense")

    ended = started(mini, "-m", "hrdem", "ask", "approved")

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == expected.stdout
    assert "plan" in ended.stdout


def test_the_program_ends_with_the_code_and_shows_no_traceback(mini: Mini) -> None:
    ended = started(mini, "-m", "hrdem", "ask")

    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr == (
        f"hrdem: {Path('build/queries.json')}: The graph has not been built yet. Run `hrdem build`"
        " first.\n"
    )
