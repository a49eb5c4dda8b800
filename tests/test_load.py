"""A load puts the whole graph into a store or leaves the store as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

import real_stores
from conftest import Mini
from hrdem.build import build
from hrdem.credentials import Credentials
from hrdem.errors import HrdemError
from hrdem.load import (
    Addresses,
    Limits,
    Outcome,
    Server,
    ServerError,
    find_addresses,
    load,
    loaded,
    make_plan,
    unload,
)
from hrdem.load.server import Answer
from hrdem.store import EmbeddedStore, RemoteStore
from hrdem.vocabulary import GRAPH, MERGED
from real_stores import RealStore

EVERYTHING = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } ORDER BY ?s ?p ?o"
FOREIGN = "urn:example:foreign"


@pytest.fixture(scope="module", params=real_stores.NAMES)
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealStore]:
    """Each real store in turn; tests leave nothing in it."""
    with real_stores.running(request.param, tmp_path_factory.mktemp("store")) as running:
        yield running


class Client:
    """What a load needs to speak to a store."""

    def __init__(self, store: RealStore) -> None:
        self.store = store
        who = Credentials(store.scheme, *store.user) if store.user else None
        self.server = Server(who, Limits(attempts=2, backoff=0.01))
        self.addresses = find_addresses(store.url, self.server)

    def load(self, mini: Mini, layout: str = "merged", way: str | None = None) -> Outcome:
        return load(make_plan(mini.project, layout), self.server, self.addresses, way=way)

    def everything(self) -> list[tuple[object, ...]]:
        return sorted(RemoteStore(self.store.query).select(EVERYTHING).rows, key=str)

    def graphs(self) -> set[str]:
        rows = self.server.select(
            self.addresses.query,
            "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o }"
            f' FILTER(STRSTARTS(STR(?g), "{GRAPH}") || STRSTARTS(STR(?g), "urn:example:")) }}',
        ).rows
        return {row[0].value for row in rows if row[0] is not None}


@pytest.fixture
def client(store: RealStore) -> Iterator[Client]:
    client = Client(store)
    yield client
    unload(client.server, client.addresses)
    client.server.update(client.addresses.update, f"DROP SILENT GRAPH <{FOREIGN}>")


@pytest.fixture
def small_graph(mini: Mini) -> Mini:
    build(mini.project)
    return mini


def embedded(mini: Mini) -> list[tuple[object, ...]]:
    return sorted(EmbeddedStore.open(mini.project).select(EVERYTHING).rows, key=str)


def change(mini: Mini) -> None:
    """Change the graph of a project, and build it."""
    mini.write(
        "data/extra.ttl",
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        '<https://w3id.org/hrdem/theme/new> skos:prefLabel "New – 新"@en .\n',
    )
    build(mini.project)


@pytest.mark.stores
def test_the_addresses_of_a_store_are_found_from_one(store: RealStore) -> None:
    client = Client(store)
    found = client.addresses
    assert (found.query, found.update, found.graphs) == (
        store.query,
        store.update,
        store.graph_store,
    )
    assert find_addresses(store.query, client.server) == found
    assert find_addresses(store.update, client.server, write=False).query == store.query


@pytest.mark.stores
@pytest.mark.parametrize("way", ["graphs", "update"])
@pytest.mark.parametrize("layout", ["merged", "named"])
def test_what_is_loaded_is_what_was_built(
    client: Client, small_graph: Mini, layout: str, way: str
) -> None:
    outcome = client.load(small_graph, layout, way)
    assert outcome.changed
    assert outcome.before is None
    assert (len(outcome.after.graphs) > 1) == (layout == "named")
    assert client.everything() == embedded(small_graph)

    again = client.load(small_graph, layout, way)
    assert not again.changed
    assert again.after == outcome.after


@pytest.mark.stores
def test_a_new_load_replaces_the_old_one_and_nothing_else(
    client: Client, small_graph: Mini
) -> None:
    client.server.update(
        client.addresses.update,
        f"INSERT DATA {{ GRAPH <{FOREIGN}> {{ <urn:example:s> <urn:example:p> 1 }} }}",
    )
    first = client.load(small_graph, "named")
    change(small_graph)
    second = client.load(small_graph, "merged")
    assert second.before == first.after
    assert client.everything() == embedded(small_graph)
    # What only the old layout had is gone; one old version may wait for readers who had begun.
    left = {name for name in client.graphs() if not name.startswith(MERGED)}
    assert left == {FOREIGN, GRAPH + "loaded"}

    assert unload(client.server, client.addresses) == second.after
    assert client.graphs() == {FOREIGN}
    assert unload(client.server, client.addresses) is None


@pytest.mark.stores
@pytest.mark.parametrize("layout", ["merged", "named"])
def test_a_load_that_is_cut_off_after_any_request_changes_nothing_or_everything(
    client: Client, small_graph: Mini, layout: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut off after each of its requests in turn; what was sent has arrived."""
    old = client.load(small_graph, layout)
    before = client.everything()
    change(small_graph)
    after = embedded(small_graph)
    send = Server.send
    for allowed in range(100):
        left = allowed

        def cut(self: Server, *arguments: object, **named: object) -> Answer:
            nonlocal left
            if left == 0:
                raise ServerError("The line was cut.")
            left -= 1
            return send(self, *arguments, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(Server, "send", cut)
        try:
            client.load(small_graph, layout)
        except ServerError:
            monkeypatch.setattr(Server, "send", send)
            seen = client.everything()
            there = loaded(client.server, client.addresses)
            assert there is not None
            assert seen == (before if there.digest == old.after.digest else after)
            continue
        finally:
            monkeypatch.setattr(Server, "send", send)
        break
    else:
        pytest.fail("the load never came to its end")
    assert allowed > 5
    assert client.everything() == after
    assert client.load(small_graph, layout).changed is False


def test_what_a_store_garbles_is_not_put_in_place(
    small_graph: Mini, monkeypatch: pytest.MonkeyPatch, oxigraph: RealStore
) -> None:
    client = Client(oxigraph)
    client.load(small_graph)
    before = client.everything()
    change(small_graph)
    put = Server.put

    def lossy(self: Server, address: str, parameters: dict[str, str], content: bytes) -> None:
        put(self, address, parameters, content.replace("新".encode(), b"?"))

    monkeypatch.setattr(Server, "put", lossy)
    with pytest.raises(HrdemError, match=r"gave back something else than was put into it"):
        client.load(small_graph)
    assert client.everything() == before
    assert client.graphs() == {MERGED, GRAPH + "loaded"}


@pytest.fixture
def oxigraph(tmp_path: Path) -> Iterator[RealStore]:
    with real_stores.running("oxigraph", tmp_path / "store") as running:
        yield running


def test_where_nothing_listens_a_sentence_says_so() -> None:
    server = Server(limits=Limits(attempts=2, backoff=0.001))
    with pytest.raises(ServerError) as caught:
        find_addresses(f"http://127.0.0.1:{real_stores.free_port()}/", server)
    assert "could not be reached: Connection refused." in str(caught.value)


def test_a_secret_is_never_shown() -> None:
    assert "hush" not in repr(Credentials("basic", "me", "hush"))
    server = Server(limits=Limits(attempts=1))
    with pytest.raises(ServerError) as caught:
        server.select(f"http://me:hush@127.0.0.1:{real_stores.free_port()}/query", "ASK {}")
    assert "hush" not in str(caught.value)


def test_a_second_switch_does_no_harm(small_graph: Mini, oxigraph: RealStore) -> None:
    """The answer to the switch may be lost, and then it is sent again."""
    client = Client(oxigraph)
    sent: list[str] = []
    update = Server.update

    def twice(self: Server, address: str, text: str) -> None:
        sent.append(text)
        update(self, address, text)
        update(self, address, text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Server, "update", twice)
        client.load(small_graph, "named")
    assert any("DELETE" in text for text in sent)
    assert client.everything() == embedded(small_graph)


def test_addresses_can_be_named(oxigraph: RealStore) -> None:
    server = Server()
    found = find_addresses(
        oxigraph.query, server, update=oxigraph.update, graphs=oxigraph.graph_store
    )
    assert found == Addresses(oxigraph.query, oxigraph.update, oxigraph.graph_store)


def test_the_pieces_of_an_update_are_no_larger_than_asked(
    small_graph: Mini, oxigraph: RealStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(oxigraph)
    sizes: list[int] = []
    update = Server.update

    def count(self: Server, address: str, text: str) -> None:
        if text.startswith(f"INSERT DATA {{ GRAPH <{GRAPH}staged/"):
            sizes.append(sum(1 for _ in ox.parse(_turtle(text), format=ox.RdfFormat.TRIG)))
        update(self, address, text)

    monkeypatch.setattr(Server, "update", count)
    load(
        make_plan(small_graph.project, "named"),
        client.server,
        client.addresses,
        way="update",
        piece=7,
    )
    assert max(sizes) == 7
    assert len(sizes) > 3


def _turtle(update: str) -> bytes:
    """Return the data of an INSERT DATA as TriG."""
    return update.removeprefix("INSERT DATA {").removesuffix("}").encode()
