"""What goes wrong while a graph is loaded: readers see the old graph or the new one all the same.

Stores are killed, run out of disk, refuse, are slow; connections are cut after any byte. Each time
the graphs of others stay as they are, byte for byte, and the same command afterwards ends well.
"""

from __future__ import annotations

import resource
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyoxigraph as ox
import pytest
import requests

import real_stores
from conftest import Mini
from hrdem import cli
from hrdem.build import build
from hrdem.credentials import SECRET_VARIABLE, Credentials
from hrdem.errors import EXIT_FINE, EXIT_WRONG, HrdemError
from hrdem.load import (
    Limits,
    Outcome,
    Plan,
    Server,
    ServerError,
    find_addresses,
    load,
    loaded,
    make_plan,
    unload,
)
from hrdem.store import RemoteStore
from hrdem.vocabulary import GRAPH, MERGED, SKOS
from real_stores import NAMES, RealStore
from wire import Answer, Gate, gate, is_write, sleeping, wire

pytestmark = pytest.mark.stores

OTHERS = ("urn:example:foreign", GRAPH + "of-somebody-else")
"""Graphs that are not ours, one with a name like ours."""
FOREIGN = b"""\
<urn:example:s> <urn:example:p> "caf\\u00E9"@fr .
<urn:example:s> <urn:example:p> "01"^^<http://www.w3.org/2001/XMLSchema#integer> .
<urn:example:s> <urn:example:q> _:b .
_:b <urn:example:p> "one\\nline" .
"""
WITH_DEFAULT = ("oxigraph", "fuseki")
"""The stores that let a client put something into a default graph apart from the named ones."""
EVERYTHING = "SELECT ?s ?p ?o WHERE { ?s ?p ?o }"
_FILE = Path(__file__).with_name("store_holes.toml")
HOLES = {
    hole["store"]: hole
    for hole in tomllib.loads(_FILE.read_text("utf-8"))["hole"]
    if hole["fault"] == "full disk"
}
"""What some stores do not do as they should, by store."""
FEW, MANY = 60, 3000


class Plans:
    """Two states of a small graph, in both layouts: each theme of the first is named anew."""

    def __init__(self, folder: Path, themes: int) -> None:
        self.mini = Mini(folder)
        self.by_state: dict[str, dict[str, Plan]] = {}
        for state in ("old", "new"):
            self.become(state, themes)
            self.by_state[state] = {
                layout: make_plan(self.mini.project, layout) for layout in ("merged", "named")
            }

    def become(self, state: str, themes: int) -> None:
        """Write and build a state."""
        lines = (
            f'<https://w3id.org/hrdem/theme/{number}> <{SKOS}prefLabel> "{state} {number}"@en ;'
            f' <{SKOS}notation> "{state}" .\n'
            for number in range(themes)
        )
        self.mini.write("data/extra.ttl", "".join(lines))
        build(self.mini.project)

    def plan(self, state: str, layout: str = "merged") -> Plan:
        return self.by_state[state][layout]

    def state(self, url: str) -> str:
        """Return which state readers of a store see: old, new, or what else is there."""
        rows = RemoteStore(url).select(EVERYTHING).rows
        lines = {" ".join(map(str, row)) + " ." for row in rows}
        for state in self.by_state:
            if lines == set(self.plan(state).graphs[MERGED]):
                return state
        return f"{len(lines)} triples, such as {sorted(lines)[:1]}"


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> Plans:
    return Plans(tmp_path_factory.mktemp("plans"), FEW)


@pytest.fixture(scope="module")
def large_plans(tmp_path_factory: pytest.TempPathFactory) -> Plans:
    return Plans(tmp_path_factory.mktemp("large"), MANY)


