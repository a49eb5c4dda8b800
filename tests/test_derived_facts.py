"""What each rule of ``ontology/rules/`` derives, on a few facts each.

Facts are written in Turtle without its prefixes; things of the examples have the empty prefix.
Rules run as in a build, with the ontology in the store; looked at is what the one rule adds.
"""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from hrdem import lines
from hrdem import vocabulary as v
from hrdem.lines import Growing, line_of
from hrdem.project import Project
from hrdem.rules import apply_rules, read_rules

PREFIXES = {**v.PREFIXES, "": "http://e/"}
TURTLE = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())


def parse(turtle: str) -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse(TURTLE + turtle, format=ox.RdfFormat.TURTLE)}


def derive(project: Project, facts: str) -> dict[str, set[ox.Triple]]:
    """Return what each rule adds to `facts`; what it adds to the ontology itself is left out."""
    ontology = [ox.parse(path=project.ontology / f"{name}.ttl") for name in ("hrdem", "alignments")]
    graph = Growing(
        [
            *((v.GRAPH + "ontology", map(line_of, file)) for file in ontology),
            ("http://e/graph", map(line_of, parse(facts))),
        ]
    )
    apply_rules(graph, project)
    found: dict[str, list[str]] = {rule.graph: [] for rule in read_rules(project)}
    for line, name in graph.lines.quads():
        found.get(name, []).append(line)
    ours = (v.HRDEM, v.HRDEM.removesuffix("#"))
    return {
        rule.name: {
            triple
            for triple in lines.parse(found[rule.graph])
            if not v.value(triple.subject).startswith(ours)
        }
        for rule in read_rules(project)
    }


def test_every_rule_is_tested_here(project: Project) -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    for rule in read_rules(project):
        assert f'["{rule.name}"]' in text


def test_every_rule_says_what_it_derives_and_why(project: Project) -> None:
    for rule in read_rules(project):
        first, second, third = rule.text.splitlines()[:3]
        assert first.startswith("# Derives: ") and first.endswith(".")
        assert second == "#", "what it derives and why are two paragraphs"
        assert third.startswith("# ")


# --- 10, 15: hierarchies -------------------------------------------------------------------------


def test_a_thing_has_the_classes_above_its_own(project: Project) -> None:
    found = derive(
        project,
        """
        :decision a hrdem:CouncilDecision .
        :plan a hrdem:ActionPlan .
        """,
    )
    assert found["subclasses"] == parse(
        """
        :decision a hrdem:LegalAct , hrdem:Instrument .
        :plan a hrdem:Instrument .
        """
    )


def test_a_fact_holds_for_the_properties_above_its_own(project: Project) -> None:
    found = derive(
        project,
        """
        :pandemic hrdem:worsens :rights .
        :communication hrdem:joinNumber "JOIN(2020) 5 final" .
        :plan hrdem:continuesFocusOn :death-penalty .
        """,
    )
    assert found["subproperties"] == parse(
        """
        :pandemic hrdem:affects :rights .
        :communication hrdem:identifier "JOIN(2020) 5 final" .
        :plan hrdem:hasTheme :death-penalty .
        """
    )


# --- 17: inverses --------------------------------------------------------------------------------


def test_a_fact_holds_in_the_other_direction_too(project: Project) -> None:
    found = derive(
        project,
        """
        :pandemic hrdem:leadsTo :poverty .
        :poverty hrdem:consequenceOf :war .
        """,
    )
    assert found["inverses"] == parse(
        """
        :poverty hrdem:consequenceOf :pandemic .
        :war hrdem:leadsTo :poverty .
        """
    )


# --- 20: succession ------------------------------------------------------------------------------


def succession(project: Project, facts: str) -> set[ox.Triple]:
    """Return all of ``hrdem:succeeds``; single steps come from the hierarchy of properties."""
    found = derive(project, facts)
    return {
        triple
        for triple in found["succession"] | found["subproperties"]
        if triple.predicate.value == v.HRDEM + "succeeds"
    }


def test_a_plan_succeeds_all_before_it(project: Project) -> None:
    assert succession(
        project,
        """
        :plan-2020 hrdem:directlySucceeds :plan-2015 .
        :plan-2015 hrdem:directlySucceeds :plan-2012 .
        """,
    ) == parse(
        """
        :plan-2020 hrdem:succeeds :plan-2015 , :plan-2012 .
        :plan-2015 hrdem:succeeds :plan-2012 .
        """
    )


def test_a_longer_step_that_a_source_states_joins_the_line(project: Project) -> None:
    assert succession(
        project,
        """
        :fourth hrdem:directlySucceeds :third .
        :third hrdem:succeeds :first .
        """,
    ) == parse(":fourth hrdem:succeeds :third , :first .")


def test_a_circle_in_a_line_ends_and_shows(project: Project) -> None:
    assert succession(
        project,
        """
        :a hrdem:directlySucceeds :b .
        :b hrdem:directlySucceeds :c .
        :c hrdem:directlySucceeds :a .
        """,
    ) == parse(
        """
        :a hrdem:succeeds :a , :b , :c .
        :b hrdem:succeeds :a , :b , :c .
        :c hrdem:succeeds :a , :b , :c .
        """
    )


