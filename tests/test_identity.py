"""Identity: one thing has one IRI, one class and an entry in the register, and is mentioned."""

from __future__ import annotations

from hrdem.check.identity import KIND_NAMES, REGISTERS
from hrdem.vocabulary import KINDS
from small import Small

NOTE = "data/documents/note.trig"
PAGE = "data/documents/page.trig"
INSTRUMENTS = "data/instruments.ttl"


def test_two_things_of_a_kind_with_one_label(small: Small) -> None:
    small.edit(INSTRUMENTS, '"Earlier plan"', '"PLAN"')
    assert str(small.only()) == (
        f"{INSTRUMENTS}:{small.line(INSTRUMENTS, 'instrument:plan a')}: violation: instrument:plan"
        " and instrument:earlier-plan have the same label, “Plan”. If they are one thing, use one"
        " IRI everywhere; if not, give each a label that tells them apart. [same-label]"
    )


def test_things_of_different_kinds_may_share_a_label(small: Small) -> None:
    small.edit("data/events.ttl", '"Adoption of the plan"', '"Plan"')
    assert small.findings() == []


def test_one_number_on_two_instruments(small: Small) -> None:
    small.edit(
        PAGE,
        "instrument:plan hrdem:hasTheme theme:elections .",
        'instrument:plan hrdem:hasTheme theme:elections ; hrdem:registerNumber "12848/20" .\n'
        '    instrument:earlier-plan hrdem:registerNumber "12848/20" .',
    )
    found = small.only()
    assert found.code == "same-identifier"
    assert found.message == (
        "“Plan” (instrument:plan) and “Earlier plan” (instrument:earlier-plan) have the same"
        " hrdem:registerNumber, 12848/20. If they are one thing, use one IRI everywhere; if not,"
        " correct the number, or say how the two stand to each other in the document that both are"
        " in (hrdem:accompanies, hrdem:approves, hrdem:partOf, hrdem:proposes)."
    )
    assert found.passage == "https://w3id.org/hrdem/document/page#elections"
    assert found.line == small.line(PAGE, "page:elections a")


def test_two_instruments_in_one_document_share_its_number(small: Small) -> None:
    small.edit(
        PAGE,
        "instrument:plan hrdem:hasTheme theme:elections .",
        'instrument:plan hrdem:hasTheme theme:elections ; hrdem:registerNumber "12848/20" .\n'
        '    instrument:earlier-plan hrdem:registerNumber "12848/20" ;\n'
        "        hrdem:approves instrument:plan .",
    )
    assert small.findings() == []


def test_a_celex_number_is_never_shared(small: Small) -> None:
    small.edit(
        PAGE,
        "instrument:plan hrdem:hasTheme theme:elections .",
        'instrument:plan hrdem:hasTheme theme:elections ; hrdem:celexNumber "52020JC0005" .\n'
        '    instrument:earlier-plan hrdem:celexNumber "52020JC0005" ;\n'
        "        hrdem:approves instrument:plan .",
    )
    found = small.only()
    assert found.code == "same-identifier"
    assert found.message.endswith("if not, correct the number.")


def test_an_act_has_its_number_alone(small: Small) -> None:
    small.edit(
        PAGE,
        "instrument:plan hrdem:hasTheme theme:elections .",
        'instrument:plan hrdem:hasTheme theme:elections ; hrdem:actNumber "(CFSP) 2020/1999" .\n'
        '    instrument:earlier-plan hrdem:actNumber "(CFSP) 2020/1999" .',
    )
    found = small.only()
    assert found.code == "same-identifier"
    assert "hrdem:actNumber, (CFSP) 2020/1999" in found.message


def test_a_number_that_is_not_accepted_is_not_compared(small: Small) -> None:
    small.edit(PAGE, "theme:elections .", 'theme:elections ; hrdem:isbn "978-92-79-10402-2" .')
    small.edit(
        PAGE,
        'event:adoption-of-plan hrdem:date "2020-11-19"^^xsd:date .',
        'instrument:earlier-plan hrdem:isbn "978-92-79-10402-2" .',
    )
    assert small.findings() == []


