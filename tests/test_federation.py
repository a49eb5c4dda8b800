"""Questions that join the graph with what others publish.

The vocabularies here are small and made up, with the names of terms that the real ones have; no
extract of CELLAR, of Wikidata or of the Parliament's data is at hand. Tests marked `shared` ask
real files of EuroVoc and of the United Nations.
"""

from __future__ import annotations

import json
import shutil
import socket
import textwrap
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from conftest import ROOT, Mini
from hrdem import answers, federation, runner, sparql
from hrdem import queries as q
from hrdem.build import build
from hrdem.cli import main
from hrdem.errors import HrdemError, UsageError
from hrdem.project import HOME_VARIABLE, Project
from hrdem.queries import SavedQuery, load_catalogue, path_on_file
from hrdem.store import EmbeddedStore, RdflibStore, RemoteStore, Store, Table
from hrdem.vocabulary import PREFIXES
from local_endpoint import (
    PAGE,
    LocalEndpoint,
    Misbehaviour,
    broken_json,
    cut_off,
    hanging_up,
    replying,
    serving,
    slow,
)

CELLAR = "https://publications.europa.eu/webapi/rdf/sparql"
SDG = "http://metadata.un.org/sdg"
WIKIDATA = "http://www.wikidata.org/entity/"
PARLIAMENT = "https://data.europarl.europa.eu"

FOREIGN = {
    CELLAR: """
        @prefix cdm: <http://publications.europa.eu/ontology/cdm#> .
        @prefix ev: <http://eurovoc.europa.eu/> .
        @prefix language: <http://publications.europa.eu/resource/authority/language/> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        @prefix work: <https://example.org/work/> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

        ev:x1 skos:prefLabel "rule by the people"@en , "pouvoir du peuple"@fr , "regnum populi"@la ;
            skos:broader ev:x3 .
        ev:x2 skos:prefLabel "punishment"@en .
        ev:x3 skos:prefLabel "forms of rule"@en , "formes de pouvoir"@fr .
        ev:x9 skos:prefLabel "not linked"@en .

        work:1 cdm:work_is_about_concept_eurovoc ev:x2 ;
            cdm:work_date_document "2001-02-03"^^xsd:date ;
            cdm:resource_legal_id_celex "32001X0001" .
        work:1-en cdm:expression_belongs_to_work work:1 ;
            cdm:expression_uses_language language:ENG ;
            cdm:expression_title "An act that was made up"@en .
        work:1-fr cdm:expression_belongs_to_work work:1 ;
            cdm:expression_uses_language language:FRA ;
            cdm:expression_title "Un acte inventé"@fr .
        work:2 cdm:work_is_about_concept_eurovoc ev:x9 ;
            cdm:work_date_document "2002-02-03"^^xsd:date ;
            cdm:resource_legal_id_celex "32002X0001" .
        """,
    SDG: """
        @prefix dcterms: <http://purl.org/dc/terms/> .
        @prefix ev: <http://eurovoc.europa.eu/> .
        @prefix sdg: <http://metadata.un.org/sdg/> .
        @prefix sdgo: <http://metadata.un.org/sdg/ontology#> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .

        sdg:99 a sdgo:Goal , skos:Concept ; skos:prefLabel "A goal"@en , "Un objectif"@fr ;
            skos:notation "99"^^sdgo:SDGCode , "99"^^sdgo:SDGCodeCompact ;
            dcterms:subject ev:x1 , <http://metadata.un.org/thesaurus/1> .
        sdg:99.1 a sdgo:Target , skos:Concept ; skos:prefLabel "A target"@en ;
            skos:notation "99.01"^^sdgo:SDGCode , "99.1"^^sdgo:SDGCodeCompact ;
            dcterms:subject ev:x9 .
        """,
    WIKIDATA: """
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        @prefix schema: <http://schema.org/> .
        @prefix wd: <http://www.wikidata.org/entity/> .

        wd:Q0 rdfs:label "a council"@en , "un conseil"@fr ; schema:description "made up"@en .
        """,
    PARLIAMENT: """
        @prefix dcterms: <http://purl.org/dc/terms/> .
        @prefix document: <https://data.europarl.europa.eu/eli/dl/doc/> .
        @prefix eli: <http://data.europa.eu/eli/ontology#> .
        @prefix ev: <http://eurovoc.europa.eu/> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

        document:X-1 eli:is_about ev:x4 ; eli:date_document "2003-02-03"^^xsd:date ;
            dcterms:identifier "X-1" ; eli:is_realized_by <https://example.org/X-1/en> .
        <https://example.org/X-1/en> eli:title "A question that was made up"@en .
        """,
}

