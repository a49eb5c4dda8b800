"""The timeline: a picture of when instruments were adopted and apply, the same as a table, and as
data for the script that says what applies on a day.

The picture is laid out here and written by the template. There are two of each: one for wide
windows, with the name of an instrument beside its bar, and one for telephones, with the name above.
Nothing in them depends on the day on which they are made.
"""

from __future__ import annotations

import textwrap
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hrdem import timeline
from hrdem import vocabulary as v
from hrdem.site import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hrdem.site.model import Site
    from hrdem.site.page import Page

PATH: Final = "timeline.html"
"""Address of the page."""
INSET: Final = tuple(v.HRDEM + name for name in ("StrategicFramework", "ActionPlan"))
"""Kinds of instruments that the picture of the front page has."""
WIDE: Final = 1100.0
NARROW: Final = 272.0
BAR: Final = 11.0
"""Height of a bar. Lengths are in pixels where the picture has its natural size."""

_LETTER: Final = {True: 7.4, False: 7.0}
"""How wide a letter of a name may be, in the wide picture and in the narrow one."""
_LINE: Final = {True: 17.0, False: 15.0}
_GAP: Final = 10.0
_HEAD: Final = 26.0


class Segment(NamedTuple):
    """A bar as drawn: where it begins, how long it is, and of what kind it is."""

    x: float
    width: float
    extended: bool
    endless: bool
    title: str


class Sign(NamedTuple):
    """A mark as drawn: where it is, whether it is of an adoption."""

    x: float
    adopted: bool
    title: str


class Drawn(NamedTuple):
    """An instrument as drawn.

    Attributes:
        iri: of the instrument.
        name: what the link is called: its label, and then what the picture shows of it.
        lines: the label, as broken into lines.
        x: where the lines begin, or end if `anchor` is ``end``.
        baseline: of each line.
        anchor: ``start`` or ``end``.
        top: where the row begins.
        height: of the row.
        y: the middle of the bar.
        segments: its periods.
        signs: what happened to it.
    """

    iri: str
    name: str
    lines: list[str]
    x: float
    baseline: list[float]
    anchor: str
    top: float
    height: float
    y: float
    segments: list[Segment]
    signs: list[Sign]


class Arrow(NamedTuple):
    """An arrow from an instrument to what directly succeeds it."""

    path: str
    title: str


class Lane(NamedTuple):
    """The instruments of one kind."""

    name: str
    y: float
    drawn: list[Drawn]


class Picture(NamedTuple):
    """A timeline, laid out. All lengths are in units of the drawing.

    Attributes:
        name: ``wide`` or ``narrow``.
        width: of the drawing.
        height: of the drawing.
        top: where the rows begin, below the years.
        years: where years begin, each with its number, "" if there is no room for it.
        lanes: what is drawn.
        arrows: successions.
        first: the first day of the axis.
        last: the day after the axis.
    """

    name: str
    width: float
    height: float
    top: float
    years: list[tuple[float, str]]
    lanes: list[Lane]
    arrows: list[Arrow]
    first: date
    last: date

    @property
    def endless(self) -> bool:
        """Whether a period has no known end."""
        return any(s.endless for lane in self.lanes for each in lane.drawn for s in each.segments)


class Entry(NamedTuple):
    """An instrument in the table; days are in words, "" where there is none.

    Attributes:
        iri: of the instrument.
        kind: what it is.
        adopted: when it was adopted.
        start: when its period begins.
        end: when it ends, as first decided.
        extended: when it ends by the latest decision, if that is another day.
        deciders: IRIs of the instruments that decided its periods, in the order of the decisions.
    """

    iri: str
    kind: str
    adopted: str
    start: str
    end: str
    extended: str
    deciders: list[str]


def pages(site: Site) -> Iterator[Page]:
    """Yield ``timeline.html``."""
    rows = timeline.rows(site.store)
    found = timeline.periods(site.store)
    pictures = [drawn(site, rows, wide) for wide in (True, False)]
    yield site.page(
        PATH,
        "timeline.html",
        pictures=pictures,
        entries=[_entry(site, row, found.get(row.instrument, [])) for row in rows],
        data=data(site, pictures[0], found),
    )


def inset(site: Site) -> list[Picture]:
    """Return the pictures for the front page: of the framework and of the action plans only."""
    rows = [row for row in timeline.rows(site.store) if row.kind in INSET]
    return [drawn(site, rows, wide) for wide in (True, False)] if rows else []


# --- the picture ----------------------------------------------------------------------------------


