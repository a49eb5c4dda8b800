"""Validates a graph against SHACL shapes.

Follows the W3C Recommendation `Shapes Constraint Language (SHACL) <https://www.w3.org/TR/shacl/>`_.
Core constraints are left to pySHACL, for the nodes that something may be wrong with: see
:mod:`hrdem.check.screening`. SPARQL-based constraints stand in files of their own,
``{concern}-sparql.ttl``, and are run as they are, once for the whole graph, by the embedded store:
one by one for each focus node they would take most of the time, and rdflib compares dates of
different precision wrongly. That works because each of our queries finds ``$this`` by its own
pattern; what it finds is kept if the targets of the shape select it. The tests hold the results
against those of pySHACL.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.check.finding import INFO, VIOLATION, WARNING
from hrdem.check.screening import Screen
from hrdem.documents import parse
from hrdem.errors import HrdemError, count

if TYPE_CHECKING:
    import rdflib

    Term = ox.NamedNode | ox.BlankNode | ox.Literal

SPARQL_SUFFIX: Final = "-sparql.ttl"
"""How the names of files with SPARQL-based constraints end."""
SEVERITY_NAMES: Final = {
    v.SH + "Violation": VIOLATION,
    v.SH + "Warning": WARNING,
    v.SH + "Info": INFO,
}
"""IRI of a severity of SHACL to that of our findings."""
SPARQL_COMPONENT: Final = v.SH + "SPARQLConstraintComponent"


@dataclass(frozen=True)
class Result:
    """One validation result (SHACL, section 3.6.2).

    Attributes:
        focus: the focus node.
        path: the path as Turtle writes it, or None.
        predicate: IRI of the path if it is a single property, or None.
        value: the value that is at fault, or None.
        shape: IRI of the source shape.
        constraint: IRI of the SPARQL-based constraint, or None.
        component: IRI of the constraint component.
        severity: IRI of the severity.
        message: the message in English.
    """

    focus: Term
    path: str | None
    predicate: str | None
    value: Term | None
    shape: str
    constraint: str | None
    component: str
    severity: str
    message: str

    @property
    def source(self) -> str:
        """IRI of what says that this is wrong: the SPARQL-based constraint, or the shape."""
        return self.constraint or self.shape


def shape_files(folder: Path) -> list[Path]:
    """Return the files with shapes, sorted: the Turtle files of the folder itself."""
    return sorted(folder.glob("*.ttl"))


def validate(data: ox.Store, files: Sequence[Path]) -> list[Result]:
    """Return the results of validating the default graph of `data`, in a fixed order.

    Args:
        data: the graph, with the subclass relations that the shapes rely on.
        files: the shapes; those whose name ends in :data:`SPARQL_SUFFIX` may only hold SPARQL-based
            constraints, the others only core constraints.

    Raises:
        HrdemError: if a query of a constraint is wrong; with file, and line where there is one.
    """
    core = [path for path in files if not path.name.endswith(SPARQL_SUFFIX)]
    sparql = [path for path in files if path.name.endswith(SPARQL_SUFFIX)]
    results = [*_core(data, core), *_sparql(data, sparql)]
    return sorted(results, key=lambda r: (str(r.focus), r.source, r.component, str(r.value)))


# --- core constraints -----------------------------------------------------------------------------


def _core(data: ox.Store, files: Sequence[Path]) -> Iterator[Result]:
    """Yield the results of core constraints on the default graph of `data`, in no fixed order.

    Nodes that nothing can be wrong with are left out, see :mod:`hrdem.check.screening`.
    """
    shapes = ox.Store()
    for path in files:
        shapes.extend(parse(path))
    screen = Screen(shapes)
    if not screen.covers_all:
        default = data.quads_for_pattern(None, None, None, ox.DefaultGraph())
        yield from core_results(default, to_rdflib(shapes))
        return
    suspicion = screen.suspicion(data)
    if suspicion.nodes:
        found = core_results(suspicion.graph, to_rdflib(suspicion.shapes))
        yield from (result for result in found if result.focus in suspicion.nodes)


def core_results(data: Iterable[ox.Quad], shapes: rdflib.Graph) -> Iterator[Result]:
    """Yield the results of core constraints on the triples of `data`, in no fixed order.

    Args:
        data: the graph. Literals are as they stand there; a store writes some in a form of its own.
        shapes: the shapes; they are changed into others that give the same results faster.
    """
    import pyshacl
    import rdflib

    aim_at_properties(shapes)
    named = {str(term) for triple in shapes for term in triple if isinstance(term, rdflib.URIRef)}
    # A core shape that is not closed looks at nothing but the properties it names, so the rest of
    # the graph need not be handed over.
    named |= {v.RDF_TYPE, v.RDFS + "subClassOf"}
    whole = (None, rdflib.URIRef(v.SH + "closed"), None) in shapes
    with _quiet():
        graph = to_rdflib(quad for quad in data if whole or quad.predicate.value in named)
        # The shapes themselves are checked by the tests, not at each run.
        _, report, _ = pyshacl.validate(graph, shacl_graph=shapes, inplace=True)
    assert isinstance(report, rdflib.Graph)
    yield from read_report(report)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep rdflib from logging a traceback for every literal without a value, such as 31 November.

    The shapes find those, and say so in a sentence.
    """
    logger = logging.getLogger("rdflib.term")
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before


