"""The real stores that other tests use: they start, take data, and keep it over a kill."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pytest

import real_stores
from real_stores import NAMES, USER, RealStore

pytestmark = pytest.mark.stores


def put(store: RealStore, graph: str, turtle: str) -> None:
    """Replace a graph through the Graph Store Protocol."""
    address = f"{store.graph_store}?graph={quote(graph, safe='')}"
    request = urllib.request.Request(address, turtle.encode(), method="PUT")
    request.add_header("Content-Type", "text/turtle")
    opener = urllib.request.build_opener()
    if store.user:
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, store.graph_store, *store.user)
        opener.add_handler(urllib.request.HTTPDigestAuthHandler(passwords))
    with opener.open(request, timeout=60):
        pass


def count(store: RealStore, graph: str) -> str:
    query = quote(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
    request = urllib.request.Request(f"{store.query}?query={query}", headers={"Accept": "text/csv"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return str(answer.read().decode().split()[-1])


@pytest.mark.parametrize("name", NAMES)
def test_a_store_keeps_what_it_was_given_over_a_kill(name: str, tmp_path: Path) -> None:
    with real_stores.running(name, tmp_path) as store:
        assert (store.user is None) == (store.scheme == "none")
        put(store, "urn:example:graph", "<urn:example:s> <urn:example:p> 1, 2, 3 .")
        assert count(store, "urn:example:graph") == "3"
        store.kill()
        assert store.process.poll() is not None
    with real_stores.running(name, tmp_path) as store:
        assert count(store, "urn:example:graph") == "3"
        put(store, "urn:example:graph", "<urn:example:s> <urn:example:p> 4 .")
        assert count(store, "urn:example:graph") == "1"
    assert store.process.poll() is not None


def test_a_store_may_ask_who_writes(tmp_path: Path) -> None:
    with real_stores.running("fuseki", tmp_path, "digest") as store:
        assert store.user is not None
        assert store.user[0] == USER
        put(store, "urn:example:graph", "<urn:example:s> <urn:example:p> 1 .")
        nameless = urllib.request.Request(store.graph_store + "?default", b"", method="PUT")
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(nameless, timeout=60)
