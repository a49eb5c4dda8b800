"""Puts the built graph into a triplestore, and takes it out again; all or nothing.

How a load goes, so that readers see the old graph or the new one and never half of either:

1. The new graphs are put into the store under other names, in pieces that may be sent twice.
2. They are read back and compared with the build, triple by triple.
3. One single update puts them in the place of the old ones. It does nothing unless the staged
   graphs are there, so that it, too, may be sent twice.
4. What stands there now is read back and compared again.

Whatever cuts this off before the third step leaves the old graph as it is, and the next load first
clears away what was staged. A small graph, the record
(:data:`~hrdem.vocabulary.LOADED`), says which graphs are ours and which one to ask: no other graph
is ever changed.

Some stores (Virtuoso) show readers a large update while it is going on. There the merged graph is
named after its content, and the third step only changes the record, which is small; the graph that
it pointed to before stays until the next load, for readers who had begun. The graphs per source
follow one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hrdem import vocabulary as v
from hrdem.errors import HrdemError, count
from hrdem.load.addresses import Addresses, find_addresses
from hrdem.load.plan import (
    LAYOUTS,
    STAGED,
    Plan,
    digest_of,
    make_plan,
    pieces,
    stage_of,
)
from hrdem.load.server import Limits, Server, ServerError
from hrdem.load.updates import (
    DEFAULT,
    HAS_PART,
    IDENTIFIER,
    REPLACES,
    Loaded,
    drop,
    insert,
    insert_record,
    point,
    switch,
)
from hrdem.sparql import iris
from hrdem.store.results import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Progress = Callable[[str, int, int], None]

__all__ = [
    "LAYOUTS",
    "PIECE",
    "Addresses",
    "Limits",
    "Loaded",
    "Outcome",
    "Plan",
    "Server",
    "ServerError",
    "addresses_text",
    "find_addresses",
    "load",
    "loaded",
    "make_plan",
    "there_text",
    "unload",
]

PIECE: Final = 1000
"""How many triples one update brings unless said otherwise; some stores take no more than that."""

_SMALL: Final = 5000
"""How many triples are read back by one query; some stores cut longer answers off."""
_MANY: Final = 50
"""How many graphs are read back by one query."""


class Outcome(NamedTuple):
    """What a load did.

    Attributes:
        before: what was there before, if anything was.
        after: what is there now.
        canonical: the SHA-256 of the merged graph in canonical form, as it was read back.
        changed: whether anything had to be done.
    """

    before: Loaded | None
    after: Loaded
    canonical: str
    changed: bool


def load(
    plan: Plan,
    server: Server,
    addresses: Addresses,
    *,
    way: str | None = None,
    piece: int = PIECE,
    progress: Progress = lambda what, done, of: None,
) -> Outcome:
    """Put the graphs of a plan into a store in the place of those of the last load.

    Args:
        plan: what to load.
        server: speaks to the store.
        addresses: where the store takes what.
        way: ``graphs`` (the Graph Store Protocol) or ``update``; by default the first for few large
            graphs, if the store speaks it, and updates for many small ones.
        piece: how many triples one update brings.
        progress: told what is being done, how many triples are done, and of how many.

    Returns:
        What was done, after it was read back and found equal to the plan.

    Raises:
        HrdemError: if it cannot be done. Then readers of the store see what they saw before, unless
            the message says that what stands there differs.
    """
    if not addresses.atomic:
        plan = plan.versioned()
    job = _Job(plan, server, addresses, way, piece, progress)
    before = loaded(server, addresses)
    same = before and (before.digest, before.graphs) == (plan.digest, tuple(plan.graphs))
    if before and same and not job.differing(plan.graphs, "compare"):
        return job.outcome(before, before, changed=False)
    _clear_stage(server, addresses)
    if addresses.atomic:
        job.replace_at_once(before)
    else:
        job.replace_and_point(before)
    wrong = job.differing(plan.graphs, "compare again")
    after = loaded(server, addresses)
    if wrong or after is None:
        said = f"for example {wrong}" if wrong else "and there is no record of it."
        raise HrdemError(
            f"What stands in the store after the load differs from what was built, {said}"
            " Run the command again."
        )
    return job.outcome(before, after, changed=True)


def unload(server: Server, addresses: Addresses) -> Loaded | None:
    """Remove the graphs of the last load, in one update; return what they were, None if none.

    Raises:
        HrdemError: if it cannot be done.
    """
    there = loaded(server, addresses)
    _clear_stage(server, addresses)
    if there is not None:
        previous = [there.previous] if there.previous else []
        server.update(addresses.update, drop((v.LOADED, *there.graphs, *previous)))
        if loaded(server, addresses) is not None:
            raise HrdemError("The graphs are still in the store. Run the command again.")
    return there


def loaded(server: Server, addresses: Addresses, record: str = v.LOADED) -> Loaded | None:
    """Return what the store says has been loaded into it, None if nothing was."""
    table = server.select(
        addresses.query,
        f"SELECT ?p ?o WHERE {{ GRAPH <{record}> {{ <{record}> ?p ?o }} }} ORDER BY ?o",
    )
    said: dict[str, list[str]] = {}
    for name, value in table.rows:
        if name is not None and value is not None:
            said.setdefault(name.value, []).append(value.value)
    if IDENTIFIER not in said or DEFAULT not in said:
        return None
    previous = said.get(REPLACES)
    return Loaded(
        said[IDENTIFIER][0],
        said[DEFAULT][0],
        tuple(sorted(said.get(HAS_PART, ()))),
        previous[0] if previous else None,
    )


# --- the steps ------------------------------------------------------------------------------------


class _Job:
    """One load: what, where to, and how."""

    def __init__(
        self,
        plan: Plan,
        server: Server,
        addresses: Addresses,
        way: str | None,
        piece: int,
        progress: Progress,
    ) -> None:
        self.plan = plan
        self.server = server
        self.addresses = addresses
        few = len(plan.graphs) == 1 or not addresses.atomic
        self.way = way or ("graphs" if addresses.graphs and few else "update")
        if self.way == "graphs" and addresses.graphs is None:
            raise HrdemError(
                "No address for whole graphs was found at this store. Name it with --graphs, or"
                " load with --via update."
            )
        self.piece = piece
        self.progress = progress

    def replace_at_once(self, before: Loaded | None) -> None:
        """Stage all graphs, compare, and let one update put them in place of the old ones."""
        places = {stage_of(name): name for name in self.plan.graphs}
        staged = {stage: self.plan.graphs[name] for stage, name in places.items()}
        record = Loaded(self.plan.digest, self.plan.merged, tuple(staged))
        self.update(insert_record(STAGED, record))
        self.send(staged, "send")
        self.refuse_unfaithful(staged)
        self.progress("switch", 0, self.plan.triples)
        self.update(switch(self.plan, places, before))

    def replace_and_point(self, before: Loaded | None) -> None:
        """Put the merged graph beside the old one and point to it, then replace the others.

        For stores that carry out a large update bit by bit, in view of readers.
        """
        merged = {self.plan.merged: self.plan.graphs[self.plan.merged]}
        others = {name: g for name, g in self.plan.graphs.items() if name != self.plan.merged}
        self.update(insert_record(STAGED, Loaded(self.plan.digest, "", tuple(merged))))
        self.send(merged, "send")
        self.refuse_unfaithful(merged)
        previous = before.merged if before and before.merged != self.plan.merged else None
        record = Loaded(self.plan.digest, self.plan.merged, tuple(self.plan.graphs), previous)
        for update in point(record, before):
            self.update(update)
        self.update(f"DROP SILENT GRAPH <{STAGED}>")
        if others:
            if self.way == "update":
                for name in others:
                    self.update(f"DROP SILENT GRAPH <{name}>")
            self.send(others, "send the rest")
        if before:
            kept = {*self.plan.graphs, previous}
            for old in (*before.graphs, before.previous):
                if old and old not in kept:
                    self.update(f"DROP SILENT GRAPH <{old}>")

    def refuse_unfaithful(self, graphs: dict[str, list[str]]) -> None:
        """Stop if the store does not give back what was put into it."""
        wrong = self.differing(graphs, "compare")
        if wrong:
            _clear_stage(self.server, self.addresses)
            raise HrdemError(
                f"The store gave back something else than was put into it, for example {wrong}"
                " Nothing was changed; this store, or its version, cannot hold the graph"
                " faithfully."
            )

    def send(self, graphs: dict[str, list[str]], what: str) -> None:
        """Put graphs into the store under the names that they have here."""
        done, all_of_it = 0, sum(map(len, graphs.values()))
        self.progress(what, done, all_of_it)
        if self.way == "graphs":
            assert self.addresses.graphs is not None
            for name, lines in graphs.items():
                content = "".join(f"{line}\n" for line in lines).encode()
                self.server.put(self.addresses.graphs, {"graph": name}, content)
                done += len(lines)
                self.progress(what, done, all_of_it)
            return
        for part in pieces(graphs, self.piece):
            self.update(insert(part))
            done += sum(map(len, part.values()))
            self.progress(what, done, all_of_it)

    def update(self, update: str) -> None:
        """Carry out an update."""
        self.server.update(self.addresses.update, update)

    def differing(self, graphs: dict[str, list[str]], what: str) -> str:
        """Return a line that the store or the plan has and the other has not, "" if none."""
        done, all_of_it = 0, sum(map(len, graphs.values()))
        self.progress(what, done, all_of_it)
        for names in _batches(graphs):
            found = self.read(names, len(graphs[names[0]]))
            if any(set(graphs[name]) != found.get(name, set()) for name in names):
                # Once more: N-Triples of which the end was lost on the way are N-Triples, too.
                found = self.read(names, len(graphs[names[0]]))
            for name in names:
                odd = set(graphs[name]) ^ found.get(name, set())
                if odd:
                    return min(odd)
                done += len(graphs[name])
            self.progress(what, done, all_of_it)
        return ""

    def read(self, names: tuple[str, ...], size: int) -> dict[str, set[str]]:
        """Return what the store has in some graphs: one large one, or several small ones."""
        if self.addresses.graphs and len(names) == 1 and size > _SMALL:
            # Some stores cut long answers to queries off without a word, but not whole graphs.
            triples = self.server.get(self.addresses.graphs, {"graph": names[0]})
            return {names[0]: {_line(t.subject, t.predicate, t.object) for t in triples}}
        table = self.server.select(
            self.addresses.query,
            f"SELECT ?g ?s ?p ?o WHERE {{ VALUES ?g {{ {iris(names)} }} GRAPH ?g {{ ?s ?p ?o }} }}",
        )
        found: dict[str, set[str]] = {}
        for graph, subject, predicate, value in table.rows:
            line = _line(subject, predicate, value)
            found.setdefault(graph.value if graph else "", set()).add(line)
        return found

    def outcome(self, before: Loaded | None, after: Loaded, *, changed: bool) -> Outcome:
        """Return what was done; what was read back is equal to the plan."""
        canonical_form = digest_of(self.plan.graphs[self.plan.merged])
        return Outcome(before, after, canonical_form, changed)


def _line(subject: object, predicate: object, value: object) -> str:
    return f"{subject} {predicate} {canonical(value)} ."


def _batches(graphs: dict[str, list[str]]) -> Iterable[tuple[str, ...]]:
    """Put the names of small graphs together, so that one query reads several."""
    names: list[str] = []
    size = 0
    for name, lines in graphs.items():
        if names and (size + len(lines) > _SMALL or len(names) == _MANY):
            yield tuple(names)
            names, size = [], 0
        names.append(name)
        size += len(lines)
    if names:
        yield tuple(names)


def _clear_stage(server: Server, addresses: Addresses) -> None:
    """Remove what a load that was cut off has left."""
    staged = loaded(server, addresses, STAGED)
    if staged is not None:
        current = loaded(server, addresses)
        ours = current.graphs if current else ()
        left = (name for name in staged.graphs if name not in ours)
        server.update(addresses.update, drop((*left, STAGED)))


# --- in words -------------------------------------------------------------------------------------


def addresses_text(addresses: Addresses) -> str:
    """Return where a store takes what, a line each."""
    return (
        f"Queries go to {addresses.query},\nupdates to {addresses.update},\n"
        f"whole graphs to {addresses.graphs or 'no address that was found'}.\n"
    )


def there_text(there: Loaded | None, *, past: bool = False) -> str:
    """Return what a store has, or had, of this project, as a sentence."""
    if there is None:
        return f"Nothing of this project {'was' if past else 'is'} in the store.\n"
    verb = "had" if past else "has"
    return (
        f"The store {verb} {count(len(there.graphs), 'graph')} of this project, load"
        f" {there.digest[:16]}.\n"
    )
