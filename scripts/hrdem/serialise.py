"""Writes graphs, always the same way: same triples, same bytes.

All writers take statements in any order and sort them themselves, compared as code points: by
subject, then predicate, then object. Where statements are grouped by subject, what a reader looks
for first comes first: types, labels, and the parts of a statement node. None of them writes blank
nodes. They follow `RDF 1.1 Turtle <https://www.w3.org/TR/turtle/>`_, `TriG
<https://www.w3.org/TR/trig/>`_, `N-Triples <https://www.w3.org/TR/n-triples/>`_, `N-Quads
<https://www.w3.org/TR/n-quads/>`_, `RDF/XML <https://www.w3.org/TR/rdf-syntax-grammar/>`_ and
`JSON-LD 1.1 <https://www.w3.org/TR/json-ld11/>`_.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from json.encoder import encode_basestring as _string
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.errors import HrdemError

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
INDENT = "    "

_FIRST = {
    predicate: rank
    for rank, predicate in enumerate(
        (
            v.RDF_TYPE,
            v.SKOS + "prefLabel",
            v.RDFS + "label",
            v.RDF_SUBJECT,
            v.RDF_PREDICATE,
            v.RDF_OBJECT,
        )
    )
}


Row = tuple[str, int, str, str]
"""A triple to sort by: subject, rank of the predicate, predicate, and object as in N-Triples."""


_LAST = len(_FIRST)


class Ordered(tuple[ox.Triple, ...]):
    """Triples as :func:`in_order` returns them, so that no writer needs to sort them again.

    Attributes:
        rows: the same triples, as text; writers read these, since that is much faster.
        objects: every object by how N-Triples has it.
    """

    rows: list[Row]
    objects: dict[str, Term]


def in_order(triples: Iterable[ox.Triple]) -> Ordered:
    """Return the triples, each once, in the order in which they are grouped by subject."""
    if isinstance(triples, Ordered):
        return triples
    objects: dict[str, Term] = {}
    return _ordered({_row(triple, objects) for triple in triples}, objects)


def _ordered(rows: Iterable[Row], objects: dict[str, Term]) -> Ordered:
    """Return rows as triples; `rows` has each once."""
    nodes: dict[str, ox.NamedNode] = {}

    def node(iri: str) -> ox.NamedNode:
        found = nodes.get(iri)
        if found is None:
            found = nodes[iri] = ox.NamedNode(iri)
        return found

    in_sequence = sorted(rows)
    ordered = Ordered(ox.Triple(node(s), node(p), objects[o]) for s, _, p, o in in_sequence)
    ordered.rows, ordered.objects = in_sequence, objects
    return ordered


def _row(triple: ox.Triple | ox.Quad, objects: dict[str, Term]) -> Row:
    """Return a triple as a row, and enter its object into `objects`."""
    value = triple.object
    written = str(value)
    objects[written] = value
    predicate = triple.predicate.value
    return v.value(triple.subject), _FIRST.get(predicate, _LAST), predicate, written


class Graphs(dict[str, list[Row]]):
    """Quads taken apart once for all writers: name of each graph to its rows, sorted.

    What is in the default graph has the empty name. Graphs are sorted by name.

    Attributes:
        objects: every object by how N-Triples has it.
    """

    objects: dict[str, Term]

    def merge(self) -> Ordered:
        """Return the triples of all graphs together, each once."""
        return _ordered(set().union(*self.values()), self.objects)

    def triples(self, name: str) -> Ordered:
        """Return the triples of the graph `name`."""
        return _ordered(self[name], self.objects)

    def add(self, name: str, triples: Iterable[ox.Triple]) -> None:
        """Add triples to the graph `name`."""
        rows = {_row(triple, self.objects) for triple in triples}
        rows.update(self.get(name, ()))
        graphs = {**self, name: sorted(rows)}
        self.clear()
        self.update(sorted(graphs.items()))


def by_graph(quads: Iterable[ox.Quad] | Graphs) -> Graphs:
    """Return quads by the graph that they are in, each once."""
    if isinstance(quads, Graphs):
        return quads
    objects: dict[str, Term] = {}
    found: dict[str, set[Row]] = {}
    for quad in quads:
        graph = quad.graph_name
        name = "" if isinstance(graph, ox.DefaultGraph) else v.value(graph)
        found.setdefault(name, set()).add(_row(quad, objects))
    graphs = Graphs((name, sorted(rows)) for name, rows in sorted(found.items()))
    graphs.objects = objects
    return graphs


# --- line by line -------------------------------------------------------------------------------


def n_triples(triples: Iterable[ox.Triple]) -> Iterator[str]:
    """Yield the lines of canonical N-Triples, each once, sorted by code point."""
    rows = in_order(triples).rows
    yield from sorted([f"<{s}> <{p}> {o} .\n" for s, _, p, o in rows])


def n_quads(quads: Iterable[ox.Quad] | Graphs) -> Iterator[str]:
    """Yield the lines of canonical N-Quads, each once, sorted by code point."""
    lines = []
    for name, rows in by_graph(quads).items():
        end = f" <{name}> .\n" if name else " .\n"
        lines += [f"<{s}> <{p}> {o}{end}" for s, _, p, o in rows]
    lines.sort()
    yield from lines


# --- Turtle and TriG ----------------------------------------------------------------------------

# Lexical forms that the Turtle grammar lets stand without quotation marks, by datatype.
_BARE = {
    v.XSD + "integer": re.compile(r"[+-]?[0-9]+\Z"),
    v.XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+\Z"),
    v.XSD + "boolean": re.compile(r"(?:true|false)\Z"),
}
_STRING = v.XSD + "string"
_LANG_STRING = v.RDF + "langString"


def turtle(triples: Iterable[ox.Triple]) -> Iterator[str]:
    """Yield the parts of a Turtle file, grouped by subject, with the prefixes that it uses."""
    ordered = in_order(triples)
    writer = _Turtle(ordered.objects)
    body = list(writer.subjects(ordered.rows, ""))
    yield from writer.prefixes()
    yield from body


def trig(quads: Iterable[ox.Quad] | Graphs) -> Iterator[str]:
    """Yield the parts of a TriG file, graphs sorted by name, each written like Turtle.

    What is in the default graph comes first.
    """
    graphs = by_graph(quads)
    writer = _Turtle(graphs.objects)
    body: list[str] = []
    for name, rows in graphs.items():
        if not name:
            body.extend(writer.subjects(rows, ""))
            continue
        body.append(f"\n{writer.name(name)} {{")
        body.extend(writer.subjects(rows, INDENT))
        body.append("}\n")
    yield from writer.prefixes()
    yield from body


_SUBJECT = itemgetter(0)
_PREDICATE = itemgetter(2)


class _Turtle:
    """Writes terms and subjects, and remembers which prefixes it used."""

    def __init__(self, objects: dict[str, Term]) -> None:
        self._used: set[str] = set()
        self._names: dict[str, str] = {}
        self._objects = objects
        self._terms: dict[str, str] = {}

    def prefixes(self) -> Iterator[str]:
        for prefix, namespace in v.PREFIXES.items():
            if prefix in self._used:
                yield f"@prefix {prefix}: <{namespace}> .\n"

    def subjects(self, rows: Iterable[Row], margin: str) -> Iterator[str]:
        """Yield one block per subject: one predicate a line, further objects a line each."""
        terms = self._terms
        new_verb, new_object = f" ;\n{margin}{INDENT}", f"\n{margin}{INDENT}{INDENT}"
        for subject, about in groupby(rows, _SUBJECT):
            parts = [f"\n{margin}{self.name(subject)}"]
            lead = " "
            for predicate, sharing in groupby(about, _PREDICATE):
                verb = "a" if predicate == v.RDF_TYPE else self.name(predicate)
                objects = [terms.get(row[3]) or self._written(row[3]) for row in sharing]
                parts.append(lead + verb)
                if len(objects) == 1 or verb == "a":
                    parts.append(" " + ", ".join(objects))
                else:
                    parts.append(new_object + f",{new_object}".join(objects))
                lead = new_verb
            parts.append(" .\n")
            yield "".join(parts)

    def _written(self, value: str) -> str:
        written = self._terms[value] = self.term(self._objects[value])
        return written

    def name(self, iri: str) -> str:
        """Return an IRI as a prefixed name where that is legal, else in angle brackets."""
        written = self._names.get(iri)
        if written is None:
            parts = v.split(iri)
            if parts is None:
                written = str(ox.NamedNode(iri))
            else:
                self._used.add(parts[0])
                written = ":".join(parts)
            self._names[iri] = written
        return written

    def term(self, term: Term) -> str:
        """Return an object as Turtle writes it."""
        if not isinstance(term, ox.Literal):
            return self.name(v.value(term))
        datatype = term.datatype.value
        bare = _BARE.get(datatype)
        if bare and bare.match(term.value):
            return term.value
        text = _quoted(term.value)
        if datatype == _LANG_STRING:
            return f"{text}@{term.language}"
        return text if datatype == _STRING else f"{text}^^{self.name(datatype)}"


def turtle_term(term: Term) -> str:
    """Return a term as :func:`turtle` writes it, with the project's own prefixes."""
    return _Turtle({}).term(term)


