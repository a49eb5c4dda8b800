"""Checks that every file can be read: RDF, shapes, texts, rules and saved queries.

The other checks need a graph, so they run only if this one finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from hrdem.assembly import ONTOLOGY_FILES
from hrdem.check.finding import VIOLATION, Finding
from hrdem.documents import FORMATS, Sources, parse, read_rdf, read_sources
from hrdem.errors import HrdemError
from hrdem.project import Project
from hrdem.queries import SavedQuery, read_queries
from hrdem.rules import read_rules

_T = TypeVar("_T")

CODE = "syntax"
"""Rule of findings about files that cannot be read or do not fit together."""


class Material(NamedTuple):
    """What the graph is made of."""

    sources: Sources
    queries: tuple[SavedQuery, ...]


def read(project: Project) -> tuple[Material | None, list[Finding]]:
    """Read everything; return it, and a finding for each file that is not as it should be.

    Every file is looked at, so that all errors are seen at once; in each the first one counts. The
    material is None if there can be no graph because of them.
    """
    findings: list[Finding] = []

    def attempt(action: Callable[[], _T]) -> _T | None:
        try:
            return action()
        except HrdemError as error:
            findings.append(Finding.of_error(CODE, error))
            return None

    sources = attempt(lambda: read_sources(project))
    if sources is None:  # that stopped at the first error, and there may be more
        first = findings.pop()
        for path in rdf_files(project.data):
            attempt(partial(read_rdf, path))
        if first.path not in {finding.path for finding in findings}:
            findings.append(first)
    for path in rdf_files(project.ontology, project.validation):
        # What becomes part of the graph must do without blank nodes; axioms and shapes need them.
        in_graph = path.parent == project.ontology and path.name in ONTOLOGY_FILES
        attempt(partial(read_rdf, path) if in_graph else partial(_read_all, path))
    attempt(lambda: read_rules(project))
    queries = attempt(lambda: read_queries(project))
    if sources is None or queries is None or findings:
        return None, findings
    return Material(sources, queries), list(unnamed_texts(project, sources))


def rdf_files(*folders: Path) -> list[Path]:
    """Return all Turtle and TriG files below `folders`, sorted within each."""
    return [
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.suffix in FORMATS and path.is_file() and not path.name.startswith(".")
    ]


def _read_all(path: Path) -> None:
    for _ in parse(path):
        pass


def unnamed_texts(project: Project, sources: Sources) -> Iterator[Finding]:
    """Yield a finding for each text that no document names, and that nothing can quote."""
    for path in sorted((project.data / "texts").glob("*.txt")):
        if path.name not in sources.texts:
            yield Finding(
                "text-unnamed",
                VIOLATION,
                "No document names this text, so nothing can quote it. Describe the document with"
                f' hrdem:textFile "{path.name}" and hrdem:sha256, or remove the text.',
                path,
            )
