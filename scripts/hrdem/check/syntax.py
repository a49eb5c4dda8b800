"""Checks that every file can be read: RDF, shapes, texts, rules and saved queries.

The other checks need a graph, so they run only if this one finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox

from hrdem.check.finding import VIOLATION, Finding
from hrdem.documents import FORMATS, read_bytes, read_rdf, read_sources
from hrdem.errors import HrdemError
from hrdem.project import Project
from hrdem.queries import read_queries
from hrdem.rules import read_rules

CODE = "syntax"


def run(project: Project) -> Iterator[Finding]:
    """Yield a finding for each file that cannot be read, and for each set of files that does not
    fit together.

    Every file is looked at, so that all errors are seen at once; in each the first one counts.
    """
    broken = False
    axioms = project.ontology / "axioms.ttl"  # not part of the graph, and OWL needs blank nodes
    for path in rdf_files(project.data, project.ontology):
        if path == axioms:
            yield from _attempt(lambda: _parse(axioms))
            continue
        for finding in _attempt(lambda path=path: read_rdf(path)):  # type: ignore[misc]
            broken = True
            yield finding
    if not broken:
        yield from _attempt(lambda: read_sources(project))
    for path in rdf_files(project.validation):
        yield from _attempt(lambda path=path: _parse(path))  # type: ignore[misc]
    yield from _attempt(lambda: read_rules(project))
    yield from _attempt(lambda: read_queries(project))
    yield from unnamed_texts(project)


def rdf_files(*folders: Path) -> list[Path]:
    """Return all Turtle and TriG files below `folders`, sorted within each."""
    return [
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.suffix in FORMATS and path.is_file() and not path.name.startswith(".")
    ]


def _attempt(read: Callable[[], object]) -> Iterator[Finding]:
    try:
        read()
    except HrdemError as error:
        yield Finding.of_error(CODE, error)


def _parse(path: Path) -> None:
    """Parse a file that may hold blank nodes, as shapes do.

    Raises:
        HrdemError: if it is not valid.
    """
    try:
        for _ in ox.parse(read_bytes(path), format=FORMATS[path.suffix]):
            pass
    except SyntaxError as error:
        reason = re.sub(r"^Parser error (at|between) .*?: ", "", error.msg).rstrip(".")
        raise HrdemError(
            f"This is not valid {FORMATS[path.suffix].name}: {reason}. Correct it here, or just"
            " before this place, where the parser may still have been waiting for something.",
            path=path,
            line=error.lineno,
            column=error.offset,
        ) from None


def unnamed_texts(project: Project) -> Iterator[Finding]:
    """Yield a finding for each text that no document names, and that nothing can quote."""
    try:
        named = read_sources(project).texts
    except HrdemError:
        return  # said already
    for path in sorted((project.data / "texts").glob("*.txt")):
        if path.name not in named:
            yield Finding(
                "text-unnamed",
                VIOLATION,
                "No document names this text, so nothing can quote it. Describe the document with"
                f' hrdem:textFile "{path.name}" and hrdem:sha256, or remove the text.',
                path,
            )