THEMES = """
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    @prefix theme: <https://w3id.org/hrdem/theme/> .

    theme:death-penalty a skos:Concept ; skos:prefLabel "Death penalty"@en .
    theme:democracy a skos:Concept ; skos:prefLabel "Democracy"@en .
    theme:torture a skos:Concept ; skos:prefLabel "Torture"@en .
    theme:unlinked a skos:Concept ; skos:prefLabel "Not linked"@en .
    """
AGENTS = """
    @prefix agent: <https://w3id.org/hrdem/agent/> .
    @prefix org: <http://www.w3.org/ns/org#> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .

    agent:council a org:Organization ; skos:prefLabel "Council"@en .
    """
LINKS = """
    @prefix agent: <https://w3id.org/hrdem/agent/> .
    @prefix ev: <http://eurovoc.europa.eu/> .
    @prefix owl: <http://www.w3.org/2002/07/owl#> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    @prefix theme: <https://w3id.org/hrdem/theme/> .

    theme:death-penalty skos:closeMatch ev:x2 ; skos:relatedMatch <https://example.org/other> .
    theme:democracy skos:exactMatch ev:x1 .
    theme:torture skos:closeMatch ev:x4 .
    agent:council owl:sameAs <http://www.wikidata.org/entity/Q0> .
    """

EXPECTED: dict[str, list[tuple[str, ...]]] = {
    "theme-in-all-languages": [
        ("en", "rule by the people", "skos:exactMatch", "x1"),
        ("fr", "pouvoir du peuple", "skos:exactMatch", "x1"),
    ],
    "themes-in-eurovoc": [
        ("Death penalty", "skos:closeMatch", "punishment", "", "x2"),
        ("Democracy", "skos:exactMatch", "rule by the people", "forms of rule", "x1"),
    ],
    "eu-acts-on-theme": [("2001-02-03", "32001X0001", "An act that was made up", "x2")],
    "sdg-of-themes": [("Democracy", "goal", "99", "A goal", "x1")],
    "in-wikidata": [("Council", "a council", "made up", "Q0")],
    "parliament-on-theme": [("2003-02-03", "X-1", "A question that was made up", "X-1")],
}


def plain(table: Table) -> list[tuple[str, ...]]:
    """The rows with IRIs cut to their last part."""

    def text(value: object) -> str:
        if isinstance(value, ox.NamedNode):
            skos = value.value.removeprefix(PREFIXES["skos"])
            return f"skos:{skos}" if skos != value.value else value.value.rpartition("/")[2]
        return value.value if isinstance(value, ox.Literal) else ""

    return [tuple(text(value) for value in row) for row in table.rows]


def graph_of(turtle: str) -> ox.Store:
    graph = ox.Store()
    graph.load(textwrap.dedent(turtle), format=ox.RdfFormat.TURTLE)
    return graph


@pytest.fixture(scope="module")
def others() -> Iterator[dict[str, LocalEndpoint]]:
    """An endpoint on this machine for each service, by the address of the service."""
    with ExitStack() as stack:
        yield {a: stack.enter_context(serving(graph_of(text))) for a, text in FOREIGN.items()}


