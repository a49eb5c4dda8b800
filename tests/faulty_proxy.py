"""A proxy before a store that fails when it is told to: at some byte, or at some request."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote_plus, urlsplit

Way = Literal["sent", "answered"]


@dataclass
class FaultyProxy:
    """What goes through it, and what is to go wrong.

    Attributes:
        port: where it listens on the loopback address.
        target: the port that it passes everything on to.
        passed: how many bytes went to the store, and how many came back from it.
        cut_at: the direction and the count of bytes after which all connections are cut.
        for_good: whether nothing gets through any more after a cut.
        watch: called with each part of a request that has gone to the store.
        refusal: given the head of a request, returns what to answer instead of passing it on.
        heads: first line and headers of each request, in order.
    """

    port: int
    target: int
    passed: dict[Way, int] = field(default_factory=lambda: {"sent": 0, "answered": 0})
    cut_at: tuple[Way, int] | None = None
    for_good: bool = False
    watch: Callable[[Way, str], None] | None = None
    refusal: Callable[[str], bytes | None] | None = None
    heads: list[str] = field(default_factory=list)
    _open: set[socket.socket] = field(default_factory=set)
    _down: bool = False
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def through(self, address: str) -> str:
        """Return the address under which `address` is reached through this proxy."""
        return urlsplit(address)._replace(netloc=f"127.0.0.1:{self.port}").geturl()

    def heal(self) -> None:
        """Let everything through again, and count from nothing."""
        self.cut()
        with self._lock:
            self.passed = {"sent": 0, "answered": 0}
            self.cut_at = self.watch = self.refusal = None
            self.heads.clear()
            self._down = self.for_good = False

    def cut(self) -> None:
        """Cut all connections."""
        with self._lock:
            for each in self._open:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            self._open.clear()

    def take(self, client: socket.socket) -> None:
        """Serve one connection until it ends."""
        with client:
            if self._down:
                return
            try:
                store = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            with store:
                for each in (client, store):
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with self._lock:
                    self._open |= {client, store}
                back = threading.Thread(target=self._pump, args=(store, client, "answered"))
                back.start()
                self._pump(client, store, "sent")
                back.join()
                with self._lock:
                    self._open -= {client, store}

    def _pump(self, source: socket.socket, target: socket.socket, way: Way) -> None:
        with contextlib.suppress(OSError):
            while part := source.recv(1 << 16):
                if way == "sent" and self._refused(part, source):
                    break
                if way == "answered" and self.watch is not None:
                    self.watch(way, "")
                rest, last = self._allowed(part, way)
                target.sendall(rest)
                if last:
                    self.cut()
                if self.watch is not None and way == "sent":
                    self.watch(way, unquote_plus(part.decode("latin-1")))
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _refused(self, part: bytes, client: socket.socket) -> bool:
        head = part.partition(b"\r\n\r\n")[0].decode("latin-1")
        if not head.partition("\r\n")[0].endswith(" HTTP/1.1"):
            return False  # more of the body of a request
        self.heads.append(head)
        answer = self.refusal(head) if self.refusal else None
        if answer is not None:
            client.sendall(answer)
        return answer is not None

    def _allowed(self, part: bytes, way: Way) -> tuple[bytes, bool]:
        """Return what of `part` may pass, and whether the cut comes after it."""
        with self._lock:
            before = self.passed[way]
            self.passed[way] += len(part)
            if self.cut_at is None or self.cut_at[0] != way or self.passed[way] <= self.cut_at[1]:
                return part, False
            rest = part[: self.cut_at[1] - before]
            self.cut_at, self._down = None, self.for_good
            return rest, True


@contextmanager
def faulty_proxy(address: str) -> Iterator[FaultyProxy]:
    """Run a proxy before the server of `address` until the block is left."""
    listening = socket.create_server(("127.0.0.1", 0))
    proxy = FaultyProxy(listening.getsockname()[1], urlsplit(address).port or 80)
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=proxy.take, args=(client,)))
            threads[-1].start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield proxy
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        accepting.join()
        proxy.cut()
        for thread in threads:
            thread.join()


def answer(status: str, body: str = "", *headers: str) -> bytes:
    """Return an answer as it goes over the line; the connection is closed after it."""
    lines = [f"HTTP/1.1 {status}", *headers, "Content-Type: text/plain", "Connection: close"]
    content = body.encode()
    lines.append(f"Content-Length: {len(content)}")
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode() + content
