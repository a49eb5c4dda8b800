"""The header of a saved query, its parameters, and why no value can change what a query asks."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import Mini
from hrdem import queries as q
from hrdem import sparql
from hrdem.build import build
from hrdem.errors import HrdemError, UsageError
from hrdem.project import Project
from hrdem.vocabulary import BASE, RDFS, SH, XSD

QUERY = textwrap.dedent(
    """\
    #+ summary: Which instruments apply on a given day?
    #+ description: >-
    #+   One row for each instrument.
    #+   The rest of the paragraph.
    #+ tags: [time, period]
    #+ parameters:
    #+   date: {type: xsd:date, example: "2021-01-01", description: the day}
    #+   plan: {type: iri:instrument, example: action-plan-2020-2024, description: the plan}

    PREFIX hrdem: <https://w3id.org/hrdem/ontology#>
    PREFIX instrument: <https://w3id.org/hrdem/instrument/>
    PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

    # VALUES ?date { in a comment is not the place }
    SELECT ?plan ?words WHERE {
      VALUES ?date { "2021-01-01"^^xsd:date }
      VALUES ?plan { instrument:action-plan-2020-2024 }
      BIND("VALUES ?date { in a string } # neither" AS ?words)
      ?period hrdem:periodOf ?plan ; hrdem:earliest ?since .
      FILTER(?since <= ?date)
    }
    ORDER BY ?plan
    """
)


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], q.SavedQuery]:
    """Return a function that reads a text as the saved query ``time/applies.rq``."""
    monkeypatch.chdir(tmp_path)

    def reader(text: str) -> q.SavedQuery:
        path = tmp_path / "time" / "applies.rq"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return q.read_query(path, tmp_path)

    return reader


# --- reading --------------------------------------------------------------------------------------


def test_a_header_is_read_whole(read: Callable[[str], q.SavedQuery]) -> None:
    query = read(QUERY)

    assert (query.topic, query.name, query.path) == ("time", "applies", "time/applies.rq")
    assert query.summary == "Which instruments apply on a given day?"
    assert query.description == "One row for each instrument. The rest of the paragraph."
    assert query.tags == ("time", "period")
    assert query.form == "select"
    assert list(query.parameters.values()) == [
        q.Parameter("date", "xsd:date", "2021-01-01", "the day"),
        q.Parameter("plan", "iri:instrument", "action-plan-2020-2024", "the plan"),
    ]
    assert query.text == QUERY


FAULTS = {
    "a missing summary": (
        "#+ summary: Which instruments apply on a given day?\n",
        "",
        "time/applies.rq:1: 'summary' is missing in the header. Add it.",
    ),
    "an unknown key": (
        "#+ tags:",
        "#+ method: GET\n#+ tags:",
        "time/applies.rq:5: 'method' is not a key of the header. Use summary, description, tags,"
        " parameters, endpoints, or delete the line.",
    ),
    "a key given twice": (
        "#+ tags:",
        "#+ summary: Again?\n#+ tags:",
        "time/applies.rq:5: 'summary' is given twice in the header. Keep one of the two.",
    ),
    "an empty value": (
        "#+ summary: Which instruments apply on a given day?",
        "#+ summary:",
        "time/applies.rq:1: Words are expected here, and there are none. Write them.",
    ),
    "tags that are no list": (
        "[time, period]",
        "time",
        "time/applies.rq:5: A list is expected here, like `tags: [time, succession]`.",
    ),
    "a tab": (
        "#+   date:",
        "#+ \tdate:",
        "time/applies.rq:7:4: The header is not valid YAML: found character '\\t' that cannot start"
        " any token. Quote values that contain a colon, and indent with spaces.",
    ),
    "a colon that is not quoted": (
        "apply on a given day?",
        "apply: on a given day?",
        "time/applies.rq:1:36: The header is not valid YAML: mapping values are not allowed here."
        " Quote values that contain a colon, and indent with spaces.",
    ),
    "a header line apart from the others": (
        "# VALUES",
        "#+ VALUES",
        "time/applies.rq:14: This header line is apart from the others, so it would be ignored. Put"
        " all `#+` lines together at the top of the file.",
    ),
    "an unknown type": (
        "xsd:date, example",
        "xsd:day, example",
        "time/applies.rq:7: 'xsd:day' is not a type of parameter. Use xsd:date, xsd:integer,"
        " xsd:string, iri:thing, or iri: followed by a kind of thing",
    ),
    "an unknown key of a parameter": (
        ", description: the day}",
        ", description: the day, default: x}",
        "time/applies.rq:7: 'default' is not a key of parameter date. Use type, example,"
        " description, or delete the line.",
    ),
    "a parameter without its example": (
        'example: "2021-01-01", ',
        "",
        "time/applies.rq:7: 'example' is missing in parameter date. Add it.",
    ),
    "an example that does not fit": (
        'example: "2021-01-01"',
        'example: "2021"',
        "time/applies.rq:7: The example does not fit. date wants a day of the calendar written"
        " year-month-day, like 2021-01-31, not '2021'.",
    ),
    "an example that the body does not have": (
        'example: "2021-01-01"',
        'example: "2022-01-01"',
        "time/applies.rq:16:18: VALUES ?date must hold one term, the example of the header:"
        ' "2022-01-01"^^<http://www.w3.org/2001/XMLSchema#date>. Make the two agree.',
    ),
    "two terms in the place of one": (
        "{ instrument:action-plan-2020-2024 }",
        "{ instrument:action-plan-2020-2024 instrument:x }",
        "time/applies.rq:17:18: VALUES ?plan must hold one term, the example of the header:",
    ),
    "a parameter without its VALUES line": (
        'VALUES ?date { "2021-01-01"^^xsd:date }',
        "",
        "time/applies.rq:7: The parameter date needs exactly one line `VALUES ?date { … }` in the"
        " body, and there is none.",
    ),
    "a parameter with two VALUES lines": (
        "FILTER(?since <= ?date)",
        'VALUES ?date { "2021-01-01"^^xsd:date }',
        "time/applies.rq:7: The parameter date needs exactly one line `VALUES ?date { … }` in the"
        " body, and there are 2.",
    ),
    "a parameter named like an option": (
        "#+   date:",
        "#+   format:",
        "time/applies.rq:7: A parameter cannot be called 'format'. Use a letter followed by letters"
        " and digits, other than auth, endpoint, format, help, plain, service, timeout, user; here"
        " and in the body.",
    ),
    "a body that is not SPARQL": (
        "FILTER(?since <= ?date)",
        "FILTER(?since <= ?date",
        "time/applies.rq:21:1: The query is not valid SPARQL: SPARQL allows something else here.",
    ),
    "a prefix that is not declared": (
        "PREFIX hrdem: <https://w3id.org/hrdem/ontology#>\n",
        "",
        "time/applies.rq:18:11: The query is not valid SPARQL: no PREFIX line declares the prefix"
        " hrdem:. Correct it and ask again.\n"
        "      ?period hrdem:periodOf ?plan ; hrdem:earliest ?since .\n"
        "              ^",
    ),
    "a function of one engine": (
        "FILTER(?since <= ?date)",
        "FILTER(<http://example.org/f>(?since))",
        "time/applies.rq: The query needs more than SPARQL 1.1 and a graph: The custom function"
        " <http://example.org/f> is not supported. Ask in a way that every engine understands.",
    ),
    "an update": (
        "SELECT ?plan ?words WHERE",
        "DELETE WHERE",
        "time/applies.rq: This is an update (DELETE), and the graph is read-only here.",
    ),
    "a DESCRIBE": (
        "SELECT ?plan ?words WHERE",
        "DESCRIBE ?plan WHERE",
        "time/applies.rq: What DESCRIBE answers differs from engine to engine, so it cannot have"
        " one answer on file. Write a CONSTRUCT instead.",
    ),
}


@pytest.mark.parametrize(("old", "new", "sentence"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_file_and_line(
    read: Callable[[str], q.SavedQuery], old: str, new: str, sentence: str
) -> None:
    assert QUERY.count(old) >= 1

    with pytest.raises(HrdemError) as caught:
        read(QUERY.replace(old, new, 1))

    assert sentence in str(caught.value)


def test_a_file_without_header_is_told_so(read: Callable[[str], q.SavedQuery]) -> None:
    with pytest.raises(HrdemError, match=r"applies.rq:1: A saved query begins with its header"):
        read("SELECT * { ?s ?p ?o }")


def test_a_file_that_is_not_utf_8_is_told_so(mini: Mini) -> None:
    mini.write("queries/plans/latin.rq", "#+ summary: déjà?".encode("latin-1"))

    assert mini.error(q.read_queries) == (
        "queries/plans/latin.rq: The file is not UTF-8: byte 14 cannot be read. Save it as UTF-8."
    )


def test_a_name_may_be_used_once_only(mini: Mini) -> None:
    text = (mini.root / "queries/plans/approved.rq").read_text(encoding="utf-8")
    mini.write("queries/other/approved.rq", text)

    assert mini.error(q.read_queries) == (
        "queries/plans/approved.rq: The name approved is taken by queries/other/approved.rq. Names"
        " are unique among all topics: rename one of the two files."
    )


@pytest.mark.parametrize("name", ["approved.rq", "a/b/approved.rq", "plans/Approved_2.rq"])
def test_a_file_in_the_wrong_place_is_told_so(mini: Mini, name: str) -> None:
    mini.write(f"queries/{name}", QUERY)

    assert "A saved query lies at queries/{topic}/{name}.rq" in mini.error(q.read_queries)


def test_a_missing_folder_is_told_so(mini: Mini) -> None:
    (mini.root / "queries").rename(mini.root / "elsewhere")

    assert mini.error(q.read_queries) == (
        "queries: The folder of saved queries is missing. Restore it from the clone."
    )


# --- binding --------------------------------------------------------------------------------------


def test_binding_swaps_the_one_term_and_nothing_else(read: Callable[[str], q.SavedQuery]) -> None:
    query = read(QUERY)

    bound = q.bind(query, {"date": "2024-05-27"})

    old, new = '"2021-01-01"^^xsd:date', f'"2024-05-27"^^<{XSD}date>'
    assert bound == QUERY.replace(f"VALUES ?date {{ {old} }}", f"VALUES ?date {{ {new} }}")
    assert q.bind(query, {}) == QUERY


@pytest.mark.parametrize(
    "text",
    [
        "mid-term-review-2017",
        "instrument:mid-term-review-2017",
        "https://w3id.org/hrdem/instrument/mid-term-review-2017",
        "<https://w3id.org/hrdem/instrument/mid-term-review-2017>",
    ],
)
def test_a_thing_is_named_by_slug_prefixed_name_or_iri(
    read: Callable[[str], q.SavedQuery], text: str
) -> None:
    bound = q.bind(read(QUERY), {"plan": text})

    assert "VALUES ?plan { <https://w3id.org/hrdem/instrument/mid-term-review-2017> }" in bound


REFUSED = {
    "a day that does not exist": ("date", "2021-02-30", "date wants a day of the calendar"),
    "a date in another notation": ("date", "1.2.2021", "date wants a day of the calendar"),
    "a week date": ("date", "2021-W01-1", "not '2021-W01-1'"),
    "a thing of another kind": (
        "plan",
        "theme:democracy",
        "plan wants a thing of the kind instrument, written like instrument:action-plan-2020-2024"
        " or as its full IRI, not 'theme:democracy'.",
    ),
    "an IRI from elsewhere": ("plan", "https://example.org/x", "not 'https://example.org/x'"),
    "a passage": ("plan", f"{BASE}instrument/a#b", "plan wants a thing of the kind instrument"),
    "a parameter that does not exist": (
        "day",
        "2021-01-01",
        "The query applies has no parameter 'day'. It has: date, plan.",
    ),
}


@pytest.mark.parametrize(("name", "text", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_value_that_does_not_fit_is_refused(
    read: Callable[[str], q.SavedQuery], name: str, text: str, sentence: str
) -> None:
    with pytest.raises(UsageError) as caught:
        q.bind(read(QUERY), {name: text})

    assert sentence in str(caught.value)


def test_a_number_must_be_whole_and_not_endless() -> None:
    parameter = q.Parameter("year", "xsd:integer", "2020", "the year")

    assert q.term(parameter, " +007 ") == ox.Literal("7", datatype=ox.NamedNode(XSD + "integer"))
    for text in ("1.5", "1e3", "", "٣", "9" * 19):
        with pytest.raises(UsageError, match="year wants a whole number, like 12"):
            q.term(parameter, text)


# One query with a parameter of each type. Whatever a person types, the query either refuses it or
# keeps its shape: same text around the term, and one term where the example was.
HOSTILE = textwrap.dedent(
    """\
    PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
    SELECT ?text ?number ?day ?thing WHERE {
      VALUES ?text { "example" }
      VALUES ?number { 1 }
      VALUES ?day { "2021-01-01"^^xsd:date }
      VALUES ?thing { <https://w3id.org/hrdem/theme/example> }
    }
    """
)
PARAMETERS = {
    "text": q.Parameter("text", "xsd:string", "example", ""),
    "number": q.Parameter("number", "xsd:integer", "1", ""),
    "day": q.Parameter("day", "xsd:date", "2021-01-01", ""),
    "thing": q.Parameter("thing", "iri:thing", "theme:example", ""),
}
QUESTION = q.SavedQuery("hostile", "t", "t/hostile.rq", "", "", (), PARAMETERS, "select", HOSTILE)
ATTACKS = (
    '" } ?s ?p ?o . {"',
    '"@en } #',
    "example } VALUES ?number { 2",
    "> } ?s ?p ?o . <x",
    "\\u0022 } ?s ?p ?o #",
    "VALUES ?day { 1 }",
    "?x",
    '"""',
    "2021-01-01\n",
)


