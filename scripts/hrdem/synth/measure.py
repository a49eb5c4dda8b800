"""Counts in the real data what an invented graph must be like."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.documents import Passage, Sources, read_sources
from hrdem.project import Project
from hrdem.serialise import turtle_term

OWNERS = {
    "event": "concerns",
    "priority": "provisionOf",
    "period": "periodOf",
    "figure": "figureOf",
    "speech-act": "about",
    "unknown": "unknownOf",
}
"""Kind to the property that leads from such a thing to the instrument that it belongs to."""
_NOT_INVENTED = {
    "SocialMediaPost",  # has an account, which would be somebody's
    "Curation",
    "Development",  # not an event of an instrument
    "InstrumentSeries",
    "Sharing",
    "PolicyTool",
}


class Template(NamedTuple):
    """What a real document is like.

    Attributes:
        type: its class, as Turtle writes it.
        constant: pairs of property and value that an invented document takes over.
        issued: whether it is dated.
        copy: whether it is the copy of an instrument.
    """

    type: str
    constant: tuple[tuple[str, str], ...]
    issued: bool
    copy: bool


class Measures(NamedTuple):
    """What was counted. Whatever is drawn from one of the tuples has the distribution of the real.

    Names of properties, classes and values are written as in Turtle.

    Attributes:
        classes: kind to the class of each thing of this kind.
        owned: kind to how many things of this kind each instrument has.
        ratios: kind or class to how many there are for each instrument.
        values: (kind, property) to how many values each thing of this kind has.
        objects: (kind, property) to the values; what is not theme, body, place, post or code is
            written as its kind alone.
        support: how many passages support each accepted fact.
        facts: how many facts each passage supports.
        passages: how many passages each document has.
        contested: the standing of each passage that is not accepted.
        accepted: how many passages are accepted.
        templates: what each document is like.
        texts: the share of documents whose text is in the project.
        labels: kind to how many words each label has.
        notes: how many words each note has.
        quotes: how many words each quote has.
        words: all words of labels and notes; no numbers.
        years: the year of each adoption.
        read: the last day on which a document was read.
    """

    classes: dict[str, tuple[str, ...]]
    owned: dict[str, tuple[int, ...]]
    ratios: dict[str, float]
    values: dict[tuple[str, str], tuple[int, ...]]
    objects: dict[tuple[str, str], tuple[str, ...]]
    support: tuple[int, ...]
    facts: tuple[int, ...]
    passages: tuple[int, ...]
    contested: tuple[str, ...]
    accepted: int
    templates: tuple[Template, ...]
    texts: float
    labels: dict[str, tuple[int, ...]]
    notes: tuple[int, ...]
    quotes: tuple[int, ...]
    words: tuple[str, ...]
    years: tuple[int, ...]
    read: str


def read_measures(project: Project) -> Measures:
    """Count in the data of `project`.

    Raises:
        HrdemError: if the data cannot be read.
    """
    return measured(read_sources(project))


def measured(sources: Sources) -> Measures:
    """Count in `sources`; what is invented, if anything is, is counted like everything else."""
    register: dict[str, str] = {}
    described: dict[str, dict[str, list[ox.Triple]]] = defaultdict(lambda: defaultdict(list))
    for source in sources.files:
        if source.path.parent.name == "links":
            continue
        for triple in source.triples():
            subject = v.value(triple.subject)
            described[subject][v.shorten(triple.predicate.value)].append(triple)
            if triple.predicate.value == v.RDF_TYPE and v.kind_of(subject):
                register[subject] = v.shorten(v.value(triple.object))
    things: dict[str, list[str]] = defaultdict(list)
    for thing in sorted(register):
        things[v.kind_of(thing) or ""].append(thing)
    accepted = [passage for passage in sources.passages.values() if passage.accepted]
    supported: Counter[ox.Triple] = Counter(t for p in accepted for t in p.facts)
    values, objects = _values(supported, things)
    owned = {kind: _owned(kind, supported, described, things) for kind in OWNERS}
    number = len(things["instrument"])
    ratios = {kind: len(things[kind]) / number for kind in ("aim", "mandate", "post", "document")}
    ratios["foaf:Person"] = sum(c == "foaf:Person" for c in register.values()) / number
    labels: dict[str, list[int]] = defaultdict(list)
    words: list[str] = []
    for thing in sorted(register):
        for triple in described[thing]["skos:prefLabel"]:
            own = _words(v.value(triple.object))
            labels[v.kind_of(thing) or ""].append(max(1, len(own)))
            words += own
    notes = [_words(v.value(t.object)) for t in supported if t.predicate.value == f"{v.HRDEM}note"]
    documents = [described[each] for each in things["document"]]
    dated = [
        int(v.value(t.object)[:4])
        for t in supported
        if t.predicate.value == f"{v.HRDEM}date"
        and register.get(v.value(t.subject)) == "hrdem:Adoption"
    ]
    return Measures(
        classes={k: _classes(each, register) for k, each in things.items()},
        owned=owned,
        ratios=ratios,
        values=values,
        objects=objects,
        support=tuple(sorted(supported.values())),
        facts=tuple(sorted(len(passage.facts) for passage in accepted if passage.facts)),
        passages=tuple(sorted(_per_document(sources.passages.values()).values())),
        contested=tuple(
            sorted(v.shorten(p.standing) for p in sources.passages.values() if not p.accepted)
        ),
        accepted=len(accepted),
        templates=tuple(
            _template(each)
            for each in documents
            if not {v.shorten(v.value(t.object))[6:] for t in each["rdf:type"]} & _NOT_INVENTED
            and each["hrdem:address"]
            and each["hrdem:readOn"]
        ),
        texts=sum("hrdem:textFile" in each for each in documents) / len(documents),
        labels={kind: tuple(sorted(counts)) for kind, counts in labels.items()},
        notes=tuple(sorted(max(1, len(note)) for note in notes)),
        quotes=tuple(
            sorted(
                max(1, len(_words(p.quote)))
                for p in sources.passages.values()
                if p.quote is not None
            )
        ),
        words=tuple(sorted(words + [word for note in notes for word in note])),
        years=tuple(sorted(dated)),
        read=max(v.value(t.object) for each in documents for t in each["hrdem:readOn"]),
    )


def _words(text: str) -> list[str]:
    """Return the words of a text that consist of letters alone."""
    return re.findall(r"[^\W\d_]{2,}", text)


def _classes(things: Iterable[str], register: dict[str, str]) -> tuple[str, ...]:
    found = (register[thing] for thing in things)
    return tuple(name for name in found if name.partition(":")[2] not in _NOT_INVENTED)


def _per_document(passages: Iterable[Passage]) -> Counter[str]:
    return Counter(passage.document for passage in passages)


def _values(
    supported: Iterable[ox.Triple], things: dict[str, list[str]]
) -> tuple[dict[tuple[str, str], tuple[int, ...]], dict[tuple[str, str], tuple[str, ...]]]:
    """Return how many values things have of each property, and the values."""
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    objects: dict[tuple[str, str], list[str]] = defaultdict(list)
    for triple in supported:
        kind = v.kind_of(v.value(triple.subject))
        if kind is None or triple.predicate.value == v.RDF_TYPE:
            continue
        key = kind, v.shorten(triple.predicate.value)
        counts[key][v.value(triple.subject)] += 1
        other = v.kind_of(v.value(triple.object)) or ""
        shared = not other or other in ("theme", "place", "agent", "post")
        objects[key].append(turtle_term(triple.object) if shared else other)
    return (
        {
            key: tuple(sorted(found[thing] for thing in things[key[0]]))
            for key, found in counts.items()
        },
        {key: tuple(sorted(found)) for key, found in objects.items()},
    )


def _owned(
    kind: str,
    supported: Iterable[ox.Triple],
    described: dict[str, dict[str, list[ox.Triple]]],
    things: dict[str, list[str]],
) -> tuple[int, ...]:
    """Return how many things of `kind` each instrument has.

    Things that belong to no instrument are dealt out one by one, so that the mean stays right.
    """
    predicate = v.HRDEM + OWNERS[kind]
    owners = {
        v.value(t.subject): v.value(t.object)
        for t in supported
        if t.predicate.value == predicate and v.kind_of(v.value(t.object)) == "instrument"
    }
    mine = set(things[kind])
    if kind == "unknown":
        owners = {
            thing: v.value(t.object)
            for thing in things[kind]
            for t in described[thing]["hrdem:unknownOf"]
        }
    found = Counter(owners.get(thing, "") for thing in mine)
    instruments = things["instrument"]
    counts = [found[each] for each in instruments]
    rest = len(mine) - sum(counts)
    for index in range(rest):
        counts[index % len(counts)] += 1
    return tuple(sorted(counts))


def _template(document: dict[str, list[ox.Triple]]) -> Template:
    kept = ("hrdem:sourceKind", "dcterms:language", "dcterms:publisher")
    constant = tuple((name, turtle_term(t.object)) for name in kept for t in document[name])
    types = sorted(turtle_term(t.object) for t in document["rdf:type"])
    return Template(
        types[0], constant, bool(document["dcterms:issued"]), bool(document["hrdem:copyOf"])
    )
