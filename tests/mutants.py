"""Shows that the examples of the shapes notice when a shape gets weaker.

Run as ``python tests/mutants.py``: makes every mutant of every shape in ``validation/`` (see
:mod:`weaken_shapes`), validates with it the examples of the shape, and prints for each kind how
many there are and how many some example notices: its results are no longer those that it promises
(see :meth:`shapes.Shapes.promised`). Names those that no example notices; ``--write`` also puts it
all into ``validation/README.md``. A mutant that says the
same as the shape itself is listed with the reason in ``tests/mutants/survivors.tsv``.
"""

from __future__ import annotations

import csv
import logging
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox
import pyshacl
import rdflib

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "scripts"))

from hrdem import vocabulary as v  # noqa: E402
from hrdem.check import shacl  # noqa: E402
from shapes import TARGETS, Outcome, Shapes, sh  # noqa: E402
from weaken_shapes import DROPPED, Mutant, mutants  # noqa: E402

SURVIVORS = Path(__file__).parent / "mutants" / "survivors.tsv"
PAGE = ROOT / "validation" / "README.md"
BLOCK = re.compile(
    r"(<!-- output of: python tests/mutants\.py -->\n```text\n)(.*?)(```\n)", re.DOTALL
)


class Part(NamedTuple):
    """What reports by itself: a node shape without its property shapes, or one of those.

    Attributes:
        shape: the node shape with the targets.
        source: the node shape, property shape or SPARQL-based constraint that results name.
    """

    shape: ox.NamedNode
    source: ox.NamedNode


@dataclass(frozen=True)
class Fate:
    """What became of a mutant: the example that noticed it, or None if it survived."""

    mutant: Mutant
    killer: Path | None


