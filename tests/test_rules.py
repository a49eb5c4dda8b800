"""The engine that runs the rules: to the end, in order, and never without end.

What each rule of the project derives is tested elsewhere; here are rules made for the purpose.
"""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from conftest import Mini
from hrdem import rules
from hrdem import vocabulary as v
from hrdem.documents import read_rdf, read_sources
from hrdem.project import Project
from hrdem.rules import MAX_ROUNDS, Reads, apply_rules, read_by, read_rules

E = "http://e/"


def node(name: str) -> ox.NamedNode:
    return ox.NamedNode(E + name)


def chain(length: int) -> ox.Store:
    """Return a store in which 0 is before 1, 1 before 2 and so on, each in a graph of its own."""
    store = ox.Store()
    for at in range(length):
        store.add(ox.Quad(node(str(at)), node("before"), node(str(at + 1)), node(f"graph{at}")))
    return store


def rule(mini: Mini, name: str, construct: str, where: str) -> None:
    text = f"PREFIX : <{E}>\nCONSTRUCT {{ {construct} }}\nWHERE {{ {where} }}\n"
    mini.write(f"ontology/rules/{name}.rq", text)


def test_a_rule_feeds_on_its_own_results_and_sees_all_graphs(mini: Mini) -> None:
    rule(mini, "20-closure", "?a :before ?c", "?a :before ?b . ?b :before ?c")
    store = chain(6)

    added = apply_rules(store, mini.project)

    assert added == {"labels": 0, "closure": 21 - 6}
    derived = ox.NamedNode(v.GRAPH + "derived-closure")
    assert len(list(store.quads_for_pattern(None, None, None, derived))) == 15
    assert {(q.subject.value, v.value(q.object)) for q in store} == {
        (f"{E}{a}", f"{E}{b}") for a in range(7) for b in range(a + 1, 7)
    }


def test_rules_feed_each_other_whatever_their_order(mini: Mini) -> None:
    rule(mini, "20-late", "?a :b ?x", "?a :c ?x")
    rule(mini, "30-early", "?a :c ?x", "?a :before ?x")
    store = chain(1)

    assert apply_rules(store, mini.project) == {"labels": 0, "late": 1, "early": 1}
    assert len(store) == 3


def test_what_is_there_already_is_not_derived_again(mini: Mini) -> None:
    rule(mini, "20-one", "?a :next ?b", "?a :before ?b")
    rule(mini, "30-two", "?a :next ?b . ?a :before ?b", "?a :before ?b")
    store = chain(3)

    assert apply_rules(store, mini.project) == {"labels": 0, "one": 3, "two": 0}
    assert apply_rules(store, mini.project) == {"labels": 0, "one": 0, "two": 0}


def test_a_rule_about_absence_sees_what_the_rules_before_it_added(mini: Mini) -> None:
    rule(mini, "20-closure", "?a :before ?c", "?a :before ?b . ?b :before ?c")
    rule(mini, "30-last", "?a :last true", "?a :before ?b FILTER NOT EXISTS { ?a :before :9 }")
    store = chain(9)

    assert apply_rules(store, mini.project)["last"] == 0


def test_the_rules_of_the_project_run_in_the_order_of_their_numbers(project: Project) -> None:
    rules = read_rules(project)

    assert rules
    assert [rule.path for rule in rules] == sorted((project.ontology / "rules").glob("*.rq"))
    assert all(rule.path.name.endswith(f"-{rule.name}.rq") for rule in rules)


def test_a_rule_that_never_comes_to_an_end(mini: Mini) -> None:
    rule(mini, "20-more", "?b :before ?c", '?a :before ?b BIND(IRI(CONCAT(STR(?b), "x")) AS ?c)')

    assert mini.error(lambda project: apply_rules(chain(1), project)) == (
        f"ontology/rules/20-more.rq: This rule still added facts after {MAX_ROUNDS} rounds, so it"
        " never comes to an end. Look for an IRI or a number that it makes anew from its own"
        " results."
    )


def test_rules_that_together_never_come_to_an_end(mini: Mini) -> None:
    rule(mini, "20-ping", "?b :pong ?c", '?a :before ?b BIND(IRI(CONCAT(STR(?b), "x")) AS ?c)')
    rule(mini, "30-pong", "?b :before ?c", "?b :pong ?c")

    assert mini.error(lambda project: apply_rules(chain(1), project)) == (
        f"ontology/rules: The rules still added facts after {MAX_ROUNDS} rounds, so together they"
        " never come to an end. Look for rules that invent new IRIs or numbers from the results of"
        " each other."
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "# Not a rule.\nSELECT ?s WHERE { ?s ?p ?o }\n",
            "ontology/rules/20-new.rq:2: A rule says which facts follow from which, so it must be a"
            " CONSTRUCT; this is SELECT. Rewrite it, or move it to queries/ if it is a question.",
            id="question",
        ),
        pytest.param(
            "DESCRIBE <http://e/construct>\n",
            "ontology/rules/20-new.rq:1: A rule says which facts follow from which, so it must be a"
            " CONSTRUCT; this is DESCRIBE. Rewrite it, or move it to queries/ if it is a question.",
            id="description",
        ),
        pytest.param(
            "INSERT DATA { <http://e/a> <http://e/b> 1 }\n",
            "ontology/rules/20-new.rq: A rule says which facts follow from which, so it must be a"
            " CONSTRUCT; this is none. Rewrite it, or move it to queries/ if it is a question.",
            id="update",
        ),
        pytest.param(
            "CONSTRUCT { ?s :p ?o }\nWHERE { ?s ?p ?o }\n",
            "ontology/rules/20-new.rq:1:16: The query is not valid SPARQL: no PREFIX line declares"
            " the prefix :. Correct it and ask again.\n"
            "    CONSTRUCT { ?s :p ?o }\n"
            "                   ^",
            id="syntax",
        ),
        pytest.param(
            "CONSTRUCT { ?s ?p ?day }\n# NOW()\nWHERE { ?s ?p ?o BIND(now() AS ?day) }\n",
            "ontology/rules/20-new.rq:3: A rule may rest on nothing but the graph, so that every"
            " build gives the same facts; this one uses NOW. Rewrite it without.",
            id="time",
        ),
        pytest.param(
            "CONSTRUCT { ?s ?p ?o }\nWHERE { SERVICE <http://e/sparql> { ?s ?p ?o } }\n",
            "ontology/rules/20-new.rq:2: A rule may rest on nothing but the graph, so that every"
            " build gives the same facts; this one uses SERVICE. Rewrite it without.",
            id="service",
        ),
    ],
)
def test_what_is_no_rule(mini: Mini, text: str, message: str) -> None:
    mini.write("ontology/rules/20-new.rq", text)

    assert mini.error(read_rules) == message


