"""The timeline: what applies on a day, as known on a day, and the drawing of it."""

from __future__ import annotations

from datetime import date

import pytest

from hrdem import timeline
from hrdem import vocabulary as v
from hrdem.errors import UsageError
from hrdem.project import Project
from hrdem.store import EmbeddedStore, Store
from hrdem.timeline import Bar, Mark, Row

INSTRUMENT = v.BASE + "instrument/"
PLAN = INSTRUMENT + "action-plan-2020-2024"
DECISION = INSTRUMENT + "council-conclusions-2024-05"
EXTENDED_ON = date(2024, 5, 27)  # the day of that decision, which moved the end of the plan to 2027


@pytest.fixture(scope="module")
def store(built: Project) -> Store:
    return EmbeddedStore.open(built)


def row(found: list[Row], instrument: str) -> Row:
    return next(each for each in found if each.instrument == instrument)


def test_an_instrument_has_its_periods_and_what_happened_to_it(store: Store) -> None:
    plan = row(timeline.rows(store), PLAN)

    assert plan.label == "EU Action Plan on Human Rights and Democracy 2020-2024"
    assert (plan.kind, plan.kind_label) == (v.HRDEM + "ActionPlan", "Action plan")
    assert plan.bars == (
        Bar(date(2020, 1, 1), date(2024, 12, 31), extended=False),
        Bar(date(2025, 1, 1), date(2027, 12, 31), extended=True),
    )
    assert [mark.day for mark in plan.marks if mark.adopted] == [date(2020, 11, 17)]
    assert plan.applies is None  # no day was asked for


def test_the_day_before_the_extension_only_the_first_period_is_known(store: Store) -> None:
    earlier = timeline.rows(store, as_known_on=date(2024, 5, 26))
    later = timeline.rows(store, as_known_on=EXTENDED_ON)
    before, after = row(earlier, PLAN), row(later, PLAN)

    assert before.bars == (Bar(date(2020, 1, 1), date(2024, 12, 31), extended=False),)
    assert [bar.end for bar in after.bars] == [date(2024, 12, 31), date(2027, 12, 31)]
    assert DECISION not in [each.instrument for each in earlier]
    assert Mark(EXTENDED_ON, adopted=True) in row(later, DECISION).marks


@pytest.mark.parametrize(
    ("on", "as_known_on", "applies"),
    [
        (date(2019, 12, 31), None, False),
        (date(2020, 1, 1), None, True),
        (date(2024, 12, 31), date(2024, 5, 26), True),
        (date(2025, 1, 1), date(2024, 5, 26), False),
        (date(2025, 1, 1), date(2024, 5, 27), True),
        (date(2027, 12, 31), None, True),
        (date(2028, 1, 1), None, False),
    ],
)
def test_whether_the_plan_applies_depends_on_the_day_and_on_what_is_known(
    store: Store, on: date, as_known_on: date | None, applies: bool
) -> None:
    assert row(timeline.rows(store, on, as_known_on), PLAN).applies is applies


def test_nothing_is_known_before_it_is_decided_or_happens(store: Store) -> None:
    day = date(2013, 1, 1)
    found = timeline.rows(store, as_known_on=day)

    assert INSTRUMENT + "strategic-framework-2012" in [each.instrument for each in found]
    assert PLAN not in [each.instrument for each in found]
    assert all(mark.day <= day for each in found for mark in each.marks)


def test_before_everything_a_sentence_says_that_nothing_was_known(store: Store) -> None:
    day = date(1900, 1, 1)

    assert (
        timeline.draw(timeline.rows(store, as_known_on=day), as_known_on=day)
        == "Nothing was known on 1900-01-01 that has a date.\n"
    )


def test_rows_come_by_kind_and_then_by_time(store: Store) -> None:
    found = timeline.rows(store)

    kinds = [each.kind for each in found]
    assert len(set(kinds)) == sum(a != b for a, b in zip(["", *kinds], kinds, strict=False))
    plans = [each.instrument for each in found if each.kind == v.HRDEM + "ActionPlan"]
    assert plans == [
        INSTRUMENT + "action-plan-2012-2014",
        INSTRUMENT + "action-plan-2015-2019",
        PLAN,
    ]
    assert all(each.bars or each.marks for each in found)


