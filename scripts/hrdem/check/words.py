"""Checks that quotes are the words of the text, that facts have the dates of their quotes, and that
passages cover all words of a text.
"""

from __future__ import annotations

import datetime
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.check.context import Context, cut, short
from hrdem.check.finding import VIOLATION, WARNING, Finding
from hrdem.documents import Passage, locate
from hrdem.errors import count

_WORD = re.compile(r"\S+")
_PARAGRAPH = re.compile(r"(?:\r?\n[ \t]*){2,}")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAY = re.compile(rf"\b(\d{{1,2}})(?:[./]| )({'|'.join(_MONTHS)}|\d{{1,2}})(?:[./]| )(\d{{4}})\b")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_BOUNDS = (v.HRDEM + "notLaterThan", v.HRDEM + "notEarlierThan")
_DATES = {
    v.XSD + "date": re.compile(r"\d{4}-\d\d-\d\d"),
    v.XSD + "gYearMonth": re.compile(r"\d{4}-\d\d"),
    v.XSD + "gYear": re.compile(r"\d{4}"),
}
"""Datatype to the form of its values without a time zone."""
_TOLD = 1_000
"""How many places of a text where words are in no passage are told one by one."""
_SHOWN = 70
"""How many characters of a text a message shows."""


def run(context: Context) -> Iterator[Finding]:
    """Yield findings about quotes that are not in place and about words that no passage covers."""
    names = {
        v.value(t.subject): v.value(t.object)
        for source in context.sources.files
        for t in source.triples()
        if t.predicate.value == v.TEXT_FILE
    }
    covered: dict[str, list[tuple[int, int]]] = {name: [] for name in context.sources.texts}
    for passage in context.sources.passages.values():
        name = names.get(passage.document)
        problem = (
            _without_text(passage)
            if name is None
            else _in_text(passage, name, context.sources.texts[name])
        )
        if problem is not None:
            code, message = problem
            yield Finding(
                code,
                VIOLATION,
                f"{short(passage.iri)}: {message}",
                passage.file,
                locate(passage.file, passage.iri),
                passage.iri,
                passage.iri,
            )
        yield from _other_dates(passage)
        if name is not None:
            covered[name].extend(_meant(passage, context.sources.texts[name]))
    for name, spans in covered.items():
        yield from _uncovered(context, name, context.sources.texts[name], spans)


def _without_text(passage: Passage) -> tuple[str, str] | None:
    """Return code and message of what is wrong with a passage whose text is not in the project."""
    if passage.quote is None and passage.start is None and passage.end is None:
        return None
    return (
        "quote-without-text",
        "There is a quote or an offset, but the text of the document is not in data/texts, so"
        " nobody can compare them. Put the text there and name it with hrdem:textFile if it may be"
        " given away; otherwise say where the passage is with hrdem:locator, and leave the words"
        " where they are.",
    )


def days_in(text: str) -> set[str]:
    """Return the days that an English text names, such as 17 November 2020 or 17.11.2020.

    They are written as ``2020-11-17``; of numbers alone the first is the day.
    """
    found = set()
    for day, month, year in _DAY.findall(text):
        number = _MONTHS.index(month) + 1 if month in _MONTHS else int(month)
        found.add(f"{year}-{number:02}-{int(day):02}")
    return found


def _other_dates(passage: Passage) -> Iterator[Finding]:
    """Yield a finding for each date of a fact whose passage quotes dates, but not this one.

    A quote that names days is compared by the day, one that names years alone by the year. Bounds
    (``hrdem:notLaterThan``) may come from the date of the document. What is no day, month or year
    of the calendar, or has a time zone, is not looked at: the shapes of dates report it.
    """
    days, years = days_in(passage.quote or ""), set(_YEAR.findall(passage.quote or ""))
    for fact in passage.facts:
        if (
            not isinstance(fact.object, ox.Literal)
            or fact.predicate.value in _BOUNDS
            or not _in_calendar(fact.object)
        ):
            continue
        date = fact.object.value
        said = days if days and fact.object.datatype.value == v.XSD + "date" else years
        if said and date not in said and date[:4] not in said:
            yield Finding(
                "quote-date",
                WARNING,
                f"{short(passage.iri)}: The quote names {' and '.join(sorted(said))}, and a fact"
                f" under it has {date} ({v.shorten(fact.predicate.value)} of"
                f" {v.shorten(v.value(fact.subject))}). Correct the date, or state the fact under"
                " the passage whose words give it.",
                passage.file,
                locate(passage.file, passage.iri),
                v.value(fact.subject),
                passage.iri,
            )


def _in_calendar(literal: ox.Literal) -> bool:
    """Whether a literal is a day, month or year of the calendar, without a time zone."""
    form = _DATES.get(literal.datatype.value)
    if form is None or not form.fullmatch(literal.value):
        return False
    first = literal.value + "-01-01"[len(literal.value) - 4 :]
    try:
        datetime.date.fromisoformat(first)
    except ValueError:
        return False
    return True


