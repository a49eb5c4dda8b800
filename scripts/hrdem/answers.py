"""Answers: saved queries put to a store, and what is found written for people and for programs.

The answer on file of a query is ``queries/answers/{name}.json`` (`SPARQL 1.1 Query Results JSON
<https://www.w3.org/TR/sparql11-results-json/>`_, one cell a line, so that a change is one line of
a diff), or ``{name}.ttl`` for a CONSTRUCT. Column order and row order are part of the answer.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from hrdem.errors import HrdemError, UsageError, count
from hrdem.names import find_thing, in_words, nearest
from hrdem.queries import ANSWERS, bind, path_on_file
from hrdem.store import QUERY_SECONDS, Table
from hrdem.vocabulary import PREFIXES, XSD, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from hrdem.federation import Answering
    from hrdem.project import Project
    from hrdem.queries import SavedQuery
    from hrdem.store import Store

    Term = ox.NamedNode | ox.BlankNode | ox.Literal
    Answer = Table | list[ox.Triple] | bool

FORMATS = ("table", "csv", "json", "ttl")
"""How an answer can be written."""

_GAP = "  "
_NARROWEST = 8  # a column is not squeezed below this many characters


# --- asking ---------------------------------------------------------------------------------------


def find_query(queries: Iterable[SavedQuery], name: str) -> SavedQuery:
    """Return the query called `name`.

    Raises:
        UsageError: if there is none, with the nearest names.
    """
    by_name = {query.name: query for query in queries}
    if name in by_name:
        return by_name[name]
    words = {**{name: name for name in by_name}, **{q.summary: q.name for q in by_name.values()}}
    near = nearest(name, words)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise UsageError(
        f"There is no saved query {name!r}.{hint} `hrdem ask` without a name lists them all."
    )


def answer(
    store: Store,
    query: SavedQuery,
    values: Mapping[str, str],
    services: Mapping[str, Answering] | None = None,
    seconds: float = QUERY_SECONDS,
) -> Answer:
    """Return what `store` answers to `query`.

    Args:
        store: the graph to ask.
        query: the saved query.
        values: parameter name to what a person typed. A thing may also be given by its label.
        services: by address, who answers in the place of a service that the query asks.
        seconds: how long services may take in all.

    Returns:
        A :class:`~hrdem.store.Table` for a SELECT, sorted triples for a CONSTRUCT, a boolean for an
        ASK.

    Raises:
        UsageError: if a value does not fit, or names a thing that is not in the graph; if `query`
            does not ask one of `services`.
        HrdemError: if a service does not answer.
    """
    found = dict(values)
    for name, text in values.items():
        parameter = query.parameters.get(name)
        if parameter is not None and parameter.type.startswith("iri:"):
            found[name] = find_thing(store, text, parameter.type.removeprefix("iri:"))
    return run(store, query.form, _alone(store, query, bind(query, found), services or {}, seconds))


def _alone(
    store: Store,
    query: SavedQuery,
    text: str,
    services: Mapping[str, Answering],
    seconds: float = QUERY_SECONDS,
) -> str:
    """Return `text` with the answers of the services that it asks in it."""
    if not query.endpoints and not services:
        return text
    from hrdem.federation import resolve  # HTTP, which most questions do without

    return resolve(store, query, text, services, seconds)


def run(store: Store, form: str, sparql: str) -> Answer:
    """Return what `store` answers to the text of a query of the given form."""
    if form == "select":
        return store.select(sparql)
    if form == "ask":
        return store.ask(sparql)
    return store.construct(sparql)


def text_of(found: Answer, form: str, width: int = 80) -> str:
    """Return an answer written in one of :data:`FORMATS`.

    Args:
        found: the answer.
        form: ``table``, ``csv``, ``json`` or ``ttl``.
        width: how many characters a line of a table may have.

    Raises:
        UsageError: if an answer of this kind cannot be written so.
    """
    if isinstance(found, list):
        if form in ("table", "ttl"):
            return turtle_text(found)
        raise UsageError(f"This question is answered by triples: use --format ttl, not {form}.")
    if form == "ttl":
        raise UsageError("This question is answered by a table: use --format table, csv or json.")
    if form == "json":
        return json_text(found)
    if isinstance(found, bool):
        word = "yes" if found else "no"
        return f"answer\r\n{word}\r\n" if form == "csv" else f"{word}\n"
    return csv_text(found) if form == "csv" else table_text(found, width)


# --- for people -----------------------------------------------------------------------------------


def table_text(table: Table, width: int = 80) -> str:
    """Return `table` as plain text that keeps to `width` characters a line.

    Cells are wrapped between words. If there are so many columns that they would be too narrow,
    each row is written as a block of ``column: value`` lines. IRIs are shortened where they can be.
    """
    titles = [in_words(column) for column in table.columns]
    rows = [[_plain(value) for value in row] for row in table.rows]
    if not rows:
        return "(nothing found)\n"
    widths = _fit([[title, *cells] for title, *cells in zip(titles, *rows, strict=True)], width)
    if widths is None:
        return _blocks(titles, rows, width)
    lines = [
        _line(titles, widths),
        _line(["-" * size for size in widths], widths),
    ]
    # With wrapped rows it must be plain where one ends: a blank line apart.
    wrapped = any(len(_wrap(c, w)) > 1 for row in rows for c, w in zip(row, widths, strict=True))
    for number, row in enumerate(rows):
        if wrapped and number:
            lines.append("")
        cells = [_wrap(cell, size) for cell, size in zip(row, widths, strict=True)]
        height = max(len(cell) for cell in cells)
        for n in range(height):
            lines.append(_line([cell[n] if n < len(cell) else "" for cell in cells], widths))
    return "\n".join(lines) + "\n"


def _plain(value: Term | None) -> str:
    if value is None:
        return ""
    if isinstance(value, ox.NamedNode):
        short = shorten(value.value)
        return short[1:-1] if short.startswith("<") else short
    return " ".join(str(value.value).split())


def _fit(columns: list[list[str]], width: int) -> list[int] | None:
    """Return the width of each column so that a line keeps to `width`, None if it cannot be."""
    widths = [max(len(cell) for cell in column) for column in columns]
    # Nothing is squeezed below its longest word, as long as that word is not very long itself.
    floors = [
        min(
            size,
            max(_NARROWEST, min(24, max(len(part) for cell in column for part in _parts(cell)))),
        )
        for size, column in zip(widths, columns, strict=True)
    ]
    room = width - len(_GAP) * (len(columns) - 1)
    if sum(floors) > room:
        return None
    while sum(widths) > room:
        widest = max(
            (n for n in range(len(widths)) if widths[n] > floors[n]), key=lambda n: (widths[n], n)
        )
        widths[widest] -= 1
    return widths


def _parts(text: str) -> list[str]:
    """Return the pieces between which `text` may be broken."""
    pieces: list[str] = []
    for word in text.split(" "):
        start = 0
        for at, character in enumerate(word):
            # Identifiers have no spaces; they break after a hyphen, slash or colon.
            if (
                character in "-/:"
                and start + 3 < at + 1 < len(word)
                and word[at + 1] != "/"  # never within the // of an address
            ):
                pieces.append(word[start : at + 1])
                start = at + 1
        pieces.append(word[start:] + " ")
    return [piece.rstrip() if n == len(pieces) - 1 else piece for n, piece in enumerate(pieces)]


def _wrap(text: str, width: int) -> list[str]:
    """Return `text` as lines of at most `width` characters."""
    lines = [""]
    for piece in _parts(text) if len(text) > width else [text]:
        if lines[-1] and len(lines[-1]) + len(piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece
        while len(lines[-1].rstrip()) > width:  # one unbroken piece longer than the column
            lines[-1:] = [lines[-1][:width], lines[-1][width:]]
    return [line.rstrip() for line in lines]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(c.ljust(w) for c, w in zip(cells, widths, strict=True)).rstrip()


def _blocks(titles: list[str], rows: list[list[str]], width: int) -> str:
    margin = max(len(title) for title in titles) + 2
    blocks = []
    for row in rows:
        lines = []
        for title, cell in zip(titles, row, strict=True):
            if cell:
                first, *rest = _wrap(cell, max(20, width - margin))
                lines.append(f"{title + ':':<{margin}}{first}")
                lines.extend(" " * margin + line for line in rest)
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


# --- for programs ---------------------------------------------------------------------------------


def csv_text(table: Table) -> str:
    """Return `table` in the `SPARQL 1.1 Query Results CSV format
    <https://www.w3.org/TR/sparql11-results-csv-tsv/>`_: plain values, lines that end in CR LF."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow("" if value is None else _value(value) for value in row)
    return out.getvalue()