def aim_at_properties(shapes: rdflib.Graph) -> None:
    """Give each property shape the targets of the node shape that has it, instead of that link.

    That says the same (a node conforms to a node shape only if it conforms to its property shapes),
    and the results are the same: they name the property shape in either case. But pySHACL evaluates
    a shape with targets once for all focus nodes, and one that is reached through sh:property anew
    for each of them, which takes much longer.
    """
    import rdflib
    from rdflib.namespace import SH

    targets = {SH[name] for name in _TARGETS}
    for shape in set(shapes.subjects(SH.property)):
        aimed = [(p, o) for p, o in shapes.predicate_objects(shape) if p in targets]
        # A helper of sh:or and the like has no targets; its properties stay where they are.
        if not aimed or any(p != rdflib.RDF.type for p in shapes.predicates(None, shape)):
            continue
        for part in list(shapes.objects(shape, SH.property)):
            shapes.remove((shape, SH.property, part))
            for predicate, target in aimed:
                shapes.add((part, predicate, target))


def to_rdflib(quads: Iterable[ox.Quad]) -> rdflib.Graph:
    """Return the triples of `quads` as an rdflib graph, lexical forms of literals unchanged."""
    import rdflib

    nodes: dict[str, rdflib.URIRef] = {}

    def iri(value: str) -> rdflib.URIRef:
        node = nodes.get(value)
        if node is None:
            node = nodes[value] = rdflib.URIRef(value)
        return node

    def term(value: Any) -> rdflib.term.Node:  # noqa: ANN401
        if isinstance(value, ox.NamedNode):
            return iri(value.value)
        if isinstance(value, ox.BlankNode):
            return rdflib.BNode(value.value)
        if value.language is not None:
            return rdflib.Literal(value.value, lang=value.language)
        if value.datatype.value == v.XSD + "string":
            return rdflib.Literal(value.value)
        return rdflib.Literal(value.value, datatype=iri(value.datatype.value), normalize=False)

    graph = rdflib.Graph()
    for quad in quads:
        graph.add((term(quad.subject), iri(quad.predicate.value), term(quad.object)))
    return graph


def from_rdflib(node: rdflib.term.Node) -> Term:
    """Return an rdflib term as one of pyoxigraph."""
    import rdflib

    if isinstance(node, rdflib.URIRef):
        return ox.NamedNode(str(node))
    if isinstance(node, rdflib.BNode):
        return ox.BlankNode(str(node))
    assert isinstance(node, rdflib.Literal)
    if node.language is not None:
        return ox.Literal(str(node), language=node.language)
    if node.datatype is None:
        return ox.Literal(str(node))
    return ox.Literal(str(node), datatype=ox.NamedNode(str(node.datatype)))


def read_report(report: rdflib.Graph) -> Iterator[Result]:
    """Yield the results of a SHACL validation report."""
    import rdflib
    from rdflib.namespace import RDF, SH

    for result in report.subjects(RDF.type, SH.ValidationResult):
        path = report.value(result, SH.resultPath)
        value = report.value(result, SH.value)
        constraint = report.value(result, SH.sourceConstraint)
        messages = sorted(str(message) for message in report.objects(result, SH.resultMessage))
        focus = report.value(result, SH.focusNode)
        assert focus is not None
        yield Result(
            focus=from_rdflib(focus),
            path=None if path is None else path_text(report, path),
            predicate=str(path) if isinstance(path, rdflib.URIRef) else None,
            value=None if value is None else from_rdflib(value),
            shape=str(report.value(result, SH.sourceShape)),
            constraint=None if constraint is None else str(constraint),
            component=str(report.value(result, SH.sourceConstraintComponent)),
            severity=str(report.value(result, SH.resultSeverity)),
            message=messages[0] if messages else "",
        )


