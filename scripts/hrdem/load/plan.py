"""What is to be put into a store: graphs by name, and how they are told to be whole."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.errors import HrdemError

if TYPE_CHECKING:
    from pathlib import Path

    from hrdem.project import Project

LAYOUTS: Final = ("merged", "named")
"""The layouts, the usual one first."""
STAGED: Final = v.GRAPH + "staged"
"""The graph that says what is on its way into the store, until it takes the place of the old."""

_STAGE: Final = STAGED + "/"


class Plan(NamedTuple):
    """What is to be loaded.

    Attributes:
        merged: the name of the graph with everything in it.
        graphs: the triples of each graph, as lines of N-Triples in order, by the name of the graph.
    """

    merged: str
    graphs: dict[str, list[str]]

    @property
    def triples(self) -> int:
        """How many triples there are, each counted in each graph that it stands in."""
        return sum(map(len, self.graphs.values()))

    def versioned(self) -> Plan:
        """Return the same plan with a merged graph that is named after its content.

        Such a graph can be put into a store whole before anything points to it.
        """
        name = f"{self.merged}/{digest_of(self.graphs[self.merged])[:16]}"
        graphs = {name if old == self.merged else old: g for old, g in self.graphs.items()}
        return Plan(name, graphs)

    @property
    def digest(self) -> str:
        """The SHA-256 of the whole, in hexadecimal digits."""
        whole = hashlib.sha256()
        for name in sorted(self.graphs):
            whole.update(f"{name} {digest_of(self.graphs[name])}\n".encode())
        return whole.hexdigest()


def make_plan(project: Project, layout: str) -> Plan:
    """Return what a load of the built graph is to put into a store.

    *merged* is one graph, :data:`~hrdem.vocabulary.MERGED`. *named* has a graph per source file and
    per passage beside it, for questions about who says what; the merged one stays, because stores
    do not agree on whether the default graph is the union of all graphs, and some count a triple in
    it once per graph.

    Raises:
        HrdemError: if nothing has been built, or what was built cannot be read.
    """
    graphs = {v.MERGED: _lines(project.build / "hrdem.nt", ox.RdfFormat.N_TRIPLES)[None]}
    if layout == "named":
        for name, lines in _lines(project.build / "hrdem.nq", ox.RdfFormat.N_QUADS).items():
            if name is not None:
                graphs[name] = lines
    return Plan(v.MERGED, {name: sorted(graphs[name]) for name in sorted(graphs)})


def _lines(path: Path, form: ox.RdfFormat) -> dict[str | None, list[str]]:
    if not path.is_file():
        raise HrdemError("The graph has not been built yet. Run `hrdem build` first.", path=path)
    graphs: dict[str | None, list[str]] = defaultdict(list)
    try:
        for quad in ox.parse(path=str(path), format=form):
            graph = quad.graph_name
            name = graph.value if isinstance(graph, ox.NamedNode) else None
            graphs[name].append(line_of(quad.triple))
    except (OSError, SyntaxError) as problem:
        raise HrdemError(
            f"The graph cannot be read: {problem}. Run `hrdem build` to make it anew.", path=path
        ) from problem
    return graphs


def line_of(triple: ox.Triple) -> str:
    """Return a triple as a line of canonical N-Triples, without line feed."""
    return f"{triple} ."


def digest_of(lines: Iterable[str]) -> str:
    """Return the SHA-256 of lines of canonical N-Triples in order, in hexadecimal digits.

    For a graph without blank nodes, as all of the project's are, this is the hash of its canonical
    form by `RDF Dataset Canonicalization <https://www.w3.org/TR/rdf-canon/>`_ (RDFC-1.0).
    """
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode())
        digest.update(b"\n")
    return digest.hexdigest()


def stage_of(graph: str) -> str:
    """Return the name under which a graph stands in the store before it takes its place."""
    return _STAGE + hashlib.sha256(graph.encode()).hexdigest()[:16]


def pieces(graphs: dict[str, list[str]], size: int) -> Iterator[dict[str, list[str]]]:
    """Cut graphs into pieces of at most `size` triples; a graph may run over several."""
    piece: dict[str, list[str]] = {}
    room = size
    for name, lines in graphs.items():
        start = 0
        while start < len(lines):
            part = lines[start : start + room]
            piece[name] = part
            start += len(part)
            room -= len(part)
            if not room:
                yield piece
                piece, room = {}, size
    if piece:
        yield piece
