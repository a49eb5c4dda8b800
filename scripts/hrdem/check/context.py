"""What the checks of the graph look at: the sources, the graph made of them, and where is what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.assembly import Graph
from hrdem.documents import Passage, Sources, locate
from hrdem.project import Project


class Place(NamedTuple):
    """Where something is stated: file, line counted from 1, and IRI of the passage, if any."""

    path: Path | None = None
    line: int | None = None
    passage: str | None = None


class _Said(NamedTuple):
    """Where something is stated: file, subject, and IRI of the passage, if any.

    The line is looked for only where it is wanted, since that means reading the file again.
    """

    path: Path
    subject: str
    passage: str | None

    def place(self) -> Place:
        """Return it with the line."""
        return Place(self.path, locate(self.path, self.passage or self.subject), self.passage)


@dataclass(frozen=True)
class Context:
    """A project that was read, and its graph.

    Attributes:
        project: the project.
        sources: everything in its ``data/``.
        graph: the graph that the build makes of it.
    """

    project: Project
    sources: Sources
    graph: Graph

    @property
    def store(self) -> ox.Store:
        """The merged graph, to be asked in SPARQL."""
        return self.graph.store

    def with_predicate(self, iri: str) -> list[ox.Triple]:
        """Return the triples of the merged graph that have a predicate, sorted."""
        found = self.store.quads_for_pattern(None, ox.NamedNode(iri), None, ox.DefaultGraph())
        return sorted((quad.triple for quad in found), key=str)

    def facts(self) -> Iterator[tuple[Passage, ox.Triple]]:
        """Yield each fact with its passage, accepted or not."""
        for passage in self.sources.passages.values():
            for fact in passage.facts:
                yield passage, fact

    # --- where is what ----------------------------------------------------------------------------

    def place(self, thing: str, predicate: str | None = None, value: str | None = None) -> Place:
        """Return where to put right what is wrong with a thing.

        That is, in this order: where `predicate` leads from `thing` to `value`; where `predicate`
        says anything about `thing`; where the thing is described; where it is mentioned at all.

        Args:
            thing: IRI of a thing, passage or statement node.
            predicate: IRI of the property concerned, if any.
            value: the value concerned, an IRI or the lexical form of a literal, if any.
        """
        thing = self._statements.get(thing, thing)
        keys: list[tuple[str | None, ...]] = [(thing, None, None)]
        if predicate is not None:
            keys = [(thing, predicate, value), (thing, predicate, None), *keys]
        for key in keys:
            if key in self._stated:
                return self._stated[key].place()
        mentioned = self._mentioned.get(thing)
        return Place() if mentioned is None else mentioned.place()

    @cached_property
    def _statements(self) -> dict[str, str]:
        """IRI of each statement node to the IRI of its subject."""
        return {v.value(t.subject): v.value(t.object) for t in self.with_predicate(v.RDF_SUBJECT)}

    @cached_property
    def _stated(self) -> dict[tuple[str | None, ...], _Said]:
        """(thing, predicate or None, value or None) to the first place that says so.

        Descriptions come before facts, so that what is missing is missed where the thing is
        described.
        """
        places: dict[tuple[str | None, ...], _Said] = {}

        def add(triple: ox.Triple, path: Path, passage: str | None) -> None:
            s, p, o = (v.value(t) for t in (triple.subject, triple.predicate, triple.object))
            said = _Said(path, s, passage)
            for key in ((s, p, o), (s, p, None), (s, None, None)):
                places.setdefault(key, said)

        for source in self.sources.files:
            for triple in source.triples():
                subject = v.value(triple.subject)
                add(triple, source.path, subject if subject in self.sources.passages else None)
        for passage, fact in self.facts():
            add(fact, passage.file, passage.iri)
        return places

    @cached_property
    def _mentioned(self) -> dict[str, _Said]:
        """IRI of each thing to the first place where it is the object of a statement."""
        places: dict[str, _Said] = {}
        for passage, fact in self.facts():
            if isinstance(fact.object, ox.NamedNode):
                said = _Said(passage.file, passage.iri, passage.iri)
                places.setdefault(fact.object.value, said)
        for source in self.sources.files:
            for triple in source.triples():
                if isinstance(triple.object, ox.NamedNode):
                    said = _Said(source.path, v.value(triple.subject), None)
                    places.setdefault(triple.object.value, said)
        return places

    # --- names for people -------------------------------------------------------------------------

    def name(self, iri: str) -> str:
        """Return how a message calls a thing: its English label in quotation marks and its IRI."""
        return called(iri, self.label(iri))

    def label(self, iri: str) -> str | None:
        """Return the English label of a thing, if it has one."""
        return self._labels.get(iri)

    @cached_property
    def _labels(self) -> dict[str, str]:
        return {
            v.value(t.subject): t.object.value
            for t in self.with_predicate(v.SKOS + "prefLabel")
            if isinstance(t.object, ox.Literal) and t.object.language == "en"
        }


def called(iri: str, label: str | None) -> str:
    """Return how a message calls a thing: its label in quotation marks, if any, and its IRI."""
    return short(iri) if label is None else f"“{label}” ({short(iri)})"


def short(iri: str) -> str:
    """Return an IRI as messages show it: a passage as ``document:slug#passage``, else as Turtle."""
    document, mark, passage = iri.partition("#")
    if mark and v.kind_of(document) == "document":
        return f"{v.shorten(document)}#{passage}"
    return v.shorten(iri)


def cut(text: str, size: int) -> str:
    """Return `text` on one line, the middle left out if it has more than `size` characters."""
    line = " ".join(text.split())
    if len(line) <= size:
        return line
    return f"{line[: size // 2].rstrip()} … {line[-size // 2 :].lstrip()}"