def test_building_on_a_plan_is_not_succeeding_it(project: Project) -> None:
    assert succession(project, ":new hrdem:buildsOn :old .") == set()


# --- 30: bounds ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "earliest", "latest"),
    [
        ('"2020-11-17"^^xsd:date', "2020-11-17", "2020-11-17"),
        ('"2017-06"^^xsd:gYearMonth', "2017-06-01", "2017-06-30"),
        ('"2015-12"^^xsd:gYearMonth', "2015-12-01", "2015-12-31"),
        ('"2023-02"^^xsd:gYearMonth', "2023-02-01", "2023-02-28"),
        ('"2024-02"^^xsd:gYearMonth', "2024-02-01", "2024-02-29"),  # 4 divides it
        ('"1900-02"^^xsd:gYearMonth', "1900-02-01", "1900-02-28"),  # but 100 does too
        ('"2000-02"^^xsd:gYearMonth', "2000-02-01", "2000-02-29"),  # and 400
        ('"1998"^^xsd:gYear', "1998-01-01", "1998-12-31"),
    ],
)
def test_a_date_bounds_an_event_on_both_sides(
    project: Project, given: str, earliest: str, latest: str
) -> None:
    assert derive(project, f":event hrdem:date {given} .")["bounds"] == parse(
        f"""
        :event hrdem:earliest "{earliest}"^^xsd:date ; hrdem:latest "{latest}"^^xsd:date .
        """
    )


LAST_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


@pytest.mark.parametrize(("month", "last"), list(enumerate(LAST_DAYS, 1)))
def test_every_month_ends_on_its_last_day(project: Project, month: int, last: int) -> None:
    found = derive(project, f':event hrdem:date "2019-{month:02}"^^xsd:gYearMonth .')["bounds"]
    assert parse(f':event hrdem:latest "2019-{month:02}-{last}"^^xsd:date .') <= found


def test_a_period_runs_from_its_first_to_its_last_day(project: Project) -> None:
    assert derive(
        project,
        """
        :closed hrdem:start "2012"^^xsd:gYear ; hrdem:end "2014"^^xsd:gYear .
        :open hrdem:start "2024-12"^^xsd:gYearMonth .
        """,
    )["bounds"] == parse(
        """
        :closed hrdem:earliest "2012-01-01"^^xsd:date ; hrdem:latest "2014-12-31"^^xsd:date .
        :open hrdem:earliest "2024-12-01"^^xsd:date .
        """
    )


def test_of_several_bounds_the_tightest_counts(project: Project) -> None:
    assert derive(
        project,
        """
        :adoption hrdem:date "2012"^^xsd:gYear , "2012-06-25"^^xsd:date .
        :written-procedure hrdem:date "2020-11"^^xsd:gYearMonth ;
            hrdem:notEarlierThan "2020-11-16"^^xsd:date ;
            hrdem:notLaterThan "2020-11-18"^^xsd:date .
        """,
    )["bounds"] == parse(
        """
        :adoption hrdem:earliest "2012-06-25"^^xsd:date ; hrdem:latest "2012-06-25"^^xsd:date .
        :written-procedure
            hrdem:earliest "2020-11-16"^^xsd:date ; hrdem:latest "2020-11-18"^^xsd:date .
        """
    )


def test_one_bound_alone_leaves_the_other_side_open(project: Project) -> None:
    found = derive(project, ':event hrdem:notLaterThan "2020-11-18"^^xsd:date .')["bounds"]
    assert found == parse(':event hrdem:latest "2020-11-18"^^xsd:date .')


def test_places_in_a_text_and_words_are_no_dates(project: Project) -> None:
    found = derive(
        project,
        """
        :passage hrdem:start 1816 ; hrdem:end 1929 .
        :event hrdem:date "later" , "2020-11-17" , "2020-11-17T10:00:00Z"^^xsd:dateTime .
        """,
    )
    assert found["bounds"] == set()


def test_a_day_that_no_calendar_has_is_passed_over(project: Project) -> None:
    assert derive(
        project,
        ':event hrdem:date "2023-02-29"^^xsd:date , "2023-02"^^xsd:gYearMonth .',
    )["bounds"] == parse(
        """
        :event hrdem:earliest "2023-02-01"^^xsd:date ; hrdem:latest "2023-02-28"^^xsd:date .
        """
    )


# --- 40: known from ------------------------------------------------------------------------------

PERIOD = """
    :period a hrdem:Period ; hrdem:periodOf :plan ; hrdem:decidedBy :conclusions .
    :statement a rdf:Statement ; rdf:subject :period ; rdf:predicate hrdem:periodOf ;
        rdf:object :plan ; hrdem:supportedBy :passage .
    :passage hrdem:passageOf :release .
    :release dcterms:issued "2024-06-03"^^xsd:date .
"""


def known(project: Project, facts: str) -> set[str]:
    """Return the days on which :period was known, whatever facts there are about other things."""
    return {
        v.value(triple.object)
        for triple in derive(project, facts)["known-from"]
        if v.value(triple.subject) == "http://e/period"
    }