class Scale:
    """Where on the axis a day is.

    Args:
        rows: what is to be drawn; the axis has whole years and none more than is needed.
        width: length of the axis.
    """

    def __init__(self, rows: Iterable[timeline.Row], width: float) -> None:
        days = [mark.day for row in rows for mark in row.marks]
        days += [day for row in rows for bar in row.bars for day in (bar.start, bar.end) if day]
        self.width = width
        self.first = date(min(days, default=date(2000, 1, 1)).year, 1, 1)
        self.last = date(max(days, default=date(2000, 1, 1)).year + 1, 1, 1)

    def x(self, day: date) -> float:
        """Return where a day begins."""
        share = (day - self.first).days / (self.last - self.first).days
        return round(share * self.width, 1)

    def after(self, day: date) -> float:
        """Return where a day ends."""
        return self.x(date.fromordinal(day.toordinal() + 1))

    def years(self) -> list[tuple[float, str]]:
        """Return where each year begins, and its number where there is room for it."""
        room = self.width / (self.last.year - self.first.year)
        step = next((n for n in (1, 2, 5, 10, 20, 50, 100) if n * room >= 40), 200)
        return [
            (x, str(year) if year % step == 0 and x + 34 <= self.width else "")
            for year in range(self.first.year, self.last.year)
            for x in (self.x(date(year, 1, 1)),)
        ]


def drawn(site: Site, rows: list[timeline.Row], wide: bool) -> Picture:
    """Return rows of the timeline laid out.

    Args:
        site: the site.
        rows: what :func:`hrdem.timeline.rows` returned.
        wide: whether names stand beside the bars; else they stand above them.
    """
    scale = Scale(rows, WIDE if wide else NARROW)
    lanes: list[Lane] = []
    y = _HEAD
    kind = ""
    for row in rows:
        if row.kind != kind:
            kind = row.kind
            y += 8
            lanes.append(Lane(row.kind_label, y + 15, []))
            y += 22
        laid = _row(site, row, scale, y, wide)
        lanes[-1].drawn.append(laid)
        y += laid.height
    placed = {each.iri: each for lane in lanes for each in lane.drawn}
    return Picture(
        name="wide" if wide else "narrow",
        width=scale.width,
        height=y + 6,
        top=_HEAD,
        years=scale.years(),
        lanes=lanes,
        arrows=list(_arrows(site, placed)),
        first=scale.first,
        last=scale.last,
    )


def _row(site: Site, row: timeline.Row, scale: Scale, top: float, wide: bool) -> Drawn:
    segments = [_segment(bar, scale) for bar in row.bars]
    signs = [
        Sign(scale.x(mark.day), mark.adopted, _said(site, row.instrument, mark))
        for mark in sorted(row.marks, key=lambda mark: mark.adopted)  # adoption is drawn on top
    ]
    told = sorted(signs, key=lambda sign: not sign.adopted)
    name = "; ".join([row.label, *(s.title for s in told), *(s.title for s in segments)])
    line = _LINE[wide]
    if not wide:
        lines = _wrapped(row.label, int(scale.width / _LETTER[wide]))
        height = len(lines) * line + BAR + 16
        baseline = [top + 13 + n * line for n in range(len(lines))]
        y = top + len(lines) * line + 8 + BAR / 2
        laid = (lines, 0.0, baseline, "start", top, height, y)
        return Drawn(row.instrument, name, *laid, segments, signs)
    left = min([each.x for each in segments] + [each.x - 6 for each in signs]) - _GAP
    right = max([each.x + each.width for each in segments] + [each.x + 6 for each in signs]) + _GAP
    room = {"start": scale.width - right, "end": left}
    need = len(row.label) * _LETTER[wide]
    fits = [anchor for anchor in ("start", "end") if room[anchor] >= need]
    anchor = fits[0] if fits else max(room, key=lambda each: room[each])
    letters = max(12, int(room[anchor] / _LETTER[wide]))
    lines = [row.label] if fits else _wrapped(row.label, letters)
    height = len(lines) * line + 7
    y = top + height / 2
    first = y + 4.5 - (len(lines) - 1) * line / 2
    baseline = [round(first + n * line, 1) for n in range(len(lines))]
    x = right if anchor == "start" else left
    laid = (lines, round(x, 1), baseline, anchor, top, height, y)
    return Drawn(row.instrument, name, *laid, segments, signs)


def _wrapped(label: str, letters: int) -> list[str]:
    """Return a label broken into lines between words."""
    return textwrap.wrap(label, letters, break_on_hyphens=False) or [label]


def _segment(bar: timeline.Bar, scale: Scale) -> Segment:
    start = scale.x(bar.start)
    end = scale.width if bar.end is None else scale.after(bar.end)
    until = words.day(bar.end.isoformat()) if bar.end else "no end known"
    if bar.extended:
        said = f"extended to {until}" if bar.end else f"extended, {until}"
    else:
        since = words.day(bar.start.isoformat())
        said = f"from {since} to {until}" if bar.end else f"from {since}, {until}"
    return Segment(start, round(max(end - start, 2), 1), bar.extended, bar.end is None, said)


