"""Writes the examples of the shapes as a test suite that any SHACL engine can run.

The form is that of the W3C's own `SHACL Test Suite <https://w3c.github.io/data-shapes/data-shapes-
test-suite/>`_: manifests in Turtle, whose entries name a data graph, a shapes graph and the
validation report that is expected. Examples of core constraints and of SPARQL-based constraints
have a manifest each, since not every engine runs the latter.

An example is found by its name: ``validation/examples/{Shape}/good.ttl`` conforms, and
``bad-{aspect}-{parameter}.ttl`` breaks the constraint with this parameter of ``{Shape}-{aspect}``
(without aspect: of the node shape itself) and no other; what follows another hyphen tells several
cases apart. Each stands on ``ground.ttl``. What an example gives is computed, by pySHACL for core
constraints, and held against its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import pyoxigraph as ox

from hrdem import __version__
from hrdem import vocabulary as v
from hrdem.atomic import replacing
from hrdem.check import shacl
from hrdem.check.ruleset import RuleSet
from hrdem.documents import parse
from hrdem.errors import HrdemError
from hrdem.project import Project

MARKER: Final = "hrdem-suite.md"
"""The file that says what the folder is, and by which we know that we made it."""
PARTS: Final = {"core": "core constraints", "sparql": "SPARQL-based constraints"}
"""The folders of the suite, and what the shapes are made of that are tested there."""
_MANIFEST: Final = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_TEST: Final = "http://www.w3.org/ns/shacl-test#"
_BY_NAME: Final = re.compile(r"(good|bad(-[A-Za-z0-9]+)+)")


class Entry(NamedTuple):
    """One test.

    Attributes:
        name: shape and example, as in ``Passage-bad-quote-minLength``.
        label: what the example says of itself in its first line.
        data: the data graph in Turtle: the ground and the example.
        results: what is expected; nothing if the data conform.
    """

    name: str
    label: str
    data: str
    results: Sequence[shacl.Result]


def write(project: Project, folder: Path) -> dict[str, int]:
    """Write the suite into `folder`, whole or not at all; the same to the byte on every run.

    Returns:
        For each part, the number of its tests.

    Raises:
        HrdemError: if an example does not give what its name says, if shapes or examples cannot be
            read, or if the folder cannot be written or is somebody's own.
    """
    files = shacl.shape_files(project.validation)
    sparql = [path for path in files if path.name.endswith(shacl.SPARQL_SUFFIX)]
    parts = {"core": [path for path in files if path not in sparql], "sparql": sparql}
    found: dict[str, list[Entry]] = {part: [] for part in PARTS}
    with replacing(folder, MARKER) as new:
        needing_sparql = {c.shape for path in sparql for c in shacl.sparql_constraints(path)}
        for entry, shape in entries(project.validation):
            found["sparql" if shape in needing_sparql else "core"].append(entry)
        for part, shapes in parts.items():
            (new / part).mkdir()
            _put(new / part / "shapes.ttl", "\n".join(path.read_text("utf-8") for path in shapes))
            for entry in found[part]:
                _put(new / part / f"{entry.name}.ttl", entry.data)
            _put(new / part / "manifest.ttl", _manifest(part, found[part]))
        _put(new / "manifest.ttl", _root())
        counts = {part: len(entries) for part, entries in found.items()}
        _put(new / MARKER, _about(counts))
    return counts


def entries(validation: Path) -> Iterator[tuple[Entry, str]]:
    """Yield a test for each example, in order of their names, and the IRI of the shape shown.

    Args:
        validation: the folder with shapes and examples.

    Raises:
        HrdemError: if an example does not give what its name says, or cannot be read.
    """
    rules = RuleSet(shacl.shape_files(validation))
    ground = validation / "examples" / "ground.ttl"
    beneath, text = list(parse(ground)), ground.read_text("utf-8")
    for path in sorted((validation / "examples").glob("*/*.ttl")):
        added = list(parse(path))
        results = sorted(
            rules.results([*beneath, *added], added),
            key=lambda r: (str(r.focus), r.source, str(r.value)),
        )
        _as_named(path, results)
        own = path.read_text("utf-8")
        yield (
            Entry(
                f"{path.parent.name}-{path.stem}",
                own.partition("\n")[0].lstrip("# "),
                f"{text}\n{own}",
                results,
            ),
            v.SHAPE + path.parent.name,
        )


def _as_named(path: Path, results: Sequence[shacl.Result]) -> None:
    """Hold what an example gives against its name.

    Raises:
        HrdemError: if they differ.
    """
    if not _BY_NAME.fullmatch(path.stem):
        raise HrdemError(
            "The name of an example is good.ttl, or bad-ASPECT-PARAMETER.ttl for the constraint"
            " that it breaks. Rename it.",
            path=path,
        )
    given = sorted({(r.source.removeprefix(v.SHAPE), case_of(r)) for r in results})
    told = " and ".join(f"{shape} ({case.rpartition('-')[2]})" for shape, case in given)
    if path.stem == "good":
        if given:
            raise HrdemError(
                f"This example is to conform, and it breaks {told}. Mend the example, or the"
                " constraint if it refuses too much.",
                path=path,
            )
    elif not given:
        raise HrdemError(
            "This example is to break a constraint, and it conforms. Mend the example, or the"
            " constraint if it lets too much pass.",
            path=path,
        )
    elif len(given) > 1 or not _fits(path, *given[0]):
        raise HrdemError(
            f"This example breaks {told}, which is not what its name says. Mend the example so"
            " that it breaks one constraint and nothing else, or rename it.",
            path=path,
        )


def case_of(result: shacl.Result) -> str:
    """Return how the names of the examples begin that break the constraint of a result."""
    aspect = result.source.removeprefix(v.SHAPE).partition("-")[2]
    component = result.component.removeprefix(v.SH).removesuffix("ConstraintComponent")
    parameter = component.lower() if component.isupper() else component[0].lower() + component[1:]
    return "-".join(part for part in ("bad", aspect, parameter) if part)


def _fits(path: Path, source: str, case: str) -> bool:
    shape = source.partition("-")[0]
    return path.parent.name == shape and (path.stem == case or path.stem.startswith(f"{case}-"))


# --- files ----------------------------------------------------------------------------------------


def _put(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8"))


def _head(*prefixes: str) -> str:
    known = {**v.PREFIXES, "mf": _MANIFEST, "sht": _TEST}
    return "".join(f"@prefix {prefix}: <{known[prefix]}> .\n" for prefix in sorted(prefixes))


def _root() -> str:
    includes = " , ".join(f"<{part}/manifest.ttl>" for part in PARTS)
    label = ox.Literal(f"Examples of the shapes of HRDem {__version__}", language="en")
    return (
        _head("dcterms", "mf", "rdfs") + "\n<> a mf:Manifest ;\n"
        f"    rdfs:label {label} ;\n"
        "    dcterms:license <https://creativecommons.org/licenses/by/4.0/> ;\n"
        f"    mf:include {includes} .\n"
    )


def _manifest(part: str, found: Sequence[Entry]) -> str:
    label = ox.Literal(f"Examples of {PARTS[part]} of HRDem {__version__}", language="en")
    names = "".join(f"        <{entry.name}>\n" for entry in found)
    body = (
        "<> a mf:Manifest ;\n"
        f"    rdfs:label {label} ;\n"
        f"    mf:entries (\n{names}    ) .\n"
        + "".join(
            f"\n<{entry.name}> a sht:Validate ;\n"
            f"    rdfs:label {ox.Literal(entry.label, language='en')} ;\n"
            "    mf:action [\n"
            f"        sht:dataGraph <{entry.name}.ttl> ;\n"
            "        sht:shapesGraph <shapes.ttl>\n"
            "    ] ;\n"
            f"    mf:result [ {shacl.report_body(entry.results, messages=False)} ] ;\n"
            "    mf:status sht:proposed .\n"
            for entry in found
        )
    )
    used = {prefix for prefix in v.PREFIXES if f"{prefix}:" in body}
    return _head(*(used | {"mf", "rdfs", "sht"})) + "\n" + body


def _about(counts: dict[str, int]) -> str:
    lines = "".join(
        f"- `{part}/manifest.ttl`: {counts[part]} examples of {what}\n"
        for part, what in PARTS.items()
    )
    return f"""# Test suite for SHACL engines, from HRDem {__version__}

The examples of the shapes of HRDem, good and bad, in the form of the W3C's SHACL Test Suite
(<https://w3c.github.io/data-shapes/data-shapes-test-suite/>). `manifest.ttl` includes:

{lines}
Each entry names a data graph, a shapes graph and the expected validation report. An example whose
name has `good` conforms; every other one breaks the one constraint that its name tells.

The status of all tests is `sht:proposed`, since they are not the W3C's. Licence: CC BY 4.0. This
folder is written by `hrdem suite`, which replaces everything in it.
"""
