"""What `hrdem serve` answers, asked of the real server over HTTP."""

from __future__ import annotations

import html
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import html5rdf
import httpx
import pyoxigraph as ox
import pytest
from openapi_spec_validator import validate

from hrdem.project import Project
from hrdem.queries import load_catalogue

PLAN = "/instrument/action-plan-2020-2024"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
ONTOLOGY = "https://w3id.org/hrdem/graph/ontology"
QUERY = {"Content-Type": "application/sparql-query"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def number(response: httpx.Response) -> int:
    assert response.status_code == 200, response.text
    (row,) = response.json()["results"]["bindings"]
    (cell,) = row.values()
    return int(cell["value"])


@pytest.fixture(scope="session")
def triples(built: Project) -> int:
    manifest = json.loads((built.build / "manifest.json").read_text())
    return int(manifest["counts"]["triples"])


# --- things ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("*/*", "html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
        ("text/turtle", "ttl"),
        ("application/ld+json", "jsonld"),
        ("application/n-triples", "nt"),
        ("text/html;q=0.4, text/turtle;q=0.5", "ttl"),
        ("text/*;q=0.3, application/ld+json;q=0.9", "jsonld"),
        ("text/html;q=0, */*", "ttl"),
        ('application/ld+json;profile="a,b";q=1, text/turtle;q=0.9', "jsonld"),
    ],
)
def test_the_address_of_a_thing_leads_to_the_form_that_is_wanted(
    web: httpx.Client, accept: str, form: str
) -> None:
    response = web.get(PLAN, headers={"Accept": accept})
    assert response.status_code == 303
    assert response.headers["Location"] == f"{PLAN}.{form}"
    assert "Accept" in response.headers["Vary"]


def test_a_form_that_nobody_has_is_refused_with_the_list(web: httpx.Client) -> None:
    response = web.get(PLAN, headers={"Accept": "image/png, text/html;q=0"})
    assert response.status_code == 406
    assert response.text == (
        "This can be had in these forms, and the header Accept takes none of them:\n"
        "  text/html\n  text/turtle\n  application/ld+json\n  application/n-triples\n"
    )
    assert "Accept" in response.headers["Vary"]


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [
        ("ttl", "text/turtle; charset=utf-8"),
        ("nt", "application/n-triples"),
        ("jsonld", "application/ld+json"),
    ],
)
def test_a_thing_as_data_is_what_the_graph_says_of_it(
    web: httpx.Client, built: Project, suffix: str, media_type: str
) -> None:
    iri = f"https://w3id.org/hrdem{PLAN}"
    store = ox.Store()
    store.bulk_load(path=str(built.build / "hrdem.nt"))
    expected = {quad.triple for quad in store.quads_for_pattern(ox.NamedNode(iri), None, None)}
    response = web.get(f"{PLAN}.{suffix}")
    assert response.headers["Content-Type"] == media_type
    form = ox.RdfFormat.from_media_type(media_type)
    found = {quad.triple for quad in ox.parse(response.content, format=form)}
    assert len(expected) > 20
    assert found == expected


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (PLAN, "The new Action Plan for 2020-2024 builds on the previous action plans"),
        ("/document/council-press-release-2020-11-19", 'id="p1-approval"'),
        ("/ontology", 'id="ActionPlan"'),
        ("/query/applies-on", 'href="/queries/applies-on"'),
        ("/graph/ontology", "graph:ontology"),
        ("/shape/Event", "An event has a date"),
        ("/rule/quote-without-text", "quote"),
    ],
)
def test_everything_has_a_page(web: httpx.Client, path: str, words: str) -> None:
    response = web.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert words in response.text


def test_a_shape_is_data_too(web: httpx.Client) -> None:
    response = web.get("/shape/Event", headers={"Accept": "text/turtle"}, follow_redirects=True)
    quads = list(ox.parse(response.content, format=ox.RdfFormat.TURTLE))
    assert any(quad.predicate.value.endswith("shacl#message") for quad in quads)


