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
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

import pyoxigraph as ox

from hrdem import __version__, catalogue, serialise
from hrdem import vocabulary as v
from hrdem.assembly import Graph, assemble
from hrdem.atomic import replacing
from hrdem.credentials import check_url
from hrdem.documents import read_bytes, read_rdf, read_sources, read_text
from hrdem.errors import HrdemError
from hrdem.home import STORE
from hrdem.lines import Lines
from hrdem.project import Project
from hrdem.queries import CATALOGUE, SavedQuery, catalogue_text, path_on_file, read_queries
from hrdem.serialise import Late

FORMAT = 1
"""Version of the layout of ``build/``; goes up when a reader of the old one would fail."""
MANIFEST = "manifest.json"


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


class Made(NamedTuple):
    """What a build made: what lies in the folder, and the graph as it is in memory."""

    manifest: Manifest
    graph: Graph


def build(project: Project, out: Path | None = None, endpoint: str | None = None) -> Manifest:
    """Do what :func:`make` does, and return the manifest alone."""
    return make(project, out, endpoint, asked=False).manifest


def make(
    project: Project, out: Path | None = None, endpoint: str | None = None, *, asked: bool = True
) -> Made:
    """Build the graph of `project` and put it in place of what was built before.

    Args:
        project: the project to read.
        out: the folder to make, by default ``project.build``.
        endpoint: address of a SPARQL endpoint that serves the graph, for the catalogue.
        asked: whether the graph will be asked in memory; if not, its store need not be kept.

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
    merged, named = graph.merged, graph.named
    if not asked:
        graph.release()
    with (
        replacing(out if out is not None else project.build, MANIFEST) as folder,
        ThreadPoolExecutor(1) as beside,
    ):
        # The engine makes its store on another core while Python writes the files.
        store = beside.submit(_write_store, folder / STORE, named)
        files: dict[str, Parts] = {
            "hrdem.ttl": serialise.turtle(merged),
            "hrdem.trig": serialise.trig(named, merged),
            "hrdem.nt": serialise.n_triples(merged),
            "hrdem.nq": serialise.n_quads(named, merged),
            "hrdem.jsonld": serialise.json_ld(merged, context),
            "hrdem.rdf": lambda file: serialise.rdf_xml(merged, file),
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
                    graph.graphs,
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
        store.result()
        _write(folder / MANIFEST, [json.dumps(asdict(manifest), indent=2) + "\n"])
    return Made(manifest, graph)


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


Parts = Iterable[str | bytes] | Late | Callable[[IO[bytes]], None]
"""What a file is made of: its parts, or what writes them."""


class _Measured:
    """A file that knows the size and the SHA-256 of what was written to it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self._size = 0

    def write(self, content: bytes) -> int:
        self._digest.update(content)
        self._size += len(content)
        return self._file.write(content)

    def flush(self) -> None:
        self._file.flush()

    @property
    def facts(self) -> dict[str, Any]:
        return {"bytes": self._size, "sha256": self._digest.hexdigest()}


def _pieces(parts: Iterable[str | bytes], size: int = 4096) -> Iterator[bytes]:
    """Yield the parts as bytes, `size` small ones as one."""
    rest = iter(parts)
    while some := list(islice(rest, size)):
        if isinstance(some[0], bytes):
            yield from some  # type: ignore[misc]
        else:
            yield "".join(some).encode()  # type: ignore[arg-type]


def _write(path: Path, parts: Parts) -> dict[str, Any]:
    """Write a file and return its size and SHA-256."""
    path.parent.mkdir(exist_ok=True)
    with path.open("xb") as file:
        measured = _Measured(file)
        if callable(parts):
            parts(cast("IO[bytes]", measured))
        elif isinstance(parts, Late):
            _write_late(path.with_name(path.name + ".part"), parts, measured)
        else:
            for content in _pieces(parts):
                measured.write(content)
    return measured.facts


def _write_late(part: Path, parts: Late, file: _Measured) -> None:
    """Write what begins with what is known last, by way of another file, `part`."""
    with part.open("x+b") as body:
        for content in _pieces(parts.body):
            body.write(content)
        for content in _pieces(parts.head()):
            file.write(content)
        body.seek(0)
        while content := body.read(1 << 20):
            file.write(content)
    part.unlink()


_LOADED = 1_000_000
"""How many statements are handed to the store at a time."""


def _write_store(path: Path, named: Lines) -> None:
    """Make an on-disk store of the merged graph.

    It only makes `hrdem ask` start faster; its bytes differ from build to build. What a rule
    derived stands in the graph of the rule, so that `hrdem why` can name it, and everything else in
    the default graph. Queries see the union.
    """
    derived = f"{v.GRAPH}derived-"
    lines = (
        f"{line}{f' <{name}>' if name.startswith(derived) else ''} .\n"
        for line, name in named.quads()
    )
    store = ox.Store(path)
    # As text, since the engine reads that faster than it takes terms one by one.
    for piece in _pieces(lines, _LOADED):
        store.bulk_load(piece, format=ox.RdfFormat.N_QUADS, lenient=True)
    store.optimize()
    store.flush()
    del store  # closes it
    for notes in (*path.glob("LOG*"), *path.glob("OPTIONS-*")):
        notes.unlink()  # how the database was opened, with paths of this machine; never read again