def _value(value: Term) -> str:
    return f"_:{value.value}" if isinstance(value, ox.BlankNode) else str(value.value)


def json_text(found: Table | bool) -> str:
    """Return a table or a boolean as SPARQL 1.1 Query Results JSON, one cell a line."""
    if isinstance(found, bool):
        return f'{{"head": {{}}, "boolean": {json.dumps(found)}}}\n'
    rows = []
    for row in found.rows:
        cells = [
            f"{json.dumps(column)}: {json.dumps(_cell(value), ensure_ascii=False)}"
            for column, value in zip(found.columns, row, strict=True)
            if value is not None
        ]
        rows.append("    {" + ",\n     ".join(cells) + "}")
    head = json.dumps({"vars": list(found.columns)})
    body = "[\n" + ",\n".join(rows) + "\n  ]" if rows else "[]"
    return f'{{\n  "head": {head},\n  "results": {{"bindings": {body}}}\n}}\n'


def _cell(value: Term) -> dict[str, str]:
    if isinstance(value, ox.NamedNode):
        return {"type": "uri", "value": value.value}
    if isinstance(value, ox.BlankNode):
        return {"type": "bnode", "value": value.value}
    cell = {"type": "literal", "value": value.value}
    if value.language:
        cell["xml:lang"] = value.language
    elif value.datatype.value != XSD + "string":
        cell["datatype"] = value.datatype.value
    return cell


