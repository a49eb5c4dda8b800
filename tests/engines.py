"""The examples and the real graph through several SHACL engines. ``python tests/engines.py``.

Prints how far each engine agrees with what the examples are to give, and with the reference engine
on the real graph; ``--write`` also puts that into ``validation/README.md``. What differs is listed
in ``engines/differences.tsv`` with the reason. Takes some minutes.

Each engine runs in a process of its own: ``python tests/engines.py NAME`` reads pairs of data graph
and shapes graph as JSON, and writes the reports.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import re
import subprocess
import sys
import tempfile
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import rdflib
from rdflib.collection import Collection
from rdflib.namespace import SH

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests")]

import manifest  # noqa: E402
import real_stores  # noqa: E402
from manifest import FIELDS, Case, Report, Result  # noqa: E402

REFERENCE = "pyshacl"
PACKAGES = {"pyshacl": "pyshacl", "pyshacl-turbo": "pyshacl_turbo", "pyshifty": "shifty"}
"""Engine to the module that it is imported as."""
JENA = "jena"
NAMES = (*PACKAGES, JENA)
DIFFERENCES = ROOT / "tests" / "engines" / "differences.tsv"
PAGE = ROOT / "validation" / "README.md"
BLOCK = re.compile(
    r"(<!-- output of: python tests/engines\.py -->\n```text\n)(.*?)(```\n)", re.DOTALL
)

Jobs = Sequence[tuple[Path, Path]]
"""Pairs of the file with the data graph and the file with the shapes graph."""


def reason_to_skip(name: str, fetch: bool = True) -> str | None:
    """Return why an engine cannot be run here, or None if it can.

    Args:
        name: one of :data:`NAMES`.
        fetch: whether Apache Jena may be fetched if it is not here.
    """
    if name in PACKAGES:
        found = importlib.util.find_spec(PACKAGES[name])
        return None if found else f"{name} is not installed: scripts/test does that where it can"
    if not importlib.util.find_spec("jpype"):
        return "jpype1 is not installed: scripts/test installs it"
    if not fetch and not real_stores.is_here("fuseki"):
        return "Apache Jena would be fetched: that happens with HRDEM_REQUIRE_ALL=1"
    return real_stores.reason_to_skip("fuseki")


def version(name: str) -> str:
    """Return the version of an engine that can be run."""
    if name in PACKAGES:
        return metadata.version(name)
    (jar,) = real_stores.jena().glob("jena-shacl-*.jar")
    return jar.stem.removeprefix("jena-shacl-")


def run(name: str, jobs: Jobs) -> list[Report]:
    """Return the reports of an engine, in the order of the jobs.

    Raises:
        RuntimeError: if the engine fails, with what it said.
    """
    done = subprocess.run(
        [sys.executable, "-P", __file__, name],
        input=json.dumps([[str(data), str(shapes)] for data, shapes in jobs]),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{name} failed:\n{done.stderr[-2000:]}")
    return [
        Report(each["conforms"], Counter(tuple(result) for result in each["results"]))
        for each in json.loads(done.stdout)
    ]


# --- in the process of an engine ------------------------------------------------------------------

Validator = Callable[[Path, Path], rdflib.Graph]
"""Takes the files with data and shapes, and returns the graph with the report."""


def _validator(name: str) -> Validator:
    return {
        "pyshacl": _pyshacl,
        "pyshacl-turbo": _turbo,
        "pyshifty": _shifty,
        JENA: _jena,
    }[name]()


def _pyshacl() -> Validator:
    import pyshacl

    read: dict[Path, rdflib.Graph] = {}

    def validate(data: Path, shapes: Path) -> rdflib.Graph:
        if shapes not in read:
            read[shapes] = manifest.parse(shapes)
        _, report, _ = pyshacl.validate(manifest.parse(data), shacl_graph=read[shapes])
        assert isinstance(report, rdflib.Graph), report
        return report

    return validate


def _turbo() -> Validator:
    import pyshacl_turbo

    read: dict[Path, Any] = {}

    def validate(data: Path, shapes: Path) -> rdflib.Graph:
        if shapes not in read:
            compiled: Any = pyshacl_turbo.CompiledShapes
            read[shapes] = compiled(str(shapes))
        _, report, _ = read[shapes].validate(str(data))
        assert isinstance(report, rdflib.Graph), report
        return report

    return validate


def _shifty() -> Validator:
    import shifty

    read: dict[Path, Any] = {}

    def validate(data: Path, shapes: Path) -> rdflib.Graph:
        if shapes not in read:
            read[shapes] = shifty.PreparedValidator(shapes)
        # By default constraints would also look into the shapes graph.
        options = {"graph_mode": "data", "on_unsupported": "error"}
        _, report, _ = read[shapes].validate(data, **options)
        assert isinstance(report, rdflib.Graph), report
        return report

    return validate


def _jena() -> Validator:
    import jpype

    jpype.startJVM("-Xmx2g", classpath=[str(real_stores.jena() / "*")])
    files = jpype.JClass("org.apache.jena.riot.RDFDataMgr")
    parser = jpype.JClass("org.apache.jena.shacl.Shapes")
    engine = jpype.JClass("org.apache.jena.shacl.ShaclValidator").get()
    writer = jpype.JClass("java.io.StringWriter")
    n_triples = jpype.JClass("org.apache.jena.riot.Lang").NTRIPLES
    read: dict[Path, object] = {}

    def validate(data: Path, shapes: Path) -> rdflib.Graph:
        if shapes not in read:
            read[shapes] = parser.parse(files.loadGraph(str(shapes)))
        report = engine.validate(read[shapes], files.loadGraph(str(data)))
        text = writer()
        files.write(text, report.getGraph(), n_triples)
        with manifest.as_written():
            return rdflib.Graph().parse(data=str(text.toString()), format="nt")

    return validate


def _serve(name: str) -> None:
    jobs = json.load(sys.stdin)
    validate = _validator(name)
    reports = []
    for data, shapes in jobs:
        with manifest.as_written():
            report = manifest.report(validate(Path(data), Path(shapes)))
        results = sorted(report.results.elements(), key=str)
        reports.append({"conforms": report.conforms, "results": results})
    json.dump(reports, sys.stdout)


# --- differences ----------------------------------------------------------------------------------


class Difference(NamedTuple):
    """A line of ``differences.tsv``: how an engine's results are to differ, and why.

    Attributes:
        engine: one of :data:`NAMES`.
        where: which results: the name of a constraint component without its ending,
            ``composite path`` or ``alternative of three or more``.
        field: one of :data:`FIELDS`, or ``result`` if whole results are too many or missing; the
            latter concerns the real graph with bad examples only.
        found: ``missing``, ``added``, ``empty`` or ``other``.
        why: a sentence.
        section: section of the SHACL Recommendation that says how it ought to be.
    """

    engine: str
    where: str
    field: str
    found: str
    why: str
    section: str


def differences() -> list[Difference]:
    """Return the lines of the file, in their order."""
    with DIFFERENCES.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        assert tuple(next(rows)) == Difference._fields
        return [Difference(*row) for row in rows]


class Judge:
    """Tells which differences between two reports are not as listed.

    Args:
        engine: the engine that gave the second report of each pair.
        shapes: the files with the shapes.
        listed: lines of the file, those of other engines too.

    Attributes:
        seen: how often each line was found true.
    """

    def __init__(self, engine: str, shapes: Iterable[Path], listed: Iterable[Difference]) -> None:
        self.listed = [line for line in listed if line.engine == engine]
        self.seen: Counter[Difference] = Counter()
        self._paths = {
            shape.n3(): _kinds_of_path(graph, path)
            for graph in map(manifest.parse, shapes)
            for shape, path in graph.subject_objects(SH.path)
        }

    def complaints(self, expected: Report, found: Report, *, whole: bool = False) -> list[str]:
        """Return a sentence for each difference that is not listed, and each listed one not found.

        Args:
            expected: what is to come out.
            found: what the engine gave.
            whole: whether lines about whole results count here.
        """
        told = []
        if expected.conforms != found.conforms:
            told.append(f"sh:conforms is {found.conforms}")
        left, right = self._groups(expected), self._groups(found)
        for key in sorted({*left, *right}, key=str):
            surplus = len(right.get(key, ())) - len(left.get(key, ()))
            if surplus and not (whole and self._covers(key, surplus)):
                told.append(f"{abs(surplus)} {'more' if surplus > 0 else 'fewer'}: {key}")
            for one, other in zip(left.get(key, ()), right.get(key, ()), strict=False):
                told += self._gone(one, other)
        return told

    def _lines(self, result: Result) -> list[Difference]:
        kinds = {_component(result), *self._paths.get(result[5] or "", ())}
        return [line for line in self.listed if line.where in kinds and line.field != "result"]

    def _groups(self, report: Report) -> dict[Result, list[Result]]:
        """Return the results by what is left of them without the fields that are to differ."""
        groups: dict[Result, list[Result]] = {}
        for result in sorted(report.results.elements(), key=str):
            hidden = {line.field for line in self._lines(result)}
            key = tuple(
                None if name in hidden else value
                for name, value in zip(FIELDS, result, strict=True)
            )
            groups.setdefault(key, []).append(result)
        return groups

    def _covers(self, key: Result, surplus: int) -> bool:
        for line in self.listed:
            direction = "added" if surplus > 0 else "missing"
            if line[1:4] == (_component(key), "result", direction):
                self.seen[line] += 1
                return True
        return False

    def _gone(self, one: Result, other: Result) -> Iterator[str]:
        """Yield a sentence for each line that two results, else the same, do not bear out."""
        for line in self._lines(one):
            at = FIELDS.index(line.field)
            if _kind(one[at], other[at]) == line.found:
                self.seen[line] += 1
            else:
                yield f"{line.field} is not {line.found}, although that is listed: {other}"


def _component(result: Result) -> str:
    return re.sub(r".*#|ConstraintComponent>", "", result[4] or "")


def _kind(expected: str | None, found: str | None) -> str:
    if expected == found:
        return "the same"
    if found is None:
        return "missing"
    if expected is None:
        return "added"
    return "empty" if found == manifest.NO_PATH else "other"


def _kinds_of_path(graph: rdflib.Graph, path: rdflib.term.Node) -> set[str]:
    if isinstance(path, rdflib.URIRef):
        return set()
    found = {"composite path"}
    pending = [path]
    while pending:
        for predicate, value in graph.predicate_objects(pending.pop()):
            if predicate == SH.alternativePath and len(Collection(graph, value)) > 2:
                found.add("alternative of three or more")
            if isinstance(value, rdflib.BNode):
                pending.append(value)
    return found


# --- the table ------------------------------------------------------------------------------------


@dataclass
class Material:
    """What the engines are run on.

    Attributes:
        tests: the tests of the suite.
        graphs: name to file: the real graph, and the same with all bad examples in it.
        shapes: name of the part to the file with its shapes.
        reference: name of the graph to the report of the reference engine.
    """

    tests: list[Case]
    graphs: dict[str, Path]
    shapes: dict[str, Path]
    reference: dict[str, Report] = field(default_factory=dict)


REAL, SPOILT = "real graph", "with bad examples"


def material(suite: Path, graph: Path, folder: Path) -> Material:
    """Return what to run the engines on.

    Args:
        suite: the folder with the suite.
        graph: the real graph, as N-Triples.
        folder: where to put the graph with all bad examples in it.
    """
    import pyoxigraph as ox

    from hrdem.check import shacl
    from hrdem.check.ruleset import RuleSet

    tests = list(manifest.read(suite / "manifest.ttl"))
    triples = {
        quad.triple
        for test in tests
        if "-bad-" in test.name
        for quad in ox.parse(path=str(test.data))
    }
    lines = b"".join(
        sorted(ox.serialize([triple], format=ox.RdfFormat.N_TRIPLES) or b"" for triple in triples)
    )
    spoilt = folder / "spoilt.nt"
    spoilt.write_bytes(graph.read_bytes() + lines)
    shapes = {part: suite / part / "shapes.ttl" for part in ("core", "sparql")}
    found = Material(tests, {REAL: graph, SPOILT: spoilt}, shapes)
    rules = RuleSet(shacl.shape_files(ROOT / "validation"))
    for name, path in found.graphs.items():
        quads = list(ox.parse(path=str(path)))
        text = shacl.report_turtle(rules.results(quads, quads))
        with manifest.as_written():
            found.reference[name] = manifest.report(rdflib.Graph().parse(data=text))
    return found


@dataclass
class Outcome:
    """What one engine made of the material.

    Attributes:
        engine: its name.
        tests: its reports on the tests, in their order.
        graphs: its report on each graph, core and SPARQL-based constraints together.
    """

    engine: str
    tests: list[Report]
    graphs: dict[str, Report]


def outcome(name: str, found: Material) -> Outcome:
    """Run an engine on everything.

    The reference engine is not run on the graphs again: there it would take SPARQL-based
    constraints one focus node at a time.
    """
    jobs = [(test.data, test.shapes) for test in found.tests]
    graphs = {} if name == REFERENCE else found.graphs
    for graph in graphs.values():
        jobs += [(graph, shapes) for shapes in found.shapes.values()]
    reports = iter(run(name, jobs))
    tests = [next(reports) for _ in found.tests]
    whole = {graph: _both(next(reports), next(reports)) for graph in graphs}
    return Outcome(name, tests, whole or found.reference)


def _both(one: Report, other: Report) -> Report:
    return Report(one.conforms and other.conforms, one.results + other.results)


def table(found: Material, outcomes: Sequence[Outcome]) -> str:
    """Return the table in plain text, and below it the listed differences."""
    listed = differences()
    rows = [("engine", "version", "core examples", "SPARQL examples", "conforms", *found.graphs)]
    for each in outcomes:
        judge = Judge(each.engine, found.shapes.values(), listed)
        rows.append(
            (
                each.engine,
                version(each.engine),
                *(_agreement(judge, found.tests, each.tests, part) for part in found.shapes),
                _conformance(found.tests, each.tests),
                *(
                    "reference"
                    if each.engine == REFERENCE
                    else _words(judge, found.reference[name], each.graphs[name])
                    for name in found.graphs
                ),
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, tuple("-" * width for width in widths))
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "".join(f"{line}\n" for line in (*lines, "", *reasons(listed)))


def reasons(listed: Iterable[Difference]) -> list[str]:
    """Return the lines of text that say why engines differ."""
    lines = ["Why they differ:"]
    for line in listed:
        text = f"- {line.engine}, {line.where}: {line.why} (SHACL, {line.section})"
        lines += textwrap.wrap(text, 100, subsequent_indent="  ", break_on_hyphens=False)
    return lines


def _agreement(judge: Judge, tests: Sequence[Case], reports: Sequence[Report], part: str) -> str:
    """Say whether an engine reports the tests of a part as expected, or as listed, or how not."""
    pairs = [
        (test.expected, report)
        for test, report in zip(tests, reports, strict=True)
        if test.manifest.parent.name == part
    ]
    if all(one == other for one, other in pairs):
        return "all"
    wrong = sum(one is None or bool(judge.complaints(one, other)) for one, other in pairs)
    return f"all but {wrong}" if wrong else "as listed"


def _conformance(tests: Sequence[Case], reports: Sequence[Report]) -> str:
    """Say for how many tests an engine is right on whether the data conform."""
    wrong = sum(
        test.expected is None or test.expected.conforms != report.conforms
        for test, report in zip(tests, reports, strict=True)
    )
    return f"all but {wrong}" if wrong else "all"


def counts(found: Material, outcomes: Sequence[Outcome]) -> str:
    """Return for each engine how many tests it reports in full, to the last field."""
    lines = []
    for each in outcomes:
        passed, every = Counter[str](), Counter[str]()
        for test, report in zip(found.tests, each.tests, strict=True):
            every[test.manifest.parent.name] += 1
            passed[test.manifest.parent.name] += test.expected == report
        told = ", ".join(f"{passed[part]} of {every[part]} {part}" for part in every)
        lines.append(f"{each.engine}: {told}")
    return "".join(f"{line}\n" for line in ("In full:", *lines))


def _words(judge: Judge, expected: Report, found: Report) -> str:
    left, right = judge._groups(expected), judge._groups(found)
    more = any(len(right[key]) > len(left.get(key, ())) for key in right)
    fewer = any(len(left[key]) > len(right.get(key, ())) for key in left)
    return {(0, 0): "same", (1, 0): "more", (0, 1): "fewer"}.get((more, fewer), "more, fewer")


def on_page() -> str:
    """Return the table that the page shows."""
    match = BLOCK.search(PAGE.read_text("utf-8"))
    assert match, f"{PAGE} has no block for the table"
    return match[2]


def main(arguments: Sequence[str]) -> int:
    """Print the table, or with the name of an engine be its process; returns the exit code."""
    if arguments and arguments[0] in NAMES:
        _serve(arguments[0])
        return 0
    from hrdem import suite
    from hrdem.build import build
    from hrdem.project import Project

    reasons = [reason for name in NAMES if (reason := reason_to_skip(name))]
    if reasons:
        print("\n".join(reasons), file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = Project.at(ROOT)._replace(build=folder / "build")
        build(project)
        suite.write(project, folder / "suite")
        found = material(folder / "suite", project.build / "hrdem.nt", folder)
        outcomes = [outcome(engine, found) for engine in NAMES]
        text = table(found, outcomes)
        print(f"{text}\n{counts(found, outcomes)}", end="")
    if "--write" in arguments:
        page = PAGE.read_text("utf-8")
        PAGE.write_text(BLOCK.sub(lambda match: match[1] + text + match[3], page), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
