"""Validates many small graphs that share a ground, as the examples of the shapes do.

Reading all shapes takes longer than validating an example, and most shapes look at nothing that an
example adds. So shapes are read once, and only those are run that an addition can concern.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.check import shacl
from hrdem.documents import parse

_TARGETS = ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf")


class RuleSet:
    """The shapes of some files, read when they are first needed.

    Args:
        files: as for :func:`hrdem.check.shacl.validate`.
    """

    def __init__(self, files: Iterable[Path]) -> None:
        self.files = list(files)

    def results(
        self, data: ox.Store | Sequence[ox.Quad], added: Iterable[ox.Quad]
    ) -> list[shacl.Result]:
        """Return the results of validating `data`, in no fixed order.

        Args:
            data: a graph that conforms without the statements `added`. Results name literals as
                they stand there, and a store writes some of them in a form of its own.
            added: what can make it not conform. It must not be a subclass relation, which concerns
                shapes that do not name it.

        Raises:
            HrdemError: if a query of a constraint is wrong.
        """
        terms = {quad.predicate.value for quad in added} | {
            quad.object.value
            for quad in added
            if quad.predicate.value == v.RDF_TYPE and isinstance(quad.object, ox.NamedNode)
        }
        if isinstance(data, ox.Store):
            store = data
        else:
            store = ox.Store()
            store.extend(data)
        touched = [quads for looked_at, quads in self._core if looked_at & terms]
        return [
            *shacl.core_results(data, shacl.to_rdflib(set().union(*touched))),
            *(r for constraint in self.sparql for r in shacl.run_constraint(store, constraint)),
        ]

    @cached_property
    def sparql(self) -> list[shacl.SparqlConstraint]:
        """All SPARQL-based constraints."""
        return [
            constraint
            for path in self.files
            if path.name.endswith(shacl.SPARQL_SUFFIX)
            for constraint in shacl.sparql_constraints(path)
        ]

    @cached_property
    def _core(self) -> list[tuple[set[str], set[ox.Quad]]]:
        """For each core shape with targets: the terms it looks at, and what it consists of."""
        store = ox.Store()
        for path in self.files:
            if not path.name.endswith(shacl.SPARQL_SUFFIX):
                store.extend(parse(path))
        roots = {
            quad.subject
            for name in _TARGETS
            for quad in store.quads_for_pattern(None, ox.NamedNode(v.SH + name), None)
        }
        return [_reached(store, root) for root in sorted(roots, key=str)]


def _reached(store: ox.Store, shape: object) -> tuple[set[str], set[ox.Quad]]:
    quads: set[ox.Quad] = set()
    seen = {shape}
    pending = [shape]
    while pending:
        for quad in store.quads_for_pattern(pending.pop(), None, None):  # type: ignore[arg-type]
            quads.add(quad)
            if quad.object not in seen and not isinstance(quad.object, ox.Literal):
                seen.add(quad.object)
                pending.append(quad.object)
    terms = {node.value for node in seen if isinstance(node, ox.NamedNode)}
    own = {term for term in terms if term.startswith((v.SH, v.SHAPE))}
    return terms - own - {v.RDF_TYPE, v.RDF + "nil"}, quads