class Loader:
    """Loads into a store by some address of it, and reads from it by its own."""

    def __init__(self, store: RealStore, plans: Plans, url: str | None = None) -> None:
        self.store = store
        self.plans = plans
        self.url = url or store.url
        self.who = Credentials(store.scheme, *store.user) if store.user else None
        self.pauses: list[float] = []
        for name in OTHERS:
            self.foreign("PUT", {"graph": name}, FOREIGN)
        if store.name in WITH_DEFAULT:
            self.foreign("PUT", {"default": ""}, FOREIGN)
        self.theirs = self.others()

    def load(
        self,
        state: str,
        layout: str = "merged",
        *,
        attempts: int = 1,
        way: str | None = None,
        answer: float = 60.0,
    ) -> Outcome:
        limits = Limits(answer=answer, attempts=attempts, backoff=0.01)
        server = Server(self.who, limits, wait=self.pauses.append)
        addresses = find_addresses(self.url, server)
        return load(self.plans.plan(state, layout), server, addresses, way=way)

    def foreign(self, method: str, graph: dict[str, str], data: bytes | None = None) -> bytes:
        answer = requests.request(
            method,
            self.store.graph_store,
            params=graph,
            data=data,
            # Some stores offer N-Triples only as Turtle, of which they are a part.
            headers={
                "Accept": "application/n-triples, text/turtle;q=0.9, */*;q=0.1",
                "Content-Type": "application/n-triples",
            },
            auth=self.who.auth() if self.who else None,
            timeout=60,
        )
        answer.raise_for_status()
        return answer.content

    def others(self) -> list[str]:
        """Return the graphs of others as canonical N-Quads."""
        graphs = [{"graph": name} for name in OTHERS]
        graphs += [{"default": ""}] if self.store.name in WITH_DEFAULT else []
        content = []
        for graph in graphs:
            data = ox.Dataset(ox.parse(self.foreign("GET", graph), format=ox.RdfFormat.TURTLE))
            data.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
            content += [f"{graph} {line}" for line in sorted(map(str, data))]
        return content

    def seen(self) -> str:
        """Return what readers see, once it is made sure that nothing of others has changed."""
        assert self.others() == self.theirs
        return self.plans.state(self.store.query)

    def recorded(self) -> str:
        """Return what the record of the load says that there is."""
        server = Server(self.who)
        addresses = find_addresses(self.store.url, server)
        there = loaded(server, addresses)
        assert there is not None
        for state, layouts in self.plans.by_state.items():
            for plan in layouts.values():
                if there.digest in (plan.digest, plan.versioned().digest):
                    return state
        return there.digest

    def leave(self) -> None:
        server = Server(self.who)
        unload(server, find_addresses(self.store.url, server))
        for name in OTHERS:
            self.foreign("DELETE", {"graph": name})


@pytest.fixture(scope="module", params=NAMES)
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealStore]:
    """Each real store in turn."""
    with real_stores.running(request.param, tmp_path_factory.mktemp("store")) as running:
        yield running


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealStore]:
    with real_stores.running("oxigraph", tmp_path_factory.mktemp("oxigraph")) as running:
        yield running


# --- cut connections ------------------------------------------------------------------------------


@pytest.mark.parametrize("direction", ["to the store", "from the store"])
@pytest.mark.parametrize("layout", ["merged", "named"])
def test_a_connection_that_is_cut_after_any_byte(
    store: RealStore, plans: Plans, layout: str, direction: str
) -> None:
    up = direction == "to the store"
    parts = 12 if store.name == "oxigraph" else 4
    with wire() as between:
        loader = Loader(store, plans, between.to(store.url))
        loader.load("old", layout)
        between.cut_after(None, up=up)
        loader.load("new", layout)
        whole = between.passed
        found = set()
        for part in range(parts):
            loader.load("old", layout)
            offset = 1 + (whole - 1) * part // (parts - 1)
            between.cut_after(offset, up=up)
            with suppress(HrdemError):  # the last bytes may not be needed
                loader.load("new", layout)
            between.cut_after(None)
            found.add(loader.seen())
            assert loader.seen() == loader.recorded(), offset
            # With more attempts than one the same cut does no harm.
            between.cut_after(offset, up=up)
            loader.load("new", layout, attempts=4)
            between.cut_after(None)
            assert loader.seen() == "new", offset
        assert found == {"old", "new"}
    loader.leave()