class Examiner:
    """Tries mutants on the examples of their shapes; keeps what can be used again."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self._graphs: dict[Path, rdflib.Graph] = {}
        self._stores: dict[Path, ox.Store] = {}
        self._promises: dict[Path, list[Outcome]] = {}
        self._sound: dict[tuple[Path, Part], bool] = {}
        # As in the check: rdflib need not log each literal without a value.
        logging.getLogger("rdflib.term").disabled = True

    def fates(self, file: Path) -> Iterator[Fate]:
        """Yield what becomes of each mutant of the shapes in a file."""
        described = {quad.subject for quad in ox.parse(path=str(file))}
        kinds = ("NodeShape", "PropertyShape", "SPARQLConstraint")
        names = sorted({s for kind in kinds for s in self.shapes.of_class(kind)}, key=str)
        for mutant in mutants(self.shapes, [name for name in names if name in described]):
            yield Fate(mutant, self.killer(mutant))

    def killer(self, mutant: Mutant) -> Path | None:
        """Return an example that notices a mutant, or None.

        Those of the shape are tried. For SPARQL-based constraints all others follow: what such a
        constraint leaves alone because another one reports it is seen only where that one does.
        """
        parts = [part for part, quads in self._parts.items() if mutant.removed & quads]
        weakened = {
            part: self._validator((self._parts[part] - mutant.removed).union(mutant.added))
            for part in parts
        }
        for path, part in self._tries(mutant, parts):
            if weakened[part](path) != self._promised(path, part) and self._is_sound(path, part):
                return path
        return None

    def _tries(self, mutant: Mutant, parts: list[Part]) -> Iterator[tuple[Path, Part]]:
        """Yield which examples to try with which parts, the likeliest to notice first."""
        ranked = []
        for part in parts:
            for path in self._examples[part.shape.value.removeprefix(v.SHAPE)]:
                expected = self.shapes.expected(path)
                rank = 3
                if expected is None:
                    rank = 1
                elif expected.source == part.source.value:
                    rank = 0 if f"sh:{expected.parameter}" in mutant.what else 2
                ranked.append((rank, path, part))
        ranked.sort(key=lambda entry: (entry[0], str(entry[1])))
        yield from ((path, part) for _, path, part in ranked)
        for part in parts:
            if self.shapes.values(part.source, "select"):
                yield from ((path, part) for path in self.shapes.examples)

    @cached_property
    def _examples(self) -> dict[str, list[Path]]:
        found: dict[str, list[Path]] = {}
        for path in self.shapes.examples:
            found.setdefault(path.parent.name, []).append(path)
        return found

    def _promised(self, path: Path, part: Part) -> list[Outcome]:
        """Return which results an example promises of a part."""
        if path not in self._promises:
            self._promises[path] = self.shapes.promised(path)
        return [outcome for outcome in self._promises[path] if outcome.source == part.source.value]

    def _is_sound(self, path: Path, part: Part) -> bool:
        """Return whether an example keeps its promise as the part is; else it shows nothing."""
        if (path, part) not in self._sound:
            outcomes = self._validator(self._parts[part])(path)
            self._sound[path, part] = outcomes == self._promised(path, part)
        return self._sound[path, part]

    def _validator(self, part: set[ox.Quad]) -> Callable[[Path], list[Outcome]]:
        """Return what gives the results of a part, made up of these statements, on an example."""
        if any(quad.predicate == sh("sparql") for quad in part):
            shapes = ox.Store()
            shapes.extend(part)
            constraints = shacl.constraints_in(shapes, self.shapes.folder)
            return lambda path: outcomes(self._sparql(constraints, path))
        graph = shacl.to_rdflib(part)
        shacl.aim_at_properties(graph)
        return lambda path: outcomes(self._core(graph, path))

    def _core(self, shapes: rdflib.Graph, path: Path) -> Iterator[shacl.Result]:
        """Yield results of core constraints."""
        if path not in self._graphs:
            self._graphs[path] = shacl.to_rdflib(self._data(path))
        _, report, _ = pyshacl.validate(self._graphs[path], shacl_graph=shapes, inplace=True)
        assert isinstance(report, rdflib.Graph), report
        yield from shacl.read_report(report)

    def _sparql(
        self, constraints: list[shacl.SparqlConstraint], path: Path
    ) -> Iterator[shacl.Result]:
        """Yield results with ``$this`` bound beforehand, as SHACL (section 5.3.1) has it.

        The check binds it by the patterns of the query, which a mutant may lack.
        """
        for constraint in constraints:
            for focus in shacl.focus_nodes(self._data(path), constraint.targets):
                yield from shacl.run_constraint(self._data(path), constraint, focus)

    def _data(self, path: Path) -> ox.Store:
        if path not in self._stores:
            self._stores[path] = self.shapes.with_ground(path)
        return self._stores[path]

    @cached_property
    def _parts(self) -> dict[Part, set[ox.Quad]]:
        """Each part with the statements that make it up."""
        shapes, found = self.shapes, {}
        for shape in shapes.reporting:
            own = set(shapes.store.quads_for_pattern(shape, None, None))
            inner = {q for q in own if q.predicate not in (sh("property"), sh("sparql"))}
            if shapes.values(shape, *DROPPED):
                found[Part(shape, shape)] = inner.union(
                    *(
                        shapes.reached(q.object)
                        for q in inner
                        if not isinstance(q.object, ox.Literal)
                    )
                )
            about = {q for q in inner if q.predicate.value in KEPT}
            for link in own - inner:
                assert isinstance(link.object, ox.NamedNode)
                needed = about | {link} | shapes.reached(link.object)
                if link.predicate == sh("property"):
                    needed -= set(shapes.store.quads_for_pattern(shape, sh("severity"), None))
                found[Part(shape, link.object)] = needed
        return found


def outcomes(results: Iterable[shacl.Result]) -> list[Outcome]:
    """Return what is compared of results, sorted."""
    return sorted(map(Outcome.of, results), key=str)


KEPT = {v.RDF_TYPE, *(v.SH + name for name in (*TARGETS, "severity"))}
"""What a part has of its node shape; the severity is that of SPARQL-based constraints."""


def report(fates: list[Fate], listed: Iterable[str]) -> tuple[str, list[str]]:
    """Return what the command prints, and the mutants that no example notices and no list has."""
    left = [fate.mutant.name for fate in fates if fate.killer is None]
    unlisted = [name for name in left if name not in listed]
    lines = [table(fates, listed)]
    if unlisted:
        lines += ["", f"No example notices these {len(unlisted)}:", *unlisted]
    return "\n".join(lines) + "\n", unlisted


def table(fates: Iterable[Fate], listed: Iterable[str]) -> str:
    """Return how many mutants of each kind were made, noticed, and are listed as equivalent."""
    rows: dict[str, list[int]] = {}
    for fate in fates:
        row = rows.setdefault(fate.mutant.kind, [0, 0, 0])
        row[0] += 1
        row[1] += fate.killer is not None
        row[2] += fate.killer is None and fate.mutant.name in listed
    rows = dict(sorted(rows.items()))
    rows["all"] = [sum(column) for column in zip(*rows.values(), strict=True)]
    cells = [
        ("change", "made", "noticed", "equivalent", "score"),
        *((kind, *map(str, row), score(*row)) for kind, row in rows.items()),
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in (cells[0], ["-" * width for width in widths], *cells[1:])
    )


def score(made: int, noticed: int, equivalent: int) -> str:
    """Return the share of the mutants that count which was noticed; 100 % only if all were."""
    counted = made - equivalent
    return f"{100 * noticed // counted if counted else 100} %"


def survivors(path: Path = SURVIVORS) -> dict[str, str]:
    """Return the mutants listed as equivalent, each with its reason."""
    with path.open(encoding="utf-8", newline="") as lines:
        return {row["mutant"]: row["reason"] for row in csv.DictReader(lines, delimiter="\t")}


def main(arguments: list[str]) -> int:
    """Print the table and the survivors that are not listed; return 1 if there are any."""
    shapes = Shapes(ROOT / "validation")
    examiner = Examiner(shapes)
    fates = [fate for file in shapes.files for fate in examiner.fates(file)]
    text, unlisted = report(fates, survivors())
    print(text, end="")
    if "--write" in arguments:
        page = PAGE.read_text("utf-8")
        PAGE.write_text(BLOCK.sub(lambda match: match[1] + text + match[3], page), "utf-8")
    return 1 if unlisted else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
