"""Checks the quality of the ontology with the queries of ``validation/quality/``.

Each rule is one SPARQL file, ``{code}.rq``, that selects what is wrong. Its first lines say in the
manner of `ROBOT <https://robot.obolibrary.org/report>`_ what that is::

    # Title: Missing label
    # Problem: The term has no label.
    # Solution: Add skos:prefLabel and rdfs:label.
    # Severity: violation

A value goes on in a line that begins with ``#`` and two spaces or more. The columns are ``?thing``,
``?property`` and ``?value``; the last two may be empty. A query sees one graph: everything that the
build makes, the axioms, and, for each query, rule and file of shapes, which terms it names
(``dcterms:requires``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.check import terms
from hrdem.check.context import Context, Place
from hrdem.check.finding import SEVERITIES, Finding
from hrdem.documents import locate, parse, read_text
from hrdem.errors import HrdemError

FOLDER: Final = "quality"
"""Name of the folder of rules inside the folder of shapes."""
KEYS: Final = ("Title", "Problem", "Solution", "Severity")
"""What the header of a rule says, each once."""
COLUMNS: Final = ("thing", "property", "value")
"""What a rule selects."""
FILES: Final = ("hrdem.ttl", "axioms.ttl", "alignments.ttl")
"""The files of the ontology, in the order in which the place of a fault is looked for."""
NAMES_TERM: Final = v.DCTERMS + "requires"
"""Leads from a file to each term of the ontology that it names."""
BESIDE: Final = ox.NamedNode(v.GRAPH + "beside")
"""The graph of a store with what is asked too and is no part of what the build makes."""

_ENTRY = re.compile(r"# (?P<key>[A-Za-z]+): (?P<value>\S.*)")
_GOES_ON = re.compile(r"#  +(?P<value>\S.*)")


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        code: the name of its file without ``.rq``.
        title: what it is called.
        problem: what is wrong, in a sentence.
        solution: what to do, in a sentence.
        severity: one of :data:`hrdem.check.finding.SEVERITIES`.
        query: the whole file, which is a SELECT.
        path: the file.
    """

    code: str
    title: str
    problem: str
    solution: str
    severity: str
    query: str
    path: Path


@dataclass(frozen=True)
class Row:
    """What a rule found: a thing, and the property and value at fault where it names them."""

    thing: Any
    property: Any
    value: Any


def run(context: Context) -> Iterator[Finding]:
    """Yield a finding for each row that a rule selects, and for each rule that cannot be used."""
    rules = []
    for path in rule_files(context.project.validation):
        try:
            rules.append(read_rule(path))
        except HrdemError as error:
            yield Finding.of_error("quality-rule", error)
    if rules:
        with _beside(context) as store:
            for rule in rules:
                for row in rows(rule, store):
                    yield _finding(context, rule, row)


def rule_files(validation: Path) -> list[Path]:
    """Return the files of the rules, sorted, given the folder of shapes."""
    return sorted((validation / FOLDER).glob("*.rq"))


def read_rule(path: Path) -> Rule:
    """Return the rule that a file holds.

    Raises:
        HrdemError: with file and line, if its header lacks a key, has one that is not known or
            twice, or a value that is not as it should be; or if the query is not valid SPARQL or
            has other columns.
    """
    text = read_text(path)
    header: dict[str, str] = {}
    lines: dict[str, int] = {}
    key = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#") or line.strip() == "#":
            break
        if key and (more := _GOES_ON.fullmatch(line)):
            header[key] += " " + more["value"].rstrip()
            continue
        entry = _ENTRY.fullmatch(line)
        if entry is None or entry["key"] not in KEYS:
            raise HrdemError(
                "This line of the header is not understood. Write “# Key: value” with one of the"
                f" keys {', '.join(KEYS)}, or part it from the header by an empty line.",
                path=path,
                line=number,
            )
        key = entry["key"]
        if key in header:
            raise HrdemError(
                f"The header has {key} a second time. Keep one of the two.", path=path, line=number
            )
        header[key], lines[key] = entry["value"].rstrip(), number
    for key in KEYS:
        if key not in header:
            raise HrdemError(
                f"The header has no {key}. Add a line “# {key}: …” at the top of the file.",
                path=path,
                line=1,
            )
    if header["Severity"] not in SEVERITIES:
        raise HrdemError(
            f"The severity {header['Severity']!r} is not known. Use one of"
            f" {', '.join(SEVERITIES)}.",
            path=path,
            line=lines["Severity"],
        )
    for key in ("Problem", "Solution"):
        if not header[key].endswith("."):
            raise HrdemError(
                f"The {key} is not a sentence, and people read it as one. Write it out, with a full"
                " stop.",
                path=path,
                line=lines[key],
            )
    _check_query(text, path)
    return Rule(
        code=path.stem,
        title=header["Title"],
        problem=header["Problem"],
        solution=header["Solution"],
        severity=header["Severity"],
        query=text,
        path=path,
    )