def _in_text(passage: Passage, name: str, text: str) -> tuple[str, str] | None:
    """Return code and message of what is wrong with the place of a passage in its text."""
    quote, start, end = passage.quote, passage.start, passage.end
    if quote is None or start is None or end is None:
        if quote is None and start is None and end is None and passage.locator is not None:
            return None
        return (
            "quote-incomplete",
            f"A passage of {name} is found by its words. Add hrdem:quote, hrdem:start and"
            " hrdem:end, all three.",
        )
    if text[start:end] != quote:
        return "quote-misplaced", _misplaced(quote, start, end, name, text)
    number = paragraph_of(text, start)
    if passage.paragraph not in (None, number):
        return (
            "quote-paragraph",
            f"The quote stands in paragraph {number} of {name}, not in paragraph"
            f" {passage.paragraph}. Paragraphs are what blank lines part, counted from 1. Correct"
            " hrdem:paragraph.",
        )
    return None


def _misplaced(quote: str, start: int, end: int, name: str, text: str) -> str:
    """Return what to tell somebody whose quote is not at its offsets."""
    there = (
        f"There stands “{cut(text[start:end], _SHOWN)}”."
        if start < end <= len(text)
        else f"The text has {count(len(text), 'code point')}."
    )
    places = [found.start() for found in re.finditer(re.escape(quote), text)]
    if len(places) == 1:
        advice = f"The quote stands at {places[0]} to {places[0] + len(quote)}: correct the offsets"
    elif places:
        advice = "The quote stands at " + " and at ".join(
            f"{place} to {place + len(quote)}" for place in places
        )
        advice += ": take the one that is meant"
    else:
        advice = "These words stand nowhere in the text: copy them from it, character by character"
    return (
        f"The quote “{cut(quote, _SHOWN)}” does not stand at {start} to {end} of {name}, counted in"
        f" Unicode code points. {there} {advice}."
    )


def _meant(passage: Passage, text: str) -> Iterator[tuple[int, int]]:
    """Yield the span of a passage, so that a wrong offset is not told a second time as a gap.

    That is where its quote stands if it stands in one place, else what its offsets say.
    """
    quote, start, end = passage.quote, passage.start, passage.end
    if quote and (start is None or end is None or text[start:end] != quote):
        first = text.find(quote)
        if first >= 0 and text.find(quote, first + 1) < 0:
            start, end = first, first + len(quote)
    if start is not None and end is not None and start < end <= len(text):
        yield start, end


def paragraph_of(text: str, offset: int) -> int:
    """Return the number of the paragraph in which `offset` lies.

    Paragraphs are parted by one or more blank lines and counted from 1; `offset` is in Unicode code
    points.
    """
    return 1 + bisect_right(_paragraphs(text), offset)


@lru_cache(maxsize=2)  # all passages of a text are looked at together
def _paragraphs(text: str) -> tuple[int, ...]:
    """Return where each paragraph but the first begins."""
    return tuple(gap.end() for gap in _PARAGRAPH.finditer(text.rstrip()))


def _uncovered(
    context: Context, name: str, text: str, spans: list[tuple[int, int]]
) -> Iterator[Finding]:
    """Yield a finding for each run of words that lies in no passage, whole or in part.

    Of a text that nearly no passage covers, the first runs are told one by one.
    """
    runs = uncovered(text, spans)
    told = list(islice(runs, _TOLD))
    for start, end in told:
        number = len(_WORD.findall(text[start:end]))
        words = "This word lies" if number == 1 else f"These {number} words lie"
        yield Finding(
            "words-uncovered",
            VIOLATION,
            f"{words} in no passage: “{cut(text[start:end], _SHOWN)}” ({start} to {end}, in Unicode"
            " code points). Add a passage for them, with the facts that they support or with"
            " hrdem:assertsNothing and the reason.",
            context.project.data / "texts" / name,
            text.count("\n", 0, start) + 1,
        )
    more = sum(1 for _ in runs)
    if more:
        yield Finding(
            "words-uncovered",
            VIOLATION,
            f"Beside the {count(_TOLD, 'place')} told one by one, words lie in no passage in"
            f" {count(more, 'more place')} of {name}. Add passages for them too, or take in the"
            " part of the document that the facts are from.",
            context.project.data / "texts" / name,
        )


def uncovered(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the runs of words that do not lie wholly in `spans`, each within one paragraph.

    Args:
        text: the text.
        spans: first code point, and the one after the last, in any order.

    Yields:
        Where a run begins and ends, in code points. Between two runs of a paragraph there is a word
        that lies in the spans.
    """
    begin, end = 0, 0  # of the last run; none yet
    for first, last in _gaps(spans, len(text)):
        start = max(first, end)
        while start > end and not text[start - 1].isspace():
            start -= 1
        for word in _WORD.finditer(text, start):
            if word.start() >= last:
                break
            if word.end() <= first:
                continue
            apart = not text[end : word.start()].isspace() or (
                paragraph_of(text, word.start()) != paragraph_of(text, begin)
            )
            if end == 0 or apart:
                if end:
                    yield begin, end
                begin = word.start()
            end = word.end()
    if end:
        yield begin, end


def _gaps(spans: Iterable[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
    """Yield what lies between spans, from 0 to `size`."""
    reached = 0
    for start, end in sorted(spans):
        if start > reached:
            yield reached, start
        reached = max(reached, end)
    if reached < size:
        yield reached, size