@pytest.mark.parametrize(
    "path",
    ["/instrument/none", f"{PLAN}.exe", f"{PLAN}.TTL", "/nothing", "/instrument/", "/a/b/c.ttl"],
)
def test_what_is_not_there_is_said_not_to_be(web: httpx.Client, path: str) -> None:
    response = web.get(path)
    assert response.status_code == 404
    assert response.text.endswith(".\n")


# --- SPARQL ---------------------------------------------------------------------------------------


def test_three_ways_to_send_a_query(web: httpx.Client, triples: int) -> None:
    assert number(web.get("/sparql", params={"query": COUNT})) == triples
    assert number(web.post("/sparql", data={"query": COUNT})) == triples
    assert number(web.post("/sparql", content=COUNT, headers=QUERY)) == triples


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/sparql-results+json"),
        ("application/json", "application/json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values, text/csv;q=0.9", "text/tab-separated-values; charset=utf-8"),
    ],
)
def test_the_form_of_a_table(web: httpx.Client, accept: str, media_type: str) -> None:
    query = "SELECT ?x { VALUES ?x { 1 } }"
    response = web.get("/sparql", params={"query": query}, headers={"Accept": accept})
    assert response.headers["Content-Type"] == media_type
    form = ox.QueryResultsFormat.from_media_type(media_type)
    if form is None:
        form = ox.QueryResultsFormat.JSON
    if "csv" in media_type:
        assert response.text == "x\r\n1\r\n"
        return
    found = ox.parse_query_results(response.content, format=form)
    assert isinstance(found, ox.QuerySolutions)
    assert [row["x"] for row in found] == [ox.Literal(1)]


@pytest.mark.parametrize(
    "media_type",
    ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"],
)
@pytest.mark.parametrize(
    "query",
    [
        "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 3",
        "CONSTRUCT WHERE { ?s a hrdem:Period }",
        "DESCRIBE instrument:action-plan-2020-2024",
    ],
)
def test_the_form_of_triples(web: httpx.Client, query: str, media_type: str) -> None:
    response = web.get("/sparql", params={"query": query}, headers={"Accept": media_type})
    assert response.headers["Content-Type"].partition(";")[0] == media_type
    form = ox.RdfFormat.from_media_type(media_type)
    assert len(list(ox.parse(response.content, format=form))) >= 3


def test_named_graphs_and_their_choice(web: httpx.Client, triples: int, built: Project) -> None:
    store = ox.Store()
    store.bulk_load(path=str(built.build / "hrdem.nq"))
    size = len(list(store.quads_for_pattern(None, None, None, ox.NamedNode(ONTOLOGY))))
    assert 0 < size < triples
    asked = {"query": COUNT, "default-graph-uri": ONTOLOGY}
    assert number(web.get("/sparql", params=asked)) == size
    assert number(web.post("/sparql", data=asked)) == size
    direct = web.post(
        "/sparql", params={"default-graph-uri": ONTOLOGY}, content=COUNT, headers=QUERY
    )
    assert number(direct) == size
    within = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    assert number(web.get("/sparql", params={"query": within})) == len(store)
    assert number(web.get("/sparql", params={"query": within, "named-graph-uri": ONTOLOGY})) == size
    # With only named graphs the default graph is empty; what the protocol names wins.
    assert number(web.get("/sparql", params={"query": COUNT, "named-graph-uri": ONTOLOGY})) == 0
    own = f"SELECT (COUNT(*) AS ?n) FROM <{ONTOLOGY}> {{ ?s ?p ?o }}"
    assert number(web.get("/sparql", params={"query": own})) == size
    other = "https://w3id.org/hrdem/graph/queries"
    wins = number(web.get("/sparql", params={"query": own, "default-graph-uri": other}))
    assert wins == number(web.get("/sparql", params={**asked, "default-graph-uri": other})) != size