def _quoted(text: str) -> str:
    """Return a string literal; one with line feeds as a long string, its lines as they are."""
    if "\n" not in text:
        return str(ox.Literal(text))
    escaped = re.sub(
        r'[\x00-\x08\x0b-\x1f\x7f\\]|"(?="")|"\Z',
        lambda found: f"\\{found[0]}" if found[0] in '"\\' else f"\\u{ord(found[0]):04X}",
        text,
    )
    return f'"""{escaped}"""'


# --- RDF/XML ------------------------------------------------------------------------------------


def rdf_xml(triples: Iterable[ox.Triple]) -> bytes:
    """Return the triples as RDF/XML, grouped by subject, with the prefixes that it uses.

    Raises:
        HrdemError: if the name of a property cannot be split into namespace and XML name.
    """
    ordered = in_order(triples)
    used: set[str] = set()
    for iri in {p for _, _, p, _ in ordered.rows} | {
        o[1:-1] for _, _, p, o in ordered.rows if p == v.RDF_TYPE
    }:
        if not re.search(r"[A-Za-z_][A-Za-z0-9_.-]*\Z", iri):
            raise HrdemError(
                f"The name <{iri}> does not end like an XML name, so RDF/XML cannot write it as a"
                " property or class. Use one that ends in a word that begins with a letter."
            )
        parts = v.split(iri)
        if parts is not None:
            used.add(parts[0])
    namespaces = {prefix: name for prefix, name in v.PREFIXES.items() if prefix in used}
    written = ox.serialize(ordered, format=ox.RdfFormat.RDF_XML, prefixes=namespaces)
    assert written is not None  # None only comes back where an output was given
    return written + b"\n"


