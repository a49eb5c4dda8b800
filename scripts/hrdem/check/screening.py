"""Finds, with queries over the whole graph, the nodes that core shapes may object to.

pySHACL looks at one focus node after the other, which for a large graph takes hours and, before
that, a copy of it in Python objects. Nearly all of these nodes are in order. So each core
constraint is turned into a query that finds the focus nodes it may not hold for, and only these go
to pySHACL, with the triples that its shapes reach from them. The queries may suspect too many
nodes, never too few: where SPARQL and pySHACL might see a value differently, the node is suspected.
So pySHACL alone says what is wrong.

Follows `Shapes Constraint Language (SHACL) <https://www.w3.org/TR/shacl/>`_, sections 2 and 4.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import pyoxigraph as ox

from hrdem import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Node = ox.NamedNode | ox.BlankNode
    Term = ox.NamedNode | ox.BlankNode | ox.Literal

_ALWAYS: Final = "true"
"""The condition that suspects every node."""
_SPEAKS: Final = ("description", "message", "name", "order", "group", "defaultValue", "severity")
"""Parameters that ask for nothing."""
_OTHERWISE: Final = (
    *("alternativePath", "inversePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath", "path"),
    *("equals", "lessThan", "lessThanOrEquals", "maxCount", "minCount", "uniqueLang"),
    *("qualifiedMinCount", "qualifiedValueShape"),
)
_TARGETS: Final = ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf")
_NODE_KINDS: Final = {
    "IRI": "isIRI({0})",
    "Literal": "isLiteral({0})",
    "BlankNode": "isBlank({0})",
    "BlankNodeOrIRI": "(isBlank({0}) || isIRI({0}))",
    "BlankNodeOrLiteral": "(isBlank({0}) || isLiteral({0}))",
    "IRIOrLiteral": "(isIRI({0}) || isLiteral({0}))",
}
# What every engine takes for a well-formed literal; of others pySHACL has to say.
_WELL_FORMED: Final = {
    v.XSD + "string": "",
    v.RDF + "langString": "",
    v.XSD + "date": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    v.XSD + "gYear": "^[12][0-9]{3}$",
    v.XSD + "gYearMonth": "^[12][0-9]{3}-(0[1-9]|1[0-2])$",
    v.XSD + "integer": "^-?[0-9]+$",
    v.XSD + "decimal": r"^-?[0-9]+(\\.[0-9]+)?$",
    v.XSD + "hexBinary": "^([0-9a-fA-F]{2})*$",
    v.XSD + "anyURI": "^https?://[!-;=?-Z_a-z~]+$",
}
_ORDERED: Final = (v.XSD + "date", v.XSD + "integer")
"""Datatypes whose values all engines order in the same way."""
# What regular expressions of Python and of SPARQL share: characters, classes, groups, repetition.
_PLAIN_PATTERN: Final = re.compile(r"(?:[^\\()]|\\[nt.()\[\]{}*+?/|^$\\-]|\((?!\?)|\))*")


class Suspicion(NamedTuple):
    """What may be wrong.

    Attributes:
        shapes: the shapes that may object, each with all that it consists of.
        graph: the triples that these shapes reach from the nodes that they may object to.
        nodes: the nodes that they may object to.
    """

    shapes: set[ox.Quad]
    graph: set[ox.Quad]
    nodes: set[Term]


class Screen:
    """Core shapes, as queries that find what they may object to.

    Args:
        shapes: the core shapes; each property shape has an IRI.
    """

    def __init__(self, shapes: ox.Store) -> None:
        self._shapes = shapes
        self._variables = 0

    def suspicion(self, data: ox.Store) -> Suspicion:
        """Return what of the default graph of `data` the shapes may object to."""
        self._classes = _subclasses(data)
        nodes: set[Term] = set()
        roots: set[Node] = set()
        for root in self.roots:
            for query in self._queries(root):
                answer = data.query(query)
                assert isinstance(answer, ox.QuerySolutions)
                found = {row["this"] for row in answer}
                if found:
                    roots.add(root)
                    nodes |= found
        shapes = set().union(*(self._parts(root) for root in roots))
        return Suspicion(shapes, self._reached(data, nodes, roots, shapes), nodes)

    @cached_property
    def covers_all(self) -> bool:
        """Whether nothing is in the shapes that queries cannot stand for."""
        for quad in self._shapes:
            name = quad.predicate.value.removeprefix(v.SH)
            if name not in _KNOWN and name != quad.predicate.value:
                return False
            # Its results would be about the values, not about the focus nodes.
            if name == "property" and self._values(quad.subject, "path"):
                return False
        return True

    @cached_property
    def roots(self) -> list[Node]:
        """The shapes that have targets, sorted."""
        found = {
            quad.subject
            for name in _TARGETS
            for quad in self._shapes.quads_for_pattern(None, _sh(name), None)
        }
        return sorted(found, key=str)  # type: ignore[arg-type]

    # --- reading shapes ---------------------------------------------------------------------------

    def _values(self, shape: Term, name: str) -> list[Term]:
        """Return the values of a parameter."""
        if isinstance(shape, ox.Literal):
            return []
        found = self._shapes.quads_for_pattern(shape, _sh(name), None)
        return sorted((quad.object for quad in found), key=str)  # type: ignore[misc]

    def _parameters(self, shape: Node) -> dict[str, list[Term]]:
        """Return what a shape asks for: the name of each parameter with its values."""
        found: dict[str, list[Term]] = defaultdict(list)
        for quad in self._shapes.quads_for_pattern(shape, None, None):
            name = quad.predicate.value.removeprefix(v.SH)
            if name != quad.predicate.value and name not in (*_SPEAKS, *_TARGETS, "path"):
                found[name].append(quad.object)  # type: ignore[arg-type]
        return {name: sorted(values, key=str) for name, values in sorted(found.items())}

    def _list(self, head: Term) -> list[Term]:
        """Return the members of an RDF list."""
        members: list[Term] = []
        while head != ox.NamedNode(v.RDF + "nil"):
            first, head = (self._value_of(head, v.RDF + name) for name in ("first", "rest"))
            members.append(first)
        return members

    def _is_list(self, head: Term) -> bool:
        """Return whether something is an RDF list with members."""
        first = ox.NamedNode(v.RDF + "first")
        return isinstance(head, ox.NamedNode | ox.BlankNode) and any(
            self._shapes.quads_for_pattern(head, first, None)
        )

    def _value_of(self, subject: Term, predicate: str) -> Term:
        """Return the one value of a property."""
        assert not isinstance(subject, ox.Literal)
        (quad,) = self._shapes.quads_for_pattern(subject, ox.NamedNode(predicate), None)
        return quad.object  # type: ignore[return-value]

    def _path(self, path: Term) -> str:
        """Return a property path (SHACL, section 2.3.1) as SPARQL writes it."""
        if isinstance(path, ox.NamedNode):
            return str(path)
        for name, form in (
            ("inversePath", "^({})"),
            ("zeroOrMorePath", "({})*"),
            ("oneOrMorePath", "({})+"),
            ("zeroOrOnePath", "({})?"),
        ):
            for value in self._values(path, name):
                return form.format(self._path(value))
        for value in self._values(path, "alternativePath"):
            return "|".join(f"({self._path(step)})" for step in self._list(value))
        return "/".join(f"({self._path(step)})" for step in self._list(path))

    # --- queries ----------------------------------------------------------------------------------

    def _queries(self, root: Node) -> Iterator[str]:
        """Yield what finds the suspects of a shape with targets, and of its property shapes."""
        targets = list(self._targets(root))
        for shape in (root, *self._values(root, "property")):
            assert isinstance(shape, ox.NamedNode | ox.BlankNode)
            for target in targets:
                for pattern in self._suspects(shape, target):
                    yield f"SELECT DISTINCT ?this WHERE {{ {pattern} }}"

    def _targets(self, root: Node) -> Iterator[str]:
        for value in self._values(root, "targetClass"):
            yield f"VALUES ?class {{ {self._with_subclasses(value)} }} ?this a ?class ."
        for value in self._values(root, "targetNode"):
            yield f"VALUES ?this {{ {value} }}"
        for value in self._values(root, "targetSubjectsOf"):
            yield f"?this {value} ?any ."
        for value in self._values(root, "targetObjectsOf"):
            yield f"?any {value} ?this ."

    def _suspects(self, shape: Node, target: str) -> Iterator[str]:
        """Yield patterns that bind ``?this`` to each target node that `shape` may object to."""
        paths = self._values(shape, "path")
        if not paths:
            condition = self._node(shape, "?this", nested=False)
            if condition:
                yield f"{target} FILTER({condition})"
            return
        path = self._path(paths[0])
        on_values, on_all = self._property(shape, "?this", paths[0])
        if on_values:
            # A target by the same property needs no second look at it.
            start = "" if target == f"?this {path} ?any ." else target
            yield f"{start} ?this {path} ?value . FILTER({' || '.join(on_values)})"
        for condition in on_all:
            yield f"{target} FILTER({condition})"

    def _node(self, shape: Term, node: str, *, nested: bool = True) -> str:
        """Return the condition in which a node may not conform to a shape, "" if it always does.

        Args:
            shape: a node or property shape.
            node: the variable of the node.
            nested: whether the property shapes of the shape count, too.
        """
        assert isinstance(shape, ox.NamedNode | ox.BlankNode)
        paths = self._values(shape, "path")
        if paths:
            on_values, on_all = self._property(shape, node, paths[0], self._variable())
            return " || ".join((*on_values, *on_all))
        conditions = []
        for name, values in self._parameters(shape).items():
            if name == "property":
                if nested:
                    conditions += [self._node(value, node) for value in values]
            else:
                conditions += [self._value(name, value, shape, node) for value in values]
        return " || ".join(f"({condition})" for condition in conditions if condition)

    def _property(
        self, shape: Node, node: str, path: Term, variable: str = ""
    ) -> tuple[list[str], list[str]]:
        """Return the conditions of a property shape: those on a value, and those on all values.

        Args:
            shape: the property shape.
            node: the variable of the focus node.
            path: its path.
            variable: a variable for values, if the conditions on a value shall be on the node, too;
                without it they are on ``?value``.
        """
        on_values: list[str] = []
        on_all: list[str] = []
        value = variable or "?value"
        for name, parameters in self._parameters(shape).items():
            for parameter in parameters:
                condition = self._count(name, parameter, shape, node, path)
                if condition is not None:
                    on_all.append(condition)
                    continue
                condition = self._value(name, parameter, shape, value)
                if condition:
                    on_values.append(condition)
        if variable and on_values:
            on_all.append(self._exists(node, path, value, " || ".join(on_values)))
            on_values = []
        return on_values, on_all

    def _exists(self, node: str, path: Term, value: str, condition: str = "") -> str:
        """Return the condition that a path leads to a value on which another condition is true.

        A sequence is written step by step, one inside the other: so each begins with what is known,
        where the engine might begin at the other end, which takes as long as the graph is large.
        """
        inner = f" FILTER({condition})" if condition else ""
        steps = self._list(path) if self._is_list(path) else [path]
        ends = [*(self._variable() for _ in steps[1:]), value]
        found = ""
        for start, step, end in reversed(list(zip([node, *ends], steps, ends, strict=False))):
            found = f"EXISTS {{ {start} {self._path(step)} {end}{inner} }}"
            inner = f" FILTER({found})"
        return found

    def _count(self, name: str, parameter: Term, shape: Node, node: str, path: Term) -> str | None:
        """Return the condition of a constraint on all values, None if it is one on each value."""
        one, other = self._variable(), self._variable()
        number = int(v.value(parameter)) if name.endswith("Count") else 0
        if name == "minCount":
            if number == 0:
                return "false"
            return f"!{self._exists(node, path, one)}" if number == 1 else _ALWAYS
        if name == "maxCount":
            if number == 0:
                return self._exists(node, path, one)
            another = self._exists(node, path, other, f"!sameTerm({one}, {other})")
            return self._exists(node, path, one, another) if number == 1 else _ALWAYS
        if name == "hasValue":
            exact = isinstance(parameter, ox.NamedNode)
            return f"!{self._exists(node, path, str(parameter))}" if exact else _ALWAYS
        if name == "uniqueLang":
            same = (
                f'!sameTerm({one}, {other}) && LANG({one}) != ""'
                f" && LCASE(LANG({one})) = LCASE(LANG({other}))"
            )
            return self._exists(node, path, one, self._exists(node, path, other, same))
        if name == "equals":
            lacks_it = "!" + self._exists(node, parameter, one)
            there = self._exists(node, parameter, one, "!" + self._exists(node, path, one))
            return f"{self._exists(node, path, one, lacks_it)} || {there}"
        if name in ("lessThan", "lessThanOrEquals"):
            sign = "<" if name == "lessThan" else "<="
            comparable = f"DATATYPE({one}) = DATATYPE({other}) && DATATYPE({one})"
            wrong = f"!COALESCE({comparable} IN ({_iris(_ORDERED)}) && {one} {sign} {other}, false)"
            return self._exists(node, path, one, self._exists(node, parameter, other, wrong))
        if name == "qualifiedMinCount":
            if number > 1:
                return _ALWAYS
            (qualified,) = self._values(shape, "qualifiedValueShape")
            condition = self._node(qualified, one) or "false"
            return f"!{self._exists(node, path, one, f'!({condition})')}" if number else "false"
        return "false" if name == "qualifiedValueShape" else None

    def _value(self, name: str, parameter: Term, shape: Node, value: str) -> str:
        """Return the condition in which a value may not do for a constraint, "" if any does."""
        return _CONDITIONS[name](self, parameter, shape, value)

    def _class(self, parameter: Term, _: Node, value: str) -> str:
        variable = self._variable()
        classes = self._with_subclasses(parameter)
        return f"NOT EXISTS {{ VALUES {variable} {{ {classes} }} {value} a {variable} }}"

    def _datatype(self, parameter: Term, _: Node, value: str) -> str:
        form = _WELL_FORMED.get(v.value(parameter))
        if form is None:
            return _ALWAYS
        conditions = [f"DATATYPE({value}) = {parameter}"]
        if form:
            conditions.append(f'REGEX(STR({value}), "{form}")')
        if v.value(parameter) == v.XSD + "date":
            # There is no 31 November; and Python has no year 0.
            conditions.append(f'isLiteral({parameter}(STR({value}))) && STR({value}) >= "0001"')
        return f"!COALESCE({' && '.join(conditions)}, false)"

    def _pattern(self, parameter: Term, shape: Node, value: str) -> str:
        pattern = v.value(parameter)
        if not _PLAIN_PATTERN.fullmatch(pattern) or self._values(shape, "flags"):
            return _ALWAYS
        return f"!COALESCE(REGEX(STR({value}), {ox.Literal(pattern)}), false)"

    def _or(self, parameter: Term, _: Node, value: str) -> str:
        conditions = [self._node(member, value) for member in self._list(parameter)]
        if not all(conditions):
            return ""
        return " && ".join(f"({condition})" for condition in conditions)

    def _xone(self, parameter: Term, _: Node, value: str) -> str:
        members = self._list(parameter)
        if not all(self._is_exact(member) for member in members):
            return _ALWAYS
        conditions = [self._node(member, value) or "false" for member in members]
        return " + ".join(f"IF({condition}, 0, 1)" for condition in conditions) + " != 1"

    def _is_exact(self, shape: Term) -> bool:
        """Return whether the condition of a shape suspects no node that conforms."""
        assert isinstance(shape, ox.NamedNode | ox.BlankNode)
        for name, values in self._parameters(shape).items():
            if name == "property":
                if not all(self._is_exact(value) for value in values):
                    return False
            elif name in ("minCount", "maxCount"):
                if any(v.value(value) not in ("0", "1") for value in values):
                    return False
            elif name not in ("class", "nodeKind"):
                return False
        return True

    def _variable(self) -> str:
        self._variables += 1
        return f"?v{self._variables}"

    def _with_subclasses(self, value: Term) -> str:
        """Return a class and those below it in the data, as SPARQL writes them."""
        return " ".join(sorted(map(str, self._classes.get(value, set()) | {value})))

    # --- what goes to pySHACL ---------------------------------------------------------------------

    def _parts(self, shape: Node) -> set[ox.Quad]:
        """Return everything that a shape consists of, with the shapes that it refers to."""
        quads: set[ox.Quad] = set()
        seen: set[object] = {shape}
        pending: list[object] = [shape]
        while pending:
            for quad in self._shapes.quads_for_pattern(pending.pop(), None, None):  # type: ignore[arg-type]
                quads.add(quad)
                if quad.object not in seen and not isinstance(quad.object, ox.Literal):
                    seen.add(quad.object)
                    pending.append(quad.object)
        return quads

    def _reached(
        self, data: ox.Store, nodes: set[Term], roots: Iterable[Node], parts: set[ox.Quad]
    ) -> set[ox.Quad]:
        """Return the triples that shapes look at from some nodes, and all subclass relations.

        From each node that is reached all values of the properties that the shapes name are taken,
        and where a path goes backwards what leads to it, as many steps as the longest way through
        the shapes has.
        """
        if not nodes:
            return set()
        named = {quad.object for quad in parts} | {ox.NamedNode(v.RDF_TYPE)}
        backwards = (_sh("inversePath"), _sh("targetObjectsOf"))
        back = {quad.object for quad in parts if quad.predicate in backwards}
        subclass = ox.NamedNode(v.RDFS + "subClassOf")
        found = set(data.quads_for_pattern(None, subclass, None, ox.DefaultGraph()))
        seen: set[object] = set()
        frontier: set[object] = set(nodes)
        for _ in range(1 + max(self._depth(root, ()) for root in roots)):
            seen |= frontier
            reached: set[object] = set()
            for node in frontier:
                if not isinstance(node, ox.Literal):
                    for quad in data.quads_for_pattern(node, None, None, ox.DefaultGraph()):  # type: ignore[arg-type]
                        if quad.predicate in named:
                            found.add(quad)
                            reached.add(quad.object)
                for predicate in back:
                    for quad in data.quads_for_pattern(None, predicate, node, ox.DefaultGraph()):  # type: ignore[arg-type]
                        found.add(quad)
                        reached.add(quad.subject)
            frontier = reached - seen
        return found

    def _depth(self, shape: Term, above: tuple[Term, ...]) -> int:
        """Return how many triples a shape goes away from its focus node at most."""
        if shape in above:
            return 0
        assert isinstance(shape, ox.NamedNode | ox.BlankNode)
        steps = sum(self._steps(path) for path in self._values(shape, "path"))
        inner = 0
        for name, values in self._parameters(shape).items():
            for value in values:
                if name in ("or", "xone", "property", "qualifiedValueShape"):
                    members = self._list(value) if name in ("or", "xone") else [value]
                    depths = [self._depth(member, (*above, shape)) for member in members]
                    inner = max(inner, *depths)
        return steps + inner

    def _steps(self, path: Term) -> int:
        """Return how many triples a path has at most."""
        if isinstance(path, ox.NamedNode):
            return 1
        for value in self._values(path, "alternativePath"):
            return max(self._steps(step) for step in self._list(value))
        for value in self._values(path, "inversePath"):
            return self._steps(value)
        return sum(self._steps(step) for step in self._list(path))


def _sh(name: str) -> ox.NamedNode:
    return ox.NamedNode(v.SH + name)


def _iris(iris: Iterable[str]) -> str:
    return ", ".join(f"<{iri}>" for iri in iris)


def _none_of(conditions: Iterable[str]) -> str:
    return f"!({' || '.join(conditions)})"


def _subclasses(data: ox.Store) -> dict[object, set[Term]]:
    """Return class to all classes below it, as the default graph of `data` says."""
    above: dict[object, set[object]] = defaultdict(set)
    subclass = ox.NamedNode(v.RDFS + "subClassOf")
    for quad in data.quads_for_pattern(None, subclass, None, ox.DefaultGraph()):
        above[quad.subject].add(quad.object)
    found: dict[object, set[Term]] = defaultdict(set)
    for lower in list(above):
        seen: set[object] = set()
        pending = [lower]
        while pending:
            for upper in above.get(pending.pop(), ()):
                if upper not in seen:
                    seen.add(upper)
                    pending.append(upper)
                    found[upper].add(lower)  # type: ignore[arg-type]
    return found


_CONDITIONS: Final[dict[str, Callable[[Screen, Term, Node, str], str]]] = {
    "class": Screen._class,
    "datatype": Screen._datatype,
    "deactivated": lambda *_: "",
    "flags": lambda *_: "",
    "hasValue": lambda _, parameter, _shape, value: (
        f"!sameTerm({value}, {parameter})" if isinstance(parameter, ox.NamedNode) else _ALWAYS
    ),
    "in": lambda shapes, parameter, _, value: _none_of(
        f"sameTerm({value}, {member})" for member in shapes._list(parameter)
    ),
    "languageIn": lambda shapes, parameter, _, value: _none_of(
        f"COALESCE(LANGMATCHES(LANG({value}), {member}), false)"
        for member in shapes._list(parameter)
    ),
    "maxLength": lambda _, parameter, _shape, value: (
        f"!COALESCE(STRLEN(STR({value})) <= {v.value(parameter)}, false)"
    ),
    "minInclusive": lambda _, parameter, _shape, value: (
        f"!COALESCE(DATATYPE({value}) IN ({_iris(_ORDERED)}) && {value} >= {parameter}, false)"
    ),
    "minLength": lambda _, parameter, _shape, value: (
        f"!COALESCE(STRLEN(STR({value})) >= {v.value(parameter)}, false)"
    ),
    "nodeKind": lambda _, parameter, _shape, value: (
        "!" + _NODE_KINDS[v.value(parameter).removeprefix(v.SH)].format(value)
    ),
    "or": Screen._or,
    "pattern": Screen._pattern,
    "xone": Screen._xone,
}
"""Name of a parameter to what makes the condition of its value, its shape and a variable."""
_KNOWN: Final = {*_CONDITIONS, *_OTHERWISE, *_SPEAKS, *_TARGETS, "property"}
"""What queries can stand for."""
