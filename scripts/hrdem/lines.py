"""A graph as text: each triple as the canonical N-Triples line that it is, without the end.

Text is what a graph of millions of triples is kept, compared, sorted and written as: taking terms
over the border between Python and the engine one by one costs ten times as much. A line is
``<subject> <predicate> object``; the end, `` .``, is added where lines are written or read. Since
no graph here has blank nodes, everything can be read from a line by its first two spaces. Lines
sort as code points like the bytes of `canonical N-Triples
<https://www.w3.org/TR/n-triples/#canonical-ntriples>`_ and of N-Quads: nothing that may go on after
the end of a shorter object (``@``, ``^``, ``-``, letters, digits) comes before the space.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from itertools import groupby, islice
from typing import IO, Final, cast

import pyoxigraph as ox

from hrdem import vocabulary as v

TYPE: Final = f"<{v.RDF_TYPE}>"
"""The predicate of a line that says of which class something is."""
_STRING: Final = v.XSD + "string"
_LANG_STRING: Final = v.RDF + "langString"
_AT_ONCE: Final = 100_000
"""How many lines are handed to the engine at a time."""


def line_of(triple: ox.Triple | ox.Quad) -> str:
    """Return a triple as a line; of a quad, without the graph."""
    return f"{triple.subject} {triple.predicate} {triple.object}"


def by_subject(lines: Iterable[str]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield each subject with what follows it in its lines: predicate and object.

    Args:
        lines: sorted lines, each once.
    """
    parts = (line.split(" ", 2) for line in lines)
    for subject, about in groupby(parts, _first):
        yield subject, [(predicate, value) for _, predicate, value in about]


def _first(parts: list[str]) -> str:
    return parts[0]


def parse(lines: Iterable[str]) -> Iterator[ox.Triple]:
    """Yield lines as triples."""
    for some in _portions(lines):
        for quad in ox.parse(some, format=ox.RdfFormat.N_TRIPLES, lenient=True):
            yield quad.triple


def insert(store: ox.Store, lines: Iterable[str]) -> None:
    """Put lines into the default graph of a store."""
    for some in _portions(lines):
        store.bulk_load(some, format=ox.RdfFormat.N_TRIPLES, lenient=True)


def _portions(lines: Iterable[str]) -> Iterator[bytes]:
    rest = iter(lines)
    while some := list(islice(rest, _AT_ONCE)):
        yield (" .\n".join(some) + " .\n").encode()


class Answer:
    """A file that a CONSTRUCT is written to as N-Triples, and that keeps what is new as lines.

    Args:
        known: the lines that are not new.
        most: how many new ones there may be.

    Attributes:
        new: the new lines, each once, in their order, as keys.
    """

    def __init__(self, known: Container[str], most: float = float("inf")) -> None:
        self.new: dict[str, None] = {}
        self._known = known
        self._most = most
        self._rest = b""

    @property
    def too_many(self) -> bool:
        """Whether there were more new lines than there may be; then not all have been read."""
        return len(self.new) > self._most

    def write(self, content: bytes) -> int:
        """Take some more.

        Raises:
            OSError: if there are too many lines, which ends the query.
        """
        if self.too_many:  # the engine tries once more to get rid of what it has
            raise OSError("too many lines")
        *lines, self._rest = (self._rest + content).split(b" .\n")
        for written in lines:
            line = written.decode()
            if line not in self._known:
                self.new[line] = None
        if self.too_many:
            raise OSError("too many lines")
        return len(content)

    def flush(self) -> None:
        """Do nothing; files have this."""

    def read(self, answer: ox.QueryTriples) -> Answer:
        """Take all of an answer, or as much as there may be, and return this."""
        try:
            answer.serialize(cast("IO[bytes]", self), ox.RdfFormat.N_TRIPLES)
        except (OSError, RuntimeError):
            if not self.too_many:
                raise
        return self


def literal(written: str) -> tuple[str, str, str]:
    """Return what the N-Triples of a literal say: quoted text, language or "", datatype's IRI."""
    end = written.rindex('"') + 1
    if end == len(written):
        return written, "", _STRING
    if written[end] == "@":
        return written[:end], written[end + 1 :], _LANG_STRING
    return written[:end], "", written[end + 3 : -1]


_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-F]{4})|U([0-9A-F]{8})|(.))")
_PLAIN: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def text(quoted: str) -> str:
    """Return the text that stands in quotation marks in N-Triples."""
    inner = quoted[1:-1]
    return _ESCAPE.sub(_unescaped, inner) if "\\" in inner else inner


def _unescaped(found: re.Match[str]) -> str:
    digits = found[1] or found[2]
    return chr(int(digits, 16)) if digits else _PLAIN.get(found[3], found[3])


@lru_cache(maxsize=1 << 16)
def node(written: str) -> ox.NamedNode:
    """Return an IRI in angle brackets as a node."""
    return ox.NamedNode(written[1:-1])


def term(written: str) -> ox.NamedNode | ox.Literal:
    """Return an object as the engine has it."""
    if written[0] == "<":
        return node(written)
    quoted, language, datatype = literal(written)
    if language:
        return ox.Literal(text(quoted), language=language)
    return ox.Literal(text(quoted), datatype=node(f"<{datatype}>"))


class Lines(dict[str, str | tuple[str, ...]]):
    """A graph and the named graphs it is made of: each line to the name, or names, of its graphs.

    Names are IRIs without brackets, and "" is the default graph. They are few and shared, so all
    this takes little more room than the text.
    """

    def enter(self, name: str, lines: Iterable[str]) -> list[str]:
        """Put lines into the graph `name`, and return those that no graph had, each once."""
        new = []
        for line in lines:
            names = self.get(line)
            if names is None:
                self[line] = name
                new.append(line)
            elif isinstance(names, str):
                if names != name:
                    self[line] = (names, name)
            elif name not in names:
                self[line] = (*names, name)
        return new

    def quads(self) -> Iterator[tuple[str, str]]:
        """Yield each line with each of its graphs, in no fixed order."""
        for line, names in self.items():
            if isinstance(names, str):
                yield line, names
            else:
                for name in names:
                    yield line, name

    def graphs(self, ordered: Iterable[str]) -> dict[str, list[str]]:
        """Return the name of each graph, sorted, to its lines, in the order of `ordered`.

        Args:
            ordered: all lines.
        """
        found: dict[str, list[str]] = {}
        for line in ordered:
            names = self[line]
            for name in (names,) if isinstance(names, str) else names:
                found.setdefault(name, []).append(line)
        return dict(sorted(found.items()))


class Growing:
    """A graph that things are added to, as text and in a store that can be asked.

    Args:
        given: names of graphs, and the lines that are in them to begin with.

    Attributes:
        lines: the graph and its named graphs.
        store: the same triples without names, all in the default graph.
    """

    def __init__(self, given: Iterable[tuple[str, Iterable[str]]] = ()) -> None:
        self.lines = Lines()
        self.store = ox.Store()
        for name, lines in given:
            self.lines.enter(name, lines)
        insert(self.store, self.lines)

    def add(self, name: str, lines: Iterable[str]) -> list[str]:
        """Put lines into the graph `name`, and return those that no graph had."""
        new = self.lines.enter(name, lines)
        insert(self.store, new)
        return new