@settings(deadline=None)
@given(
    name=st.sampled_from(sorted(PARAMETERS)),
    text=st.one_of(
        st.sampled_from(ATTACKS),
        st.text(),
        st.text(alphabet="\"'\\<>{}#?$:/@^ua0021-\n\r\t "),
        st.dates().map(str),
        st.integers().map(str),
        st.from_regex(r"[a-z]+(-[a-z]+)*", fullmatch=True),
    ),
)
def test_no_value_changes_what_a_query_asks(name: str, text: str) -> None:
    try:
        bound = q.bind(QUESTION, {name: text})
    except UsageError:
        return

    before, after = HOSTILE.split(
        {"text": '"example"', "number": "1 }", "day": '"2021-01-01"^^xsd:date'}.get(
            name, "<https://w3id.org/hrdem/theme/example>"
        )
    )
    assert bound.startswith(before)
    assert bound.endswith(after)
    solutions = ox.Store().query(bound)
    assert isinstance(solutions, ox.QuerySolutions)
    [row] = solutions
    expected = {each: q.term(PARAMETERS[each], PARAMETERS[each].example) for each in PARAMETERS}
    expected[name] = q.term(PARAMETERS[name], text)
    assert {each: row[each] for each in PARAMETERS} == expected
    if name == "text":
        assert row["text"] == ox.Literal(text)


