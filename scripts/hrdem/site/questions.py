"""The saved questions: a page for each, with what it asks for, its answer on file and its SPARQL.

The page answers by itself with what is on file; ``assets/question.js`` makes its form ask the graph
anew, with other values.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

import pyoxigraph as ox

from hrdem import answers, queries
from hrdem import vocabulary as v
from hrdem.names import in_words
from hrdem.site import words
from hrdem.site.page import Page
from hrdem.store import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hrdem.queries import Parameter, SavedQuery
    from hrdem.site.model import Site

    Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
    Row = Sequence[Term | None]

PATH: Final = "questions.html"
"""Address of the list."""
DRAWN: Final = 40
"""How many rows a chart or a timeline of an answer has at most."""

_INPUTS: Final = {"xsd:date": "date", "xsd:integer": "number", "xsd:string": "text"}
_COUNTED: Final = re.compile(r"COUNT\s*\([^()]*\)\s+AS\s+[?$](\w+)", re.IGNORECASE)
_TOKENS: Final = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<iri><[^<>\s]*>)
    |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<variable>[?$]\w+)
    |(?P<name>[A-Za-z][\w-]*:[\w.-]*\w|[A-Za-z][\w-]*:)
    |(?P<keyword>\b[A-Z]{2,}\b)""",
    re.VERBOSE,
)


class Choice(NamedTuple):
    """What can be chosen as value of a parameter: its value, what it is called, whether it is."""

    value: str
    label: str
    chosen: bool


class Field(NamedTuple):
    """A field of the form.

    Attributes:
        name: of the parameter.
        label: what to give.
        input: ``date``, ``number``, ``text``, ``select`` or ``list`` (text with suggestions).
        value: the example.
        shown: the example in words.
        choices: what can be chosen.
    """

    name: str
    label: str
    input: str
    value: str
    shown: str
    choices: list[Choice]


class Cell(NamedTuple):
    """A value in a table: what is seen, where it leads, and what browsers should know of it."""

    text: str
    href: str = ""
    language: str = ""
    day: str = ""
    number: bool = False


class Bar(NamedTuple):
    """A row of a chart: what it is of, where that leads, and how it is drawn, in thousandths."""

    label: str
    href: str
    start: float
    length: float
    said: str
    endless: bool = False


class Chart(NamedTuple):
    """An answer as a picture.

    Attributes:
        title: what it shows.
        bars: what is drawn.
        total: how many rows the answer has.
        years: where years begin on the axis, in thousandths, each with its number; none if the
            axis is not one of time.
    """

    title: str
    bars: list[Bar]
    total: int
    years: list[tuple[float, int]] = []  # noqa: RUF012 (a NamedTuple; nobody changes it)


class Shown(NamedTuple):
    """An answer on file, as the page shows it.

    Attributes:
        columns: their names, in words; none for a yes or no.
        rows: their cells.
        yes: what an ASK answers.
        chart: the answer as a picture, where that suits it.
        files: what can be saved: the suffix and what it is called.
    """

    columns: list[str]
    rows: list[list[Cell]]
    yes: bool | None
    chart: Chart | None
    files: list[tuple[str, str]]


def pages(site: Site) -> Iterator[Page]:
    """Yield ``questions.html``, and for each question its page and the files of its answer."""
    saved = queries.load_catalogue(site.project)
    groups: dict[str, list[SavedQuery]] = {}
    for query in saved:
        groups.setdefault(query.tags[0], []).append(query)
    ordered = sorted(groups.items(), key=lambda group: group[0].casefold())
    yield site.page(PATH, "questions.html", groups=ordered, total=len(saved))
    for query in saved:
        yield from _question(site, query)


def _question(site: Site, query: SavedQuery) -> Iterator[Page]:
    path = f"query/{query.name}.html"
    stem = path.removesuffix(".html")
    found, files = on_file(site, query)
    yield Page(f"{stem}.rq", query.text)
    for suffix, content in files.items():
        yield Page(f"{stem}.{suffix}", content)
    fields = [_field(site, each) for each in query.parameters.values()]
    yield site.page(
        path,
        "question.html",
        query=query,
        fields=fields,
        command=" ".join(
            ["hrdem ask", query.name, *(f"--{each.name} {_quoted(each.value)}" for each in fields)]
        ),
        shown=None if found is None else _shown(site, query, found, list(files), path),
        tokens=list(tokens(query.text)),
        live=site.web is not None and not query.endpoints,
        data={
            "name": query.name,
            "form": query.form,
            "text": query.text,
            "parameters": [each._asdict() for each in query.parameters.values()],
        },
    )


