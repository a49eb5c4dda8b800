"""Words: quotes stand where they are said to stand, and no word of a text is left out."""

from __future__ import annotations

import hashlib

import pytest

from hrdem.check.finding import WARNING
from hrdem.check.words import days_in, paragraph_of
from small import SMALL_TEXT, Small

NOTE = "data/documents/note.trig"
TEXT = "data/texts/note.txt"


def test_a_shifted_offset_is_told_with_the_right_one(small: Small) -> None:
    small.edit(NOTE, "hrdem:start 51", "hrdem:start 50")
    found = small.only()
    assert str(found) == (
        f"{NOTE}:{small.line(NOTE, 'note:builds-on a')}: violation:"
        " document:note#builds-on: The quote “It builds on the earlier plan.” does not stand at"
        " 50 to 81 of note.txt, counted in Unicode code points. There"
        " stands “It builds on the earlier plan.”. The quote stands at 51 to 81: correct the"
        " offsets. [quote-misplaced]"
    )
    assert found.thing == found.passage == "https://w3id.org/hrdem/document/note#builds-on"


def test_offsets_are_code_points_and_not_bytes_or_utf16_units(small: Small) -> None:
    # The flag is two code points, four UTF-16 units and eight bytes.
    small.edit(NOTE, "hrdem:end 84", "hrdem:end 86")
    assert "The quote stands at 82 to 84: correct the offsets." in small.only().message


def test_a_quote_that_stands_nowhere_is_to_be_copied_anew(small: Small) -> None:
    small.edit(NOTE, "It builds on the earlier plan.", "It builds upon the earlier plan.")
    assert small.only().message.endswith(
        "There stands “It builds on the earlier plan.”. These words stand nowhere in the text:"
        " copy them from it, character by character."
    )


def test_a_quote_that_stands_twice_leaves_the_choice(small: Small) -> None:
    small.edit(NOTE, '"It builds on the earlier plan."', '"plan"')
    assert small.only().message.endswith(
        "The quote stands at 24 to 28 and at 76 to 80: take the one that is meant."
    )


def test_an_offset_behind_the_text_says_how_long_the_text_is(small: Small) -> None:
    small.edit(NOTE, "hrdem:end 81", "hrdem:end 8100")
    assert f"The text has {len(SMALL_TEXT)} code points." in small.only().message


def test_the_paragraph_of_a_quote_is_counted(small: Small) -> None:
    small.edit(NOTE, "hrdem:paragraph 1", "hrdem:paragraph 2")
    found = small.only()
    assert found.code == "quote-paragraph"
    assert "The quote stands in paragraph 1 of note.txt, not in paragraph 2." in found.message


def test_words_in_no_passage_are_shown_with_offsets_and_line(small: Small) -> None:
    small.edit(NOTE, "hrdem:end 81", "hrdem:end 63")
    small.edit(NOTE, "It builds on the earlier plan.", "It builds on")
    assert str(small.only()) == (
        f"{TEXT}:3: violation: These 3 words lie in no passage: “the earlier plan.” (64 to 81, in"
        " Unicode code points). Add a passage for them, with the facts that they support or with"
        " hrdem:assertsNothing and the reason. [words-uncovered]"
    )


def test_half_a_word_in_a_passage_is_a_word_in_no_passage(small: Small) -> None:
    small.edit(NOTE, "hrdem:end 49", "hrdem:end 48")
    small.edit(NOTE, "17 November 2020.", "17 November 2020")
    assert "This word lies in no passage: “2020.” (44 to 49," in small.only().message


def test_a_gap_ends_with_its_paragraph(small: Small) -> None:
    text = SMALL_TEXT.replace("2020.\n", "2020. More.\n").replace("It builds", "Then: It builds")
    small.write(TEXT, text)
    old, new = (hashlib.sha256(t.encode()).hexdigest() for t in (SMALL_TEXT, text))
    small.edit(NOTE, old, new)
    small.edit(NOTE, "hrdem:start 51 ;\n    hrdem:end 81", "hrdem:start 63 ;\n    hrdem:end 93")
    small.edit(NOTE, "hrdem:start 82 ;\n    hrdem:end 84", "hrdem:start 94 ;\n    hrdem:end 96")
    assert [finding.line for finding in small.findings()] == [1, 3]


