"""Projects at the edge, small enough to be quick: see edges.py for the sizes by hand."""

from __future__ import annotations

import random

import pytest

import edges
from conftest import Mini
from hrdem.build import build
from hrdem.check import words
from small import Small


@pytest.mark.parametrize(("name", "size"), [("passages", 500), ("documents", 100), ("scripts", 5)])
def test_a_large_project_is_built_and_nothing_is_wrong_with_it(
    small: Small, name: str, size: int
) -> None:
    edges.EDGES[name].make(small, size)
    build(small.project)
    assert small.findings() == []


def test_a_circle_is_built_and_each_of_its_instruments_is_told(small: Small) -> None:
    edges.cycle(small, 30)
    found = [finding for finding in small.findings() if "step-" in (finding.thing or "")]
    assert len(found) == 30
    assert {finding.code for finding in found} == {"Succession-cycle"}


def test_a_text_longer_than_the_parser_reads_is_told_in_a_sentence(mini: Mini) -> None:
    mini.write("data/comment.ttl", f'<urn:s> <urn:p> """{"a" * (16 << 20)}""" .')
    assert mini.error() == (
        "data/comment.ttl: A single text in this file is longer than 16 MB, or the quotation mark"
        " that ends it is missing, and the parser reads no longer ones. Put such a text into a file"
        " of its own in data/texts, and name it with hrdem:textFile."
    )


def test_the_places_of_a_text_that_nothing_covers_are_not_all_told_one_by_one(small: Small) -> None:
    edges.text(small, 1)
    found = [f.message for f in small.findings() if f.code == "words-uncovered"]
    assert len(found) == words._TOLD + 1
    assert any("Beside the 1,000 places told one by one" in message for message in found)


def test_runs_of_uncovered_words_are_those_of_looking_at_every_character() -> None:
    chance = random.Random(1)
    for _ in range(3000):
        text = "".join(chance.choice("ab \n\u00a0") for _ in range(chance.randrange(14)))
        ends = [sorted(chance.randrange(len(text) + 1) for _ in "se") for _ in "123"]
        spans = [(start, end) for start, end in ends if start < end]
        inside = {place for start, end in spans for place in range(start, end)}
        expected: list[tuple[int, int]] = []
        fresh = True
        for word in words._WORD.finditer(text):
            first, last = word.span()
            if inside.issuperset(range(first, last)):
                fresh = True
                continue
            same = expected and words.paragraph_of(text, first) == words.paragraph_of(
                text, expected[-1][0]
            )
            if fresh or not same:
                expected.append((first, last))
            else:
                expected[-1] = (expected[-1][0], last)
            fresh = False
        assert list(words.uncovered(text, spans)) == expected