# --- the text of a query --------------------------------------------------------------------------


def test_comments_are_blanked_and_nothing_else() -> None:
    text = (
        "# a comment with DELETE\n"
        'SELECT ?x { ?x <http://x/#here> "# not a comment", \'#\', """a " # b""" } # end'
    )

    blanked = sparql.blank_comments(text)

    assert len(blanked) == len(text)
    assert blanked == (
        " " * 23
        + '\nSELECT ?x { ?x <http://x/#here> "# not a comment", \'#\', """a " # b""" } '
        + " " * 5
    )


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT * {}", "select"),
        ("BASE <http://x/> PREFIX a: <b> # insert\n ask {}", "ask"),
        ("construct where {}", "construct"),
        ("DESCRIBE <x:y>", "describe"),
    ],
)
def test_the_form_of_a_query_is_told_from_its_text(text: str, form: str) -> None:
    assert sparql.form_of(text) == form


@pytest.mark.parametrize(
    "text", ["DROP ALL", "PREFIX a: <b>\nINSERT DATA {}", "WITH <x:y> DELETE {}"]
)
def test_an_update_is_refused(text: str) -> None:
    with pytest.raises(HrdemError, match="the graph is read-only here"):
        sparql.form_of(text)


@pytest.mark.parametrize("text", ["", "# only a comment", "PREFIX a: <b>\n", "HELLO"])
def test_what_is_no_query_is_told_so(text: str) -> None:
    with pytest.raises(HrdemError, match=r"No query begins at line \d, column \d+"):
        sparql.form_of(text)


