"""Tells of each rule what it demands and why, with its examples, in words for people.

A page is about a node shape with its property shapes and constraints, about a query on the quality
of the ontology, or about one rule of :mod:`hrdem.check.registry`. What it says comes from shapes
(SHACL, sections 2 to 5), queries, their examples, which are found by name, and the registry;
nothing is said twice in the project.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.check import quality
from hrdem.check.finding import SEVERITIES, VIOLATION
from hrdem.check.registry import LAYERS, RULES, Rule
from hrdem.check.shacl import SEVERITY_NAMES, SPARQL_SUFFIX, shape_files
from hrdem.documents import parse, read_text
from hrdem.errors import HrdemError, UsageError, count
from hrdem.project import Project

_LONG: Final = 24
"""From how many lines on an example is cut to what matters."""
_AROUND: Final = 3
"""How many lines are shown around a line that matters."""


class Line(NamedTuple):
    """A line of an example: its text, and whether the good case has it otherwise or not at all."""

    text: str
    differs: bool = False


class Example(NamedTuple):
    """A case that conforms or not.

    Attributes:
        name: name of the file without suffix; an empty string if it is in no file.
        caption: what the case shows, in a sentence; an empty string if that needs no saying.
        lines: the statements in Turtle, without declarations of prefixes.
    """

    name: str
    caption: str
    lines: tuple[Line, ...]


class Demand(NamedTuple):
    """What findings of one code are about: one property shape or constraint, or one other rule.

    Attributes:
        code: the code.
        title: its name for people.
        why: what is demanded and why.
        about: the property or path concerned, in words; an empty string for the thing itself.
        asks: what is asked of the values, in phrases.
        severity: one of the severities of findings.
        wrong: what a finding says: what is wrong.
        mend: what it says next: what to do.
        bad: cases that do not conform, each of which gets that message.
        iri: the IRI of the rule.
    """

    code: str
    title: str
    why: str
    about: str
    asks: tuple[str, ...]
    severity: str
    wrong: str
    mend: str
    bad: tuple[Example, ...]
    iri: str


class Page(NamedTuple):
    """Everything about one shape with its constraints, or about one other rule.

    Attributes:
        code: local name of the shape, or code of the rule.
        title: its name for people.
        layer: the layer that it belongs to.
        about: what the rules are for, in a sentence or two.
        applies_to: what is looked at, in phrases; empty for a shape that others refer to.
        used_by: codes of the shapes whose rules refer to this one.
        good: a case that conforms, if there is one.
        demands: what is demanded, in the order of the file.
        files: the files that hold the rules, relative to the project, with forward slashes.
        iri: the IRI of the shape or rule.
    """

    code: str
    title: str
    layer: str
    about: str
    applies_to: tuple[str, ...]
    used_by: tuple[str, ...]
    good: Example | None
    demands: tuple[Demand, ...]
    files: tuple[str, ...]
    iri: str

    @property
    def examples(self) -> str:
        """The folder with its examples, relative to the project."""
        above = "validation/quality" if self.layer == "ontology" else "validation"
        return f"{above}/examples/{self.code}"

    @property
    def severity(self) -> str:
        """The gravest severity of its demands."""
        return min((d.severity for d in self.demands), key=SEVERITIES.index, default=VIOLATION)


class Layer(NamedTuple):
    """Rules that belong together: name, what they are about in a sentence, and their pages."""

    name: str
    about: str
    pages: tuple[Page, ...]


def read_layers(project: Project) -> tuple[Layer, ...]:
    """Return all rules of a project by layer: of the program, on the ontology, shapes by file.

    Raises:
        HrdemError: if a file cannot be read.
    """
    return (*program_layers(), _quality_layer(project), *_Shapes(project).layers())


def program_layers() -> tuple[Layer, ...]:
    """Return the rules that are checked by the program and not by shapes, by layer."""
    return tuple(
        Layer(name, about, tuple(_page_of(r) for r in RULES.values() if r.layer == name))
        for name, about in LAYERS.items()
    )


def find_code(layers: Iterable[Layer], name: str) -> str:
    """Return the code that a person means by `name`: a code of a finding, a shape or an IRI.

    Raises:
        UsageError: if there is none, with the nearest ones.
    """
    wanted = name.strip().strip("<>").removeprefix("shape:").rpartition("/")[2]
    codes = {code.casefold(): code for code in _by_code(layers)}
    if wanted.casefold() in codes:
        return codes[wanted.casefold()]
    near = difflib.get_close_matches(wanted, sorted(codes.values()), n=3, cutoff=0.6)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise UsageError(f"There is no rule {name!r}.{hint} `hrdem rules` lists them all.")


def find_page(layers: Iterable[Layer], name: str) -> Page:
    """Return the page on which the rule stands that a person means by `name`.

    Raises:
        UsageError: if there is none, with the nearest ones.
    """
    layers = tuple(layers)
    return _by_code(layers)[find_code(layers, name)]


def _by_code(layers: Iterable[Layer]) -> dict[str, Page]:
    pages = [page for layer in layers for page in layer.pages]
    codes = {demand.code: page for page in pages for demand in page.demands}
    return codes | {page.code: page for page in pages}


# --- rules of the program -------------------------------------------------------------------------


def _page_of(rule: Rule) -> Page:
    good, bad = rule.good.splitlines(), rule.bad.splitlines()
    demand = Demand(
        code=rule.code,
        title=rule.title,
        why=rule.why,
        about="",
        asks=(),
        severity=rule.severity,
        wrong=rule.message,
        mend=rule.mend,
        bad=(Example("", "", _compared(bad, good)),),
        iri=v.RULE + rule.code,
    )
    return Page(
        code=rule.code,
        title=rule.title,
        layer=rule.layer,
        about=rule.demand,
        applies_to=(rule.applies_to,),
        used_by=(),
        good=Example("", "", tuple(Line(text) for text in good)),
        demands=(demand,),
        files=(),
        iri=demand.iri,
    )


# --- queries on the quality of the ontology -------------------------------------------------------


def _quality_layer(project: Project) -> Layer:
    """Return the rules of ``validation/quality/``; a file that cannot be read is left out.

    The check tells of it.
    """
    pages = []
    for path in quality.rule_files(project.validation):
        with suppress(HrdemError):
            pages.append(_page_of_query(quality.read_rule(path), project))
    return Layer("ontology", "Ontology: its terms are named, defined and used.", tuple(pages))


def _page_of_query(rule: quality.Rule, project: Project) -> Page:
    folder = rule.path.parent / "examples" / rule.code
    good = _example(folder / "good.ttl", None, whole=True)
    cases = (_example(path, good, whole=True) for path in sorted(folder.glob("bad*.ttl")))
    demand = Demand(
        code=rule.code,
        title=rule.title,
        why="",
        about="",
        asks=(),
        severity=rule.severity,
        wrong=rule.problem,
        mend=rule.solution,
        bad=tuple(case for case in cases if case is not None),
        iri=v.RULE + rule.code,
    )
    return Page(
        code=rule.code,
        title=rule.title,
        layer="ontology",
        about=f"A term breaks this rule if this is true: {rule.problem}",
        applies_to=("the terms of the ontology",),
        used_by=(),
        good=good,
        demands=(demand,),
        files=(rule.path.relative_to(project.root).as_posix(),),
        iri=demand.iri,
    )


# --- shapes ---------------------------------------------------------------------------------------

_TARGETS: Final = ("targetClass", "targetSubjectsOf", "targetObjectsOf", "targetNode")
_MEMBERS: Final = ("or", "and", "xone", "not", "node", "qualifiedValueShape")
_NOT_ASKED: Final = frozenset(
    (
        *_TARGETS,
        *("name", "description", "severity", "message", "property", "sparql", "path", "order"),
        *("select", "prefixes", "flags", "qualifiedValueShape", "declare"),
        *("prefix", "namespace", "group", "deactivated"),
    )
)
"""Properties of shapes that are no constraints, or are told together with one."""
_DATATYPES: Final = {
    v.XSD + "anyURI": "a web address",
    v.XSD + "boolean": "true or false",
    v.XSD + "date": "a day of the calendar",
    v.XSD + "decimal": "a number",
    v.XSD + "gYear": "a year",
    v.XSD + "gYearMonth": "a month of a year",
    v.XSD + "integer": "a whole number",
    v.XSD + "string": "a text without a language",
    v.RDF + "langString": "a text with its language",
}

Node = ox.NamedNode | ox.BlankNode
Term = ox.NamedNode | ox.BlankNode | ox.Literal


@dataclass(frozen=True)
class _Shapes:
    """The shapes of a project and their examples."""

    project: Project

    @cached_property
    def _files(self) -> dict[Path, list[ox.Quad]]:
        return {path: list(parse(path)) for path in shape_files(self.project.validation)}

    @cached_property
    def _subjects(self) -> dict[Path, set[Node]]:
        """Each file to what it says something of."""
        return {
            path: {quad.subject for quad in quads}  # type: ignore[misc]  # no triples as subjects
            for path, quads in self._files.items()
        }

    @cached_property
    def _store(self) -> ox.Store:
        store = ox.Store()
        store.extend(self._all)
        return store

    @cached_property
    def _all(self) -> list[ox.Quad]:
        return [quad for quads in self._files.values() for quad in quads]

    @cached_property
    def _labels(self) -> dict[str, str]:
        """IRI of each term of the ontology to its English label."""
        found = {}
        for quad in parse(self.project.ontology / "hrdem.ttl"):
            label = quad.object
            if (
                quad.predicate.value == v.RDFS + "label"
                and isinstance(label, ox.Literal)
                and label.language == "en"
            ):
                found[v.value(quad.subject)] = label.value
        return found

    def layers(self) -> tuple[Layer, ...]:
        """Return the shapes by layer, in the order of their files."""
        about: dict[str, str] = {}
        pages: dict[str, list[Page]] = {}
        for path, quads in self._files.items():
            name = path.name.removesuffix(SPARQL_SUFFIX).removesuffix(".ttl")
            about.setdefault(name, "")
            if not path.name.endswith(SPARQL_SUFFIX):
                about[name] = _heading(path)
            shapes = dict.fromkeys(
                quad.subject
                for quad in quads
                if quad.predicate.value == v.RDF_TYPE
                and v.value(quad.object) == v.SH + "NodeShape"
                and isinstance(quad.subject, ox.NamedNode)
            )
            pages.setdefault(name, []).extend(self._page(shape, name) for shape in shapes)
        return tuple(Layer(name, about[name], tuple(pages[name])) for name in about)

    def _page(self, shape: ox.NamedNode, layer: str) -> Page:
        code = shape.value.removeprefix(v.SHAPE)
        folder = self.project.validation / "examples" / code
        whole = layer == "evidence"
        good = _example(folder / "good.ttl", None, whole)
        severity = self._one(shape, "severity")
        parts = [
            (shape, severity),
            *((part, self._one(part, "severity")) for part in self._named(shape, "property")),
            *((part, severity) for part in self._named(shape, "sparql")),
        ]
        cases = self._cases(folder, [part for part, _ in parts], good, whole)
        used_by = sorted({v.value(user) for user in self._users(shape)})
        return Page(
            code=code,
            title=self._one(shape, "name"),
            layer=layer,
            about=self._one(shape, "description"),
            applies_to=tuple(self._applies(shape)),
            used_by=tuple(iri.removeprefix(v.SHAPE) for iri in used_by),
            good=good,
            demands=tuple(
                self._demand(part, grave, cases[part])
                for part, grave in parts
                if part != shape or self._asks(part)
            ),
            files=tuple(
                path.relative_to(self.project.root).as_posix()
                for path, subjects in self._subjects.items()
                if not subjects.isdisjoint(part for part, _ in parts)
            ),
            iri=shape.value,
        )

    def _demand(self, part: ox.NamedNode, severity: str, bad: tuple[Example, ...]) -> Demand:
        message = self._one(part, "message")
        wrong, mend = split_message(message)
        path = self._values(part, "path")
        return Demand(
            code=part.value.removeprefix(v.SHAPE),
            title=self._one(part, "name"),
            why=self._one(part, "description"),
            about=self._path(path[0]) if path else "",
            asks=tuple(self._asks(part)),
            severity=SEVERITY_NAMES.get(severity, VIOLATION),
            wrong=wrong,
            mend=mend,
            bad=bad,
            iri=part.value,
        )

    def _cases(
        self, folder: Path, parts: Sequence[ox.NamedNode], good: Example | None, whole: bool
    ) -> dict[ox.NamedNode, tuple[Example, ...]]:
        """Return the bad cases of each part of a shape; which one is of which, the name says.

        ``bad-{aspect}-{parameter}`` is of the part whose IRI ends in ``-{aspect}``; without aspect,
        of the shape itself. Where two fit, the longer one is meant.
        """
        begins: dict[str, ox.NamedNode] = {}
        for part in parts:
            aspect = part.value.removeprefix(v.SHAPE + folder.name).removeprefix("-")
            names = ["sparql"] if self._values(part, "select") else self._parameters(part)
            for name in names:
                begins["-".join(each for each in ("bad", aspect, name) if each)] = part
        found: dict[ox.NamedNode, list[Example]] = {part: [] for part in parts}
        for path in sorted(folder.glob("bad-*.ttl")):
            fitting = [b for b in begins if re.match(re.escape(b) + r"(-|$)", path.stem)]
            example = _example(path, good, whole)
            if fitting and example is not None:
                found[begins[max(fitting, key=len)]].append(example)
        return {part: tuple(examples) for part, examples in found.items()}

    # --- in words ---------------------------------------------------------------------------------

    def _applies(self, shape: ox.NamedNode) -> Iterable[str]:
        for term in self._values(shape, "targetClass"):
            yield f"every {self._called(term)}"
        for term in self._values(shape, "targetSubjectsOf"):
            yield f"everything that has the property {self._called(term)}"
        for term in self._values(shape, "targetObjectsOf"):
            yield f"everything that the property {self._called(term)} leads to"
        for term in self._values(shape, "targetNode"):
            yield f"the term {self._called(term)}"

    def _parameters(self, part: Node) -> list[str]:
        """Return the names of the constraint parameters that a shape has, sorted."""
        names = {
            quad.predicate.value.removeprefix(v.SH)
            for quad in self._store.quads_for_pattern(part, None, None)
            if quad.predicate.value.startswith(v.SH)
        }
        return sorted(names - _NOT_ASKED, key=lambda name: (name == "maxCount", name))

    def _asks(self, part: Node) -> list[str]:
        names = self._parameters(part)
        least, most = (self._one(part, name) for name in ("minCount", "maxCount"))
        if least and least == most:
            names = [name for name in names if name not in ("minCount", "maxCount")]
            exactly = [f"exactly {count(int(least), 'value')}"]
        else:
            exactly = []
        return exactly + [self._phrase(part, name) for name in names]

    def _phrase(self, part: Node, name: str) -> str:
        """Return in a phrase what one constraint parameter asks."""
        values = self._values(part, name)
        first = values[0]
        number = "" if isinstance(first, ox.BlankNode) else first.value
        called = " or ".join(self._called(value) for value in values)
        match name:
            case "minCount":
                return f"at least {count(int(number), 'value')}"
            case "maxCount":
                return f"at most {count(int(number), 'value')}"
            case "datatype":
                kind = _DATATYPES.get(number, "a value")
                return f"{kind} ({v.shorten(number)})"
            case "class":
                return f"a thing of the class {called}"
            case "nodeKind":
                return (
                    "a thing, written as an IRI"
                    if number == v.SH + "IRI"
                    else f"of the kind {v.shorten(number)}"
                )
            case "pattern":
                return f"written after the pattern {number}"
            case "in":
                return f"one of {called}"
            case "languageIn":
                return f"in the language {called}"
            case "uniqueLang":
                return "at most one in each language"
            case "hasValue":
                return f"among the values, {called}"
            case "equals":
                return f"the same values as {called}"
            case "lessThan":
                return f"less than the value of {called}"
            case "lessThanOrEquals":
                return f"not more than the value of {called}"
            case "minInclusive":
                return f"{number} or more"
            case "maxInclusive":
                return f"{number} or less"
            case "minLength":
                return f"at least {number} long, in characters"
            case "maxLength":
                return f"at most {number} long, in characters"
            case "or":
                return f"at least one of these holds: {self._members(values)}"
            case "xone":
                return f"exactly one of these holds: {self._members(values)}"
            case "and" | "node":
                return f"this holds: {self._members(values)}"
            case "not":
                return f"this does not hold: {self._members(values)}"
            case "qualifiedMinCount":
                inner = self._members(self._values(part, "qualifiedValueShape"))
                return f"at least {number} for which this holds: {inner}"
            case "qualifiedMaxCount":
                inner = self._members(self._values(part, "qualifiedValueShape"))
                return f"at most {number} for which this holds: {inner}"
        return f"sh:{name} {called}"

    def _members(self, shapes: Sequence[Term]) -> str:
        """Return the names of shapes that another one refers to; of unnamed ones, what they ask."""
        return "; ".join(
            self._one(shape, "name") or ", ".join(self._asks(shape))
            for shape in shapes
            if not isinstance(shape, ox.Literal)
        )

    def _called(self, term: Term) -> str:
        if isinstance(term, ox.NamedNode):
            label = self._labels.get(term.value)
            return v.shorten(term.value) + (f" (“{label}”)" if label else "")
        return f"“{term.value}”" if isinstance(term, ox.Literal) else "a value"

    def _path(self, path: Term) -> str:
        """Return a property path (SHACL, section 2.3.1) in words."""
        if isinstance(path, ox.NamedNode):
            return self._called(path)
        assert isinstance(path, ox.BlankNode)
        steps = self._list(path)
        if steps:
            return ", then ".join(self._path(step) for step in steps)
        for quad in self._store.quads_for_pattern(path, None, None):
            kind = quad.predicate.value.removeprefix(v.SH)
            value: Term = quad.object  # type: ignore[assignment]
            if kind == "alternativePath":
                return " or ".join(self._path(step) for step in self._list(value))
            inner = self._path(value)
            return {
                "inversePath": f"what has {inner} leading here",
                "zeroOrMorePath": f"{inner}, any number of times or not at all",
                "oneOrMorePath": f"{inner}, once or more",
                "zeroOrOnePath": f"{inner}, once or not at all",
            }[kind]
        return ""

    # --- reading ----------------------------------------------------------------------------------

    def _values(self, subject: Node, name: str) -> list[Term]:
        """Return the values of a SHACL property, the members of lists for lists, in fixed order."""
        found: list[Term] = []
        for quad in self._store.quads_for_pattern(subject, ox.NamedNode(v.SH + name), None):
            value: Term = quad.object  # type: ignore[assignment]
            found += self._list(value) or [value]
        return found if name in ("or", "xone", "and", "in") else sorted(found, key=str)

    def _named(self, subject: Node, name: str) -> list[ox.NamedNode]:
        """Return the IRIs among the values of a SHACL property, in the order of the files."""
        found = [value for value in self._values(subject, name) if isinstance(value, ox.NamedNode)]
        return sorted(found, key=lambda iri: self._order.get(iri.value, 0))

    @cached_property
    def _order(self) -> dict[str, int]:
        """IRI of each subject to its place in the files."""
        subjects = (v.value(q.subject) for q in self._all if isinstance(q.subject, ox.NamedNode))
        return {iri: number for number, iri in enumerate(dict.fromkeys(subjects))}

    def _one(self, subject: Node, name: str) -> str:
        values = self._values(subject, name)
        return values[0].value if values else ""

    def _list(self, node: object) -> list[Term]:
        items: list[Term] = []
        while isinstance(node, ox.BlankNode):
            cells = {
                quad.predicate.value: quad.object
                for quad in self._store.quads_for_pattern(node, None, None)
            }
            if v.RDF + "first" not in cells:
                break
            items.append(cells[v.RDF + "first"])  # type: ignore[arg-type]
            node = cells[v.RDF + "rest"]
        return items

    def _users(self, shape: ox.NamedNode) -> set[ox.NamedNode]:
        """Return the node shapes that refer to `shape` to say what they demand."""
        return self._all_users.get(shape, set())

    @cached_property
    def _all_users(self) -> dict[Term, set[ox.NamedNode]]:
        """Each shape to the node shapes that refer to it to say what they demand."""
        found: dict[Term, set[ox.NamedNode]] = {}
        for quad in self._store.quads_for_pattern(None, ox.NamedNode(v.RDF_TYPE), None):
            user = quad.subject
            if v.value(quad.object) != v.SH + "NodeShape" or not isinstance(user, ox.NamedNode):
                continue
            for part in (user, *self._named(user, "property")):
                for name in _MEMBERS:
                    for shape in self._values(part, name):
                        found.setdefault(shape, set()).add(user)
        return found


def _heading(path: Path) -> str:
    """Return the first comment of a file."""
    lines = []
    for line in read_text(path).splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("# "))
    return " ".join(lines)


_STATEMENT: Final = re.compile(
    r"\n*^statement:\w+ a rdf:Statement ;\n"
    r" +rdf:subject \S+ ; rdf:predicate rdf:type ; rdf:object \S+ ;\n"
    r" +hrdem:standing hrdem:Accepted ; hrdem:supportedBy note:first \.$",
    re.MULTILINE,
)
"""The node by which an example says that a passage supports the class of the thing it is about."""


def _example(path: Path, good: Example | None, whole: bool) -> Example | None:
    """Return an example as it stands in its file, or None if there is no such file.

    Args:
        path: the file.
        good: the good case to compare a bad one with.
        whole: whether to show also what every example says of its evidence.
    """
    if not path.is_file():
        return None
    content = read_text(path).rstrip()
    if not whole:
        content = _STATEMENT.sub("", content)
    caption: list[str] = []
    body: list[str] = []
    for line in content.splitlines():
        if line.startswith("#") and not body:
            caption.append(line.lstrip("# "))
        elif not line.startswith("@prefix") and (line.strip() or body):
            body.append(line)
    text = re.sub(r"^(Good|Bad): ", "", " ".join(caption))
    against = None if good is None else [line.text for line in good.lines]
    lines = _compared(body, against) if against is not None else tuple(Line(t) for t in body)
    return Example(path.stem, text[:1].upper() + text[1:], lines)


def _compared(lines: Sequence[str], good: Sequence[str]) -> tuple[Line, ...]:
    """Return lines with a mark on those that the good case has not; long ones cut to what matters.

    Nothing is marked, and nothing cut, where most lines differ: then the two are different cases.
    """
    matcher = difflib.SequenceMatcher(None, good, lines, autojunk=False)
    same = {b + i for _, b, size in matcher.get_matching_blocks() for i in range(size)}
    if len(same) * 2 < len(lines):
        return tuple(Line(text) for text in lines)
    marked = [Line(text, number not in same) for number, text in enumerate(lines)]
    if len(lines) <= _LONG or len(same) == len(lines):
        return tuple(marked)
    near = {
        number
        for changed, line in enumerate(marked)
        if line.differs
        for number in range(changed - _AROUND, changed + _AROUND + 1)
    }
    shown: list[Line] = []
    for number, line in enumerate(marked):
        if number in near:
            shown.append(line)
        elif not shown or shown[-1].text != "…":
            shown.append(Line("…"))
    return tuple(shown)


def split_message(message: str) -> tuple[str, str]:
    """Return the two halves of a message: what is wrong (its first sentence), and what to do."""
    parts = re.split(r"(?<=[.”])\s+(?=[A-Z])", message, maxsplit=1)
    return parts[0], parts[1] if len(parts) > 1 else ""