def test_a_rule_that_makes_blank_nodes(mini: Mini) -> None:
    rule(mini, "20-blank", "?a :part [ :of ?b ]", "?a :before ?b")

    assert mini.error(lambda project: apply_rules(chain(1), project)) == (
        "ontology/rules/20-blank.rq: This rule makes blank nodes, [ ] or _:name, which nothing"
        " could point at. Make an IRI with BIND(IRI(CONCAT(...)) AS ?x) instead."
    )


def test_two_rules_with_one_name(mini: Mini) -> None:
    rule(mini, "20-labels", "?a :b ?c", "?c :b ?a")

    assert mini.error(read_rules) == (
        "ontology/rules/20-labels.rq: This rule has the name of 10-labels.rq, apart from the"
        " number, and the name says which graph its facts go to. Rename one of the two."
    )


# --- which rules need not run again ---------------------------------------------------------------

HEAD = "PREFIX x: <http://x/> CONSTRUCT { ?s x:made ?o } WHERE "


@pytest.mark.parametrize(
    ("where", "sees", "misses"),
    [
        ("{ ?s x:p ?o }", ["http://x/p"], ["http://x/q", "a http://x/C"]),
        ("{ ?s x:p|^x:q/x:r+ ?o }", ["http://x/p", "http://x/q", "http://x/r"], ["http://x/s"]),
        ("{ ?s <http://x/p> ?o }", ["http://x/p"], ["http://x/q"]),
        ("{ ?s a x:C ; x:p ?o }", ["http://x/p", "a http://x/C"], ["a http://x/D"]),
        ("{ ?s a ?c . ?c x:p ?o }", ["a http://x/D"], ["http://x/q"]),
        ("{ ?s a/x:p ?o }", ["a http://x/D", "http://x/p"], ["http://x/q"]),
        ("{ ?s a x:C , ?o }", ["a http://x/D"], ["http://x/q"]),
        ("{ ?s ?p ?o }", ["http://x/q", "a http://x/D"], []),
        ("{ ?s x:p ?v ; ?p ?o }", ["http://x/q"], []),
        ("{ [] ?p ?o . ?s x:p ?o }", ["http://x/q"], []),
        ("{ ?s !x:p ?o }", ["http://x/q"], []),
        ("{ VALUES ?p { x:p } ?s ?p ?o }", ["http://x/p"], ["http://x/q"]),
        ("{ VALUES (?p ?v) { (x:p x:v) } ?s ?p ?o }", ["http://x/p"], ["http://x/q"]),
        ("{ { VALUES ?p { x:p } ?s ?p ?o } UNION { ?s ?p ?o } }", ["http://x/q"], []),
        ("{ ?s x:p ?o FILTER(?o != 1) ?s x:q ?v }", ["http://x/q"], ["http://x/r"]),
        ("{ { SELECT ?s (MAX(?v) AS ?o) WHERE { ?s ?p ?v } GROUP BY ?s } }", ["http://x/q"], []),
        ("{ ?s x:p ?o MINUS { ?s x:q ?v } }", ["http://x/q"], ["http://x/r"]),
    ],
)
def test_what_a_rule_can_look_at(where: str, sees: list[str], misses: list[str]) -> None:
    reads = read_by(HEAD + where)
    assert [key for key in sees if not reads.see(key)] == []
    assert [key for key in misses if reads.see(key)] == []


def test_without_the_word_where_nothing_is_overlooked() -> None:
    text = HEAD.removesuffix("WHERE ") + "{ ?s ?p ?o { SELECT ?s WHERE { ?s <http://x/p> 1 } } }"
    assert read_by(text).see("http://x/q")


def test_leaving_rules_out_gives_the_same_graph(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ox.Store()
    for source in read_sources(project).files:
        store.extend(source.quads)
    for name in ("hrdem.ttl", "alignments.ttl"):
        store.extend(read_rdf(project.ontology / name).quads)
    patient = ox.Store()
    patient.extend(store)
    added = apply_rules(store, project)
    monkeypatch.setattr(rules, "read_by", lambda text: Reads(frozenset(), True, True))
    assert apply_rules(patient, project) == added
    assert set(patient) == set(store)