@pytest.mark.parametrize(
    ("method", "options", "status", "words"),
    [
        ("GET", {"params": {"x": "1"}}, 400, "Send one query, in the parameter query; none is"),
        ("GET", {"params": {"query": [COUNT, COUNT]}}, 400, "there are 2."),
        ("POST", {"data": {"query": [COUNT, COUNT]}}, 400, "there are 2."),
        ("POST", {"data": {"other": "1"}}, 400, "none is there."),
        ("POST", {"params": {"query": COUNT}, "content": COUNT, "headers": QUERY}, 400, "are 2."),
        ("GET", {"params": {"query": ""}}, 400, "No query begins at line 1, column 1"),
        ("GET", {"params": {"query": "ASK {\n ?s ?p }"}}, 400, "at line 2, column 9"),
        ("GET", {"params": {"query": "CLEAR ALL"}}, 400, "This is an update (CLEAR)"),
        ("GET", {"params": {"update": "CLEAR ALL"}}, 403, "read-only"),
        ("POST", {"data": {"update": "CLEAR ALL"}}, 403, "read-only"),
        (
            "POST",
            {"content": "CLEAR ALL", "headers": {"Content-Type": "application/sparql-update"}},
            403,
            "read-only",
        ),
        ("POST", {"content": COUNT, "headers": {"Content-Type": "text/plain"}}, 415, "text/plain"),
        ("POST", {"content": COUNT}, 415, "says nothing"),
        (
            "POST",
            {"content": COUNT, "headers": {"Content-Type": f"{QUERY['Content-Type']};charset=x"}},
            415,
            "UTF-8",
        ),
        ("POST", {"content": b"ASK { ?s ?p '\xe9' }", "headers": QUERY}, 400, "not UTF-8"),
        ("POST", {"content": b"query=%FF", "headers": FORM}, 400, "not UTF-8"),
        ("PUT", {}, 405, "the graph is only read"),
        ("DELETE", {}, 405, "the graph is only read"),
        (
            "GET",
            {"params": {"query": COUNT}, "headers": {"Accept": "image/png"}},
            406,
            "text/csv",
        ),
        (
            "GET",
            {"params": {"query": "CONSTRUCT WHERE {?s ?p ?o}"}, "headers": {"Accept": "text/csv"}},
            406,
            "application/rdf+xml",
        ),
        (
            "GET",
            {"params": {"query": COUNT, "default-graph-uri": "http://example.org/g"}},
            403,
            "There is no graph <http://example.org/g> here",
        ),
    ],
)
def test_what_is_no_query_is_refused_with_a_sentence(
    web: httpx.Client, method: str, options: dict[str, Any], status: int, words: str
) -> None:
    response = web.request(method, "/sparql", **options)
    assert response.status_code == status, response.text
    assert words in response.text
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    "query",
    [
        "ASK { SERVICE <{there}> { ?s ?p ?o } }",
        "ASK { ?s ?p ?o.SERVICE<{there}>{?a ?b ?c}}",
        "ASK { service\n#\nsilent <{there}> {} }",
        "ASK { VALUES ?a { 1 } FILTER(?a<'>'||true) SERVICE <{there}> {} FILTER('x'='x') }",
        "PREFIX : <{there}> ASK { SERVICE silent:x {} }",
        "SELECT * FROM <{there}> { ?s ?p ?o }",
        "SELECT * FROM # <" + ONTOLOGY + ">\n NAMED\n<{there}> { ?s ?p ?o }",
        "PREFIX t: <{there}> ASK FROM t:x { ?s ?p ?o }",
        "BASE <{there}> ASK FROM <x> { ?s ?p ?o }",
        f"ASK FROM <{ONTOLOGY}> FROM <{{there}}> {{ ?s ?p ?o }}",
    ],
)
def test_a_query_cannot_leave_the_graph(
    web: httpx.Client, query: str, listening: tuple[str, list[str]]
) -> None:
    address, visits = listening
    response = web.get("/sparql", params={"query": query.replace("{there}", address)})
    assert response.status_code == 403, response.text
    assert visits == []


