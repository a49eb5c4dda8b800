"""The stores: one interface, whatever engine is behind it, and what it does when that fails."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest

from conftest import Mini
from hrdem.build import build
from hrdem.errors import HrdemError, UsageError
from hrdem.names import find_thing, in_words
from hrdem.project import Project
from hrdem.store import (
    EmbeddedStore,
    GuardedStore,
    RdflibStore,
    RemoteStore,
    Store,
    Table,
    open_store,
)
from hrdem.store.results import canonical
from hrdem.vocabulary import BASE, HRDEM, LOADED, MERGED, PREFIXES, XSD

PLAN = ox.NamedNode(BASE + "instrument/plan")
APPROVED = "SELECT ?what ?by WHERE { ?by hrdem:approves ?what }"


# --- the same from every engine -------------------------------------------------------------------


class Endpoint:
    """A SPARQL endpoint on a free port of this machine, which can be told to misbehave.

    Attributes:
        graph: what it answers from.
        requests: what was asked: method, media type of the request, query.
        script: what to do with the next requests, in order; then they are answered.
    """

    def __init__(self, graph: ox.Store) -> None:
        self.requests: list[tuple[str, str, str]] = []
        self.script: list[Callable[[BaseHTTPRequestHandler], None]] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *arguments: object) -> None:
                pass

            def do_GET(self) -> None:
                endpoint.requests.append(("GET", "", self.path))
                self.send_error(405)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                media_type = self.headers["Content-Type"].partition(";")[0]
                fields = parse_qs(body)
                query = fields.get("query", fields.get("update", [body]))[0]
                if LOADED not in query:  # the look for the record of a load comes first
                    endpoint.requests.append(("POST", media_type, query))
                    if endpoint.script:
                        endpoint.script.pop(0)(self)
                        return
                names: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = [
                    ox.NamedNode(name) for name in fields.get("default-graph-uri", [])
                ]
                try:
                    answer = graph.query(query, default_graph=names or None)
                except SyntaxError as problem:
                    send(self, 400, f"not understood: {problem}".encode(), "text/plain")
                    return
                if isinstance(answer, ox.QueryTriples):
                    send(self, 200, answer.serialize(format=ox.RdfFormat.TURTLE), "text/turtle")
                else:
                    found = answer.serialize(format=ox.QueryResultsFormat.JSON)
                    send(self, 200, found, "application/sparql-results+json")

        self.graph = graph
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/sparql"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def store(self, seconds: float = 10) -> RemoteStore:
        """Return a client that does not wait long between attempts."""
        return RemoteStore(self.url, seconds, pauses=(0.01, 0.02, 0.03))


def send(request: BaseHTTPRequestHandler, code: int, body: bytes | None, media_type: str) -> None:
    request.send_response(code)
    request.send_header("Content-Type", media_type)
    request.send_header("Content-Length", str(len(body or b"")))
    request.end_headers()
    request.wfile.write(body or b"")


def busy(code: int) -> Callable[[BaseHTTPRequestHandler], None]:
    return lambda request: send(request, code, b"later", "text/plain")


@pytest.fixture
def endpoint(mini: Mini) -> Iterator[Endpoint]:
    build(mini.project)
    graph = ox.Store()
    graph.load(path=str(mini.project.build / "hrdem.nt"), format=ox.RdfFormat.N_TRIPLES)
    server = Endpoint(graph)
    yield server
    server.close()


@pytest.fixture
def stores(mini: Mini, endpoint: Endpoint) -> dict[str, Store]:
    folder = mini.project.build
    return {
        "embedded": EmbeddedStore.open(mini.project),
        "embedded, named graphs": EmbeddedStore.read(folder / "hrdem.trig"),
        "rdflib": RdflibStore(folder / "hrdem.ttl"),
        "rdflib, named graphs": RdflibStore(folder / "hrdem.trig"),
        "guarded": GuardedStore(mini.project),
        "remote": endpoint.store(),
    }


def test_every_store_answers_alike(stores: dict[str, Store]) -> None:
    select = """SELECT DISTINCT ?p ?o ?missing {
        VALUES ?s { instrument:plan } ?s ?p ?o OPTIONAL { ?s hrdem:none ?missing } }
        ORDER BY ?p STR(?o)"""
    expected = stores["embedded"].select(select)
    assert expected.columns == ("p", "o", "missing")
    assert len(expected.rows) == 3
    assert expected.rows[0][2] is None

    for name, store in stores.items():
        assert store.select(select) == expected, name
        assert store.ask("ASK { instrument:conclusions hrdem:approves instrument:plan }"), name
        assert not store.ask("ASK { instrument:plan hrdem:approves ?x }"), name
        triples = store.construct("CONSTRUCT { ?b hrdem:isBy ?a } { ?a hrdem:approves ?b }")
        assert [str(triple) for triple in triples] == [
            f"<{BASE}instrument/plan> <{HRDEM}isBy> <{BASE}instrument/conclusions>"
        ], name


def test_literals_keep_their_text_and_type(tmp_path: Path) -> None:
    path = tmp_path / "graph.ttl"
    path.write_text(
        f'<x:s> <x:p> "none"^^<{XSD}boolean>, "2020"^^<{XSD}gYear>, "a", "b"@en, <x:o>.\n',
        encoding="utf-8",
    )
    query = "SELECT ?o { ?s ?p ?o } ORDER BY STR(?o)"

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rdflib finds the boolean weird, and so it is
        found = RdflibStore(path).select(query)

    assert found == EmbeddedStore.read(path).select(query)
    # Left to itself, rdflib makes this "false".
    assert (ox.Literal("none", datatype=ox.NamedNode(XSD + "boolean")),) in found.rows


def test_a_query_of_another_form_is_refused(stores: dict[str, Store]) -> None:
    for store in stores.values():
        with pytest.raises(HrdemError, match="This query is a ASK, and a SELECT is wanted here"):
            store.select("ASK {}")
        with pytest.raises(HrdemError, match="This is an update"):
            store.select("DROP ALL")


# --- the built graph ------------------------------------------------------------------------------


def test_without_a_build_the_sentence_says_what_to_do(mini: Mini) -> None:
    assert mini.error(open_store) == (
        "build/hrdem.nt: The graph has not been built yet. Run `hrdem build` first."
    )


@pytest.mark.parametrize("damage", ["missing", "empty", "broken"])
def test_without_its_store_the_graph_is_read_from_its_file(mini: Mini, damage: str) -> None:
    build(mini.project)
    folder = mini.project.build / "store"
    shutil.rmtree(folder)
    if damage != "missing":
        folder.mkdir()
    if damage == "broken":
        (folder / "CURRENT").write_text("MANIFEST-000001\n", encoding="utf-8")

    assert open_store(mini.project).select(APPROVED).rows[0][0] == PLAN


def test_a_damaged_file_is_told_so(mini: Mini) -> None:
    build(mini.project)
    shutil.rmtree(mini.project.build / "store")
    mini.write("build/hrdem.nt", "<a> <b")

    assert "build/hrdem.nt: The graph cannot be read: " in mini.error(open_store)


def test_the_built_graph_cannot_be_changed_by_asking(mini: Mini) -> None:
    build(mini.project)
    before = mini.snapshot(mini.project.build / "store")

    EmbeddedStore.open(mini.project).select(APPROVED)
    GuardedStore(mini.project).select(APPROVED)

    assert mini.snapshot(mini.project.build / "store") == before


def test_from_names_the_graphs_that_are_asked(built: Project) -> None:
    store = EmbeddedStore.read(built.build / "hrdem.nq")

    def count(clauses: str) -> int:
        (((number,)),) = store.select(f"SELECT (COUNT(*) AS ?n) {clauses} {{ ?s ?p ?o }}").rows
        assert number is not None
        return int(number.value)

    statements = count("FROM <https://w3id.org/hrdem/graph/statements>")
    assert 0 < statements < count("")
    assert count("FROM <file:///etc/hostname>") == 0
    assert count("FROM NAMED <https://w3id.org/hrdem/graph/statements>") == 0
    assert count("# FROM nowhere\n") == count("")


# --- guarded --------------------------------------------------------------------------------------

CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"


def test_a_query_that_takes_too_long_is_stopped(built: Project) -> None:
    started = time.monotonic()

    with pytest.raises(HrdemError) as caught:
        GuardedStore(built, seconds=1).select(
            f"SELECT ?a {{ {CROSS} FILTER(STR(?a) = STR(?l)) }} ORDER BY ?c"
        )

    assert str(caught.value) == (
        "The query took longer than 1 second and was stopped. Ask for less, for example with LIMIT."
    )
    assert time.monotonic() - started < 10


def test_a_query_that_takes_too_much_memory_is_stopped(built: Project) -> None:
    pytest.importorskip("resource", reason="this system does not limit the memory of a process")

    with pytest.raises(HrdemError) as caught:
        GuardedStore(built, memory=400 * 1024**2).select(f"SELECT * {{ {CROSS} }} ORDER BY ?i")

    assert str(caught.value) == (
        "The query was stopped: it used more memory than the 400 MB it may take. Ask for less, for"
        " example with LIMIT."
    )


def test_an_answer_that_is_too_large_is_stopped(built: Project) -> None:
    with pytest.raises(HrdemError) as caught:
        GuardedStore(built, size=1024**2).select(f"SELECT * {{ {CROSS} }}")

    assert str(caught.value) == (
        "The answer is larger than 1 MB. Ask for less, for example with LIMIT."
    )


def test_a_query_that_the_engine_cannot_read_is_told(built: Project) -> None:
    with pytest.raises(HrdemError) as caught:
        GuardedStore(built).select("SELECT * {" + "{" * 20_000 + "}" * 20_001)

    assert str(caught.value) == (
        "The query is nested too deeply, or is too long, for the engine to read. Ask for less at"
        " once."
    )


def test_a_child_ends_even_if_nobody_stops_it(built: Project) -> None:
    pytest.importorskip("resource", reason="this system does not limit the time of a process")
    limits = (str(4 * 1024**3), str(1024**2), "1")

    done = subprocess.run(
        [
            *(sys.executable, "-P", "-c", "from hrdem.store.guarded import child; child()"),
            *(str(built.root), str(built.build), *limits),
        ],
        input=f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}".encode(),
        env={**os.environ, "PYTHONPATH": str(built.root / "scripts")},
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert done.returncode in (-signal.SIGXCPU, -signal.SIGKILL)
    assert done.stdout == b""


def test_the_child_runs_nothing_from_the_current_folder(
    built: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyoxigraph.py").write_text("open('run', 'w')\n")
    monkeypatch.chdir(tmp_path)

    assert GuardedStore(built).ask("ASK { ?s ?p ?o }")
    assert not (tmp_path / "run").exists()


def test_a_syntax_error_in_the_child_is_told_as_everywhere(built: Project) -> None:
    text = "SELECT ?x {\n  ?x hrdem:end ?y .\n  ?x foo:bar ?z }"

    messages = []
    for store in (EmbeddedStore.open(built), GuardedStore(built)):
        with pytest.raises(HrdemError) as caught:
            store.select(text)
        messages.append(str(caught.value))

    assert messages[0] == messages[1]
    assert messages[0] == (
        "The query is not valid SPARQL at line 3, column 6: no PREFIX line declares the prefix"
        " foo:. Correct it and ask again.\n"
        "      ?x foo:bar ?z }\n"
        "         ^"
    )


def test_an_engine_that_cannot_answer_says_why(built: Project) -> None:
    for store in (EmbeddedStore.open(built), GuardedStore(built)):
        with pytest.raises(HrdemError) as caught:
            store.select("SELECT ?x { ?x ?p ?o FILTER(<http://example.org/f>(?x)) }")
        assert str(caught.value) == (
            "The query could not be answered: The custom function <http://example.org/f> is not"
            " supported."
        )


# --- remote ---------------------------------------------------------------------------------------


def point_to(endpoint: Endpoint, name: str) -> None:
    """Let the record of a load say that `name` is the graph to ask."""
    record = ox.NamedNode(LOADED)
    pointer = ox.NamedNode("http://www.w3.org/ns/sparql-service-description#defaultGraph")
    for quad in endpoint.graph.quads_for_pattern(None, None, None, record):
        endpoint.graph.remove(quad)
    endpoint.graph.add(ox.Quad(record, pointer, ox.NamedNode(name), record))


def triple_in(endpoint: Endpoint, graph: str, number: int) -> None:
    value = ox.Literal(number)
    endpoint.graph.add(ox.Quad(PLAN, ox.NamedNode(HRDEM + "n"), value, ox.NamedNode(graph)))


NUMBERS = "SELECT ?n WHERE { ?thing hrdem:n ?n } ORDER BY ?n"


def test_only_the_graph_that_was_loaded_is_asked(endpoint: Endpoint) -> None:
    """Neither the default graph of the store nor those of others get into the answer."""
    point_to(endpoint, MERGED)
    triple_in(endpoint, MERGED, 1)
    triple_in(endpoint, "urn:example:other", 2)
    assert endpoint.store().select(NUMBERS).rows == [(ox.Literal(1),)]
    assert endpoint.store().select(APPROVED).rows == []


def test_a_graph_that_has_been_replaced_meanwhile_is_not_believed(endpoint: Endpoint) -> None:
    """A client that began with one version goes on with the next, not with what is left of it."""
    point_to(endpoint, MERGED + "/1")
    triple_in(endpoint, MERGED + "/1", 1)
    store = endpoint.store()
    assert store.select(NUMBERS).rows == [(ox.Literal(1),)]
    point_to(endpoint, MERGED + "/2")
    triple_in(endpoint, MERGED + "/2", 2)
    assert store.select(NUMBERS).rows == [(ox.Literal(2),)]


def test_a_comment_cannot_turn_a_query_into_an_update(endpoint: Endpoint) -> None:
    text = "# What to add to an address\n# INSERT #1\n" + APPROVED + " # and DELETE"

    found = endpoint.store().select(text)

    assert found.rows[0][0] == PLAN
    [(method, media_type, sent)] = endpoint.requests
    assert (method, media_type) == ("POST", "application/x-www-form-urlencoded")
    assert "INSERT" not in sent
    assert "DELETE" not in sent


def test_only_the_prefixes_that_are_used_are_sent(endpoint: Endpoint) -> None:
    endpoint.store().select(
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> SELECT ?x { ?x a hrdem:ActionPlan"
        ' ; skos:prefLabel ?l FILTER(?l != "xsd:date") }'
    )

    sent = endpoint.requests[0][2]
    assert "PREFIX hrdem: <https://w3id.org/hrdem/ontology#>" in sent
    assert sent.count("PREFIX skos:") == 1
    assert "PREFIX org:" not in sent


@pytest.mark.parametrize("code", [429, 502, 503, 504])
def test_a_busy_server_is_asked_again(endpoint: Endpoint, code: int) -> None:
    endpoint.script = [busy(code), busy(code)]

    assert endpoint.store().select(APPROVED).rows[0][0] == PLAN
    assert len(endpoint.requests) == 3


def test_a_connection_that_breaks_is_tried_again(endpoint: Endpoint) -> None:
    def hang_up(request: BaseHTTPRequestHandler) -> None:
        request.connection.shutdown(socket.SHUT_RDWR)
        request.close_connection = True

    endpoint.script = [hang_up]

    assert endpoint.store().ask("ASK { ?s ?p ?o }")
    assert len(endpoint.requests) == 2


def test_a_server_that_stays_busy_is_given_up(endpoint: Endpoint) -> None:
    endpoint.script = [busy(503)] * 4

    with pytest.raises(HrdemError) as caught:
        endpoint.store().select(APPROVED)

    assert str(caught.value) == (
        f"The endpoint {endpoint.url} could not be reached: HTTP 503 Service Unavailable. Check the"
        " address, or try again later."
    )
    assert len(endpoint.requests) == 4


def test_a_server_that_is_not_there_is_told_so() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"

    with pytest.raises(HrdemError) as caught:
        RemoteStore(url, pauses=(0.01,)).select(APPROVED)

    assert str(caught.value).startswith(f"The endpoint {url} could not be reached: ")
    assert "refused" in str(caught.value)


ANSWERED_WRONG = {
    "broken off, though the server said that all is well": (
        b'{"head":{"vars":["what"]},"results":{"bindings":[{"what":{"type":"uri","val',
        "application/sparql-results+json",
        "sent an answer that breaks off or is not a SPARQL result"
        " (application/sparql-results+json)",
    ),
    "a page for people": (
        b"<html><body>Hello</body></html>",
        "text/html",
        "sent an answer that breaks off or is not a SPARQL result (text/html)",
    ),
    "a boolean": (
        b'{"head":{},"boolean":true}',
        "application/sparql-results+json",
        "is not a SPARQL result",
    ),
}


@pytest.mark.parametrize(
    ("body", "media_type", "sentence"), ANSWERED_WRONG.values(), ids=ANSWERED_WRONG
)
def test_an_answer_that_is_none_is_not_taken_for_one(
    endpoint: Endpoint, body: bytes, media_type: str, sentence: str
) -> None:
    endpoint.script = [lambda request: send(request, 200, body, media_type)]

    with pytest.raises(HrdemError) as caught:
        endpoint.store().select(APPROVED)

    assert sentence in str(caught.value)
    assert str(caught.value).endswith("Ask for less, or try again later.")


def test_an_answer_shorter_than_announced_is_not_taken_for_one(endpoint: Endpoint) -> None:
    def cut(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/turtle")
        request.send_header("Content-Length", "1000")
        request.end_headers()
        request.wfile.write(b"<x:s> <x:p> <x:o> .\n")
        request.close_connection = True

    endpoint.script = [cut] * 4

    with pytest.raises(HrdemError, match=r"could not be reached|breaks off"):
        endpoint.store().construct("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }")


REFUSED = {
    400: "does not understand the query. It says: no",
    401: "wants to know who asks. Name --user, or --auth bearer, and give the secret in the"
    " environment variable HRDEM_SECRET. It says: no",
    404: "does not exist at this address. It says: no",
    500: "failed to answer. It says: no",
    403: "answered HTTP 403 Forbidden. Check the address and whether you may use it.",
}


@pytest.mark.parametrize(("code", "sentence"), REFUSED.items())
def test_a_refusal_is_told_in_words_and_not_repeated(
    endpoint: Endpoint, code: int, sentence: str
) -> None:
    endpoint.script = [lambda request: send(request, code, b"no", "text/plain")]

    with pytest.raises(HrdemError) as caught:
        endpoint.store().select(APPROVED)

    assert str(caught.value) == f"The endpoint {endpoint.url} {sentence}"
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize("slow", ["silent", "dripping"])
def test_a_slow_server_is_not_waited_for(endpoint: Endpoint, slow: str) -> None:
    done = threading.Event()

    def wait(request: BaseHTTPRequestHandler) -> None:
        if slow == "dripping":  # a byte now and then resets the time limit of the socket
            request.send_response(200)
            request.send_header("Content-Type", "application/sparql-results+json")
            request.end_headers()
            for _ in range(100):
                try:
                    request.wfile.write(b" ")
                except OSError:
                    return
                if done.wait(0.1):
                    return
        done.wait(10)

    endpoint.script = [wait]
    started = time.monotonic()

    with pytest.raises(HrdemError) as caught:
        endpoint.store(seconds=1).select(APPROVED)

    done.set()
    assert str(caught.value) == (
        f"The endpoint {endpoint.url} did not answer within 1 second. Allow more with --timeout,"
        " or ask for less with LIMIT."
    )
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "url", ["example.org/sparql", "file:///etc/passwd", "http://", "https:///x"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="is not the address of an endpoint"):
        RemoteStore(url)


# --- finding things -------------------------------------------------------------------------------

KNOWN = {
    "a slug": ("council-conclusions-2020-11", "instrument/council-conclusions-2020-11"),
    "a slug that a period has too": ("action-plan-2020-2024", "instrument/action-plan-2020-2024"),
    "a prefixed name": ("period:action-plan-2020-2024", "period/action-plan-2020-2024"),
    "an IRI": (f"{BASE}theme/democracy", "theme/democracy"),
    "an IRI in brackets": (f"<{BASE}theme/democracy>", "theme/democracy"),
    "a label in any case": ("european external action SERVICE", "agent/eeas"),
}


@pytest.mark.parametrize(("text", "iri"), KNOWN.values(), ids=KNOWN)
def test_a_thing_is_found_by(built: Project, text: str, iri: str) -> None:
    assert find_thing(open_store(built), text) == BASE + iri


UNKNOWN = {
    "a slip of the pen": ("action-plan-2020-204", "thing", "instrument:action-plan-2020-2024"),
    "a part of a name": ("gilmore", "agent", "agent:eamon-gilmore"),
    "a thing of another kind": ("theme:democracy", "instrument", "There is no instrument"),
}


@pytest.mark.parametrize(("text", "kind", "hint"), UNKNOWN.values(), ids=UNKNOWN)
def test_near_things_are_named_after(built: Project, text: str, kind: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_thing(open_store(built), text, kind)

    assert str(caught.value).startswith(f"There is no {kind} {text!r} in the graph.")
    assert hint in str(caught.value)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("plan", "plan"),
        ("decidedBy", "decided by"),
        ("decided_by", "decided by"),
        ("sha256", "sha256"),
        (f"{PREFIXES['owl']}versionIRI", "version IRI"),
        (f"{PREFIXES['dcterms']}isPartOf", "is part of"),
    ],
)
def test_a_name_as_words(name: str, words: str) -> None:
    assert in_words(name) == words


def test_nothing_near_means_no_hint(built: Project) -> None:
    with pytest.raises(UsageError) as caught:
        find_thing(open_store(built), "zzzzqqqq")

    assert str(caught.value) == "There is no thing 'zzzzqqqq' in the graph."


def test_a_label_that_several_things_have_is_told(mini: Mini) -> None:
    mini.edit("data/instruments.ttl", '"Plan"@en', '"Twice"@en')
    mini.edit("data/instruments.ttl", '"Conclusions"@en', '"Twice"@en')
    build(mini.project)

    with pytest.raises(UsageError) as caught:
        find_thing(open_store(mini.project), "twice")

    assert str(caught.value) == (
        "'twice' names several things. Say which: instrument:conclusions, instrument:plan."
    )


def test_tables_have_names_and_rows(mini: Mini) -> None:
    build(mini.project)

    assert open_store(mini.project).select(APPROVED) == Table(
        ("what", "by"), [(PLAN, ox.NamedNode(BASE + "instrument/conclusions"))]
    )


@pytest.mark.parametrize(
    ("datatype", "written", "taken"),
    [
        ("decimal", "3.0", "3"),
        ("decimal", "3.1", "3.1"),
        ("boolean", "1", "true"),
        ("boolean", "0", "false"),
        ("boolean", "true", "true"),
        ("integer", "1", "1"),
        ("string", "1", "1"),
    ],
)
def test_values_that_stores_write_differently_are_taken_in_one_form(
    datatype: str, written: str, taken: str
) -> None:
    kind = ox.NamedNode(XSD + datatype)
    store = ox.Store()
    store.add(ox.Quad(kind, kind, ox.Literal(written, datatype=kind)))
    (embedded,) = store
    assert embedded.object == ox.Literal(taken, datatype=kind)
    assert canonical(ox.Literal(written, datatype=kind)) == ox.Literal(taken, datatype=kind)
