"""Builds the graph: from the files of the project to everything under ``build/``.

The same graph is written in two layouts. *Merged* (``hrdem.ttl``, ``.nt``, ``.rdf``, ``.jsonld``)
has everything in one graph. *Named* (``hrdem.trig``, ``.nq``) has a graph per source file, one per
accepted passage, and one each for statement nodes, ontology, queries and the results of each rule;
the union of its graphs is the merged graph. The answers on file are put beside it, and the
catalogue that describes all of this: see :mod:`hrdem.catalogue`.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox

from hrdem import __version__, catalogue, serialise
from hrdem import vocabulary as v
from hrdem.atomic import replacing
from hrdem.credentials import check_url
from hrdem.documents import Sources, read_bytes, read_rdf, read_sources, read_text
from hrdem.errors import HrdemError
from hrdem.project import Project
from hrdem.queries import (
    CATALOGUE,
    SavedQuery,
    catalogue_text,
    describe,
    path_on_file,
    read_queries,
)
from hrdem.rules import apply_rules
from hrdem.statements import standing, statements, supports

FORMAT = 1
"""Version of the layout of ``build/``; goes up when a reader of the old one would fail."""
MANIFEST = "manifest.json"
STORE = "store"

ONTOLOGY_FILES = ("hrdem.ttl", "alignments.ttl")
_RESERVED = ("statements", "ontology", "queries")


@dataclass(frozen=True)
class Manifest:
    """What a build made; the content of ``build/manifest.json``.

    Attributes:
        format: :data:`FORMAT`.
        version: version of the package.
        counts: what is in the graph, by name; some counts are split by kind, class and so on.
        canonical: algorithm and hexadecimal digest of the merged graph in its canonical form, see
            `RDF Dataset Canonicalization <https://www.w3.org/TR/rdf-canon/>`_.
        files: file name to size in bytes and SHA-256 in hexadecimal digits.
    """

    format: int
    version: str
    counts: dict[str, Any]
    canonical: dict[str, str]
    files: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Graph:
    """The whole graph in memory.

    Attributes:
        named: the named layout.
        merged: the merged layout, in the order of :func:`hrdem.serialise.in_order`.
        description: what the graph says of itself; it is part of both layouts.
        counts: as in :class:`Manifest`.
    """

    named: serialise.Graphs
    merged: serialise.Ordered
    description: frozenset[ox.Triple]
    counts: dict[str, Any]


class Made(NamedTuple):
    """What a build made: what lies in the folder, and the graph as it is in memory."""

    manifest: Manifest
    graph: Graph


def build(project: Project, out: Path | None = None, endpoint: str | None = None) -> Manifest:
    """Do what :func:`make` does, and return the manifest alone."""
    return make(project, out, endpoint).manifest


def make(project: Project, out: Path | None = None, endpoint: str | None = None) -> Made:
    """Build the graph of `project` and put it in place of what was built before.

    Args:
        project: the project to read.
        out: the folder to make, by default ``project.build``.
        endpoint: address of a SPARQL endpoint that serves the graph, for the catalogue.

    Returns:
        What was made.

    Raises:
        HrdemError: if something in the project is wrong or the folder cannot be written. Then the
            folder is what it was before.
    """
    if endpoint is not None:
        check_url(endpoint)
    sources = read_sources(project)
    queries = read_queries(project)
    context = _context(project)
    graph = assemble(project, sources, queries)
    with replacing(out if out is not None else project.build, MANIFEST) as folder:
        files: dict[str, Iterable[str | bytes]] = {
            "hrdem.ttl": serialise.turtle(graph.merged),
            "hrdem.trig": serialise.trig(graph.named),
            "hrdem.nt": serialise.n_triples(graph.merged),
            "hrdem.nq": serialise.n_quads(graph.named),
            "hrdem.jsonld": serialise.json_ld(graph.merged, context),
            "hrdem.rdf": [serialise.rdf_xml(graph.merged)],
            CATALOGUE: [catalogue_text(queries)],
            **_answers(project, queries),
        }
        written = {name: _write(folder / name, parts) for name, parts in files.items()}
        if graph.description:
            about = serialise.in_order(
                catalogue.catalogue(
                    graph.description,
                    read_rdf(project.ontology / catalogue.CODES).triples(),
                    written,
                    queries,
                    [name for name in graph.named if name],
                    endpoint,
                )
            )
            for suffix, parts in (
                (".ttl", serialise.turtle(about)),
                (".jsonld", serialise.json_ld(about, context)),
            ):
                name = catalogue.NAME + suffix
                written[name] = _write(folder / name, parts)
        manifest = Manifest(
            format=FORMAT,
            version=__version__,
            counts=graph.counts,
            # A graph without blank nodes is in canonical form as sorted canonical N-Triples.
            canonical={"algorithm": "RDFC-1.0", "sha256": written["hrdem.nt"]["sha256"]},
            files=written,
        )
        _write_store(folder / STORE, graph.named)
        _write(folder / MANIFEST, [json.dumps(asdict(manifest), indent=2) + "\n"])
    return Made(manifest, graph)


def assemble(project: Project, sources: Sources, queries: tuple[SavedQuery, ...]) -> Graph:
    """Make the whole graph in memory.

    Raises:
        HrdemError: if the ontology or a rule is wrong, or a source file has the name of a graph
            that the build makes itself.
    """
    facts = supports(sources.passages.values())
    store = ox.Store()
    store.bulk_extend(_given(project, sources, queries, statements(facts)))
    derived = apply_rules(store, project)
    named = serialise.by_graph(store)
    about = v.GRAPH + catalogue.NAME
    description: frozenset[ox.Triple] = frozenset()
    if about in named:
        rest = {row for name, rows in named.items() if name != about for row in rows}
        told = ((s, p, o) for s, _, p, o in rest)
        named.add(about, catalogue.describe(store, told))
        description = frozenset(named.triples(about))
    merged = named.merge()
    types = [(s, o[1:-1]) for s, _, p, o in merged.rows if p == v.RDF_TYPE]
    kinds = {subject: v.kind_of(subject) for subject, _ in types}
    passages = sources.passages.values()
    counts = {
        "triples": len(merged),
        "quads": sum(map(len, named.values())),
        "graphs": len(named),
        "documents": sum(kind == "document" for kind in kinds.values()),
        "texts": len(sources.texts),
        "passages": _by_standing(passage.standing for passage in passages),
        "statements": _by_standing(standing(supporting) for supporting in facts.values()),
        "queries": len(queries),
        "description": len(description),
        "things": _sorted(Counter(kind for kind in kinds.values() if kind)),
        "classes": _sorted(Counter(v.shorten(iri) for _, iri in types)),
        "derived": derived,
    }
    return Graph(named, merged, description, counts)


def _given(
    project: Project,
    sources: Sources,
    queries: tuple[SavedQuery, ...],
    nodes: Iterable[ox.Triple],
) -> Iterator[ox.Quad]:
    """Yield everything that is in the graph before the rules run."""
    for source in sources.files:
        if source.name in _RESERVED or source.name.startswith("derived-"):
            raise HrdemError(
                f"The build makes the graph {v.GRAPH}{source.name} itself. Rename this file, whose"
                " graph would have the same name.",
                path=source.path,
            )
        yield from _in_graph(v.GRAPH + source.name, source.triples())
    for passage in sources.passages.values():
        if passage.accepted:
            yield from _in_graph(passage.iri, passage.facts)
    yield from _in_graph(v.GRAPH + "statements", nodes)
    for name in ONTOLOGY_FILES:
        yield from _in_graph(v.GRAPH + "ontology", read_rdf(project.ontology / name).triples())
    yield from _in_graph(v.GRAPH + "queries", describe(queries))


def _in_graph(name: str, triples: Iterable[ox.Triple]) -> Iterator[ox.Quad]:
    graph = ox.NamedNode(name)
    return (ox.Quad(t.subject, t.predicate, t.object, graph) for t in triples)


def _by_standing(standings: Iterable[str]) -> dict[str, int]:
    """Return how many there are, in all and of each standing, the most favourable first."""
    found = Counter(standings)
    names = {v.shorten(each): found[each] for each in v.STANDINGS}
    return {"all": found.total(), **names}


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def _answers(project: Project, queries: tuple[SavedQuery, ...]) -> dict[str, list[bytes]]:
    """Return the answers on file, by their names below ``build/``."""
    paths = (path_on_file(project, query) for query in queries)
    return {
        path.relative_to(project.queries).as_posix(): [read_bytes(path)]
        for path in paths
        if path.is_file()
    }


def _context(project: Project) -> serialise.Context:
    path = project.ontology / "context.jsonld"
    try:
        document = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise HrdemError(
            f"This is not valid JSON: {error.msg}. Correct it here or just before.",
            path=path,
            line=error.lineno,
            column=error.colno,
        ) from None
    return serialise.Context(document, path)


_LOADED = 1_000_000
"""How many statements are handed to the store at a time."""


def _pieces(parts: Iterable[str | bytes], size: int = 4096) -> Iterator[bytes]:
    """Yield the parts as bytes, `size` small ones as one."""
    rest = iter(parts)
    while some := list(islice(rest, size)):
        if isinstance(some[0], bytes):
            yield from some  # type: ignore[misc]
        else:
            yield "".join(some).encode()  # type: ignore[arg-type]


def _write(path: Path, parts: Iterable[str | bytes]) -> dict[str, Any]:
    """Write a file and return its size and SHA-256."""
    digest = hashlib.sha256()
    size = 0
    path.parent.mkdir(exist_ok=True)
    with path.open("xb") as file:
        for content in _pieces(parts):
            file.write(content)
            digest.update(content)
            size += len(content)
    return {"bytes": size, "sha256": digest.hexdigest()}


def _write_store(path: Path, named: serialise.Graphs) -> None:
    """Make an on-disk store of the merged graph.

    It only makes `hrdem ask` start faster; its bytes differ from build to build. What a rule
    derived stands in the graph of the rule, so that `hrdem why` can name it, and everything else in
    the default graph. Queries see the union.
    """
    derived = f"{v.GRAPH}derived-"
    lines = (
        f"<{s}> <{p}> {o}{f' <{name}>' if name.startswith(derived) else ''} .\n"
        for name, rows in named.items()
        for s, _, p, o in rows
    )
    store = ox.Store(path)
    # As text, since the engine reads that faster than it takes terms one by one.
    for piece in _pieces(lines, _LOADED):
        store.bulk_load(piece, format=ox.RdfFormat.N_QUADS)
    store.optimize()
    store.flush()
    del store  # closes it
    for notes in (*path.glob("LOG*"), *path.glob("OPTIONS-*")):
        notes.unlink()  # how the database was opened, with paths of this machine; never read again