@pytest.mark.parametrize(
    "query",
    [
        "ASK { ?s ?p 'SERVICE <http://example.org/> {}' } # SERVICE <http://example.org/> {}",
        "PREFIX service: <http://example.org/from> ASK { service:a service:from ?service }",
        "SELECT ?from { ?from ?p 'FROM <http://example.org/>' } # FROM <http://example.org/>",
        f"# from <http://example.org/>\nSELECT * FROM <{ONTOLOGY}> {{ ?from a 'from' }}",
    ],
)
def test_words_that_only_look_like_clauses_do_no_harm(web: httpx.Client, query: str) -> None:
    response = web.get("/sparql", params={"query": query})
    assert response.status_code == 200, response.text


def test_the_service_describes_itself(web: httpx.Client, triples: int) -> None:
    response = web.get("/sparql", headers={"Accept": "text/turtle"})
    store = ox.Store()
    store.bulk_load(response.content, ox.RdfFormat.TURTLE)
    query = """PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
      PREFIX void: <http://rdfs.org/ns/void#>
      SELECT ?endpoint ?triples ?graph { ?service a sd:Service ; sd:endpoint ?endpoint ;
        sd:supportedLanguage sd:SPARQL11Query ; sd:defaultDataset ?dataset .
        ?dataset sd:defaultGraph/void:triples ?triples ; sd:namedGraph/sd:name ?graph }"""
    rows = list(store.query(query))  # type: ignore[arg-type]
    assert rows[0]["endpoint"].value == f"{str(web.base_url).rstrip('/')}/sparql"
    assert rows[0]["triples"].value == str(triples)
    assert ONTOLOGY in {row["graph"].value for row in rows}


def test_a_description_in_another_form_is_refused_with_the_list(web: httpx.Client) -> None:
    response = web.get("/sparql", headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert response.text == (
        "This can be had in these forms, and the header Accept takes none of them:\n"
        "  text/turtle\n  application/n-triples\n  application/ld+json\n"
        "  application/rdf+xml\n  text/html\n"
    )
    assert "Accept" in response.headers["Vary"]


def test_other_sites_may_read(web: httpx.Client) -> None:
    elsewhere = {"Origin": "https://example.org"}
    response = web.get("/sparql", params={"query": COUNT}, headers=elsewhere)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response.headers
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "accept"}
    response = web.options("/sparql", headers={**elsewhere, **asks})
    assert response.status_code == 200
    assert "POST" in response.headers["Access-Control-Allow-Methods"]


# --- graphs ---------------------------------------------------------------------------------------


def test_a_graph_whole(web: httpx.Client, triples: int) -> None:
    response = web.get("/data?default", headers={"Accept": "application/n-triples"})
    assert response.content.count(b"\n") == triples
    response = web.get("/data", params={"graph": ONTOLOGY})
    assert response.headers["Content-Type"] == "text/turtle; charset=utf-8"
    head = web.head("/data", params={"graph": ONTOLOGY})
    assert head.content == b""
    assert head.headers["Content-Length"] == str(len(response.content))
    assert head.headers["ETag"] == response.headers["ETag"]


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_a_graph_is_never_written(web: httpx.Client, method: str) -> None:
    response = web.request(method, "/data?default")
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/data", 400),
        (f"/data?default&graph={ONTOLOGY}", 400),
        ("/data?graph=http://example.org/", 404),
        ("/data?graph=file:///etc/passwd", 404),
    ],
)
def test_a_graph_that_is_not_there(web: httpx.Client, path: str, status: int) -> None:
    assert web.get(path).status_code == status


# --- questions ------------------------------------------------------------------------------------


