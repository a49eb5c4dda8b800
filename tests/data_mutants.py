"""Mutants of the data: what ``hrdem check`` notices when one thing in the real data goes wrong.

``python tests/data_mutants.py`` makes a fixed sample of mutants of each kind and prints how many
are caught; ``--all`` makes all there are, which takes hours; ``--missed`` also lists those that are
not caught; ``--kind NAME`` looks at one kind; ``--apart`` puts each mutant into a copy of its own;
``--write`` puts the table of the sample on file and into ``validation/README.md``.

A mutant is one mistake that a person makes by hand: one statement of a file in ``data/`` dropped,
changed or added. It is caught if the check of the whole project finds a violation or a warning that
it does not find in the real data. One check takes seconds, so mutants that have nothing to do with
each other are put in together, and a finding counts for the mutant whose things it names; if a
finding can be laid at no mutant's door, the rest of that round is split until it can.
"""

from __future__ import annotations

import argparse
import datetime
import gc
import hashlib
import itertools
import re
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.check import Finding, check, identity
from hrdem.check.context import short
from hrdem.check.finding import INFO
from hrdem.documents import FORMATS
from hrdem.project import Project

ROOT = Path(__file__).resolve().parents[1]

EXPECTED = ROOT / "tests" / "data_mutants" / "expected.tsv"
README = ROOT / "validation" / "README.md"
SAMPLE = 3
"""How many mutants of each kind the sample has; of those that stop the check, one."""
TOGETHER = 80
"""How many mutants are put into one copy of the data at most."""
POPULAR = 30
"""A thing next to more things than this is not what tells one mistake from another."""
LEFT_OUT = ("catalogue.ttl", "examples", "quality")
"""What the copies of the project lack, since it is about the dataset or the ontology, not about
what sources say, and takes time. A test shows that the verdict is the same."""
STOPS = {"syntax", "build"}
"""Rules whose findings keep the others from being looked for."""

DATE, MONTH, YEAR = (v.XSD + name for name in ("date", "gYearMonth", "gYear"))
IDENTIFIERS = tuple(sorted((*identity.UNIQUE, "ojReference", "pressNumber")))


class Edit(NamedTuple):
    """A change of one file: statements that go and statements that come, or another text."""

    path: str
    drop: tuple[ox.Quad, ...] = ()
    add: tuple[ox.Quad, ...] = ()
    text: str | None = None


@dataclass(frozen=True)
class Mutant:
    """One mistake.

    Attributes:
        kind: what sort of mistake it is.
        case: what was done, for people.
        edits: the changes of files.
        about: IRIs of the things, passages and terms concerned, and names of files.
        beside: names of texts about which there may be findings too.
    """

    kind: str
    case: str
    edits: tuple[Edit, ...]
    about: frozenset[str]
    beside: frozenset[str] = frozenset()

    @property
    def predicates(self) -> tuple[str, ...]:
        """The properties of the statements that go, or else of those that come."""
        quads = [quad for edit in self.edits for quad in edit.drop or edit.add]
        return tuple(sorted({quad.predicate.value for quad in quads}))

    @property
    def values(self) -> set[str]:
        """The texts, dates and numbers that come."""
        quads = [quad for edit in self.edits for quad in edit.add]
        return {quad.object.value for quad in quads if isinstance(quad.object, ox.Literal)}

    @property
    def rank(self) -> str:
        """What mutants of a kind are ordered by, so that a change of data moves few others."""
        return hashlib.sha256(f"{self.kind} {self.case}".encode()).hexdigest()


class Kind(NamedTuple):
    """A sort of mistake, how to make all of them, and why some go unseen."""

    name: str
    what: str
    unseen: str
    make: Callable[[Data], Iterator[Mutant]]
    alone: bool


KINDS: dict[str, Kind] = {}


def kind(
    name: str, what: str, unseen: str = "", *, alone: bool = False
) -> Callable[[Callable[[Data], Iterator[tuple[str, Iterable[Edit], Iterable[Any]]]]], None]:
    """Register a sort of mistake.

    Args:
        name: its name.
        what: what is done, in a few words.
        unseen: why some are not caught, if some are not.
        alone: whether it mostly stops the check before other mistakes could be seen.
    """

    def register(
        make: Callable[[Data], Iterator[tuple[str, Iterable[Edit], Iterable[Any]]]],
    ) -> None:
        def mutants(data: Data) -> Iterator[Mutant]:
            for case, edits, about in make(data):
                edits = tuple(edits)
                names = {_name(each) for each in about} | {edit.path for edit in edits if alone}
                beside = {each.removeprefix("beside ") for each in names if " " in each}
                names = {each for each in names if " " not in each}
                few = {each for each in names if len(data.near.get(each, ())) <= POPULAR}
                names = few or names
                yield Mutant(name, case, edits, frozenset(names), frozenset(beside))

        KINDS[name] = Kind(name, what, unseen, mutants, alone)

    return register


def _name(term: Any) -> str:
    return term if isinstance(term, str) else str(term.value)


# --- the data -------------------------------------------------------------------------------------