def test_a_quote_from_a_text_that_is_not_here_cannot_be_compared(small: Small) -> None:
    page = "data/documents/page.trig"
    small.edit(
        page,
        'hrdem:locator "second section"@en',
        'hrdem:start 0 ; hrdem:end 4 ; hrdem:paragraph 1 ; hrdem:quote "Plan"@en',
    )
    found = small.only()
    assert found.code == "quote-without-text"
    assert "the text of the document is not in data/texts" in found.message
    assert found.line == small.line(page, "page:elections a")


def test_an_offset_without_a_quote_is_incomplete(small: Small) -> None:
    small.edit(NOTE, 'hrdem:quote "It builds on the earlier plan."@en', 'hrdem:locator "end"@en')
    found = small.only()
    assert found.code == "quote-incomplete"
    assert "Add hrdem:quote, hrdem:start and hrdem:end, all three." in found.message


def test_a_changed_text_is_told_by_its_sum(small: Small) -> None:
    small.write(TEXT, SMALL_TEXT.replace("2020", "2021"))
    found = small.only()
    assert found.path is not None
    assert found.path.name == "note.txt"
    assert "This text is not the one that was read: its SHA-256 is" in found.message


def test_a_text_that_no_document_names_is_of_no_use(small: Small) -> None:
    small.write("data/texts/other.txt", "Other words.\n")
    found = small.only()
    assert found.code == "text-unnamed"
    assert 'hrdem:textFile "other.txt"' in found.message


@pytest.mark.parametrize(
    ("text", "offset", "paragraph"),
    [
        ("one\n\ntwo", 0, 1),
        ("one\n\ntwo", 5, 2),
        ("one\ntwo", 4, 1),
        ("one\n\n\n\ntwo", 7, 2),
        ("one\r\n\r\ntwo", 7, 2),
        ("one\n  \ntwo", 7, 2),
        ("one\n\ntwo\n\nthree", 10, 3),
    ],
)
def test_blank_lines_part_paragraphs(text: str, offset: int, paragraph: int) -> None:
    assert paragraph_of(text, offset) == paragraph


def test_a_fact_has_the_date_that_its_quote_names(small: Small) -> None:
    small.edit(NOTE, '"2020-11-17"^^xsd:date', '"2020-11-18"^^xsd:date')
    found = small.only()
    assert (found.code, found.severity) == ("quote-date", WARNING)
    assert found.line == small.line(NOTE, "note:adoption a")
    assert found.thing == "https://w3id.org/hrdem/event/adoption-of-plan"
    assert found.message == (
        "document:note#adoption: The quote names 2020-11-17, and a fact under it has 2020-11-18"
        " (hrdem:date of event:adoption-of-plan). Correct the date, or state the fact under the"
        " passage whose words give it."
    )


@pytest.mark.parametrize("date", ['"2019"^^xsd:gYear', '"2019-11"^^xsd:gYearMonth'])
def test_a_year_that_the_quote_does_not_name_is_seen(date: str, small: Small) -> None:
    small.edit(NOTE, '"2020-11-17"^^xsd:date', date)
    assert small.only().code == "quote-date"


@pytest.mark.parametrize("date", ["2020-11-18Z", "2020-11-31", "20201118"])
def test_what_is_no_plain_day_is_told_once_by_the_shapes_of_dates(date: str, small: Small) -> None:
    small.edit(NOTE, '"2020-11-17"^^xsd:date', f'"{date}"^^xsd:date')
    assert small.only().code == "Event-date"


def test_less_exact_dates_and_bounds_fit_a_quote(small: Small) -> None:
    small.edit(
        NOTE,
        'hrdem:date "2020-11-17"^^xsd:date',
        'hrdem:date "2020-11"^^xsd:gYearMonth ; hrdem:notLaterThan "2021-11-19"^^xsd:date',
    )
    assert small.findings() == []


def test_days_in_words_and_in_numbers() -> None:
    assert days_in("of 3 May 2014, 17.11.2020 and 7/12/2020; 2020-2024, page 3 of 2020") == {
        "2014-05-03",
        "2020-11-17",
        "2020-12-07",
    }
    assert days_in("May 2014; 123.11.2020; 17 November 20201") == set()
