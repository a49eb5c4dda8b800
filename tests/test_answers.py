"""How answers are written, for people and for programs, and how they are kept on file."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import Mini
from hrdem import answers
from hrdem.build import build
from hrdem.errors import HrdemError, UsageError
from hrdem.project import Project
from hrdem.queries import load_catalogue
from hrdem.store import Table, open_store
from hrdem.vocabulary import BASE, XSD

PLAN = ox.NamedNode(BASE + "instrument/action-plan-2020-2024")
DATE = ox.NamedNode(XSD + "date")
TABLE = Table(
    ("label", "known_since", "decidedBy", "thing"),
    [
        (
            ox.Literal("Plan, of 2020", language="en"),
            ox.Literal("2020-11-17", datatype=DATE),
            None,
            PLAN,
        ),
        (
            ox.Literal('Says "no"\nand more'),
            ox.Literal("2024-05-27", datatype=DATE),
            ox.BlankNode("b0"),
            ox.NamedNode("https://example.org/a"),
        ),
    ],
)


# --- tables ---------------------------------------------------------------------------------------


def test_a_table_has_words_for_column_names_and_short_names_for_iris() -> None:
    assert answers.table_text(TABLE, 100) == (
        "label               known since  decided by  thing\n"
        "------------------  -----------  ----------  --------------------------------\n"
        "Plan, of 2020       2020-11-17               instrument:action-plan-2020-2024\n"
        'Says "no" and more  2024-05-27   b0          https://example.org/a\n'
    )


def test_long_cells_are_wrapped_between_words_and_parts_of_names() -> None:
    assert answers.table_text(TABLE, 60) == (
        "label              known since  decided by  thing\n"
        "-----------------  -----------  ----------  ----------------\n"
        "Plan, of 2020      2020-11-17               instrument:\n"
        "                                            action-plan-\n"
        "                                            2020-2024\n"
        "\n"
        'Says "no" and      2024-05-27   b0          https://\n'
        "more                                        example.org/a\n"
    )


def test_too_many_columns_become_blocks() -> None:
    assert answers.table_text(TABLE, 34) == (
        "label:       Plan, of 2020\n"
        "known since: 2020-11-17\n"
        "thing:       instrument:action-\n"
        "             plan-2020-2024\n"
        "\n"
        'label:       Says "no" and more\n'
        "known since: 2024-05-27\n"
        "decided by:  b0\n"
        "thing:       https://example.org/a\n"
    )


def test_an_empty_answer_is_told() -> None:
    assert answers.table_text(Table(("a",), []), 80) == "(nothing found)\n"


words = st.text(alphabet="abc-/: ", max_size=60)


@settings(deadline=None)
@given(
    cells=st.lists(st.tuples(words, words, words), min_size=1, max_size=5),
    width=st.integers(40, 120),
)
def test_no_line_is_wider_than_asked_and_no_letter_is_lost(
    cells: list[tuple[str, str, str]], width: int
) -> None:
    rows: list[tuple[ox.Literal, ...]] = [tuple(map(ox.Literal, row)) for row in cells]

    text = answers.table_text(Table(("one", "two", "three"), list(rows)), width)

    assert max(map(len, text.splitlines())) <= width
    for letter in "abc":
        body = "\n".join(text.splitlines()[2:]) if text.startswith("one") else text
        body = "\n".join(
            line.removeprefix("one:").removeprefix("two:") for line in body.split("\n")
        )
        assert body.count(letter) == sum(cell.count(letter) for row in cells for cell in row)


# --- CSV, JSON, Turtle ----------------------------------------------------------------------------


def test_csv_is_that_of_sparql() -> None:
    text = answers.csv_text(TABLE)

    assert text == (
        "label,known_since,decidedBy,thing\r\n"
        f'"Plan, of 2020",2020-11-17,,{PLAN.value}\r\n'
        '"Says ""no""\nand more",2024-05-27,_:b0,https://example.org/a\r\n'
    )
    assert list(csv.reader(io.StringIO(text, newline="")))[2][0] == 'Says "no"\nand more'


def test_json_is_read_back_as_it_was_and_has_one_cell_a_line() -> None:
    text = answers.json_text(TABLE)

    found = ox.parse_query_results(text, format=ox.QueryResultsFormat.JSON)
    assert isinstance(found, ox.QuerySolutions)
    assert [variable.value for variable in found.variables] == list(TABLE.columns)
    # A blank node gets a new name whenever it is read, so it is not compared.
    assert [tuple(row)[::3] for row in found] == [row[::3] for row in TABLE.rows]
    assert [line for line in text.splitlines() if '"known_since": ' in line] == [
        '     "known_since": {"type": "literal", "value": "2020-11-17", "datatype":'
        f' "{XSD}date"}},',
        '     "known_since": {"type": "literal", "value": "2024-05-27", "datatype":'
        f' "{XSD}date"}},',
    ]


def test_an_empty_table_and_a_boolean_are_json_too() -> None:
    assert json.loads(answers.json_text(Table(("a",), []))) == {
        "head": {"vars": ["a"]},
        "results": {"bindings": []},
    }
    assert json.loads(answers.json_text(True)) == {"head": {}, "boolean": True}


def test_triples_are_turtle_sorted_with_the_prefixes_they_use() -> None:
    a, b, label = (ox.NamedNode(f"{BASE}theme/{name}") for name in ("a", "b", "label"))
    triples = [
        ox.Triple(b, label, ox.Literal("b", language="en")),
        ox.Triple(a, label, ox.Literal("a", language="en")),
        ox.Triple(a, label, ox.Literal("a", language="en")),
    ]

    assert answers.turtle_text(triples) == (
        "@prefix theme: <https://w3id.org/hrdem/theme/> .\n"
        '\ntheme:a theme:label "a"@en .\n'
        '\ntheme:b theme:label "b"@en .\n'
    )
    assert answers.turtle_text([]) == "# nothing found\n"


def test_triples_with_blank_nodes_are_turtle_too() -> None:
    triple = ox.Triple(ox.BlankNode("x"), ox.NamedNode("x:p"), ox.Literal("o"))

    text = answers.turtle_text([triple])

    [quad] = ox.parse(text, format=ox.RdfFormat.TURTLE)
    assert (quad.predicate, quad.object) == (triple.predicate, triple.object)


@pytest.mark.parametrize(
    ("found", "form", "sentence"),
    [
        ([], "csv", "This question is answered by triples: use --format ttl, not csv."),
        (TABLE, "ttl", "This question is answered by a table: use --format table, csv or json."),
        (True, "ttl", "This question is answered by a table: use --format table, csv or json."),
    ],
)
def test_a_format_that_does_not_fit_is_told(
    found: answers.Answer, form: str, sentence: str
) -> None:
    with pytest.raises(UsageError) as caught:
        answers.text_of(found, form)

    assert str(caught.value) == sentence


@pytest.mark.parametrize(("form", "text"), [("table", "yes\n"), ("csv", "answer\r\nyes\r\n")])
def test_a_boolean_is_yes_or_no(form: str, text: str) -> None:
    assert answers.text_of(True, form) == text


# --- asking ---------------------------------------------------------------------------------------


def test_a_parameter_may_be_a_label(built: Project) -> None:
    query = answers.find_query(load_catalogue(built), "office-holders")
    store = open_store(built)

    by_slug = answers.answer(store, query, {"post": "high-representative"})
    by_label = answers.answer(
        store,
        query,
        {"post": "High Representative of the Union for Foreign Affairs and Security Policy"},
    )

    assert isinstance(by_slug, Table)
    assert len(by_slug.rows) >= 4
    assert by_slug == by_label


def test_a_parameter_that_is_not_in_the_graph_is_told_with_near_ones(built: Project) -> None:
    query = answers.find_query(load_catalogue(built), "builds-on")

    with pytest.raises(UsageError) as caught:
        answers.answer(open_store(built), query, {"instrument": "action-plan-2020-2025"})

    assert str(caught.value).startswith(
        "There is no instrument 'action-plan-2020-2025' in the graph. Did you mean"
        " instrument:action-plan-2020-2024"
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("aplies-on", "Did you mean applies-on"),
        ("hashtag", "Did you mean hashtags"),
        ("xyz", "There is no saved query 'xyz'. `hrdem ask` without a name lists them all."),
    ],
)
def test_a_question_that_does_not_exist_is_told_with_near_ones(
    built: Project, name: str, hint: str
) -> None:
    with pytest.raises(UsageError) as caught:
        answers.find_query(load_catalogue(built), name)

    assert hint in str(caught.value)


# --- on file --------------------------------------------------------------------------------------


def test_answers_are_filed_compared_and_filed_again(mini: Mini) -> None:
    build(mini.project)
    queries = load_catalogue(mini.project)
    store = open_store(mini.project)

    [first] = answers.compare(mini.project, store, queries)
    assert (first.rows, first.filed, first.agrees) == (1, None, False)
    [path] = answers.write([first])
    assert path == mini.root / "queries/answers/approved.json"
    [second] = answers.compare(mini.project, store, queries)
    assert second.agrees
    assert answers.write([second]) == []

    mini.edit("queries/answers/approved.json", "instrument/plan", "instrument/other")
    [third] = answers.compare(mini.project, store, queries)
    assert not third.agrees
    difference = answers.difference(third)
    assert "--- approved, on file" in difference
    assert '-    {"what": {"type": "uri", "value": "https://w3id.org/hrdem/instrument/other"' in (
        difference
    )
    assert '+    {"what": {"type": "uri", "value": "https://w3id.org/hrdem/instrument/plan"' in (
        difference
    )


def test_an_answer_without_question_is_found(mini: Mini) -> None:
    build(mini.project)
    stray = mini.write("queries/answers/old.json", "{}")

    assert answers.strays(mini.project, load_catalogue(mini.project)) == [stray]


def test_an_answer_that_cannot_be_written_leaves_the_one_on_file(
    mini: Mini, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(mini.project)
    queries = load_catalogue(mini.project)
    found = answers.compare(mini.project, open_store(mini.project), queries)
    kept = mini.write("queries/answers/approved.json", "old\n")

    def full(self: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(HrdemError) as caught:
        answers.write(found)

    assert str(caught.value) == (
        "queries/answers/approved.json: The file cannot be written: No space left on device. Name a"
        " file in a folder that you may write to, with room on its disk."
    )
    assert kept.read_text(encoding="utf-8") == "old\n"


def test_a_question_that_the_engine_cannot_answer_is_named(mini: Mini) -> None:
    build(mini.project)
    [query] = load_catalogue(mini.project)
    beyond = query._replace(text="SELECT ?x { ?x ?p ?o FILTER(<x:f>(?x)) }")

    with pytest.raises(HrdemError) as caught:
        answers.compare(mini.project, open_store(mini.project), [beyond])

    assert str(caught.value) == (
        "queries/plans/approved.rq: The query could not be answered: The custom function <x:f> is"
        " not supported."
    )
