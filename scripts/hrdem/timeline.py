"""The timeline: instruments by kind, with their periods as bars and what happened to them as marks.

Time is looked at twice, as in the graph: on which day things apply, and as known on which day. A
period that a later decision replaced is drawn as it was first decided, what the later decision adds
is drawn apart; as known before that decision, only the first is there.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from hrdem.errors import UsageError
from hrdem.names import slug_of
from hrdem.vocabulary import HRDEM, KINDS, PREFIXES, RDF_TYPE, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hrdem.store import Store

    Term = ox.NamedNode | ox.BlankNode | ox.Literal

LABEL_WIDTH = 31
"""How many characters the name of an instrument may take."""
_LEAST_PER_YEAR = 2.0  # characters; with fewer, neighbouring years could not be told apart
_VAGUE_DAYS = 366  # an event that is known less exactly than a year gets no mark


class Signs(NamedTuple):
    """The characters of a drawing."""

    first: str
    extended: str
    adopted: str
    other: str
    day: str
    crossed: str
    applies: str
    earlier: str
    endless: str
    tick: str
    cut: str


UNICODE = Signs("━", "┄", "◆", "◇", "│", "┿", "●", "◂", "▸", "╷", "…")
ASCII = Signs("=", "-", "A", "o", "|", "+", "*", "<", ">", "'", "~")
"""For terminals whose encoding has no such characters."""


class Bar(NamedTuple):
    """A stretch of time, both days included; `end` is None if no end is known."""

    start: date
    end: date | None
    extended: bool


class Mark(NamedTuple):
    """Something that happened on a day, or at the latest on it."""

    day: date
    adopted: bool


class Row(NamedTuple):
    """One instrument.

    Attributes:
        instrument: its IRI.
        label: its label.
        kind: IRI of its most specific class.
        kind_label: label of that class.
        bars: its periods, in order.
        marks: what happened to it, in order.
        applies: whether a period covers the day asked for; None if no day was.
    """

    instrument: str
    label: str
    kind: str
    kind_label: str
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    applies: bool | None


def day(name: str, text: str) -> date:
    """Return the day that a person typed as ``2021-01-31``.

    Raises:
        UsageError: if it is not a day; `name` says what it was wanted for.
    """
    try:
        # fromisoformat also takes 20210131 and 2021-W04-7
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text.strip()):
            raise ValueError(text)
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"{name} wants a day of the calendar written year-month-day, like 2021-01-31,"
            f" not {text!r}."
        ) from None


class Period(NamedTuple):
    """A period of application, as a decision set it.

    Attributes:
        iri: of the period.
        start: its first day.
        end: its last day, None if no end is known.
        known: the first day on which it was known, None if nobody established that.
        replaces: IRIs of the earlier periods in whose place it stands.
    """

    iri: str
    start: date
    end: date | None
    known: date | None
    replaces: frozenset[str]


def rows(store: Store, on: date | None = None, as_known_on: date | None = None) -> list[Row]:
    """Return the instruments that have a period or a dated event, by kind and then by time.

    Args:
        store: the graph.
        on: the day for which to say what applies.
        as_known_on: leave out what was decided or happened after this day; None for all.
    """
    of_each = periods(store)
    events = _events(store)
    found = []
    for instrument, (label, kind, kind_label) in _instruments(store).items():
        known = {
            period.iri: period
            for period in of_each.get(instrument, ())
            if as_known_on is None or (period.known is not None and period.known <= as_known_on)
        }
        marks = [
            mark
            for mark in events.get(instrument, ())
            if as_known_on is None or mark.day <= as_known_on
        ]
        if not known and not marks:
            continue
        replaced = {iri for period in known.values() for iri in period.replaces}
        current = [period for iri, period in known.items() if iri not in replaced]
        applies = on and any(
            period.start <= on and (period.end is None or on <= period.end) for period in current
        )
        found.append(
            Row(
                instrument=instrument,
                label=label,
                kind=kind,
                kind_label=kind_label,
                bars=_bars(known, current),
                marks=tuple(sorted(set(marks))),
                applies=None if on is None else bool(applies),
            )
        )
    order = [*KINDS["instrument"]]
    return sorted(
        found,
        key=lambda row: (
            order.index(row.kind) if row.kind in order else len(order),
            row.kind,
            min([bar.start for bar in row.bars] + [mark.day for mark in row.marks]),
            row.instrument,
        ),
    )


def _bars(known: dict[str, Period], current: Iterable[Period]) -> tuple[Bar, ...]:
    """Return the periods in force, each cut where a period that it replaced ends."""
    bars = set()
    for period in current:
        before = [known[iri] for iri in period.replaces if iri in known]
        seen = {period.iri}
        while before:  # back to the period first decided
            earlier = before.pop()
            if earlier.iri in seen:
                continue
            seen.add(earlier.iri)
            before += [known[iri] for iri in earlier.replaces if iri in known]
            if not any(iri in known for iri in earlier.replaces):
                end = earlier.end
                if end is not None and period.end is not None:
                    end = min(end, period.end)  # a later decision may also shorten it
                bars.add(Bar(earlier.start, end, extended=False))
                if end is not None and (period.end is None or period.end > end):
                    bars.add(Bar(end + timedelta(days=1), period.end, extended=True))
        if seen == {period.iri}:
            bars.add(Bar(period.start, period.end, extended=False))
    return tuple(sorted(bars, key=lambda bar: (bar.start, bar.end or date.max, bar.extended)))


# --- reading the graph ----------------------------------------------------------------------------


def _text(value: Term | None) -> str:
    return "" if value is None else str(value.value)


def _day(value: Term | None) -> date | None:
    return None if value is None else date.fromisoformat(_text(value)[:10])


def _instruments(store: Store) -> dict[str, tuple[str, str, str]]:
    """Return label, class and label of the class of each instrument."""
    table = store.select(
        f"""SELECT DISTINCT ?instrument ?label ?class ?name {{
          ?instrument a <{HRDEM}Instrument> ; a ?class ; <{SKOS}prefLabel> ?label .
          ?class <{SKOS}prefLabel> ?name .
          FILTER(STRSTARTS(STR(?class), "{HRDEM}"))
          FILTER(LANG(?label) = "en" && LANG(?name) = "en")
          FILTER NOT EXISTS {{ ?instrument a ?narrower .
            ?narrower <{PREFIXES["rdfs"]}subClassOf> ?class FILTER(?narrower != ?class) }} }}
        ORDER BY DESC(?instrument) DESC(?class) DESC(?label)"""
    )
    return {
        _text(i): (_text(label), _text(kind), _text(name)) for i, label, kind, name in table.rows
    }


def periods(store: Store) -> dict[str, list[Period]]:
    """Return the periods of each instrument that has any, by the IRI of the instrument."""
    table = store.select(
        f"""SELECT DISTINCT ?instrument ?period ?start ?end ?known ?replaces {{
          ?period <{HRDEM}periodOf> ?instrument ; <{HRDEM}earliest> ?start .
          OPTIONAL {{ ?period <{HRDEM}latest> ?end }}
          OPTIONAL {{ ?period <{HRDEM}knownFrom> ?known }}
          OPTIONAL {{ ?period <{HRDEM}replacesPeriod> ?replaces }} }}
        ORDER BY ?instrument ?period ?replaces"""
    )
    found: dict[str, dict[str, Period]] = {}
    for instrument, iri, start, end, known, replaces in table.rows:
        first = _day(start)
        assert first is not None
        of = found.setdefault(_text(instrument), {})
        before = of[_text(iri)].replaces if _text(iri) in of else frozenset()
        more = frozenset({_text(replaces)} if replaces is not None else ())
        of[_text(iri)] = Period(_text(iri), first, _day(end), _day(known), before | more)
    return {instrument: list(each.values()) for instrument, each in found.items()}


def _events(store: Store) -> dict[str, list[Mark]]:
    table = store.select(
        f"""SELECT DISTINCT ?instrument ?event ?kind ?first ?last {{
          ?event <{HRDEM}concerns> ?instrument ; <{RDF_TYPE}> ?kind ;
                 <{HRDEM}earliest> ?first ; <{HRDEM}latest> ?last }}
        ORDER BY ?instrument ?event ?kind"""
    )
    found: dict[str, dict[str, Mark]] = {}
    for instrument, event, kind, first, last in table.rows:
        earliest, latest = _day(first), _day(last)
        assert earliest is not None and latest is not None
        if (latest - earliest).days > _VAGUE_DAYS:
            continue
        of = found.setdefault(_text(instrument), {})
        adopted = _text(kind) == HRDEM + "Adoption"
        before = of.get(_text(event))
        of[_text(event)] = Mark(latest, adopted or (before is not None and before.adopted))
    return {instrument: list(marks.values()) for instrument, marks in found.items()}


# --- drawing --------------------------------------------------------------------------------------


def draw(
    found: list[Row],
    width: int = 80,
    *,
    on: date | None = None,
    as_known_on: date | None = None,
    signs: Signs = UNICODE,
) -> str:
    """Return `found` as a drawing that keeps to `width` characters a line (at least 60).

    Args:
        found: what :func:`rows` returned.
        width: characters a line.
        on: the day to mark with a line.
        as_known_on: the day to name in the heading.
        signs: :data:`UNICODE` or :data:`ASCII`.
    """
    if not found:
        when = f" on {as_known_on}" if as_known_on else ""
        return f"Nothing was known{when} that has a date.\n"
    scale = _Scale(found, max(60, width), on)
    lines = []
    if as_known_on is not None:
        lines.append(f"As known on {as_known_on}")
    lines += scale.head(signs)
    kind = ""
    for row in found:
        if row.kind != kind:
            kind = row.kind
            lines.append(scale.line(row.kind_label, [], on, signs))
        name = _name(row.instrument, signs)
        sign = signs.applies if row.applies else " "
        lines.append(scale.line(f"{sign} {name}", _cells(row, scale, signs), on, signs))
    lines += ["", *_legend(found, scale, on, signs)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _name(instrument: str, signs: Signs) -> str:
    """Return the slug, shortened in the middle: the years that tell it apart come last."""
    name = slug_of(instrument)
    room = LABEL_WIDTH - 3
    if len(name) <= room:
        return name
    tail = 11
    return name[: room - tail - 1] + signs.cut + name[-tail:]


class _Scale:
    """Where on a line a day is."""

    def __init__(self, found: list[Row], width: int, on: date | None) -> None:
        self.columns = width - LABEL_WIDTH
        days = [mark.day for row in found for mark in row.marks]
        days += [bar.start for row in found for bar in row.bars]
        days += [bar.end for row in found for bar in row.bars if bar.end is not None]
        if on is not None:
            days.append(on)
        self.last = max(each.year for each in days)
        most = int(self.columns / _LEAST_PER_YEAR)
        self.first = max(min(each.year for each in days), self.last - most + 1)
        if on is not None:
            self.first = min(self.first, on.year)
        self.per_year = self.columns / (self.last - self.first + 1)

    def column(self, when: date) -> int:
        """Return the column of a day; below 0 or beyond the last one if it is not on the line."""
        start = date(when.year, 1, 1)
        length = 366 if (date(when.year, 12, 31) - start).days == 365 else 365
        years = when.year - self.first + (when - start).days / length
        return int(years * self.per_year // 1)

    def head(self, signs: Signs) -> list[str]:
        """Return the years and their ticks; as many years are named as have room."""
        step = next(n for n in (1, 2, 5, 10, 25, 50, 100) if n * self.per_year >= 6 or n == 100)
        years = [" "] * (self.columns + 4)
        ticks = [" "] * self.columns
        for year in range(self.first, self.last + 1):
            at = self.column(date(year, 1, 1))
            if year % step == 0 or step == 1:
                ticks[at] = signs.tick
                if at + 4 <= self.columns:
                    years[at : at + 4] = str(year)
        return [" " * LABEL_WIDTH + "".join(years), " " * LABEL_WIDTH + "".join(ticks)]

    def line(self, label: str, cells: list[tuple[int, str]], on: date | None, signs: Signs) -> str:
        """Return one line: the label, then the cells, crossed by the line of the day."""
        drawn = [" "] * self.columns
        for at, sign in cells:
            drawn[at] = sign
        if on is not None:
            at = self.column(on)
            under = drawn[at]
            if under == " ":
                drawn[at] = signs.day
            elif under in (signs.first, signs.extended):
                drawn[at] = signs.crossed
        return f"{label:<{LABEL_WIDTH}}{''.join(drawn)}"


def _cells(row: Row, scale: _Scale, signs: Signs) -> list[tuple[int, str]]:
    cells = []
    for bar in row.bars:
        start = scale.column(bar.start)
        end = scale.columns - 1 if bar.end is None else scale.column(bar.end)
        sign = signs.extended if bar.extended else signs.first
        cells += [(at, sign) for at in range(max(0, start), min(end, scale.columns - 1) + 1)]
        if bar.end is None:
            cells.append((scale.columns - 1, signs.endless))
        if start < 0:
            cells.append((0, signs.earlier))
    for mark in sorted(row.marks, key=lambda mark: mark.adopted):  # adoption is drawn on top
        at = scale.column(mark.day)
        if at < 0:
            cells.append((0, signs.earlier))
        else:
            cells.append((at, signs.adopted if mark.adopted else signs.other))
    return cells


def _legend(found: list[Row], scale: _Scale, on: date | None, signs: Signs) -> list[str]:
    bars = [bar for row in found for bar in row.bars]
    marks = [mark for row in found for mark in row.marks]
    entries = [
        (any(not bar.extended for bar in bars), f"{signs.first} period as first decided"),
        (any(bar.extended for bar in bars), f"{signs.extended} as extended later"),
        (any(mark.adopted for mark in marks), f"{signs.adopted} adopted"),
        (any(not mark.adopted for mark in marks), f"{signs.other} another event"),
        (any(bar.end is None for bar in bars), f"{signs.endless} no end known"),
        (any(scale.column(mark.day) < 0 for mark in marks), f"{signs.earlier} earlier"),
        (on is not None, f"{signs.day} {on}"),
        (any(row.applies for row in found), f"{signs.applies} applies on that day"),
    ]
    lines = [""]
    for shown, entry in entries:
        if shown:
            if lines[-1] and len(lines[-1]) + 3 + len(entry) > scale.columns + LABEL_WIDTH:
                lines.append("")
            lines[-1] += ("   " if lines[-1] else "") + entry
    return lines
