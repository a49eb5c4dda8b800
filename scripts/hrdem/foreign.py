"""RDF files that others publish, in any syntax."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from hrdem.errors import HrdemError, UsageError, display_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SYNTAXES: Final = {
    ".rdf": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".jsonld": ox.RdfFormat.JSON_LD,
}
"""Suffix of a file to the syntax that it is in."""


def check_file(path: Path) -> None:
    """Raise a sentence unless `path` is a file that :func:`read_file` can try to read.

    Raises:
        UsageError: if its suffix is not known, or there is no such file.
    """
    if path.suffix not in SYNTAXES:
        raise UsageError(
            f"{display_path(path)} is in no RDF syntax that is known by its suffix. Name a file"
            f" that ends in {', '.join(SYNTAXES)}, or the address of an endpoint."
        )
    if not path.is_file():
        raise UsageError(f"There is no file {display_path(path)}. Check the name.")


def read_file(path: Path) -> Iterator[ox.Quad]:
    """Yield what a file states.

    Raises:
        HrdemError: if it cannot be read, or is not in the syntax that its suffix tells.
    """
    try:
        yield from ox.parse(
            path=str(path),
            format=SYNTAXES[path.suffix],
            base_iri=path.absolute().as_uri(),
            lenient=True,  # other people's files; what is odd in them is not ours to judge
        )
    except OSError as problem:
        raise HrdemError(
            f"The file cannot be read: {problem.strerror or problem}.", path=path
        ) from problem
    except SyntaxError as problem:
        raise HrdemError(
            f"The file is not what its suffix says: {problem}. Get it anew.", path=path
        ) from problem
