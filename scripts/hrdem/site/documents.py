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
from hrdem.errors import count
from hrdem.site import things

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        facts: the facts that it supports.
    """

    number: int
    anchor: str
    in_text: bool
    evidence: why.Evidence
    nothing: str
    facts: list[Fact]


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
        text = _text(site, iri)
        spans = {
            each.number: _span(site, each.evidence.passage) for each in passages if each.in_text
        }
        paragraphs = list(_paragraphs(text, passages, spans))
        placed = {each.number for paragraph in paragraphs for each in paragraph.passages}
        yield site.page(
            f"{things.path_of(iri)}.html",
            "document.html",
            **things.content(site, iri),
            paragraphs=paragraphs,
            others=[each for each in passages if each.number not in placed],
            passages=passages,
            numbers={each.anchor: each.number for each in passages},
            coverage=coverage(text, list(spans.values())),
        )


def _text(site: Site, iri: str) -> str:
    name = site.graph.first(iri, v.TEXT_FILE)
    return read_text(site.project.data / "texts" / name) if name else ""


def _span(site: Site, passage: str) -> tuple[int, int]:
    start, end = (int(site.graph.first(passage, each)) for each in (v.START, v.END))
    return start, end


def _passage(site: Site, number: int, iri: str) -> Passage:
    return Passage(
        number,
        iri.partition("#")[2],
        bool(site.graph.values(iri, v.START)),
        site.evidence[iri],
        site.graph.first(iri, v.ASSERTS_NOTHING),
        sorted(site.graph.facts_in.get(iri, ()), key=lambda fact: _sorted_by(site, fact)),
    )


def _sorted_by(site: Site, fact: Fact) -> tuple[str, ...]:
    triple = fact.triple
    subject = v.value(triple.subject)
    return site.label(subject), subject, triple.predicate.value, str(triple.object)


def _paragraphs(
    text: str, passages: list[Passage], spans: dict[int, tuple[int, int]]
) -> Iterator[Paragraph]:
    """Yield the paragraphs of a text, which blank lines part, cut at the ends of passages."""
    anchors = {each.number: each.anchor for each in passages}
    for found in re.finditer(r"\S(?:.|\n(?!\s*\n))*", text):
        start, end = found.span()
        cuts = {start, end}
        cuts.update(cut for span in spans.values() for cut in span if start < cut < end)
        ordered = sorted(cuts)
        pieces = [
            Piece(
                text[first:last],
                tuple(anchors[n] for n, span in spans.items() if span[0] == first),
                tuple(
                    sorted(
                        (n for n, span in spans.items() if span[0] <= first and last <= span[1]),
                        key=lambda n: (spans[n][1] - spans[n][0], n),
                    )
                ),
            )
            for first, last in itertools.pairwise(ordered)
        ]
        begin = [each for each in passages if start <= spans.get(each.number, (-1, 0))[0] < end]
        yield Paragraph(pieces, begin)


def coverage(text: str, spans: list[tuple[int, int]]) -> str:
    """Return in words how much of a text lies in passages.

    Args:
        text: the text.
        spans: where passages begin and end, in code points.
    """
    if not text:
        return ""
    covered = {place for start, end in spans for place in range(start, end)}
    letters = [place for place, sign in enumerate(text) if not sign.isspace()]
    inside = sum(place in covered for place in letters)
    if inside == len(letters):
        share = "Every word of the text lies"
    elif inside == 0:
        share = "No word of the text lies"
    else:
        share = f"{100 * inside // len(letters)} of 100 characters of the text lie"
    many = sum(
        any(other != span and other[0] < span[1] and span[0] < other[1] for other in spans)
        for span in spans
    )
    overlap = f"; {many} of them overlap with others" if many else ""
    return f"{share} in one of {count(len(spans), 'passage')}{overlap}."
