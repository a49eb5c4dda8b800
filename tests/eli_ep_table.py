"""Runs the shapes of the European Parliament's ELI profile, for tests and to refresh their table.

Called as a script, it compares ``tests/eli_ep/does-not-apply.tsv`` with what the shapes find in the
graph under ``build/``; with ``--write`` it brings the table up to date and keeps the reasons.
"""

from __future__ import annotations

import csv
import io
import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import pyshacl
from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.term import Node

from can_run import ROOT, shared_folder

TABLE = ROOT / "tests/eli_ep/does-not-apply.tsv"
HEADER = ["file", "shape", "property", "constraint", "things", "reason"]


class Found(NamedTuple):
    """A constraint that is not met: file and shape it is of, and the property it looks at."""

    file: str
    shape: str
    property: str
    constraint: str


def validate(graph: Graph, folder: Path) -> dict[Found, int]:
    """Return how many things each constraint of the shapes under `folder` finds at fault.

    Results of closed shapes are counted together, whatever the property. The files are mended in
    two places where SHACL asks for more than they say: ``sh:ignoredProperties`` on shapes that are
    not closed, and targets that do not say they are SPARQL-based.
    """
    things: dict[Found, set[Node | None]] = defaultdict(set)
    for path in sorted(folder.glob("*.shacl.ttl")):
        shapes = Graph().parse(path)
        for shape in set(shapes.subjects(SH.ignoredProperties)):
            if (shape, SH.closed, Literal(True)) not in shapes:
                shapes.remove((shape, SH.ignoredProperties, None))
        for target in set(shapes.objects(None, SH.target)):
            shapes.add((target, RDF.type, SH.SPARQLTarget))
        _, results, _ = pyshacl.validate(graph, shacl_graph=shapes, advanced=True)
        assert isinstance(results, Graph)
        for result in results.subjects(RDF.type, SH.ValidationResult):
            constraint = name(results.value(result, SH.sourceConstraintComponent))
            closed = constraint == "ClosedConstraintComponent"
            found = Found(
                path.name.removesuffix(".shacl.ttl"),
                name(results.value(result, SH.sourceShape)),
                "" if closed else name(results.value(result, SH.resultPath)),
                constraint.removesuffix("ConstraintComponent"),
            )
            things[found].add(results.value(result, SH.focusNode))
    return {found: len(nodes) for found, nodes in sorted(things.items())}


def name(term: Node | None) -> str:
    """Return the last part of an IRI; nothing for what has no IRI."""
    return str(term).rpartition("/")[2].rpartition("#")[2] if isinstance(term, URIRef) else ""


def facts(path: Path) -> Graph:
    """Return the graph of a build without the statement nodes, which are of no class of ELI."""
    graph = Graph()
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("<https://w3id.org/hrdem/statement/")]
    return graph.parse(data="\n".join(kept), format="nt")


def read() -> dict[Found, tuple[int, str]]:
    """Return the table: number of things and reason of each constraint that does not apply."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, delimiter="\t")
    assert header == HEADER
    return {Found(*row[:4]): (int(row[4]), row[5]) for row in rows}


def text(table: dict[Found, tuple[int, str]]) -> str:
    """Return the table as it stands in its file."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(HEADER)
    for found, (number, reason) in sorted(table.items()):
        writer.writerow([*found, number, reason])
    return out.getvalue()


def main(arguments: list[str]) -> int:
    counts = validate(facts(ROOT / "build/hrdem.nt"), shared_folder() / "linkdata/eli-ep")
    old = read() if TABLE.is_file() else {}
    new = {found: (number, old.get(found, (0, ""))[1]) for found, number in counts.items()}
    if "--write" in arguments:
        TABLE.write_text(text(new), encoding="utf-8")
    else:
        print(text({found: row for found, row in new.items() if old.get(found) != row}), end="")
    return int(new != old)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