def path_text(graph: rdflib.Graph, path: rdflib.term.Node) -> str:
    """Return a property path (SHACL, section 2.3.1) as Turtle writes it."""
    import rdflib
    from rdflib.collection import Collection
    from rdflib.namespace import RDF

    if isinstance(path, rdflib.URIRef):
        return v.shorten(str(path))
    if (path, RDF.first, None) in graph:
        steps = Collection(graph, path)
        return "( " + " ".join(path_text(graph, step) for step in steps) + " )"
    for predicate, value in graph.predicate_objects(path):
        return f"[ {v.shorten(str(predicate))} {path_text(graph, value)} ]"
    return "[]"


# --- SPARQL-based constraints ---------------------------------------------------------------------


@dataclass(frozen=True)
class SparqlConstraint:
    """A SELECT-based constraint (SHACL, section 5.2) and the shape that has it.

    Attributes:
        iri: the constraint.
        shape: IRI of its node shape.
        severity: IRI of the severity of the shape.
        message: the message in English.
        query: the SELECT with its prefixes declared.
        targets: the targets of the shape, as graph patterns that bind ``?this``.
        file: where it stands.
    """

    iri: str
    shape: str
    severity: str
    message: str
    query: str
    targets: tuple[str, ...]
    file: Path


_TARGETS: Final = {
    "targetClass": f"?this a/<{v.RDFS}subClassOf>* {{}} .",
    "targetSubjectsOf": "?this {} ?any .",
    "targetObjectsOf": "?any {} ?this .",
    "targetNode": "BIND({} AS ?this)",
}


def sparql_constraints(path: Path) -> list[SparqlConstraint]:
    """Return the SPARQL-based constraints of one file, sorted by IRI.

    Raises:
        HrdemError: if the file is not valid Turtle, a constraint lacks what it needs, or its query
            is not valid.
    """
    store = ox.Store()
    store.extend(parse(path))
    return constraints_in(store, path)


def constraints_in(store: ox.Store, path: Path) -> list[SparqlConstraint]:
    """Return the SPARQL-based constraints of the default graph of `store`, sorted by IRI.

    Args:
        store: shapes.
        path: where they were read, for the errors.

    Raises:
        HrdemError: if a constraint lacks what it needs, or its query is not valid.
    """

    def objects(subject: ox.NamedNode | ox.BlankNode, name: str) -> list[Term]:
        found = store.quads_for_pattern(subject, ox.NamedNode(v.SH + name), None)
        return sorted((quad.object for quad in found), key=str)  # type: ignore[misc]

    def one(subject: ox.NamedNode, name: str) -> str:
        found = objects(subject, name)
        if len(found) != 1:
            raise HrdemError(
                f"{v.shorten(subject.value)} has {count(len(found), 'value')} of sh:{name} and"
                " needs exactly one. Add it, or take out what is too much.",
                path=path,
            )
        return v.value(found[0])

    constraints = []
    for quad in store.quads_for_pattern(None, ox.NamedNode(v.SH + "sparql"), None):
        shape, constraint = quad.subject, quad.object
        if not (isinstance(shape, ox.NamedNode) and isinstance(constraint, ox.NamedNode)):
            raise HrdemError(
                "A shape or a SPARQL-based constraint here is a blank node, so no message could"
                " name it. Give it an IRI.",
                path=path,
            )
        declarations = sorted(
            f"PREFIX {one(declared, 'prefix')}: <{one(declared, 'namespace')}>"
            for prefixes in objects(constraint, "prefixes")
            for declared in objects(prefixes, "declare")  # type: ignore[arg-type]
            if isinstance(declared, ox.NamedNode)
        )
        query = "\n".join([*declarations, one(constraint, "select")])
        try:
            ox.Store().query(query)
        except SyntaxError as error:
            raise HrdemError(
                f"The query of {v.shorten(constraint.value)} is not valid SPARQL: {error.msg}."
                " Correct its sh:select, or declare the prefix that it uses.",
                path=path,
            ) from None
        constraints.append(
            SparqlConstraint(
                iri=constraint.value,
                shape=shape.value,
                severity=one(shape, "severity"),
                message=one(constraint, "message"),
                query=query,
                targets=tuple(
                    pattern.format(term)
                    for name, pattern in _TARGETS.items()
                    for term in objects(shape, name)
                ),
                file=path,
            )
        )
    return sorted(constraints, key=lambda constraint: constraint.iri)


