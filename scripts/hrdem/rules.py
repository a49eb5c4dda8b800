"""Derives facts: runs the rules of ``ontology/rules/`` until they have nothing new to say.

A rule is a SPARQL 1.1 CONSTRUCT in a file ``{number}-{name}.rq``. Rules run in the order of their
file names, each until it can add nothing more, and all of them again until none can: a rule is not
run again where nothing has been added that it could look at. So a rule may rest on its own results
and on those of every other one; a rule that asks for the absence of something (``NOT EXISTS``) must
come after the rules that could add it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.documents import read_text
from hrdem.errors import HrdemError
from hrdem.lines import TYPE, Answer, Growing
from hrdem.project import Project
from hrdem.serialise import turtle_term
from hrdem.sparql import blank_comments, form_of, masked, syntax_error

MAX_ROUNDS = 100
"""How often a rule, and all rules together, may run before they count as endless."""
MOST = 1_000_000
"""How many facts a rule may add at least; where there are many, :data:`TIMES` as many as there are.

The rules of the project add a third of what there is at most; a line of 1,500 instruments that
succeed each other has more pairs than this.
"""
TIMES = 10


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        name: the file name without number and suffix.
        path: the file.
        text: its SPARQL.
    """

    name: str
    path: Path
    text: str

    @property
    def once(self) -> bool:
        """Whether it says that nothing more follows from its own results."""
        return bool(re.search(r"(?m)^# One run is enough\b", self.text))

    @property
    def graph(self) -> str:
        """IRI of the graph of the facts that this rule derives."""
        return f"{v.GRAPH}derived-{self.name}"


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


_NAMES_GRAPHS = re.compile(r"(?<![\w?$:/#-])(GRAPH|FROM)(?=[\s<?$])", re.I)


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
    found = _NAMES_GRAPHS.search(masked(rule.text))
    if found:
        raise HrdemError(
            f"Rules see all graphs as one, in which {found[1].upper()} finds nothing. Ask without"
            " naming graphs.",
            path=rule.path,
            line=body.count("\n", 0, found.start()) + 1,
        )
    try:
        ox.Store().query(rule.text)
    except SyntaxError as error:
        raise syntax_error(rule.text, error, rule.path) from None


def apply_rules(graph: Growing, project: Project) -> dict[str, int]:
    """Add to `graph` what follows from it by the rules of `project`.

    The rules see the union of all graphs. A derived triple that no graph has yet goes into the
    graph ``https://w3id.org/hrdem/graph/derived-{rule}`` of the rule that derived it first.

    Args:
        graph: the graph to read and to add to.
        project: the project whose rules to run.

    Returns:
        Name of each rule, in the order in which they run, to the number of triples it added.

    Raises:
        HrdemError: if a rule is wrong (see :func:`read_rules`), makes a blank node, or adds facts
            without end.
    """
    running = _Running(graph)
    rules = [(rule, [_Side(side) for side in sides(rule.text)]) for rule in read_rules(project)]
    added = {rule.name: 0 for rule, _ in rules}
    for _ in range(MAX_ROUNDS):
        before = len(graph.lines)
        for rule, its_sides in rules:
            added[rule.name] += running.run(rule, its_sides)
        if len(graph.lines) == before:
            return added
    raise HrdemError(
        f"The rules still added facts after {MAX_ROUNDS} rounds, so together they never come to an"
        " end. Look for rules that invent new IRIs or numbers from the results of each other.",
        path=project.ontology / "rules",
    )


def sides(text: str) -> list[str]:
    """Return CONSTRUCTs that together give what the CONSTRUCT `text` gives.

    Where its WHERE is a UNION and nothing else, each side can be asked by itself, so that only
    those are asked again that can look at something new.
    """
    plain = masked(text)
    where = _where(plain)
    if where is None:
        return [text]
    start = where.end()
    found: list[str] = []
    depth, opened, ended = 0, start, start
    for brace in re.finditer(r"[{}]", plain[start:]):
        at = start + brace.start()
        if brace[0] == "{":
            if depth == 0:
                between = plain[ended:at].strip().upper()
                if between != ("UNION" if found else ""):
                    return [text]
                opened = at
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                ended = at + 1
                found.append(text[opened + 1 : at])
        elif found and not (plain[ended:at] + plain[at + 1 :]).strip():
            return [f"{text[:start]}{side}}}" for side in found]
        else:
            break
    return [text]