def turtle_text(triples: Iterable[ox.Triple]) -> str:
    """Return triples as Turtle, sorted, with the prefixes they use declared."""
    from hrdem.serialise import turtle

    triples = sorted(set(triples), key=str)
    if not triples:
        return "# nothing found\n"
    if any(isinstance(term, ox.BlankNode) for t in triples for term in (t.subject, t.object)):
        # Only somebody's own query can make blank nodes; the project's writer knows none.
        written = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES)
        return (written or b"").decode("utf-8")
    return "".join(turtle(triples))


# --- answers on file ------------------------------------------------------------------------------


class Comparison(NamedTuple):
    """An answer beside the one on file.

    Attributes:
        query: the query.
        path: where its answer is filed.
        rows: how many rows or triples were found; for an ASK 1.
        text: the answer found, as it would be filed.
        filed: the answer on file, None if there is none.
    """

    query: SavedQuery
    path: Path
    rows: int
    text: str
    filed: str | None

    @property
    def agrees(self) -> bool:
        """Return whether the answer found is the one on file."""
        return self.text == self.filed


def answerable(
    queries: Iterable[SavedQuery], services: Iterable[str] = ()
) -> tuple[list[SavedQuery], list[SavedQuery]]:
    """Return the queries that are answered without the network, and those that are not.

    Args:
        queries: the queries to divide.
        services: the addresses of services that somebody answers for here.
    """
    here = set(services)
    parts: tuple[list[SavedQuery], list[SavedQuery]] = ([], [])
    for query in queries:
        parts[not here.issuperset(query.endpoints)].append(query)
    return parts


def left_out(queries: Sequence[SavedQuery]) -> str:
    """Return the line that says that `queries` are not answered here, and why."""
    ask = "asks" if len(queries) == 1 else "ask"
    return (
        f"Left out {count(len(queries), 'question')} that also {ask} the endpoints of others:"
        " `hrdem ask NAME --help` says whom, and how to name another.\n"
    )


def compare(
    project: Project,
    store: Store,
    queries: Iterable[SavedQuery],
    services: Mapping[str, Answering] | None = None,
) -> list[Comparison]:
    """Return what `store` answers to each query, with its examples, beside the answer on file.

    Args:
        project: where the answers are filed.
        store: the graph to ask.
        queries: the queries.
        services: by address, who answers for the services that the queries ask.
    """
    found = []
    for query in queries:
        path = path_on_file(project, query)
        try:
            mine = {iri: each for iri, each in (services or {}).items() if iri in query.endpoints}
            result = run(store, query.form, _alone(store, query, query.text, mine))
        except HrdemError as problem:
            raise HrdemError(problem.message, path=project.queries / query.path) from problem
        rows = 1 if isinstance(result, bool) else len(getattr(result, "rows", result))
        filed = path.read_text(encoding="utf-8") if path.is_file() else None
        form = "ttl" if query.form == "construct" else "json"
        found.append(Comparison(query, path, rows, text_of(result, form), filed))
    return found


def strays(project: Project, queries: Iterable[SavedQuery]) -> list[Path]:
    """Return the answers on file that belong to no query."""
    expected = {path_on_file(project, query) for query in queries}
    folder = project.queries / ANSWERS
    present = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in present if path not in expected]


def write(comparisons: Iterable[Comparison]) -> list[Path]:
    """File every answer that differs from the one on file; return the files written.

    Each file is replaced whole: whoever reads it sees the old or the new answer.

    Raises:
        HrdemError: if one cannot be written.
    """
    from hrdem.atomic import write_file  # asking writes nothing

    written = []
    for each in comparisons:
        if each.agrees:
            continue
        each.path.parent.mkdir(exist_ok=True)
        write_file(each.path, each.text)
        written.append(each.path)
    return written


def difference(comparison: Comparison) -> str:
    """Return how an answer differs from the one on file, as a unified diff."""
    import difflib

    return "".join(
        difflib.unified_diff(
            (comparison.filed or "").splitlines(keepends=True),
            comparison.text.splitlines(keepends=True),
            f"{comparison.query.name}, on file",
            f"{comparison.query.name}, recomputed",
        )
    )