def test_a_period_is_known_from_the_adoption_of_what_fixed_it(project: Project) -> None:
    adopted = ':e a hrdem:Adoption ; hrdem:concerns :conclusions ; hrdem:date "%s"^^xsd:%s .'
    assert known(project, PERIOD + adopted % ("2024-05-27", "date")) == {"2024-05-27"}
    assert known(project, PERIOD + adopted % ("2024-05", "gYearMonth")) == {"2024-05-31"}


def test_a_period_is_known_from_the_adoption_of_a_decision_that_approves_what_fixed_it(
    project: Project,
) -> None:
    """A plan that has its years in its title fixes its own period; conclusions approve the plan."""
    assert known(
        project,
        """
        :period hrdem:periodOf :plan ; hrdem:decidedBy :plan .
        :conclusions hrdem:approves :plan .
        :adoption a hrdem:Adoption ; hrdem:concerns :conclusions ;
            hrdem:date "2020-11-17"^^xsd:date .
        """,
    ) == {"2020-11-17"}


def test_of_two_adoptions_the_first_makes_it_known(project: Project) -> None:
    assert known(
        project,
        PERIOD
        + """
        :first a hrdem:Adoption ; hrdem:concerns :conclusions ; hrdem:date "2024-05-27"^^xsd:date .
        :again a hrdem:Adoption ; hrdem:concerns :conclusions ; hrdem:date "2024-06-10"^^xsd:date .
        """,
    ) == {"2024-05-27"}


def test_a_proposal_decides_nothing(project: Project) -> None:
    proposed = ':e a hrdem:Proposal ; hrdem:concerns :conclusions ; hrdem:date "2024-03"^^xsd:gYear'
    assert known(project, PERIOD + proposed + "Month .") == {"2024-06-03"}


def test_a_mandate_is_known_from_the_appointment_by_the_act_that_fixed_it(project: Project) -> None:
    assert known(
        project,
        """
        :period a hrdem:Mandate ; hrdem:ofPost :post ; hrdem:decidedBy :act .
        :appointment a hrdem:Appointment ; hrdem:concerns :act ; hrdem:date "2024-02-26"^^xsd:date .
        """,
    ) == {"2024-02-26"}


def test_an_event_that_is_only_bounded_comes_before_any_document(project: Project) -> None:
    bounded = ":e a hrdem:Adoption ; hrdem:concerns :conclusions ; hrdem:notLaterThan %s ."
    assert known(project, PERIOD + bounded % '"2024-06-10"^^xsd:date') == {"2024-06-10"}
    appointed = ":e a hrdem:Appointment ; hrdem:concerns :conclusions ; hrdem:date %s ."
    assert known(project, PERIOD + appointed % '"2024-06-10"^^xsd:date') == {"2024-06-10"}


def test_a_mandate_too_is_known_from_documents_where_no_decision_is_dated(
    project: Project,
) -> None:
    mandate = PERIOD.replace("hrdem:periodOf", "hrdem:ofPost").replace(":Period", ":Mandate")
    assert known(project, mandate) == {"2024-06-03"}


def test_without_a_dated_decision_it_is_known_from_the_first_document_that_says_so(
    project: Project,
) -> None:
    undated = ":adoption a hrdem:Adoption ; hrdem:concerns :conclusions ."
    assert known(project, PERIOD + undated) == {"2024-06-03"}
    earlier = ":statement hrdem:supportedBy :p2 . :p2 hrdem:passageOf :news ."
    issued = ':news dcterms:issued "2024-05-28"^^xsd:date .'
    assert known(project, PERIOD + earlier + issued) == {"2024-05-28"}


def test_only_accepted_passages_make_known(project: Project) -> None:
    assert known(project, PERIOD + ":passage hrdem:standing hrdem:Accepted .") == {"2024-06-03"}
    for standing in ("Disputed", "Superseded", "Mistaken"):
        assert known(project, PERIOD + f":passage hrdem:standing hrdem:{standing} .") == set()


def test_a_document_that_names_a_month_only_makes_nothing_known(project: Project) -> None:
    facts = PERIOD.replace('"2024-06-03"^^xsd:date', '"2024-06"^^xsd:gYearMonth')
    assert known(project, facts) == set()


# --- 45: dates under Dublin Core -----------------------------------------------------------------


def test_days_of_adoption_and_publication_stand_on_the_instrument_too(project: Project) -> None:
    found = derive(
        project,
        """
        :plan a hrdem:ActionPlan .
        :adoption a hrdem:Adoption ; hrdem:concerns :plan ; hrdem:date "2015-07-20"^^xsd:date .
        :publication a hrdem:Publication ; hrdem:concerns :plan ;
            hrdem:date "2015-12-01"^^xsd:date .
        :launch a hrdem:Launch ; hrdem:concerns :plan ; hrdem:date "2015-09-01"^^xsd:date .
        """,
    )
    assert found["dates"] == parse(
        """
        :plan dcterms:date "2015-07-20"^^xsd:date ; dcterms:issued "2015-12-01"^^xsd:date .
        """
    )