@pytest.fixture(autouse=True)
def well_behaved(request: pytest.FixtureRequest) -> None:
    if "others" in request.fixturenames:
        for endpoint in request.getfixturevalue("others").values():
            endpoint.queries.clear()
            endpoint.script.clear()
            endpoint.always = None


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project with links and the questions of the real one, built."""
    made = Mini(tmp_path_factory.mktemp("linked") / "original")
    made.write("data/themes.ttl", textwrap.dedent(THEMES))
    made.write("data/agents.ttl", textwrap.dedent(AGENTS))
    made.write("data/links/links.ttl", textwrap.dedent(LINKS))
    shutil.copytree(ROOT / "queries" / "federation", made.root / "queries" / "federation")
    build(made.project)
    return made.root


@pytest.fixture
def linked(mini: Mini, original: Path, monkeypatch: pytest.MonkeyPatch) -> Mini:
    """A copy of that project for one test; its folder is the current one."""
    monkeypatch.setenv(HOME_VARIABLE, str(mini.root))
    shutil.copytree(original, mini.root, dirs_exist_ok=True)
    return mini


def question(project: Project, name: str) -> SavedQuery:
    return answers.find_query(load_catalogue(project), name)


def asking(query: SavedQuery, others: dict[str, LocalEndpoint]) -> dict[str, federation.Answering]:
    return federation.given(f"{iri}={others[iri].url}" for iri in query.endpoints)


def services(others: dict[str, LocalEndpoint], query: SavedQuery) -> list[str]:
    """The options that have the local endpoints answer."""
    return [f"--service={iri}={others[iri].url}" for iri in query.endpoints]


# --- the questions --------------------------------------------------------------------------------


def test_every_question_to_others_has_its_expected_answer_here() -> None:
    assert set(EXPECTED) == {path.stem for path in (ROOT / "queries" / "federation").glob("*.rq")}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_answer_is_as_expected(
    linked: Mini, others: dict[str, LocalEndpoint], name: str
) -> None:
    query = question(linked.project, name)
    store = EmbeddedStore.open(linked.project)
    found = answers.answer(store, query, {}, asking(query, others))
    assert isinstance(found, Table)
    assert plain(found) == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_engines_that_follow_services_themselves_answer_alike(
    linked: Mini, others: dict[str, LocalEndpoint], name: str
) -> None:
    query = question(linked.project, name)
    text = query.text
    for iri in query.endpoints:
        text = text.replace(f"SERVICE <{iri}>", f"SERVICE <{others[iri].url}>")
    graph = ox.Store()
    graph.bulk_load(path=str(linked.project.build / "hrdem.nt"))
    native = graph.query(text)
    assert isinstance(native, ox.QuerySolutions)
    assert plain(Table((), [tuple(row) for row in native])) == EXPECTED[name]


def test_rdflib_answers_alike(linked: Mini, others: dict[str, LocalEndpoint]) -> None:
    # One question is enough: rdflib asks the service anew for each row, and sends it no prefixes
    # but those of the file.
    query = question(linked.project, "in-wikidata")
    text = query.text.replace(f"SERVICE <{WIKIDATA}>", f"SERVICE <{others[WIKIDATA].url}>")
    graph = rdflib.Graph().parse(str(linked.project.build / "hrdem.nt"))
    rows = [tuple(str(value).rpartition("/")[2] for value in row) for row in graph.query(text)]  # type: ignore[union-attr]
    assert rows == EXPECTED["in-wikidata"]


def test_every_store_can_ask_others(linked: Mini, others: dict[str, LocalEndpoint]) -> None:
    query = question(linked.project, "themes-in-eurovoc")
    graph = ox.Store()
    graph.bulk_load(path=str(linked.project.build / "hrdem.nt"))
    with serving(graph) as ours:
        stores: list[Store] = [
            RdflibStore(linked.project.build / "hrdem.ttl"),
            RemoteStore(ours.url),
        ]
        for store in stores:
            found = answers.answer(store, query, {}, asking(query, others))
            assert isinstance(found, Table)
            assert plain(found) == EXPECTED[query.name]


# --- how others are asked -------------------------------------------------------------------------


def test_others_are_asked_only_about_what_the_graph_has(
    linked: Mini, others: dict[str, LocalEndpoint]
) -> None:
    query = question(linked.project, "theme-in-all-languages")
    answers.answer(EmbeddedStore.open(linked.project), query, {}, asking(query, others))
    (sent,) = others[CELLAR].queries
    assert "VALUES (?concept) {\n(<http://eurovoc.europa.eu/x1>)\n}" in sent
    assert "theme:" not in sent.partition("SELECT")[2]


def test_a_parameter_changes_what_others_are_asked(
    linked: Mini, others: dict[str, LocalEndpoint]
) -> None:
    query = question(linked.project, "theme-in-all-languages")
    store = EmbeddedStore.open(linked.project)
    found = answers.answer(store, query, {"theme": "Death penalty"}, asking(query, others))
    assert isinstance(found, Table)
    assert plain(found) == [("en", "punishment", "skos:closeMatch", "x2")]


def test_nobody_is_asked_about_nothing(linked: Mini, others: dict[str, LocalEndpoint]) -> None:
    query = question(linked.project, "theme-in-all-languages")
    store = EmbeddedStore.open(linked.project)
    found = answers.answer(store, query, {"theme": "theme:unlinked"}, asking(query, others))
    assert isinstance(found, Table)
    assert (found.rows, others[CELLAR].queries) == ([], [])


def test_many_values_are_asked_about_in_batches(
    linked: Mini, others: dict[str, LocalEndpoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(federation, "BATCH", 1)
    query = question(linked.project, "themes-in-eurovoc")
    found = answers.answer(EmbeddedStore.open(linked.project), query, {}, asking(query, others))
    assert isinstance(found, Table)
    assert plain(found) == EXPECTED[query.name]
    assert len(others[CELLAR].queries) == 3


HEADER = """\
#+ summary: Who asks?
#+ description: One row each.
#+ tags: [test]
"""
ASKS_CELLAR = f"""\
#+ endpoints:
#+   {CELLAR}: {{name: CELLAR, kind: endpoint}}
"""
NAMES = """\
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX ev: <http://eurovoc.europa.eu/>
"""


def asked(linked: Mini, others: dict[str, LocalEndpoint], body: str) -> list[tuple[str, ...]]:
    """What our way of asking answers, after checking that the engine's own answers the same."""
    linked.write("queries/plans/asks.rq", HEADER + ASKS_CELLAR + NAMES + body)
    build(linked.project)
    query = question(linked.project, "asks")
    store = EmbeddedStore.open(linked.project)
    found = answers.answer(store, query, {}, asking(query, others))
    assert isinstance(found, Table)
    graph = ox.Store()
    graph.bulk_load(path=str(linked.project.build / "hrdem.nt"))
    native = graph.query(query.text.replace(f"<{CELLAR}>", f"<{others[CELLAR].url}>"))
    assert isinstance(native, ox.QuerySolutions)
    assert sorted(plain(found)) == sorted(plain(Table((), [tuple(row) for row in native])))
    return plain(found)


