"""The engine that runs the rules: to the end, in order, and never without end.

What each rule of the project derives is tested elsewhere; here are rules made for the purpose.
"""

from __future__ import annotations

import random
import re

import pyoxigraph as ox
import pytest

from conftest import Mini
from hrdem import rules
from hrdem import vocabulary as v
from hrdem.documents import read_rdf, read_sources
from hrdem.lines import Answer, Growing, line_of
from hrdem.project import Project
from hrdem.rules import MAX_ROUNDS, Reads, apply_rules, read_by, read_rules, sides

E = "http://e/"


def node(name: str) -> ox.NamedNode:
    return ox.NamedNode(E + name)


def chain(length: int) -> Growing:
    """Return a graph in which 0 is before 1, 1 before 2 and so on, each in a graph of its own."""
    return Growing(
        (f"{E}graph{at}", [f"<{E}{at}> <{E}before> <{E}{at + 1}>"]) for at in range(length)
    )


def rule(mini: Mini, name: str, construct: str, where: str) -> None:
    text = f"PREFIX : <{E}>\nCONSTRUCT {{ {construct} }}\nWHERE {{ {where} }}\n"
    mini.write(f"ontology/rules/{name}.rq", text)


def test_a_rule_feeds_on_its_own_results_and_sees_all_graphs(mini: Mini) -> None:
    rule(mini, "20-closure", "?a :before ?c", "?a :before ?b . ?b :before ?c")
    graph = chain(6)

    added = apply_rules(graph, mini.project)

    assert added == {"labels": 0, "closure": 21 - 6}
    derived = v.GRAPH + "derived-closure"
    assert list(graph.lines.values()).count(derived) == 15
    assert {(q.subject.value, v.value(q.object)) for q in graph.store} == {
        (f"{E}{a}", f"{E}{b}") for a in range(7) for b in range(a + 1, 7)
    }


def test_rules_feed_each_other_whatever_their_order(mini: Mini) -> None:
    rule(mini, "20-late", "?a :b ?x", "?a :c ?x")
    rule(mini, "30-early", "?a :c ?x", "?a :before ?x")
    graph = chain(1)

    assert apply_rules(graph, mini.project) == {"labels": 0, "late": 1, "early": 1}
    assert len(graph.store) == len(graph.lines) == 3


def test_what_is_there_already_is_not_derived_again(mini: Mini) -> None:
    rule(mini, "20-one", "?a :next ?b", "?a :before ?b")
    rule(mini, "30-two", "?a :next ?b . ?a :before ?b", "?a :before ?b")
    graph = chain(3)

    assert apply_rules(graph, mini.project) == {"labels": 0, "one": 3, "two": 0}
    assert apply_rules(graph, mini.project) == {"labels": 0, "one": 0, "two": 0}


def test_a_rule_about_absence_sees_what_the_rules_before_it_added(mini: Mini) -> None:
    rule(mini, "20-closure", "?a :before ?c", "?a :before ?b . ?b :before ?c")
    rule(mini, "30-last", "?a :last true", "?a :before ?b FILTER NOT EXISTS { ?a :before :9 }")
    graph = chain(9)

    assert apply_rules(graph, mini.project)["last"] == 0


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
            "CONSTRUCT { ?s ?p 1 }\nWHERE { GRAPH ?g { ?s ?p ?o } }\n",
            "ontology/rules/20-new.rq:2: Rules see all graphs as one, in which GRAPH finds nothing."
            " Ask without naming graphs.",
            id="names graphs",
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
        ('{ ?s ?p ?o FILTER(STRSTARTS(STR(?p), "http://x/")) }', ["http://x/q"], ["http://y/q"]),
        ('{ ?s ?p ?o FILTER(!STRSTARTS(STR(?p), "http://x/")) }', ["http://x/q", "http://y/q"], []),
        ('{ ?s ?p ?o # FILTER(STRSTARTS(STR(?p), "http://x/"))\n}', ["http://y/q"], []),
        ('{ { ?s ?p ?o FILTER(STRSTARTS(STR(?p), "http://x/")) } UNION { ?s ?p 1 } }', ["y:q"], []),
        (
            '{ ?s a ?c FILTER(STRSTARTS(STR(?c), "http://x/")) }',
            ["a http://x/C"],
            ["a http://y/C", "http://x/q"],
        ),
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
    def given() -> Growing:
        files = list(read_sources(project).files)
        files += [read_rdf(project.ontology / name) for name in ("hrdem.ttl", "alignments.ttl")]
        return Growing((file.name, map(line_of, file.quads)) for file in files)

    graph, patient = given(), given()
    added = apply_rules(graph, project)
    everything = frozenset({""})
    monkeypatch.setattr(rules, "read_by", lambda _: Reads(frozenset(), everything, everything))
    monkeypatch.setattr(rules, "sides", lambda text: [text])
    assert apply_rules(patient, project) == added
    assert patient.lines == graph.lines


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("{ { ?a x:p ?b } UNION { ?a x:q ?b } }", ["?a x:p ?b", "?a x:q ?b"]),
        (
            "{{?a x:p ?b}union{ { ?a x:q ?b } UNION { ?a x:r ?b } }}",
            ["?a x:p ?b", "{ ?a x:q ?b } UNION { ?a x:r ?b }"],
        ),
        ("{ ?a x:r ?c . { ?a x:p ?b } UNION { ?a x:q ?b } }", None),
        ("{ { ?a x:p ?b } UNION { ?a x:q ?b } ?a x:r ?c }", None),
        ("{ { ?a x:p ?b } UNION { ?a x:q ?b } FILTER(?b != 1) }", None),
        ("{ { ?a x:p ?b } { ?a x:q ?b } }", None),
        ("{ { ?a x:p ?b } UNION { ?a x:q ?b } } LIMIT 1", None),
        ("{ ?a x:p ?b }", None),
        ("{ { ?a x:p ?b } }", ["?a x:p ?b"]),
        ('{ { ?a x:p "}" } UNION # {\n { ?a x:q ?b } }', ['?a x:p "}"', "?a x:q ?b"]),
    ],
)
def test_a_union_is_asked_side_by_side(where: str, expected: list[str] | None) -> None:
    text = HEAD + where
    found = sides(text)
    if expected is None:
        assert found == [text]
    else:
        assert [side.removeprefix(HEAD)[1:-1].strip() for side in found] == expected
        for side in found:
            ox.Store().query(side)


