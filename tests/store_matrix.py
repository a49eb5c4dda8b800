"""What real triplestores make of the graph: every saved question, every output, both layouts.

Each store takes the real graph by ``hrdem load`` and is asked over HTTP what the embedded engine is
asked; answers must be equal to the last term and the order of rows, outputs to the last byte.
``python tests/store_matrix.py`` prints the table; with ``--write`` it puts it into the README.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from itertools import repeat
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1] / "scripts")]

import real_stores
from hrdem import answers, timeline, why
from hrdem.credentials import Credentials
from hrdem.errors import HrdemError
from hrdem.load import LAYOUTS, Limits, Server, find_addresses, load, make_plan
from hrdem.project import Project
from hrdem.queries import SavedQuery, load_catalogue
from hrdem.store import EmbeddedStore, RemoteStore, Store
from hrdem.vocabulary import BASE, HRDEM
from real_stores import NAMES, ROOT, RealStore

PAGE = ROOT / "README.md"
BLOCK = re.compile(
    r"(<!-- output of: python tests/store_matrix\.py -->\n```text\n)(.*?)(```\n)", re.DOTALL
)
WIDTH = 100
"""Characters in a line of the outputs that are compared."""
SECONDS = 120.0
"""How long a question may take; a machine with much to do needs more than the usual minute."""

_PLAN = BASE + "instrument/action-plan-2020-2024"
TITLES = {
    "oxigraph": "Oxigraph",
    "fuseki": "Apache Jena Fuseki, TDB2",
    "rdf4j": "Eclipse RDF4J, native store",
    "virtuoso": "Virtuoso Open Source",
}
_FORMS = {
    "construct": ("ttl", "table"),
    "select": ("table", "csv", "json"),
    "ask": ("table", "csv", "json"),
}
_BY_HAND = """SELECT ?graph (COUNT(DISTINCT ?s) AS ?subjects) ?n WHERE {
  { SELECT ?graph (COUNT(*) AS ?n) { GRAPH ?graph { ?a ?b ?c } } GROUP BY ?graph }
  GRAPH ?graph { ?s ?p ?o }
} GROUP BY ?graph ?n ORDER BY DESC(?n) ?graph LIMIT 20"""
"""A query that nobody has saved, about the graphs of the layout."""


@dataclass
class Row:
    """What one store made of one layout.

    Attributes:
        store: its name and version.
        layout: one of :data:`~hrdem.load.LAYOUTS`.
        way: how the graph was put into it.
        questions: how many saved questions there are.
        outputs: how many outputs these have together.
        others: how many other commands were tried.
        wrong_questions, wrong_outputs, wrong_others: what differed, with how.
    """

    store: str
    layout: str
    way: str
    questions: int = 0
    outputs: int = 0
    others: int = 0
    wrong_questions: dict[str, str] = field(default_factory=dict)
    wrong_outputs: list[str] = field(default_factory=list)
    wrong_others: list[str] = field(default_factory=list)


class _Watching(Server):
    """Counts the graphs that are put into a store whole."""

    whole = 0

    def put(self, address: str, parameters: dict[str, str], content: bytes) -> None:
        super().put(address, parameters, content)
        self.whole += 1


def questions(project: Project) -> list[SavedQuery]:
    """Return the saved questions that ask nobody else."""
    return answers.answerable(load_catalogue(project))[0]


def expectations(project: Project, layout: str) -> EmbeddedStore:
    """Return the embedded store with what the load of a layout has."""
    name = "hrdem.nt" if layout == "merged" else "hrdem.nq"
    return EmbeddedStore.read(project.build / name)


def measure(store: RealStore, project: Project, layouts: Iterable[str] = LAYOUTS) -> Iterator[Row]:
    """Load the built graph into a store and ask everything, one layout after the other."""
    who = Credentials(store.scheme, *store.user) if store.user else None
    for layout in layouts:
        server = _Watching(who, Limits(answer=1200.0))
        addresses = find_addresses(store.url, server)
        load(make_plan(project, layout), server, addresses)
        way = "whole graphs" if server.whole else "updates"
        row = Row(f"{TITLES[store.name]} {store.version}", layout, way)
        compare(row, RemoteStore(addresses.query, SECONDS), expectations(project, layout), project)
        yield row


def compare(row: Row, there: Store, here: Store, project: Project) -> None:
    """Ask two stores everything, and put what differs into a row."""
    for query in questions(project):
        expected = answers.run(here, query.form, query.text)
        forms = _FORMS[query.form]
        row.questions += 1
        row.outputs += len(forms)
        try:
            found = answers.run(there, query.form, query.text)
        except HrdemError as problem:
            row.wrong_questions[query.name] = str(problem)
            row.wrong_outputs += [f"{query.name} {form}" for form in forms]
            continue
        if found != expected:
            row.wrong_questions[query.name] = _difference(expected, found)
        row.wrong_outputs += [
            f"{query.name} {form}"
            for form in forms
            if answers.text_of(found, form, WIDTH) != answers.text_of(expected, form, WIDTH)
        ]
    for (name, expected_text), (_, found_text) in zip(_others(here), _others(there), strict=True):
        row.others += 1
        if found_text != expected_text:
            row.wrong_others.append(name)


def _others(store: Store) -> Iterator[tuple[str, str]]:
    """Yield what `hrdem why`, `timeline` and `query` print, by what it is called."""
    for name in (None, "buildsOn", "succeeds"):
        prop = name and HRDEM + name
        try:
            claims, gaps = why.explain(store, _PLAN, prop), why.gaps(store, _PLAN, prop)
            text = why.draw(_PLAN, why.heading(store, _PLAN), claims, gaps, WIDTH)
        except HrdemError as problem:
            text = str(problem)
        yield f"why {name or 'everything'}", text
    for on, known in ((date(2021, 1, 1), None), (None, date(2023, 6, 1))):
        try:
            rows = timeline.rows(store, on, known)
            text = timeline.draw(rows, WIDTH, on=on, as_known_on=known)
        except HrdemError as problem:
            text = str(problem)
        yield f"timeline {on or known}", text
    try:
        text = answers.text_of(store.select(_BY_HAND), "csv")
    except HrdemError as problem:
        text = str(problem)
    yield "query", text


def _difference(expected: Any, found: Any) -> str:
    """Return the first thing in which two answers differ."""
    if isinstance(expected, bool) or isinstance(found, bool):
        return f"{found} for {expected}"
    one, other = (getattr(each, "rows", each) for each in (expected, found))
    if sorted(map(str, one)) == sorted(map(str, other)):
        return "the same in another order"
    lost = [row for row in one if row not in other]
    more = [row for row in other if row not in one]
    return f"lost {lost[:1]} of {len(lost)}, more {more[:1]} of {len(more)}"


def table(rows: Sequence[Row]) -> str:
    """Return the table in plain text."""
    lines: list[tuple[str, ...]] = []
    lines += [("store", "layout", "loaded by", "questions", "outputs", "why, timeline, query")]
    for row in rows:
        alike = (
            (row.questions, row.wrong_questions),
            (row.outputs, row.wrong_outputs),
            (row.others, row.wrong_others),
        )
        counts = (f"{of - len(wrong)} of {of}" for of, wrong in alike)
        lines.append((row.store, row.layout, row.way, *counts))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, tuple("-" * width for width in widths))
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        + "\n"
        for line in lines
    )


def complaints(row: Row) -> list[str]:
    """Return what a store did otherwise than the embedded engine, a line each."""
    told = [f"{name}: {how}" for name, how in sorted(row.wrong_questions.items())]
    known = row.wrong_questions
    told += [f"output {name}" for name in row.wrong_outputs if name.split()[0] not in known]
    return told + row.wrong_others


def on_page() -> str:
    """Return the table that the page shows."""
    match = BLOCK.search(PAGE.read_text("utf-8"))
    assert match, f"{PAGE} has no block for the table"
    return match[2]


def _measured(name: str, folder: Path, project: Project) -> list[Row]:
    with real_stores.running(name, folder / name) as store:
        return list(measure(store, project))


def main(arguments: Sequence[str]) -> int:
    """Print the table and what is wrong; returns the exit code."""
    from hrdem.build import build

    names = [name for name in arguments if name in NAMES] or NAMES
    if "--write" in arguments and len(names) < len(NAMES):
        sys.exit("The page shows every store: name none with --write.")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        project = Project.at(ROOT)._replace(build=folder / "build")
        build(project)
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            each = pool.map(_measured, names, repeat(folder), repeat(project))
            rows = [row for some in each for row in some]
    text = table(rows)
    print(text, end="")
    for row in rows:
        for line in complaints(row):
            print(f"{row.store}, {row.layout}: {line}")
    if "--write" in arguments:
        page = PAGE.read_text("utf-8")
        PAGE.write_text(BLOCK.sub(lambda match: match[1] + text + match[3], page), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