def test_an_optional_service_keeps_what_it_does_not_know(
    linked: Mini, others: dict[str, LocalEndpoint]
) -> None:
    rows = asked(
        linked,
        others,
        f"""
        SELECT ?theme ?name WHERE {{
          ?theme skos:exactMatch|skos:closeMatch ?concept .
          OPTIONAL {{
            SERVICE <{CELLAR}> {{ ?concept skos:prefLabel ?name FILTER(LANG(?name) = "en") }}
          }}
        }} ORDER BY ?theme
        """,
    )
    assert rows == [
        ("death-penalty", "punishment"),
        ("democracy", "rule by the people"),
        ("torture", ""),
    ]


def test_one_service_after_another(linked: Mini, others: dict[str, LocalEndpoint]) -> None:
    rows = asked(
        linked,
        others,
        f"""
        SELECT ?broader ?name WHERE {{
          ?theme skos:exactMatch ?concept .
          SERVICE <{CELLAR}> {{ ?concept skos:broader ?broader }}
          SERVICE <{CELLAR}> {{ ?broader skos:prefLabel ?name }}
        }} ORDER BY STR(?name)
        """,
    )
    assert rows == [("x3", "formes de pouvoir"), ("x3", "forms of rule")]


def test_a_service_that_shares_no_value(linked: Mini, others: dict[str, LocalEndpoint]) -> None:
    rows = asked(
        linked,
        others,
        f"""
        SELECT ?name WHERE {{ # SERVICE "{{"
          SERVICE <{CELLAR}> {{ ev:x9 skos:prefLabel ?name }}
        }}
        """,
    )
    assert rows == [("not linked",)]


