"""The shapes as data: which constraints they have, which examples, and how to run one quickly."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox
import rdflib
from rdflib.namespace import SH

from hrdem import vocabulary as v
from hrdem.check import shacl
from hrdem.check.ruleset import RuleSet

PARAMETERS = {
    name: f"{name[0].upper()}{name[1:]}"
    for name in (
        "class",
        "datatype",
        "equals",
        "hasValue",
        "in",
        "languageIn",
        "lessThan",
        "lessThanOrEquals",
        "maxCount",
        "maxLength",
        "minCount",
        "minInclusive",
        "minLength",
        "nodeKind",
        "or",
        "pattern",
        "qualifiedMinCount",
        "uniqueLang",
        "xone",
    )
} | {"sparql": "SPARQL"}
"""Parameter, in the namespace sh:, to the name of its constraint component without the ending."""
TARGETS = ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf")
MEMBERS = ("property", "qualifiedValueShape", "or", "xone", "sparql")
"""Parameters that lead from a shape to other shapes or constraints."""

Node = ox.NamedNode | ox.BlankNode


def sh(name: str) -> ox.NamedNode:
    """Return a term of the SHACL vocabulary."""
    return ox.NamedNode(v.SH + name)


class Constraint(NamedTuple):
    """One constraint of a shape that reports.

    Attributes:
        folder: name of the node shape; its examples stand in the folder of this name.
        aspect: what follows the name of the node shape in that of the property shape or
            SPARQL-based constraint, or an empty string for a constraint of the node shape itself.
        parameter: one of :data:`PARAMETERS`.
    """

    folder: str
    aspect: str
    parameter: str

    @property
    def source(self) -> str:
        """IRI that a result of this constraint names as its source."""
        return v.SHAPE + self.folder + ("-" if self.aspect else "") + self.aspect

    @property
    def component(self) -> str:
        """IRI of the constraint component."""
        return f"{v.SH}{PARAMETERS[self.parameter]}ConstraintComponent"

    @property
    def example(self) -> str:
        """How the names of the files with bad cases of this constraint begin."""
        return "-".join(part for part in ("bad", self.aspect, self.parameter) if part)


class Outcome(NamedTuple):
    """What an example promises of a result, and what is compared.

    Attributes:
        source: IRI of the shape or SPARQL-based constraint.
        component: IRI of the constraint component.
        path: the path as Turtle writes it, or None.
        severity: IRI of the severity.
        value: of a SPARQL-based constraint, the value if it is not the focus node: an IRI
            shortened, or the lexical form of a literal. For others SHACL itself says what it is.
    """

    source: str
    component: str
    path: str | None
    severity: str
    value: str | None

    @classmethod
    def of(cls, result: shacl.Result) -> Outcome:
        """Return what is compared of a result."""
        value = None
        if result.constraint is not None and result.value not in (None, result.focus):
            iri = isinstance(result.value, ox.NamedNode)
            value = v.shorten(result.value.value) if iri else v.value(result.value)
        return cls(result.source, result.component, result.path, result.severity, value)


@dataclass(frozen=True)
class Shapes:
    """All shapes of one folder, each file apart and all together.

    Attributes:
        folder: the folder ``validation``.
    """

    folder: Path

    @cached_property
    def files(self) -> list[Path]:
        """The files with shapes."""
        return shacl.shape_files(self.folder)

    @cached_property
    def store(self) -> ox.Store:
        """All shapes in one graph."""
        store = ox.Store()
        for path in self.files:
            store.load(path=str(path), format=ox.RdfFormat.TURTLE)
        return store

    def values(self, subject: Node, *names: str) -> list[ox.NamedNode | ox.BlankNode | ox.Literal]:
        """Return the values of SHACL properties of a subject, the members of lists for lists."""
        found: list[ox.NamedNode | ox.BlankNode | ox.Literal] = []
        for name in names:
            for quad in self.store.quads_for_pattern(subject, sh(name), None):
                found += self.members(quad.object) or [quad.object]  # type: ignore[list-item]
        return found

    def members(self, node: object) -> list[ox.NamedNode | ox.BlankNode | ox.Literal]:
        """Return the members of an RDF list, of anything else none."""
        items = []
        while isinstance(node, ox.BlankNode):
            cells = {
                q.predicate.value: q.object for q in self.store.quads_for_pattern(node, None, None)
            }
            if v.RDF + "first" not in cells:
                break
            items.append(cells[v.RDF + "first"])
            node = cells[v.RDF + "rest"]
        return items  # type: ignore[return-value]

    def of_class(self, name: str) -> list[ox.NamedNode]:
        """Return the subjects of a SHACL class, sorted."""
        found = self.store.quads_for_pattern(None, ox.NamedNode(v.RDF_TYPE), sh(name))
        return sorted((quad.subject for quad in found), key=str)  # type: ignore[misc]

    @cached_property
    def reporting(self) -> list[ox.NamedNode]:
        """The node shapes with targets; the others only help to say or, xone and the like."""
        return [shape for shape in self.of_class("NodeShape") if self.values(shape, *TARGETS)]

    @cached_property
    def constraints(self) -> list[Constraint]:
        """All constraints that can give a result, sorted."""
        found = []
        for shape in self.reporting:
            folder = shape.value.removeprefix(v.SHAPE)
            for source in (shape, *self.values(shape, "property", "sparql")):
                assert isinstance(source, ox.NamedNode)
                aspect = source.value.removeprefix(shape.value).removeprefix("-")
                names = ("sparql",) if self.values(source, "select") else tuple(PARAMETERS)
                found += [
                    Constraint(folder, aspect, name)
                    for name in names
                    if self.values(source, name) or self.values(source, "select")
                    if not (source == shape and name == "sparql")
                ]
        return sorted(found)

    def path(self, constraint: Constraint) -> str | None:
        """Return the path that results of a core constraint have, as Turtle, or None."""
        graph = self.rdflib
        path = graph.value(rdflib.URIRef(constraint.source), SH.path)
        return None if path is None else shacl.path_text(graph, path)

    @cached_property
    def rdflib(self) -> rdflib.Graph:
        """All shapes as an rdflib graph."""
        return shacl.to_rdflib(self.store)

    # --- examples ---------------------------------------------------------------------------------

    @cached_property
    def examples(self) -> list[Path]:
        """The examples, good and bad, sorted."""
        return sorted((self.folder / "examples").glob("*/*.ttl"))

    def expected(self, path: Path) -> Constraint | None:
        """Return the constraint that an example breaks by its name, or None if it is a good one.

        Raises:
            ValueError: if the name says neither.
        """
        if path.stem == "good":
            return None
        fitting = [
            constraint
            for constraint in self._of_folder.get(path.parent.name, ())
            if re.match(re.escape(constraint.example) + r"(-|$)", path.stem)
        ]
        if not fitting:
            raise ValueError(f"{path.parent.name}/{path.name} names no constraint of the shape")
        return max(fitting, key=lambda constraint: len(constraint.example))

    @cached_property
    def _of_folder(self) -> dict[str, list[Constraint]]:
        found: dict[str, list[Constraint]] = {}
        for constraint in self.constraints:
            found.setdefault(constraint.folder, []).append(constraint)
        return found

    def promised(self, path: Path) -> list[Outcome]:
        """Return the results that an example gives by its name and head; of a good one, none.

        That is one, a violation, on the path of the property shape, unless the comments at the head
        of the file say otherwise: ``# Severity: sh:Warning``, ``# Path: hrdem:start``,
        ``# Value: instrument:plan``, ``# Results: 2``.
        """
        expected = self.expected(path)
        if expected is None:
            return []
        line = r"^# (Severity|Path|Value|Results): (.+)$"
        said = dict(re.findall(line, path.read_text("utf-8"), re.MULTILINE))
        outcome = Outcome(
            expected.source,
            expected.component,
            said.get("Path", self.path(expected)),
            said.get("Severity", "sh:Violation").replace("sh:", v.SH),
            said.get("Value"),
        )
        return [outcome] * int(said.get("Results", "1"))

    @cached_property
    def ground(self) -> list[ox.Quad]:
        """The statements that every example stands on."""
        return list(ox.parse(path=str(self.folder / "examples" / "ground.ttl")))

    def with_ground(self, *examples: Path) -> ox.Store:
        """Return examples together with the ground, in one graph."""
        store = ox.Store()
        store.extend(self.ground)
        for example in examples:
            store.load(path=str(example), format=ox.RdfFormat.TURTLE)
        return store

    # --- validation -------------------------------------------------------------------------------

    @cached_property
    def rules(self) -> RuleSet:
        """The shapes, ready to validate many examples."""
        return RuleSet(self.files)

    def results(self, data: ox.Store, added: Iterable[ox.Quad]) -> list[shacl.Result]:
        """Return the results of all shapes on `data`, the ground with the statements `added`."""
        return self.rules.results(data, added)

    @property
    def sparql(self) -> list[shacl.SparqlConstraint]:
        """All SPARQL-based constraints."""
        return self.rules.sparql

    def reached(self, start: object) -> set[ox.Quad]:
        """Return the statements of the shapes that one comes to from a shape, its own included."""
        quads: set[ox.Quad] = set()
        seen: set[object] = {start}
        pending: list[object] = [] if isinstance(start, ox.Literal) else [start]
        while pending:
            for quad in self.store.quads_for_pattern(pending.pop(), None, None):  # type: ignore[arg-type]
                quads.add(quad)
                if quad.object not in seen and not isinstance(quad.object, ox.Literal):
                    seen.add(quad.object)
                    pending.append(quad.object)
        return quads
