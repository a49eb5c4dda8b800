"""Why: facts with the words behind them, both sides of a disagreement, and what is not known."""

from __future__ import annotations

import pytest

from hrdem import vocabulary as v
from hrdem import why
from hrdem.errors import UsageError
from hrdem.names import find_thing
from hrdem.project import Project
from hrdem.store import EmbeddedStore, Store

INSTRUMENT = v.BASE + "instrument/"
PLAN = INSTRUMENT + "action-plan-2020-2024"
PERIOD = "https://w3id.org/hrdem/period/action-plan-2020-2024"
RELEASE = v.DOCUMENT + "council-press-release-2020-11-19"
NEWSLETTER = v.DOCUMENT + "brak-newsletter-2020-11-26"


@pytest.fixture(scope="module")
def store(built: Project) -> Store:
    return EmbeddedStore.open(built)


@pytest.fixture(scope="module")
def claims(store: Store) -> list[why.Claim]:
    return why.explain(store, PLAN)


def drawn(store: Store, thing: str, prop: str | None = None, width: int = 80) -> str:
    """What a person reads about a thing."""
    return why.draw(
        thing,
        why.heading(store, thing),
        why.explain(store, thing, prop),
        why.gaps(store, thing, prop),
        width,
    )


def test_a_fact_has_its_words_and_the_place_where_they_stand(store: Store) -> None:
    found = why.explain(store, PLAN, v.HRDEM + "buildsOn")

    claim = next(
        claim
        for claim in found
        if claim.subject == PLAN and "action-plan-2015-2019" in str(claim.value)
    )
    assert (claim.basis, claim.standing) == (why.STATED, v.ACCEPTED)
    assert claim.names[PLAN] == "EU Action Plan on Human Rights and Democracy 2020-2024"
    words = next(each for each in claim.evidence if each.passage.startswith(RELEASE + "#"))
    assert words.quote == "The new Action Plan for 2020-2024 builds on the previous action plans"
    assert words.place == "paragraph 8, characters 1932 to 2001"
    assert words.document == "Council press release of 19 November 2020"
    assert words.address.startswith("https://")
    assert words.read_on == "2026-11-24"
    assert not words.judgement


def test_the_page_quotes_the_words_and_names_document_place_and_address(store: Store) -> None:
    page = drawn(store, PLAN, v.HRDEM + "buildsOn")

    assert page.startswith(
        "EU Action Plan on Human Rights and Democracy 2020-2024\n"
        "instrument:action-plan-2020-2024 (Action plan)\n"
    )
    one_line = " ".join(page.split())
    assert (
        "“The new Action Plan for 2020-2024 builds on the previous action plans” Council press"
        " release of 19 November 2020 (copy of an official text), paragraph 8, characters 1932 to"
        " 2001 https://" in one_line
    )
    assert "(words not quoted here)" in page  # a passage whose words are not carried says so


def test_every_quote_of_the_page_stands_in_its_text_at_its_place(
    built: Project, claims: list[why.Claim]
) -> None:
    text = (built.data / "texts/council-press-release-2020-11-19.txt").read_bytes().decode()

    quoted = {each for claim in claims for each in claim.evidence if each.quote is not None}
    assert len(quoted) > 10
    for each in quoted:
        start, end = each.place.rpartition("characters ")[2].split(" to ")
        assert text[int(start) : int(end)] == each.quote


def test_both_sides_of_a_disagreement_are_shown_with_the_reason(
    store: Store, claims: list[why.Claim]
) -> None:
    ends = {
        str(claim.value.value): claim
        for claim in claims
        if claim.subject == PERIOD and claim.property == v.HRDEM + "end"
    }

    assert ends["2024"].standing == v.ACCEPTED
    assert any(each.passage == RELEASE + "#p1-period" for each in ends["2024"].evidence)
    assert ends["2025"].standing == v.MISTAKEN
    (against,) = ends["2025"].evidence
    assert against.passage == NEWSLETTER + "#period"
    assert against.contradicts == (RELEASE + "#p1-period",)
    assert against.reason.startswith("The newsletter gives the plan the years 2021-2025")

    page = drawn(store, PLAN, v.HRDEM + "end")
    assert page.index("  - 2024\n") < page.index("  - 2025  [mistaken]\n")
    assert "Mistaken: The newsletter gives the plan the years 2021-2025" in " ".join(page.split())
    assert "contradicts council-press-release-2020-11-19#p1-period\n" in page


