"""One small interface to ask a graph, with back ends for different places and needs.

* :class:`EmbeddedStore`: Oxigraph in this process; what the commands use.
* :class:`GuardedStore`: the same in a child process with limits of time, memory and size, for
  queries that nobody has tried before.
* :class:`RemoteStore`: any SPARQL endpoint.
* :class:`RdflibStore`: rdflib, an engine that shares no code with the first; the tests compare.

Terms are pyoxigraph's everywhere. The prefixes of the project are known in every query. All but the
first are imported when they are used: asking must start fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hrdem.store.embedded import EmbeddedStore
from hrdem.store.interface import QUERY_SECONDS, Store, Table

if TYPE_CHECKING:
    from hrdem.ahead import Opening
    from hrdem.credentials import Credentials
    from hrdem.project import Project
    from hrdem.store.guarded import GuardedStore
    from hrdem.store.remote import RemoteStore
    from hrdem.store.with_rdflib import RdflibStore

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

_LATER: Final = {"GuardedStore": "guarded", "RdflibStore": "with_rdflib", "RemoteStore": "remote"}


def __getattr__(name: str) -> Any:  # noqa: ANN401 (one of the classes)
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)


def open_store(
    project: Project,
    endpoint: str | None = None,
    seconds: float = QUERY_SECONDS,
    credentials: Credentials | None = None,
    opening: Opening | None = None,
) -> Store:
    """Return the store to ask: the endpoint if one is named, else the built graph of `project`.

    Args:
        project: the project.
        endpoint: the endpoint to ask, if one is named.
        seconds: how long it may take.
        credentials: who asks it.
        opening: the store of the built graph, if somebody has begun to open it.
    """
    if endpoint is not None:
        from hrdem.store.remote import RemoteStore

        return RemoteStore(endpoint, seconds, credentials=credentials)
    return EmbeddedStore.open(project, opening)
