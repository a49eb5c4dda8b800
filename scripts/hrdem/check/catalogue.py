"""Checks the catalogue that a build made, and that the files beside it are those it describes.

Sizes and checksums are in no source file, so this is the one check that looks at what was built.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from hrdem import catalogue
from hrdem import vocabulary as v
from hrdem.check.context import short
from hrdem.check.finding import VIOLATION, Finding
from hrdem.check.shacl import validate
from hrdem.documents import locate, read_rdf
from hrdem.errors import HrdemError
from hrdem.project import Project

SHAPES: Final = "catalogue.ttl"
"""Name of the file in ``validation/`` with the shapes."""


def run(project: Project) -> Iterator[Finding]:
    """Yield a finding for each fault of ``build/catalogue.ttl``; none if nothing was built."""
    path = project.build / f"{catalogue.NAME}.ttl"
    shapes = project.validation / SHAPES
    if not path.is_file() or not shapes.is_file():
        return
    try:
        source = read_rdf(path)
    except HrdemError as error:
        yield Finding.of_error("built-file", error)
        return
    store = ox.Store()
    store.extend(source.quads)
    for result in validate(store, [shapes]):
        thing = v.value(result.focus)
        yield Finding(
            result.source.removeprefix(v.SHAPE),
            VIOLATION,
            f"{short(thing)}: {result.message}",
            path,
            locate(path, thing),
            thing,
            shape=result.source,
        )
    about: dict[str, dict[str, str]] = {}
    for triple in source.triples():
        about.setdefault(v.value(triple.subject), {})[triple.predicate.value] = v.value(
            triple.object
        )
    for distribution, facts in about.items():
        if facts.get(v.RDF_TYPE) == v.DCAT + "Distribution":
            checksum = about.get(facts.get(v.SPDX + "checksum", ""), {})
            fault = _fault(
                project.build / distribution.removeprefix(v.DISTRIBUTION),
                facts.get(v.DCAT + "byteSize"),
                checksum.get(v.SPDX + "checksumValue"),
            )
            if fault:
                yield Finding(
                    "built-file",
                    VIOLATION,
                    f"{short(distribution)}: {fault} Run `hrdem build`, which makes all files"
                    " anew.",
                    path,
                    locate(path, distribution),
                    distribution,
                )


def _fault(path: Path, size: str | None, checksum: str | None) -> str | None:
    """Return what tells a file from the one that the catalogue describes."""
    try:
        content = path.read_bytes()
    except OSError as error:
        return f"The file cannot be read ({error.strerror})."
    if str(len(content)) != size:
        return f"The file has {len(content)} bytes, and the catalogue says {size}."
    if hashlib.sha256(content).hexdigest() != checksum:
        return "The file has another SHA-256 than the catalogue says."
    return None