def test_a_text_that_nobody_adopts_is_dated_by_its_presentation(project: Project) -> None:
    found = derive(
        project,
        """
        :communication a hrdem:JointCommunication .
        :act a hrdem:Regulation .
        :e1 a hrdem:Presentation ; hrdem:concerns :communication ;
            hrdem:date "2020-03-25"^^xsd:date .
        :e2 a hrdem:Presentation ; hrdem:concerns :act ; hrdem:date "2018-06-14"^^xsd:date .
        :e3 a hrdem:Signature ; hrdem:concerns :act ; hrdem:date "2021-06-09"^^xsd:date .
        """,
    )
    assert found["dates"] == parse(
        """
        :communication dcterms:date "2020-03-25"^^xsd:date .
        :act dcterms:date "2021-06-09"^^xsd:date .
        """
    )


def test_months_stay_with_their_event_and_bodies_get_no_date(project: Project) -> None:
    found = derive(
        project,
        """
        :review a hrdem:Review .
        :publication a hrdem:Publication ; hrdem:concerns :review ;
            hrdem:date "2017-06"^^xsd:gYearMonth .
        :service a org:Organization .
        :adoption a hrdem:Adoption ; hrdem:concerns :service ; hrdem:date "2010-07-26"^^xsd:date .
        """,
    )
    assert found["dates"] == set()


# --- 50: interval relations ----------------------------------------------------------------------


def relations(project: Project, facts: str) -> set[str]:
    return {
        f"{shorten(t.subject)} {shorten(t.predicate)} {shorten(t.object)}"
        for t in derive(project, facts)["allen"]
    }


def shorten(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    return v.value(term).removeprefix("http://e/").removeprefix(v.TIME)


def span(name: str, start: str, end: str | None, where: str = "hrdem:periodOf :plan") -> str:
    last = f' ; hrdem:end "{end}"^^xsd:date' if end else ""
    return f':{name} {where} ; hrdem:start "{start}"^^xsd:date{last} .\n'


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (("2020-07-01", "2020-12-31"), "a intervalMeets b"),  # begins on the very next day
        (("2020-07-02", "2020-12-31"), "a intervalBefore b"),  # a day lies between them
        (("2020-06-30", "2020-12-31"), "a intervalOverlaps b"),  # they share one day
        (("2020-03-01", "2020-12-31"), "a intervalOverlaps b"),
        (("2020-01-01", "2020-12-31"), "a intervalStarts b"),
        (("2019-01-01", "2020-12-31"), "a intervalDuring b"),
        (("2019-01-01", "2020-06-30"), "a intervalFinishes b"),
        (("2020-02-01", "2020-03-31"), "b intervalDuring a"),
        (("2020-01-01", "2020-03-31"), "b intervalStarts a"),
        (("2020-02-01", "2020-06-30"), "b intervalFinishes a"),
        (("2019-01-01", "2020-01-31"), "b intervalOverlaps a"),
        (("2019-01-01", "2019-12-31"), "b intervalMeets a"),
        (("2018-01-01", "2018-12-31"), "b intervalBefore a"),
    ],
)
def test_two_periods_of_one_plan_have_exactly_one_relation(
    project: Project, other: tuple[str, str], expected: str
) -> None:
    facts = span("a", "2020-01-01", "2020-06-30") + span("b", *other)
    assert relations(project, facts) == {expected}


def test_equal_periods_are_equal_both_ways(project: Project) -> None:
    facts = span("a", "2020-01-01", "2020-06-30") + span("b", "2020-01-01", "2020-06-30")
    assert relations(project, facts) == {"a intervalEquals b", "b intervalEquals a"}


def test_years_meet_at_new_year(project: Project) -> None:
    found = relations(
        project,
        """
        :new hrdem:directlySucceeds :old .
        :a hrdem:periodOf :old ; hrdem:start "2015"^^xsd:gYear ; hrdem:end "2019"^^xsd:gYear .
        :b hrdem:periodOf :new ; hrdem:start "2020"^^xsd:gYear ; hrdem:end "2024"^^xsd:gYear .
        """,
    )
    assert found == {"a intervalMeets b"}


def test_a_period_without_an_end_can_only_come_second(project: Project) -> None:
    past = span("a", "2020-01-01", "2020-06-30")
    assert relations(project, past + span("b", "2020-07-01", None)) == {"a intervalMeets b"}
    assert relations(project, past + span("b", "2021-01-01", None)) == {"a intervalBefore b"}
    assert relations(project, past + span("b", "2020-02-01", None)) == set()
    assert relations(project, past + span("b", "2020-01-01", None)) == set()


def test_terms_in_one_post_are_compared(project: Project) -> None:
    facts = span("a", "2012-09-01", "2019-02-28", "hrdem:ofPost :post")
    facts += span("b", "2019-03-01", "2024-02-29", "hrdem:ofPost :post")
    facts += span("c", "2012-09-01", "2019-02-28", "hrdem:ofPost :other")
    assert relations(project, facts) == {"a intervalMeets b"}