def _quoted(text: str) -> str:
    return text if re.fullmatch(r"[\w.:/@%+-]+", text) else "'" + text.replace("'", "'\\''") + "'"


# --- the form -------------------------------------------------------------------------------------


def _field(site: Site, parameter: Parameter) -> Field:
    label = words.raised(parameter.description)
    kind = parameter.type.removeprefix("iri:")
    if kind == parameter.type:
        shown = words.day(parameter.example)
        return Field(parameter.name, label, _INPUTS[parameter.type], parameter.example, shown, [])
    example = queries.term(parameter, parameter.example).value
    anything = kind == queries.ANY_KIND
    kinds = list(v.KINDS) if anything else [kind]
    choices = [
        Choice(
            v.shorten(iri) if anything else iri.rpartition("/")[2],
            site.label(iri),
            iri == example,
        )
        for each in kinds
        for iri in site.things[each]
    ]
    choices.sort(key=lambda each: (each.label.casefold(), each.value))
    return Field(
        parameter.name,
        label,
        "list" if anything else "select",
        parameter.example,
        site.label(example),
        choices,
    )


# --- the answer on file ---------------------------------------------------------------------------


def on_file(site: Site, query: SavedQuery) -> tuple[answers.Answer | None, dict[str, str]]:
    """Return the answer on file to a question, and the files that hold it.

    Returns:
        The answer, None if none is on file; and by suffix the text of each file, the one on file
        first, as it is there.
    """
    path = queries.path_on_file(site.project, query)
    if not path.is_file():
        return None, {}
    text = path.read_text("utf-8")
    if query.form == "construct":
        triples = sorted(
            (quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)), key=str
        )
        return triples, {"ttl": text}
    read = ox.parse_query_results(text, format=ox.QueryResultsFormat.JSON)
    found: answers.Answer
    if isinstance(read, ox.QuerySolutions):
        columns = tuple(each.value for each in read.variables)
        found = Table(columns, [tuple(row[each] for each in columns) for row in read])
    else:
        assert isinstance(read, ox.QueryBoolean)
        found = bool(read)
    return found, {"json": text, "csv": answers.text_of(found, "csv")}


def _shown(
    site: Site, query: SavedQuery, found: answers.Answer, suffixes: list[str], path: str
) -> Shown:
    names = {"csv": "CSV", "json": "JSON", "ttl": "Turtle"}
    files = [(suffix, names[suffix]) for suffix in sorted(suffixes)]
    if isinstance(found, bool):
        return Shown([], [], found, None, files)
    columns: Sequence[str]
    rows: Sequence[Row]
    if isinstance(found, Table):
        columns, rows = found.columns, found.rows
    else:
        columns = ("subject", "predicate", "object")
        rows = [(each.subject, each.predicate, each.object) for each in found]
    return Shown(
        columns=[in_words(each) for each in columns],
        rows=[_cells(site, row, path) for row in rows],
        yes=None,
        chart=_counts(site, query, columns, rows, path) or _times(site, columns, rows, path),
        files=files,
    )


def _cells(site: Site, row: Row, path: str) -> list[Cell]:
    """Return a row as a table shows it; what is the label of a thing in the row is a link to it."""
    said = {each.value for each in row if isinstance(each, ox.Literal)}
    things = {each.value for each in row if isinstance(each, ox.NamedNode)}
    links = {site.label(iri): site.link(iri, path) for iri in sorted(things, reverse=True)}
    return [
        cell._replace(href=cell.href or links.get(cell.text, ""))
        for cell in (_cell(site, each, path, said) for each in row)
    ]


def _cell(site: Site, value: Term | None, path: str, said: set[str]) -> Cell:
    """Return a value as a table shows it.

    A thing that another value of the row names already is called by its short name.
    """
    if value is None:
        return Cell("")
    if isinstance(value, ox.Literal):
        if words.is_date(value):
            return Cell(words.day(value.value), day=value.value)
        number = value.datatype.value in (v.XSD + "integer", v.XSD + "decimal")
        return Cell(value.value, language=value.language or "", number=number)
    iri = v.value(value)
    label = site.label(iri)
    if label in said:
        label = v.shorten(iri).strip("<>").removeprefix(v.BASE)
    return Cell(label, href=site.link(iri, path))


