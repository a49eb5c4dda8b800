"""What a thing is, in a sentence or two made from its accepted facts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.errors import count
from hrdem.site import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hrdem.site.model import Site


class Part(NamedTuple):
    """A piece of a sentence.

    Attributes:
        text: what to read.
        iri: what it names, "" if it only joins.
    """

    text: str
    iri: str = ""


BRIEF = 160
"""How many characters the sentences in a list may have, beside the first one."""


class Span(NamedTuple):
    """The time from one day to another, as sources say it: each may be "", if nobody says."""

    start: str
    end: str


def about(site: Site, iri: str) -> list[Part]:
    """Return what a thing is, as parts of one or more sentences."""
    teller = _Teller(site, iri)
    kind = v.kind_of(iri) or ""
    tell: Callable[[], None] = getattr(teller, f"_{kind.replace('-', '_')}", teller.plain)
    tell()
    return teller.parts


def plain(parts: Iterable[Part]) -> str:
    """Return sentences as text."""
    return "".join(part.text for part in parts)


def brief(parts: Iterable[Part]) -> str:
    """Return the first sentences as text: one, and as many more as are short."""
    whole = plain(parts)
    ends = [found.end() for found in re.finditer(r"\.(?= [A-Z]|$)", whole)]
    return whole[: max([end for end in ends if end <= BRIEF], default=ends[0])]


def span(site: Site, iri: str) -> Span:
    """Return the time of a period or mandate, each end as exactly as any source has it."""
    start, end = (_exact(site.graph.values(iri, name)) for name in (v.START, v.END))
    return Span(start, end)


def _exact(dates: Iterable[str]) -> str:
    return max(dates, key=lambda text: (len(text), text), default="")


def current_periods(site: Site, iri: str) -> list[str]:
    """Return the periods of an instrument that no other one has replaced, the earliest first."""
    periods = site.graph.subjects(v.HRDEM + "periodOf", iri)
    current = [
        each for each in periods if not site.graph.subjects(v.HRDEM + "replacesPeriod", each)
    ]
    return in_order(site, current)


def in_order(site: Site, spans: Iterable[str]) -> list[str]:
    """Return periods or mandates in the order of their time; one with no beginning, of its end."""
    return sorted(spans, key=lambda each: (span(site, each).start or span(site, each).end, each))


def events(site: Site, iri: str, *classes: str) -> list[str]:
    """Return the events that concern a thing, of one of some classes if any are named."""
    wanted = {v.HRDEM + name for name in classes}
    found = [
        each
        for each in site.graph.subjects(v.HRDEM + "concerns", iri)
        if not wanted or wanted & set(site.graph.values(each, v.RDF_TYPE))
    ]
    return sorted(found, key=lambda each: (when(site, each), each))


def when(site: Site, event: str) -> str:
    """Return the day of an event as exactly as any source has it, "" if none has."""
    return _exact(site.graph.values(event, v.HRDEM + "date"))


class _Teller:
    """Writes the sentences of one thing."""

    def __init__(self, site: Site, iri: str) -> None:
        self._site = site
        self._graph = site.graph
        self._iri = iri
        self.parts: list[Part] = []

    # --- writing ----------------------------------------------------------------------------------

    def _say(self, *pieces: str | Part) -> None:
        self.parts += [Part(each) if isinstance(each, str) else each for each in pieces]

    def _name(self, iri: str) -> Part:
        return Part(self._site.label(iri), iri)

    def _names(self, iris: Sequence[str], *, the: bool = False) -> list[str | Part]:
        """Return the names of things as a list in a sentence, bodies with their article."""
        pieces: list[str | Part] = []
        for number, iri in enumerate(iris):
            if number:
                pieces.append(" and " if number == len(iris) - 1 else ", ")
            if the and " " in self._site.label(iri) and not self._is_person(iri):
                pieces.append("the ")
            pieces.append(self._name(iri))
        return pieces

    def _is_person(self, iri: str) -> bool:
        return v.FOAF + "Person" in self._graph.values(iri, v.RDF_TYPE)

    def _values(self, name: str, of: str = "") -> list[str]:
        return self._graph.values(of or self._iri, v.HRDEM + name)

    def _also(self, before: str, name: str, of: str = "", *, the: bool = False) -> None:
        """Add the values of a property after some words, if there are any."""
        iris = self._values(name, of)
        if iris:
            self._say(before, *self._names(iris, the=the))

    def _noun(self) -> str:
        return self._site.kind(self._iri) or "Thing"

    def _span(self, period: str) -> str:
        start, end = span(self._site, period)
        if start and end:
            return f"from {words.day(start)} to {words.day(end)}"
        if start:
            return f"from {words.day(start)}, with no end known"
        return f"until {words.day(end)}, with no beginning known" if end else "at a time not known"

    def plain(self) -> None:
        """Say of what kind a thing is."""
        self._say(f"{self._noun()}.")

    # --- kinds ------------------------------------------------------------------------------------

    def _instrument(self) -> None:
        self._say(self._noun())
        self._also(" of ", "policyOf", the=True)
        self._decided(self._iri, ", ")
        self._also("; part of ", "partOf")
        self._say(".")
        for period in current_periods(self._site, self._iri):
            self._say(" Its period of application runs ", Part(self._span(period), period))
            for earlier in self._values("replacesPeriod", period):
                end = span(self._site, earlier).end
                self._say(f"; as first decided it was to end in {words.day(end)}" if end else "")
                self._also(", and the end was moved by ", "decidedBy", period)
            self._say(".")
        before = self._values("directlySucceeds")
        if before:
            self._say(" It directly succeeds the ", *self._names(before), ".")
        for after in self._graph.subjects(v.HRDEM + "directlySucceeds", self._iri):
            self._say(" It was directly succeeded by the ", self._name(after))
            periods = current_periods(self._site, after)
            if periods:
                start = span(self._site, periods[0]).start
                self._say(f", whose period begins in {words.day(start)}" if start else "")
            self._decided(after, " and which was " if periods else ", ")
            self._say(".")

    def _decided(self, instrument: str, joint: str) -> None:
        """Say when and by whom an instrument was adopted, where that is known."""
        for event in events(self._site, instrument, "Adoption")[:1]:
            day = when(self._site, event)
            exact = day.count("-") == 2
            self._say(f"{joint}adopted")
            if day:
                self._say(" ", Part(f"{'on' if exact else 'in'} {words.day(day)}", event))
            self._by(event)

    def _by(self, event: str, joint: str = " by ") -> None:
        """Say who carried out an event: first whom most passages name."""

        def weight(agent: str) -> tuple[int, str]:
            triple = ox.Triple(
                ox.NamedNode(event), ox.NamedNode(v.HRDEM + "carriedOutBy"), ox.NamedNode(agent)
            )
            fact = self._graph.facts.get(triple)
            return -len(fact.passages) if fact else 0, agent

        agents = sorted(self._values("carriedOutBy", event), key=weight)
        if agents:
            self._say(joint, *self._names(agents[:1], the=True))
        if agents[1:]:
            self._say(" (sources also name ", *self._names(agents[1:], the=True), ")")

    def _period(self) -> None:
        self._say(f"The time {self._span(self._iri)} in which ")
        self._say(*self._names(self._values("periodOf")), " applies")
        self._also(", decided by ", "decidedBy")
        self._say(".")
        self._also(" It replaces the ", "replacesPeriod")
        if self._values("replacesPeriod"):
            self._say(".")
        later = self._graph.subjects(v.HRDEM + "replacesPeriod", self._iri)
        if later:
            self._say(" It was replaced by the ", *self._names(later), ".")
        known = _exact(self._values("knownFrom"))
        if known:
            self._say(f" This could be known from {words.day(known)}.")

    def _mandate(self) -> None:
        member = self._graph.values(self._iri, v.ORG + "member")
        self._say(*self._names(member), " as ", *self._names(self._values("ofPost")))
        self._say(f" {self._span(self._iri)}")
        self._also(", decided by ", "decidedBy")
        self._say(".")

    def _event(self) -> None:
        self._say(self._noun())
        self._also(" of ", "concerns")
        day = when(self._site, self._iri)
        if day:
            self._say(f"{' on' if day.count('-') == 2 else ' in'} {words.day(day)}")
        else:
            later = min(self._values("notLaterThan"), default="")
            self._say(f", not later than {words.day(later)}" if later else "")
        meeting = v.HRDEM + "Meeting" in self._graph.values(self._iri, v.RDF_TYPE)
        self._by(self._iri, " of " if meeting else " by ")
        self._also(", in ", "takesPlaceIn")
        self._say(".")

    def _agent(self) -> None:
        self._say(self._noun())
        above = self._graph.values(self._iri, v.ORG + "unitOf")
        if above:
            self._say(" within ", *self._names(above, the=True))
        mandates = self._graph.subjects(v.ORG + "member", self._iri)
        posts = sorted({post for each in mandates for post in self._values("ofPost", each)})
        for number, post in enumerate(posts):
            self._say(", " if number else " in the post of ", self._name(post))
            own = [each for each in mandates if post in self._values("ofPost", each)]
            ordered = in_order(self._site, own)
            start, end = span(self._site, ordered[0]).start, span(self._site, ordered[-1]).end
            self._say(f" from {words.day(start)}" if start else "")
            if end:
                self._say(f" {'to' if start else 'until'} {words.day(end)}")
        classes = self._graph.values(self._iri, v.ORG + "classification")
        if classes:
            names = [words.lowered(self._site.label(each)) for each in classes]
            self._say(f", classified as {words.listed(names)}")
        deeds = [
            (len(self._graph.subjects(v.HRDEM + name, self._iri)), noun, role, rest)
            for name, role, noun, rest in _ROLES
        ]
        told = [
            f"{role} {count(number, noun)}{rest}" for number, noun, role, rest in deeds if number
        ]
        self._say(f". Named in sources as {words.listed(told)}." if told else ".")

    def _post(self) -> None:
        self._say("Post")
        within = self._graph.values(self._iri, v.ORG + "postIn")
        if within:
            self._say(" in ", *self._names(within, the=True))
        holders = list(
            dict.fromkeys(
                person
                for mandate in in_order(
                    self._site, self._graph.subjects(v.HRDEM + "ofPost", self._iri)
                )
                for person in self._graph.values(mandate, v.ORG + "member")
            )
        )
        if holders:
            self._say(", held one after the other by ", *self._names(holders))
        self._say(".")

    def _priority(self) -> None:
        number = next(iter((*self._values("number"), *self._values("code"))), "")
        self._say(self._noun(), f" {number}" if number else "")
        self._also(" of the ", "provisionOf")
        self._also(", under ", "parentProvision")
        self._say(".")
        self._also(" It carries on ", "carriesOn")
        self._say("." if self._values("carriesOn") else "")

    def _theme(self) -> None:
        bearers = self._graph.subjects(v.HRDEM + "hasTheme", self._iri)
        kinds = [v.kind_of(each) for each in bearers]
        self._say(self._noun())
        above = self._graph.values(self._iri, v.SKOS + "broader")
        if above:
            self._say(" within ", *self._names(above))
        numbers = [
            count(kinds.count(kind), noun)
            for kind, noun in (("instrument", "instrument"), ("priority", "part"))
            if kind in kinds
        ]
        verb = "has" if len(kinds) == 1 else "have"
        self._say(f". {words.listed(numbers)} of the policy {verb} it." if numbers else ".")

    def _document(self) -> None:
        self._say(self._noun())
        issued = _exact(self._graph.values(self._iri, v.DCTERMS + "issued"))
        self._say(
            f"{' of' if issued.count('-') == 2 else ' from'} {words.day(issued)}" if issued else ""
        )
        publishers = self._graph.values(self._iri, v.DCTERMS + "publisher")
        if publishers:
            self._say(", published by ", *self._names(publishers, the=True))
        kinds = [words.lowered(self._site.label(each)) for each in self._values("sourceKind")]
        self._say(f"; for this graph {words.with_article(words.listed(kinds))}." if kinds else ".")
        passages = self._site.passages.get(self._iri, [])
        facts = {fact for each in passages for fact in self._graph.facts_in.get(each, ())}
        if passages:
            verb = "supports" if len(passages) == 1 else "support"
            self._say(
                f" {count(len(passages), 'passage')} of it {verb} {count(len(facts), 'fact')}."
            )
        self._also(" It is a copy or an edition of ", "copyOf")
        self._say("." if self._values("copyOf") else "")

    def _speech_act(self) -> None:
        self._say(self._noun())
        self._also(" by ", "speaker", the=True)
        self._also(", expressed in ", "expressedIn")
        self._also(", about ", "about")
        self._say(".")

    def _aim(self) -> None:
        bearers = self._graph.subjects(v.HRDEM + "hasAim", self._iri)
        self._say("Aim")
        if bearers:
            self._say(" of ", *self._names(bearers))
        self._say(".")

    def _figure(self) -> None:
        amounts = self._values("quantity")
        units = self._values("unit")
        if amounts:
            amount = words.listed([_thousands(each) for each in amounts])
            self._say(f"{amount} {words.listed(units)}, a figure")
        else:
            self._say("A figure that no accepted passage gives")
        self._also(" about ", "figureOf")
        self._say(".")

    def _unknown(self) -> None:
        self._say("No source seen shows this")
        self._also("; it is open for ", "unknownOf")
        asked = _exact(self._values("askedOn"))
        self._say(f"; last looked for on {words.day(asked)}." if asked else ".")

    def _place(self) -> None:
        self._say(self._noun())
        seats = self._graph.subjects(v.HRDEM + "seat", self._iri)
        if seats:
            self._say(", seat of ", *self._names(seats, the=True))
        self._say(".")


_ROLES = (
    ("carriedOutBy", "acting in", "event", ""),
    ("authoredBy", "author of", "instrument", ""),
    ("responsible", "responsible for", "part", " of the policy"),
    ("speaker", "speaking in", "speech act", ""),
)
"""Property, and how to tell of how many things somebody is a value of it."""


def _thousands(number: str) -> str:
    """Return a number with its thousands apart, as it stands otherwise."""
    return f"{int(number):,}" if number.isdigit() else number
