"""The server against the tests of the SPARQL 1.1 Protocol, and against clients by others.

The protocol tests are those of the W3C's list (``sparql/sparql11/protocol`` of w3c/rdf-tests), by
their names there, said again for this data: where the list has graphs of its own, these have named
graphs of the project. Updates are refused, since the server only reads.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, N3, POST, RDFXML, TURTLE, XML, SPARQLWrapper

from can_run import ROOT
from hrdem.project import Project
from hrdem.store import EmbeddedStore
from hrdem.vocabulary import BASE, GRAPH
from real_stores import locked
from served import Served

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
ONE, TWO, THREE = (GRAPH + name for name in ("instruments", "themes", "agents"))
"""Three named graphs, each with a thing that the others do not describe."""
IN_ONE = f"<{BASE}instrument/action-plan-2020-2024> a ?one"
IN_TWO = f"<{BASE}theme/democracy> a ?two"
IN_THREE = f"<{BASE}agent/council-of-the-eu> a ?three"
BOTH = f"ASK {{ {IN_ONE} . {IN_TWO} }}"
NAMED = f"ASK {{ GRAPH ?g1 {{ {IN_ONE} }} GRAPH ?g2 {{ {IN_TWO} }} }}"
TABLES = ("sparql-results+json", "sparql-results+xml", "text/csv", "tab-separated-values")
GRAPHS = ("turtle", "n-triples", "rdf+xml", "ld+json")

Pairs = Sequence[tuple[str, str]]


def default(*graphs: str) -> list[tuple[str, str]]:
    return [("default-graph-uri", graph) for graph in graphs]


def named(*graphs: str) -> list[tuple[str, str]]:
    return [("named-graph-uri", graph) for graph in graphs]


def get(web: httpx.Client, parameters: Pairs, accept: str = "*/*") -> httpx.Response:
    return web.get("/sparql", params=list(parameters), headers={"Accept": accept})


def post(
    web: httpx.Client, body: str | bytes, media: str | None, parameters: Pairs = ()
) -> httpx.Response:
    content = body.encode() if isinstance(body, str) else body
    headers = {"Content-Type": media} if media else {}
    return web.post("/sparql", params=list(parameters), content=content, headers=headers)


def boolean(response: httpx.Response) -> bool:
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"].startswith("application/sparql-results+json")
    answer: bool = response.json()["boolean"]
    return answer


# --- the W3C's list -------------------------------------------------------------------------------


def test_query_get(web: httpx.Client) -> None:
    assert boolean(get(web, [("query", "ASK {}"), *default(ONE)]))


def test_query_post_form(web: httpx.Client) -> None:
    assert boolean(post(web, "query=ASK%20%7B%7D", FORM, default(ONE)))


def test_query_post_direct(web: httpx.Client) -> None:
    assert boolean(post(web, "ASK {}", QUERY, default(ONE)))


def test_query_dataset_default_graphs_get(web: httpx.Client) -> None:
    assert boolean(get(web, [("query", BOTH), *default(ONE, TWO)]))
    assert not boolean(get(web, [("query", BOTH), *default(ONE)]))


def test_query_dataset_default_graphs_post(web: httpx.Client) -> None:
    assert boolean(post(web, BOTH, QUERY, default(ONE, TWO)))
    assert not boolean(post(web, BOTH, QUERY, default(TWO)))


def test_query_dataset_named_graphs_post(web: httpx.Client) -> None:
    assert boolean(post(web, NAMED, QUERY, named(ONE, TWO)))
    assert not boolean(post(web, NAMED, QUERY, named(ONE)))


def test_query_dataset_named_graphs_get(web: httpx.Client) -> None:
    assert boolean(get(web, [("query", NAMED), *named(ONE, TWO)]))
    assert not boolean(get(web, [("query", NAMED), *named(TWO)]))


def test_query_dataset_full(web: httpx.Client) -> None:
    query = NAMED.replace("ASK {", f"ASK {{ {IN_THREE} .")
    assert boolean(post(web, query, QUERY, [*default(THREE), *named(ONE, TWO)]))
    assert not boolean(post(web, query, QUERY, [*default(ONE), *named(ONE, TWO)]))


def test_query_multiple_dataset(web: httpx.Client) -> None:
    """The dataset of the protocol wins over that of the query."""
    query = NAMED.replace("ASK {", f"ASK FROM <{THREE}> {{")
    assert boolean(post(web, query, QUERY, named(ONE, TWO)))
    assert not boolean(post(web, f"ASK FROM <{THREE}> {{ {IN_THREE} }}", QUERY, named(ONE, TWO)))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("SELECT (1 AS ?value) {}", TABLES, id="query_content_type_select"),
        pytest.param("ASK {}", TABLES[:2], id="query_content_type_ask"),
        pytest.param("DESCRIBE <http://example.org/>", GRAPHS, id="query_content_type_describe"),
        pytest.param(
            "CONSTRUCT { <urn:s> <urn:p> 1 } WHERE {}", GRAPHS, id="query_content_type_construct"
        ),
    ],
)
def test_query_content_type(web: httpx.Client, query: str, expected: tuple[str, ...]) -> None:
    response = post(web, query, QUERY, default(ONE))
    assert response.status_code == 200
    assert any(name in response.headers["Content-Type"] for name in expected)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_bad_query_method(web: httpx.Client, method: str) -> None:
    response = web.request(method, "/sparql", params=[("query", "ASK {}"), *default(ONE)])
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    assert "POST" in response.headers["Allow"]


@pytest.mark.parametrize(
    ("parameters", "body", "media"),
    [
        pytest.param(
            [("query", "ASK {}"), ("query", "SELECT * {}")], None, None, id="bad_multiple_queries"
        ),
        pytest.param([], "ASK {}", "text/plain", id="bad_query_wrong_media_type"),
        pytest.param([], "query=ASK%20%7B%7D", None, id="bad_query_missing_form_type"),
        pytest.param([], "ASK {}", None, id="bad_query_missing_direct_type"),
        pytest.param([], "ASK {}".encode("utf-16"), QUERY, id="bad_query_non_utf8"),
        pytest.param([("query", "ASK {")], None, None, id="bad_query_syntax"),
        pytest.param([("update", "CLEAR ALL")], None, None, id="bad_update_get"),
        pytest.param(
            [], "update=CLEAR%20NAMED&update=CLEAR%20DEFAULT", FORM, id="bad_multiple_updates"
        ),
        pytest.param([], "CLEAR NAMED", "text/plain", id="bad_update_wrong_media_type"),
        pytest.param([], "update=CLEAR%20NAMED", None, id="bad_update_missing_form_type"),
        pytest.param([], "CLEAR NAMED".encode("utf-16"), UPDATE, id="bad_update_non_utf8"),
        pytest.param([], "update=CLEAR%20XYZ", FORM, id="bad_update_syntax"),
        pytest.param(
            [("using-named-graph-uri", "http://example/people")],
            "update=INSERT%20%7B%7D%20USING%20%3Curn%3Ag%3E%20WHERE%20%7B%7D",
            FORM,
            id="bad_update_dataset_conflict",
        ),
        pytest.param([], "update=CLEAR%20ALL", FORM, id="update_post_form, refused"),
        pytest.param([], "CLEAR ALL", UPDATE, id="update_post_direct, refused"),
        pytest.param(
            [("using-graph-uri", ONE)], "CLEAR ALL", UPDATE, id="update_dataset_*, refused"
        ),
        pytest.param(
            [], "CLEAR SILENT GRAPH <urn:g> ; INSERT DATA {}", UPDATE, id="update_base_uri, refused"
        ),
    ],
)
def test_bad_requests(
    web: httpx.Client, parameters: Pairs, body: str | bytes | None, media: str | None
) -> None:
    response = get(web, parameters) if body is None else post(web, body, media, parameters)
    assert 400 <= response.status_code < 500
    assert response.text.partition("\n")[0].endswith(".")  # a sentence
    assert boolean(post(web, BOTH, QUERY))  # and nothing has changed


# --- clients by others ----------------------------------------------------------------------------

CHAIN = """
PREFIX hrdem: <https://w3id.org/hrdem/ontology#>
SELECT ?later ?earlier WHERE { ?later hrdem:directlySucceeds ?earlier } ORDER BY ?later ?earlier
"""
DRAWN = CHAIN.replace(
    "SELECT ?later ?earlier", "CONSTRUCT { ?later hrdem:directlySucceeds ?earlier }"
).partition("ORDER")[0]


@pytest.fixture(scope="module")
def chain(built: Project) -> list[tuple[str, ...]]:
    """What every client must find."""
    rows = EmbeddedStore.open(built).select(CHAIN).rows
    assert len(rows) > 1
    return [tuple(term.value for term in row if term is not None) for row in rows]


def test_sparqlwrapper(served: Served, chain: list[tuple[str, ...]]) -> None:
    client = SPARQLWrapper(f"{served.url}/sparql")
    for method in ("GET", POST):
        client.setMethod(method)
        client.setQuery(CHAIN)
        client.setReturnFormat(JSON)
        found = client.queryAndConvert()["results"]["bindings"]
        assert [(row["later"]["value"], row["earlier"]["value"]) for row in found] == chain
        client.setReturnFormat(XML)
        assert len(client.queryAndConvert().getElementsByTagName("result")) == len(chain)
        client.setReturnFormat(CSV)
        assert client.queryAndConvert().decode().splitlines()[1:] == [",".join(r) for r in chain]
        client.setQuery(DRAWN)
        for form in (TURTLE, N3, RDFXML):
            client.setReturnFormat(form)
            answer = client.queryAndConvert()
            graph = answer if form == RDFXML else rdflib.Graph().parse(data=answer, format="turtle")
            assert len(graph) == len(chain)


def test_the_sparql_store_of_rdflib(served: Served, chain: list[tuple[str, ...]]) -> None:
    graph = rdflib.Graph(SPARQLStore(f"{served.url}/sparql"))
    assert [tuple(map(str, row)) for row in graph.query(CHAIN)] == chain  # type: ignore[arg-type]
    thing = rdflib.URIRef(chain[0][0])
    property_ = rdflib.URIRef("https://w3id.org/hrdem/ontology#directlySucceeds")
    assert str(graph.value(thing, property_)) in {row[1] for row in chain if row[0] == chain[0][0]}


@pytest.mark.skipif(not shutil.which("curl"), reason="curl was not found: install it")
def test_curl(served: Served, chain: list[tuple[str, ...]]) -> None:
    def curl(*arguments: str) -> str:
        command = ["curl", "--silent", "--fail", "--max-time", "60", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    wanted = [",".join(row) for row in chain]
    query = f"query={CHAIN}"
    address = f"{served.url}/sparql"
    csv = ("--header", "Accept: text/csv")
    assert curl("--get", "--data-urlencode", query, *csv, address).splitlines()[1:] == wanted
    assert curl("--data-urlencode", query, *csv, address).splitlines()[1:] == wanted
    turtle = curl("--location", "--header", "Accept: text/turtle", f"{served.url}/theme/democracy")
    assert len(rdflib.Graph().parse(data=turtle, format="turtle")) > 5


@pytest.mark.npm
def test_comunica(served: Served, chain: list[tuple[str, ...]], tmp_path: Path) -> None:
    program = comunica()
    done = subprocess.run(
        [program, f"sparql@{served.url}/sparql", "-q", CHAIN, "-t", "application/json"],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    assert [(row["later"], row["earlier"]) for row in json.loads(done.stdout)] == chain


def comunica() -> Path:
    """Return the program of Comunica, which npm fetches into ``.cache`` unless it is there."""
    folder = ROOT / ".cache" / "comunica"
    program = folder / "node_modules" / ".bin" / "comunica-sparql"
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        if not program.exists():
            # The newest that runs on Node 20. Without a lock file: it would name a registry.
            command = ["npm", "install", "--no-package-lock", "--no-fund", "--no-audit", "--silent"]
            subprocess.run(
                [*command, "--prefix", str(folder), "@comunica/query-sparql@4.5.0"], check=True
            )
    return program


def test_schemathesis(served: Served, tmp_path: Path) -> None:
    """Requests made up from the OpenAPI description: none may end in an error of the server.

    A few for each operation, and always the same.
    """
    program = Path(sys.executable).with_name("schemathesis")
    # It does not know by itself that a query is a text.
    (tmp_path / "hooks.py").write_text(
        "import schemathesis\n"
        "schemathesis.serializer.alias('application/sparql-query', 'text/plain')\n"
    )
    checks = ("not_a_server_error", "status_code_conformance", "content_type_conformance")
    command = [str(program), "run", f"{served.url}/openapi.json", "--checks", ",".join(checks)]
    command += ["--max-examples", "2", "--seed", "1", "--phases", "examples,fuzzing"]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:]
    found = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert found is not None
    assert found[1] == found[2] != "0"