def line(drawing: str, start: str) -> str:
    return next(each for each in drawing.splitlines() if each[2:].startswith(start))


def test_the_extension_is_drawn_apart_and_only_when_it_is_known(store: Store) -> None:
    now = timeline.draw(timeline.rows(store))
    day = date(2024, 5, 26)
    before = timeline.draw(timeline.rows(store, as_known_on=day), as_known_on=day)

    drawn = line(now, "action-plan-2020-2024")
    assert drawn.rstrip("┄") != drawn
    assert drawn.index("┄") > drawn.index("━")
    assert "┄ as extended later" in now
    assert "┄" not in before
    assert "━" in line(before, "action-plan-2020-2024")
    assert before.startswith("As known on 2024-05-26\n")


def test_the_day_is_a_line_through_all_rows_and_what_applies_is_marked(store: Store) -> None:
    day = date(2025, 6, 1)
    drawing = timeline.draw(timeline.rows(store, day), on=day)

    lines = drawing.splitlines()
    at = lines[2].index("│")  # the line of the first kind has nothing else in it
    end = lines.index("")
    assert all(len(each) > at and each[at] not in " ━┄" for each in lines[2:end])
    assert line(drawing, "action-plan-2020-2024").startswith("● ")
    assert line(drawing, "action-plan-2020-2024")[at] == "┿"
    assert line(drawing, "action-plan-2015-2019").startswith("  ")
    assert "│ 2025-06-01   ● applies on that day" in drawing


@pytest.mark.parametrize("width", [60, 80, 100, 200])
@pytest.mark.parametrize("on", [None, date(1995, 1, 1), date(2025, 6, 1), date(2040, 1, 1)])
def test_no_line_is_longer_than_the_width(store: Store, width: int, on: date | None) -> None:
    drawing = timeline.draw(timeline.rows(store, on), width, on=on)

    assert max(map(len, drawing.splitlines())) <= width


def test_a_terminal_without_such_characters_gets_ascii(store: Store) -> None:
    day = date(2025, 6, 1)
    found = timeline.rows(store, day)
    drawing = timeline.draw(found, on=day, as_known_on=day, signs=timeline.ASCII)

    assert drawing.isascii()
    plan = line(drawing, "action-plan-2020-2024")
    assert plan.startswith("* ")
    assert {"=", "A", "-", "+"} <= set(plan[timeline.LABEL_WIDTH :])
    assert "= period as first decided   - as extended later   A adopted" in drawing
    unicode = timeline.draw(found, on=day, as_known_on=day)
    assert list(map(len, drawing.splitlines())) == list(map(len, unicode.splitlines()))


def test_every_sign_stands_for_one_thing() -> None:
    for signs in (timeline.UNICODE, timeline.ASCII):
        assert len(set(signs)) == len(signs)
        assert all(len(sign) == 1 for sign in signs)


def test_a_period_without_end_goes_on_and_an_early_event_points_back() -> None:
    found = [
        Row(
            instrument=INSTRUMENT + "long",
            label="Long",
            kind=v.HRDEM + "Instrument",
            kind_label="Instrument",
            bars=(Bar(date(2020, 1, 1), None, extended=False),),
            marks=(Mark(date(1950, 1, 1), adopted=True), Mark(date(2024, 1, 1), adopted=False)),
            applies=None,
        )
    ]

    drawing = timeline.draw(found, 80)

    assert line(drawing, "long").endswith("▸")
    assert line(drawing, "long")[timeline.LABEL_WIDTH] == "◂"
    assert "▸ no end known" in drawing
    assert "◂ earlier" in drawing


def test_a_day_is_read_as_it_is_written_in_the_data() -> None:
    assert timeline.day("--on", " 2021-01-31 ") == date(2021, 1, 31)


@pytest.mark.parametrize("text", ["20210131", "2021-02-30", "2021", "tomorrow", "", "2021-W04-7"])
def test_what_is_no_day_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        timeline.day("--on", text)

    assert str(caught.value) == (
        f"--on wants a day of the calendar written year-month-day, like 2021-01-31, not {text!r}."
    )