def test_without_the_word_where_nothing_is_parted() -> None:
    text = HEAD.removesuffix("WHERE ") + "{ { ?s ?p ?o } UNION { ?s ?p 1 } }"
    assert sides(text) == [text]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a rule add 50 facts, or twice as many as there are."""
    monkeypatch.setattr(rules, "MOST", 50)
    monkeypatch.setattr(rules, "TIMES", 2)


@pytest.mark.usefixtures("few")
def test_a_rule_that_adds_too_much(mini: Mini) -> None:
    rule(mini, "20-closure", "?a :before ?c", "?a :before+ ?c")

    assert apply_rules(chain(9), mini.project)["closure"] == 45 - 9
    error = mini.error(lambda project: apply_rules(chain(30), project))
    assert error.startswith(
        "ontology/rules/20-closure.rq: This rule adds more than 60 facts to the 30 that there were,"
        " too many to build. The last one is <http://e/"
    )
    assert error.endswith(
        ">. Look whether facts lead along a very long line or in a circle, and shorten it."
    )


@pytest.mark.usefixtures("few")
def test_what_a_rule_adds_in_several_runs_counts_together(mini: Mini) -> None:
    rule(mini, "20-closure", "?a :before ?c", "?a :before ?b . ?b :before ?c")

    error = mini.error(lambda project: apply_rules(chain(30), project))
    assert "This rule adds more than 60 facts to the 30 that there were" in error


@pytest.mark.usefixtures("few")
def test_a_circle_is_named(mini: Mini) -> None:
    rule(mini, "20-closure", "?a :before ?c", "?a :before+ ?c")
    graph = chain(30)
    graph.add("", [f"<{E}30> <{E}before> <{E}0>"])

    error = mini.error(lambda project: apply_rules(graph, project))
    assert re.search(
        r"too many to build\. Among them <http://e/\d+> leads to itself by <http://e/before>:"
        r" look for the circle, and take out the step that leads back\.$",
        error,
    )


def test_a_rule_that_says_so_runs_once(mini: Mini) -> None:
    text = f"PREFIX : <{E}>\nCONSTRUCT {{ ?a :before ?c }}\nWHERE {{ ?a :before/:before ?c }}\n"
    mini.write("ontology/rules/20-steps.rq", text)
    assert apply_rules(chain(4), mini.project)["steps"] == 6

    mini.write("ontology/rules/20-steps.rq", f"# One run is enough: it is not.\n{text}")
    assert apply_rules(chain(4), mini.project)["steps"] == 3


def test_rules_of_the_project_that_say_so_need_one_run(project: Project) -> None:
    """Run again on what they made, they add nothing."""
    marked = [rule for rule in read_rules(project) if rule.once]
    assert [rule.name for rule in marked] == ["succession"]
    for seed in range(20):
        chance = random.Random(seed)
        names = ("directlySucceeds", "succeeds")
        steps = [
            f"<{E}{chance.randrange(12)}> <{v.HRDEM}{chance.choice(names)}>"
            f" <{E}{chance.randrange(12)}>"
            for _ in range(12)
        ]
        graph = Growing([("", steps)])
        for rule in marked:
            for more in (True, False):
                answer = graph.store.query(rule.text)
                assert isinstance(answer, ox.QueryTriples)
                new = Answer(graph.lines).read(answer).new
                assert more or not new
                graph.add(rule.graph, new)