def test_a_variable_without_value_in_one_row_narrows_nothing(
    linked: Mini, others: dict[str, LocalEndpoint]
) -> None:
    rows = asked(
        linked,
        others,
        f"""
        SELECT DISTINCT ?theme ?name WHERE {{
          ?theme a skos:Concept .
          OPTIONAL {{ ?theme skos:exactMatch ?concept }}
          SERVICE <{CELLAR}> {{ ?concept skos:prefLabel ?name FILTER(LANG(?name) = "la") }}
        }} ORDER BY ?theme
        """,
    )
    assert [row[0] for row in rows] == [
        "death-penalty",
        "democracy",
        "torture",
        "unlinked",
    ]


def test_a_blank_node_from_others_is_told(linked: Mini, others: dict[str, LocalEndpoint]) -> None:
    others[CELLAR].always = replying(
        200,
        b'{"head": {"vars": ["concept", "label"]}, "results": {"bindings": ['
        b'{"concept": {"type": "bnode", "value": "b"}}]}}',
    )
    query = question(linked.project, "theme-in-all-languages")
    with pytest.raises(HrdemError, match="answered with a blank node, which cannot be joined"):
        answers.answer(EmbeddedStore.open(linked.project), query, {}, asking(query, others))


# --- at the command line --------------------------------------------------------------------------


def test_ask_with_an_endpoint_in_the_place_of_a_service(
    linked: Mini, others: dict[str, LocalEndpoint], capsys: pytest.CaptureFixture[str]
) -> None:
    query = question(linked.project, "eu-acts-on-theme")
    assert main(["ask", query.name, *services(others, query)]) == 0
    assert "An act that was made up" in capsys.readouterr().out


def test_ask_with_files_in_the_place_of_a_service(
    linked: Mini, capsys: pytest.CaptureFixture[str]
) -> None:
    graph = graph_of(FOREIGN[SDG])
    graph.dump(str(linked.root / "un.ttl"), ox.RdfFormat.TURTLE, from_graph=ox.DefaultGraph())
    linked.write("more.nt", "")
    pairs = [f"--service={SDG}=un.ttl", "--service", f"{SDG}=more.nt"]
    assert main(["ask", "sdg-of-themes", *pairs]) == 0
    assert "A goal" in capsys.readouterr().out


WRONG = {
    "slow": (slow(3), "did not answer within 2 seconds."),
    "500": (replying(500), "answered HTTP 500 Internal Server Error."),
    "503": (replying(503, Retry_After="60"), "answered HTTP 503 Service Unavailable."),
    "hangs up": (hanging_up, "could not be reached: the connection was cut off."),
    "cut off": (cut_off, "could not be reached: the connection was cut off."),
    "broken JSON": (broken_json, "sent an answer that breaks off or is no table"),
    "a page": (PAGE, "sent text/html where SPARQL results were asked for."),
    "not found": (replying(404), "answered HTTP 404 Not Found."),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_service_that_fails_is_a_sentence_within_the_time(
    linked: Mini,
    others: dict[str, LocalEndpoint],
    capsys: pytest.CaptureFixture[str],
    wrong: tuple[Misbehaviour, str],
) -> None:
    others[CELLAR].always, sentence = wrong
    query = question(linked.project, "themes-in-eurovoc")
    started = time.monotonic()
    assert main(["ask", query.name, *services(others, query), "--timeout", "2"]) == 1
    assert time.monotonic() - started < 6
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"hrdem: The endpoint {others[CELLAR].url} ")
    assert sentence in err