def answered(built: Project) -> list[Any]:
    return [query for query in load_catalogue(built) if not query.endpoints]


def test_every_question_is_answered_as_on_file(
    web: httpx.Client, built: Project, root: Path
) -> None:
    queries = answered(built)
    assert len(queries) > 50
    for query in queries:
        response = web.get(f"/queries/{query.name}")
        suffix = "ttl" if query.form == "construct" else "json"
        filed = root / "queries" / "answers" / f"{query.name}.{suffix}"
        assert response.text == filed.read_text("utf-8"), query.name


def test_a_question_has_its_parameters(web: httpx.Client) -> None:
    response = web.get("/queries/applies-on?date=2013-06-01&format=csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "2012-2014" in response.text
    assert "2020-2024" not in response.text
    page = web.get("/queries/applies-on?date=2013-06-01", headers={"Accept": "text/html"})
    assert 'value="2013-06-01"' in page.text
    slug = web.get("/queries/relations?instrument=action-plan-2012-2014&format=csv")
    iri = "https://w3id.org/hrdem/instrument/action-plan-2012-2014"
    assert slug.status_code == 200
    assert web.get("/queries/relations", params={"instrument": iri, "format": "csv"}).text == (
        slug.text
    )


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("applies-on?date=2026-02-30", 400, "date wants a day of the calendar"),
        ("applies-on?day=1", 400, "no parameter 'day'. It has: date, format."),
        ("applies-on?date=2026-01-01&date=2026-01-02", 400, "date is given twice"),
        ("applies-on?format=pdf", 400, "format wants one of json, csv, html, not 'pdf'."),
        ("relations?instrument=no-such-plan", 400, "There is no instrument 'no-such-plan'"),
        ("aplies-on", 404, "Did you mean applies-on"),
        ("in-wikidata", 403, "this server asks nobody"),
    ],
)
def test_a_question_asked_wrongly(web: httpx.Client, path: str, status: int, words: str) -> None:
    response = web.get(f"/queries/{path}")
    assert response.status_code == status, response.text
    assert words in response.text


