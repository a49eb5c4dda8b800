"""Somebody else's endpoint: asked politely, and never believed when it fails."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from conftest import ROOT
from hrdem.endpoint import Cache, Endpoint, EndpointError, Limits
from hrdem.errors import UsageError
from local_endpoint import (
    PAGE,
    LocalEndpoint,
    Misbehaviour,
    broken_json,
    cut_off,
    cut_off_in_a_chunk,
    dripping,
    hanging_up,
    replying,
    serving,
    slow,
)

QUERY = "SELECT ?s WHERE { ?s a <https://example.org/Thing> }"
THING = ox.NamedNode("https://example.org/thing")


@pytest.fixture
def server() -> Iterator[LocalEndpoint]:
    graph = ox.Store()
    graph.load(f"{THING} a <https://example.org/Thing> .", format=ox.RdfFormat.TURTLE)
    with serving(graph) as endpoint:
        yield endpoint


def asking(server: LocalEndpoint, **options: Any) -> Endpoint:
    """An endpoint that tries again at once, so that tests are quick."""
    options = {"backoff": 0.001, "rate": 1000, "seed": 1, **options}
    return Endpoint(server.url, **options)


def failure(endpoint: Endpoint) -> str:
    with pytest.raises(EndpointError) as caught:
        endpoint.select(QUERY)
    return str(caught.value)


def test_asks_by_post_and_says_who_asks(server: LocalEndpoint) -> None:
    assert asking(server).select(f"# a comment\n{QUERY}").rows == [(THING,)]
    assert server.queries == [QUERY]
    assert server.headers[0]["User-Agent"].startswith("hrdem/")
    assert "sparql-results+json" in server.headers[0]["Accept"]


PASSING = {
    "busy": replying(503),
    "too many": replying(429),
    "broken": replying(500),
    "gateway": replying(504),
    "hangs up": hanging_up,
    "cut off": cut_off,
    "cut off in a chunk": cut_off_in_a_chunk,
    "broken JSON": broken_json,
    "a page": PAGE,
    "wrong type": replying(200, b"<a> <b> <c> .", "text/turtle"),
    "no table": replying(200, b'{"head": {}, "boolean": true}'),
}


@pytest.mark.parametrize("wrong", PASSING.values(), ids=PASSING)
def test_what_may_pass_is_tried_again(server: LocalEndpoint, wrong: Misbehaviour) -> None:
    server.script = [wrong, wrong]
    assert asking(server).select(QUERY).rows == [(THING,)]
    assert len(server.queries) == 3


SENTENCES = {
    "busy": "answered HTTP 503 Service Unavailable.",
    "too many": "answered HTTP 429 Too Many Requests.",
    "broken": "answered HTTP 500 Internal Server Error.",
    "gateway": "answered HTTP 504 Gateway Timeout.",
    "hangs up": "could not be reached: the connection was cut off.",
    "cut off": "could not be reached: the connection was cut off.",
    "cut off in a chunk": "could not be reached: the connection was cut off.",
    "broken JSON": "sent an answer that breaks off or is no table of SPARQL results.",
    "a page": "sent text/html where SPARQL results were asked for.",
    "wrong type": "sent text/turtle where SPARQL results were asked for.",
    "no table": "sent an answer that breaks off or is no table of SPARQL results.",
}


@pytest.mark.parametrize("name", PASSING)
def test_what_does_not_pass_is_told_after_the_last_attempt(
    server: LocalEndpoint, name: str
) -> None:
    server.always = PASSING[name]
    assert failure(asking(server)) == f"The endpoint {server.url} {SENTENCES[name]}"
    assert len(server.queries) == 4


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            replying(400, b"no such prefix: x\n", "text/plain"),
            "answered HTTP 400 Bad Request. It says: no such prefix: x.",
        ),
        (replying(403), "answered HTTP 403 Forbidden."),
        (replying(404, b"<p>gone</p>", "text/html"), "answered HTTP 404 Not Found."),
        (
            replying(301, Location="https://elsewhere.example/"),
            "has moved to https://elsewhere.example/. Use that address if you trust it.",
        ),
    ],
    ids=["bad query", "forbidden", "not found", "moved"],
)
def test_a_refusal_is_not_asked_again(
    server: LocalEndpoint, wrong: Misbehaviour, sentence: str
) -> None:
    server.always = wrong
    assert failure(asking(server)) == f"The endpoint {server.url} {sentence}"
    assert len(server.queries) == 1


def test_an_answer_that_is_too_large_is_refused(
    server: LocalEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hrdem.endpoint.ANSWER_BYTES", 1 << 20)
    server.always = replying(200, b" " * ((1 << 20) + 1))
    assert failure(asking(server)) == f"The endpoint {server.url} sent more than 1 MB."


def test_nobody_there_is_told_so() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, and nobody listens
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/sparql"
        said = failure(Endpoint(url, attempts=2, backoff=0.001, rate=1000))
    assert said == f"The endpoint {url} could not be reached: Connection refused."


def test_no_address_is_told_so() -> None:
    with pytest.raises(UsageError, match=r"^'ftp://x' is not the address of an endpoint"):
        Endpoint("ftp://x")


@pytest.mark.parametrize("wrong", [slow(3), dripping], ids=["silent", "dripping"])
def test_the_whole_takes_no_longer_than_it_may(server: LocalEndpoint, wrong: Misbehaviour) -> None:
    server.always = wrong
    started = time.monotonic()
    said = failure(asking(server, limits=Limits(connect=0.2, read=0.4, whole=0.4)))
    assert time.monotonic() - started < 1.5
    assert said == f"The endpoint {server.url} did not answer within 0.4 seconds."


def test_a_silent_server_is_tried_again_while_there_is_time(server: LocalEndpoint) -> None:
    server.script = [slow(1)]
    limits = Limits(read=0.1, whole=30)
    assert asking(server, limits=limits).select(QUERY).rows == [(THING,)]


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_the_pause_that_a_server_asks_for_is_kept(server: LocalEndpoint, form: str) -> None:
    # A date has no fractions of a second, so that two seconds from now means at least one.
    wanted = "1" if form == "seconds" else formatdate(time.time() + 2, usegmt=True)
    server.script = [replying(503, Retry_After=wanted)]
    assert asking(server).select(QUERY).rows == [(THING,)]
    assert server.times[1] - server.times[0] >= 0.9


def test_a_pause_longer_than_the_limit_is_not_begun(server: LocalEndpoint) -> None:
    server.always = replying(429, Retry_After="3600")
    started = time.monotonic()
    assert "HTTP 429" in failure(asking(server))
    assert time.monotonic() - started < 5
    assert len(server.queries) == 1


def pauses(seed: int, monkeypatch: pytest.MonkeyPatch, server: LocalEndpoint) -> list[float]:
    kept: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", kept.append)
    failure(asking(server, backoff=1.0, seed=seed, rate=1e9))
    return [pause for pause in kept if pause > 0.1]


def test_pauses_grow_and_vary_and_can_be_repeated(
    server: LocalEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.always = replying(503)
    first = pauses(7, monkeypatch, server)
    assert len(first) == 3
    for number, pause in enumerate(first):
        assert 0.5 * 2**number <= pause <= 2**number
    assert pauses(7, monkeypatch, server) == first
    assert pauses(8, monkeypatch, server) != first


def test_no_more_requests_a_second_than_allowed(server: LocalEndpoint) -> None:
    endpoint = asking(server, rate=4)
    server.script = [replying(503)]
    endpoint.select(QUERY)
    endpoint.select(QUERY)
    gaps = [b - a for a, b in zip(server.times, server.times[1:], strict=False)]
    assert len(gaps) == 2
    assert min(gaps) > 0.15  # sent every 0.25 seconds, and noticed a little later


# --- answers kept on disk -------------------------------------------------------------------------


def test_an_answer_is_kept_until_it_is_too_old(server: LocalEndpoint, tmp_path: Path) -> None:
    now = [1000.0]
    endpoint = asking(server, cache=Cache(tmp_path / "kept", 60, lambda: now[0]))
    first = endpoint.select(QUERY)
    now[0] += 60
    assert endpoint.select(QUERY) == first
    assert len(server.queries) == 1
    now[0] += 1
    assert endpoint.select(QUERY) == first
    assert len(server.queries) == 2
    now[0] -= 3600  # a clock that was put back
    endpoint.select(QUERY)
    assert len(server.queries) == 3


def test_answers_are_kept_by_endpoint_and_query(server: LocalEndpoint, tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    asking(server, cache=cache).select(QUERY)
    asking(server, cache=cache).select(QUERY + " LIMIT 1")
    other = Endpoint(server.url + "?other", backoff=0.001, rate=1000, cache=cache)
    other.select(QUERY)
    assert len(server.queries) == 3
    assert len(list(tmp_path.glob("*.json"))) == 3


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"url": 1}', "cut", "wrong query", "no table"])
def test_a_damaged_answer_on_disk_is_ignored(
    server: LocalEndpoint, tmp_path: Path, damage: str
) -> None:
    endpoint = asking(server, cache=Cache(tmp_path))
    first = endpoint.select(QUERY)
    (path,) = tmp_path.glob("*.json")
    whole = path.read_text()
    entry = json.loads(whole)
    texts = {
        "cut": whole[: len(whole) // 2],
        "wrong query": json.dumps({**entry, "query": "ASK {}"}),
        "no table": json.dumps({**entry, "body": entry["body"][:-4]}),
    }
    path.write_text(texts.get(damage, damage))
    assert endpoint.select(QUERY) == first
    assert len(server.queries) == 2
    assert json.loads(path.read_text())["body"] == entry["body"]


def test_failures_are_not_kept(server: LocalEndpoint, tmp_path: Path) -> None:
    server.always = broken_json
    failure(asking(server, cache=Cache(tmp_path)))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_no_fault(
    server: LocalEndpoint, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    endpoint = asking(server, cache=Cache(tmp_path / "file" / "below"))
    assert endpoint.select(QUERY).rows == [(THING,)]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_ctrl_c_ends_it_without_a_traceback(server: LocalEndpoint, tmp_path: Path) -> None:
    server.always = slow(20)
    command = ["links", "check", "--against", server.url, "--cache", str(tmp_path)]
    child = subprocess.Popen(
        [sys.executable, "-m", "hrdem", *command],
        env={**os.environ, "PYTHONPATH": str(ROOT / "scripts"), "HRDEM_HOME": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Shells let programs in the background ignore Ctrl-C, and their children with them.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    waiting_since = time.monotonic()
    while not server.queries and child.poll() is None and time.monotonic() - waiting_since < 60:
        time.sleep(0.02)
    child.send_signal(signal.SIGINT)
    said, complained = child.communicate(timeout=60)
    assert (child.returncode, complained) == (130, b"")
    assert b"Traceback" not in said
