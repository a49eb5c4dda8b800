"""Starts the real server on a free loopback port, and stops it."""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from conftest import ROOT


class Served:
    """A server that runs.

    Attributes:
        url: its address, without a slash at the end.
        process: the process that speaks HTTP.
        lines: what it wrote to standard error so far.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._new: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.url = self.wait_for(r" at (http://\S+?)/ \(Ctrl-C ends it\)")[1]
        self.client = httpx.Client(base_url=self.url, timeout=120)

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))
            self._new.put(line)
        self._new.put("")

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Return the match in the next line of standard error that has one."""
        while line := self._new.get(timeout=120):
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"the server ended without a line like {pattern}: {self.lines}")

    def workers(self) -> list[int]:
        """Return the process numbers of its workers."""
        path = Path(f"/proc/{self.process.pid}/task")
        return sorted(
            int(number)
            for children in path.glob("*/children")
            for number in children.read_text().split()
        )

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; return the exit code, with all that it wrote in :attr:`lines`."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(timeout=120)
        self._reader.join(timeout=120)
        return code


def environment(home: Path) -> dict[str, str]:
    """Return the environment in which the program serves the project in a folder."""
    return {**os.environ, "HRDEM_HOME": str(home), "PYTHONPATH": str(ROOT / "scripts")}


@contextmanager
def serve(home: Path, *options: str) -> Generator[Served, None, None]:
    """Serve the project in a folder while the block runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "hrdem", "serve", "--port", "0", *options],
        env=environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        served = Served(process)
        with served.client:
            yield served
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def served(home: Path) -> Generator[Served, None, None]:
    """The server with its usual limits, for tests that only ask."""
    with serve(home) as running:
        yield running


@pytest.fixture(scope="session")
def web(served: Served) -> httpx.Client:
    """A client of that server."""
    return served.client


@pytest.fixture
def listening() -> Generator[tuple[str, list[str]], None, None]:
    """An address that nobody may visit, and the visits."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    visits: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            visits.append(self.path)
            self.send_error(500)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", visits
        server.shutdown()