def test_periods_of_plans_that_are_not_neighbours_are_not_compared(project: Project) -> None:
    facts = ":third hrdem:directlySucceeds :second . :second hrdem:directlySucceeds :first ."
    facts += span("a", "2012-01-01", "2014-12-31", "hrdem:periodOf :first")
    facts += span("c", "2020-01-01", "2024-12-31", "hrdem:periodOf :third")
    assert relations(project, facts) == set()


# --- 55, 60: posts and labels --------------------------------------------------------------------


def test_who_has_a_mandate_in_a_post_holds_it(project: Project) -> None:
    found = derive(project, ":mandate org:member :person ; hrdem:ofPost :post .")
    assert found["holds"] == parse(":person org:holds :post .")


def test_a_body_has_the_classes_that_other_vocabularies_have_for_it(project: Project) -> None:
    found = derive(
        project, ":unit a org:OrganizationalUnit . :person a foaf:Person . :seat a org:Post ."
    )
    assert found["agents"] == parse(
        """
        :unit a org:Organization , foaf:Agent , prov:Agent , prov:Organization ,
            schema:Organization .
        :person a foaf:Agent , prov:Agent , prov:Person , schema:Person .
        """
    )


def test_a_theme_has_a_notation_and_is_found_from_above(project: Project) -> None:
    found = derive(
        project,
        """
        theme:scheme a skos:ConceptScheme .
        theme:democracy a skos:Concept ; skos:topConceptOf theme:scheme .
        theme:elections a skos:Concept ; skos:broader theme:democracy .
        """,
    )
    assert found["themes"] == parse(
        """
        theme:scheme skos:hasTopConcept theme:democracy .
        theme:democracy skos:notation "democracy" ; skos:narrower theme:elections .
        theme:elections skos:notation "elections" .
        """
    )


def test_labels_have_both_names(project: Project) -> None:
    found = derive(project, ':a skos:prefLabel "A"@en . :b rdfs:label "B"@en .')
    assert found["labels"] == parse(':a rdfs:label "A"@en . :b skos:prefLabel "B"@en .')


# --- 62 to 85: instruments in the terms of others ------------------------------------------------


def test_a_label_stands_in_for_a_title_that_was_not_read(project: Project) -> None:
    found = derive(
        project,
        """
        :plan a hrdem:ActionPlan ; skos:prefLabel "The plan"@en ; dcterms:title "Plan"@de .
        :act a hrdem:Regulation ; skos:prefLabel "The act"@en ; dcterms:title "Regulation"@en .
        :theme a skos:Concept ; skos:prefLabel "A theme"@en .
        """,
    )
    assert found["titles"] == parse(':plan dcterms:title "The plan"@en .')


def test_who_adopts_a_text_made_it_unless_an_author_is_named(project: Project) -> None:
    found = derive(
        project,
        """
        :conclusions a hrdem:CouncilConclusions .
        :report a hrdem:AnnualReport ; hrdem:authoredBy :service .
        :e1 a hrdem:Adoption ; hrdem:concerns :conclusions ; hrdem:carriedOutBy :council .
        :e2 a hrdem:Adoption ; hrdem:concerns :report ; hrdem:carriedOutBy :council .
        :e3 a hrdem:Launch ; hrdem:concerns :conclusions ; hrdem:carriedOutBy :service .
        """,
    )
    assert found["makers"] == parse(
        """
        :conclusions prov:wasGeneratedBy :e1 ; prov:wasAttributedTo :council ;
            dcterms:creator :council .
        :report prov:wasGeneratedBy :e2 ; prov:wasAttributedTo :council .
        """
    )


def test_the_register_holds_all_instruments_and_nothing_else(project: Project) -> None:
    found = derive(
        project,
        ":plan a hrdem:ActionPlan . :tool a hrdem:PolicyTool . :document a hrdem:Document .",
    )
    members = {t for t in found["register"] if v.value(t.object).startswith("http://e/")}
    assert members == parse(
        """
        collection:instruments dcterms:hasPart :plan , :tool ; prov:hadMember :plan , :tool ;
            schema:itemListElement :plan , :tool .
        """
    )
    licences = {t for t in found["register"] if "license" in t.predicate.value}
    assert licences == parse(
        """
        collection:instruments dcterms:license <https://creativecommons.org/licenses/by/4.0/> ;
            schema:license <https://creativecommons.org/licenses/by/4.0/> .
        """
    )


def test_periods_and_mandates_have_their_days_as_plain_values(project: Project) -> None:
    found = derive(
        project,
        """
        :period hrdem:periodOf :plan ; hrdem:start "2020"^^xsd:gYear ; hrdem:end "2024"^^xsd:gYear .
        :mandate hrdem:ofPost :post ; hrdem:start "2019-03-01"^^xsd:date .
        :post org:postIn :body .
        :passage hrdem:start 5 ; hrdem:end 9 .
        """,
    )
    assert found["spans"] == parse(
        """
        :period dcat:startDate "2020"^^xsd:gYear ; dcat:endDate "2024"^^xsd:gYear .
        :plan dcterms:temporal :period .
        :mandate dcat:startDate "2019-03-01"^^xsd:date ;
            org:memberDuring :mandate ; org:organization :body .
        """
    )


