"""The files of one build, opened once, so that every worker ever started holds the same graph."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hrdem.errors import HrdemError
from hrdem.queries import SavedQuery, load_catalogue

if TYPE_CHECKING:
    from hrdem.project import Project

MERGED: Final = "hrdem.nt"
NAMED: Final = "hrdem.nq"


class Source(NamedTuple):
    """What is served.

    Attributes:
        merged: number of the open file with the merged graph, N-Triples.
        named: number of the open file with the named graphs, N-Quads.
        queries: the saved queries.
        catalogue: the same as text.
        context: text of the JSON-LD context.
        shapes: texts of the SHACL files, Turtle.
        canonical: SHA-256 of the graph in canonical form, from the manifest.
        counts: what is in the graph, from the manifest.
    """

    merged: int
    named: int
    queries: tuple[SavedQuery, ...]
    catalogue: str
    context: str
    shapes: tuple[str, ...]
    canonical: str
    counts: dict[str, Any]


def open_source(project: Project) -> Source:
    """Open the built graph of `project`.

    Raises:
        HrdemError: if nothing has been built, or what was built is incomplete or being replaced.
    """
    queries = load_catalogue(project)
    path = project.build / "manifest.json"
    try:
        manifest = json.loads(path.read_bytes())
        numbers = []
        for name in (MERGED, NAMED):
            number = os.open(project.build / name, os.O_RDONLY)
            numbers.append(number)
            path = project.build / name
            if os.fstat(number).st_size != manifest["files"][name]["bytes"]:
                raise ValueError(name)
        return Source(
            merged=numbers[0],
            named=numbers[1],
            queries=queries,
            catalogue=(project.build / "queries.json").read_text("utf-8"),
            context=(project.ontology / "context.jsonld").read_text("utf-8"),
            shapes=tuple(_shapes(project.validation)),
            canonical=manifest["canonical"]["sha256"],
            counts=manifest["counts"],
        )
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise HrdemError(
            "The built graph is incomplete, or was replaced just now. Run `hrdem build` to make it"
            " anew, and start again.",
            path=path,
        ) from problem


def _shapes(folder: Path) -> list[str]:
    return [path.read_text("utf-8") for path in sorted(folder.glob("*.ttl"))]
