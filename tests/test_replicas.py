"""Several stores behind nginx, as DEPLOYING.md sets them up: loaded in turn, and one killed."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPException
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

import real_stores
from conftest import Mini
from hrdem.build import build
from hrdem.load import Limits, Server, find_addresses, load, make_plan
from hrdem.store import RemoteStore
from hrdem.vocabulary import DCTERMS, LOADED, MERGED
from real_stores import RealStore
from replicas import Proxy, proxied

pytestmark = pytest.mark.stores

READERS = 4
SECONDS = 4.0
"""How long the readers read while a replica is killed."""

# One query, and so one state of the store: what the record says was loaded, and what is there.
QUERY = f"""SELECT ?digest ?triples {{
  GRAPH <{LOADED}> {{ <{LOADED}> <{DCTERMS}identifier> ?digest }}
  {{ SELECT (COUNT(*) AS ?triples) {{ GRAPH <{MERGED}> {{ ?s ?p ?o }} }} }} }}"""


class Seen(NamedTuple):
    """What a reader saw: the digest of the record, and how many triples there are."""

    digest: str
    triples: int


class Readers:
    """Readers that ask through nginx, each one question after the other.

    Attributes:
        seen: by reader, what it saw, in order.
        failed: reads that got no answer even at the second try.
        retried: reads that needed a second try.
    """

    def __init__(self, proxy: Proxy) -> None:
        self.seen: list[list[Seen]] = [[] for _ in range(READERS)]
        self.failed: list[str] = []
        self.retried = 0
        self._proxy = proxy
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(each,)) for each in self.seen]

    @contextmanager
    def reading(self) -> Iterator[None]:
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join()

    def count(self) -> int:
        return sum(map(len, self.seen))

    def wait_for_more(self) -> None:
        """Return when every reader has read again."""
        before = [len(each) for each in self.seen]
        deadline = time.monotonic() + 60
        while any(len(each) < n + 2 for each, n in zip(self.seen, before, strict=True)):
            assert time.monotonic() < deadline, self.failed
            time.sleep(0.02)

    def _read(self, seen: list[Seen]) -> None:
        while not self._stop.is_set():
            try:
                try:
                    seen.append(self._ask())
                except (OSError, HTTPException, ValueError):
                    self.retried += 1
                    seen.append(self._ask())
            except (OSError, HTTPException, ValueError) as problem:
                self.failed.append(repr(problem))
            self._stop.wait(0.005)

    def _ask(self) -> Seen:
        body = urllib.parse.urlencode({"query": QUERY}).encode()
        headers = {"Accept": "application/sparql-results+json"}
        request = urllib.request.Request(self._proxy.query, body, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            (row,) = json.loads(answer.read())["results"]["bindings"]
        return Seen(row["digest"]["value"], int(row["triples"]["value"]))


KINDS = pytest.mark.parametrize(
    "behind", [("oxigraph", 3), ("fuseki", 2)], ids=lambda kind: str(kind[0]), indirect=True
)


@pytest.fixture(scope="module")
def behind(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[RealStore]]:
    """Several stores of one kind, for tests that do them no harm."""
    name, number = request.param
    with several(name, number, tmp_path_factory.mktemp("replicas")) as stores:
        yield stores


@contextmanager
def several(name: str, number: int, folder: Path) -> Iterator[list[RealStore]]:
    with ExitStack() as stack:
        running = (real_stores.running(name, folder / str(n)) for n in range(number))
        yield [stack.enter_context(each) for each in running]


@pytest.fixture
def proxy(behind: list[RealStore], tmp_path: Path) -> Iterator[Proxy]:
    with proxied(tmp_path / "nginx", behind) as running:
        yield running


def load_into(replica: RealStore, mini: Mini) -> Seen:
    server = Server(None, Limits())
    addresses = find_addresses(replica.url, server)
    there = load(make_plan(mini.project, "merged"), server, addresses).after
    return Seen(there.digest, triples(mini))


def triples(mini: Mini) -> int:
    return len((mini.project.build / "hrdem.nt").read_text("utf-8").splitlines())


def change(mini: Mini, name: str) -> None:
    mini.write(
        "data/extra.ttl",
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        + "".join(
            f'<https://w3id.org/hrdem/theme/{name}-{n}> skos:prefLabel "{name} {n}"@en .\n'
            for n in range(2000)
        ),
    )
    build(mini.project)


@KINDS
def test_loaded_in_turn_readers_see_only_the_old_graph_or_the_new(mini: Mini, proxy: Proxy) -> None:
    build(mini.project)
    (old,) = {load_into(replica, mini) for replica in proxy.replicas}
    change(mini, "new")

    readers = Readers(proxy)
    with readers.reading():
        readers.wait_for_more()
        (new,) = {load_into(replica, mini) for replica in proxy.replicas}
        readers.wait_for_more()

    assert old.digest != new.digest
    assert old.triples < new.triples
    assert readers.failed == []
    for seen in readers.seen:
        assert set(seen) == {old, new}
        assert seen[0] == old
        assert seen[-1] == new
    # The project's own client asks through the proxy as anybody does.
    everything = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    ((number,),) = RemoteStore(proxy.query).select(everything).rows
    assert number is not None
    assert int(number.value) == new.triples


@KINDS
def test_loaded_one_first_no_reader_goes_back(mini: Mini, proxy: Proxy) -> None:
    """The steps of DEPLOYING.md: one replica switches in view of readers, the others out of it."""
    change(mini, "before")
    (old,) = {load_into(replica, mini) for replica in proxy.replicas}
    change(mini, "after")
    first, *others = proxy.replicas

    readers = Readers(proxy)
    with readers.reading():
        readers.wait_for_more()
        proxy.let_through_to(first)
        new = load_into(first, mini)
        for replica in others:
            load_into(replica, mini)
        readers.wait_for_more()
        proxy.let_through_to(first, *others)
        readers.wait_for_more()

    assert readers.failed == []
    for seen in readers.seen:
        changes = [pair for pair in pairwise(seen) if pair[0] != pair[1]]
        assert changes == [(old, new)]


@pytest.mark.parametrize(("name", "number"), [("oxigraph", 3), ("fuseki", 2)])
def test_a_killed_replica_costs_no_reader_an_answer(
    mini: Mini, name: str, number: int, tmp_path: Path
) -> None:
    change(mini, "steady")
    with several(name, number, tmp_path) as stores, proxied(tmp_path / "nginx", stores) as proxy:
        (there,) = {load_into(replica, mini) for replica in stores}
        victim = stores[0]

        readers = Readers(proxy)
        with readers.reading():
            time.sleep(SECONDS / 2)
            before = readers.count()
            victim.kill()
            time.sleep(SECONDS / 2)
            after = readers.count() - before

        tried = proxy.tried()
    assert readers.failed == []
    assert {each for seen in readers.seen for each in seen} == {there}
    assert before > READERS
    assert after > READERS
    # It had answered, and requests that it did not answer any more were passed on.
    address = victim.query.split("/")[2]
    assert any(line.startswith("200 ") and line.endswith(f" {address}") for line in tried)
    assert any(line.startswith("200 ") and f" {address}, " in line for line in tried)


@KINDS
def test_only_queries_are_let_through(proxy: Proxy) -> None:
    for path in ("/update", "/store?default", "/hrdem/update", "/hrdem/data?default", "/"):
        address = urllib.parse.urljoin(proxy.query, path)
        request = urllib.request.Request(address, b"DROP ALL", method="PUT")
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(request, timeout=30)
    request = urllib.request.Request(proxy.query, b"", method="DELETE")
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request, timeout=30)