COPIES = """
    @prefix language: <http://publications.europa.eu/resource/authority/language/> .
    :plan a hrdem:ActionPlan ; skos:prefLabel "Plan"@en ; dcterms:title "Plan działania"@pl .
    :act a hrdem:Regulation ; skos:prefLabel "Act"@en .
    :copy a hrdem:Document ; hrdem:copyOf :plan ; dcterms:language language:POL ;
        hrdem:address <http://e/copy.html> .
    :book a hrdem:Document ; hrdem:copyOf :plan , :act ; dcterms:language language:ENG .
    :untagged a hrdem:Document ; hrdem:copyOf :act .
    :other a hrdem:Document ; hrdem:copyOf :copy ; dcterms:language language:POL .
"""


def test_a_copy_in_a_language_shows_that_there_is_such_a_version(project: Project) -> None:
    found = derive(project, COPIES)["expressions"]
    assert {
        v.shorten(v.value(t.subject)) for t in found if t.predicate.value == v.ELI + "realizes"
    } == {
        "expression:plan-pol",
        "expression:plan-eng",
        "expression:act-eng",
    }
    assert {t for t in found if v.value(t.subject).endswith("/plan-pol")} == parse(
        """
        @prefix language: <http://publications.europa.eu/resource/authority/language/> .
        expression:plan-pol a eli:Expression , cdm:expression ;
            skos:prefLabel "Plan (POL)"@en ;
            eli:realizes :plan ; cdm:expression_belongs_to_work :plan ;
            eli:language language:POL ; cdm:expression_uses_language language:POL ;
            eli:title "Plan działania"@pl ; cdm:expression_title "Plan działania"@pl .
        """
    )
    assert parse("expression:act-eng a eli:LegalExpression .") <= found


def test_a_document_that_carries_one_text_in_one_language_is_a_form_of_it(project: Project) -> None:
    assert derive(project, COPIES)["copies"] == parse(
        """
        expression:plan-pol eli:is_embodied_by :copy .
        :copy a eli:Manifestation ; eli:embodies expression:plan-pol ;
            eli:is_exemplified_by <http://e/copy.html> .
        """
    )


RESOURCE_TYPE = "http://publications.europa.eu/resource/authority/resource-type/"


def test_only_a_legal_act_gets_the_properties_of_legal_resources(project: Project) -> None:
    facts = """
        hrdem:celexNumber "32014R0235" ; hrdem:refersTo :framework ; hrdem:amends :older ;
        skos:prefLabel "A text"@en ; hrdem:hasTheme :theme ; hrdem:partOf :series .
        :theme a skos:Concept ; skos:exactMatch <http://eurovoc.europa.eu/584> .
        :series a hrdem:InstrumentSeries .
        :older a hrdem:Regulation .
        :e1 a hrdem:Adoption ; hrdem:concerns :text ; hrdem:carriedOutBy :council ;
            hrdem:date "2014-03-11"^^xsd:date .
        :e2 a hrdem:Publication ; hrdem:concerns :text ; hrdem:date "2014-03-15"^^xsd:date .
        :e3 a hrdem:EntryIntoForce ; hrdem:concerns :text ; hrdem:date "2014-03-16"^^xsd:date .
        :period hrdem:periodOf :text ; hrdem:start "2014-01-01"^^xsd:date ;
            hrdem:end "2020-12-31"^^xsd:date .
        :source a hrdem:Document ; hrdem:readOn "2026-11-24"^^xsd:date .
        """
    of_any_work = """
        :text eli:date_document "2014-03-11"^^xsd:date ; eli:is_member_of :series ;
            eli:is_about :theme , <http://eurovoc.europa.eu/584> .
        """

    def about_text(turtle: str) -> set[ox.Triple]:
        found = derive(project, turtle)["eli"]
        return {t for t in found if v.value(t.subject) == "http://e/text"}

    assert about_text(f":text a hrdem:Guidelines ; {facts}") == parse(of_any_work)
    regulation = f"hrdem:Regulation ; dcterms:type <{RESOURCE_TYPE}REG>"
    assert about_text(f":text a {regulation} ; {facts}") == parse(
        of_any_work
        + f"""
        @prefix resource-type: <{RESOURCE_TYPE}> .
        :text eli:date_publication "2014-03-15"^^xsd:date ;
            eli:first_date_entry_in_force "2014-03-16"^^xsd:date ;
            eli:date_applicability "2014-01-01"^^xsd:date ;
            eli:in_force eli:InForce-notInForce ;
            eli:id_local "32014R0235" ; eli:cites :framework ;
            eli:amends :older ; eli:changes :older ; eli:passed_by :council ;
            eli:type_document resource-type:REG ; eli:work_type resource-type:REG .
        """
    )


@pytest.mark.parametrize("end", ["2026-11-24", "2027-12-31", None])
def test_nothing_is_said_of_the_force_of_an_act_that_may_still_apply(
    project: Project, end: str | None
) -> None:
    facts = ":act a hrdem:Regulation . :source hrdem:readOn '2026-11-24'^^xsd:date ."
    found = derive(project, facts + span("first", "2014-01-01", "2020-12-31", "hrdem:periodOf :act")
                   + span("longer", "2014-01-01", end, "hrdem:periodOf :act"))  # fmt: skip
    assert not [t for t in found["eli"] if t.predicate.value == v.ELI + "in_force"]


