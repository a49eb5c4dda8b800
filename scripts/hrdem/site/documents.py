"""The document view: the text with its passages marked, and beside the words what they say.

Passages may overlap, so the text is cut at the beginning and end of each of them, and each piece
knows all the passages that it belongs to.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, NamedTuple

from hrdem import vocabulary as v
from hrdem.documents import read_text
from hrdem.site import things

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hrdem import why
    from hrdem.site.model import Fact, Site
    from hrdem.site.page import Page


class Piece(NamedTuple):
    """A stretch of text that lies in the same passages from end to end.

    Attributes:
        text: the text.
        anchors: the fragments of the passages that begin with it.
        passages: the numbers of the passages that it lies in, the shortest one first.
    """

    text: str
    anchors: tuple[str, ...]
    passages: tuple[int, ...]


class Passage(NamedTuple):
    """A passage with what it says.

    Attributes:
        number: counts the passages of the document.
        anchor: its fragment.
        in_text: whether its words are marked in the text.
        evidence: its words and where they stand.
        nothing: why it supports no fact, "" if it does.
        facts: the facts that it supports, by their subjects.
    """

    number: int
    anchor: str
    in_text: bool
    evidence: why.Evidence
    nothing: str
    facts: list[tuple[str, list[Fact]]]


class Paragraph(NamedTuple):
    """A paragraph of the text, and the passages that begin in it."""

    pieces: list[Piece]
    passages: list[Passage]


def pages(site: Site) -> Iterator[Page]:
    """Yield the page of each document; its data is made with those of the other things."""
    for iri in site.things["document"]:
        passages = [
            _passage(site, number, each)
            for number, each in enumerate(site.passages.get(iri, ()), start=1)
        ]
        text = text_of(site, iri)
        spans = {
            each.number: (each.anchor, *_span(site, each.evidence.passage))
            for each in passages
            if text and each.in_text
        }
        placed = [
            Paragraph(pieces, [each for each in passages if _begins(each.anchor, pieces)])
            for pieces in paragraphs(text, spans)
        ]
        found = {each.number for paragraph in placed for each in paragraph.passages}
        yield site.page(
            f"{things.path_of(iri)}.html",
            "document.html",
            **things.content(site, iri),
            paragraphs=placed,
            others=[each for each in passages if each.number not in found],
            passages=passages,
            numbers={each.anchor: each.number for each in passages},
            coverage=coverage(text, [(start, end) for _, start, end in spans.values()]),
            together=_together(site, iri, text),
        )


def text_of(site: Site, iri: str) -> str:
    """Return the text of a document, "" if it may not be copied."""
    name = site.graph.first(iri, v.TEXT_FILE)
    return read_text(site.project.data / "texts" / name) if name else ""


def _begins(anchor: str, pieces: list[Piece]) -> bool:
    return any(anchor in piece.anchors for piece in pieces)


def _span(site: Site, passage: str) -> tuple[int, int]:
    start, end = (int(site.graph.first(passage, each)) for each in (v.START, v.END))
    return start, end


def _passage(site: Site, number: int, iri: str) -> Passage:
    facts = sorted(site.graph.facts_in.get(iri, ()), key=lambda fact: _sorted_by(site, fact))
    groups = itertools.groupby(facts, key=lambda fact: v.value(fact.triple.subject))
    return Passage(
        number,
        iri.partition("#")[2],
        bool(site.graph.values(iri, v.START)),
        site.evidence[iri],
        site.graph.first(iri, v.ASSERTS_NOTHING),
        [(subject, list(group)) for subject, group in groups],
    )


def _sorted_by(site: Site, fact: Fact) -> tuple[str, ...]:
    triple = fact.triple
    subject = v.value(triple.subject)
    return site.label(subject), subject, triple.predicate.value, str(triple.object)


def paragraphs(text: str, spans: dict[int, tuple[str, int, int]]) -> Iterator[list[Piece]]:
    """Yield the paragraphs of a text, which blank lines part, cut at the ends of passages.

    Args:
        text: the text.
        spans: number of each passage to its fragment and to where it begins and ends, in code
            points.
    """
    for found in re.finditer(r"\S(?:.|\n(?!\s*\n))*", text):
        first, last = found.span()
        last = first + len(found[0].rstrip())
        ends = (place for _, *span in spans.values() for place in span)
        cuts = sorted({first, last, *(place for place in ends if first < place < last)})
        yield [_piece(text, start, end, spans) for start, end in itertools.pairwise(cuts)]


def _piece(text: str, start: int, end: int, spans: dict[int, tuple[str, int, int]]) -> Piece:
    inside = [number for number, (_, low, high) in spans.items() if low <= start and end <= high]
    return Piece(
        text[start:end],
        tuple(anchor for anchor, low, _ in spans.values() if low == start),
        tuple(sorted(inside, key=lambda number: (spans[number][2] - spans[number][1], number))),
    )


def coverage(text: str, spans: list[tuple[int, int]]) -> str:
    """Return in words how much of a text lies in passages.

    Args:
        text: the text.
        spans: where passages begin and end, in code points.
    """
    many = sum(
        any(other != span and other[0] < span[1] and span[0] < other[1] for other in spans)
        for span in spans
    )
    overlap = f", of which {many} overlap with others" if many else ""
    if len(spans) == 1:
        return f"{share(text, spans)} in its one passage."
    return f"{share(text, spans)} in one of its {len(spans)} passages{overlap}."


def share(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return how much of a text lies in passages: a sentence that ends with *lie* or *lies*."""
    covered = {place for start, end in spans for place in range(start, end)}
    letters = [place for place, sign in enumerate(text) if not sign.isspace()]
    inside = sum(place in covered for place in letters)
    if inside == len(letters):
        return "Every word of the text lies"
    if inside == 0:
        return "No word of the text lies"
    return f"{100 * inside // len(letters)} % of the characters of the text lie"


def _together(site: Site, iri: str, text: str) -> tuple[list[str], str]:
    """Return the other documents with the same text, and how much all of them cover."""
    name = site.graph.first(iri, v.TEXT_FILE)
    sharing = [
        each
        for each in site.things["document"]
        if name and site.graph.first(each, v.TEXT_FILE) == name
    ]
    passages = (passage for each in sharing for passage in site.passages.get(each, ()))
    spans = [_span(site, each) for each in passages if site.graph.values(each, v.START)]
    return [each for each in sharing if each != iri], share(text, spans)