# --- JSON-LD ------------------------------------------------------------------------------------

_TERM_KEYS = {"@id", "@type", "@language"}
_SAFE_INTEGER = re.compile(r"(?:0|-?[1-9][0-9]{0,14})\Z")  # a double holds these exactly


def json_ld(triples: Iterable[ox.Triple], context: Context, *, whole: bool = True) -> Iterator[str]:
    """Yield the parts of a JSON-LD file: `context`, then one node per subject, sorted.

    IRIs are compact and values take the shape that the terms of the context ask for, so the file
    reads like ordinary JSON.

    Args:
        triples: what to write.
        context: the names to write it with.
        whole: whether names that the file does not use are in its context too.
    """
    ordered = in_order(triples)
    objects = ordered.objects
    known: dict[tuple[str, str], object] = {}

    def value(predicate: str, written: str) -> object:
        key = predicate, written
        if key not in known:
            term = objects[written]
            known[key] = (
                context.name(v.value(term))
                if predicate == v.RDF_TYPE
                else context.value(predicate, term)
            )
        return known[key]

    nodes = []
    identifier, class_ = context.keyword("@id"), context.keyword("@type")
    for subject, about in groupby(ordered.rows, _SUBJECT):
        node: dict[str, Any] = {identifier: context.compact(subject)}
        for predicate, sharing in groupby(about, _PREDICATE):
            key = class_ if predicate == v.RDF_TYPE else context.name(predicate)
            values = [value(predicate, row[3]) for row in sharing]
            node[key] = values[0] if len(values) == 1 else values
        nodes.append(node)
    names = context.definition if whole else context.needed(nodes)
    yield f'{{\n"@context": {_json(names)},\n"@graph": [\n'
    separator = ""
    for node in nodes:
        yield separator + _node(node)
        separator = ",\n"
    yield "\n]\n}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def _node(value: object, margin: str = "\n") -> str:
    """Return what :func:`_json` does, for the nodes of a graph, in a fraction of its time.

    With an indent the standard library writes JSON in Python, piece by piece.
    """
    if isinstance(value, str):
        return _string(value)
    inner = margin + " "
    if isinstance(value, dict):
        return (
            f"{{{inner}"
            + f",{inner}".join(
                [f"{_string(key)}: {_node(each, inner)}" for key, each in value.items()]
            )
            + f"{margin}}}"
        )
    if isinstance(value, list):
        return f"[{inner}" + f",{inner}".join([_node(each, inner) for each in value]) + f"{margin}]"
    return json.dumps(value)