@dataclass
class Data:
    """The files of ``data/`` as statements, but for the description of the dataset.

    Attributes:
        root: the project.
        files: path below ``data/`` to the statements of the file, sorted.
    """

    root: Path
    files: dict[str, tuple[ox.Quad, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path in sorted((self.root / "data").rglob("*")):
            if path.suffix in FORMATS and path.name not in LEFT_OUT:
                quads = ox.parse(path=path, format=FORMATS[path.suffix])
                name = path.relative_to(self.root / "data").as_posix()
                self.files[name] = tuple(sorted(set(quads), key=str))

    @cached_property
    def all(self) -> list[tuple[str, ox.Quad]]:
        """Every statement with its file."""
        return [(path, quad) for path, quads in self.files.items() for quad in quads]

    @cached_property
    def facts(self) -> list[tuple[str, ox.Quad]]:
        """What stands under passages."""
        return [(path, q) for path, q in self.all if isinstance(q.graph_name, ox.NamedNode)]

    @cached_property
    def described(self) -> list[tuple[str, ox.Quad]]:
        """What stands outside passages: the register, and documents and passages themselves."""
        return [(path, q) for path, q in self.all if isinstance(q.graph_name, ox.DefaultGraph)]

    @cached_property
    def register(self) -> list[tuple[str, ox.Quad]]:
        """What the register says."""
        return [(path, q) for path, q in self.described if "/" not in path]

    @cached_property
    def by_subject(self) -> dict[str, list[tuple[str, ox.Quad]]]:
        """What is said of each thing."""
        found: dict[str, list[tuple[str, ox.Quad]]] = defaultdict(list)
        for path, quad in self.all:
            found[_name(quad.subject)].append((path, quad))
        return found

    @cached_property
    def by_kind(self) -> dict[str, list[str]]:
        """The registered things of each kind, sorted."""
        found: dict[str, set[str]] = defaultdict(set)
        for _, quad in self.register:
            name = v.kind_of(_name(quad.subject))
            if name and quad.predicate.value == v.RDF_TYPE:
                found[name].add(_name(quad.subject))
        return {name: sorted(things) for name, things in sorted(found.items())}

    @cached_property
    def by_passage(self) -> dict[str, list[tuple[str, ox.Quad]]]:
        """The facts under each passage."""
        found: dict[str, list[tuple[str, ox.Quad]]] = defaultdict(list)
        for path, quad in self.facts:
            found[_name(quad.graph_name)].append((path, quad))
        return found

    @cached_property
    def near(self) -> dict[str, set[str]]:
        """Each thing with those that a statement puts next to it."""
        found: dict[str, set[str]] = defaultdict(set)
        for _, quad in self.all:
            terms = (quad.subject, quad.object, quad.graph_name)
            names = [t.value for t in terms if isinstance(t, ox.NamedNode)]
            names = [name for name in names if name.startswith(v.BASE)]
            for one, other in itertools.permutations(names, 2):
                found[one].add(other)
        return found

    def around(self, mutant: Mutant) -> set[str]:
        """Return the things of a mutant and those next to them, if those are not too many."""
        found = set(mutant.about)
        for name in mutant.about:
            if len(self.near.get(name, ())) <= POPULAR:
                found |= self.near.get(name, set())
        return found

    def value(self, thing: Any, term: str) -> str | None:
        """Return a value of a property of ours, or None."""
        for _, quad in self.by_subject[_name(thing)]:
            if quad.predicate.value == v.HRDEM + term:
                return _name(quad.object)
        return None


def around(quad: ox.Quad) -> list[Any]:
    """Return the things that a statement is about: its subject, its passage, its object."""
    return [
        term
        for term in (quad.subject, quad.graph_name, quad.object)
        if isinstance(term, ox.NamedNode) and term.value.startswith(v.BASE)
    ]


def iri(text: str) -> ox.NamedNode:
    return ox.NamedNode(text)


def changed(quad: ox.Quad, **terms: Any) -> ox.Quad:
    """Return a statement with other terms."""
    return ox.Quad(
        terms.get("subject", quad.subject),
        terms.get("predicate", quad.predicate),
        terms.get("object", quad.object),
        quad.graph_name,
    )


def swap(path: str, quad: ox.Quad, **terms: Any) -> Edit:
    """Return the edit that puts other terms into a statement."""
    return Edit(path, (quad,), (changed(quad, **terms),))


def literal(old: ox.Literal, text: str, datatype: str | None = None) -> ox.Literal:
    """Return a literal with another text, or another datatype too."""
    if datatype is None and old.language is not None:
        return ox.Literal(text, language=old.language)
    return ox.Literal(text, datatype=iri(datatype or old.datatype.value))


def said(quad: ox.Quad) -> str:
    """Return a statement for people."""

    def shown(term: Any) -> str:
        return short(term.value) if isinstance(term, ox.NamedNode) else repr(term.value)

    where = (
        f" [{short(quad.graph_name.value)}]" if isinstance(quad.graph_name, ox.NamedNode) else ""
    )
    return f"{shown(quad.subject)} {shown(quad.predicate)} {shown(quad.object)}{where}"


def pick(options: list[Any], key: str) -> Any:
    """Return one of the options, always the same for a key."""
    return options[int(hashlib.sha256(key.encode()).hexdigest(), 16) % len(options)]


def dated(data: Data, *datatypes: str) -> Iterator[tuple[str, ox.Quad, ox.Literal]]:
    """Yield facts whose object is a date of one of the datatypes."""
    for path, quad in data.facts:
        if isinstance(quad.object, ox.Literal) and quad.object.datatype.value in datatypes:
            yield path, quad, quad.object


Cases = Iterator[tuple[str, Iterable[Edit], Iterable[Any]]]

NO_TEXT = "most sources may not be redistributed, so nothing beside the fact says otherwise"

# --- facts ----------------------------------------------------------------------------------------


@kind(
    "drop-fact",
    "a fact is left out",
    "a fact that nothing else calls for is not missed: " + NO_TEXT,
)
def _(data: Data) -> Cases:
    for path, quad in data.facts:
        yield said(quad), [Edit(path, (quad,))], around(quad)


@kind("drop-only-fact", "the one fact of a passage is left out")
def _(data: Data) -> Cases:
    for passage, facts in data.by_passage.items():
        if len(facts) == 1:
            path, quad = facts[0]
            yield said(quad), [Edit(path, (quad,))], [*around(quad), passage]


@kind(
    "object-same-kind",
    "another thing of the same kind is named",
    "it may as well be true: " + NO_TEXT,
)
def _(data: Data) -> Cases:
    for path, quad in data.facts:
        sort = v.kind_of(_name(quad.object)) if isinstance(quad.object, ox.NamedNode) else None
        if sort in data.by_kind and len(data.by_kind[sort]) > 1:
            others = [thing for thing in data.by_kind[sort] if thing != _name(quad.object)]
            other = pick(others, said(quad))
            new = swap(path, quad, object=iri(other))
            yield f"{said(quad)} -> {v.shorten(other)}", [new], [*around(quad), other]


@kind(
    "object-other-kind",
    "a thing of another kind is named",
    "some properties lead to things of many kinds (hrdem:concerns, hrdem:about)",
)
def _(data: Data) -> Cases:
    for path, quad in data.facts:
        sort = v.kind_of(_name(quad.object)) if isinstance(quad.object, ox.NamedNode) else None
        if sort is not None:
            other = pick(data.by_kind[pick([k for k in data.by_kind if k != sort], said(quad))], "")
            new = swap(path, quad, object=iri(other))
            yield f"{said(quad)} -> {v.shorten(other)}", [new], [*around(quad), other]


@kind("object-text", "a text stands where a thing belongs")
def _(data: Data) -> Cases:
    for path, quad in data.facts:
        if isinstance(quad.object, ox.NamedNode) and quad.predicate.value != v.RDF_TYPE:
            text = ox.Literal(_name(quad.object).rsplit("/", 1)[-1].replace("-", " "))
            yield said(quad), [swap(path, quad, object=text)], around(quad)


@kind(
    "subject-same-kind",
    "a fact is told of another thing of the same kind",
    "it may as well be true: " + NO_TEXT,
)
def _(data: Data) -> Cases:
    for path, quad in data.facts:
        sort = v.kind_of(_name(quad.subject))
        if sort in data.by_kind and len(data.by_kind[sort]) > 1:
            others = [thing for thing in data.by_kind[sort] if thing != _name(quad.subject)]
            other = pick(others, said(quad))
            new = swap(path, quad, subject=iri(other))
            yield f"{said(quad)} -> {v.shorten(other)}", [new], [*around(quad), other]


RELATIONS = (
    "amends",
    "approves",
    "buildsOn",
    "extends",
    "implements",
    "monitors",
    "partOf",
    "parentProvision",
    "provisionOf",
    "proposes",
    "prolongs",
    "replacesPeriod",
    "reviews",
    "worksUnder",
)


@kind("reverse-succession", "the earlier instrument succeeds the later one")
def _(data: Data) -> Cases:
    yield from _reversed(data, ("directlySucceeds", "succeeds"))


@kind(
    "reverse-relation",
    "subject and object of a relation change places",
    "between two things of one kind whose days are unknown either direction may hold",
)
def _(data: Data) -> Cases:
    yield from _reversed(data, RELATIONS)


def _reversed(data: Data, names: tuple[str, ...]) -> Cases:
    for path, quad in data.facts:
        if quad.predicate.value in {v.HRDEM + name for name in names}:
            new = swap(path, quad, subject=quad.object, object=quad.subject)
            yield said(quad), [new], around(quad)


@kind("wrong-class", "a fact gives the thing another class of its kind")
def _(data: Data) -> Cases:
    for path, quad in data.facts:
        classes = v.KINDS.get(v.kind_of(_name(quad.subject)) or "", ())
        if quad.predicate.value == v.RDF_TYPE and len(classes) > 2:
            other = pick([c for c in classes[1:] if c != _name(quad.object)], said(quad))
            new = swap(path, quad, object=iri(other))
            yield f"{said(quad)} -> {v.shorten(other)}", [new], around(quad)


@kind(
    "move-fact",
    "a fact stands under another passage of its document",
    "what the words of the passage say cannot be read by a rule",
)
def _(data: Data) -> Cases:
    for path, quad in data.facts:
        passages = sorted({_name(q.graph_name) for p, q in data.facts if p == path})
        others = [passage for passage in passages if passage != _name(quad.graph_name)]
        if others:
            other = pick(others, said(quad))
            moved = ox.Quad(quad.subject, quad.predicate, quad.object, iri(other))
            about = [*around(quad), other]
            yield f"{said(quad)} -> {short(other)}", [Edit(path, (quad,), (moved,))], about


# --- dates ----------------------------------------------------------------------------------------


def _moved(data: Data, move: Callable[[datetime.date], datetime.date | None], *names: str) -> Cases:
    for path, quad, old in dated(data, DATE):
        new = move(datetime.date.fromisoformat(old.value))
        if new is not None and str(new) != old.value:
            edit = swap(path, quad, object=literal(old, str(new)))
            yield f"{said(quad)} -> {new}", [edit], around(quad)


ONE_SOURCE = "where one source alone gives the date, and no other date stands in its way"


@kind("day-off-by-one", "a date is a day later", ONE_SOURCE)
def _(data: Data) -> Cases:
    yield from _moved(data, lambda day: day + datetime.timedelta(days=1))


@kind("day-and-month", "day and month change places", ONE_SOURCE)
def _(data: Data) -> Cases:
    def move(day: datetime.date) -> datetime.date | None:
        return day.replace(month=day.day, day=day.month) if day.day <= 12 else None

    yield from _moved(data, move)


@kind("year-off-by-one", "the year of a date is the next one", ONE_SOURCE)
def _(data: Data) -> Cases:
    for path, quad, old in dated(data, DATE, MONTH, YEAR):
        text = f"{int(old.value[:4]) + 1}{old.value[4:]}".replace("-02-29", "-02-28")
        edit = swap(path, quad, object=literal(old, text))
        yield f"{said(quad)} -> {text}", [edit], around(quad)


@kind(
    "decade",
    "two digits of the year change places",
    "days to come, such as the end of a period, and what else no other date stands in the way of",
)
def _(data: Data) -> Cases:
    for path, quad, old in dated(data, DATE, MONTH, YEAR):
        text = f"{old.value[:2]}{old.value[3]}{old.value[2]}{old.value[4:]}".replace(
            "-02-29", "-02-28"
        )
        if text != old.value:
            edit = swap(path, quad, object=literal(old, text))
            yield f"{said(quad)} -> {text}", [edit], around(quad)


@kind(
    "less-exact",
    "a day becomes a month, a month a year",
    "a date that is less exact than the source is not wrong, and no rule reads the source",
)
def _(data: Data) -> Cases:
    for path, quad, old in dated(data, DATE, MONTH):
        text, datatype = old.value.rsplit("-", 1)[0], MONTH
        if old.datatype.value == MONTH:
            datatype = YEAR
        edit = swap(path, quad, object=literal(old, text, datatype))
        yield f"{said(quad)} -> {text}", [edit], around(quad)


@kind(
    "too-exact",
    "a year or a month becomes its first day",
    "the first day of a year is a date like others",
)
def _(data: Data) -> Cases:
    for path, quad, old in dated(data, MONTH, YEAR):
        text = old.value + ("-01" if old.datatype.value == MONTH else "-01-01")
        edit = swap(path, quad, object=literal(old, text, DATE))
        yield f"{said(quad)} -> {text}", [edit], around(quad)


@kind("no-such-day", "a day that is not in the calendar")
def _(data: Data) -> Cases:
    for path, quad, old in dated(data, DATE):
        text = f"{old.value[:5]}02-30"
        yield said(quad), [swap(path, quad, object=literal(old, text))], around(quad)


@kind("date-as-text", "a date without its datatype")
def _(data: Data) -> Cases:
    for path, quad, old in dated(data, DATE, MONTH, YEAR):
        yield said(quad), [swap(path, quad, object=ox.Literal(old.value))], around(quad)


@kind("second-date", "a second date is added beside the first")
def _(data: Data) -> Cases:
    for path, quad, old in dated(data, DATE):
        if quad.predicate.value.endswith(("#date", "#start", "#end")):
            day = datetime.date.fromisoformat(old.value) + datetime.timedelta(days=2)
            new = changed(quad, object=literal(old, str(day)))
            yield f"{said(quad)} + {day}", [Edit(path, (), (new,))], around(quad)


@kind(
    "start-and-end",
    "start and end of a period or mandate change places",
    "facts of a passage that has lost its standing are not compared",
)
def _(data: Data) -> Cases:
    names = {v.HRDEM + "start": v.HRDEM + "end", v.HRDEM + "end": v.HRDEM + "start"}
    for facts in data.by_passage.values():
        spans: dict[str, list[tuple[str, ox.Quad]]] = defaultdict(list)
        for path, quad in facts:
            if quad.predicate.value in names:
                spans[_name(quad.subject)].append((path, quad))
        for both in spans.values():
            if len(both) == 2:
                new = [
                    swap(path, quad, predicate=iri(names[quad.predicate.value]))
                    for path, quad in both
                ]
                yield said(both[0][1]), new, around(both[0][1])


@kind(
    "document-date",
    "the day of issue or of reading of a document is a year later",
    "documents of one source alone; the day of reading could only be compared with a clock",
)
def _(data: Data) -> Cases:
    for path, quad in data.described:
        if quad.predicate.value in {v.DCTERMS + "issued", v.HRDEM + "readOn"}:
            assert isinstance(quad.object, ox.Literal)
            text = f"{int(quad.object.value[:4]) + 1}{quad.object.value[4:]}"
            edit = swap(path, quad, object=literal(quad.object, text))
            yield said(quad), [edit], around(quad)


# --- numbers and identifiers ----------------------------------------------------------------------


def numbered(data: Data, *names: str) -> Iterator[tuple[str, ox.Quad, ox.Literal]]:
    """Yield facts with a property of ours and a literal."""
    wanted = {v.HRDEM + name for name in names}
    for path, quad in data.facts:
        if quad.predicate.value in wanted and isinstance(quad.object, ox.Literal):
            yield path, quad, quad.object


@kind(
    "repeat-number",
    "a part has the number of the part before it",
    "where the other part with that number lies in another larger part",
)
def _(data: Data) -> Cases:
    for path, quad, old in numbered(data, "number", "order"):
        if int(old.value) > 1:
            new = literal(old, str(int(old.value) - 1))
            yield said(quad), [swap(path, quad, object=new)], around(quad)


@kind(
    "skip-number",
    "a part has a number that is too high by one",
    "of numbered parts that are not priorities, not all were seen, so a gap is no mistake",
)
def _(data: Data) -> Cases:
    for path, quad, old in numbered(data, "number", "order"):
        new = literal(old, str(int(old.value) + 1))
        yield said(quad), [swap(path, quad, object=new)], around(quad)


@kind(
    "copy-identifier",
    "an instrument has the number of another one",
    "facts of a passage that has lost its standing are not compared",
)
def _(data: Data) -> Cases:
    for path, quad, old in numbered(data, *IDENTIFIERS):
        others = sorted(
            {
                (o.value, _name(q.subject))
                for _, q, o in numbered(data, quad.predicate.value.rsplit("#", 1)[1])
                if q.subject != quad.subject and o.value != old.value
            }
        )
        if others:
            text, other = pick(others, said(quad))
            new = swap(path, quad, object=literal(old, text))
            yield f"{said(quad)} -> {text}", [new], [*around(quad), other]


@kind("identifier-form", "a character of an identifier is left out")
def _(data: Data) -> Cases:
    for path, quad, old in numbered(data, *IDENTIFIERS):
        at = pick([i for i, c in enumerate(old.value) if not c.isdigit()] or [0], said(quad))
        new = literal(old, old.value[:at] + old.value[at + 1 :])
        yield f"{said(quad)} -> {new.value}", [swap(path, quad, object=new)], around(quad)


@kind(
    "identifier-digit",
    "a digit of an identifier is another one",
    "only an ISBN has a check digit; the running number of other identifiers stands alone unless"
    " a second identifier of the instrument repeats it; and a year goes unseen as below",
)
def _(data: Data) -> Cases:
    for path, quad, old in numbered(data, *IDENTIFIERS):
        at = pick([i for i, c in enumerate(old.value) if c.isdigit()], said(quad))
        digit = str((int(old.value[at]) + 1) % 10)
        new = literal(old, old.value[:at] + digit + old.value[at + 1 :])
        yield f"{said(quad)} -> {new.value}", [swap(path, quad, object=new)], around(quad)


@kind(
    "identifier-year",
    "the year in an identifier is the next one",
    "instruments whose adoption is not dated, and numbers of procedures, which begin earlier",
)
def _(data: Data) -> Cases:
    for path, quad, old in numbered(data, *IDENTIFIERS):
        found = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", old.value)
        text = ""
        if found:
            text = old.value[: found.start()] + str(int(found[0]) + 1) + old.value[found.end() :]
        elif quad.predicate.value == v.HRDEM + "registerNumber":
            found = re.search(r"/(\d\d)(?= |$)", old.value)
            if found:
                year = f"/{int(found[1]) + 1:02}"
                text = old.value[: found.start()] + year + old.value[found.end() :]
        elif quad.predicate.value == v.HRDEM + "celexNumber":
            text = f"{old.value[0]}{int(old.value[1:5]) + 1}{old.value[5:]}"
        if text:
            new = swap(path, quad, object=literal(old, text))
            yield f"{said(quad)} -> {text}", [new], around(quad)


@kind("wrong-identifier", "an identifier stands under another property")
def _(data: Data) -> Cases:
    for path, quad, _old in numbered(data, *IDENTIFIERS):
        others = [n for n in IDENTIFIERS if not quad.predicate.value.endswith("#" + n)]
        other = pick(others, said(quad))
        new = swap(path, quad, predicate=iri(v.HRDEM + other))
        yield f"{said(quad)} -> hrdem:{other}", [new], around(quad)


@kind(
    "figure",
    "a figure is ten times as much",
    "a figure stands in one source alone: " + NO_TEXT,
)
def _(data: Data) -> Cases:
    for path, quad, old in numbered(data, "quantity"):
        new = literal(old, str(float(old.value) * 10))
        yield said(quad), [swap(path, quad, object=new)], around(quad)


# --- words ----------------------------------------------------------------------------------------


def passages_with(data: Data, name: str) -> Iterator[tuple[str, ox.Quad, ox.Literal]]:
    """Yield what passages with a quote say with a property."""
    for path, quad in data.described:
        if (
            quad.predicate.value == v.HRDEM + name
            and isinstance(quad.object, ox.Literal)
            and data.value(quad.subject, "quote") is not None
        ):
            yield path, quad, quad.object


def with_text(data: Data, quad: ox.Quad) -> list[Any]:
    """Return what a mistake in a quote is about: the passage, and the text it is from."""
    document = data.value(quad.subject, "passageOf") or ""
    return [*around(quad), f"beside texts/{data.value(document, 'textFile')}"]


@kind("offset", "start or end of a quote is off by one")
def _(data: Data) -> Cases:
    for name, step in (("start", 1), ("start", -1), ("end", 1), ("end", -1)):
        for path, quad, old in passages_with(data, name):
            if int(old.value) + step >= 0:
                new = literal(old, str(int(old.value) + step))
                edit = swap(path, quad, object=new)
                yield f"{said(quad)} -> {new.value}", [edit], with_text(data, quad)


@kind("quote-word", "a word of a quote is another one")
def _(data: Data) -> Cases:
    for path, quad, old in passages_with(data, "quote"):
        words = old.value.split(" ")
        at = pick(list(range(len(words))), said(quad))
        words[at] = "and" if words[at] != "and" else "or"
        new = literal(old, " ".join(words))
        yield said(quad), [swap(path, quad, object=new)], with_text(data, quad)


@kind("quote-cut", "a quote lacks its last word")
def _(data: Data) -> Cases:
    for path, quad, old in passages_with(data, "quote"):
        if " " in old.value:
            new = literal(old, old.value.rsplit(" ", 1)[0])
            yield said(quad), [swap(path, quad, object=new)], with_text(data, quad)


@kind("paragraph", "the number of a paragraph is off by one")
def _(data: Data) -> Cases:
    for path, quad, old in passages_with(data, "paragraph"):
        new = literal(old, str(int(old.value) + 1))
        yield said(quad), [swap(path, quad, object=new)], with_text(data, quad)


@kind("hash", "a digit of the SHA-256 of a text is another one", alone=True)
def _(data: Data) -> Cases:
    for path, quad in data.described:
        if quad.predicate.value == v.SHA256:
            assert isinstance(quad.object, ox.Literal)
            for at in range(0, 64, 8):
                text = quad.object.value
                digit = "0" if text[at] != "0" else "1"
                new = literal(quad.object, text[:at] + digit + text[at + 1 :])
                yield f"{said(quad)} at {at}", [swap(path, quad, object=new)], around(quad)


@kind("text-changed", "a word of a source text is changed", alone=True)
def _(data: Data) -> Cases:
    for path in sorted((data.root / "data" / "texts").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        words = list(re.finditer(r"\w{6,}", text))
        for word in words[:: max(1, len(words) // 8)]:
            new = text[: word.start()] + word[0][::-1] + text[word.end() :]
            name = f"texts/{path.name}"
            yield f"{name}: {word[0]} at {word.start()}", [Edit(name, text=new)], [name]


# --- passages -------------------------------------------------------------------------------------


def passages(data: Data) -> dict[str, list[tuple[str, ox.Quad]]]:
    """Return what is said of each passage itself."""
    found: dict[str, list[tuple[str, ox.Quad]]] = defaultdict(list)
    for path, quad in data.described:
        if data.value(quad.subject, "passageOf"):
            found[_name(quad.subject)].append((path, quad))
    return found


@kind("no-document", "a passage does not say which document it is of", alone=True)
def _(data: Data) -> Cases:
    for description in passages(data).values():
        for path, quad in description:
            if quad.predicate.value == v.PASSAGE_OF:
                yield said(quad), [Edit(path, (quad,))], around(quad)


@kind("other-document", "a passage is of another document")
def _(data: Data) -> Cases:
    documents = sorted(
        {_name(q.object) for _, q in data.described if q.predicate.value == v.PASSAGE_OF}
    )
    for description in passages(data).values():
        for path, quad in description:
            if quad.predicate.value == v.PASSAGE_OF:
                other = pick([d for d in documents if d != _name(quad.object)], said(quad))
                new = swap(path, quad, object=iri(other))
                yield f"{said(quad)} -> {v.shorten(other)}", [new], around(quad)


@kind("no-place", "a passage does not say where it stands")
def _(data: Data) -> Cases:
    places = {v.LOCATOR, v.QUOTE, v.START, v.END}
    for passage, description in passages(data).items():
        drop = tuple(quad for _, quad in description if quad.predicate.value in places)
        texts = [with_text(data, quad)[-1] for quad in drop if quad.predicate.value == v.QUOTE]
        about = [passage, *texts]
        yield short(passage), [Edit(description[0][0], drop)], about


@kind("standing", "a passage loses its standing, and nothing says why")
def _(data: Data) -> Cases:
    for passage, description in passages(data).items():
        path, quad = description[0]
        if data.value(passage, "standing") is None:
            name = pick(["Disputed", "Superseded", "Mistaken"], passage)
            new = ox.Quad(quad.subject, iri(v.STANDING), iri(v.HRDEM + name))
            yield f"{short(passage)} is {name}", [Edit(path, (), (new,))], [passage]


@kind("restored", "a passage that lost its standing is accepted again")
def _(data: Data) -> Cases:
    for _passage, description in passages(data).items():
        for path, quad in description:
            if quad.predicate.value == v.STANDING and _name(quad.object) != v.ACCEPTED:
                yield said(quad), [Edit(path, (quad,))], around(quad)


@kind("no-reason", "the reason of a standing, or what contradicts it, is left out")
def _(data: Data) -> Cases:
    for passage, description in passages(data).items():
        if (data.value(passage, "standing") or v.ACCEPTED) != v.ACCEPTED:
            for name in (v.RDFS + "comment", v.CONTRADICTS):
                drop = tuple(q for _, q in description if q.predicate.value == name)
                if drop:
                    case = f"{short(passage)} without {v.shorten(name)}"
                    yield case, [Edit(description[0][0], drop)], [passage]


@kind(
    "drop-passage",
    "a passage is left out with all its facts",
    "only a text that lies beside the data shows which words are not covered",
)
def _(data: Data) -> Cases:
    for passage, description in passages(data).items():
        facts = data.by_passage.get(passage, [])
        path = description[0][0]
        drop = tuple(quad for _, quad in [*description, *facts])
        about = {_name(each) for quad in drop for each in around(quad)} | {passage}
        if any(quad.predicate.value == v.QUOTE for _, quad in description):
            about.add(with_text(data, description[0][1])[-1].removeprefix("beside "))
        document = data.value(passage, "passageOf")
        yield short(passage), [Edit(path, drop)], about - {document or ""}


@kind(
    "drop-document-property",
    "one statement about a document is left out",
    "statements that a document need not have, such as what it is a copy of",
)
def _(data: Data) -> Cases:
    for path, quad in data.described:
        if v.kind_of(_name(quad.subject)) == "document" and quad.predicate.value not in {
            v.TEXT_FILE,
            v.SHA256,
        }:
            yield said(quad), [Edit(path, (quad,))], [quad.subject]


# --- the register ---------------------------------------------------------------------------------


def entries(data: Data) -> dict[str, list[tuple[str, ox.Quad]]]:
    """Return what the register says of each thing."""
    found: dict[str, list[tuple[str, ox.Quad]]] = defaultdict(list)
    for path, quad in data.register:
        if v.kind_of(_name(quad.subject)):
            found[_name(quad.subject)].append((path, quad))
    return found


@kind("drop-entry", "the entry of a thing in the register is left out")
def _(data: Data) -> Cases:
    for thing, entry in entries(data).items():
        if v.kind_of(thing) != "unknown":
            drop = tuple(quad for _, quad in entry)
            yield v.shorten(thing), [Edit(entry[0][0], drop)], [thing]


@kind(
    "drop-unknown",
    "an unknown is left out",
    "nobody can tell from a graph what was asked and not found",
)
def _(data: Data) -> Cases:
    for thing, entry in entries(data).items():
        if v.kind_of(thing) == "unknown":
            drop = tuple(quad for _, quad in entry)
            yield v.shorten(thing), [Edit(entry[0][0], drop)], [thing]


@kind(
    "drop-entry-property",
    "one statement of an entry is left out",
    "the definition of a theme or body and the like are not required",
)
def _(data: Data) -> Cases:
    for thing, entry in entries(data).items():
        for path, quad in entry:
            yield said(quad), [Edit(path, (quad,))], [thing]


@kind("entry-class", "an entry has a class of another kind")
def _(data: Data) -> Cases:
    for thing, entry in entries(data).items():
        for path, quad in entry:
            if quad.predicate.value == v.RDF_TYPE:
                others = [c for k, cs in v.KINDS.items() if k != v.kind_of(thing) for c in cs]
                other = pick(others, thing)
                new = swap(path, quad, object=iri(other))
                yield f"{said(quad)} -> {v.shorten(other)}", [new], [thing]


@kind("twin", "a thing is entered again under another IRI, and a fact is told of the twin")
def _(data: Data) -> Cases:
    registered = entries(data)
    for path, quad in data.facts:
        thing = _name(quad.subject)
        if thing in registered:
            other = iri(thing + "-1")
            entry = registered[thing]
            copy = tuple(changed(q, subject=other) for _, q in entry)
            about = [*around(quad), other]
            edits = [Edit(entry[0][0], (), copy), swap(path, quad, subject=other)]
            yield said(quad), edits, about


@kind(
    "label-cut",
    "a label is cut in the middle of a word",
    "half a label is a label; no word list knows the names",
)
def _(data: Data) -> Cases:
    for path, quad in data.described:
        if quad.predicate.value == v.SKOS + "prefLabel" and isinstance(quad.object, ox.Literal):
            text = quad.object.value
            at = next(
                (i for i in range(len(text) * 2 // 3, 1, -1) if text[i - 1 : i + 1].isalpha()), 0
            )
            if at:
                new = literal(quad.object, text[:at])
                yield f"{said(quad)} -> {new.value}", [swap(path, quad, object=new)], [quad.subject]


@kind("label-space", "a label has a space too many")
def _(data: Data) -> Cases:
    for path, quad in data.described:
        if quad.predicate.value == v.SKOS + "prefLabel" and isinstance(quad.object, ox.Literal):
            text = quad.object.value
            new = literal(
                quad.object, pick([text + " ", " " + text, text.replace(" ", "  ", 1)], text)
            )
            if new != quad.object:
                yield said(quad), [swap(path, quad, object=new)], [quad.subject]


@kind("label-copied", "a thing has the label of another one of its kind")
def _(data: Data) -> Cases:
    labels: dict[str, list[tuple[str, ox.Quad]]] = defaultdict(list)
    for path, quad in data.described:
        sort = v.kind_of(_name(quad.subject))
        if quad.predicate.value == v.SKOS + "prefLabel" and sort:
            labels[sort].append((path, quad))
    for both in labels.values():
        for (path, quad), (_, other) in itertools.pairwise(both):
            about = [quad.subject, other.subject]
            yield said(quad), [swap(path, quad, object=other.object)], about


@kind("no-language", "a text has no language tag")
def _(data: Data) -> Cases:
    for path, quad in data.all:
        if isinstance(quad.object, ox.Literal) and quad.object.language is not None:
            new = ox.Literal(quad.object.value)
            yield said(quad), [swap(path, quad, object=new)], [*around(quad), quad.subject]


@kind(
    "other-language",
    "a text has the tag of another language",
    "which language words are in is not told by a rule",
)
def _(data: Data) -> Cases:
    for path, quad in data.all:
        if isinstance(quad.object, ox.Literal) and quad.object.language == "en":
            new = ox.Literal(quad.object.value, language="de")
            yield said(quad), [swap(path, quad, object=new)], [*around(quad), quad.subject]


# --- typing errors --------------------------------------------------------------------------------


@kind("typo-thing", "a letter is missing in the IRI of a thing")
def _(data: Data) -> Cases:
    for path, quad in data.facts:
        for name, term in (("subject", quad.subject), ("object", quad.object)):
            if isinstance(term, ox.NamedNode) and v.kind_of(term.value):
                slug = term.value.rsplit("/", 1)[1]
                at = pick([i for i, c in enumerate(slug) if c.isalpha()] or [0], said(quad))
                cut = len(term.value) - len(slug) + at
                new = iri(term.value[:cut] + term.value[cut + 1 :])
                edit = swap(path, quad, **{name: new})
                yield f"{said(quad)}: {v.shorten(new.value)}", [edit], [*around(quad), new]


@kind("typo-term", "a letter is missing in the name of a property")
def _(data: Data) -> Cases:
    for path, quad in data.all:
        if quad.predicate.value.startswith(v.HRDEM) and quad.predicate.value not in {
            v.PASSAGE_OF,
            v.TEXT_FILE,
            v.SHA256,
        }:
            name = quad.predicate.value.rsplit("#", 1)[1]
            at = pick(list(range(1, len(name))), said(quad))
            new = iri(v.HRDEM + name[:at] + name[at + 1 :])
            edit = swap(path, quad, predicate=new)
            yield f"{said(quad)}: {v.shorten(new.value)}", [edit], [*around(quad), new]


@kind("typo-prefix", "a prefix is declared with a wrong namespace", alone=True)
def _(data: Data) -> Cases:
    yield from _texts(data, r"(?<=@prefix hrdem: <https://w3id.org/)hrdem", "hrdm")


@kind("syntax", "a full stop, a quotation mark or a brace is missing", alone=True)
def _(data: Data) -> Cases:
    yield from _texts(data, r' \.\n(?!\})|"@en|\}\n', "")


def _texts(data: Data, pattern: str, new: str) -> Cases:
    """Yield the changes of one place in the text of each file, where a pattern matches."""
    for name in data.files:
        text = (data.root / "data" / name).read_text(encoding="utf-8")
        found = list(re.finditer(pattern, text))
        found = found[len(found) // 2 :]  # not in the list of prefixes
        if found:
            at = pick(found, name)
            changed_text = text[: at.start()] + new + text[at.end() :]
            yield f"{name} at {at.start()}", [Edit(name, text=changed_text)], [name]


# --- running them ---------------------------------------------------------------------------------


class Bench:
    """A copy of the project to put mistakes into.

    Args:
        folder: where to put it.
        log: is told how it goes.
        whole: whether nothing is left out that takes time and has no part in the verdict.

    Attributes:
        data: the real data.
        checks: how many times the whole project was checked.
    """

    def __init__(
        self, folder: Path, log: Callable[[str], None] = lambda _: None, *, whole: bool = False
    ) -> None:
        self.root = folder / "project"
        for name in ("data", "ontology", "queries", "validation"):
            skip = shutil.ignore_patterns(*() if whole else LEFT_OUT)
            shutil.copytree(ROOT / name, self.root / name, ignore=skip)
        self.data = Data(self.root)
        self.checks = 0
        self.log = log
        self.before = self._found()

    def _found(self) -> set[tuple[Any, ...]]:
        self.checks += 1
        gc.disable()  # what a check makes lasts until its end, so looking for garbage is in vain
        try:
            findings = check(Project.at(self.root))
        finally:
            gc.enable()
        return {self._key(finding) for finding in findings if finding.severity != INFO}

    def _key(self, finding: Finding) -> tuple[Any, ...]:
        """What a finding says, without the line, which moves when other lines change."""
        path = finding.path
        name = ""
        if path is not None and path.is_relative_to(self.root / "data"):
            name = path.relative_to(self.root / "data").as_posix()
        return (
            finding.code,
            finding.thing,
            finding.passage,
            finding.message,
            name,
        )

    def new_findings(self, mutants: Iterable[Mutant]) -> set[tuple[Any, ...]]:
        """Return what the check finds with these mistakes and not without."""
        drop: dict[str, set[ox.Quad]] = defaultdict(set)
        add: dict[str, list[ox.Quad]] = defaultdict(list)
        texts: dict[str, str] = {}
        for mutant in mutants:
            for edit in mutant.edits:
                if edit.text is not None:
                    texts[edit.path] = edit.text
                    continue
                drop[edit.path].update(edit.drop)
                add[edit.path].extend(edit.add)
        for name in drop:
            kept = [quad for quad in self.data.files[name] if quad not in drop[name]]
            content = ox.serialize([*kept, *add[name]], format=FORMATS[Path(name).suffix])
            assert content is not None
            texts[name] = content.decode()
        originals = {name: (self.root / "data" / name).read_bytes() for name in texts}
        try:
            for name, text in texts.items():
                (self.root / "data" / name).write_text(text, encoding="utf-8", newline="")
            return self._found() - self.before
        finally:
            for name, content in originals.items():
                (self.root / "data" / name).write_bytes(content)

    def caught(self, mutants: list[Mutant]) -> set[Mutant]:
        """Return those mutants that the check notices; no two may have to do with each other."""
        if not mutants:
            return set()
        found = self.new_findings(mutants)
        if len(mutants) == 1:
            return set(mutants) if found else set()
        stopped = any(key[0] in STOPS for key in found)
        seen: set[Mutant] = set()
        strays: list[list[Mutant]] = []
        for key in sorted(found, key=str):
            owners = self._owners(mutants, key)
            if len(owners) == 1:
                seen.add(owners[0])
            else:
                strays.append(owners or mutants)
                self.log(f"whose? ({len(owners)}) {key[0]}: {key[3]}")
        self.log(f"{len(mutants)} mistakes: {len(seen)} caught, {len(strays)} findings in doubt")
        rest = [mutant for mutant in mutants if mutant not in seen]
        if not stopped:
            doubtful = set(itertools.chain.from_iterable(strays))
            rest = [mutant for mutant in rest if mutant in doubtful]
        elif seen:
            return seen | self.caught(rest)
        half = len(rest) // 2
        if half == 0 or len(rest) < len(mutants):
            return seen | self.caught(rest)
        return seen | self.caught(rest[:half]) | self.caught(rest[half:])

    def _owners(self, mutants: list[Mutant], key: tuple[Any, ...]) -> list[Mutant]:
        """Return the mutants that a finding may be due to: those that the best sign points at.

        In this order: it names a thing of the mutant, it shows a value that the mutant put in, it
        is about the text of the mutant, it is about something next to a thing of the mutant.
        """
        _code, thing, _passage, message, path = key
        signs: tuple[Callable[[Mutant], bool], ...] = (
            lambda mutant: _names(mutant, key),
            lambda mutant: any(f"“{value}”" in message for value in mutant.values),
            lambda mutant: path in mutant.beside,
            lambda mutant: thing in self.data.around(mutant),
        )
        found = ([mutant for mutant in mutants if sign(mutant)] for sign in signs)
        return next((owners for owners in found if owners), [])


def _names(mutant: Mutant, key: tuple[Any, ...]) -> bool:
    """Whether a finding is about a thing of a mutant, or names one."""
    _code, thing, passage, message, path = key
    if {thing, passage, path} & mutant.about:
        return True
    return any(re.search(rf"{re.escape(short(name))}(?![\w#-])", message) for name in mutant.about)


def rounds(data: Data, mutants: list[Mutant], together: int = TOGETHER) -> list[list[Mutant]]:
    """Part mutants so that those in one part have nothing to do with each other."""
    parts: list[tuple[list[Mutant], set[str], set[str], set[str]]] = []
    result: list[list[Mutant]] = []
    for mutant in mutants:
        if KINDS[mutant.kind].alone:
            result.append([mutant])
            continue
        near = data.around(mutant)
        for part, about, around_them, beside in parts:
            if (
                len(part) < together
                and not mutant.about & around_them
                and not near & about
                and not mutant.about & beside
                and not mutant.beside & about
            ):
                part.append(mutant)
                about |= mutant.about
                around_them |= near
                beside |= mutant.beside
                break
        else:
            parts.append(([mutant], set(mutant.about), near, set(mutant.beside)))
    return [*(part for part, *_ in parts), *result]


def of_kind(data: Data, kind: Kind, sample: int | None) -> list[Mutant]:
    """Return mutants of a kind, always the same for the same data.

    A sample has mistakes with as many different properties as it can, not the most frequent thrice.
    """
    if sample is not None and kind.alone:
        sample = 1
    turns: Counter[tuple[str, ...]] = Counter()
    ordered: list[tuple[int, str, Mutant]] = []
    for mutant in sorted(kind.make(data), key=lambda mutant: mutant.rank):
        turns[mutant.predicates] += 1
        ordered.append((turns[mutant.predicates], mutant.rank, mutant))
    return [mutant for *_, mutant in sorted(ordered, key=lambda each: each[:2])[:sample]]


class Outcome(NamedTuple):
    """What became of the mutants."""

    made: dict[str, list[Mutant]]
    caught: set[Mutant]
    checks: int

    def row(self, name: str) -> tuple[str, int, int]:
        """Return kind, how many were made, and how many were caught."""
        made = self.made[name]
        return name, len(made), sum(mutant in self.caught for mutant in made)


def run(
    names: Iterable[str] = (),
    sample: int | None = SAMPLE,
    log: Callable[[str], None] = lambda _: None,
    *,
    together: int = TOGETHER,
) -> Outcome:
    """Make mutants and see which are caught.

    Args:
        names: the kinds, by default all.
        sample: how many of each kind, or None for all.
        log: is told how it goes.
        together: how many are put into one copy of the data at most.
    """
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), log)
        made = {name: of_kind(bench.data, KINDS[name], sample) for name in names or KINDS}
        every = sorted(itertools.chain.from_iterable(made.values()), key=lambda m: m.rank)
        caught: set[Mutant] = set()
        for part in rounds(bench.data, every, together):
            caught |= bench.caught(part)
        return Outcome(made, caught, bench.checks)


def table(outcome: Outcome) -> str:
    """Return the outcome as lines with tabs: kind, made, caught."""
    lines = ["kind\tmade\tcaught"]
    lines += ["\t".join(map(str, outcome.row(name))) for name in outcome.made]
    return "\n".join(lines) + "\n"


def expected() -> dict[str, tuple[int, int]]:
    """Return the outcome on file: kind to how many were made, and how many were caught."""
    rows = [line.split("\t") for line in EXPECTED.read_text("utf-8").splitlines()[1:]]
    return {name: (int(made), int(caught)) for name, made, caught in rows}


def markdown(rows: dict[str, tuple[int, int]]) -> str:
    """Return an outcome as the table that people read."""
    lines = ["| mistake | made | caught | what goes unseen |", "|---|---:|---:|---|"]
    for name, (made, caught) in rows.items():
        unseen = KINDS[name].unseen if caught < made else ""
        lines.append(f"| {KINDS[name].what} | {made} | {caught} | {unseen} |")
    made, caught = (sum(numbers) for numbers in zip(*rows.values(), strict=True))
    lines.append(f"| **all** | {made} | {caught} | |")
    return "\n".join(lines) + "\n"


BLOCK = re.compile(r"(?<=<!-- table of: tests/data_mutants.py -->\n\n).*?\n(?=\n|\Z)", re.DOTALL)
"""The table in the README."""


def write(outcome: Outcome) -> None:
    """Put an outcome on file and into the README."""
    EXPECTED.parent.mkdir(exist_ok=True)
    EXPECTED.write_text(table(outcome), "utf-8")
    text = README.read_text("utf-8")
    README.write_text(BLOCK.sub(lambda _: markdown(expected()), text), "utf-8")


def main() -> int:
    """Run from the command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Mutants of the data, and which are caught.")
    parser.add_argument("--all", action="store_true", help="all mutants, not a sample")
    parser.add_argument("--kind", action="append", choices=list(KINDS), help="one kind alone")
    parser.add_argument("--apart", action="store_true", help="each in a copy of its own")
    parser.add_argument("--missed", action="store_true", help="list what is not caught")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="how many of each kind")
    parser.add_argument("--write", action="store_true", help="put the table on file")
    options = parser.parse_args()
    if options.write and (options.kind or options.all or options.sample != SAMPLE):
        parser.error("--write is of the usual sample of all kinds")
    outcome = run(
        options.kind or (),
        None if options.all else options.sample,
        lambda line: print(line, file=sys.stderr, flush=True),
        together=1 if options.apart else TOGETHER,
    )
    print(table(outcome), end="")
    made = sum(len(mutants) for mutants in outcome.made.values())
    print(f"{made} made, {len(outcome.caught)} caught, in {outcome.checks} checks")
    if options.write:
        write(outcome)
    if options.missed:
        for mutants in outcome.made.values():
            for mutant in mutants:
                if mutant not in outcome.caught:
                    print(f"{mutant.kind}: {mutant.case}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