def test_what_has_not_changed_is_not_sent_again(web: httpx.Client) -> None:
    first = web.get("/queries/applies-on")
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "public, no-cache"
    for known in (tag, f'"other", {tag}', "*"):
        again = web.get("/queries/applies-on", headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == tag
    query = web.get("/sparql", params={"query": COUNT})
    assert query.headers["ETag"].startswith('W/"')
    again = web.get(query.url, headers={"If-None-Match": query.headers["ETag"]})
    assert again.status_code == 304
    other = web.get("/queries/applies-on?date=2013-01-01", headers={"If-None-Match": tag})
    assert other.status_code == 200
    assert other.headers["ETag"] != tag


def test_the_description_for_programs_is_valid(web: httpx.Client, built: Project) -> None:
    document = web.get("/openapi.json").json()
    validate(document)
    assert document["openapi"] == "3.1.0"
    for path, parameters in {"/sparql": {"query": COUNT}, "/data": {"default": ""}}.items():
        assert "304" in document["paths"][path]["get"]["responses"]
        known = {"If-None-Match": web.get(path, params=parameters).headers["ETag"]}
        assert web.get(path, params=parameters, headers=known).status_code == 304
    assert "304" not in document["paths"]["/sparql"]["post"]["responses"]
    for query in answered(built):
        operation = document["paths"][f"/queries/{query.name}"]["get"]
        named = [each["name"] for each in operation["parameters"]]
        assert named == [*query.parameters, "format"]
        for each, parameter in zip(
            operation["parameters"], query.parameters.values(), strict=False
        ):
            assert str(each["example"]) == parameter.example


# --- the rest -------------------------------------------------------------------------------------


def test_it_lives_and_is_ready(web: httpx.Client) -> None:
    assert web.get("/health").text == "The server lives.\n"
    assert web.get("/ready").text == "Queries are answered.\n"


def test_the_dataset_describes_itself(web: httpx.Client) -> None:
    response = web.get("/.well-known/void", headers={"Accept": "application/n-triples"})
    assert "<http://rdfs.org/ns/void#Dataset>" in response.text


@pytest.mark.parametrize("path", ["/", "/queries", f"{PLAN}.html", "/health", "/none", "/sparql"])
def test_pages_are_safe(web: httpx.Client, path: str) -> None:
    response = web.get(path)
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "<script" not in response.text


@pytest.fixture(scope="module")
def followed() -> set[str]:
    """The links that were followed so far, so that none is followed twice."""
    return set()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/queries",
        "/queries/applies-on",
        "/queries/succession-graph",
        "/queries/disagreements",
        "/sparql",
        "/sparql?query=SELECT * { ?s ?p ?o } LIMIT 20",
        "/sparql?query=ASK { ?s ?p '<script>' }",
        "/ontology.html",
        "/graph/catalogue.html",
        "/dataset/hrdem.html",
        "/query/applies-on.html",
        f"{PLAN}.html",
        "/document/council-press-release-2020-11-19.html",
        "/theme/scheme.html",
    ],
)
def test_pages_are_valid_html_and_their_links_lead_somewhere(
    web: httpx.Client, followed: set[str], path: str
) -> None:
    response = web.get(path, headers={"Accept": "text/html"})
    assert response.status_code == 200
    parser = html5rdf.HTMLParser(strict=True)
    parser.parse(response.text)
    assert '<html lang="en">' in response.text
    marks = re.findall(r'\bid="([^"]+)"', response.text)
    assert len(marks) == len(set(marks))
    assert set(re.findall(r'href="#([^"]+)"', response.text)) <= set(marks)
    inner = set(re.findall(r'(?:href|action)="(/[^"#]*)', response.text))
    assert inner
    for link in sorted(inner - followed):
        assert web.head(html.unescape(link)).status_code in (200, 303), link
        followed.add(link)


def test_every_thing_of_the_graph_has_an_address(web: httpx.Client, built: Project) -> None:
    store = ox.Store()
    store.bulk_load(path=str(built.build / "hrdem.nt"))
    base = "https://w3id.org/hrdem/"
    paths: dict[str, str] = {}
    for quad in store:
        iri = getattr(quad.subject, "value", "").partition("#")[0]
        if iri.startswith(base):
            paths.setdefault(iri.removeprefix(base).partition("/")[0], iri.removeprefix(base))
    assert len(paths) > 20
    for path in paths.values():
        response = web.get(f"/{path}", headers={"Accept": "text/turtle"}, follow_redirects=True)
        assert response.status_code == 200, path
        assert list(ox.parse(response.content, format=ox.RdfFormat.TURTLE)), path
        assert web.get(f"/{path}.html").status_code == 200, path


@pytest.mark.skipif(not shutil.which("curl"), reason="curl was not found: install it")
def test_the_readme_is_right(web: httpx.Client, root: Path) -> None:
    text = (root / "README.md").read_text("utf-8")
    commands = re.search(r"<!-- curl -->\n```sh\n(.*?)```", text, re.DOTALL)
    assert commands is not None
    answers = []
    for line in commands[1].splitlines():
        assert "http://127.0.0.1:8080/" in line
        words = shlex.split(line.replace("http://127.0.0.1:8080", str(web.base_url).rstrip("/")))
        done = subprocess.run(
            [words[0], "--fail", "--silent", *words[1:]], capture_output=True, check=True
        )
        answers.append(done.stdout.decode().replace("\r\n", "\n"))
    assert len(answers) == 3
    assert all(answers)
    shown = re.search(r"<!-- answer of the last curl -->\n```csv\n(.*?)```", text, re.DOTALL)
    assert shown is not None
    assert answers[-1] == shown[1]