def test_a_thing_that_is_mentioned_is_registered(small: Small) -> None:
    small.edit(
        NOTE, "hrdem:carriedOutBy agent:council", "hrdem:carriedOutBy agent:council , agent:union"
    )
    assert str(small.only()) == (
        f"{NOTE}:{small.line(NOTE, 'note:adoption a')}: violation: agent:union is mentioned and not"
        " registered as a body, person or group of states. If the IRI is right, enter it, with its"
        " class and skos:prefLabel, in data/agents.ttl; if not, correct it. [unregistered]"
    )


def test_what_is_deprecated_is_registered_no_more(small: Small) -> None:
    small.edit(
        "data/agents.ttl",
        "@prefix hrdem:",
        "@prefix dcterms: <http://purl.org/dc/terms/> .\n"
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n@prefix hrdem:",
    )
    small.edit(
        "data/agents.ttl",
        "agent:council a",
        "agent:union owl:deprecated true ; dcterms:isReplacedBy agent:council .\nagent:council a",
    )
    assert small.findings() == []


def test_a_thing_is_registered_under_its_kind(small: Small) -> None:
    small.edit("data/agents.ttl", "agent:council a org:Organization", "agent:council a foaf:Group")
    small.edit(
        "data/agents.ttl",
        "@prefix hrdem:",
        "@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n@prefix hrdem:",
    )
    codes = {finding.code: finding.message for finding in small.findings()}
    assert set(codes) == {"unregistered", "unknown-term"}
    assert codes["unregistered"].startswith("agent:council is mentioned and not registered as")


def test_a_document_that_is_mentioned_is_described(small: Small) -> None:
    small.edit(
        PAGE,
        "theme:elections .",
        "theme:elections .\n    document:page hrdem:copyOf document:other .",
    )
    found = small.only()
    assert found.code == "unregistered"
    assert "describe the document in a file of data/documents" in found.message


def test_a_body_in_the_register_that_nobody_mentions(small: Small) -> None:
    small.write(
        "data/more.ttl",
        "@prefix agent: <https://w3id.org/hrdem/agent/> .\n"
        "@prefix org: <http://www.w3.org/ns/org#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        'agent:union a org:Organization ; skos:prefLabel "Union"@en .\n',
    )
    assert str(small.only()) == (
        "data/more.ttl:4: violation: “Union” (agent:union) stands in the register, and no document"
        " mentions it. Write down what a document says of it, or take it out of the register."
        " [unmentioned]"
    )


def test_a_theme_is_needed_if_one_below_it_is(small: Small) -> None:
    small.edit(PAGE, "hrdem:hasTheme theme:elections", "hrdem:hasTheme theme:democracy")
    found = small.only()
    assert (found.code, found.thing) == ("unmentioned", "https://w3id.org/hrdem/theme/elections")


def test_an_instrument_that_nobody_mentions_is_told_once_by_the_shape(small: Small) -> None:
    small.edit(
        INSTRUMENTS,
        "instrument:plan a",
        'instrument:other a hrdem:Review ; skos:prefLabel "Other"@en .\ninstrument:plan a',
    )
    found = small.only()
    assert found.code == "SupportedThing-passage"
    assert found.line == small.line(INSTRUMENTS, "instrument:other a")


def test_two_classes_beside_each_other(small: Small) -> None:
    small.edit(
        NOTE,
        "instrument:plan hrdem:buildsOn",
        "instrument:plan a hrdem:Guidelines ; hrdem:buildsOn",
    )
    assert str(small.only()) == (
        f"{NOTE}:{small.line(NOTE, 'note:builds-on a')}: violation: “Plan” (instrument:plan) is"
        " both hrdem:ActionPlan and hrdem:Guidelines. Keep the one that fits; if a source says"
        " otherwise, give its passage the standing that it has. [two-classes]"
    )


def test_a_class_and_the_one_above_it_are_no_two_classes(small: Small) -> None:
    small.edit(
        NOTE,
        "instrument:plan hrdem:buildsOn",
        "instrument:plan a hrdem:Instrument ; hrdem:buildsOn",
    )
    assert small.findings() == []


def test_every_kind_has_a_name_and_a_register() -> None:
    assert set(KIND_NAMES) == set(KINDS)
    assert set(REGISTERS) == set(KINDS) - {"document"}