def test_a_text_adopted_on_several_days_has_no_single_date(project: Project) -> None:
    found = derive(
        project,
        """
        :report a hrdem:AnnualReport .
        :e1 a hrdem:Adoption ; hrdem:concerns :report ; hrdem:date "2016-06-20"^^xsd:date .
        :e2 a hrdem:Adoption ; hrdem:concerns :report ; hrdem:date "2016-09-20"^^xsd:date .
        """,
    )
    assert len(found["dates"]) == 2
    assert not [t for t in found["eli"] if t.predicate.value == v.ELI + "date_document"]


def test_a_provision_is_part_of_a_text_but_not_of_a_programme(project: Project) -> None:
    found = derive(
        project,
        """
        :plan a hrdem:ActionPlan . :programme a hrdem:FundingProgramme .
        :priority a hrdem:Priority ; hrdem:provisionOf :plan .
        :strand a hrdem:Strand ; hrdem:provisionOf :plan ; hrdem:parentProvision :priority .
        :objective a hrdem:Objective ; hrdem:provisionOf :programme .
        """,
    )
    assert found["eli"] == parse(
        """
        :priority a eli:Work ; eli:is_part_of :plan .
        :strand a eli:Work ; eli:is_part_of :plan , :priority .
        """
    )
    assert not any(
        v.value(t.object) == v.ELI + "Work"
        for t in found["alignments"] - parse(":plan a eli:Work .")
    )


def test_what_has_a_document_number_is_a_work_whatever_its_class(project: Project) -> None:
    found = derive(
        project,
        ':proposal a hrdem:Instrument ; hrdem:comNumber "COM(2018) 460" . :p a hrdem:PolicyTool .',
    )
    assert found["eli"] == parse(":proposal a eli:Work .")


def test_a_text_adopted_by_the_parliament_has_the_type_of_its_profile(project: Project) -> None:
    found = derive(
        project, ':text a hrdem:Resolution ; hrdem:adoptedTextNumber "P9_TA(2021)0014" .'
    )
    types = {v.value(t.object) for t in found["eli"] if t.predicate.value == v.ELI + "work_type"}
    assert types == {"https://data.europarl.europa.eu/def/ep-document-types/TEXT_ADOPTED"}


def test_a_client_of_cellar_finds_the_properties_it_expects(project: Project) -> None:
    found = derive(
        project,
        f"""
        :act a hrdem:CouncilDecision ; skos:prefLabel "Decision"@en ;
            dcterms:type <{RESOURCE_TYPE}DEC> ;
            hrdem:celexNumber "32024D0758" ;
            hrdem:eliUri "http://data.europa.eu/eli/dec/2024/758/oj"^^xsd:anyURI ;
            hrdem:prolongs :older ; hrdem:succeeds :older ; hrdem:refersTo :older , :body .
        :older a hrdem:CouncilDecision .
        :e1 a hrdem:Adoption ; hrdem:concerns :act ; hrdem:carriedOutBy :council ;
            hrdem:date "2024-02-26"^^xsd:date .
        """,
    )["cdm"]
    assert {t for t in found if v.value(t.subject) == "http://e/act"} == parse(
        f"""
        @prefix resource-type: <{RESOURCE_TYPE}> .
        :act a cdm:work , cdm:resource_legal ; cdm:work_title "Decision"@en ;
            cdm:work_created_by_agent :council ; cdm:work_date_document "2024-02-26"^^xsd:date ;
            cdm:work_has_resource-type resource-type:DEC ;
            cdm:resource_legal_id_celex "32024D0758" ;
            cdm:resource_legal_eli "http://data.europa.eu/eli/dec/2024/758/oj"^^xsd:anyURI ;
            cdm:resource_legal_extends_validity_of_resource_legal :older ;
            cdm:work_is_logical_successor_of_work :older ; cdm:work_cites_work :older .
        """
    )


def test_cdm_has_dates_of_force_series_and_subjects(project: Project) -> None:
    found = derive(
        project,
        """
        :act a hrdem:Regulation ; hrdem:partOf :series ; hrdem:hasTheme :theme .
        :series a hrdem:InstrumentSeries .
        :theme a skos:Concept ; skos:exactMatch <http://eurovoc.europa.eu/584> .
        :e a hrdem:EntryIntoForce ; hrdem:concerns :act ; hrdem:date "2014-03-16"^^xsd:date .
        :period hrdem:periodOf :act ; hrdem:end "2020-12-31"^^xsd:date .
        :plan a hrdem:ActionPlan ; hrdem:partOf :plan .
        """,
    )["cdm"]
    assert found >= parse(
        """
        :act cdm:resource_legal_date_entry-into-force "2014-03-16"^^xsd:date ;
            cdm:resource_legal_date_end-of-validity "2020-12-31"^^xsd:date ;
            cdm:work_is_member_of_complex_work :series ;
            cdm:work_is_about_concept_eurovoc <http://eurovoc.europa.eu/584> .
        """
    )
    assert not parse(":plan cdm:work_is_member_of_complex_work :plan .") & found


