"""Premises: from which facts a rule derived another one."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from hrdem import vocabulary as v
from hrdem import why
from hrdem.names import find_thing
from hrdem.premises import premises
from hrdem.project import Project
from hrdem.rules import read_rules
from hrdem.store import EmbeddedStore, Store

DERIVED = f"{v.GRAPH}derived-"


@pytest.fixture(scope="module")
def store(built: Project) -> Store:
    return EmbeddedStore.open(built)


@pytest.fixture(scope="module")
def rules(built: Project) -> dict[str, str]:
    return {rule.name: rule.text for rule in read_rules(built)}


def derived_by(store: Store, rule: str) -> list[ox.Triple]:
    """Return what a rule derived that `hrdem why` shows, sorted."""
    return store.construct(
        f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{DERIVED}{rule}> {{ ?s ?p ?o }}"
        f' FILTER(STRSTARTS(STR(?p), "{v.HRDEM}") || STRSTARTS(STR(?p), "{v.ORG}")) }}'
    )


def follows(rule: str, facts: tuple[ox.Triple, ...], fact: ox.Triple) -> bool:
    graph = ox.Store()
    graph.extend(ox.Quad(*each) for each in facts)
    return fact in set(graph.query(rule))  # type: ignore[arg-type]


RULES = [
    "alignments",
    "bounds",
    "holds",
    "inverses",
    "known-from",
    "spans",
    "subproperties",
    "succession",
]


def test_these_are_the_rules_whose_facts_are_shown(store: Store, rules: dict[str, str]) -> None:
    assert [rule for rule in sorted(rules) if derived_by(store, rule)] == RULES


@pytest.mark.parametrize("rule", RULES)
def test_a_fact_follows_from_its_premises_and_from_no_part_of_them(
    store: Store, rules: dict[str, str], rule: str
) -> None:
    facts = derived_by(store, rule)
    assert facts
    for fact in facts[:: max(1, len(facts) // 5)]:
        found = premises(store, rules[rule], fact)
        assert found, str(fact)
        assert fact not in found
        assert follows(rules[rule], found, fact)
        for number in range(len(found)):
            assert not follows(rules[rule], found[:number] + found[number + 1 :], fact)


def test_what_does_not_follow_has_no_premises(store: Store, rules: dict[str, str]) -> None:
    (fact, *_) = derived_by(store, "succession")
    turned = ox.Triple(fact.object, fact.predicate, fact.subject)  # type: ignore[arg-type]
    assert premises(store, rules["succession"], turned) == ()
    assert premises(store, rules["bounds"], fact) == ()


def test_asked_for_one_property_why_says_what_a_fact_follows_from(
    store: Store, rules: dict[str, str]
) -> None:
    thing = find_thing(store, "action-plan-2020-2024")
    claims = why.explain(store, thing, why.find_property(store, "succeeds"), rules)
    text = why.draw(thing, why.heading(store, thing), claims, [], 120)
    assert " ".join(text.partition("\n\n")[2].split()) == (
        "succeeds (derived by the rule succession)"
        " - EU Action Plan on Human Rights and Democracy 2012-2014 instrument:action-plan-2012-2014"
        " because EU Action Plan on Human Rights and Democracy 2015-2019: succeeds"
        " EU Action Plan on Human Rights and Democracy 2012-2014"
        " because EU Action Plan on Human Rights and Democracy 2020-2024: directly succeeds"
        " EU Action Plan on Human Rights and Democracy 2015-2019"
        " succeeds (derived by the rule subproperties)"
        " - EU Action Plan on Human Rights and Democracy 2015-2019 instrument:action-plan-2015-2019"
        " because EU Action Plan on Human Rights and Democracy 2020-2024: directly succeeds"
        " EU Action Plan on Human Rights and Democracy 2015-2019"
        " because directly succeeds: sub property of succeeds"
    )


def test_facts_of_two_things_with_one_value_stand_apart(store: Store) -> None:
    thing = find_thing(store, "action-plan-2020-2024")
    claims = why.explain(store, thing, f"{v.HRDEM}latest")
    text = why.draw(thing, why.heading(store, thing), claims, [], 80)
    assert len({claim.value for claim in claims}) < len(claims)  # some have one value
    assert text.count("latest day (derived by the rule bounds)") == len(claims)


def test_a_graph_that_keeps_no_rules_apart_says_so_much(built: Project) -> None:
    merged = EmbeddedStore.read(built.build / "hrdem.nt")
    thing = find_thing(merged, "action-plan-2020-2024")
    claims = why.explain(merged, thing, f"{v.HRDEM}succeeds")
    assert {claim.rule for claim in claims} == {""}
    assert "\nsucceeds (derived by a rule)\n" in why.draw(thing, {"label": "", "kind": "",
        "definition": ""}, claims, [], 80)  # fmt: skip
