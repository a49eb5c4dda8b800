"""Why: the facts about a thing, each with the words that say so and the place where they stand.

A fact is shown with every passage behind it, whether accepted or not, so that both sides of a
disagreement are seen. Facts that no passage states but a rule derives are marked as derived, and
what nobody could establish closes the list.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeGuard

import pyoxigraph as ox

from hrdem import sparql
from hrdem.errors import UsageError
from hrdem.names import in_words, nearest, slug_of
from hrdem.premises import premises
from hrdem.vocabulary import (
    CURATOR_JUDGEMENT,
    DCTERMS,
    HRDEM,
    ORG,
    PREFIXES,
    RDF_TYPE,
    SKOS,
    STANDINGS,
    kind_of,
    shorten,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hrdem.store import Store

    Term = ox.NamedNode | ox.BlankNode | ox.Literal

STATED = "stated"
"""Basis of a claim: words of a passage."""
DERIVED = "derived"
"""Basis of a claim: a rule, from other facts."""
DESCRIBED = "described"
"""Basis of a claim: the description of a source, made when it was read."""

NEAR = (
    *(HRDEM + name for name in ("concerns", "periodOf", "figureOf", "ofPost", "inMeeting")),
    ORG + "member",
)
"""Properties by which a node that only carries facts of a thing points at it."""


class Evidence(NamedTuple):
    """A passage as it is shown.

    Attributes:
        passage: its IRI.
        document: label of its document.
        source: label of what kind of source that is, "" if not said.
        quote: the words, None if they are not quoted.
        place: where they stand, in words: paragraph, locator, characters.
        address: where the document was read, "" if not said.
        read_on: the day it was read, "" if not said.
        standing: IRI of its standing.
        reason: why it stands so, "" if it needs none.
        contradicts: IRIs of the passages it contradicts.
        judgement: True if it is a reasoned judgement of this graph, not the word of a source.
    """

    passage: str
    document: str
    source: str
    quote: str | None
    place: str
    address: str
    read_on: str
    standing: str
    reason: str
    contradicts: tuple[str, ...]
    judgement: bool


class Claim(NamedTuple):
    """One fact and what it rests on.

    Attributes:
        subject: IRI of the subject.
        property: IRI of the property.
        value: the object.
        names: label of each IRI in the three.
        standing: IRI of the standing; of accepted facts too.
        basis: :data:`STATED`, :data:`DERIVED` or :data:`DESCRIBED`.
        evidence: the passages behind it; empty unless stated.
        rule: name of the rule that derived it; "" if it is not derived, or the graph that was asked
            does not keep apart what each rule derived.
        premises: the facts from which it derived it, if they were looked for and found.
    """

    subject: str
    property: str
    value: Term
    names: dict[str, str]
    standing: str
    basis: str
    evidence: tuple[Evidence, ...]
    rule: str = ""
    premises: tuple[ox.Triple, ...] = ()


class Gap(NamedTuple):
    """Something that no source seen shows.

    Attributes:
        label: what is not known.
        property: label of the property that has no value, "" if it is not about one.
        looked_at: what was looked at.
        asked_on: the day, "" if not said.
        remark: more about it.
    """

    label: str
    property: str
    looked_at: tuple[str, ...]
    asked_on: str
    remark: str


def find_property(store: Store, text: str) -> str:
    """Return the IRI of the property that a person means by `text`.

    Args:
        store: the graph to look in.
        text: a prefixed name, a full IRI, a local name (``buildsOn``, ``builds-on``) or a label.

    Raises:
        UsageError: if no fact has such a property, with the nearest ones.
    """
    used = store.select(
        f"""SELECT DISTINCT ?property ?label {{
          {{ SELECT DISTINCT ?property {{
            {{ ?s <{_RDF}predicate> ?property }}
            UNION {{ GRAPH ?graph {{ ?s ?property ?o }}
                     FILTER(STRSTARTS(STR(?graph), "{_DERIVED}"))
                     FILTER(STRSTARTS(STR(?property), "{HRDEM}")
                       || STRSTARTS(STR(?property), "{ORG}")) }} }} }}
          OPTIONAL {{ ?property <{SKOS}prefLabel> ?label }} }}"""
    )
    names: dict[str, str] = {}
    for node, label in used.rows:
        if isinstance(node, ox.NamedNode):
            names[slug_of(node.value)] = node.value
            if isinstance(label, ox.Literal):
                names.setdefault(label.value, node.value)
    wanted = text.strip().strip("<>")
    prefix, colon, local = wanted.partition(":")
    iri = PREFIXES[prefix] + local if colon and prefix in PREFIXES else wanted
    if iri in names.values():
        return iri
    simple = {_simple(name): value for name, value in sorted(names.items(), reverse=True)}
    if _simple(wanted) in simple:
        return simple[_simple(wanted)]
    near = nearest(wanted, names)
    hint = f" Did you mean {' or '.join(shorten(each) for each in near)}?" if near else ""
    raise UsageError(f"No fact has a property {text!r}.{hint}")


def _simple(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def explain(
    store: Store,
    thing: str,
    property: str | None = None,
    rules: Mapping[str, str] | None = None,
) -> list[Claim]:
    """Return the claims about a thing, in the order in which they are best read.

    First what is said of the thing itself, then of the events, periods, mandates and figures that
    exist for its sake, then what is said of other things with it as object.

    Args:
        store: the graph.
        thing: IRI of the thing.
        property: IRI of the only property to look at, None for all.
        rules: name of each rule to its text, to look for the facts from which it derived others.
    """
    stated = _stated(store, thing)
    own = list(_unstated(store, thing, {(s, p, o) for s, p, o, *_ in stated}))
    passages = sorted({passage for *_, evidence in stated for passage in evidence})
    evidence = {each.passage: each for each in read_evidence(store, passages)}
    claims = [
        Claim(s, p, o, {}, standing, STATED, tuple(evidence[each] for each in behind))
        for s, p, o, standing, behind in stated
    ]
    origin = _rules(store, thing) if any(basis == DERIVED for *_, basis in own) else {}
    claims += [
        Claim(s, p, o, {}, STANDINGS[0], basis, (), origin.get((s, p, o), ""))
        for s, p, o, basis in own
    ]
    if property is not None:
        claims = [claim for claim in claims if claim.property == property]
    claims = [_reasoned(store, claim, rules or {}) for claim in claims]
    names = _names(store, claims)
    return arranged([claim._replace(names=names) for claim in claims], thing)


def arranged(claims: Iterable[Claim], thing: str) -> list[Claim]:
    """Return claims about a thing in the order that :func:`explain` promises.

    Args:
        claims: the claims, with the labels of what they are about.
        thing: IRI of the thing.
    """

    def place(claim: Claim) -> tuple[object, ...]:
        names = claim.names
        section = 0 if claim.subject == thing else 2 if _value_iri(claim) == thing else 1
        if claim.subject != thing and claim.property in NEAR:
            section = 1
        return (
            section,
            names.get(claim.subject, claim.subject) if section == 1 else "",
            claim.subject if section == 1 else "",
            claim.basis != STATED,
            claim.property != RDF_TYPE,
            names.get(claim.property, claim.property),
            STANDINGS.index(claim.standing),
            names.get(claim.subject, claim.subject),
            _value_text(claim),
        )

    return sorted(claims, key=place)


def gaps(store: Store, thing: str, property: str | None = None) -> list[Gap]:
    """Return what is not known of a thing, or of one property of it, sorted by label."""
    table = store.select(
        f"""SELECT DISTINCT ?unknown ?label ?property ?name ?looked ?note ?day ?remark {{
          ?unknown <{HRDEM}unknownOf> <{thing}> ; <{SKOS}prefLabel> ?label .
          OPTIONAL {{ ?unknown <{HRDEM}unknownProperty> ?property
                      OPTIONAL {{ ?property <{SKOS}prefLabel> ?name }} }}
          OPTIONAL {{ ?unknown <{HRDEM}lookedAt> ?source . ?source <{SKOS}prefLabel> ?looked }}
          OPTIONAL {{ ?unknown <{HRDEM}lookedAtNote> ?note }}
          OPTIONAL {{ ?unknown <{HRDEM}askedOn> ?day }}
          OPTIONAL {{ ?unknown <{_RDFS}comment> ?remark }} }}
        ORDER BY ?label ?unknown ?looked ?note"""
    )
    found: dict[str, Gap] = {}
    for unknown, label, prop, name, looked, note, day, remark in table.rows:
        if property is not None and (prop is None or _text(prop) != property):
            continue
        key = _text(unknown)
        before = found.get(key)
        seen = before.looked_at if before else ()
        more = tuple(_text(each) for each in (looked, note) if each is not None)
        found[key] = Gap(
            label=_text(label),
            property=_text(name) or (shorten(_text(prop)) if prop else ""),
            looked_at=(*seen, *(each for each in more if each not in seen)),
            asked_on=_text(day),
            remark=_text(remark),
        )
    return list(found.values())


# --- reading the graph ----------------------------------------------------------------------------

_RDF = PREFIXES["rdf"]
_RDFS = PREFIXES["rdfs"]
_DERIVED = PREFIXES["graph"] + "derived-"
_DESCRIPTION = frozenset(
    HRDEM + name
    for name in (
        "sourceKind",
        "address",
        "readOn",
        "textFile",
        "sha256",
        "reproduces",
        "embeds",
        "copyOf",
    )
) | {DCTERMS + name for name in ("title", "publisher", "creator", "issued", "language")}


def _text(value: Term | None) -> str:
    return "" if value is None else str(value.value)


def _value_iri(claim: Claim) -> str | None:
    return claim.value.value if isinstance(claim.value, ox.NamedNode) else None


def _value_text(claim: Claim) -> str:
    iri = _value_iri(claim)
    return _text(claim.value) if iri is None else claim.names.get(iri) or shorten(iri)


def _stated(store: Store, thing: str) -> list[tuple[str, str, Term, str, list[str]]]:
    """Return (subject, property, value, standing, passages) of each fact that words state."""
    near = " ".join(f"<{iri}>" for iri in NEAR)
    # The facts are chosen in a query of their own: engines that join the branches of a union with
    # all statements take seconds.
    table = store.select(
        f"""SELECT DISTINCT ?fact ?s ?p ?o ?standing ?passage {{
          {{ SELECT DISTINCT ?fact {{
            {{ ?fact <{_RDF}subject> <{thing}> }}
            UNION {{ ?fact <{_RDF}object> <{thing}> }}
            UNION {{ VALUES ?points {{ {near} }}
                     ?link <{_RDF}object> <{thing}> ; <{_RDF}predicate> ?points ;
                           <{_RDF}subject> ?node .
                     ?fact <{_RDF}subject> ?node }} }} }}
          ?fact <{_RDF}subject> ?s ; <{_RDF}predicate> ?p ; <{_RDF}object> ?o ;
                <{HRDEM}standing> ?standing ; <{HRDEM}supportedBy> ?passage }}"""
    )
    found: dict[str, tuple[str, str, Term, str, list[str]]] = {}
    for fact, s, p, o, standing, passage in table.rows:
        assert o is not None
        entry = found.setdefault(_text(fact), (_text(s), _text(p), o, _text(standing), []))
        entry[4].append(_text(passage))
    for entry in found.values():
        entry[4].sort()
    return list(found.values())


def _unstated(
    store: Store, thing: str, stated: set[tuple[str, str, Term]]
) -> Iterator[tuple[str, str, Term, str]]:
    """Yield (subject, property, value, basis) of each fact that no passage states.

    Labels and kinds come from the register and are shown apart; names of the same fact in other
    vocabularies are left out.
    """
    subjects = sorted({thing, *(s for s, p, o in stated if p in NEAR and _text(o) == thing)})
    nodes = " ".join(f"<{iri}>" for iri in subjects)
    table = store.select(
        f"""SELECT DISTINCT ?s ?p ?o {{
          {{ VALUES ?s {{ {nodes} }} ?s ?p ?o }}
          UNION {{ VALUES ?o {{ <{thing}> }} ?s ?p ?o }} }}"""
    )
    for s, p, o in table.rows:
        assert o is not None
        subject, prop = _text(s), _text(p)
        basis = basis_of(subject, prop, thing)
        if basis is not None and (subject, prop, o) not in stated:
            yield subject, prop, o, basis


def basis_of(subject: str, property: str, thing: str) -> str | None:
    """Return what a triple that no passage states rests on, None if it is no claim about a thing.

    Args:
        subject: IRI of its subject.
        property: IRI of its property.
        thing: IRI of the thing.
    """
    if kind_of(subject) in (None, "unknown"):
        return None
    if kind_of(subject) == "document" and property in _DESCRIPTION:
        return DESCRIBED if subject == thing or property == HRDEM + "copyOf" else None
    return DERIVED if property.startswith((HRDEM, ORG)) else None


def _rules(store: Store, thing: str) -> dict[tuple[str, str, Term], str]:
    """Return the rule that derived each fact with a thing, or with what exists for its sake."""
    near = " ".join(f"<{iri}>" for iri in NEAR)
    table = store.select(
        f"""SELECT DISTINCT ?s ?p ?o ?graph {{
          {{ BIND(<{thing}> AS ?s) GRAPH ?graph {{ ?s ?p ?o }} }}
          UNION {{ BIND(<{thing}> AS ?o) GRAPH ?graph {{ ?s ?p ?o }} }}
          UNION {{ VALUES ?points {{ {near} }} ?s ?points <{thing}> .
                   GRAPH ?graph {{ ?s ?p ?o }} }}
          FILTER(STRSTARTS(STR(?graph), "{_DERIVED}")) }}
        ORDER BY DESC(?graph)"""
    )
    return {
        (_text(s), _text(p), o): _text(graph).removeprefix(_DERIVED)
        for s, p, o, graph in table.rows
        if o is not None
    }


def _reasoned(store: Store, claim: Claim, rules: Mapping[str, str]) -> Claim:
    """Return a claim with the facts from which it was derived."""
    if claim.rule not in rules:
        return claim
    fact = ox.Triple(ox.NamedNode(claim.subject), ox.NamedNode(claim.property), claim.value)
    return claim._replace(premises=premises(store, rules[claim.rule], fact))


def read_evidence(store: Store, passages: list[str]) -> Iterator[Evidence]:
    """Yield the passages with these IRIs, with their words and where they stand."""
    if not passages:
        return
    nodes = " ".join(f"<{iri}>" for iri in passages)
    table = store.select(
        f"""SELECT DISTINCT ?passage ?p ?o {{ VALUES ?passage {{ {nodes} }} ?passage ?p ?o }}"""
    )
    facts: dict[str, dict[str, list[Term]]] = {}
    for passage, prop, value in table.rows:
        assert value is not None
        facts.setdefault(_text(passage), {}).setdefault(_text(prop), []).append(value)
    documents = _documents(store, passages)
    for iri in passages:
        own = facts.get(iri, {})

        def first(name: str, own: dict[str, list[Term]] = own) -> str:
            return min((_text(each) for each in own.get(HRDEM + name, [])), default="")

        place = [f"paragraph {first('paragraph')}"] if first("paragraph") else []
        place += [first("locator")] if first("locator") else []
        if first("start") and first("end"):
            place.append(f"characters {first('start')} to {first('end')}")
        label, source, address, read_on = documents.get(iri.partition("#")[0], ("", "", "", ""))
        yield Evidence(
            passage=iri,
            document=label or shorten(iri.partition("#")[0]),
            source=source,
            quote=first("quote") or None,
            place=", ".join(place),
            address=address,
            read_on=read_on,
            standing=first("standing") or STANDINGS[0],
            reason=min((_text(each) for each in own.get(_RDFS + "comment", [])), default=""),
            contradicts=tuple(sorted(_text(each) for each in own.get(HRDEM + "contradicts", []))),
            judgement=any(_text(each) == CURATOR_JUDGEMENT for each in own.get(RDF_TYPE, [])),
        )


def _documents(store: Store, passages: list[str]) -> dict[str, tuple[str, str, str, str]]:
    nodes = " ".join(f"<{iri}>" for iri in sorted({each.partition("#")[0] for each in passages}))
    table = store.select(
        f"""SELECT DISTINCT ?document ?label ?kind ?address ?day {{
          VALUES ?document {{ {nodes} }}
          OPTIONAL {{ ?document <{SKOS}prefLabel> ?label }}
          OPTIONAL {{ ?document <{HRDEM}sourceKind> ?source . ?source <{SKOS}prefLabel> ?kind }}
          OPTIONAL {{ ?document <{HRDEM}address> ?address }}
          OPTIONAL {{ ?document <{HRDEM}readOn> ?day }} }}
        ORDER BY DESC(?document) DESC(?address) DESC(?day)"""
    )
    return {
        _text(document): (_text(label), _text(kind), _text(address), _text(day))
        for document, label, kind, address, day in table.rows
    }


def _names(store: Store, claims: Iterable[Claim]) -> dict[str, str]:
    iris = {claim.subject for claim in claims} | {claim.property for claim in claims}
    iris |= {iri for claim in claims if (iri := _value_iri(claim)) is not None}
    for each in (each for claim in claims for each in claim.premises):
        iris |= {t.value for t in (each.subject, each.predicate, each.object) if _is_iri(t)}
    return labels(store, iris)


def _is_iri(term: object) -> TypeGuard[ox.NamedNode]:
    return isinstance(term, ox.NamedNode)


def labels(store: Store, iris: Iterable[str]) -> dict[str, str]:
    """Return the preferred label of each of `iris` that has one."""
    nodes = sparql.iris(sorted(set(iris)))
    table = store.select(
        f"""SELECT DISTINCT ?thing ?label {{ VALUES ?thing {{ {nodes} }}
          ?thing <{SKOS}prefLabel> ?label FILTER(LANG(?label) = "en") }}
        ORDER BY DESC(?thing) DESC(?label)"""
    )
    return {_text(thing): _text(label) for thing, label in table.rows}


# --- drawing --------------------------------------------------------------------------------------


def draw(
    thing: str, heading: dict[str, str], claims: list[Claim], unknown: list[Gap], width: int = 80
) -> str:
    """Return claims and gaps as text that keeps to `width` characters a line.

    Args:
        thing: IRI of the thing.
        heading: what :func:`heading` returned.
        claims: what :func:`explain` returned.
        unknown: what :func:`gaps` returned.
        width: characters a line.
    """
    return _Page(thing, width).written(heading, claims, unknown)


def heading(store: Store, thing: str) -> dict[str, str]:
    """Return what a thing is called, what kind it is of and what it is, from the register.

    Keys: ``label``, ``kind``, ``definition``; "" where the graph says nothing.
    """
    table = store.select(
        f"""SELECT DISTINCT ?label ?kind ?definition {{
          OPTIONAL {{ <{thing}> <{SKOS}prefLabel> ?label FILTER(LANG(?label) = "en") }}
          OPTIONAL {{ <{thing}> a ?class . ?class <{SKOS}prefLabel> ?kind
                      FILTER(LANG(?kind) = "en")
                      FILTER NOT EXISTS {{ <{thing}> a ?narrower .
                        ?narrower <{_RDFS}subClassOf> ?class FILTER(?narrower != ?class) }} }}
          OPTIONAL {{ <{thing}> <{SKOS}definition> ?definition }} }}
        ORDER BY ?label ?kind ?definition"""
    )
    kinds = sorted({_text(row[1]) for row in table.rows} - {""})
    first = table.rows[0] if table.rows else (None, None, None)
    return {"label": _text(first[0]), "kind": ", ".join(kinds), "definition": _text(first[2])}


class _Page:
    """Lays out claims; a passage is quoted in full where it is first met and numbered from then."""

    def __init__(self, thing: str, width: int) -> None:
        self._thing = thing
        self._width = max(40, width)
        self._lines: list[str] = []
        self._numbers: dict[str, int] = {}

    def written(self, heading: dict[str, str], claims: list[Claim], unknown: list[Gap]) -> str:
        self._add(heading["label"] or shorten(self._thing))
        self._add(f"{shorten(self._thing)}" + (f" ({heading['kind']})" if heading["kind"] else ""))
        if heading["definition"]:
            self._add(heading["definition"])
        section = None
        for group in _groups(claims, self._thing):
            subject = group[0].subject
            if subject == self._thing:
                place = ""
            elif _of_others(group[0], self._thing):
                place = "Said of other things"
            else:
                place = group[0].names.get(subject, subject)
            if place and place != section:
                self._lines.append("")
                self._add(place)
                self._lines.append("=" * min(len(place), self._width))
                if place != "Said of other things":
                    self._add(shorten(subject))
            section = place
            self._group(group)
        if unknown:
            self._lines += ["", "Not known", "========="]
        for gap in unknown:
            self._gap(gap)
        if not claims and not unknown:
            self._lines += ["", "No fact of this kind is in the graph."]
        return "\n".join(self._lines) + "\n"

    def _group(self, group: list[Claim]) -> None:
        first = group[0]
        name = first.names.get(first.property) or in_words(first.property)
        if first.property == RDF_TYPE:
            name = "is a"
        incoming = _of_others(first, self._thing)
        if incoming:
            name += " it"
        note = ""
        if first.basis == DERIVED:
            note = f" (derived by the rule {first.rule})" if first.rule else " (derived by a rule)"
        if first.basis == DESCRIBED:
            note = " (from the description of the source)"
        self._lines.append("")
        self._add(f"{name}{note}")
        for behind, claims in _by_evidence(group):
            for claim in claims:
                text = claim.names.get(claim.subject, shorten(claim.subject))
                self._value(text if incoming else _value_text(claim), claim, incoming)
                for fact in claim.premises:
                    self._add(f"because {_told(fact, claim.names)}", "      ", "        ")
            for evidence in behind:
                self._passage(evidence)

    def _value(self, text: str, claim: Claim, incoming: bool) -> None:
        iri = claim.subject if incoming else _value_iri(claim)
        if iri is not None and text != shorten(iri) and kind_of(iri):
            text += f"  {shorten(iri)}"
        standing = standing_in_words(claim.standing)
        standing = standing and f"  [{standing}]"
        self._add(f"{text}{standing}", "  - ", "    ")

    def _passage(self, evidence: Evidence) -> None:
        number = self._numbers.get(evidence.passage)
        if number is not None:
            self._add(f"[{number}] as quoted above: {_start(evidence)}", "      ", "          ")
            return
        number = self._numbers[evidence.passage] = len(self._numbers) + 1
        indent = "      " + " " * (len(str(number)) + 3)
        self._add(f"[{number}] {quoted(evidence)}", "      ", indent)
        source = f" ({evidence.source.lower()})" if evidence.source else ""
        place = f", {evidence.place}" if evidence.place else ""
        self._add(f"{evidence.document}{source}{place}", indent, indent)
        if evidence.address:
            day = f", read on {evidence.read_on}" if evidence.read_on else ""
            self._add(f"{evidence.address}{day}", indent, indent)
        if evidence.standing != STANDINGS[0]:
            self._add(
                f"{standing_in_words(evidence.standing).capitalize()}: {evidence.reason}", indent
            )
        elif evidence.reason:
            self._add(evidence.reason, indent, indent)
        for other in evidence.contradicts:
            self._add(f"contradicts {_passage_name(other)}", indent, indent)

    def _gap(self, gap: Gap) -> None:
        prop = f" ({gap.property})" if gap.property else ""
        self._lines.append("")
        self._add(f"{gap.label}{prop}", "  - ", "    ")
        if gap.remark:
            self._add(gap.remark, "      ")
        day = f" on {gap.asked_on}" if gap.asked_on else ""
        if gap.looked_at:
            self._add(f"Looked at{day}: {'; '.join(gap.looked_at)}.", "      ")

    def _add(self, text: str, first: str = "", rest: str | None = None) -> None:
        """Add `text`, wrapped; an address is never broken."""
        import textwrap

        self._lines += textwrap.wrap(
            text,
            self._width,
            initial_indent=first,
            subsequent_indent=first if rest is None else rest,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]


def _of_others(claim: Claim, thing: str) -> bool:
    """Return whether a claim is about something that does not exist for the sake of `thing`."""
    return claim.subject != thing and _value_iri(claim) == thing and claim.property not in NEAR


def _told(fact: ox.Triple, names: dict[str, str]) -> str:
    """Return a fact in words: subject, property and value by their labels."""
    subject, value = (
        names.get(term.value) or shorten(term.value) if _is_iri(term) else term.value  # type: ignore[union-attr]
        for term in (fact.subject, fact.object)
    )
    prop = fact.predicate.value
    name = "kind" if prop == RDF_TYPE else names.get(prop) or in_words(prop)
    return f"{subject}: {name} {value}"


def standing_in_words(iri: str) -> str:
    """Return the word for a standing, "" for accepted, which needs none."""
    return "" if iri == STANDINGS[0] else slug_of(iri).lower()


def quoted(evidence: Evidence) -> str:
    """Return the words of a passage in quotation marks, or in brackets what stands for them."""
    if evidence.judgement:
        return "(a reasoned judgement of this graph, not the word of a source)"
    return f"“{evidence.quote}”" if evidence.quote else "(words not quoted here)"


def _passage_name(iri: str) -> str:
    document, _, part = iri.partition("#")
    return f"{slug_of(document)}#{part}"


def _start(evidence: Evidence) -> str:
    if not evidence.quote:
        return evidence.document
    words = evidence.quote.split()
    return f"“{' '.join(words[:6])}{' …' if len(words) > 6 else ''}”"


def _groups(claims: list[Claim], thing: str) -> list[list[Claim]]:
    """Return runs of claims about one subject and property (or one property, for other things)."""
    groups: list[list[Claim]] = []
    for claim in claims:
        last = groups[-1][0] if groups else None
        same = (
            last is not None
            and (last.property, last.basis, last.rule) == (claim.property, claim.basis, claim.rule)
            and (
                last.subject == claim.subject
                or (_of_others(last, thing) and _of_others(claim, thing))
            )
        )
        if same:
            groups[-1].append(claim)
        else:
            groups.append([claim])
    return groups


def _by_evidence(group: list[Claim]) -> list[tuple[tuple[Evidence, ...], list[Claim]]]:
    """Return the claims of a group together that rest on the same passages and stand alike."""
    found: dict[tuple[str, ...], tuple[tuple[Evidence, ...], list[Claim]]] = {}
    for claim in group:
        key = (claim.standing, *(each.passage for each in claim.evidence))
        found.setdefault(key, (claim.evidence, []))[1].append(claim)
    return list(found.values())
