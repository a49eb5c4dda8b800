"""The links that lead out of the graph, with the file and the line that state each.

A link is a statement whose object is an IRI that is not the project's own: a mapping, a code of an
authority table, a term of another ontology. Addresses of pages are no links in this sense, nor are
the classes of things.

A link may be described by a mapping node (`SSSOM <https://w3id.org/sssom/>`_) beside the plain
statement; then the label and the vocabulary that the node cites belong to the link.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.documents import locate, parse, read_sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from hrdem.project import Project


_ANNOTATED = tuple(
    v.OWL + name for name in ("annotatedSource", "annotatedProperty", "annotatedTarget")
)
_LABEL = v.SSSOM + "object_label"
_SOURCE = v.SSSOM + "object_source"
_NO_LINKS = frozenset(
    (
        v.RDF_TYPE,
        v.RDF + "first",
        v.RDF + "rest",
        v.HRDEM + "address",
        v.HRDEM + "link",
        v.HRDEM + "readAt",
        v.FOAF + "page",
        v.FOAF + "homepage",
        v.SCHEMA + "url",
        *_ANNOTATED,
        _SOURCE,
    )
)
"""Properties whose objects are classes, parts of lists or of links, or pages for people."""
_BUILT_IN = (v.RDF, v.RDFS, v.OWL, v.XSD)
"""Vocabularies that RDF itself is made of."""


class Link(NamedTuple):
    """A statement that leads out of the graph.

    Attributes:
        thing: what is linked, an IRI of the project.
        property: how, an IRI.
        target: to what, an IRI of somebody else.
        labels: the labels of the target that the project cites.
        sources: the vocabularies, by IRI, that the project says the target is of.
        path: the file that says so.
        line: the line in that file, if it was found.
    """

    thing: str
    property: str
    target: str
    labels: tuple[ox.Literal, ...]
    sources: tuple[str, ...]
    path: Path
    line: int | None


class Outgoing(NamedTuple):
    """All links, and what the things are called.

    Attributes:
        links: the links, sorted by file and line.
        names: IRI of a thing of the project to its English label.
    """

    links: list[Link]
    names: dict[str, str]


def outgoing(project: Project) -> Outgoing:
    """Return every link in ``data/`` and ``ontology/`` of `project`.

    Raises:
        HrdemError: if a file cannot be read.
    """
    files = [(source.path, list(source.quads)) for source in read_sources(project).files]
    files += [(path, list(parse(path))) for path in sorted(project.ontology.glob("*.ttl"))]
    names: dict[str, str] = {}
    found: dict[tuple[str, str, str], Link] = {}
    for path, quads in files:
        for quad in quads:
            if (
                isinstance(quad.object, ox.Literal)
                and quad.object.language == "en"
                and quad.predicate.value in (v.SKOS + "prefLabel", v.RDFS + "label")
            ):
                names.setdefault(_iri(quad.subject), quad.object.value)
        for link in _in_file(path, quads):
            key = (link.thing, link.property, link.target)
            known = found.get(key)
            if known is None or (link.labels or link.sources):
                found[key] = link
    links = sorted(
        found.values(), key=lambda x: (str(x.path), x.line or 0, x.thing, x.property, x.target)
    )
    return Outgoing(links, names)


def _in_file(path: Path, quads: Iterable[ox.Quad]) -> Iterator[Link]:
    lines = _Lines(path)
    mappings: dict[str, dict[str, list[ox.NamedNode | ox.Literal]]] = {}
    for quad in quads:
        if not isinstance(quad.subject, ox.NamedNode):
            continue
        predicate, value = quad.predicate.value, quad.object
        if predicate in (*_ANNOTATED, _LABEL, _SOURCE) and isinstance(
            value, ox.NamedNode | ox.Literal
        ):
            node = mappings.setdefault(quad.subject.value, {})
            node.setdefault(predicate, []).append(value)
        if (
            isinstance(value, ox.NamedNode)
            and predicate not in _NO_LINKS
            and not value.value.startswith((v.BASE.rstrip("/"), *_BUILT_IN))
        ):
            thing = quad.subject.value
            yield Link(thing, predicate, value.value, (), (), path, lines.of(thing, value.value))
    for node_iri, node in mappings.items():
        ends = [node.get(each, []) for each in _ANNOTATED]
        if all(len(values) == 1 for values in ends):
            thing, prop, target = (values[0].value for values in ends)
            labels = [x for x in node.get(_LABEL, []) if isinstance(x, ox.Literal)]
            sources = sorted(x.value for x in node.get(_SOURCE, []))
            yield Link(
                thing,
                prop,
                target,
                tuple(sorted(labels, key=str)),
                tuple(sources),
                path,
                lines.of(node_iri, target),
            )


class _Lines:
    """Finds where in a file a thing is linked to a target."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._text: list[str] | None = None

    def of(self, subject: str, target: str) -> int | None:
        """Return the first line at or after the description of `subject` that has `target`."""
        start = locate(self._path, subject)
        if start is None:
            return locate(self._path, target)
        if self._text is None:
            text = self._path.read_bytes().decode("utf-8", "replace")
            self._text = text.splitlines()
        local = re.escape(re.split(r"[/#]", target.rstrip("/"))[-1])
        written = re.compile(rf"[/#:]{local}(?![\w-])")
        for number, line in enumerate(self._text[start - 1 :], start):
            if written.search(line):
                return number
        return start


def _iri(term: ox.NamedNode | ox.BlankNode | ox.Triple) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)