def test_without_network_the_public_endpoint_is_a_sentence(
    linked: Mini, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unknown(*arguments: object, **options: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert main(["ask", "themes-in-eurovoc", "--timeout", "2"]) == 1
    assert capsys.readouterr().err == (
        f"hrdem: The endpoint {CELLAR} could not be reached: Temporary failure in name"
        " resolution.\n"
    )


class Slow:
    """A service that knows nothing, and takes less time to say so than it is given."""

    def select(self, query: str, seconds: float) -> Table:
        time.sleep(0.03)
        return Table(("concept",), [])


def test_the_time_is_for_all_batches_together(
    linked: Mini, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(federation, "BATCH", 1)
    query = question(linked.project, "themes-in-eurovoc")
    with pytest.raises(HrdemError, match=r"The services did not answer within 0\.05 seconds"):
        answers.answer(
            EmbeddedStore.open(linked.project), query, {}, {CELLAR: Slow()}, seconds=0.05
        )


@pytest.mark.parametrize(
    ("typed", "code", "sentence"),
    [
        (
            ["sdg-of-themes"],
            1,
            "The question sdg-of-themes needs data of the United Nations' SDG vocabulary, and the"
            " project names no endpoint for them. Get a file of them, or the address of an endpoint"
            f" that has them, and say --service {SDG}=FILE or --service {SDG}=ENDPOINT.",
        ),
        (
            ["sdg-of-themes", f"--service={CELLAR}=x.ttl"],
            2,
            "There is no file x.ttl. Check the name.",
        ),
        (
            ["sdg-of-themes", f"--service={CELLAR}=http://127.0.0.1/"],
            2,
            f"The question sdg-of-themes does not ask {CELLAR}. It asks: {SDG}.",
        ),
        (
            ["approved", f"--service={CELLAR}=http://127.0.0.1/"],
            2,
            f"The question approved does not ask {CELLAR}. It asks: nobody.",
        ),
        (
            ["sdg-of-themes", "--service", "x.ttl"],
            2,
            "--service wants the address of a service, an equals sign, and the endpoint or the file"
            " that answers in its place, not 'x.ttl'.",
        ),
        (
            ["sdg-of-themes", f"--service={SDG}=pyproject.toml"],
            2,
            "pyproject.toml is in no RDF syntax that is known by its suffix.",
        ),
        (
            ["sdg-of-themes", f"--service={SDG}=http://a/", f"--service={SDG}=http://b/"],
            2,
            f"Give one endpoint for {SDG}, or files, and not both.",
        ),
        (
            ["themes-in-eurovoc", "--timeout", "0"],
            2,
            "--timeout: a number of seconds is wanted, not '0'.",
        ),
        (
            ["themes-in-eurovoc", "--day", "x"],
            2,
            "has no option --day. It has: --format --endpoint --user --auth --plain --service"
            " --timeout.",
        ),
    ],
)
def test_what_cannot_be_asked_so_is_told(
    linked: Mini, capsys: pytest.CaptureFixture[str], typed: list[str], code: int, sentence: str
) -> None:
    assert main(["ask", *typed]) == code
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert sentence in err


def test_help_says_whom_a_question_asks(linked: Mini, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "themes-in-eurovoc", "--help"]) == 0
    assert f"  CELLAR of the Publications Office: {CELLAR}\n" in capsys.readouterr().out


@pytest.mark.parametrize("silent", ["", "SILENT "])
def test_a_query_of_ones_own_may_not_ask_others(
    linked: Mini, capsys: pytest.CaptureFixture[str], silent: str
) -> None:
    linked.write("own.rq", f"SELECT * WHERE {{ service {silent}<{CELLAR}> {{ ?s ?p ?o }} }}")
    assert main(["query", "own.rq"]) == 1
    assert capsys.readouterr().err == (
        "hrdem: own.rq: This query asks another endpoint by SERVICE, and here only saved questions"
        " may, whose header names it. Save the question with `endpoints` in its header, or ask an"
        " endpoint that follows SERVICE itself with --endpoint.\n"
    )


def test_answers_are_filed_only_where_somebody_answers(
    linked: Mini, others: dict[str, LocalEndpoint], capsys: pytest.CaptureFixture[str]
) -> None:
    also = (
        "that also ask the endpoints of others: `hrdem ask NAME --help` says whom,"
        " and how to name another."
    )
    assert main(["answers", "--write"]) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [
        f"Left out 6 questions {also}",
        "1 of 1 answer written.",
    ]
    query = question(linked.project, "sdg-of-themes")
    assert main(["answers", "--write", *services(others, query)]) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [
        f"Left out 5 questions {also}",
        "1 of 2 answers written.",
    ]
    assert main(["answers", *services(others, query)]) == 0
    filed = json.loads((linked.root / "queries/answers/sdg-of-themes.json").read_bytes())
    assert filed["results"]["bindings"][0]["title"]["value"] == "A goal"


def test_a_run_says_that_it_leaves_them_out(linked: Mini) -> None:
    said: list[str] = []
    runner.run(linked.project, said.append)
    assert (
        "Left out 6 questions that also ask the endpoints of others: `hrdem ask NAME --help` says"
        " whom, and how to name another.\n"
    ) in said


# --- what a saved question may look like ----------------------------------------------------------

SERVICE = f"SERVICE <{CELLAR}> {{ ?s skos:prefLabel ?name }}"


def error_of(mini: Mini, header: str, body: str) -> str:
    mini.write("queries/plans/asks.rq", HEADER + header + NAMES + body)
    return mini.error(q.read_queries)


def test_an_endpoint_that_the_header_does_not_name_is_refused(mini: Mini) -> None:
    assert error_of(mini, "", f"SELECT * WHERE {{ {SERVICE} }}") == (
        f"queries/plans/asks.rq:6:18: The query asks <{CELLAR}>, and the header does not say so."
        " Add the address to `endpoints`, with name and kind."
    )


def test_an_endpoint_that_the_body_does_not_ask_is_refused(mini: Mini) -> None:
    assert error_of(mini, ASKS_CELLAR, "SELECT * WHERE { ?s ?p ?o }") == (
        f"queries/plans/asks.rq:5: The header names the endpoint {CELLAR}, and the body does not"
        " ask it. Delete the line, or correct the address."
    )


def test_an_unknown_kind_of_endpoint_is_refused(mini: Mini) -> None:
    header = ASKS_CELLAR.replace("kind: endpoint", "kind: page")
    assert error_of(mini, header, f"SELECT * WHERE {{ {SERVICE} }}") == (
        "queries/plans/asks.rq:5: 'page' is not a kind of endpoint. Use endpoint where the address"
        " answers SPARQL, dataset where it only names data."
    )


@pytest.mark.parametrize(
    ("body", "column"),
    [
        ("SELECT * WHERE { SERVICE SILENT <http://x/> { ?s ?p ?o } }", 18),
        ("SELECT * WHERE { SERVICE ?who { ?s ?p ?o } }", 18),
        ("SELECT * WHERE { service skos:x { ?s ?p ?o } }", 18),
    ],
)
def test_a_service_of_another_form_is_refused(mini: Mini, body: str, column: int) -> None:
    assert error_of(mini, ASKS_CELLAR, body) == (
        f"queries/plans/asks.rq: SERVICE at line 8, column {column} is not followed by one address"
        " in angle brackets and a group in braces. Write it as SERVICE <https://…> { … }, without"
        " SILENT, a variable or a prefix."
    )


@pytest.mark.parametrize(
    "body",
    [
        f"SELECT * WHERE {{ {{ {SERVICE} }} UNION {{ ?s ?p ?o }} }}",
        f"SELECT * WHERE {{ OPTIONAL {{ ?s ?p ?o . {SERVICE} }} }}",
        f"SELECT * WHERE {{ OPTIONAL {{ {SERVICE} ?s ?p ?o }} }}",
        f"SELECT * WHERE {{ FILTER NOT EXISTS {{ {SERVICE} }} }}",
        f"SELECT * {{ {SERVICE} }}",
    ],
)
def test_a_service_in_another_place_is_refused(mini: Mini, body: str) -> None:
    assert (
        "does not stand in the outermost braces after WHERE, nor alone in an OPTIONAL there. Move"
        " it, so that what comes before it can be answered first."
    ) in error_of(mini, ASKS_CELLAR, body)


@pytest.mark.parametrize(
    "body",
    [
        "SELECT ?service WHERE { ?service ?p 'SERVICE <x> {' } # SERVICE",
        "SELECT * WHERE { ?s <http://x/SERVICE> ?o }",
        "PREFIX service: <http://x/> SELECT * WHERE { ?s service:p ?o }",
    ],
)
def test_the_word_alone_is_no_service(body: str) -> None:
    assert sparql.services(body) == []
    assert not sparql.asks_services(body)


def test_reading_a_question_asks_nobody(mini: Mini, others: dict[str, LocalEndpoint]) -> None:
    url = others[CELLAR].url
    header = ASKS_CELLAR.replace(CELLAR, url)
    body = f"ASK WHERE {{ SERVICE <{url}> {{ ?s skos:prefLabel ?name }} }}"
    mini.write("queries/plans/asks.rq", HEADER + header + NAMES + body)
    read = {query.name: query for query in q.read_queries(mini.project)}
    assert read["asks"].endpoints == {url: q.Asked("CELLAR", "endpoint")}
    assert others[CELLAR].queries == []


def test_the_description_of_a_question_says_whom_it_asks(project: Project) -> None:
    required = {
        (triple.subject.value, triple.object.value)
        for triple in q.describe(q.read_queries(project))
        if triple.predicate.value == PREFIXES["dcterms"] + "requires"
        and isinstance(triple.subject, ox.NamedNode)
        and isinstance(triple.object, ox.NamedNode)
    }
    assert ("https://w3id.org/hrdem/query/themes-in-eurovoc", CELLAR) in required


# --- real vocabularies ----------------------------------------------------------------------------

REAL = {
    CELLAR: ("eurovoc/eurovoc-subset.ttl",),
    SDG: ("sdg/sdg-kos-goals-targets-indicators.ttl", "sdg/sdg-kos-subject-mappings.ttl"),
}
"""The real files that stand for a service; there are none of the others."""
ON_FILE = ("sdg-of-themes", "theme-in-all-languages", "themes-in-eurovoc")
"""The questions that these files answer."""


@pytest.fixture(scope="module")
def real(request: pytest.FixtureRequest) -> Iterator[dict[str, LocalEndpoint]]:
    """Endpoints on this machine that answer from the real files."""
    folder = request.getfixturevalue("shared") / "linkdata"
    with ExitStack() as stack:
        found = {}
        for address, names in REAL.items():
            graph = ox.Store()
            for name in names:
                graph.bulk_load(path=str(folder / name), format=ox.RdfFormat.TURTLE)
            found[address] = stack.enter_context(serving(graph))
        yield found


def test_only_what_real_files_answer_is_on_file(project: Project) -> None:
    filed = {
        query.name
        for query in q.read_queries(project)
        if query.endpoints and path_on_file(project, query).is_file()
    }
    assert filed == set(ON_FILE)


@pytest.mark.shared
def test_real_eurovoc_has_a_theme_in_all_languages(
    linked: Mini, real: dict[str, LocalEndpoint]
) -> None:
    linked.edit("data/links/links.ttl", "skos:exactMatch ev:x1", "skos:exactMatch ev:381")
    build(linked.project)
    query = question(linked.project, "theme-in-all-languages")
    found = answers.answer(EmbeddedStore.open(linked.project), query, {}, asking(query, real))
    assert isinstance(found, Table)
    labels = {language: label for language, label, _, _ in plain(found)}
    assert len(found.rows) == len(labels) == 24
    assert (labels["en"], labels["fr"], labels["ga"]) == ("democracy", "démocratie", "daonlathas")


@pytest.mark.shared
def test_real_goals_touch_a_theme(linked: Mini, real: dict[str, LocalEndpoint]) -> None:
    linked.edit("data/links/links.ttl", "skos:exactMatch ev:x1", "skos:exactMatch ev:5622")
    build(linked.project)
    query = question(linked.project, "sdg-of-themes")
    found = answers.answer(EmbeddedStore.open(linked.project), query, {}, asking(query, real))
    assert isinstance(found, Table)
    assert [row[1:3] for row in plain(found)] == [("indicator", "16.3.2"), ("indicator", "16.5.2")]


@pytest.mark.shared
@pytest.mark.parametrize("name", ON_FILE)
def test_the_answer_from_real_vocabularies_is_the_one_on_file(
    built: Project, real: dict[str, LocalEndpoint], name: str
) -> None:
    query = question(built, name)
    [found] = answers.compare(built, EmbeddedStore.open(built), [query], asking(query, real))
    assert found.rows > 0
    assert found.agrees, answers.difference(found)


# --- at the options of the pair -------------------------------------------------------------------


def test_a_pair_with_a_wrong_endpoint_is_told() -> None:
    with pytest.raises(UsageError, match=r"'ftp://x' is not the address of an endpoint"):
        federation.given([f"{CELLAR}=ftp://x"])
