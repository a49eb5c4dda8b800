"""A SPARQL endpoint on a free port of this machine, which misbehaves when it is told to."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox

Misbehaviour = Callable[[BaseHTTPRequestHandler], None]
RESULTS = "application/sparql-results+json"


class LocalEndpoint:
    """An endpoint that answers from a graph.

    Attributes:
        url: its address.
        queries: what was asked, in order.
        headers: the headers of each request.
        times: when each request came, by the monotonic clock.
        script: what to do with the next requests, in order; then they are answered.
        always: what to do with every request that the script has nothing for.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.queries: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.times: list[float] = []
        self.script: list[Misbehaviour] = []
        self.always: Misbehaviour | None = None


def send(
    request: BaseHTTPRequestHandler,
    code: int,
    body: bytes,
    media_type: str = RESULTS,
    **headers: str,
) -> None:
    request.send_response(code)
    request.send_header("Content-Type", media_type)
    request.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(body)


def replying(
    code: int, body: bytes = b"", media_type: str = RESULTS, **headers: str
) -> Misbehaviour:
    return lambda request: send(request, code, body, media_type, **headers)


def hanging_up(request: BaseHTTPRequestHandler) -> None:
    request.connection.shutdown(socket.SHUT_RDWR)
    request.close_connection = True


def cut_off(request: BaseHTTPRequestHandler) -> None:
    """Announce more than is sent."""
    request.send_response(200)
    request.send_header("Content-Type", RESULTS)
    request.send_header("Content-Length", "500")
    request.end_headers()
    request.wfile.write(b'{"head": {"vars": ["s"]}, "results": {"bindings": []}}')
    request.close_connection = True


def cut_off_in_a_chunk(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Type", RESULTS)
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    request.wfile.write(b'100\r\n{"head": {"vars": ["s"]}')
    request.close_connection = True


def broken_json(request: BaseHTTPRequestHandler) -> None:
    """Be done half-way, as servers are whose own time limit has struck."""
    send(request, 200, b'{"head": {"vars": ["s"]}, "results": {"bindings": [')


def slow(seconds: float) -> Misbehaviour:
    def wait(request: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        hanging_up(request)

    return wait


def dripping(request: BaseHTTPRequestHandler) -> None:
    """Send a byte now and then, so that no pause is long."""
    request.send_response(200)
    request.send_header("Content-Type", RESULTS)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    for _ in range(100):
        try:
            request.wfile.write(b" ")
            request.wfile.flush()
        except OSError:
            return
        time.sleep(0.03)


PAGE = replying(200, b"<!DOCTYPE html><title>Maintenance</title>", "text/html; charset=utf-8")


@contextmanager
def serving(graph: ox.Store) -> Iterator[LocalEndpoint]:
    """Answer queries from `graph` until the block is left."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *arguments: object) -> None:
            pass

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except (OSError, ValueError):  # the client has gone, or this end has hung up
                self.close_connection = True

        def do_GET(self) -> None:
            self.take(parse_qs(urlsplit(self.path).query)["query"][0])

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            direct = self.headers["Content-Type"].startswith("application/sparql-query")
            self.take(body if direct else parse_qs(body)["query"][0])

        def take(self, query: str) -> None:
            endpoint.queries.append(query)
            endpoint.headers.append(dict(self.headers))
            endpoint.times.append(time.monotonic())
            if endpoint.script:
                endpoint.script.pop(0)(self)
            elif endpoint.always is not None:
                endpoint.always(self)
            else:
                self.answer(endpoint.queries[-1])

        def answer(self, query: str) -> None:
            try:
                found = graph.query(query, use_default_graph_as_union=True)
            except SyntaxError as problem:
                send(self, 400, f"not understood: {problem}".encode(), "text/plain")
                return
            assert not isinstance(found, ox.QueryTriples)
            send(self, 200, found.serialize(format=ox.QueryResultsFormat.JSON) or b"")

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    endpoint = LocalEndpoint(f"http://127.0.0.1:{server.server_address[1]}/sparql")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
