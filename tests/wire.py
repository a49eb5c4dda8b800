"""What lies between a client and a store, and what goes wrong there: for tests of a load."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit, urlunsplit

_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


class Wire:
    """Carries bytes to a store and back until a number of them has passed.

    Attributes:
        port: where it listens.
        passed: how many bytes have passed since :meth:`cut_after`, in the direction that counts.
        pause: how many seconds each 64 KB to the store take.
    """

    def __init__(self, listening: socket.socket) -> None:
        self.port = int(listening.getsockname()[1])
        self.passed = 0
        self.pause = 0.0
        self._target = 0
        self._words: bytes | None = None
        self._left: int | None = None
        self._up = True
        self._then: Callable[[], None] = lambda: None
        self._lock = threading.Lock()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []

    def to(self, url: str) -> str:
        """Lead to the store at `url`; return the address to use instead."""
        parts = urlsplit(url)
        self._target = parts.port or 80
        return urlunsplit(parts._replace(netloc=f"127.0.0.1:{self.port}"))

    def cut_after(
        self,
        number: int | None,
        *,
        up: bool = True,
        words: bytes | None = None,
        then: Callable[[], None] = lambda: None,
    ) -> None:
        """Let `number` bytes more pass, None for all; then do something and cut every connection.

        Args:
            number: how many.
            up: whether those to the store are counted, or those from it.
            words: cut also after the piece that has these in it.
            then: done when they have passed; what is cut off once is whole for new connections.
        """
        with self._lock:
            self.passed, self._left, self._up, self._then = 0, number, up, then
            self._words = words

    def close(self) -> None:
        """Cut every connection."""
        for pair in self._pairs:
            for one in pair:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
        self._pairs = []

    def take(self, client: socket.socket) -> None:
        try:
            store = socket.create_connection(("127.0.0.1", self._target), timeout=60)
        except OSError:
            client.close()
            return
        for one in (client, store):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._pairs.append((client, store))
        for one, other, up in ((client, store, True), (store, client, False)):
            threading.Thread(target=self._carry, args=(one, other, up), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket, up: bool) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                if up:
                    time.sleep(self.pause * len(data) / 65536)
                with self._lock:
                    counted, cut = up == self._up, False
                    if counted and self._left is not None:
                        cut = len(data) >= self._left
                        data = data[: self._left]
                        self._left = None if cut else self._left - len(data)
                    if counted and self._words is not None and self._words in data:
                        cut, self._words = True, None
                    self.passed += len(data) if counted else 0
                other.sendall(data)
                if cut:
                    self._then()
                    self.close()
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def wire() -> Iterator[Wire]:
    """Listen on a free port until the block is left."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # Else the system takes megabytes that nobody has read yet, and a slow reader goes unseen.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        between = Wire(listening)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    between.take(listening.accept()[0])

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield between
        finally:
            between.close()
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)


Answer = tuple[int, dict[str, str], bytes]


class Gate:
    """Stands before a store and answers in its place when it is told to.

    Attributes:
        url: the address to use instead of the store's.
        seen: method and path of each request, in order.
        instead: given method, path and body, the answer to give, None for that of the store. It
            may take its time.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.seen: list[tuple[str, str]] = []
        self.instead: Callable[[str, str, bytes], Answer | None] = lambda *request: None


@contextmanager
def gate(target: str) -> Iterator[Gate]:
    """Stand before the store at `target` until the block is left."""
    parts = urlsplit(target)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *arguments: object) -> None:
            pass

        def take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            before.seen.append((self.command, self.path))
            answer = before.instead(self.command, self.path, body) or self.ask(body)
            code, headers, content = answer
            with suppress(OSError):  # the client may not have waited
                self.send_response(code)
                for name, value in headers.items():
                    self.send_header(name, value)
                if self.command != "HEAD":
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        do_GET = do_HEAD = do_POST = do_PUT = take

        def ask(self, body: bytes) -> Answer:
            line = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=60)
            passed = {k: v for k, v in self.headers.items() if k.lower() not in _HOP}
            line.request(self.command, self.path, body or None, passed)
            answer = line.getresponse()
            content = answer.read()
            line.close()
            kept = {k: v for k, v in answer.getheaders() if k.lower() not in _HOP}
            return answer.status, kept, content

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        before = Gate(urlunsplit(parts._replace(netloc=f"127.0.0.1:{server.server_port}")))
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield before
        finally:
            server.shutdown()


def sleeping(seconds: float) -> Callable[[str, str, bytes], Answer | None]:
    """Return an :attr:`Gate.instead` of a store that takes its time to write."""

    def wait(method: str, path: str, body: bytes) -> Answer | None:
        if is_write(method, path):
            time.sleep(seconds)
        return None

    return wait


def is_write(method: str, path: str) -> bool:
    """Return whether a request writes, to a store whose addresses are those of Oxigraph."""
    return method == "PUT" or path.startswith("/update")
