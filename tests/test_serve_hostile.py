"""What is sent to the server to hurt it: nothing ends it, nothing hangs, nothing wrong is answered.

Each attack names the answers that are right. A query that the server cannot finish is refused with
an error, never with the beginning of an answer; after each attack the server answers as before.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from served import Served, serve

STOPPED = {503, 504}
TOO_LARGE = 422
"""The status of an answer that is larger than the server sends."""
THINGS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"

QUERIES = {
    "a cross product": (f"SELECT (COUNT(*) AS ?n) {{ {THINGS} }}", STOPPED),
    "a cross product in order": (f"SELECT * {{ {THINGS} }} ORDER BY ?l LIMIT 1", STOPPED),
    "a cross product without double rows": (
        f"SELECT DISTINCT * {{ {THINGS} }}",
        STOPPED | {TOO_LARGE},
    ),
    "a regular expression over a cross product": (
        f'ASK {{ {THINGS} FILTER REGEX(CONCAT(STR(?c), STR(?f), STR(?i)), "(a+)+$~") }}',
        STOPPED,
    ),
    "every path between everything": (
        "SELECT (COUNT(*) AS ?n) { ?s (<urn:x>|!<urn:x>)* ?o }",
        STOPPED,
    ),
    "paths within paths": (
        "SELECT (COUNT(*) AS ?n) { ?a (((!<urn:x>)*)/((!<urn:y>)*))* ?b . ?c (!<urn:z>)+ ?d }",
        STOPPED,
    ),
    "a path around cycles": (
        "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>|^!<urn:x>)+ ?b . ?b (!<urn:x>|^!<urn:x>)+ ?c }",
        STOPPED,
    ),
    "many alternatives": (
        "SELECT (COUNT(*) AS ?n) { "
        + " UNION ".join("{ ?s ?p ?o . ?o ?q ?r . ?x ?y ?z }" for _ in range(60))
        + " }",
        STOPPED,
    ),
    "an answer that grows": (
        'SELECT ?y { ?s ?p ?o . ?d ?e ?f . BIND(CONCAT(STR(?o), STR(?f), "'
        + "x" * 2000
        + '") AS ?y) }',
        STOPPED | {TOO_LARGE},
    ),
    "a text that doubles": (
        'SELECT ?z { BIND("xxxxxxxx" AS ?x0) '
        + " ".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(40))
        + " BIND(STRLEN(?x40) AS ?z) }",
        STOPPED | {TOO_LARGE},
    ),
    "brackets without end": ("SELECT * { " + "{" * 20_000 + "}" * 20_000 + " }", {400} | STOPPED),
    "an expression without end": (
        "SELECT * { ?s ?p ?o FILTER(" + "!(" * 20_000 + "true" + ")" * 20_000 + ") }",
        {400} | STOPPED,
    ),
    "a path without end": (
        "ASK { ?s " + "(" * 20_000 + "<urn:p>" + ")" * 20_000 + " ?o }",
        {400} | STOPPED,
    ),
    "a service elsewhere": ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", {400, 403}),
    "a silent service": ("SELECT * { SERVICE SILENT <http://127.0.0.1:9/> {} }", {400, 403}),
    "a service by variable": ("SELECT * { ?s ?p ?o SERVICE ?o { ?x ?y ?z } }", {400, 403}),
    "a file": ("SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }", {400, 403}),
    "a graph elsewhere": ("SELECT * FROM NAMED <http://127.0.0.1:9/> { ?s ?p ?o }", {400, 403}),
    "an update": ("DELETE WHERE { ?s ?p ?o }", {400, 403}),
    "an update after a query": ("ASK {} ; DROP ALL", {400}),
    "a load": ("LOAD <file:///etc/passwd>", {400, 403}),
    "an update in a comment": ("ASK { ?s ?p ?o } # ; DROP ALL", {200}),
    "half a character": ('ASK { ?s ?p "\\uD800" }', {400}),
    "a zero byte": ("ASK { ?s ?p ?o }\x00", {400}),
    "nothing": ("", {400}),
}


@pytest.fixture(scope="module")
def small(home: Path) -> Generator[Served, None, None]:
    """A server that stops queries soon."""
    with serve(home, "--timeout", "2", "--workers", "2", "--memory", "2048") as running:
        yield running


def answers_as_before(served: Served) -> None:
    assert served.process.poll() is None
    assert served.client.get("/health").status_code == 200
    for _ in range(60):  # a worker that was stopped is replaced, which takes a moment
        answer = served.client.post("/sparql", data={"query": "SELECT (1 + 1 AS ?n) {}"})
        if answer.status_code != 503:
            break
        time.sleep(0.5)
    assert answer.status_code == 200, answer.text
    assert answer.json()["results"]["bindings"][0]["n"]["value"] == "2"


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_that_is_meant_to_hurt(small: Served, name: str) -> None:
    query, right = QUERIES[name]
    response = small.client.post(
        "/sparql", content=query.encode(), headers={"Content-Type": "application/sparql-query"}
    )
    assert response.status_code in right, response.text[:500]
    if response.status_code != 200:
        assert "Traceback" not in response.text
        assert response.text.partition("\n")[0].endswith(".")
    answers_as_before(small)


PATHS = [
    "/../../../../etc/passwd",
    "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/theme/..%2f..%2f..%2fetc%2fpasswd",
    "/theme/democracy%00.html",
    "/theme/" + "a" * 5000,
    "/static//etc/passwd",
    "/queries/..%5c..%5cpyproject.toml",
    "/queries/../../pyproject.toml",
    "/data?graph=file:///etc/passwd",
    "/data?graph=http://127.0.0.1:9/",
    "/queries/applies-on?date=2021-01-01%22%5E%5E%3Cx%3E%20%7D%20%23",
    "/queries/applies-on?date=2021-01-01&date=2022-01-01",
    "/queries/what-replaced?instrument=%7D%20DROP%20ALL%20%23",
    "/%ff%fe",
    "//example.org/theme/democracy",
    "/theme/democracy%0d%0aSet-Cookie:%20a=b",
]


@pytest.mark.parametrize("path", PATHS)
def test_an_address_that_is_meant_to_lead_elsewhere(small: Served, path: str) -> None:
    status, head, body = raw(small, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert status in {400, 404}, (status, body[:300])
    assert b"root:" not in body
    assert b"[project]" not in body
    assert b"set-cookie" not in head.lower()
    answers_as_before(small)


REQUESTS = {
    "bytes that are no request": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20 + b"\r\n\r\n",
    "a header without end": b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
    "headers without end": b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: a\r\n" * 50_000 + b"\r\n",
    "two lengths": b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nContent-Length: 600"
    b"\r\nContent-Type: application/sparql-query\r\n\r\nASK {}",
    "a negative length": b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "a body larger than allowed": b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999"
    b"\r\nContent-Type: application/sparql-query\r\n\r\nASK {}",
    "a broken chunk": b"POST /sparql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
    b"Content-Type: application/sparql-query\r\n\r\nzz\r\nASK {}\r\n0\r\n\r\n",
    "no UTF-8": b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n"
    b"Content-Type: application/sparql-query\r\nConnection: close\r\n\r\nASK {}\xff\xfe",
    "a method that nobody knows": b"HURT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "a line feed in a header": b"GET / HTTP/1.1\r\nHost: x\r\nAccept: a\nSet-Cookie: b\r\n"
    b"Connection: close\r\n\r\n",
}


RIGHT: dict[str, set[int | None]] = {
    "a header without end": {400, None},
    "headers without end": {400, None},
    "a body larger than allowed": {413},
    "a method that nobody knows": {405},
    "a line feed in a header": {200, 400},  # HTTP lets a server read it as the end of a line
}
"""The statuses that are right where it is not 400 alone; none where the rest is not read."""


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_that_is_none(small: Served, name: str) -> None:
    status, head, _ = raw(small, REQUESTS[name])
    assert status in RIGHT.get(name, {400}), head
    assert b"set-cookie" not in head.lower()
    answers_as_before(small)


def test_clients_that_send_slowly_keep_nobody_waiting(small: Served) -> None:
    """Forty connections that never finish their request."""
    address = httpx.URL(small.url)
    assert address.port is not None
    slow = [socket.create_connection(("127.0.0.1", address.port), timeout=10) for _ in range(40)]
    try:
        for connection in slow:
            connection.sendall(b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nA")
        answers_as_before(small)
    finally:
        for connection in slow:
            connection.close()
    answers_as_before(small)


def raw(served: Served, request: str | bytes) -> tuple[int | None, bytes, bytes]:
    """Send bytes as they are; return status, head and body, no status if there is no answer.

    Raises:
        TimeoutError: if the server neither answers nor closes the connection.
    """
    address = httpx.URL(served.url)
    assert address.port is not None
    content = request.encode("latin-1") if isinstance(request, str) else request
    with socket.create_connection(("127.0.0.1", address.port), timeout=60) as connection:
        received = b""
        try:
            connection.sendall(content)
            while part := connection.recv(1 << 16):
                received += part
        except (ConnectionResetError, BrokenPipeError):
            pass  # refused before it was read whole
    head, _, body = received.partition(b"\r\n\r\n")
    words = head.split(b" ", 2)
    return (int(words[1]) if len(words) > 1 and words[1].isdigit() else None), head, body
