"""Whatever goes wrong during a load, readers see the old graph or the new; a repeat ends well."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pyoxigraph as ox
import pytest

import real_stores
from faulty_proxy import FaultyProxy, Way, answer, faulty_proxy
from hrdem.credentials import Credentials
from hrdem.load import (
    Addresses,
    Limits,
    Outcome,
    Plan,
    Server,
    ServerError,
    find_addresses,
    load,
    unload,
)
from hrdem.store import RemoteStore
from hrdem.vocabulary import GRAPH, MERGED
from local_endpoint import dripping, serving
from real_stores import RealStore

EVERYTHING = "SELECT ?s ?p ?o WHERE { ?s ?p ?o }"
PART = GRAPH + "data/things"


def graph(word: str, size: int = 40, layout: str = "merged") -> Plan:
    """Return a graph whose every triple has `word` in it."""
    lines = sorted(
        f"<https://w3id.org/hrdem/theme/{number}>"
        f' <http://www.w3.org/2004/02/skos/core#prefLabel> "{word} – {number}"@en .'
        for number in range(size)
    )
    return Plan(MERGED, {MERGED: lines} | ({PART: lines[::2]} if layout == "named" else {}))


class Client:
    """Somebody who loads and reads, by way of a proxy if there is one."""

    def __init__(self, store: RealStore, proxy: FaultyProxy | None = None) -> None:
        self.store = store
        self.pauses: list[float] = []
        who = Credentials(store.scheme, *store.user) if store.user else None
        self.server = Server(who, Limits(attempts=2, backoff=0.001), wait=self.pauses.append)
        found = find_addresses(store.url, self.server)
        self.straight = found
        if proxy is not None:
            found = found._replace(
                query=proxy.through(found.query),
                update=proxy.through(found.update),
                graphs=proxy.through(found.graphs or ""),
            )
        self.addresses: Addresses = found

    def load(self, plan: Plan, way: str | None = None, piece: int = 1000) -> Outcome:
        return load(plan, self.server, self.addresses, way=way, piece=piece)

    def sees(self, *plans: Plan) -> int:
        """Return which of the plans a reader sees, whole and without anything else."""
        rows = RemoteStore(self.store.query, pauses=()).select(EVERYTHING).rows
        seen = sorted(f"{s} {p} {o} ." for s, p, o in rows)
        assert seen in [plan.graphs[MERGED] for plan in plans]
        return [plan.graphs[MERGED] for plan in plans].index(seen)


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealStore]:
    with real_stores.running("oxigraph", tmp_path_factory.mktemp("oxigraph")) as running:
        yield running


@pytest.fixture
def proxy(oxigraph: RealStore) -> Iterator[FaultyProxy]:
    with faulty_proxy(oxigraph.url) as running:
        yield running


@pytest.fixture
def client(oxigraph: RealStore, proxy: FaultyProxy) -> Iterator[Client]:
    """Somebody who has loaded the graph "old"."""
    client = Client(oxigraph, proxy)
    client.load(OLD)
    proxy.heal()
    yield client
    proxy.heal()
    unload(client.server, client.addresses)


OLD, NEW = graph("old"), graph("new", layout="named")

# --- the line -------------------------------------------------------------------------------------


@pytest.mark.parametrize("for_good", [True, False], ids=["for good", "once"])
@pytest.mark.parametrize("layout", ["merged", "named"])
@pytest.mark.parametrize("way", ["sent", "answered"])
def test_a_line_cut_at_any_byte_leaves_the_old_graph_or_the_new(
    client: Client,
    proxy: FaultyProxy,
    way: Way,
    layout: str,
    for_good: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if layout == "merged":  # read back as a whole graph, as large ones are
        monkeypatch.setattr("hrdem.load._SMALL", 10)
    old, new = graph("old", layout=layout), graph("new", layout=layout)
    client.load(old)
    proxy.heal()
    client.load(new)
    whole = proxy.passed[way]
    seen = set()
    for offset in range(1, whole, whole // 16):
        old, new = new, old
        proxy.heal()
        proxy.cut_at, proxy.for_good = (way, offset), for_good
        if for_good:
            with pytest.raises(ServerError, match=r"could not be reached: .*\."):
                client.load(new)
        else:
            client.load(new)
        seen.add(client.sees(old, new))
        proxy.heal()
        client.load(new)
        assert client.sees(new) == 0
    assert seen == ({0, 1} if for_good else {1})


# --- refusals -------------------------------------------------------------------------------------

REFUSALS = {
    "401 Unauthorized": "wants to know who you are. Name --user, or --auth bearer, and give the",
    "403 Forbidden": "does not let you do this. Ask its administrator for the right to write",
    "404 Not Found": "has nothing at this address. Check the address (HTTP 404 Not Found). It says",
    "413 Content Too Large": "takes no ",
    "500 Server Error": "answered HTTP 500 Server Error. It says: Not today.",
    "503 Busy": "answered HTTP 503 Busy. It says: Not today.",
    "507 Insufficient Storage": "has no room left. Make room there and run the command again",
}


def from_request(proxy: FaultyProxy, number: int, reply: bytes, times: int = 1000) -> None:
    """Answer some requests so, beginning with one of a number, counted from 0."""
    last = number + times
    proxy.refusal = lambda _: reply if number <= len(proxy.heads) - 1 < last else None


@pytest.mark.parametrize("status", REFUSALS)
@pytest.mark.parametrize("way", ["graphs", "update"])
def test_a_refusal_of_any_request_is_told_and_leaves_the_old_graph_or_the_new(
    client: Client, proxy: FaultyProxy, way: str, status: str
) -> None:
    old, new = OLD, NEW
    seen, number = [], -1
    while True:
        number += 1
        old, new = new, old
        client.load(old)
        proxy.heal()
        from_request(proxy, number, answer(status, "Not today."))
        try:
            client.load(new, way)
        except ServerError as problem:
            assert REFUSALS[status] in str(problem)
            assert problem.status == int(status[:3])
            seen.append(client.sees(old, new))
            proxy.heal()
            client.load(new)
        else:
            break
        assert client.sees(new) == 0
    assert number > 7
    assert seen == sorted(seen)
    assert set(seen) == {0, 1}


def test_a_busy_store_is_given_the_time_that_it_asks_for(
    client: Client, proxy: FaultyProxy
) -> None:
    old, new = OLD, NEW
    for number in range(100):
        old, new = new, old
        client.load(old)
        proxy.heal()
        client.pauses.clear()
        from_request(proxy, number, answer("503 Busy", "", "Retry-After: 7"), times=1)
        client.load(new, "update")
        assert client.sees(new) == 0
        if not client.pauses:
            break
        assert client.pauses == [7.0]
    assert 7 < number < 99


@pytest.mark.parametrize(
    ("asked", "pauses"),
    [
        ("60", [60.0]),
        ("61", []),
        ("Fri, 31 Dec 9999 23:59:59 GMT", []),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("soon", None),
        ("\N{SUPERSCRIPT TWO}", None),
        ("9" * 400, []),
    ],
)
def test_a_store_that_asks_for_too_long_a_pause_is_not_waited_for(
    client: Client, proxy: FaultyProxy, asked: str, pauses: list[float] | None
) -> None:
    from_request(proxy, 0, answer("503 Busy", "", f"Retry-After: {asked}"))
    with pytest.raises(ServerError, match="answered HTTP 503 Busy") as caught:
        client.load(NEW)
    if pauses is None:
        assert len(client.pauses) == 1
        assert client.pauses[0] < 1
    else:
        assert client.pauses == pauses
    too_long = "It asks to wait " in str(caught.value)
    assert too_long == (pauses == [])
    assert client.sees(OLD) == 0


def test_a_store_that_takes_small_pieces_only_is_told_so_and_loaded_in_small_ones(
    client: Client, proxy: FaultyProxy
) -> None:
    def refuse(head: str) -> bytes | None:
        length = next((int(x[15:]) for x in head.split("\r\n") if x.startswith("Content-L")), 0)
        return answer("413 Content Too Large") if length > 4000 else None

    proxy.refusal = refuse
    large = graph("large", 1000)
    with pytest.raises(ServerError, match=r"large as this in one go\. Load with --via update"):
        client.load(large)
    with pytest.raises(ServerError, match="Name a smaller one with --piece"):
        client.load(large, "update")
    assert client.sees(OLD) == 0
    client.load(large, "update", piece=20)
    assert client.sees(large) == 0


# --- slowness -------------------------------------------------------------------------------------


def patient(seconds: float) -> Server:
    return Server(limits=Limits(connect=seconds, answer=seconds, attempts=1))


LATE = r"did not answer in time\. Allow more with --timeout\."


def test_a_store_that_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/query"
        with pytest.raises(ServerError, match=LATE):
            patient(0.1).select(address, EVERYTHING)


def test_a_store_that_answers_drop_by_drop_is_given_up() -> None:
    with serving(ox.Store()) as endpoint:
        endpoint.always = dripping
        with pytest.raises(ServerError, match=LATE):
            patient(0.2).select(endpoint.url, EVERYTHING)


def test_a_slow_line_takes_as_long_as_it_needs() -> None:
    """No time limit is for a whole request: a large graph takes a while."""
    large = b"".join(f"<urn:s> <urn:p> {number} .\n".encode() for number in range(200_000))
    with slow_reader(0.005) as address:
        Server(limits=Limits(connect=0.3, answer=60, attempts=1)).put(
            address, {"graph": "urn:g"}, large
        )


def test_a_line_that_is_stuck_is_given_up() -> None:
    with slow_reader(None) as address, pytest.raises(ServerError, match=LATE):
        patient(0.2).put(address, {"graph": "urn:g"}, b"#" * 20_000_000)


@contextmanager
def slow_reader(pause: float | None) -> Iterator[str]:
    """Serve one request, reading it slowly, or not at all."""
    done = threading.Event()
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 14)
        server.bind(("127.0.0.1", 0))
        server.listen()

        def take() -> None:
            connection, _ = server.accept()
            with connection:
                if pause is None:
                    done.wait(30)
                    return
                got = connection.recv(1 << 14)
                head, _, body = got.partition(b"\r\n\r\n")
                found = re.search(rb"content-length: (\d+)", head.lower())
                left = int(found[1]) - len(body) if found else 0
                while left > 0 and got:
                    time.sleep(pause)
                    got = connection.recv(1 << 14)
                    left -= len(got)
                connection.sendall(answer("204 No Content"))

        thread = threading.Thread(target=take)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/data"
        finally:
            done.set()
            thread.join()