def _named(site: Site, columns: Sequence[str], row: Row, leave: set[int], path: str) -> Bar:
    """Return a bar without length: what a row is about, and where that leads."""
    texts = [
        each.value
        for n, each in enumerate(row)
        if n not in leave and isinstance(each, ox.Literal) and not words.is_date(each)
    ]
    worded = [
        each.value
        for n, each in enumerate(row)
        if n not in leave and isinstance(each, ox.Literal) and each.language
    ]
    iris = [each.value for each in row if isinstance(each, ox.NamedNode)]
    label = ", ".join(list(dict.fromkeys(worded or texts))[:2]) or (
        site.label(iris[0]) if iris else ""
    )
    href = next((link for iri in iris if (link := site.link(iri, path))), "")
    return Bar(label, href, 0, 0, "")


def _counts(
    site: Site, query: SavedQuery, columns: Sequence[str], rows: Sequence[Row], path: str
) -> Chart | None:
    """Return the chart of an answer that counts, the largest numbers first; else None."""
    counted = [columns.index(each) for each in _COUNTED.findall(query.text) if each in columns]
    if len(counted) != 1 or len(rows) < 2:
        return None
    (at,) = counted
    numbers = [int(each.value) if isinstance(each := row[at], ox.Literal) else 0 for row in rows]
    most = max(numbers)
    if most <= 0:
        return None
    order = sorted(range(len(rows)), key=lambda n: -numbers[n])[:DRAWN]
    bars = [
        _named(site, columns, rows[n], {at}, path)._replace(
            length=round(1000 * numbers[n] / most, 1), said=f"{numbers[n]:,}"
        )
        for n in order
    ]
    return Chart(words.raised(in_words(columns[at])), bars, len(rows))


def _times(site: Site, columns: Sequence[str], rows: Sequence[Row], path: str) -> Chart | None:
    """Return the timeline of an answer with two columns of days; else None."""
    dated = [
        n
        for n in range(len(columns))
        if any(row[n] is not None for row in rows)
        and all(row[n] is None or _day(row[n]) is not None for row in rows)
    ][:2]
    drawn = [row for row in rows if len(dated) == 2 and _day(row[dated[0]])]
    if len(drawn) < 2:
        return None
    spans = [(_day(row[dated[0]]), _day(row[dated[1]])) for row in drawn]
    days = [day for span in spans for day in span if day is not None]
    first, last = date(min(days).year, 1, 1), date(max(days).year + 1, 1, 1)
    whole = (last - first).days
    bars = []
    for row, (start, end) in list(zip(drawn, spans, strict=True))[:DRAWN]:
        assert start is not None
        length = ((end or last) - start).days + (end is not None)
        said = words.day(start.isoformat())
        if end != start:
            said += f" to {words.day(end.isoformat())}" if end else ", no end given"
        bar = _named(site, columns, row, set(dated), path)
        at = round(1000 * (start - first).days / whole, 1)
        long = round(1000 * length / whole, 1)
        bars.append(bar._replace(start=at, length=long, said=said, endless=end is None))
    title = f"{words.raised(in_words(columns[dated[0]]))} and {in_words(columns[dated[1]])}"
    step = next(n for n in (1, 2, 5, 10, 20, 50, 100, 10_000) if n * 8 >= last.year - first.year)
    years = [
        (round(1000 * (date(year, 1, 1) - first).days / whole, 1), year)
        for year in range(first.year, last.year)
        if year % step == 0
    ]
    return Chart(title, bars, len(rows), years)


def _day(value: Term | None) -> date | None:
    if isinstance(value, ox.Literal) and value.datatype.value == v.XSD + "date":
        return date.fromisoformat(value.value[:10])
    return None


# --- the query ------------------------------------------------------------------------------------


def tokens(text: str) -> Iterator[tuple[str, str]]:
    """Yield SPARQL in pieces, each with what it is: ``comment``, ``keyword``, … or ""."""
    at = 0
    for match in _TOKENS.finditer(text):
        if match.start() > at:
            yield "", text[at : match.start()]
        yield match.lastgroup or "", match[0]
        at = match.end()
    if at < len(text):
        yield "", text[at:]