def _said(site: Site, instrument: str, mark: timeline.Mark) -> str:
    """Return what a mark stands for."""
    if mark.adopted and (day := adopted(site, instrument)):
        return f"adopted {day}"
    events = [
        f"{site.label(event)} ({_when(site, event)})"
        for event in site.graph.subjects(v.HRDEM + "concerns", instrument)
        if mark.day.isoformat() in site.graph.values(event, v.HRDEM + "latest")
        and not _is_adoption(site, event)
    ]
    return ", ".join(events)


def _is_adoption(site: Site, event: str) -> bool:
    return v.HRDEM + "Adoption" in site.graph.values(event, v.RDF_TYPE)


def _when(site: Site, event: str) -> str:
    """Return when something happened, in words, as exactly as sources give it."""
    if exact := _exactest(site.graph.values(event, v.HRDEM + "date")):
        return words.day(exact)
    return f"not later than {words.day(site.graph.first(event, v.HRDEM + 'latest'))}"


def _arrows(site: Site, placed: dict[str, Drawn]) -> Iterator[Arrow]:
    for later, below in placed.items():
        for earlier in site.graph.values(later, v.HRDEM + "directlySucceeds"):
            above = placed.get(earlier)
            if above is None:
                continue
            down = 1 if below.y > above.y else -1
            x1, x2 = _leaves(above), _reaches(below)
            y1, y2 = above.y + down * (BAR / 2 + 1), below.y - down * (BAR / 2 + 2)
            bend = down * min(abs(y2 - y1) / 2, 14)
            path = f"M{x1:g} {y1:g}C{x1:g} {y1 + bend:g} {x2:g} {y2 - bend:g} {x2:g} {y2:g}"
            yield Arrow(path, f"{site.label(later)} succeeds {site.label(earlier)}")


def _leaves(row: Drawn) -> float:
    """Return where the arrow to a successor leaves an instrument: a little before its end."""
    if row.segments:
        last = row.segments[-1]
        return round(max(last.x, last.x + last.width - 5), 1)
    return row.signs[-1].x


def _reaches(row: Drawn) -> float:
    """Return where the arrow from a predecessor reaches an instrument: a little after its start."""
    if row.segments:
        first = row.segments[0]
        return round(min(first.x + first.width, first.x + 5), 1)
    return row.signs[-1].x


# --- the table and the data -----------------------------------------------------------------------


def adopted(site: Site, instrument: str) -> str:
    """Return when an instrument was adopted, in words, as exactly as sources give it; or ""."""
    events = site.graph.subjects(v.HRDEM + "concerns", instrument)
    dated = (each for each in events if site.graph.first(each, v.HRDEM + "latest"))
    return next((_when(site, each) for each in dated if _is_adoption(site, each)), "")


def _exactest(dates: Iterable[str]) -> str:
    """Return the date of the finest precision, the earliest of several, "" of none."""
    return min(dates, key=lambda each: (-len(each), each), default="")


def _entry(site: Site, row: timeline.Row, periods: list[timeline.Period]) -> Entry:
    graph = site.graph
    ordered = sorted(periods, key=lambda each: (each.known or each.start, each.iri))
    first = [each for each in ordered if not each.replaces] or ordered
    replaced = {iri for each in ordered for iri in each.replaces}
    current = [each for each in ordered if each.iri not in replaced]

    def written(chosen: list[timeline.Period], name: str) -> str:
        dates = (_exactest(graph.values(each.iri, v.HRDEM + name)) for each in chosen)
        return words.listed([words.day(each) for each in dates if each])

    end, latest = written(first, "end"), written(current, "end")
    deciders = (each for p in ordered for each in graph.values(p.iri, v.HRDEM + "decidedBy"))
    return Entry(
        iri=row.instrument,
        kind=row.kind_label,
        adopted=adopted(site, row.instrument),
        start=written(first, "start"),
        end=end,
        extended="" if latest == end else latest,
        deciders=list(dict.fromkeys(deciders)),
    )


def data(site: Site, picture: Picture, found: dict[str, list[timeline.Period]]) -> dict[str, Any]:
    """Return what the script of the page knows: the axis, and every period with what it replaces.

    Args:
        site: the site.
        picture: the picture that the script marks a day in.
        found: what :func:`hrdem.timeline.periods` returned.
    """
    instruments = [
        {
            "label": site.label(row.iri),
            "href": site.link(row.iri, PATH),
            "kind": lane.name,
            "periods": [
                {
                    "iri": each.iri,
                    "start": each.start.isoformat(),
                    "end": each.end.isoformat() if each.end else None,
                    "known": each.known.isoformat() if each.known else None,
                    "replaces": sorted(each.replaces),
                }
                for each in found[row.iri]
            ],
        }
        for lane in picture.lanes
        for row in lane.drawn
        if row.iri in found
    ]
    return {
        "first": picture.first.isoformat(),
        "last": picture.last.isoformat(),
        "instruments": instruments,
    }