class Context:
    """A JSON-LD context, read backwards: from IRIs and literals to what stands in the file.

    The part of JSON-LD 1.1 that the project's own context needs is understood: prefixes, other
    names for keywords, and terms with ``@id``, ``@type`` and ``@language``. Anything else is
    refused, so that nothing is written that would be read as something else.

    Args:
        document: the parsed JSON of a context file, an object with the key ``@context``.
        path: where it was read, for errors.

    Raises:
        HrdemError: if it is not such an object, or uses something else.
    """

    def __init__(self, document: object, path: Path | None = None) -> None:
        definition = document.get("@context") if isinstance(document, dict) else None
        if not isinstance(definition, dict):
            raise HrdemError(
                'This is not a JSON-LD context. Write one JSON object: {"@context": {...}}.',
                path=path,
            )
        self.definition: dict[str, Any] = definition
        self._path = path
        self._keywords: dict[str, str] = {}  # keyword to the name that it has here
        self._prefixes: dict[str, str] = {}  # namespace to prefix
        self._terms: dict[str, tuple[str, dict[str, str]]] = {}  # IRI to term and its details
        self._compact: dict[str, str] = {}
        for name, value in sorted(definition.items()):
            if not name.startswith("@"):
                self._define(name, value)
            elif (name, value) != ("@version", 1.1):
                raise self._error(f"It has {name} {_json(value)}")

    def _error(self, what: str) -> HrdemError:
        return HrdemError(
            f"{what}, which the writer of JSON-LD does not know. Do without it, or extend"
            " serialise.Context.",
            path=self._path,
        )

    def _define(self, name: str, value: object) -> None:
        """Take one name of the context into the tables."""
        details = {"@id": value} if isinstance(value, str) else value
        if (
            not isinstance(details, dict)
            or not set(details) <= _TERM_KEYS
            or not all(isinstance(each, str) for each in details.values())
        ):
            raise self._error(f"The term {name!r} is {_json(value)}")
        if details.get("@id") in ("@id", "@type"):
            self._keywords[details["@id"]] = name
            return
        iri = self._expand(name)
        if isinstance(value, str) and iri[-1] in ":/?#[]@":  # what JSON-LD takes as a prefix
            self._prefixes.setdefault(iri, name)
            return
        if iri in self._terms:
            raise self._error(f"The terms {self._terms[iri][0]!r} and {name!r} are both {iri}")
        if "@type" in details and details["@type"] != "@id":
            details = {**details, "@type": self._expand(details["@type"])}
        self._terms[iri] = (name, details)

    def _expand(self, name: str, *passed: str) -> str:
        """Return the IRI that a name in the context stands for.

        Args:
            name: a term, a compact IRI or an IRI.
            passed: the names whose meaning depends on this one.
        """
        if name in passed[:-1]:
            raise self._error(f"The term {passed[0]!r} is explained by itself")
        value = self.definition.get(name)
        meaning = value.get("@id") if isinstance(value, dict) else value
        if isinstance(meaning, str) and meaning != name:
            return self._expand(meaning, *passed, name)
        prefix, colon, local = name.partition(":")
        if not colon or name.startswith("@"):
            raise self._error(
                f"The term {(*passed, name)[0]!r} stands for {name!r}, not for an IRI"
            )
        if prefix in self.definition and not local.startswith("//"):
            return self._expand(prefix, *passed, name) + local
        return name

    def needed(self, content: object) -> dict[str, Any]:
        """Return the part of the context that some JSON-LD written with it is read with.

        Args:
            content: the JSON; what its strings may name is kept.
        """
        needed = {name for name in self.definition if name.startswith("@")}
        todo = [content]
        while todo:
            each = todo.pop()
            if isinstance(each, dict):
                todo += [*each, *each.values()]
            elif isinstance(each, list):
                todo += each
            elif isinstance(each, str):
                for name in {each, each.partition(":")[0]} & self.definition.keys() - needed:
                    needed.add(name)
                    todo.append(self.definition[name])
        return {name: value for name, value in self.definition.items() if name in needed}

    def keyword(self, keyword: str) -> str:
        """Return ``@id`` or ``@type``, or the name that the context gives it."""
        return self._keywords.get(keyword, keyword)

    def name(self, iri: str) -> str:
        """Return the IRI of a property, class or datatype: its term, or else as `compact` does."""
        return self._terms[iri][0] if iri in self._terms else self.compact(iri)

    def compact(self, iri: str) -> str:
        """Return an IRI as it stands in ``@id``, with the longest prefix that fits, or whole."""
        found = self._compact.get(iri)
        if found is None:
            found = self._compact[iri] = self._shorten(iri)
        return found

    def _shorten(self, iri: str) -> str:
        for cut in range(len(iri) - 1, 0, -1):
            prefix = self._prefixes.get(iri[:cut])
            if prefix and not iri.startswith("//", cut):
                compact = f"{prefix}:{iri[cut:]}"
                if compact not in self.definition:
                    return compact
        scheme, _, rest = iri.partition(":")
        if scheme in self.definition and not rest.startswith("//"):
            raise self._error(f"The name {scheme!r} hides the scheme of the IRI {iri}")
        return iri

    def value(self, predicate: str, term: Term) -> object:
        """Return one object of a property as the JSON value that the term of the property wants."""
        details = self._terms[predicate][1] if predicate in self._terms else {}
        coercion = details.get("@type")
        if not isinstance(term, ox.Literal):
            iri = self.compact(v.value(term))
            return iri if coercion == "@id" else {self.keyword("@id"): iri}
        datatype = term.datatype.value
        if datatype == _LANG_STRING:
            if coercion is None and details.get("@language") == term.language:
                return term.value
            return {"@language": term.language, "@value": term.value}
        if datatype == _STRING:
            bare = coercion is None and "@language" not in details
            return term.value if bare else {"@value": term.value}
        if coercion in (None, datatype):
            if datatype == v.XSD + "integer" and _SAFE_INTEGER.match(term.value):
                return int(term.value)
            if datatype == v.XSD + "boolean" and term.value in ("true", "false"):
                return term.value == "true"
        if datatype == coercion:
            return term.value
        return {self.keyword("@type"): self.name(datatype), "@value": term.value}
