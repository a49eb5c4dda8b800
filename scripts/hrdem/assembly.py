"""Makes the graph: sources, statement nodes, ontology, queries, and what the rules derive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from hrdem import catalogue
from hrdem import vocabulary as v
from hrdem.documents import Sources, read_rdf
from hrdem.errors import HrdemError
from hrdem.lines import TYPE, Growing, Lines, by_subject, insert, line_of
from hrdem.project import Project
from hrdem.queries import SavedQuery, describe
from hrdem.rules import apply_rules
from hrdem.serialise import Sorted
from hrdem.statements import standing, statements, supports

ONTOLOGY_FILES = ("hrdem.ttl", "alignments.ttl")
_RESERVED = ("statements", "ontology", "queries")


@dataclass
class Graph:
    """The whole graph in memory.

    Attributes:
        named: the named layout.
        merged: the merged layout.
        description: what the graph says of itself; it is part of both layouts.
        counts: as in :class:`hrdem.build.Manifest`.
        graphs: the names of the named graphs, sorted.
    """

    named: Lines
    merged: Sorted
    description: frozenset[ox.Triple]
    counts: dict[str, Any]
    graphs: list[str]
    _store: ox.Store | None = None

    @property
    def store(self) -> ox.Store:
        """The merged layout, in the default graph of a store."""
        if self._store is None:
            self._store = ox.Store()
            insert(self._store, self.merged)
        return self._store

    def release(self) -> None:
        """Let go of the store, half of the memory, until somebody asks for it again."""
        self._store = None


def assemble(project: Project, sources: Sources, queries: tuple[SavedQuery, ...]) -> Graph:
    """Make the whole graph in memory.

    Raises:
        HrdemError: if the ontology or a rule is wrong, or a source file has the name of a graph
            that the build makes itself.
    """
    facts = supports(sources.passages.values())
    graph = Growing(_given(project, sources, queries, statements(facts)))
    derived = apply_rules(graph, project)
    merged = Sorted(sorted(graph.lines))
    about = v.GRAPH + catalogue.NAME
    description: frozenset[ox.Triple] = frozenset()
    for source in sources.files:
        if source.name == catalogue.NAME:
            told = frozenset(source.triples())
            alone = {line for line in map(line_of, told) if graph.lines[line] == about}
            rest = [line for line in merged if line not in alone]
            description = told | catalogue.describe(graph.store, rest)
            merged += graph.add(about, map(line_of, description))
            merged.sort()
    kinds: Counter[str] = Counter()
    classes: Counter[str] = Counter()
    for subject, said in by_subject(merged):
        of = [value[1:-1] for predicate, value in said if predicate == TYPE]
        classes.update(of)
        kind = v.kind_of(subject[1:-1]) if of else None
        if kind:
            kinds[kind] += 1
    passages = sources.passages.values()
    graphs = Counter(name for _, name in graph.lines.quads())
    counts = {
        "triples": len(merged),
        "quads": graphs.total(),
        "graphs": len(graphs),
        "documents": kinds["document"],
        "texts": len(sources.texts),
        "passages": _by_standing(passage.standing for passage in passages),
        "statements": _by_standing(standing(supporting) for supporting in facts.values()),
        "queries": len(queries),
        "description": len(description),
        "things": _sorted(kinds),
        "classes": _sorted(Counter({v.shorten(iri): number for iri, number in classes.items()})),
        "derived": derived,
    }
    return Graph(graph.lines, merged, description, counts, sorted(graphs), graph.store)


def _given(
    project: Project,
    sources: Sources,
    queries: tuple[SavedQuery, ...],
    nodes: Iterable[str],
) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield everything that is in the graph before the rules run: names of graphs, and lines."""
    for source in sources.files:
        if source.name in _RESERVED or source.name.startswith("derived-"):
            raise HrdemError(
                f"The build makes the graph {v.GRAPH}{source.name} itself. Rename this file, whose"
                " graph would have the same name.",
                path=source.path,
            )
        yield v.GRAPH + source.name, map(line_of, source.triples())
    for passage in sources.passages.values():
        if passage.accepted:
            yield passage.iri, map(line_of, passage.facts)
    yield v.GRAPH + "statements", nodes
    for name in ONTOLOGY_FILES:
        triples = read_rdf(project.ontology / name).triples()
        yield v.GRAPH + "ontology", map(line_of, triples)
    yield v.GRAPH + "queries", map(line_of, describe(queries))


def _by_standing(standings: Iterable[str]) -> dict[str, int]:
    """Return how many there are, in all and of each standing, the most favourable first."""
    found = Counter(standings)
    names = {v.shorten(each): found[each] for each in v.STANDINGS}
    return {"all": found.total(), **names}


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))
