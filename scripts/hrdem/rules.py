"""Derives facts: runs the rules of ``ontology/rules/`` until they have nothing new to say.

A rule is a SPARQL 1.1 CONSTRUCT in a file ``{number}-{name}.rq``. Rules run in the order of their
file names, each until it adds nothing more, and all of them again until none adds anything. So a
rule may rest on its own results and on those of every other one; a rule that asks for the absence
of something (``NOT EXISTS``) must come after the rules that could add it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.documents import read_text
from hrdem.errors import HrdemError
from hrdem.project import Project
from hrdem.sparql import blank_comments, form_of, syntax_error

MAX_ROUNDS = 100
"""How often a rule, and all rules together, may run before they count as endless."""


@dataclass(frozen=True)
class Rule:
    """One rule: `name` is the file name without number and suffix, `text` its SPARQL."""

    name: str
    path: Path
    text: str

    @property
    def graph(self) -> ox.NamedNode:
        """The graph of the facts that this rule derives."""
        return ox.NamedNode(f"{v.GRAPH}derived-{self.name}")


def read_rules(project: Project) -> tuple[Rule, ...]:
    """Return the rules of a project in the order in which they run.

    Raises:
        HrdemError: if a rule is not a CONSTRUCT, is not valid, depends on more than the graph, or
            has the name of another one; with file, and line where there is one.
    """
    rules: dict[str, Rule] = {}
    for path in sorted((project.ontology / "rules").glob("*.rq")):
        rule = Rule(re.sub(r"^[0-9]+-", "", path.stem), path, read_text(path))
        _check(rule)
        if rule.name in rules:
            raise HrdemError(
                f"This rule has the name of {rules[rule.name].path.name}, apart from the number,"
                " and the name says which graph its facts go to. Rename one of the two.",
                path=path,
            )
        rules[rule.name] = rule
    return tuple(rules.values())


# What makes the answer of a rule depend on the moment, on chance or on another machine.
_NOT_OF_THE_GRAPH = re.compile(
    r"\b(NOW|RAND|UUID|STRUUID|BNODE)\s*\(|(?<![\w?$:/#-])(SERVICE)(?=[\s<?$])", re.I
)


def _check(rule: Rule) -> None:
    body = blank_comments(rule.text)
    try:
        form = form_of(rule.text)
    except HrdemError:
        form = "no query"
    if form != "construct":
        found = re.search(rf"\b{form}\b", body, re.I)
        raise HrdemError(
            "A rule says which facts follow from which, so it must be a CONSTRUCT; this is"
            f" {form.upper() if found else 'none'}. Rewrite it, or move it to queries/ if it is a"
            " question.",
            path=rule.path,
            line=body.count("\n", 0, found.start()) + 1 if found else None,
        )
    found = _NOT_OF_THE_GRAPH.search(body)
    if found:
        raise HrdemError(
            f"A rule may rest on nothing but the graph, so that every build gives the same facts;"
            f" this one uses {(found[1] or found[2]).upper()}. Rewrite it without.",
            path=rule.path,
            line=body.count("\n", 0, found.start()) + 1,
        )
    try:
        ox.Store().query(rule.text)
    except SyntaxError as error:
        raise syntax_error(rule.text, error, rule.path) from None


def apply_rules(store: ox.Store, project: Project) -> dict[str, int]:
    """Add to `store` what follows from it by the rules of `project`.

    The rules see the union of all graphs. A derived triple that no graph has yet goes into the
    graph ``https://w3id.org/hrdem/graph/derived-{rule}`` of the rule that derived it first.

    Args:
        store: the store to read and to add to.
        project: the project whose rules to run.

    Returns:
        Name of each rule, in the order in which they run, to the number of triples it added.

    Raises:
        HrdemError: if a rule is wrong (see :func:`read_rules`), makes a blank node, or adds facts
            without end.
    """
    rules = read_rules(project)
    known = {quad.triple for quad in store}
    added = dict.fromkeys((rule.name for rule in rules), 0)
    settled = dict.fromkeys(added, -1)  # how many triples there were when the rule had no more
    for _ in range(MAX_ROUNDS):
        before = len(known)
        for rule in rules:
            if settled[rule.name] != len(known):
                added[rule.name] += _run(rule, store, known)
                settled[rule.name] = len(known)
        if len(known) == before:
            return added
    raise HrdemError(
        f"The rules still added facts after {MAX_ROUNDS} rounds, so together they never come to an"
        " end. Look for rules that invent new IRIs or numbers from the results of each other.",
        path=project.ontology / "rules",
    )


def _run(rule: Rule, store: ox.Store, known: set[ox.Triple]) -> int:
    """Run one rule until it adds nothing; return how many triples it added."""
    total = 0
    for _ in range(MAX_ROUNDS):
        answer = store.query(rule.text, use_default_graph_as_union=True)
        assert isinstance(answer, ox.QueryTriples)
        new = {triple for triple in answer if triple not in known}
        if not new:
            return total
        if any(isinstance(term, ox.BlankNode) for t in new for term in (t.subject, t.object)):
            raise HrdemError(
                "This rule makes blank nodes, [ ] or _:name, which nothing could point at. Make an"
                " IRI with BIND(IRI(CONCAT(...)) AS ?x) instead.",
                path=rule.path,
            )
        store.extend(ox.Quad(t.subject, t.predicate, t.object, rule.graph) for t in new)
        known |= new
        total += len(new)
    raise HrdemError(
        f"This rule still added facts after {MAX_ROUNDS} rounds, so it never comes to an end. Look"
        " for an IRI or a number that it makes anew from its own results.",
        path=rule.path,
    )