def _sparql(data: ox.Store, files: Sequence[Path]) -> Iterator[Result]:
    for path in files:
        for constraint in sparql_constraints(path):
            yield from run_constraint(data, constraint)


def run_constraint(
    data: ox.Store, constraint: SparqlConstraint, only: Term | None = None
) -> Iterator[Result]:
    """Yield the results of one SPARQL-based constraint on the default graph of `data`.

    Args:
        data: the graph.
        constraint: the constraint.
        only: the one focus node to look at, bound beforehand (SHACL, section 5.3.1); without it,
            all are found by the patterns of the query.
    """
    bound: dict[ox.Variable, Any] = {} if only is None else {ox.Variable("this"): only}
    answer = data.query(constraint.query, substitutions=bound)
    assert isinstance(answer, ox.QuerySolutions)
    columns = {variable.value for variable in answer.variables}
    rows = list(answer)
    if not rows:
        return
    selected = focus_nodes(data, constraint.targets)
    seen = set()
    for row in rows:
        focus = row["this"]
        path = row["path"] if "path" in columns else None
        value = (row["value"] if "value" in columns else None) or focus
        key = (focus, path, value)
        if focus not in selected or key in seen:
            continue
        seen.add(key)
        predicate = path.value if isinstance(path, ox.NamedNode) else None
        yield Result(
            focus=focus,
            path=None if predicate is None else v.shorten(predicate),
            predicate=predicate,
            value=value,
            shape=constraint.shape,
            constraint=constraint.iri,
            component=SPARQL_COMPONENT,
            severity=constraint.severity,
            message=constraint.message,
        )


def focus_nodes(data: ox.Store, targets: Iterable[str]) -> set[Any]:
    """Return the nodes of the default graph of `data` that graph patterns bind to ``?this``."""
    found: set[Any] = set()
    for target in targets:
        answer = data.query(f"SELECT DISTINCT ?this WHERE {{ {target} }}")
        assert isinstance(answer, ox.QuerySolutions)
        found.update(row["this"] for row in answer)
    return found


# --- reports --------------------------------------------------------------------------------------


def report_turtle(results: Iterable[Result]) -> str:
    """Return the SHACL validation report on `results` as Turtle, in their order.

    As SHACL has it, the graph conforms only if there is no result at all, of whatever severity.
    """
    body = f"[] {report_body(results)} .\n"
    used = {p for p in v.PREFIXES if f"{p}:" in body}
    head = "".join(f"@prefix {p}: <{v.PREFIXES[p]}> .\n" for p in v.PREFIXES if p in used)
    return head + "\n" + body


def report_body(results: Iterable[Result], *, messages: bool = True) -> str:
    """Return what the SHACL validation report on `results` says of itself, as Turtle has it.

    Args:
        results: in the order in which they are to stand.
        messages: whether the report has the messages.
    """
    blocks = [_block(result, messages) for result in results]
    text = "a sh:ValidationReport ;\n    sh:conforms " + ("false" if blocks else "true")
    return text + "".join(f" ;\n    sh:result {block}" for block in blocks)


def _block(result: Result, messages: bool) -> str:
    lines = ["a sh:ValidationResult", f"sh:focusNode {_turtle(result.focus)}"]
    if result.path is not None:
        lines.append(f"sh:resultPath {result.path}")
    if result.value is not None:
        lines.append(f"sh:value {_turtle(result.value)}")
    if messages:
        lines.append(f"sh:resultMessage {ox.Literal(result.message, language='en')}")
    lines.append(f"sh:resultSeverity {v.shorten(result.severity)}")
    lines.append(f"sh:sourceConstraintComponent {v.shorten(result.component)}")
    if result.constraint is not None:
        lines.append(f"sh:sourceConstraint {v.shorten(result.constraint)}")
    lines.append(f"sh:sourceShape {v.shorten(result.shape)}")
    return "[\n        " + " ;\n        ".join(lines) + "\n    ]"


def _turtle(term: Term) -> str:
    return v.shorten(term.value) if isinstance(term, ox.NamedNode) else str(term)