def _where(plain: str) -> re.Match[str] | None:
    """Return the place of the outermost WHERE with its brace, if that has the word."""
    where = re.search(r"(?i)\bWHERE\s*\{", plain)
    if where is None:
        return None
    before = plain[: where.start()]
    # Without the word, the first one found would be that of a query within.
    return where if before.count("{") == before.count("}") else None


class Reads(NamedTuple):
    """Which triples a rule can look at.

    Attributes:
        names: the IRIs that its WHERE mentions.
        predicates: what the IRIs begin with that it looks at as predicates whatever they are; ""
            if it looks at triples with any predicate.
        classes: the same of classes.
    """

    names: frozenset[str]
    predicates: frozenset[str]
    classes: frozenset[str]

    def see(self, key: str) -> bool:
        """Return whether the rule can look at triples with a key as :func:`_key` makes it."""
        if key.startswith(_CLASS):
            name = key.removeprefix(_CLASS)
            known = name in self.names or name.startswith(tuple(self.classes))
            return known or v.RDF_TYPE.startswith(tuple(self.predicates))
        return key in self.names or key.startswith(tuple(self.predicates))


_ANY = ""
_CLASS = "a "
_TOKEN = re.compile(
    r"""<[^<>\s]*>|[?$]\w+|"[^"]*"(?:@[\w-]+|\^\^)?|'[^']*'|[\w.-]*:[\w.%-]*|\w+|[{}();.,]|\S"""
)
_TERM = re.compile(r"""<.|[?$]\w|"|'|[\w.-]*:|a\Z|\d""")


def read_by(text: str) -> Reads:
    """Return which triples the CONSTRUCT `text` can look at, or more, but never less.

    A variable in the place of a predicate means any predicate, unless VALUES in the same group says
    which; a variable in the place of a class means any class. Where the WHERE is one group, a
    FILTER that says what the IRI of a variable begins with counts.
    """
    plain = masked(text)
    prefixes = dict(re.findall(r"(?i)PREFIX\s+([\w.-]*:)\s*<([^>]*)>", plain))
    where = _where(plain)
    body = plain if where is None else plain[where.start() :]
    tokens = [token[0] for token in _TOKEN.finditer(body)]
    names = set()
    for token in tokens:
        if token.startswith("<") and token.endswith(">"):
            names.add(token[1:-1])
        elif ":" in token and not token.startswith(('"', "'")):
            prefix, _, local = token.partition(":")
            names.add(prefixes.get(prefix + ":", v.PREFIXES.get(prefix, "")) + local.rstrip("."))
    groups: list[int] = []
    predicates, classes = set(), set()
    spaces = _spaces(text, plain) if body.count("{") == 1 else {}
    for place, token in enumerate(tokens):
        if token == "{":
            groups.append(place)
        elif token == "}" and groups:
            groups.pop()
        if place == 0 or place + 1 == len(tokens):
            continue
        before, after = tokens[place - 1], tokens[place + 1]
        named = after.startswith("<") or ":" in after
        if not named and (token == "a" or token.endswith((":type", "#type>"))):
            classes.add(spaces.get(after, _ANY))  # a variable, or a path that goes on
        if token == "!" and (named or after in ("(", "^", "a")):
            predicates.add(_ANY)  # any but some
        if token[0] not in "?$":
            continue
        if before == ",":
            classes.add(spaces.get(token, _ANY))
        follows = bool(_TERM.match(before)) or before in (";", "]")
        leads = bool(_TERM.match(after)) or after in ("[", "(")
        if follows and leads and not _listed(tokens, groups, token):
            predicates.add(spaces.get(token, _ANY))
    return Reads(frozenset(names), frozenset(predicates), frozenset(classes))


_BEGINS = re.compile(
    r"""(?i)FILTER\s*\(\s*STRSTARTS\s*\(\s*STR\s*\(\s*([?$]\w+)\s*\)\s*,\s*"([^"\\]+)"\s*\)\s*\)"""
)


