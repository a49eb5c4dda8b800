"""How `hrdem serve` bears load, beside `oxigraph serve-read-only` on the same data in one run.

    python tests/bench_serve.py [--seconds 5]

The load is made by ``wrk`` (a Debian package) on loopback, with 1, 8 and 64 clients that keep their
connections, for a few seconds each; the two servers take turns. Shown are answers a second, the
time within which 99 of 100 answers came, the ratio to the other server, answers that were not HTTP
200, and the memory of all processes of the server at the beginning and at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from real_stores import free_port

ROOT = Path(__file__).resolve().parents[1]
CLIENTS = (1, 8, 64)
QUESTION = """
PREFIX hrdem: <https://w3id.org/hrdem/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?label ?later WHERE {
  ?later hrdem:directlySucceeds ?earlier .
  ?earlier skos:prefLabel ?label .
} ORDER BY ?label ?later
"""
"""What is asked: a join with a sorted answer, as a page about succession would ask it."""


class Server(NamedTuple):
    """A server that runs: its name, the address to ask, and its main process."""

    name: str
    address: str
    process: subprocess.Popen[bytes]

    def memory(self) -> float:
        """Return the memory that its processes hold together, in MB, as Linux counts it."""
        return sum(_resident(pid) for pid in _family(self.process.pid)) / 1024


class Load(NamedTuple):
    """What one run of wrk measured."""

    per_second: float
    p99: float
    failed: int


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=5, choices=range(1, 31), metavar="N")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk was not found. Install the Debian package wrk and try again.")
    with (
        tempfile.TemporaryDirectory() as temporary,
        hrdem() as ours,
        oxigraph(Path(temporary)) as theirs,
    ):
        print(table([ours, theirs], options.seconds))
    return 0


def table(servers: list[Server], duration: int) -> str:
    """Measure all servers in turn and return the table, in Markdown."""
    for server in servers:  # the first answers fill caches and count for nothing
        wrk(server.address, 8, 1)
    begin = {server.name: server.memory() for server in servers}
    lines = [
        "| server | clients | answers a second | 99 of 100 within, ms | ratio | not answered |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for clients in CLIENTS:
        found = {server.name: wrk(server.address, clients, duration) for server in servers}
        base = found[servers[-1].name].per_second
        for server in servers:
            load = found[server.name]
            lines.append(
                f"| {server.name} | {clients} | {load.per_second:,.0f} | {load.p99:.1f} |"
                f" {load.per_second / base:.2f} | {load.failed} |"
            )
    lines.append("")
    for server in servers:
        lines.append(
            f"Memory of {server.name}: {begin[server.name]:.0f} MB at the beginning,"
            f" {server.memory():.0f} MB at the end."
        )
    return "\n".join(lines)


def wrk(address: str, clients: int, duration: int) -> Load:
    """Ask for some seconds, and return what came of it."""
    command = ["wrk", "-t", str(min(clients, 2)), "-c", str(clients), "-d", f"{duration}s"]
    command += ["--latency", "--timeout", "30s", "-H", "Accept: application/sparql-results+json"]
    done = subprocess.run([*command, address], capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done)
    tail = re.search(r"99%\s+([\d.]+)(us|ms|s)", done)
    assert rate is not None and tail is not None, done
    factor = {"us": 0.001, "ms": 1.0, "s": 1000.0}[tail.group(2)]
    errors = sum(map(int, re.findall(r"(?:connect|read|write|timeout) (\d+)", done)))
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", done)
    failed = errors + (int(refused.group(1)) if refused else 0)
    return Load(float(rate.group(1)), float(tail.group(1)) * factor, failed)


@contextmanager
def hrdem() -> Iterator[Server]:
    """Start our server."""
    port = free_port()
    command = [sys.executable, "-m", "hrdem", "serve", "--port", str(port), "--quiet"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "scripts"), "HRDEM_HOME": str(ROOT)}
    with _running("hrdem serve", command, f"http://127.0.0.1:{port}/sparql", environment) as server:
        # It describes the rules meanwhile, which is done when they can be had.
        urllib.request.urlopen(f"http://127.0.0.1:{port}/rules.html", timeout=60).close()
        yield server


@contextmanager
def oxigraph(folder: Path) -> Iterator[Server]:
    """Start the server of Oxigraph on the same graph."""
    program = Path(sys.executable).with_name("oxigraph")
    subprocess.run(
        [program, "load", "--location", folder / "store", "--file", ROOT / "build" / "hrdem.nt"],
        check=True,
        capture_output=True,
    )
    port = free_port()
    command = [str(program), "serve-read-only", "--location", str(folder / "store")]
    command += ["--bind", f"127.0.0.1:{port}"]
    with _running(
        "oxigraph serve-read-only", command, f"http://127.0.0.1:{port}/query", dict(os.environ)
    ) as server:
        yield server


@contextmanager
def _running(
    name: str, command: list[str], address: str, environment: dict[str, str]
) -> Iterator[Server]:
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        asked = f"{address}?query={quote(QUESTION)}"
        for _ in range(600):
            try:
                request = urllib.request.Request(
                    asked, headers={"Accept": "application/sparql-results+json"}
                )
                with urllib.request.urlopen(request, timeout=30) as answer:
                    assert json.load(answer)["results"]["bindings"]
                break
            except OSError:
                if process.poll() is not None:
                    sys.exit(f"{name} ended by itself, with code {process.returncode}.")
                time.sleep(0.1)
        else:
            sys.exit(f"{name} did not answer.")
        yield Server(name, asked, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def _family(pid: int) -> list[int]:
    """Return a process and all that it started."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            found.extend(int(child) for child in task.read_text().split())
    return found


def _resident(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return int(found.group(1)) if found else 0


if __name__ == "__main__":
    sys.exit(main())