def test_whoever_disagrees_says_why_and_with_what(claims: list[why.Claim]) -> None:
    others = [
        each for claim in claims for each in claim.evidence if each.standing != v.STANDINGS[0]
    ]

    assert len(others) >= 4
    for each in others:
        assert each.reason, f"{each.passage} gives no reason"
        assert each.contradicts, f"{each.passage} contradicts nothing"


def test_a_fact_that_a_rule_derives_is_marked_and_has_no_words(
    store: Store, claims: list[why.Claim]
) -> None:
    derived = [claim for claim in claims if claim.basis == why.DERIVED]

    assert (PLAN, v.HRDEM + "succeeds", INSTRUMENT + "action-plan-2012-2014") in {
        (claim.subject, claim.property, str(claim.value.value)) for claim in derived
    }
    assert all(claim.evidence == () for claim in derived)
    assert all(claim.evidence for claim in claims if claim.basis == why.STATED)
    assert "\nsucceeds (derived by the rule succession)\n" in drawn(store, PLAN)


def test_no_fact_is_both_stated_and_derived(claims: list[why.Claim]) -> None:
    facts = [(claim.subject, claim.property, claim.value) for claim in claims]

    assert len(facts) == len(set(facts))


def test_a_judgement_of_the_graph_is_not_shown_as_the_word_of_a_source(store: Store) -> None:
    page = " ".join(drawn(store, PLAN, v.HRDEM + "directlySucceeds").split())

    assert "[1] (a reasoned judgement of this graph, not the word of a source)" in page
    assert "We take it as the successor because" in page


def test_the_description_of_a_source_is_marked(store: Store) -> None:
    page = drawn(store, RELEASE)

    assert "\nwas read on (from the description of the source)\n  - 2026-11-24\n" in page
    assert "\nSHA-256 sum (from the description of the source)\n" in page


def test_what_is_not_known_closes_the_page(store: Store) -> None:
    labels = [gap.label for gap in why.gaps(store, PLAN)]
    actions = why.gaps(store, PLAN, v.HRDEM + "quantity")

    assert labels == sorted(labels)
    (gap,) = actions
    assert gap.label == "Number of actions in the action plan 2020-2024"
    assert gap.property == "quantity"
    assert gap.looked_at
    assert gap.asked_on == "2026-11-24"
    page = drawn(store, PLAN)
    last = page[page.index("\nNot known\n=========\n") :]
    assert "  - Number of actions in the action plan 2020-2024 (quantity)\n" in last
    assert "Looked at on 2026-11-24: " in last
    assert all(label in " ".join(last.split()) for label in labels)


def test_a_property_without_facts_is_said_to_have_none(store: Store) -> None:
    page = drawn(store, PLAN, v.HRDEM + "deathPenalty")

    assert page.endswith("\nNo fact of this kind is in the graph.\n")


def test_a_passage_is_quoted_once_and_referred_to_afterwards(store: Store) -> None:
    page = drawn(store, PLAN)

    numbers = [
        line.split("]")[0].strip(" [")
        for line in page.splitlines()
        if line.lstrip().startswith("[") and "] as quoted above: " not in line
    ]
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
    assert "[2] as quoted above: “EU Action Plan on Human Rights …”\n" in page


@pytest.mark.parametrize("width", [60, 80, 120])
def test_only_what_cannot_be_broken_is_longer_than_the_line(store: Store, width: int) -> None:
    for line in drawn(store, PLAN, width=width).splitlines():
        words = line.strip(" -<>").split()  # addresses and names of passages are kept whole
        assert len(line) <= width or len(words) == 1, line


def test_the_same_page_is_written_every_time(store: Store) -> None:
    assert drawn(store, PLAN) == drawn(store, PLAN)


@pytest.mark.parametrize(
    "text",
    ["buildsOn", "builds-on", "builds on", "hrdem:buildsOn", f"<{v.HRDEM}buildsOn>"],
)
def test_a_property_is_found_however_it_is_written(store: Store, text: str) -> None:
    assert why.find_property(store, text) == v.HRDEM + "buildsOn"


def test_an_unknown_property_is_answered_with_near_ones(store: Store) -> None:
    with pytest.raises(UsageError, match="bildsOn") as caught:
        why.find_property(store, "bildsOn")

    assert str(caught.value).startswith(
        "No fact has a property 'bildsOn'. Did you mean hrdem:buildsOn"
    )


def test_an_unknown_thing_is_answered_with_near_ones(store: Store) -> None:
    with pytest.raises(UsageError, match="ection") as caught:
        find_thing(store, "ection-plan-2020-2024")

    assert str(caught.value).startswith(
        "There is no thing 'ection-plan-2020-2024' in the graph. Did you mean"
        " instrument:action-plan-2020-2024"
    )