def _spaces(text: str, plain: str) -> dict[str, str]:
    """Return the variables of which a FILTER says what their IRIs begin with, and that."""
    return {
        found[1]: found[2]
        for found in _BEGINS.finditer(text)
        if plain[found.start()] not in " x"  # neither in a comment nor in a string
    }


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


def _key(line: str) -> str:
    """Return the predicate of a line, or its class if it says that something is of a class."""
    _, predicate, value = line.split(" ", 2)
    return _CLASS + value[1:-1] if predicate == TYPE else predicate[1:-1]


class _Side:
    """One side of a rule.

    Attributes:
        text: its query.
        reads: what it can look at.
        ran: the step in which it ran last, if it did.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.reads = read_by(text)
        self.ran: int | None = None


class _Running:
    """The rules as they run over a graph, and when triples of which kind came into it.

    Attributes:
        graph: the graph.
        given: how many triples it had to begin with.
        most: how many a rule may add.
        steps: how often rules have run.
        changed: key of triples to the step in which some were added last.
    """

    def __init__(self, graph: Growing) -> None:
        self.graph = graph
        self.given = len(graph.lines)
        self.most = max(MOST, TIMES * self.given)
        self.steps = 0
        self.changed: dict[str, int] = {}

    def run(self, rule: Rule, its_sides: list[_Side]) -> int:
        """Run one rule until it can add nothing; return how many triples it added."""
        total = 0
        for _ in range(MAX_ROUNDS):
            due = [side for side in its_sides if self._news(rule, side)]
            if not due:
                return total
            total += self._step(rule, due, total)
        raise HrdemError(
            f"This rule still added facts after {MAX_ROUNDS} rounds, so it never comes to an end."
            " Look for an IRI or a number that it makes anew from its own results.",
            path=rule.path,
        )

    def _news(self, rule: Rule, side: _Side) -> bool:
        """Return whether there is anything that a side can look at and has not."""
        if side.ran is None:
            return True
        since = side.ran + rule.once  # what it added itself has the number of its own step
        return any(step >= since and side.reads.see(key) for key, step in self.changed.items())

    def _step(self, rule: Rule, due: list[_Side], before: int) -> int:
        """Ask the sides of a rule that are due, then add what they derived.

        Args:
            rule: the rule.
            due: its sides.
            before: how many triples it has added already.
        """
        found: dict[str, None] = {}
        for side in due:
            answer = self.graph.store.query(side.text)
            assert isinstance(answer, ox.QueryTriples)
            read = Answer(self.graph.lines, self.most - before - len(found)).read(answer)
            if read.too_many:
                raise self._too_many(rule, read.new)
            found.update(read.new)
            side.ran = self.steps
        for line in found:
            subject, _, value = line.split(" ", 2)
            if subject[0] == "_" or value[0] == "_":
                raise HrdemError(
                    "This rule makes blank nodes, [ ] or _:name, which nothing could point at. Make"
                    " an IRI with BIND(IRI(CONCAT(...)) AS ?x) instead.",
                    path=rule.path,
                )
        new = self.graph.add(rule.graph, found)
        self.changed.update(dict.fromkeys({_key(line) for line in new}, self.steps))
        self.steps += 1
        return len(new)

    def _too_many(self, rule: Rule, found: Iterable[str]) -> HrdemError:
        said = (
            f"This rule adds more than {self.most:,} facts to the {self.given:,} that there were,"
            " too many to build."
        )
        parts = [line.split(" ", 2) for line in found]
        for subject, predicate, value in parts:
            if subject == value:
                return HrdemError(
                    f"{said} Among them {v.shorten(subject[1:-1])} leads to itself by"
                    f" {v.shorten(predicate[1:-1])}: look for the circle, and take out the step"
                    " that leads back.",
                    path=rule.path,
                )
        shown = " ".join(map(turtle_term, parts[-1]))
        return HrdemError(
            f"{said} The last one is {shown}. Look whether facts lead along a very long line or in"
            " a circle, and shorten it.",
            path=rule.path,
        )
