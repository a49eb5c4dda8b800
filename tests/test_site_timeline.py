"""The timeline of the explorer: each bar in its place, the same as a table, and as data."""

from __future__ import annotations

import json
from datetime import date
from xml.etree import ElementTree

import html5rdf
import pytest

from conftest import Mini
from hrdem import timeline
from hrdem import vocabulary as v
from hrdem.build import build
from hrdem.project import Project
from hrdem.site import timeline as pictures
from hrdem.site.model import Site

HTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"
PLAN = v.BASE + "instrument/action-plan-2020-2024"
DECISION = v.BASE + "instrument/council-conclusions-2024-05"


@pytest.fixture(scope="module")
def model(built: Project) -> Site:
    return Site.read(built)


@pytest.fixture(scope="module")
def rows(model: Site) -> list[timeline.Row]:
    return timeline.rows(model.store)


@pytest.fixture(scope="module")
def page(model: Site) -> ElementTree.Element:
    (made,) = pictures.pages(model)
    return read(made.content)


def read(text: str | bytes) -> ElementTree.Element:
    """Return a page as a tree; one that is not valid is an error."""
    tree: ElementTree.Element = html5rdf.HTMLParser(strict=True).parse(text)
    return tree


def text_of(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def svg(page: ElementTree.Element, name: str) -> ElementTree.Element:
    return next(e for e in page.iter(f"{SVG}svg") if e.get("class") == f"timeline {name}")


def links(picture: ElementTree.Element) -> dict[str, ElementTree.Element]:
    return {each.get("data-iri", ""): each for each in picture.iter(f"{SVG}a")}


def bars(link: ElementTree.Element) -> list[ElementTree.Element]:
    return [each for each in link.iter(f"{SVG}rect") if "bar" in each.get("class", "").split()]


def place(day: date, first: int, last: int, width: float) -> float:
    """Return where a day stands on an axis of whole years, counted in days."""
    start, end = date(first, 1, 1).toordinal(), date(last + 1, 1, 1).toordinal()
    return (day.toordinal() - start) / (end - start) * width


# --- the picture ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["wide", "narrow"])
def test_every_period_has_its_bar_where_its_days_are(
    page: ElementTree.Element, rows: list[timeline.Row], name: str
) -> None:
    picture = svg(page, name)
    left, _, whole, _ = map(float, picture.get("viewBox", "").split())
    width = whole + 2 * left
    days = [mark.day for row in rows for mark in row.marks]
    days += [day for row in rows for bar in row.bars for day in (bar.start, bar.end) if day]
    axis = (min(days).year, max(days).year, width)

    found = links(picture)

    assert set(found) == {row.instrument for row in rows}
    for row in rows:
        drawn = bars(found[row.instrument])
        assert len(drawn) == len(row.bars)
        for bar, each in zip(row.bars, drawn, strict=True):
            start, length = float(each.get("x", "")), float(each.get("width", ""))
            assert bar.end is not None
            end = place(date.fromordinal(bar.end.toordinal() + 1), *axis)
            assert start == pytest.approx(place(bar.start, *axis), abs=0.1)
            assert start + length == pytest.approx(end, abs=0.2)
            assert ("extended" in each.get("class", "").split()) == bar.extended
            assert each.get("fill", "").startswith("url(#hatch-") == bar.extended
        signs = list(found[row.instrument].iter(f"{SVG}path"))
        assert sorted(round(float(each.get("d", "M0 ")[1:].split()[0]), 1) for each in signs) == [
            pytest.approx(place(mark.day, *axis), abs=0.1) for mark in sorted(row.marks)
        ]
        assert sum(each.get("class") == "adopted" for each in signs) == sum(
            mark.adopted for mark in row.marks
        )


@pytest.mark.parametrize("name", ["wide", "narrow"])
def test_every_bar_is_a_link_whose_name_begins_with_what_is_seen(
    page: ElementTree.Element, rows: list[timeline.Row], name: str
) -> None:
    for iri, link in links(svg(page, name)).items():
        (text,) = link.findall(f"{SVG}text")
        spoken = link.get("aria-label", "")
        assert spoken.startswith(text_of(text)), spoken
        assert link.get("href") == iri.removeprefix(v.BASE) + ".html"
    spoken = links(svg(page, name))[PLAN].get("aria-label", "")
    label = "EU Action Plan on Human Rights and Democracy 2020-2024"
    assert spoken.startswith(f"{label}; adopted 17 November 2020; ")
    assert spoken.endswith(
        "; from 1 January 2020 to 31 December 2024; extended to 31 December 2027"
    )


def test_no_name_leaves_the_picture_or_meets_a_bar(model: Site, rows: list[timeline.Row]) -> None:
    """Names are measured here with letters that are wider than most."""
    for wide in (True, False):
        picture = pictures.drawn(model, rows, wide)
        letter = 6.9
        bottom = 0.0
        for row in (each for lane in picture.lanes for each in lane.drawn):
            assert row.top >= bottom, row.name
            bottom = row.top + row.height
            widest = max(map(len, row.lines)) * letter
            left = row.x - widest if row.anchor == "end" else row.x
            assert left >= -2 and left + widest <= picture.width + 2, row.lines
            if wide:
                taken = [(s.x, s.x + s.width) for s in row.segments]
                taken += [(s.x - 6, s.x + 6) for s in row.signs]
                assert all(end <= left or left + widest <= start for start, end in taken), row.lines
            else:
                assert max(row.baseline) < row.y - pictures.BAR / 2, row.lines
            assert " ".join(row.lines) == model.label(row.iri)


def test_arrows_lead_from_what_came_before_to_what_came_after(
    page: ElementTree.Element, model: Site, rows: list[timeline.Row]
) -> None:
    shown = {row.instrument for row in rows}
    asked = model.store.select(
        f"SELECT ?later ?earlier {{ ?later <{v.HRDEM}directlySucceeds> ?earlier }}"
    )
    expected = {
        f"{model.label(v.value(later))} succeeds {model.label(v.value(earlier))}"
        for later, earlier in asked.rows
        if later is not None and earlier is not None
        if {v.value(later), v.value(earlier)} <= shown
    }
    arrows = [e for e in svg(page, "wide").iter(f"{SVG}path") if e.get("class") == "arrow"]

    assert {text_of(each) for each in arrows} == expected
    assert len(expected) >= 5


def test_a_period_without_end_reaches_the_edge_and_says_so(model: Site) -> None:
    row = timeline.Row(
        instrument=PLAN,
        label="Long",
        kind=v.HRDEM + "ActionPlan",
        kind_label="Action plan",
        bars=(timeline.Bar(date(2020, 1, 1), None, extended=False),),
        marks=(timeline.Mark(date(2024, 1, 1), adopted=False),),
        applies=None,
    )
    picture = pictures.drawn(model, [row], wide=True)
    (drawn,) = picture.lanes[0].drawn

    assert picture.endless
    assert drawn.segments[0].x + drawn.segments[0].width == picture.width
    assert drawn.name.endswith("from 1 January 2020, no end known")


def test_the_front_page_has_the_framework_and_the_plans(model: Site) -> None:
    wide, narrow = pictures.inset(model)

    assert [lane.name for lane in wide.lanes] == ["Strategic framework", "Action plan"]
    assert [len(lane.drawn) for lane in narrow.lanes] == [1, 3]


# --- the table ------------------------------------------------------------------------------------


def test_the_table_says_the_same(
    page: ElementTree.Element, rows: list[timeline.Row], model: Site
) -> None:
    table = next(page.iter(f"{HTML}table"))
    heads = [text_of(each) for each in table.iter(f"{HTML}th") if each.get("scope") == "col"]
    body = [[text_of(cell) for cell in row] for row in table.iter(f"{HTML}tr")][1:]

    assert [row[0] for row in body] == [row.label for row in rows]
    assert [row[1] for row in body] == [row.kind_label for row in rows]
    plan = body[[row.instrument for row in rows].index(PLAN)]
    assert dict(zip(heads, plan, strict=True)) == {
        "Instrument": "EU Action Plan on Human Rights and Democracy 2020-2024",
        "Kind": "Action plan",
        "Adopted": "17 November 2020",
        "Applies from": "2020",
        "To, as first decided": "2024",
        "To, as extended": "2027",
        "Decided by": f"itself, then {model.label(DECISION)}",
    }
    for row, cells in zip(rows, body, strict=True):
        assert bool(cells[3]) == bool(row.bars), cells
        assert bool(cells[5]) == any(bar.extended for bar in row.bars), cells
        assert cells[2] or not any(mark.adopted for mark in row.marks), cells


def test_hostile_labels_are_text(mini: Mini) -> None:
    wicked = "</title></svg></script><script>alert(1)</script>'\\\" & more"
    mini.edit("data/instruments.ttl", '"Plan"@en', json.dumps(wicked) + "@en")
    build(mini.project)
    (made,) = pictures.pages(Site.read(mini.project))
    page = read(made.content)

    scripts = [each for each in page.iter(f"{HTML}script") if "src" not in each.attrib]
    assert [each.get("type") for each in scripts] == ["application/json"]
    assert "alert" not in "".join(text_of(e) for e in page.iter(f"{HTML}script") if e.get("src"))
    assert json.loads("".join(scripts[0].itertext())).keys() == {"first", "last", "instruments"}


def test_the_page_is_the_same_each_time(model: Site) -> None:
    assert list(pictures.pages(model)) == list(pictures.pages(model))


# --- what applies on a day ------------------------------------------------------------------------


def test_the_data_of_the_page_are_the_periods(page: ElementTree.Element, model: Site) -> None:
    (script,) = (e for e in page.iter(f"{HTML}script") if e.get("id") == "timeline-data")
    data = json.loads("".join(script.itertext()))
    found = timeline.periods(model.store)

    assert [each["label"] for each in data["instruments"]] == [
        row.label for row in timeline.rows(model.store) if row.instrument in found
    ]
    told = {each["iri"]: each for row in data["instruments"] for each in row["periods"]}
    for each in (period for periods in found.values() for period in periods):
        assert told[each.iri]["start"] == each.start.isoformat()
        assert told[each.iri]["end"] == (each.end and each.end.isoformat())
        assert told[each.iri]["known"] == (each.known and each.known.isoformat())
        assert told[each.iri]["replaces"] == sorted(each.replaces)
    assert len(told) == sum(map(len, found.values()))
