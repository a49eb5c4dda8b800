"""What a load writes into a store, as SPARQL 1.1 Update, and the record that it keeps there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.load.plan import STAGED
from hrdem.sparql import iris

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hrdem.load.plan import Plan

DEFAULT: Final = v.SD + "defaultGraph"
HAS_PART: Final = v.DCTERMS + "hasPart"
IDENTIFIER: Final = v.DCTERMS + "identifier"
REPLACES: Final = v.DCTERMS + "replaces"
"""The properties of the record: graph to ask, all graphs, digest, graph that was asked before."""


class Loaded(NamedTuple):
    """What a store says has been loaded into it.

    Attributes:
        digest: as :attr:`Plan.digest`.
        merged: name of the graph to ask.
        graphs: names of all graphs of the load, in order.
        previous: name of a merged graph of the load before, kept for readers who had begun.
    """

    digest: str
    merged: str
    graphs: tuple[str, ...]
    previous: str | None = None


def insert(graphs: dict[str, list[str]]) -> str:
    """Return the update that adds lines of N-Triples to graphs."""
    parts = (f"GRAPH <{name}> {{ {' '.join(lines)} }}" for name, lines in graphs.items())
    return f"INSERT DATA {{ {' '.join(parts)} }}"


def insert_record(name: str, record: Loaded) -> str:
    """Return the update that puts a record into the graph `name`."""
    return f"INSERT DATA {{ GRAPH <{name}> {{ {_record(name, record)} }} }}"


def point(record: Loaded, before: Loaded | None) -> Iterable[str]:
    """Yield updates after which the record is `record`.

    One of them, small enough for any store to do at once, makes readers see the new graph.
    """
    name = v.LOADED
    if before is None:
        yield insert_record(name, record)
        return
    parts = iris(record.graphs, " , ")
    yield f"INSERT DATA {{ GRAPH <{name}> {{ <{name}> <{HAS_PART}> {parts} }} }}"
    yield (
        f"DELETE {{ GRAPH <{name}> {{ <{name}> <{IDENTIFIER}> ?i ; <{DEFAULT}> ?d }} }}"
        f" INSERT {{ GRAPH <{name}> {{ <{name}> <{IDENTIFIER}> {ox.Literal(record.digest)} ;"
        f" <{DEFAULT}> <{record.merged}> }} }}"
        f" WHERE {{ GRAPH <{name}> {{ <{name}> <{IDENTIFIER}> ?i ; <{DEFAULT}> ?d }} }}"
    )
    gone = [f"<{HAS_PART}> <{graph}>" for graph in before.graphs if graph not in record.graphs]
    if before.previous:
        gone.append(f"<{REPLACES}> <{before.previous}>")
    if gone:
        yield f"DELETE DATA {{ GRAPH <{name}> {{ <{name}> {' ; '.join(gone)} }} }}"
    if record.previous:
        said = f"<{name}> <{REPLACES}> <{record.previous}>"
        yield f"INSERT DATA {{ GRAPH <{name}> {{ {said} }} }}"


def _record(name: str, record: Loaded) -> str:
    parts = " , ".join(f"<{graph}>" for graph in record.graphs)
    said = f"<{name}> <{IDENTIFIER}> {ox.Literal(record.digest)} ; <{HAS_PART}> {parts}"
    said += f" ; <{DEFAULT}> <{record.merged or name}>"
    return said + (f" ; <{REPLACES}> <{record.previous}> ." if record.previous else " .")


def switch(plan: Plan, places: dict[str, str], before: Loaded | None) -> str:
    """Return the update by which all that is staged takes the place of all that is old.

    The condition on the record of the staged graphs makes a second sending harmless. It is not done
    with MOVE, with which Apache Jena Fuseki 5.6.0 (TDB2) lost some triples of large graphs.
    """
    condition = f"GRAPH <{STAGED}> {{ <{STAGED}> <{IDENTIFIER}> {ox.Literal(plan.digest)} }}"
    pairs = " ".join(f"({iris(pair)})" for pair in places.items())
    gone = {*plan.graphs, v.LOADED}
    if before:
        gone |= {*before.graphs, *([before.previous] if before.previous else [])}
    record = Loaded(plan.digest, plan.merged, tuple(plan.graphs))
    return (
        f"DELETE {{ GRAPH ?old {{ ?s ?p ?o }} }} WHERE {{ {condition}"
        f" VALUES ?old {{ {iris(sorted(gone))} }} GRAPH ?old {{ ?s ?p ?o }} }} ;\n"
        f"INSERT {{ GRAPH ?live {{ ?s ?p ?o }} }} WHERE {{ {condition}"
        f" VALUES (?stage ?live) {{ {pairs} }} GRAPH ?stage {{ ?s ?p ?o }} }} ;\n"
        f"INSERT {{ GRAPH <{v.LOADED}> {{ {_record(v.LOADED, record)} }} }}"
        f" WHERE {{ {condition} }} ;\n" + drop((*places, STAGED))
    )


def drop(graphs: Iterable[str]) -> str:
    """Return the update that removes graphs, those that are not there too."""
    return " ;\n".join(f"DROP SILENT GRAPH <{name}>" for name in graphs)
