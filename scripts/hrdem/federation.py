"""Questions that join the graph with what others publish.

The engines follow ``SERVICE`` by themselves, but without time limits, without trying again, and
often by asking for everything there is. Here the services are asked one after the other: first what
stands before the SERVICE is answered by the graph; then the service is asked, in batches, only
about the values found; then its answer takes the place of the SERVICE, as VALUES. By the definition
of SERVICE (`SPARQL 1.1 Federated Query
<https://www.w3.org/TR/sparql11-federated-query/>`_, a join with what the service answers) the
result is the same.

Only those whom the header of a saved question names are ever asked, and only through
:class:`hrdem.endpoint.Endpoint`, so that a failure is a sentence and never an empty answer. A
person may have somebody else answer in their place: another endpoint, or files.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pyoxigraph as ox

from hrdem.endpoint import Endpoint, Limits
from hrdem.errors import HrdemError, UsageError
from hrdem.foreign import check_file, read_file
from hrdem.sparql import blank_comments, prologue, services, variables
from hrdem.store.interface import QUERY_SECONDS, Store, Table
from hrdem.store.results import as_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hrdem.queries import SavedQuery
    from hrdem.sparql import Service
    from hrdem.store.interface import Row

BATCH = 100
"""How many values one query to a service asks about at most."""


class Answering(Protocol):
    """Whoever answers in a service's place."""

    def select(self, query: str, seconds: float) -> Table:
        """Return the answer to a SELECT, found in no more than `seconds`."""


class Files:
    """Answers from files, all together.

    Raises:
        UsageError: if one of them is not there, or is in no known syntax.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = list(paths)
        for path in self._paths:
            check_file(path)
        self._graph: ox.Store | None = None

    def select(self, query: str, seconds: float) -> Table:
        """Return the answer to a SELECT; the files are read when the first one comes.

        Raises:
            HrdemError: if a file cannot be read.
        """
        if self._graph is None:
            self._graph = ox.Store()
            for path in self._paths:
                self._graph.bulk_extend(read_file(path))
        return as_table(self._graph.query(query, use_default_graph_as_union=True))


def given(pairs: Iterable[str]) -> dict[str, Answering]:
    """Return by address who answers in its place, from what a person typed.

    Args:
        pairs: ``ADDRESS=ENDPOINT`` or ``ADDRESS=FILE``; several files for one address are taken
            together.

    Raises:
        UsageError: if one is not written so, or names an endpoint beside something else.
    """
    places: dict[str, list[str]] = {}
    for pair in pairs:
        match = re.fullmatch(r"([a-z]+://[^=\s]+)=(.+)", pair)
        if match is None:
            raise UsageError(
                "--service wants the address of a service, an equals sign, and the endpoint or the"
                f" file that answers in its place, not {pair!r}."
            )
        places.setdefault(match[1], []).append(match[2])
    answering: dict[str, Answering] = {}
    for address, names in places.items():
        if not any(re.match(r"[a-z]+://", name) for name in names):
            answering[address] = Files(map(Path, names))
        elif len(names) == 1:
            answering[address] = _polite(names[0])
        else:
            raise UsageError(f"Give one endpoint for {address}, or files, and not both.")
    return answering


def _polite(address: str) -> Endpoint:
    # Somebody waits for the answer, so little time is spent on trying again.
    return Endpoint(address, Limits(connect=5.0), attempts=3, backoff=0.5)


def resolve(
    store: Store,
    query: SavedQuery,
    text: str,
    answering: Mapping[str, Answering],
    seconds: float = QUERY_SECONDS,
) -> str:
    """Return `text` with the answers of the services in it, so that `store` alone can answer it.

    Args:
        store: the graph to ask.
        query: the saved question, whose header says whom it asks.
        text: its text, with the values bound.
        answering: by address, who answers in its place.
        seconds: how long the services may take in all.

    Raises:
        UsageError: if `answering` has an address that the question does not ask.
        HrdemError: if a service does not answer, or nobody can be asked in its place.
    """
    asked = dict(answering)
    for address in asked:
        if address not in query.endpoints:
            known = ", ".join(query.endpoints) or "nobody"
            raise UsageError(f"The question {query.name} does not ask {address}. It asks: {known}.")
    for address, who in query.endpoints.items():
        if address in asked:
            continue
        if who.kind == "dataset":
            raise HrdemError(
                f"The question {query.name} needs data of {who.name}, and the project names no"
                " endpoint for them. Get a file of them, or the address of an endpoint that has"
                f" them, and say --service {address}=FILE or --service {address}=ENDPOINT."
            )
        asked[address] = _polite(address)
    deadline = time.monotonic() + seconds
    text = blank_comments(text)
    while found := services(text):
        service = found[0]
        table = _answer(store, text, service, asked[service.address], deadline, seconds)
        values = _values(table, query.endpoints[service.address].name)
        text = text[: service.start] + values + text[service.end :]
    return text


def _answer(
    store: Store,
    text: str,
    service: Service,
    answering: Answering,
    deadline: float,
    seconds: float,
) -> Table:
    """Return what a service says about the values that the graph has for it."""
    before = text[service.group : service.outer]
    body = text[service.body[0] : service.body[1]]
    declared = prologue(text)
    names = [name for name in variables(body) if name in set(variables(before))]
    rows: list[Row] = []
    if names:
        listed = " ".join(f"?{name}" for name in names)
        known = store.select(f"{declared} SELECT DISTINCT {listed} WHERE {{ {before} }}")
        # A variable that not every row has a value for cannot narrow the question.
        full = [n for n in range(len(names)) if all(row[n] is not None for row in known.rows)]
        names = [names[n] for n in full]
        rows = list(dict.fromkeys(tuple(row[n] for n in full) for row in known.rows))
        if not known.rows:
            return Table(tuple(names), [])
    columns: tuple[str, ...] = ()
    answers: list[Row] = []
    batches = (
        [rows[n : n + BATCH] for n in range(0, len(rows), BATCH)] if names and rows else [None]
    )
    for batch in batches:
        values = "" if batch is None else _inline(names, batch)
        left = deadline - time.monotonic()
        if left <= 0:
            raise HrdemError(
                f"The services did not answer within {seconds:g} seconds. Allow more with"
                " --timeout."
            )
        table = answering.select(
            f"{declared} SELECT * WHERE {{ {values} {{ {body} }} }}".strip(), left
        )
        columns = tuple(dict.fromkeys((*columns, *table.columns)))
        place = {name: n for n, name in enumerate(table.columns)}
        answers += [
            tuple(row[place[name]] if name in place else None for name in columns)
            for row in table.rows
        ]
    return Table(columns, [(*row, *(None,) * (len(columns) - len(row))) for row in answers])


def _values(table: Table, who: str) -> str:
    for row in table.rows:
        if any(isinstance(value, ox.BlankNode) for value in row):
            raise HrdemError(
                f"{who} answered with a blank node, which cannot be joined with the graph. The"
                " question must ask for IRIs and literals only."
            )
    return _inline(table.columns, table.rows)


def _inline(names: Iterable[str], rows: Iterable[Row]) -> str:
    """Return rows as a VALUES block (SPARQL 1.1, section 10.2)."""
    listed = " ".join(f"?{name}" for name in names)
    lines = "\n".join(
        f"({' '.join('UNDEF' if value is None else str(value) for value in row)})" for row in rows
    )
    return f"VALUES ({listed}) {{\n{lines}\n}}"