# --- killed stores --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_store_that_is_killed_during_a_load(name: str, plans: Plans, tmp_path: Path) -> None:
    running = real_stores.start(name, tmp_path)
    try:
        with wire() as between:
            loader = Loader(running, plans, between.to(running.url))
            loader.load("old")
            between.cut_after(None)
            loader.load("new")
            whole = between.passed
            moments: list[tuple[int | None, bytes | None]] = [(whole // 2, None), (None, b"DELETE")]
            for number, words in moments:  # while the graph is sent, and while it is put in place
                loader.load("old")
                between.cut_after(number, words=words, then=running.kill)
                with pytest.raises(ServerError, match="could not be reached"):
                    loader.load("new")
                between.cut_after(None)
                assert running.process.wait(timeout=20)
                running = loader.store = real_stores.start(name, tmp_path)
                between.to(running.url)
                assert loader.seen() in ({"old"} if number else {"old", "new"})
                assert loader.seen() == loader.recorded()
                loader.load("new")
                assert loader.seen() == "new"
    finally:
        running.kill()


# --- full disks -----------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="limits of other processes are set on Linux")
@pytest.mark.parametrize("name", NAMES)
def test_a_disk_that_is_full(name: str, plans: Plans, large_plans: Plans, tmp_path: Path) -> None:
    """Files cannot grow any more, which is what a store sees of a full disk."""
    running = real_stores.start(name, tmp_path)
    try:
        loader = Loader(running, plans)
        loader.load("old")
        largest = 64 * 1024
        _, hard = resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (largest, hard))
        loader.plans = large_plans
        with pytest.raises(HrdemError, match=r"^The store at "):
            loader.load("new")
        loader.plans = plans
        if running.process.poll() is None:
            with suppress(HrdemError, requests.RequestException):  # it may have fallen silent
                assert loader.seen() == "old"
        running.kill()
        running = loader.store = real_stores.start(name, tmp_path)
        loader.url = running.url
        if name in HOLES:
            assert running.version == HOLES[name]["version"]
            assert plans.state(running.query) != "old", "mended: take it off tests/store_holes.toml"
            return
        assert (loader.seen(), loader.recorded()) == ("old", "old")
        loader.plans = large_plans
        loader.load("new")
        assert loader.seen() == "new"
    finally:
        running.kill()


def test_what_a_store_does_wrong_is_on_the_page() -> None:
    page = " ".join((real_stores.ROOT / "README.md").read_text("utf-8").split())
    for name, hole in HOLES.items():
        assert name in NAMES
        assert hole["what"] in page
        assert hole["evidence"]


# --- refusals -------------------------------------------------------------------------------------


@contextmanager
def before(oxigraph: RealStore, plans: Plans) -> Iterator[tuple[Gate, Loader]]:
    """Yield a gate before a store, and who loads the old state and then passes through it."""
    with gate(oxigraph.url) as door:
        loader = Loader(oxigraph, plans, door.url)
        loader.load("old")
        yield door, loader
        door.instead = lambda *request: None
        loader.load("new")
        assert loader.seen() == "new"
        loader.leave()


def answering(
    code: int, headers: dict[str, str] | None = None, times: int = 1000, after: int = 0
) -> Callable[[str, str, bytes], Answer | None]:
    """Return a :attr:`Gate.instead` that refuses some writes with data, once some have passed."""
    left, passing = times, after

    def answer(method: str, path: str, body: bytes) -> Answer | None:
        nonlocal left, passing
        if not is_write(method, path) or body == b"INSERT DATA {}":
            return None
        if passing:
            passing -= 1
            return None
        left -= 1
        said = {"Content-Type": "text/plain", **(headers or {})}
        return (code, said, b"Said by the store.\n") if left >= 0 else None

    return answer


@pytest.mark.parametrize("after", [0, 1, 2], ids=["first", "second", "third"])
@pytest.mark.parametrize(
    ("code", "way", "sentence"),
    [
        (401, "graphs", "wants to know who you are. Name --user, or --auth bearer, and give"),
        (403, "graphs", "does not let you do this. Ask its administrator for the right to write"),
        (404, "graphs", "has nothing at this address. Check the address (HTTP 404 Not Found)."),
        (413, "graphs", "takes no graph as large as this in one go. Load with --via update (HTTP"),
        (413, "update", "takes no piece as large as this. Name a smaller one with --piece (HTTP 4"),
        (500, "graphs", "answered HTTP 500 Internal Server Error. It says: Said by the store."),
        (507, "graphs", "has no room left. Make room there and run the command again (HTTP 507 I"),
    ],
)
def test_a_refusal_is_told_and_changes_nothing(
    oxigraph: RealStore, plans: Plans, code: int, way: str, sentence: str, after: int
) -> None:
    """The writes of a load: the record of what is on its way, the graph, the switch."""
    with before(oxigraph, plans) as (door, loader):
        door.instead = answering(code, after=after)
        with pytest.raises(ServerError) as caught:
            loader.load("new", way=way)
        told = str(caught.value)
        assert told.startswith(f"The store at {door.url}/")
        if code != 413 or after == 1:
            assert sentence in told
        assert told.endswith("It says: Said by the store.")
        assert loader.seen() == loader.recorded() == "old"


def test_a_busy_store_is_waited_for_as_long_as_it_says(oxigraph: RealStore, plans: Plans) -> None:
    with before(oxigraph, plans) as (door, loader):
        door.instead = answering(503, {"Retry-After": "7"}, times=2, after=1)
        assert loader.load("new", attempts=4).changed
        assert loader.pauses == [7.0, 7.0]
        assert loader.seen() == "new"


def test_a_store_that_asks_for_too_long_a_pause_is_not_waited_for(
    oxigraph: RealStore, plans: Plans
) -> None:
    with before(oxigraph, plans) as (door, loader):
        door.instead = answering(503, {"Retry-After": "3600"}, after=1)
        with pytest.raises(ServerError, match=r"HTTP 503 .* It asks to wait 3600 seconds"):
            loader.load("new", attempts=4)
        assert loader.pauses == []
        assert loader.seen() == "old"


def test_a_slow_store_is_given_up_and_may_be_given_more_time(
    oxigraph: RealStore, plans: Plans
) -> None:
    with before(oxigraph, plans) as (door, loader):
        door.instead = sleeping(0.6)
        with pytest.raises(ServerError) as caught:
            loader.load("new", answer=0.2)
        assert "did not answer in time. Allow more with --timeout." in str(caught.value)
        assert loader.seen() == "old"
        assert loader.load("new", answer=20.0).changed


def test_a_store_that_reads_slowly_is_not_taken_for_one_that_cannot_be_reached(
    oxigraph: RealStore, plans: Plans
) -> None:
    """How long connecting may take says nothing about how long a body may be on its way.

    urllib3 would let the limit of connecting hold for the first request on a connection, so this
    is one; and the system takes megabytes that nobody has read, so there are more.
    """
    text = "x" * 1000
    lines = (f'<urn:example:s> <urn:example:p> "{number} {text}" .\n' for number in range(12_000))
    content = "".join(lines).encode()
    with wire() as between:
        between.pause = 0.02
        server = Server(limits=Limits(connect=0.2, answer=30.0, attempts=1))
        server.put(between.to(oxigraph.graph_store), {"graph": OTHERS[0]}, content)
    Loader(oxigraph, plans).leave()


# --- readers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["merged", "named"])
def test_readers_see_the_old_graph_or_the_new_one(
    store: RealStore, large_plans: Plans, layout: str
) -> None:
    loader = Loader(store, large_plans)
    loader.load("old", layout)
    query = (
        f"SELECT ?state (COUNT(*) AS ?n) WHERE {{ ?theme <{SKOS}notation> ?state }} GROUP BY ?state"
    )
    seen: set[tuple[str, ...]] = set()
    problems: list[str] = []
    done = threading.Event()

    def read() -> None:
        staying = RemoteStore(store.query)
        while not done.is_set():
            for reader in (staying, RemoteStore(store.query)):
                try:
                    rows = reader.select(query).rows
                except HrdemError as problem:
                    problems.append(str(problem))
                    return
                seen.add(tuple(f"{cell.value}" for row in rows for cell in row if cell))

    thread = threading.Thread(target=read)
    thread.start()
    try:
        for state in ("new", "old", "new"):
            loader.load(state, layout)
    finally:
        done.set()
        thread.join()
    assert problems == []
    assert seen == {("old", str(MANY)), ("new", str(MANY))}
    assert loader.seen() == "new"
    loader.leave()


# --- the command ----------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["digest", "basic"])
def test_the_command_from_end_to_end(
    scheme: str,
    tmp_path: Path,
    mini: Mini,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    build(mini.project)

    def hrdem(*typed: str, secret: str = real_stores.PASSWORD) -> tuple[int, str, str]:
        monkeypatch.setenv(SECRET_VARIABLE, secret)
        code = cli.main([*typed, "--user", real_stores.USER, "--auth", scheme])
        return code, *capsys.readouterr()

    with real_stores.running("fuseki", tmp_path / "fuseki", scheme) as running:
        url = running.url
        merged = "SHA-256 of the canonical form (RDFC-1.0): "
        code, out, err = hrdem("load", url, "--dry-run")
        assert (code, err) == (EXIT_FINE, "")
        assert f"updates to {url}/update,\n" in out
        assert "Nothing of this project is in the store.\n" in out
        assert out.endswith("Nothing was changed.\n")

        code, out, err = hrdem("load", url, secret="wrong")
        assert (code, out) == (EXIT_WRONG, "")
        assert "does not take this name and secret. Check both" in err
        assert "wrong" not in err

        assert "Nothing of this project is" in hrdem("unload", url, "--dry-run")[1]
        code, out, err = hrdem("load", url)
        assert (code, err) == (EXIT_FINE, "")
        assert "Nothing of this project was in the store.\nLoaded 1 graph with " in out
        assert merged in out
        code, again, err = hrdem("load", url)
        assert (code, err) == (EXIT_FINE, "")
        assert "were there already, as built.\n" in again
        assert again.partition(merged)[2] == out.partition(merged)[2]

        assert "Would remove that and nothing else." in hrdem("unload", url, "--dry-run")[1]
        code, out, err = hrdem("ask", "approved", "--endpoint", running.query)
        assert (code, err) == (EXIT_FINE, "")
        assert "plan" in out
        assert hrdem("unload", url) == (EXIT_FINE, "Removed 1 graph.\n", "")
        assert hrdem("unload", url) == (
            EXIT_FINE,
            "Nothing of this project was in the store.\n",
            "",
        )


def test_a_dry_run_only_asks(
    oxigraph: RealStore, mini: Mini, capsys: pytest.CaptureFixture[str]
) -> None:
    build(mini.project)
    with gate(oxigraph.url) as door:
        for command in ("load", "unload"):
            assert cli.main([command, door.url, "--dry-run"]) == EXIT_FINE
            assert capsys.readouterr().out.endswith("Nothing was changed.\n")
        assert door.seen
        assert not [request for request in door.seen if is_write(*request)]
