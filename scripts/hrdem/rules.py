"""Derives facts: runs the rules of ``ontology/rules/`` until they have nothing new to say.

A rule is a SPARQL 1.1 CONSTRUCT in a file ``{number}-{name}.rq``. Rules run in the order of their
file names, each until it can add nothing more, and all of them again until none can: a rule is not
run again where nothing has been added that it could look at. So a rule may rest on its own results
and on those of every other one; a rule that asks for the absence of something (``NOT EXISTS``) must
come after the rules that could add it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.documents import read_text
from hrdem.errors import HrdemError
from hrdem.project import Project
from hrdem.sparql import blank_comments, form_of, masked, syntax_error

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
    reads = {rule.name: read_by(rule.text) for rule in rules}
    graph = _Growing(store)
    added = dict.fromkeys((rule.name for rule in rules), 0)
    for _ in range(MAX_ROUNDS):
        before = len(graph.known)
        for rule in rules:
            added[rule.name] += _run(rule, reads[rule.name], graph)
        if len(graph.known) == before:
            return added
    raise HrdemError(
        f"The rules still added facts after {MAX_ROUNDS} rounds, so together they never come to an"
        " end. Look for rules that invent new IRIs or numbers from the results of each other.",
        path=project.ontology / "rules",
    )


class Reads(NamedTuple):
    """Which triples a rule can look at.

    Attributes:
        names: the IRIs that its WHERE mentions.
        any_predicate: whether it looks at triples with any predicate.
        any_class: whether it looks at things of any class.
    """

    names: frozenset[str]
    any_predicate: bool
    any_class: bool

    def see(self, key: str) -> bool:
        """Return whether the rule can look at triples with a key as :func:`_key` makes it."""
        if key.startswith(_CLASS):
            return self.any_predicate or self.any_class or key[len(_CLASS) :] in self.names
        return self.any_predicate or key in self.names


_CLASS = "a "
_TOKEN = re.compile(
    r"""<[^<>\s]*>|[?$]\w+|"[^"]*"(?:@[\w-]+|\^\^)?|'[^']*'|[\w.-]*:[\w.%-]*|\w+|[{}();.,]|\S"""
)
_TERM = re.compile(r"""<.|[?$]\w|"|'|[\w.-]*:|a\Z|\d""")


def read_by(text: str) -> Reads:
    """Return which triples the CONSTRUCT `text` can look at, or more, but never less.

    A variable in the place of a predicate means any predicate, unless VALUES in the same group says
    which; a variable in the place of a class means any class.
    """
    plain = masked(text)
    prefixes = dict(re.findall(r"(?i)PREFIX\s+([\w.-]*:)\s*<([^>]*)>", plain))
    body = plain
    where = re.search(r"(?i)\bWHERE\s*\{", plain)
    if where:
        before = plain[: where.start()]
        # Without the word, the first one found would be that of a query within.
        if before.count("{") == before.count("}"):
            body = plain[where.start() :]
    tokens = [token[0] for token in _TOKEN.finditer(body)]
    names = set()
    for token in tokens:
        if token.startswith("<") and token.endswith(">"):
            names.add(token[1:-1])
        elif ":" in token and not token.startswith(('"', "'")):
            prefix, _, local = token.partition(":")
            names.add(prefixes.get(prefix + ":", v.PREFIXES.get(prefix, "")) + local.rstrip("."))
    groups: list[int] = []
    any_predicate = any_class = False
    for place, token in enumerate(tokens):
        if token == "{":
            groups.append(place)
        elif token == "}" and groups:
            groups.pop()
        if place == 0 or place + 1 == len(tokens):
            continue
        before, after = tokens[place - 1], tokens[place + 1]
        named = after.startswith("<") or ":" in after
        if token == "a" or token.endswith((":type", "#type>")):
            any_class |= not named  # a variable, or a path that goes on
        if token == "!" and (named or after in ("(", "^", "a")):
            any_predicate = True  # any but some
        if token[0] not in "?$":
            continue
        any_class |= before == ","
        follows = bool(_TERM.match(before)) or before in (";", "]")
        leads = bool(_TERM.match(after)) or after in ("[", "(")
        any_predicate |= follows and leads and not _listed(tokens, groups, token)
    return Reads(frozenset(names), any_predicate, any_class)


def _listed(tokens: list[str], groups: list[int], variable: str) -> bool:
    """Return whether VALUES right in the innermost open group lists what a variable can be."""
    depth = 0
    for place in range(groups[-1] + 1 if groups else 0, len(tokens)):
        token = tokens[place]
        depth += (token == "{") - (token == "}")
        if depth < 0:
            return False
        if token.upper() == "VALUES" and depth == 0:
            end = tokens.index("{", place)
            if variable in tokens[place:end]:
                return True
    return False


def _key(triple: ox.Triple) -> str:
    """Return the predicate of a triple, or its class if it says that something is of a class."""
    predicate = triple.predicate.value
    return _CLASS + v.value(triple.object) if predicate == v.RDF_TYPE else predicate


class _Growing:
    """A store that rules add to, and when triples of which kind came into it.

    Attributes:
        store: the store.
        known: its triples.
        steps: how many rules have run.
        changed: key of triples to the step in which some were added last.
        ran: name of each rule to the step in which it ran last.
    """

    def __init__(self, store: ox.Store) -> None:
        self.store = store
        self.known = {quad.triple for quad in store}
        self.steps = 0
        self.changed: dict[str, int] = {}
        self.ran: dict[str, int] = {}

    def news(self, rule: Rule, reads: Reads) -> bool:
        """Return whether there is anything that the rule can look at and has not."""
        last = self.ran.get(rule.name)
        return last is None or any(
            step >= last and reads.see(key) for key, step in self.changed.items()
        )

    def add(self, rule: Rule, new: set[ox.Triple]) -> None:
        """Add what the rule derived, which it did without looking at it."""
        self.ran[rule.name] = self.steps
        self.store.extend(ox.Quad(t.subject, t.predicate, t.object, rule.graph) for t in new)
        self.known |= new
        for key in {_key(triple) for triple in new}:
            self.changed[key] = self.steps
        self.steps += 1


def _run(rule: Rule, reads: Reads, graph: _Growing) -> int:
    """Run one rule until it can add nothing; return how many triples it added."""
    total = 0
    for _ in range(MAX_ROUNDS):
        if not graph.news(rule, reads):
            return total
        answer = graph.store.query(rule.text, use_default_graph_as_union=True)
        assert isinstance(answer, ox.QueryTriples)
        new = {triple for triple in answer if triple not in graph.known}
        if any(isinstance(term, ox.BlankNode) for t in new for term in (t.subject, t.object)):
            raise HrdemError(
                "This rule makes blank nodes, [ ] or _:name, which nothing could point at. Make an"
                " IRI with BIND(IRI(CONCAT(...)) AS ?x) instead.",
                path=rule.path,
            )
        graph.add(rule, new)
        total += len(new)
    raise HrdemError(
        f"This rule still added facts after {MAX_ROUNDS} rounds, so it never comes to an end. Look"
        " for an IRI or a number that it makes anew from its own results.",
        path=rule.path,
    )
