"""Weakens the shapes of the project in one place at a time.

Each weakened variant, a *mutant*, is an edit of the statements about one shape. Most say less than
the shape does; those that swap a term say something else. What no result could show is left alone:
names, messages, and the severity of shapes that never report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox
import rdflib

from hrdem import vocabulary as v
from hrdem.check import shacl
from shapes import TARGETS, Shapes, sh
from weaken_sparql import weaken

Term = ox.NamedNode | ox.BlankNode | ox.Literal
Pairs = Iterable[tuple[ox.NamedNode, Term]]

LOWER = ("minCount", "qualifiedMinCount", "minLength", "minInclusive", "minExclusive")
HIGHER = ("maxCount", "qualifiedMaxCount", "maxLength", "maxInclusive", "maxExclusive")
LISTS = ("in", "languageIn", "ignoredProperties")
ALTERNATIVES = ("or", "xone", "and")
SIMPLE = ("class", "datatype", "nodeKind", "pattern", "flags", "hasValue", "uniqueLang", "closed")
PAIRS = ("equals", "disjoint", "lessThan", "lessThanOrEquals")
SHAPES = ("node", "not", "qualifiedValueShape")
DROPPED = (*LOWER, *HIGHER, "in", "languageIn", *ALTERNATIVES, *SIMPLE, *PAIRS, *SHAPES)
"""Parameters that are dropped; of those that make sense only together, the others stay."""
UNTOUCHED = (
    *("name", "description", "message", "path", "property", "sparql", "prefixes", "severity"),
    *("select", "order", "group", "deactivated", "ignoredProperties"),
)
"""What is no constraint, and what is weakened elsewhere in this module."""

SWAPS = {
    "lessThan": "lessThanOrEquals",
    "lessThanOrEquals": "lessThan",
    "equals": "disjoint",
    "disjoint": "equals",
    "xone": "or",
    "or": "xone",
}
"""Parameters that change places with another: the border between them must be shown."""
DATATYPES = {v.XSD + "string": v.RDF + "langString", v.XSD + "date": v.XSD + "gYear"}
"""Datatypes that are swapped for another one than xsd:string."""
NODE_KINDS = {
    "IRI": ("IRIOrLiteral", "Literal"),
    "Literal": ("IRIOrLiteral", "IRI"),
    "BlankNode": ("BlankNodeOrIRI", "IRI"),
    "IRIOrLiteral": ("Literal",),
    "BlankNodeOrIRI": ("BlankNode",),
    "BlankNodeOrLiteral": ("Literal",),
}
SEVERITIES = {"Violation": "Warning", "Warning": "Info"}


@dataclass(frozen=True)
class Mutant:
    """One weakened variant of the shapes.

    Attributes:
        shape: the shape, or SPARQL-based constraint, whose statements are edited.
        kind: what kind of change it is.
        what: the change in words.
        removed: the statements that are taken away.
        added: the statements that are put in their place.
    """

    shape: ox.NamedNode
    kind: str
    what: str
    removed: frozenset[ox.Quad]
    added: tuple[ox.Quad, ...] = ()

    @property
    def name(self) -> str:
        """The name of the mutant: the shape, and what was changed."""
        return f"{self.shape.value.removeprefix(v.SHAPE)}: {self.what}"


def mutants(shapes: Shapes, names: Iterable[ox.NamedNode]) -> Iterator[Mutant]:
    """Yield the mutants of shapes and SPARQL-based constraints, those of each in a fixed order.

    Args:
        shapes: all shapes.
        names: which of them to change.

    Raises:
        ValueError: if a shape has a parameter that this module does not know.
    """
    sources = {
        source
        for shape in shapes.reporting
        for source in (shape, *shapes.values(shape, "property", "sparql"))
    }
    for name in names:
        weakener = _Weakener(shapes, name)
        yield from weakener.constraints()
        yield from weakener.targets()
        yield from weakener.paths()
        if name in sources and shapes.values(name, *DROPPED, "sparql"):
            yield from weakener.severity()


class _Weakener:
    """Makes the mutants of one shape."""

    def __init__(self, shapes: Shapes, shape: ox.NamedNode) -> None:
        self.shapes = shapes
        self.shape = shape
        self.own = sorted(shapes.store.quads_for_pattern(shape, None, None), key=str)

    def mutant(self, kind: str, what: str, removed: ox.Quad, added: Pairs = ()) -> Mutant:
        new = tuple(ox.Quad(self.shape, predicate, term) for predicate, term in added)
        return Mutant(self.shape, kind, what, frozenset({removed}), new)

    def constraints(self) -> Iterator[Mutant]:
        for quad in self.own:
            name = quad.predicate.value.removeprefix(v.SH)
            if quad.predicate.value == v.RDF_TYPE or name in (*UNTOUCHED, *TARGETS):
                if name == "select":
                    yield from self.query(quad)
                continue
            if name not in DROPPED:
                raise ValueError(f"{self.shape}: nobody has said how to weaken sh:{name}")
            value = term_of(quad)
            yield from self.drop(quad, name)
            yield from self.bound(quad, name)
            yield from self.term(quad, name)
            if name in LISTS:
                yield from self.members(quad, name)
            if name in ALTERNATIVES:
                yield from self.alternatives(quad, name)
            if name in SWAPS:
                kind = "alternative" if name in ALTERNATIVES else "pair"
                what = f"sh:{SWAPS[name]} for sh:{name} {self.text(value)}"
                yield self.mutant(kind, what, quad, [(sh(SWAPS[name]), value)])
            if name == "pattern":
                yield from self.pattern(quad)
            if name == "closed":
                yield from self.ignored()
            if name in ("node", "not"):
                yield self.negated(quad, name)

    def drop(self, quad: ox.Quad, name: str) -> Iterator[Mutant]:
        what = f"drop sh:{name} {self.text(term_of(quad))}"
        removed = {quad}
        if name.startswith("qualified"):
            if name == "qualifiedValueShape":
                return
            # A shape for values needs a count: without the last one it goes too.
            with_it = [q for q in self.own if q.predicate.value.startswith(v.SH + "qualified")]
            if sum("Count" in q.predicate.value for q in with_it) == 1:
                removed = set(with_it)
        yield Mutant(self.shape, "constraint", what, frozenset(removed))

    def text(self, value: Term) -> str:
        if isinstance(value, ox.BlankNode):
            members = self.shapes.members(value)
            return "( " + " ".join(self.text(member) for member in members) + " )"
        if isinstance(value, ox.NamedNode):
            return v.shorten(value.value)
        return value.value

    def bound(self, quad: ox.Quad, name: str) -> Iterator[Mutant]:
        if name not in (*LOWER, *HIGHER):
            return
        assert isinstance(quad.object, ox.Literal)
        number = int(quad.object.value)
        looser = number + (1 if name in HIGHER else -1)
        # A least count or length of nothing is no constraint: that is to drop it.
        if looser == 0 and name in ("minCount", "qualifiedMinCount", "minLength"):
            return
        kind = "count" if "Count" in name else "bound"
        literal = ox.Literal(str(looser), datatype=quad.object.datatype)
        what = f"sh:{name} {looser} for {number}"
        yield self.mutant(kind, what, quad, [(quad.predicate, literal)])

    def term(self, quad: ox.Quad, name: str) -> Iterator[Mutant]:
        value = quad.object
        if not isinstance(value, ox.NamedNode):
            return
        others: tuple[str, ...]
        match name:
            case "datatype":
                other = (
                    v.RDF + "langString" if value.value == v.XSD + "string" else v.XSD + "string"
                )
                others = (DATATYPES.get(value.value, other),)
            case "class":
                others = tuple(
                    v.HRDEM + kind
                    for kind in ("Document", "Instrument")
                    if value.value != v.HRDEM + kind
                )[:1]
            case "nodeKind":
                others = tuple(v.SH + k for k in NODE_KINDS[value.value.removeprefix(v.SH)])
            case _:
                return
        for changed in others:
            what = f"sh:{name} {v.shorten(changed)} for {self.text(value)}"
            kind = {"class": "class", "datatype": "datatype"}.get(name, "node kind")
            yield self.mutant(kind, what, quad, [(quad.predicate, ox.NamedNode(changed))])

    def members(self, quad: ox.Quad, name: str) -> Iterator[Mutant]:
        assert isinstance(quad.object, ox.BlankNode)
        members = self.shapes.members(quad.object)
        for n, member in enumerate(members):
            what = f"sh:{name} without {self.text(member)}"
            yield self.relisted(quad, "list: member dropped", what, members[:n] + members[n + 1 :])
        new = self.another(name, members)
        what = f"sh:{name} with {self.text(new)}"
        yield self.relisted(quad, "list: member added", what, [*members, new])

    def another(self, name: str, members: list[Term]) -> Term:
        """Return what a list could hold too: for sh:in, a member of a list that is most like it."""
        if name == "languageIn":
            return ox.Literal("de" if ox.Literal("fr") in members else "fr")
        if name == "ignoredProperties":
            return ox.NamedNode(v.RDFS + "comment")
        lists = [
            self.shapes.members(quad.object)
            for quad in self.shapes.store.quads_for_pattern(None, sh("in"), None)
        ]
        space = self.text(members[0]).partition(":")[0]
        # Those that share a member first, then those of the same namespace, then by name.
        candidates = sorted(
            (-len(set(found) & set(members)), self.text(term).partition(":")[0] != space, str(term))
            for found in lists
            for term in found
            if term not in members and isinstance(term, ox.NamedNode)
        )
        return ox.NamedNode(candidates[0][2][1:-1] if candidates else v.RDF + "nil")

    def relisted(self, quad: ox.Quad, kind: str, what: str, members: list[Term]) -> Mutant:
        head, cells = new_list(members)
        changed = self.mutant(kind, what, quad, [(quad.predicate, head)])
        return Mutant(self.shape, kind, what, changed.removed, (*changed.added, *cells))

    def alternatives(self, quad: ox.Quad, name: str) -> Iterator[Mutant]:
        assert isinstance(quad.object, ox.BlankNode)
        members = self.shapes.members(quad.object)
        for n, member in enumerate(members):
            before, after = members[:n], members[n + 1 :]
            if len(members) > 1:
                what = f"sh:{name} without {self.text(member)}"
                yield self.relisted(quad, "alternative", what, [*before, *after])
            what = f"sh:{name} with {self.text(member)} negated"
            negation = ox.BlankNode()
            mutant = self.relisted(quad, "alternative", what, [*before, negation, *after])
            added = (*mutant.added, ox.Quad(negation, sh("not"), member))
            yield Mutant(self.shape, mutant.kind, what, mutant.removed, added)

    def negated(self, quad: ox.Quad, name: str) -> Mutant:
        opposite = sh("not" if name == "node" else "node")
        what = f"{v.shorten(opposite.value)} for sh:{name} {self.text(term_of(quad))}"
        return self.mutant("alternative", what, quad, [(opposite, term_of(quad))])

    def pattern(self, quad: ox.Quad) -> Iterator[Mutant]:
        assert isinstance(quad.object, ox.Literal)
        for what, looser in looser_patterns(quad.object.value):
            added = [(quad.predicate, ox.Literal(looser))]
            yield self.mutant("pattern", f"sh:pattern {what}", quad, added)

    def ignored(self) -> Iterator[Mutant]:
        for quad in self.own:
            if quad.predicate == sh("ignoredProperties"):
                yield from self.members(quad, "ignoredProperties")

    def query(self, quad: ox.Quad) -> Iterator[Mutant]:
        (constraint,) = (c for c in self.shapes.sparql if c.iri == self.shape.value)
        assert isinstance(quad.object, ox.Literal)
        prologue = constraint.query.removesuffix(quad.object.value)
        for kind, what, query in weaken(quad.object.value, prologue):
            yield self.mutant(kind, what, quad, [(quad.predicate, ox.Literal(query))])

    def targets(self) -> Iterator[Mutant]:
        for quad in self.own:
            name = quad.predicate.value.removeprefix(v.SH)
            if name in TARGETS:
                yield self.mutant("target", f"drop sh:{name} {self.text(term_of(quad))}", quad)

    def severity(self) -> Iterator[Mutant]:
        for quad in self.own:
            if quad.predicate != sh("severity"):
                continue
            now = v.value(quad.object).removeprefix(v.SH)
            if now in SEVERITIES:
                lower = sh(SEVERITIES[now])
                what = f"sh:severity {v.shorten(lower.value)} for sh:{now}"
                yield self.mutant("severity", what, quad, [(quad.predicate, lower)])

    def paths(self) -> Iterator[Mutant]:
        """Yield the mutants that take one property out of an alternative path."""
        store = self.shapes.store
        pending: list[Term] = [term_of(q) for q in self.own if q.predicate == sh("path")]
        while pending:
            node = pending.pop()
            if not isinstance(node, ox.BlankNode):
                continue
            pending += self.shapes.members(node)
            for quad in store.quads_for_pattern(node, None, None):
                if quad.predicate in (sh("inversePath"), sh("alternativePath")):
                    pending.append(term_of(quad))
                if quad.predicate != sh("alternativePath"):
                    continue
                members = self.shapes.members(quad.object)
                for n, member in enumerate(members):
                    rest = members[:n] + members[n + 1 :]
                    what = f"sh:alternativePath without {path_text(self.shapes, member)}"
                    yield self.shorter_path(node, quad, what, rest)

    def shorter_path(
        self, node: ox.BlankNode, quad: ox.Quad, what: str, rest: list[Term]
    ) -> Mutant:
        if len(rest) > 1:
            head, cells = new_list(rest)
            added = (ox.Quad(node, quad.predicate, head), *cells)
            return Mutant(self.shape, "path", what, frozenset({quad}), added)
        # An alternative has at least two members, so the one that is left stands by itself.
        links = list(self.shapes.store.quads_for_pattern(None, None, node))
        alone = tuple(ox.Quad(link.subject, link.predicate, rest[0]) for link in links)
        return Mutant(self.shape, "path", what, frozenset(links), alone)


def term_of(quad: ox.Quad) -> Term:
    """Return the object of a statement about shapes, which are plain RDF 1.1."""
    assert not isinstance(quad.object, ox.Triple)
    return quad.object


def new_list(members: list[Term]) -> tuple[ox.NamedNode | ox.BlankNode, list[ox.Quad]]:
    """Return the head of an RDF list and the statements that make it up."""
    head: ox.NamedNode | ox.BlankNode = ox.NamedNode(v.RDF + "nil")
    cells = []
    for member in reversed(members):
        cell = ox.BlankNode()
        cells.append(ox.Quad(cell, ox.NamedNode(v.RDF + "first"), member))
        cells.append(ox.Quad(cell, ox.NamedNode(v.RDF + "rest"), head))
        head = cell
    return head, cells


def path_text(shapes: Shapes, node: Term) -> str:
    """Return a property path as Turtle writes it."""
    term = rdflib.BNode if isinstance(node, ox.BlankNode) else rdflib.URIRef
    return shacl.path_text(shapes.rdflib, term(node.value))


def looser_patterns(pattern: str) -> Iterator[tuple[str, str]]:
    """Yield regular expressions that match more than one does, each with what was changed."""
    if pattern.startswith("^"):
        yield "without ^", pattern[1:]
    if re.search(r"(?<!\\)(\\\\)*\$$", pattern):
        yield "without $", pattern[:-1]
    yield ".* for all of it", ".*"
