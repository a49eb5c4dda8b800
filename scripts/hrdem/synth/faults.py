"""Puts faults into a block, each of which one rule must find."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final, NamedTuple

from hrdem.synth.block import Block, Fact, Passage
from hrdem.vocabulary import PREFIXES


class Fault(NamedTuple):
    """A fault that was put in: what was done, the IRI of the thing, and the rule that finds it."""

    kind: str
    thing: str
    rule: str


def spoil(block: Block, rng: random.Random, share: float) -> list[Fault]:
    """Put faults into `block`, no two at one thing, and return them.

    Args:
        block: the block to change.
        rng: where chance comes from.
        share: the share of instruments near which there is a fault.
    """
    made: list[Fault] = []
    touched: set[str] = set()
    for slug in block.instruments:
        if rng.random() >= share:
            continue
        kinds = list(FAULTS)
        rng.shuffle(kinds)
        for kind in kinds:
            rule, put = FAULTS[kind]
            thing = put(block, slug, rng, touched)
            if thing is not None:
                touched.add(thing)
                made.append(Fault(kind, _iri(thing), rule))
                break
    return made


def _iri(name: str) -> str:
    if name.startswith("<"):
        return name[1:-1]
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


Put = Callable[[Block, str, random.Random, set[str]], str | None]


def _free(things: list[str], rng: random.Random, touched: set[str]) -> str | None:
    found = [thing for thing in things if thing not in touched]
    return rng.choice(found) if found else None


def _own(block: Block, slug: str, kind: str) -> list[str]:
    start = f"{kind}:{slug}-"
    return [t for t in block.register if t.startswith(start) or t == start[:-1]]


def _untagged(block: Block, slug: str, rng: random.Random, touched: set[str]) -> str | None:
    thing = _free(_own(block, slug, "event"), rng, touched)
    if thing is not None:
        about = block.register[thing]
        about["skos:prefLabel"] = about["skos:prefLabel"].removesuffix("@en") + "@fr"
    return thing


def _undated(block: Block, slug: str, rng: random.Random, touched: set[str]) -> str | None:
    thing = _free(_own(block, slug, "unknown"), rng, touched)
    if thing is not None:
        del block.register[thing]["hrdem:askedOn"]
    return thing


def _without(predicate: str, kind: str) -> Put:
    """Return what takes all facts with a property about one thing of a kind away."""

    def put(block: Block, slug: str, rng: random.Random, touched: set[str]) -> str | None:
        thing = _free(_own(block, slug, kind), rng, touched)
        if thing is None:
            return None
        holding = [
            p for _, p in block.passages() if any(f[:2] == (thing, predicate) for f in p.facts)
        ]
        # A passage must not be left without a fact, which would be a second fault.
        if any(all(f[:2] == (thing, predicate) for f in p.facts) for p in holding):
            return None
        for passage in holding:
            passage.facts = [f for f in passage.facts if f[:2] != (thing, predicate)]
        return thing

    return put


def _document(change: Callable[[dict[str, str]], None]) -> Put:
    """Return what changes the description of one document that tells of the instrument."""

    def put(block: Block, slug: str, rng: random.Random, touched: set[str]) -> str | None:
        telling = [
            f"document:{d.slug}"
            for d, p in block.passages()
            if any(f.subject == f"instrument:{slug}" for f in p.facts)
        ]
        thing = _free(telling, rng, touched)
        for document in block.documents:
            if thing == f"document:{document.slug}":
                change(document.about)
        return thing

    return put


def _unread(about: dict[str, str]) -> None:
    del about["hrdem:readOn"]


def _odd_address(about: dict[str, str]) -> None:
    about["hrdem:address"] = about["hrdem:address"].replace("https:", "ftp:")


def _passage(fits: Callable[[Passage], bool], change: Callable[[Passage], None]) -> Put:
    """Return what changes one passage of the documents that tell of the instrument."""

    def put(block: Block, slug: str, rng: random.Random, touched: set[str]) -> str | None:
        names = (f"instrument:{slug}", f"event:{slug}-")
        telling = {
            p.name: p
            for _, p in block.passages()
            if fits(p) and any(f.subject.startswith(names) for f in p.facts)
        }
        thing = _free(list(telling), rng, touched)
        if thing is not None:
            change(telling[thing])
        return thing

    return put


def _shift(passage: Passage) -> None:
    for name in ("hrdem:start", "hrdem:end"):
        passage.about[name] = str(int(passage.about[name]) + 1)


def _drop(name: str) -> Callable[[Passage], None]:
    def change(passage: Passage) -> None:
        del passage.about[name]

    return change


def _add_empty(block: Block, slug: str, rng: random.Random, touched: set[str]) -> str | None:
    for document, passage in block.passages():
        if any(f.subject == f"instrument:{slug}" for f in passage.facts) and document.text is None:
            name = f"{passage.name[:-1]}-{slug}>"
            about = {
                "hrdem:passageOf": f"document:{document.slug}",
                "hrdem:locator": '"annex"@en',
            }
            document.passages.append(Passage(name, about, []))
            return name
    return None


def _misnumber(block: Block, slug: str, rng: random.Random, touched: set[str]) -> str | None:
    thing = f"instrument:{slug}"
    found = None
    for _, passage in block.passages():
        for index, fact in enumerate(passage.facts):
            if fact[:2] == (thing, "hrdem:registerNumber") and thing not in touched:
                passage.facts[index] = fact._replace(object=f'"No {fact.object[1:]}')
                found = thing
    return found


def _leave_out(block: Block, slug: str, rng: random.Random, touched: set[str]) -> str | None:
    """Give the last part of a list a place farther on."""
    own = set(_own(block, slug, "priority"))
    places = {
        f.subject: int(f.object)
        for _, p in block.passages()
        for f in p.facts
        if f.predicate == "hrdem:order" and f.subject in own
    }
    last = [part for part, place in places.items() if place + 1 not in places.values()]
    thing = _free(last, rng, touched)
    for _, passage in block.passages():
        passage.facts = [
            f._replace(object="1000") if f[:2] == (thing, "hrdem:order") else f
            for f in passage.facts
        ]
    return thing


def _succeed_itself(block: Block, slug: str, rng: random.Random, touched: set[str]) -> str | None:
    thing = f"instrument:{slug}"
    if thing in touched or block.register[thing]["a"] == "hrdem:Instrument":
        return None
    for _, passage in block.passages():
        if any(f.subject == thing and f.predicate == "a" for f in passage.facts):
            passage.facts.append(Fact(thing, "hrdem:directlySucceeds", thing))
            return thing
    return None


def _accepted(passage: Passage) -> bool:
    return "hrdem:standing" not in passage.about


FAULTS: Final[dict[str, tuple[str, Put]]] = {
    "label without English": ("Thing-english", _untagged),
    "unknown without a day": ("Unknown-asked", _undated),
    "figure without a unit": ("FigureParts", _without("hrdem:unit", "figure")),
    "period that nobody decided": ("Period-decision", _without("hrdem:decidedBy", "period")),
    "document without the day of reading": ("ReadDocument-readOn", _document(_unread)),
    "address that no browser opens": ("ReadDocument-address", _document(_odd_address)),
    "quote beside its place": (
        "quote-misplaced",
        _passage(lambda p: "hrdem:quote" in p.about, _shift),
    ),
    "contested passage without a reason": (
        "ContestedPassageReason",
        _passage(lambda p: not _accepted(p), _drop("rdfs:comment")),
    ),
    "passage without a place": (
        "PassagePlace",
        _passage(lambda p: "hrdem:locator" in p.about, _drop("hrdem:locator")),
    ),
    "passage without a fact": ("PassageFacts", _add_empty),
    "number of another form": ("registerNumber-form", _misnumber),
    "place in a list left out": ("ListOrder-gap", _leave_out),
    "instrument that succeeds itself": ("Succession-cycle", _succeed_itself),
}
"""Kind of fault to the rule that finds it, and what puts it in."""
