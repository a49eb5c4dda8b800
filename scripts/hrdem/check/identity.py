"""Checks that each thing has one IRI, one class and an entry in the register, and is mentioned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.check.context import Context, Place
from hrdem.check.finding import VIOLATION, Finding
from hrdem.documents import locate

UNIQUE: Final = (
    "actNumber",
    "adoptedTextNumber",
    "catalogueNumber",
    "celexNumber",
    "comNumber",
    "doi",
    "eliUri",
    "isbn",
    "joinNumber",
    "procedureNumber",
    "registerNumber",
    "swdNumber",
)
"""Identifiers that no two instruments share."""
ONE_DOCUMENT: Final = ("accompanies", "approves", "partOf", "proposes")
"""Relations between two instruments that may stand in one document, and so share its numbers."""
_SHARED: Final = ("comNumber", "joinNumber", "procedureNumber", "registerNumber", "swdNumber")
"""Identifiers of documents or procedures rather than of works."""
MENTIONED: Final = ("agent", "place", "post", "theme")
"""Kinds of things that must be mentioned; for the others the shape SupportedThing says so."""

REGISTERS: Final = {
    "instrument": "instruments.ttl",
    "priority": "priorities.ttl",
    "theme": "themes.ttl",
    "agent": "agents.ttl",
    "post": "agents.ttl",
    "mandate": "mandates.ttl",
    "place": "places.ttl",
    "period": "periods.ttl",
    "event": "events.ttl",
    "speech-act": "speech-acts.ttl",
    "aim": "speech-acts.ttl",
    "figure": "figures.ttl",
    "unknown": "unknowns.ttl",
}
"""Kind to the file in ``data/`` that registers things of this kind."""
KIND_NAMES: Final = {
    "instrument": "an instrument",
    "priority": "a part of an instrument",
    "theme": "a theme",
    "agent": "a body, person or group of states",
    "post": "a post",
    "mandate": "a mandate",
    "place": "a place",
    "document": "a document",
    "period": "a period",
    "event": "an event or development",
    "speech-act": "a speech act",
    "aim": "an aim",
    "figure": "a figure",
    "unknown": "an unknown",
}
"""Kind to the words for a thing of this kind."""


def run(context: Context) -> Iterator[Finding]:
    """Yield findings about things with two IRIs, two classes, no entry or no mention."""
    yield from same_label(context)
    yield from same_identifier(context)
    yield from unregistered(context)
    yield from unmentioned(context)
    yield from two_classes(context)


def same_label(context: Context) -> Iterator[Finding]:
    """Yield a finding for each thing that has the label of another one of its kind.

    Labels are compared in one language, without regard to case and to spaces.
    """
    first: dict[tuple[str, str, str], str] = {}
    for triple in context.with_predicate(v.SKOS + "prefLabel"):
        thing, label = v.value(triple.subject), triple.object
        kind = v.kind_of(thing)
        if kind is None or not isinstance(label, ox.Literal):
            continue
        key = (kind, label.language or "", " ".join(label.value.casefold().split()))
        other = first.setdefault(key, thing)
        if other != thing:
            yield _finding(
                "same-label",
                f"{v.shorten(thing)} and {v.shorten(other)} have the same label,"
                f" “{label.value}”. If they are one thing, use one IRI everywhere; if not, give"
                " each a label that tells them apart.",
                thing,
                context.place(thing),
            )


def same_identifier(context: Context) -> Iterator[Finding]:
    """Yield a finding for each instrument that has an identifier of another one.

    Two instruments in one document (conclusions and the plan they approve, say) may share the
    numbers of that document.
    """
    together = {
        frozenset((v.value(t.subject), v.value(t.object)))
        for name in ONE_DOCUMENT
        for t in context.with_predicate(v.HRDEM + name)
    }
    for name in UNIQUE:
        holders: dict[str, list[str]] = {}
        for triple in context.with_predicate(v.HRDEM + name):
            thing = v.value(triple.subject)
            if v.kind_of(thing) == "instrument":
                holders.setdefault(v.value(triple.object), []).append(thing)
        for value, things in holders.items():
            for number, thing in enumerate(things):
                for other in things[:number]:
                    if name in _SHARED and frozenset((thing, other)) in together:
                        continue
                    said = (
                        ", or say how the two stand to each other in the document that both are in"
                        f" ({', '.join('hrdem:' + each for each in ONE_DOCUMENT)})"
                        if name in _SHARED
                        else ""
                    )
                    yield _finding(
                        "same-identifier",
                        f"{context.name(thing)} and {context.name(other)} have the same"
                        f" hrdem:{name}, {value}. If they are one thing, use one IRI everywhere; if"
                        f" not, correct the number{said}.",
                        thing,
                        context.place(thing, v.HRDEM + name, value),
                    )


def unregistered(context: Context) -> Iterator[Finding]:
    """Yield a finding for each thing that is mentioned and not registered under its kind.

    A thing is registered if a description outside the passages gives it a class of its kind. What
    is deprecated has none any more, and says what took its place (``deprecated-alone``).
    """
    registered = {
        v.value(t.subject)
        for source in context.sources.files
        for t in source.triples()
        if t.predicate.value == v.OWL + "deprecated"
        or (
            t.predicate.value == v.RDF_TYPE
            and v.value(t.object) in v.KINDS.get(v.kind_of(v.value(t.subject)) or "", ())
        )
    }
    mentioned: dict[str, Place] = {}
    for source in context.sources.files:
        for quad in source.quads:
            for term in (quad.subject, quad.object):
                iri = v.value(term)
                if (
                    not isinstance(term, ox.NamedNode)
                    or v.kind_of(iri) is None
                    or iri in registered
                    or iri == v.BASE + "theme/scheme"
                    or iri in mentioned
                ):
                    continue
                graph = quad.graph_name
                passage = graph.value if isinstance(graph, ox.NamedNode) else None
                line = locate(source.path, passage or v.value(quad.subject))
                mentioned[iri] = Place(source.path, line, passage)
    for iri, place in sorted(mentioned.items()):
        kind = v.kind_of(iri)
        assert kind is not None
        where = (
            "describe the document in a file of data/documents"
            if kind == "document"
            else f"enter it, with its class and skos:prefLabel, in data/{REGISTERS[kind]}"
        )
        yield _finding(
            "unregistered",
            f"{v.shorten(iri)} is mentioned and not registered as {KIND_NAMES[kind]}. If the"
            f" IRI is right, {where}; if not, correct it.",
            iri,
            place,
        )


def unmentioned(context: Context) -> Iterator[Finding]:
    """Yield a finding for each agent, post, place or theme that nothing but the register has.

    A theme is also needed if a theme below it is. A link to another vocabulary is no mention.
    """
    mentioned = {
        v.value(term)
        for source in context.sources.files
        for quad in source.quads
        if not quad.predicate.value.startswith(v.SKOS)
        and not v.value(quad.subject).startswith(v.LINK)
        for term in (
            (quad.object,)
            if isinstance(quad.graph_name, ox.DefaultGraph)
            else (quad.subject, quad.object)
        )
        if isinstance(term, ox.NamedNode)
    }
    broader: dict[str, list[str]] = {}
    for t in context.with_predicate(v.SKOS + "broader"):
        broader.setdefault(v.value(t.subject), []).append(v.value(t.object))
    pending = [iri for iri in mentioned if iri in broader]
    while pending:
        for above in broader.get(pending.pop(), ()):
            if above not in mentioned:
                mentioned.add(above)
                pending.append(above)
    things = {
        v.value(t.subject)
        for source in context.sources.files
        for t in source.triples()
        if t.predicate.value == v.RDF_TYPE and v.value(t.object) != v.SKOS + "ConceptScheme"
    }
    for thing in sorted(things - mentioned):
        if v.kind_of(thing) in MENTIONED:
            yield _finding(
                "unmentioned",
                f"{context.name(thing)} stands in the register, and no document mentions it. Write"
                " down what a document says of it, or take it out of the register.",
                thing,
                context.place(thing),
            )


def two_classes(context: Context) -> Iterator[Finding]:
    """Yield a finding for each thing that accepted statements put into two classes of its kind.

    A class and one above it are one answer to the question what the thing is; two classes beside
    each other are not.
    """
    above: dict[str, set[str]] = {}
    types: dict[str, set[str]] = {}
    for t in context.with_predicate(v.RDFS + "subClassOf"):
        above.setdefault(v.value(t.subject), set()).add(v.value(t.object))
    for t in context.with_predicate(v.RDF_TYPE):
        if v.kind_of(v.value(t.subject)):
            types.setdefault(v.value(t.subject), set()).add(v.value(t.object))

    def general(name: str) -> set[str]:
        found, pending = {name}, [name]
        while pending:
            new = above.get(pending.pop(), set()) - found
            found |= new
            pending.extend(new)
        return found

    for thing, found in sorted(types.items()):
        allowed = found & set(v.KINDS[v.kind_of(thing) or ""])
        most_special = sorted(
            name for name in allowed if not any(name in general(o) for o in allowed - {name})
        )
        if len(most_special) > 1:
            names = " and ".join(v.shorten(name) for name in most_special)
            place = context.place(thing, v.RDF_TYPE, most_special[-1])
            yield _finding(
                "two-classes",
                f"{context.name(thing)} is both {names}. Keep the one that fits; if a source says"
                " otherwise, give its passage the standing that it has.",
                thing,
                place,
            )


def _finding(code: str, message: str, thing: str, place: Place) -> Finding:
    return Finding(code, VIOLATION, message, place.path, place.line, thing, place.passage)