# --- the catalogue, and queries as RDF ------------------------------------------------------------


def test_the_catalogue_holds_the_queries_as_they_were_read(built: Project) -> None:
    assert q.load_catalogue(built) == q.read_queries(built)


def test_without_a_build_there_is_no_catalogue(mini: Mini) -> None:
    assert mini.error(q.load_catalogue) == (
        "build/queries.json: The graph has not been built yet. Run `hrdem build` first."
    )


@pytest.mark.parametrize("content", ["", "{}", "[1]", '[{"tags": []}]', "\udcff"])
def test_a_damaged_catalogue_is_told_so(mini: Mini, content: str) -> None:
    build(mini.project)
    mini.write("build/queries.json", content.encode("utf-8", "surrogateescape"))

    if content == "{}":  # an object has no entries
        assert q.load_catalogue(mini.project) == ()
        return
    assert "The catalogue of queries cannot be read. Run `hrdem build`" in mini.error(
        q.load_catalogue
    )


def test_queries_as_rdf_have_iris_and_run(project: Project) -> None:
    saved = q.read_queries(project)

    triples = q.describe(saved)

    assert not [t for t in triples if isinstance(t.subject, ox.BlankNode)]
    assert not [t for t in triples if isinstance(t.object, ox.BlankNode)]
    graph = ox.Store()
    graph.extend(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    # What query editors ask for: the question, the query, and the prefixes through one IRI.
    found = graph.query(
        f"""PREFIX sh: <{SH}> PREFIX rdfs: <{RDFS}>
        SELECT ?query ?question ?text {{
          ?query a sh:SPARQLExecutable ; rdfs:comment ?question ; sh:prefixes ?prefixes ;
            sh:select|sh:construct|sh:ask ?text .
          FILTER EXISTS {{ ?prefixes sh:declare/sh:prefix "hrdem" }} }}"""
    )
    assert isinstance(found, ox.QuerySolutions)
    rows = {row["query"].value: (row["question"].value, row["text"].value) for row in found}
    assert len(rows) == len(saved)
    for query in saved:
        question, text = rows[f"https://w3id.org/hrdem/query/{query.name}"]
        assert question == query.summary
        assert "#+" not in text
        assert sparql.form_of(text) == query.form
        ox.Store().query(text)


# --- what the saved queries of the project keep to ------------------------------------------------


def test_saved_queries_keep_to_what_every_engine_answers_alike(project: Project) -> None:
    for query in q.read_queries(project):
        body = sparql.blank_comments(query.text)
        where = f"queries/{query.path}"
        assert query.summary.endswith(("?", "elsewhere.")), f"{where}: the summary is no question"
        assert sparql.asks_services(body) == bool(query.endpoints), where
        for word in ("NOW(", "RAND(", "UUID(", "GROUP_CONCAT", "SAMPLE(", "SELECT *"):
            assert word not in body.upper(), f"{where} uses {word}"
        if query.form == "select":
            # A union of graphs may hold a triple twice, so rows must be told apart or counted once.
            assert "SELECT DISTINCT" in body or "COUNT(DISTINCT" in body, where
            assert body.count("COUNT(") == body.count("COUNT(DISTINCT"), where
            order = body.rpartition("ORDER BY")[2].split()
            columns = body.partition("SELECT")[2].partition("WHERE")[0].split()
            assert order, f"{where} has no ORDER BY"
            assert columns[-1] in order, f"{where}: rows are not ordered by the thing in the end"