def test_whatever_has_a_celex_number_is_a_legal_resource_of_cdm_but_not_of_eli(
    project: Project,
) -> None:
    found = derive(project, ':text a hrdem:Guidelines ; hrdem:celexNumber "52009XG1215(01)" .')
    assert found["cdm"] >= parse(
        ':text a cdm:resource_legal ; cdm:resource_legal_id_celex "52009XG1215(01)" .'
    )
    assert not [t for t in set().union(*found.values()) if "LegalResource" in v.value(t.object)]


def test_schema_org_has_texts_as_creative_works_and_acts_as_legislation(project: Project) -> None:
    found = derive(
        project,
        """
        :act a hrdem:Regulation ; skos:prefLabel "Act"@en ; hrdem:amends :act2 ;
            hrdem:celexNumber "32014R0235" ; hrdem:buildsOn :act2 ; hrdem:hasTheme :theme ;
            hrdem:publishedBy :office ; hrdem:partOf :series .
        :act2 a hrdem:Regulation .
        :series a hrdem:InstrumentSeries .
        :e1 a hrdem:Adoption ; hrdem:concerns :act ; hrdem:carriedOutBy :council ;
            hrdem:date "2014-03-11"^^xsd:date .
        :e2 a hrdem:Publication ; hrdem:concerns :act ; hrdem:date "2014-03-15"^^xsd:date .
        :tool a hrdem:PolicyTool ; skos:prefLabel "Tool"@en .
        :copy a hrdem:Document ; hrdem:copyOf :act .
        :again a hrdem:Document ; hrdem:copyOf :copy .
        """,
    )["schema"]
    assert found == parse(
        """
        :act a schema:CreativeWork ; schema:name "Act"@en ; schema:creator :council ;
            schema:dateCreated "2014-03-11"^^xsd:date ;
            schema:datePublished "2014-03-15"^^xsd:date ;
            schema:about :theme ; schema:isBasedOn :act2 ; schema:isPartOf :series ;
            schema:publisher :office ; schema:legislationChanges :act2 ;
            schema:legislationDate "2014-03-11"^^xsd:date ;
            schema:legislationIdentifier "32014R0235" ; schema:legislationPassedBy :council .
        :act2 a schema:CreativeWork .
        :series a schema:CreativeWork .
        :tool schema:name "Tool"@en .
        :copy schema:exampleOfWork :act .
        """
    )


# --- 90: alignments ------------------------------------------------------------------------------


def test_facts_are_there_under_the_names_of_other_vocabularies(project: Project) -> None:
    found = derive(
        project,
        """
        :plan a hrdem:ActionPlan ; hrdem:authoredBy :service ;
            hrdem:continuesFocusOn :death-penalty .
        """,
    )
    assert found["alignments"] == parse(
        """
        :plan a eli:Work , prov:Entity ;
            dcterms:creator :service ; prov:wasAttributedTo :service ;
            dcterms:subject :death-penalty .
        """
    )


def test_a_concept_outside_has_the_thing_as_its_focus(project: Project) -> None:
    """FOAF names the relation the other way round."""
    found = derive(project, ":council hrdem:isFocusOf :concept .")
    assert found["alignments"] == parse(":concept foaf:focus :council .")


def test_alignments_add_no_terms_of_our_own(project: Project) -> None:
    found = derive(project, ":act a hrdem:CouncilDecision ; hrdem:actNumber '2012/440/CFSP' .")
    named = {v.value(term) for t in found["alignments"] for term in (t.predicate, t.object)}
    assert "http://publications.europa.eu/ontology/cdm#decision" in named
    assert not any(name.startswith(v.HRDEM) for name in named)


def test_no_conclusion_becomes_a_legal_resource(project: Project) -> None:
    found = derive(
        project,
        """
        :conclusions a hrdem:CouncilConclusions ; hrdem:implements :plan ; hrdem:basedOn :treaty ;
            hrdem:refersTo :plan ; hrdem:amends :plan ; hrdem:scope :world .
        """,
    )
    named = {v.value(term) for t in found["alignments"] for term in (t.predicate, t.object)}
    assert {name for name in named if "/eli/" in name} == {v.ELI + "Work"}


@pytest.mark.parametrize("standing", ["Accepted", "Disputed", "Superseded", "Mistaken"])
def test_what_a_statement_says_is_not_taken_for_said_by_the_graph(
    project: Project, standing: str
) -> None:
    """A statement node speaks of a fact; no rule may assert that fact or type its parts."""
    found = derive(
        project,
        f"""
        :statement a rdf:Statement ;
            rdf:subject :plan ; rdf:predicate hrdem:directlySucceeds ; rdf:object :framework ;
            hrdem:standing hrdem:{standing} ; hrdem:supportedBy :passage .
        """,
    )
    assert set().union(*found.values()) == parse(":statement prov:wasDerivedFrom :passage .")
