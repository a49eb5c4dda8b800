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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import groupby
from json.encoder import encode_basestring as _string
from operator import itemgetter
from pathlib import Path
from typing import IO, Any

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.errors import HrdemError
from hrdem.lines import TYPE, Lines, line_of, literal, node, term, text

INDENT = "    "

_FIRST = {
    f"<{predicate}>": rank
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
_LAST = len(_FIRST)
_CACHED = 1 << 16
"""How many terms a writer remembers: most come again soon, and all would be too many."""


class Sorted(list[str]):
    """Lines (see :mod:`hrdem.lines`) that are sorted and each there once.

    They must not change once anything has been written from them.
    """

    @cached_property
    def subjects(self) -> list[tuple[str, int, int]]:
        """Each subject, sorted, with the places where its lines begin and end.

        Without the angle brackets subjects sort otherwise than lines: a document comes before its
        passages, whose IRIs go on where that of the document ends.
        """
        found: list[tuple[str, int, int]] = []
        subject, begin = "", 0
        for at, line in enumerate(self):
            if not line.startswith(subject) or not subject:
                if subject:
                    found.append((subject[1:-2], begin, at))
                subject, begin = line[: line.index(" ") + 1], at
        if subject:
            found.append((subject[1:-2], begin, len(self)))
        return sorted(found)


def in_order(triples: Iterable[ox.Triple] | Sorted) -> Sorted:
    """Return triples as sorted lines, each once."""
    if isinstance(triples, Sorted):
        return triples
    return Sorted(sorted({line_of(triple) for triple in triples}))


def reading_order(triple: ox.Triple) -> tuple[str, int, str]:
    """Return what to sort triples by, to have them as :func:`turtle` has them."""
    rest = f"{triple.predicate} {triple.object}"
    return v.value(triple.subject), _FIRST.get(str(triple.predicate), _LAST), rest


def _by_rank(part: Sequence[str]) -> int:
    return _FIRST.get(part[0], _LAST)


def _subjects(lines: Sorted) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield each subject with its predicates and objects, in the order in which people read.

    Everything is as N-Triples has it, the subject without brackets.
    """
    for subject, begin, end in lines.subjects:
        skip = len(subject) + 3
        about = [line[skip:].split(" ", 1) for line in lines[begin:end]]
        about.sort(key=_by_rank)
        yield subject, [(predicate, value) for predicate, value in about]


_PREDICATE = itemgetter(0)


class Late:
    """The parts of a file whose beginning is known only when all the rest has been made.

    To iterate over it keeps the rest in memory meanwhile; a large file is better written by making
    first `body`, then `head`, and putting that before it.

    Attributes:
        body: the parts after the beginning.
    """

    def __init__(self, body: Iterator[str], head: Callable[[], Iterable[str]]) -> None:
        self.body = body
        self._head = head

    def head(self) -> Iterable[str]:
        """Return the beginning, when the body has been made."""
        return self._head()

    def __iter__(self) -> Iterator[str]:
        body = list(self.body)
        yield from self.head()
        yield from body


# --- line by line -------------------------------------------------------------------------------


def n_triples(triples: Iterable[ox.Triple] | Sorted) -> Iterator[str]:
    """Yield the lines of canonical N-Triples, each once, sorted by code point."""
    return (f"{line} .\n" for line in in_order(triples))


def n_quads(
    quads: Iterable[ox.Quad] | Lines, ordered: Iterable[str] | None = None
) -> Iterator[str]:
    """Yield the lines of canonical N-Quads, each once, sorted by code point.

    Args:
        quads: what to write.
        ordered: its lines sorted, if they are.
    """
    lines = named(quads)
    for line in sorted(lines) if ordered is None else ordered:
        names = lines[line]
        all_names = [names] if isinstance(names, str) else names
        ends = [f" <{name}> .\n" if name else " .\n" for name in all_names]
        for end in sorted(ends):
            yield line + end


def named(quads: Iterable[ox.Quad] | Lines) -> Lines:
    """Return quads as lines with the names of their graphs."""
    if isinstance(quads, Lines):
        return quads
    lines = Lines()
    for quad in quads:
        graph = quad.graph_name
        name = "" if isinstance(graph, ox.DefaultGraph) else v.value(graph)
        lines.enter(name, [line_of(quad)])
    return lines


# --- Turtle and TriG ----------------------------------------------------------------------------

# Lexical forms that the Turtle grammar lets stand without quotation marks, by datatype.
_BARE = {
    v.XSD + "integer": re.compile(r"[+-]?[0-9]+\Z"),
    v.XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+\Z"),
    v.XSD + "boolean": re.compile(r"(?:true|false)\Z"),
}
_STRING = v.XSD + "string"
_LANG_STRING = v.RDF + "langString"


def turtle(triples: Iterable[ox.Triple] | Sorted) -> Late:
    """Return the parts of a Turtle file, grouped by subject, with the prefixes that it uses."""
    writer = _Turtle()
    return Late(writer.subjects(in_order(triples), ""), writer.prefixes)


def trig(quads: Iterable[ox.Quad] | Lines, ordered: Iterable[str] | None = None) -> Late:
    """Return the parts of a TriG file, graphs sorted by name, each written like Turtle.

    What is in the default graph comes first.

    Args:
        quads: what to write.
        ordered: its lines sorted, if they are.
    """
    lines = named(quads)
    writer = _Turtle()
    graphs = lines.graphs(sorted(lines) if ordered is None else ordered)
    return Late(writer.graphs(graphs), writer.prefixes)


class _Turtle:
    """Writes terms and subjects, and remembers which prefixes it used."""

    def __init__(self) -> None:
        self._used: set[str] = set()
        self.name = lru_cache(maxsize=_CACHED)(self._name)

    def prefixes(self) -> Iterator[str]:
        for prefix, namespace in v.PREFIXES.items():
            if prefix in self._used:
                yield f"@prefix {prefix}: <{namespace}> .\n"

    def graphs(self, graphs: Mapping[str, list[str]]) -> Iterator[str]:
        for name, lines in graphs.items():
            if not name:
                yield from self.subjects(Sorted(lines), "")
                continue
            yield f"\n{self.name(f'<{name}>')} {{"
            yield from self.subjects(Sorted(lines), INDENT)
            yield "}\n"

    def subjects(self, lines: Sorted, margin: str) -> Iterator[str]:
        """Yield one block per subject: one predicate a line, further objects a line each."""
        name, term = self.name, self.term
        new_verb, new_object = f" ;\n{margin}{INDENT}", f"\n{margin}{INDENT}{INDENT}"
        for subject, about in _subjects(lines):
            parts = [f"\n{margin}{name(f'<{subject}>')}"]
            lead = " "
            for predicate, sharing in groupby(about, _PREDICATE):
                verb = "a" if predicate == TYPE else name(predicate)
                objects = [term(value) for _, value in sharing]
                parts.append(lead + verb)
                if len(objects) == 1 or verb == "a":
                    parts.append(" " + ", ".join(objects))
                else:
                    parts.append(new_object + f",{new_object}".join(objects))
                lead = new_verb
            parts.append(" .\n")
            yield "".join(parts)

    def _name(self, written: str) -> str:
        """Return an IRI as a prefixed name where that is legal, else in angle brackets."""
        parts = v.split(written[1:-1])
        if parts is None:
            return written
        self._used.add(parts[0])
        return ":".join(parts)

    def term(self, written: str) -> str:
        """Return an object, given as in N-Triples, as Turtle has it."""
        if written[0] == "<":
            return self.name(written)
        quoted, language, datatype = literal(written)
        bare = _BARE.get(datatype)
        if bare and bare.match(quoted, 1, len(quoted) - 1):
            return quoted[1:-1]
        if "\\n" in quoted:
            quoted = _long(quoted)
        if language:
            return f"{quoted}@{language}"
        return quoted if datatype == _STRING else f"{quoted}^^{self.name(f'<{datatype}>')}"


def turtle_term(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | str) -> str:
    """Return a term as :func:`turtle` writes it, with the project's own prefixes.

    Args:
        term: the term, or how N-Triples has it.
    """
    return _Turtle().term(str(term))


def _long(quoted: str) -> str:
    """Return a literal with line feeds as a long string, its lines as they are."""
    content = text(quoted)
    if "\n" not in content:
        return quoted
    escaped = re.sub(
        r'[\x00-\x08\x0b-\x1f\x7f\\]|"(?="")|"\Z',
        lambda found: f"\\{found[0]}" if found[0] in '"\\' else f"\\u{ord(found[0]):04X}",
        content,
    )
    return f'"""{escaped}"""'


# --- RDF/XML ------------------------------------------------------------------------------------


def rdf_xml(triples: Iterable[ox.Triple] | Sorted, file: IO[bytes]) -> None:
    """Write the triples as RDF/XML, grouped by subject, with the prefixes that it uses.

    Raises:
        HrdemError: if the name of a property cannot be split into namespace and XML name.
    """
    lines = in_order(triples)
    used: set[str] = set()
    parts = (line.split(" ", 2) for line in lines)
    for iri in {value if p == TYPE else p for _, p, value in parts} | {TYPE}:
        if not re.search(r"[A-Za-z_][A-Za-z0-9_.-]*\Z", iri[1:-1]):
            raise HrdemError(
                f"The name {iri} does not end like an XML name, so RDF/XML cannot write it as a"
                " property or class. Use one that ends in a word that begins with a letter."
            )
        split = v.split(iri[1:-1])
        if split is not None:
            used.add(split[0])
    namespaces = {prefix: name for prefix, name in v.PREFIXES.items() if prefix in used}
    ox.serialize(_nodes(lines), file, format=ox.RdfFormat.RDF_XML, prefixes=namespaces)
    file.write(b"\n")


def _nodes(lines: Sorted) -> Iterator[ox.Triple]:
    for subject, about in _subjects(lines):
        one = ox.NamedNode(subject)
        for predicate, value in about:
            yield ox.Triple(one, node(predicate), term(value))


# --- JSON-LD ------------------------------------------------------------------------------------

_TERM_KEYS = {"@id", "@type", "@language"}
_SAFE_INTEGER = re.compile(r"(?:0|-?[1-9][0-9]{0,14})\Z")  # a double holds these exactly


def json_ld(
    triples: Iterable[ox.Triple] | Sorted, context: Context, *, whole: bool = True
) -> Iterator[str]:
    """Yield the parts of a JSON-LD file: `context`, then one node per subject, sorted.

    IRIs are compact and values take the shape that the terms of the context ask for, so the file
    reads like ordinary JSON.

    Args:
        triples: what to write.
        context: the names to write it with.
        whole: whether names that the file does not use are in its context too.
    """
    nodes: Iterable[dict[str, Any]] = _json_nodes(in_order(triples), context)
    names = context.definition
    if not whole:
        nodes = list(nodes)
        names = context.needed(nodes)
    yield f'{{\n"@context": {_json(names)},\n"@graph": [\n'
    separator = ""
    for each in nodes:
        yield separator + _node(each)
        separator = ",\n"
    yield "\n]\n}\n"


def _json_nodes(lines: Sorted, context: Context) -> Iterator[dict[str, Any]]:
    @lru_cache(maxsize=_CACHED)
    def key(predicate: str) -> str:
        return class_ if predicate == TYPE else context.name(predicate[1:-1])

    @lru_cache(maxsize=_CACHED)
    def value(predicate: str, written: str) -> object:
        if predicate == TYPE:
            return context.name(written[1:-1])
        return context.value(predicate[1:-1], written)

    identifier, class_ = context.keyword("@id"), context.keyword("@type")
    for subject, about in _subjects(lines):
        each: dict[str, Any] = {identifier: context.compact(subject)}
        for predicate, sharing in groupby(about, _PREDICATE):
            values = [value(predicate, written) for _, written in sharing]
            each[key(predicate)] = values[0] if len(values) == 1 else values
        yield each


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
        self.compact = lru_cache(maxsize=_CACHED)(self._compact)
        for name, value in sorted(definition.items()):
            if not name.startswith("@"):
                self._define(name, value)
            elif (name, value) != ("@version", 1.1):
                raise self._error(f"It has {name} {_json(value)}")
        self._sizes = sorted({len(namespace) for namespace in self._prefixes}, reverse=True)

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

    def _compact(self, iri: str) -> str:
        """Return an IRI as it stands in ``@id``, with the longest prefix that fits, or whole."""
        for size in self._sizes:
            prefix = self._prefixes.get(iri[:size])
            if prefix and len(iri) > size and not iri.startswith("//", size):
                compact = f"{prefix}:{iri[size:]}"
                if compact not in self.definition:
                    return compact
        scheme, _, rest = iri.partition(":")
        if scheme in self.definition and not rest.startswith("//"):
            raise self._error(f"The name {scheme!r} hides the scheme of the IRI {iri}")
        return iri

    def value(self, predicate: str, written: str) -> object:
        """Return one object of a property as the JSON value that the term of the property wants.

        Args:
            predicate: IRI of the property.
            written: the object as N-Triples has it.
        """
        details = self._terms[predicate][1] if predicate in self._terms else {}
        coercion = details.get("@type")
        if written[0] == "<":
            iri = self.compact(written[1:-1])
            return iri if coercion == "@id" else {self.keyword("@id"): iri}
        quoted, language, datatype = literal(written)
        content = text(quoted)
        if language:
            if coercion is None and details.get("@language") == language:
                return content
            return {"@language": language, "@value": content}
        if datatype == _STRING:
            bare = coercion is None and "@language" not in details
            return content if bare else {"@value": content}
        if coercion in (None, datatype):
            if datatype == v.XSD + "integer" and _SAFE_INTEGER.match(content):
                return int(content)
            if datatype == v.XSD + "boolean" and content in ("true", "false"):
                return content == "true"
        if datatype == coercion:
            return content
        return {self.keyword("@type"): self.name(datatype), "@value": content}
