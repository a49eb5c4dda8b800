"""A page for each thing, and the same as Turtle, JSON-LD and N-Triples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from hrdem import serialise, why
from hrdem import vocabulary as v
from hrdem.site import cite, elsewhere, sentences, words
from hrdem.site.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hrdem.site.model import Site

_PARTS = v.HRDEM + "provisionOf"
_PARENT = v.HRDEM + "parentProvision"


class Values(NamedTuple):
    """Values that rest on the same passages and stand alike.

    Attributes:
        claims: a claim for each value.
        evidence: the passages; those whose words can be quoted come first.
    """

    claims: list[why.Claim]
    evidence: tuple[why.Evidence, ...]


@dataclass
class Row:
    """A property with its values.

    Attributes:
        name: the property in words.
        property: its IRI.
        values: the values.
        doubts: IRI of the page that shows what else was said and is not accepted, "" if nothing.
    """

    name: str
    property: str
    values: list[Values] = field(default_factory=list)
    doubts: str = ""


class Block(NamedTuple):
    """What exists for the sake of the thing: one of its periods, events, mandates or figures.

    Attributes:
        iri: what it is.
        standing: how it stands that it belongs to the thing.
        evidence: the passages that say that it belongs to the thing.
        rows: what is said of it.
    """

    iri: str
    standing: str
    evidence: tuple[why.Evidence, ...]
    rows: list[Row]


class Branch(NamedTuple):
    """A part of an instrument.

    Attributes:
        code: its number or code, "" if it has none.
        values: the part, with the passages that say that it is one.
        under: the parts under it.
    """

    code: str
    values: Values
    under: list[Branch]


@dataclass
class Section:
    """A group of facts.

    Attributes:
        name: key of the group, which is also the anchor.
        title: its heading.
        rows: properties with their values.
        blocks: things that exist for the sake of this one.
        parts: parts of the instrument.
    """

    name: str
    title: str
    rows: list[Row] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    parts: list[Branch] = field(default_factory=list)


def pages(site: Site) -> Iterator[Page]:
    """Yield the page and the data of each thing; pages of documents are made elsewhere."""
    for kind, things in site.things.items():
        for iri in things:
            if kind != "document":
                yield site.page(f"{path_of(iri)}.html", "thing.html", **content(site, iri))
            yield from data(site, iri)


def path_of(iri: str) -> str:
    """Return the path of a thing, without a suffix."""
    return iri.removeprefix(v.BASE)


def data(site: Site, iri: str) -> Iterator[Page]:
    """Yield what the graph says of a thing as Turtle, N-Triples and JSON-LD.

    Of a document it is also what the graph says of its passages.
    """
    stem = path_of(iri)
    triples = serialise.in_order(
        triple
        for each in (iri, *site.passages.get(iri, ()))
        for triple in site.graph.about.get(each, ())
    )
    yield Page(f"{stem}.ttl", "".join(serialise.turtle(triples)))
    yield Page(f"{stem}.nt", "".join(serialise.n_triples(triples)))
    yield Page(f"{stem}.jsonld", "".join(serialise.json_ld(triples, site.context, whole=False)))


class Ask(NamedTuple):
    """A saved question that can be asked about a thing.

    Attributes:
        summary: the question.
        path: its page.
        given: the parameter that names the thing, as the address of the page holds it.
    """

    summary: str
    path: str
    given: str


def asks(site: Site, iri: str) -> list[Ask]:
    """Return the saved questions that take a thing as parameter, those for its kind first."""
    kind = v.kind_of(iri) or ""
    found = []
    for wanted, name in ((f"iri:{kind}", iri.rpartition("/")[2]), ("iri:thing", v.shorten(iri))):
        for query in site.questions:
            given = [each.name for each in query.parameters.values() if each.type == wanted]
            if len(given) == 1 and not query.endpoints:
                found.append(Ask(query.summary, f"query/{query.name}.html", f"{given[0]}={name}"))
    return found


def content(site: Site, iri: str) -> dict[str, Any]:
    """Return what the template of a thing is rendered with."""
    lead = sentences.about(site, iri)
    claims = site.claims(iri)
    return {
        "iri": iri,
        "stem": path_of(iri),
        "lead": lead,
        "definition": site.graph.first(iri, v.SKOS + "definition"),
        "after": _after(site, iri),
        "sections": sections(site, iri, claims),
        "derived": rows_of(site, iri, [each for each in claims if _is_folded(each)]),
        "neighbours": _neighbours(site, iri),
        "gaps": [site.gap(iri)] if v.kind_of(iri) == "unknown" else site.gaps(iri),
        "asks": asks(site, iri),
        "links": elsewhere.links(site, iri),
        "citation": cite.citation(site, iri),
        "json_ld": cite.schema_org(site, iri, sentences.plain(lead)),
    }


# --- groups of facts ------------------------------------------------------------------------------


def sections(site: Site, iri: str, claims: Iterable[why.Claim]) -> list[Section]:
    """Return claims about a thing in groups that a person understands, the groups in order."""
    found = {name: Section(name, title) for name, title in words.GROUPS.items()}
    of: dict[str, list[why.Claim]] = {name: [] for name in found}
    blocks: dict[str, Block] = {}
    near: dict[str, list[why.Claim]] = {}
    parts = []
    for claim in claims:
        if _is_folded(claim):
            continue
        phrase = words.phrase(claim.property)
        if claim.subject == iri:
            of[phrase.group].append(claim)
        elif _leads_to(claim, iri) and claim.property not in why.NEAR:
            if claim.property in (_PARTS, _PARENT):
                parts.append(claim)
            else:
                of[phrase.backwards_group].append(claim)
        else:
            near.setdefault(claim.subject, []).append(claim)
    for subject, group in near.items():
        links = [each for each in group if _leads_to(each, iri) or each.property == v.RDF_TYPE]
        rest = [each for each in group if each not in links]
        evidence = {each.passage: each for claim in links for each in claim.evidence}
        standing = min((each.standing for each in links), key=v.STANDINGS.index, default=v.ACCEPTED)
        blocks[subject] = Block(
            subject, standing, _ordered(evidence.values()), rows_of(site, subject, rest)
        )
    for subject, block in sorted(blocks.items(), key=lambda pair: time_of(site, pair[0])):
        group_name = {"figure": "figures", "mandate": "who"}.get(v.kind_of(subject) or "", "when")
        found[group_name].blocks.append(block)
    for name, group in of.items():
        found[name].rows = rows_of(site, iri, group)
    found["content"].parts = _tree(site, parts)
    return [each for each in found.values() if each.rows or each.blocks or each.parts]


def _leads_to(claim: why.Claim, iri: str) -> bool:
    return isinstance(claim.value, ox.NamedNode) and claim.value.value == iri


def _is_folded(claim: why.Claim) -> bool:
    """Return whether a claim only repeats, in another form, what others say."""
    return claim.basis == why.DERIVED and (
        claim.rule == "subproperties" or claim.property in words.FOLDED
    )


def _ordered(evidence: Iterable[why.Evidence]) -> tuple[why.Evidence, ...]:
    """Return passages with those first whose words can be read here."""
    return tuple(sorted(evidence, key=lambda each: (each.quote is None, each.judgement)))


def rows_of(site: Site, iri: str, claims: Iterable[why.Claim]) -> list[Row]:
    """Return claims as rows in the order of :data:`words.PHRASES`; those read backwards last."""
    order = {prop: place for place, prop in enumerate(words.PHRASES)}
    rows: dict[tuple[bool, int, str], Row] = {}
    groups: dict[tuple[object, ...], Values] = {}
    listed = list(claims)
    # The kinds of subjects, to tell them apart where there are several.
    backwards: dict[str, set[str | None]] = {}
    for each in listed:
        if each.subject != iri:
            backwards.setdefault(each.property, set()).add(v.kind_of(each.subject))
    for claim in listed:
        back = claim.subject != iri
        name = _name(site, claim.property, backwards=back)
        if back and len(backwards[claim.property]) > 1:
            name = f"{name}: {_PLURALS.get(v.kind_of(claim.subject) or '', 'others')}"
        key = (back, order.get(claim.property, len(order)), name)
        row = rows.setdefault(key, Row(name, claim.property))
        passages = tuple(each.passage for each in claim.evidence)
        group = (key, claim.standing, claim.basis, claim.rule, passages)
        if group not in groups:
            groups[group] = Values([], _ordered(claim.evidence))
            row.values.append(groups[group])
        groups[group].claims.append(claim)
    for row in rows.values():
        row.values.sort(key=lambda values: (*_soundness(values), _since(site, values, iri)))
    return [row for _, row in sorted(rows.items(), key=lambda pair: pair[0])]


def _soundness(values: Values) -> tuple[int, int]:
    """Return what values of a property are sorted by: accepted ones first, the exact ones first."""
    claim = values.claims[0]
    exact = len(claim.value.value) if words.is_date(claim.value) else 0
    return v.STANDINGS.index(claim.standing), -exact


def _since(site: Site, values: Values, iri: str) -> str:
    """Return the time of the first thing that points here, "" if it has none."""
    subject = values.claims[0].subject
    return time_of(site, subject)[0] if subject != iri else ""


_PLURALS = {
    "instrument": "instruments",
    "priority": "parts of instruments",
    "theme": "themes",
    "agent": "people and bodies",
    "post": "posts",
    "mandate": "mandates",
    "place": "places",
    "document": "documents",
    "period": "periods",
    "event": "events",
    "speech-act": "acts of speech",
    "aim": "aims",
    "figure": "figures",
}
"""What to call several things of a kind."""


def _name(site: Site, iri: str, *, backwards: bool = False) -> str:
    """Return a property in words, as it stands before its values."""
    if backwards:
        return words.phrase(iri).backwards or f"{words.raised(site.label(iri))} it"
    return words.raised(words.NAMES.get(iri) or site.label(iri))


def time_of(site: Site, iri: str) -> tuple[str, str]:
    """Return what things that have a time are sorted by."""
    own = sentences.span(site, iri)
    times = (own.start, own.end, sentences.when(site, iri), *_bounds(site, iri))
    return next((each for each in times if each), ""), iri


def _bounds(site: Site, iri: str) -> Iterator[str]:
    for name in ("notLaterThan", "notEarlierThan"):
        yield from site.graph.values(iri, v.HRDEM + name)


def _tree(site: Site, claims: Iterable[why.Claim]) -> list[Branch]:
    """Return the parts of an instrument as they lie in one another, in the order of the text."""
    parts = {claim.subject: claim for claim in claims if claim.standing == v.ACCEPTED}
    under: dict[str, list[str]] = {}
    for iri in parts:
        parent = next((each for each in site.graph.values(iri, _PARENT) if each in parts), "")
        under.setdefault(parent, []).append(iri)

    def branches(parent: str) -> list[Branch]:
        own = sorted(under.get(parent, ()), key=lambda each: order(site, each))
        return [
            Branch(
                _code(site, each),
                Values([parts[each]], _ordered(parts[each].evidence)),
                branches(each),
            )
            for each in own
        ]

    return branches("")


def _code(site: Site, iri: str) -> str:
    """Return the number or else the code of a part, "" if it has none."""
    found = (site.graph.values(iri, v.HRDEM + name) for name in ("number", "code"))
    return next((each[0] for each in found if each), "")


def order(site: Site, iri: str) -> tuple[object, ...]:
    """Return what parts of an instrument are sorted by: the order that a source gives, or names."""
    natural = [
        (0, int(piece), "") if piece.isdigit() else (1, 0, piece)
        for piece in re.findall(r"\d+|\D+", _code(site, iri) or "~")
    ]
    given = site.graph.values(iri, v.HRDEM + "order")
    return (int(given[0]) if given else 10_000, natural, iri)


# --- what came after ------------------------------------------------------------------------------


class Successor(NamedTuple):
    """What directly succeeded an instrument, since when, and who decided it.

    Attributes:
        iri: the successor.
        rows: the facts, each with its passages.
    """

    iri: str
    rows: list[Row]


def _after(site: Site, iri: str) -> list[Successor]:
    """Return what directly succeeded an instrument, with the facts that tell the story."""
    found = []
    for after in site.graph.subjects(v.HRDEM + "directlySucceeds", iri):
        rows = [_story(site, after, "Succeeded by", "directlySucceeds", only=iri, backwards=True)]
        for period in sentences.current_periods(site, after)[:1]:
            first = first_period(site, period)
            rows.append(_story(site, first, "Since", "start"))
        for event in sentences.events(site, after, "Adoption")[:1]:
            rows.append(_story(site, event, "Adopted by", "carriedOutBy"))
            rows.append(_story(site, event, "Adopted on", "date"))
        for approval in site.graph.subjects(v.HRDEM + "approves", after):
            rows.append(
                _story(site, approval, "Approved by", "approves", only=after, backwards=True)
            )
            for event in sentences.events(site, approval, "Adoption")[:1]:
                rows.append(_story(site, event, "These were adopted by", "carriedOutBy"))
        found.append(Successor(after, [row for row in rows if row.values]))
    return found


def first_period(site: Site, period: str) -> str:
    """Return the period first decided, of one that may have replaced others."""
    seen = {period}
    while earlier := site.graph.values(period, v.HRDEM + "replacesPeriod"):
        if earlier[0] in seen:
            break
        period = earlier[0]
        seen.add(period)
    return period


def _story(
    site: Site, subject: str, name: str, prop: str, *, only: str = "", backwards: bool = False
) -> Row:
    """Return one property of a thing as a row, with a name of its own.

    Args:
        site: the site.
        subject: the thing.
        name: what to call the row.
        prop: local name of the property.
        only: the only value to show, "" for all.
        backwards: whether the subject is to be shown, and not the value.
    """
    claims = [
        claim
        for claim in site.claims(subject)
        if claim.subject == subject
        and claim.property == v.HRDEM + prop
        and (not only or _leads_to(claim, only))
    ]
    accepted = [claim for claim in claims if claim.standing == v.ACCEPTED]
    row = Row(name, v.HRDEM + prop, doubts=subject if len(accepted) < len(claims) else "")
    for claim in accepted:
        shown = claim if not backwards else claim._replace(value=ox.NamedNode(claim.subject))
        row.values.append(Values([shown], _ordered(claim.evidence)))
    row.values.sort(key=_soundness)
    return row


def _neighbours(site: Site, iri: str) -> list[tuple[str, list[str]]]:
    """Return the themes above and below a theme, which the list of themes itself gives."""
    found = []
    for prop in (v.SKOS + "broader", v.SKOS + "narrower", v.SKOS + "hasTopConcept"):
        themes = sorted(site.graph.values(iri, prop), key=site.label)
        if themes:
            found.append((words.NAMES.get(prop, "Themes"), themes))
    return found
