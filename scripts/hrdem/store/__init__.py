"""One small interface to ask a graph, with back ends for different places and needs.

* :class:`EmbeddedStore`: Oxigraph in this process; what the commands use.
* :class:`GuardedStore`: the same in a child process with limits of time, memory and size, for
  queries that nobody has tried before.
* :class:`RemoteStore`: any SPARQL endpoint.
* :class:`RdflibStore`: rdflib, an engine that shares no code with the first; the tests compare.

Terms are pyoxigraph's everywhere. The prefixes of the project are known in every query. rdflib,
SPARQLWrapper and subprocess are imported where they are used: asking must start fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hrdem.store.embedded import EmbeddedStore
from hrdem.store.guarded import GuardedStore
from hrdem.store.interface import QUERY_SECONDS, Store, Table
from hrdem.store.remote import RemoteStore
from hrdem.store.with_rdflib import RdflibStore

if TYPE_CHECKING:
    from hrdem.credentials import Credentials
    from hrdem.project import Project

__all__ = [
    "QUERY_SECONDS",
    "EmbeddedStore",
    "GuardedStore",
    "RdflibStore",
    "RemoteStore",
    "Store",
    "Table",
    "open_store",
]


def open_store(
    project: Project,
    endpoint: str | None = None,
    seconds: float = QUERY_SECONDS,
    credentials: Credentials | None = None,
) -> Store:
    """Return the store to ask: the endpoint if one is named, else the built graph of `project`."""
    if endpoint is not None:
        return RemoteStore(endpoint, seconds, credentials=credentials)
    return EmbeddedStore.open(project)