def _check_query(text: str, path: Path) -> None:
    """Raise an error if `text` is not a SELECT with the right columns."""
    try:
        answer = ox.Store().query(text)
    except SyntaxError as error:
        raise HrdemError(
            f"This is not valid SPARQL: {error.msg}. Correct the query.", path=path
        ) from None
    columns = (
        tuple(variable.value for variable in answer.variables)
        if isinstance(answer, ox.QuerySolutions)
        else ()
    )
    if columns != COLUMNS:
        wanted = " ".join(f"?{name}" for name in COLUMNS)
        raise HrdemError(
            f"The rule does not select {wanted}. Begin the query with SELECT DISTINCT {wanted}.",
            path=path,
        )


def rows(rule: Rule, store: ox.Store) -> list[Row]:
    """Return what a rule finds in a store, in a fixed order.

    Args:
        rule: the rule.
        store: the graph to ask, in the default graph; and :data:`BESIDE`, for what is no part of
            the graph but to be asked with it.
    """
    answer = store.query(rule.query, default_graph=[ox.DefaultGraph(), BESIDE])
    assert isinstance(answer, ox.QuerySolutions)
    found = {Row(*(solution[name] for name in COLUMNS)) for solution in answer}
    return sorted(found, key=str)


@contextmanager
def _beside(context: Context) -> Iterator[ox.Store]:
    """Yield the graph of a project with axioms and names beside it, and take them away again."""
    store = context.store
    axioms = parse(context.project.ontology / "axioms.ttl")
    try:
        # What is in both would be counted twice.
        missing = [quad.triple for quad in axioms if quad not in store]
        store.extend(ox.Quad(t.subject, t.predicate, t.object, BESIDE) for t in missing)
        store.extend(_named_terms(context))
        yield store
    finally:
        store.remove_graph(BESIDE)


def _named_terms(context: Context) -> Iterator[ox.Quad]:
    """Yield a statement for each term that a saved query, a rule or a file of shapes names."""
    for path in terms.files_with_terms(context.project):
        if context.project.validation not in path.parents[1:]:  # examples name all sorts of terms
            file = ox.NamedNode("file:///" + path.relative_to(context.project.root).as_posix())
            for name in terms.named_in(path):
                term = ox.NamedNode(v.HRDEM + name)
                yield ox.Quad(file, ox.NamedNode(NAMES_TERM), term, BESIDE)


def _finding(context: Context, rule: Rule, row: Row) -> Finding:
    thing, value = _text(row.thing), _text(row.value)
    place = _place(context, thing, _text(row.property), value)
    shown = ""
    if isinstance(row.property, ox.NamedNode):
        shown = f" (Property {v.shorten(row.property.value)}.)"
    if isinstance(row.value, ox.NamedNode):
        shown += f" It is {context.name(row.value.value)}."
    elif value:
        shown += f" It is “{' '.join(value.split())}”."
    return Finding(
        rule.code,
        rule.severity,
        f"{context.name(thing)}: {rule.problem} {rule.solution}{shown}",
        place.path,
        place.line,
        thing,
        place.passage,
    )


def _text(term: Any) -> str:  # noqa: ANN401
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else ""


def _place(context: Context, thing: str, predicate: str, value: str) -> Place:
    """Return where to put right what is wrong with a term: in the ontology, or else in the data."""
    files = [context.project.ontology / name for name in FILES]
    for path in files:
        line = _line_with(path, v.shorten(thing), v.shorten(value)) if value else None
        if line is not None:
            return Place(path, line)
    if not thing.startswith(v.HRDEM):
        place = context.place(thing, predicate or None, value or None)
        if place.path is not None:
            return place
    lines = ((path, locate(path, thing)) for path in files)
    return next((Place(path, line) for path, line in lines if line is not None), Place())


def _line_with(path: Path, thing: str, value: str) -> int | None:
    """Return the first line that has the names of a thing and of a value, one after the other."""
    pattern = re.compile(rf"(?<!\S){re.escape(thing)}\s.*(?<!\S){re.escape(value)}(?!\S)")
    if path.is_file():
        for number, line in enumerate(read_text(path).splitlines(), 1):
            if pattern.search(line):
                return number
    return None
