"""The front page, the lists of things of each kind, and what is open or disputed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hrdem import vocabulary as v
from hrdem import why
from hrdem.site import sentences, things, timeline, words
from hrdem.site.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hrdem.site.model import Site

LISTS: Final = {
    "instrument": ("instruments.html", "Instruments", "What the Union adopted, proposed and uses."),
    "priority": ("priorities.html", "Priorities and parts", "What the instruments consist of."),
    "theme": ("themes.html", "Themes", "What they are about."),
    "agent": ("agents.html", "People and bodies", "Who decided, wrote, spoke and answered."),
    "post": ("posts.html", "Posts", "What people hold for a time."),
    "mandate": ("mandates.html", "Mandates", "Who held a post, and when."),
    "place": ("places.html", "Places", "Where things happened."),
    "period": ("periods.html", "Periods", "When instruments apply."),
    "event": ("events.html", "Events", "What happened, in the order of time."),
    "speech-act": ("speech-acts.html", "Acts of speech", "What documents do with words."),
    "aim": ("aims.html", "Aims", "What for."),
    "figure": ("figures.html", "Figures", "Numbers that sources state."),
}
"""Kind of things to the page that lists them, its title, and what it is in a phrase."""
PLANS: Final = "instrument/action-plan-"
"""What the IRIs of the action plans begin with, after the base of all things."""
DOWNLOADS: Final = {
    "hrdem.ttl": "Turtle, everything in one graph",
    "hrdem.trig": "TriG, a graph for each passage and each file",
    "hrdem.jsonld": "JSON-LD",
    "catalogue.ttl": "the catalogue that describes the files (DCAT-AP)",
}
"""Files of the built graph that the site offers whole."""
_TIMED: Final = ("event", "mandate", "period")


class Entry(NamedTuple):
    """A thing in a list: its IRI, and what it is in a sentence."""

    iri: str
    about: str


class Plan(NamedTuple):
    """An action plan on the front page.

    Attributes:
        iri: the plan.
        periods: its periods in the order of their beginnings, each from when to when, in words.
        adopted: when it was adopted, in words.
        after: the plan that directly succeeded it, "" if none did.
    """

    iri: str
    periods: list[str]
    adopted: str
    after: str


class Dispute(NamedTuple):
    """A property of a thing on which not all that was said is accepted."""

    iri: str
    rows: list[things.Row]


class Source(NamedTuple):
    """A document in the list: its IRI, its day, what it supports, whether its text is here."""

    iri: str
    issued: str
    passages: int
    facts: int
    text: bool


def pages(site: Site) -> Iterator[Page]:
    """Yield the front page, the lists, the pages on what is open, and the data as a whole."""
    downloads = {name: size for name in DOWNLOADS if (size := _size(site, name))}
    yield site.page(
        "index.html",
        "front.html",
        pictures=timeline.inset(site),
        counts=site.manifest["counts"],
        lists=[(*LISTS[kind], len(site.things[kind])) for kind in LISTS if site.things[kind]],
        plans=_plans(site),
    )
    for kind, (path, title, about) in LISTS.items():
        yield site.page(path, "list.html", title=title, about=about, groups=_groups(site, kind))
    yield site.page("unknowns.html", "unknowns.html", groups=_unknowns(site))
    yield site.page("disagreements.html", "disagreements.html", disputes=list(_disputes(site)))
    yield site.page("documents.html", "documents.html", groups=_sources(site))
    yield site.page(
        "about.html",
        "about.html",
        manifest=site.manifest,
        counts=site.manifest["counts"],
        downloads=[(name, DOWNLOADS[name], size) for name, size in downloads.items()],
    )
    yield site.page("404.html", "404.html")
    for name in downloads:
        yield Page(f"data/{name}", (site.project.build / name).read_bytes())


def _size(site: Site, name: str) -> int:
    path = site.project.build / name
    return path.stat().st_size if path.is_file() else 0


def _plans(site: Site) -> list[Plan]:
    found = []
    for iri in site.things["instrument"]:
        periods = sentences.current_periods(site, iri)
        if iri.startswith(v.BASE + PLANS) and periods:
            events = sentences.events(site, iri, "Adoption")
            after = site.graph.subjects(v.HRDEM + "directlySucceeds", iri)
            found.append(
                Plan(
                    iri,
                    [_time(site, each) for each in periods],
                    words.day(sentences.when(site, events[0])) if events else "",
                    next(iter(after), ""),
                )
            )
    return found


def _time(site: Site, period: str) -> str:
    """Return from when to when a period runs, and to when it ran as first decided."""
    now = sentences.span(site, period)
    first = sentences.span(site, things.first_period(site, period))
    before = f" (as first decided, to {words.day(first.end)})" if first.end != now.end else ""
    return f"{words.day(now.start)} to {words.day(now.end)}{before}"


def _groups(site: Site, kind: str) -> list[tuple[str, list[Entry]]]:
    """Return the things of a kind by class, with what each is in a sentence."""
    found: dict[str, list[str]] = {}
    for iri in site.things[kind]:
        found.setdefault(site.kind(iri), []).append(iri)
    groups = [_group_of(site, kind, title, iris) for title, iris in found.items()]
    return sorted(groups)


def _group_of(site: Site, kind: str, title: str, iris: list[str]) -> tuple[str, list[Entry]]:
    if kind in _TIMED:
        ordered = sorted(iris, key=lambda each: things.time_of(site, each))
    else:
        ordered = sorted(iris, key=lambda each: (site.label(each).casefold(), each))
    return title, [Entry(each, sentences.brief(sentences.about(site, each))) for each in ordered]


def _unknowns(site: Site) -> list[tuple[str, list[tuple[str, list[why.Gap]]]]]:
    """Return the gaps by kind and by thing."""
    found: dict[str, list[tuple[str, list[why.Gap]]]] = {}
    for kind, iris in site.things.items():
        title = LISTS[kind][1] if kind in LISTS else "Documents"
        for iri in iris:
            gaps = site.gaps(iri)
            if gaps:
                found.setdefault(title, []).append((iri, gaps))
    return list(found.items())


def _disputes(site: Site) -> Iterator[Dispute]:
    """Yield each thing of which something is said that is not accepted, with all that is said."""
    doubted: dict[str, set[str]] = {}
    for fact in site.graph.facts.values():
        if fact.standing != v.ACCEPTED:
            subject = v.value(fact.triple.subject)
            doubted.setdefault(subject, set()).add(fact.triple.predicate.value)
    for subject in sorted(doubted, key=lambda each: (site.label(each).casefold(), each)):
        claims = [
            claim
            for claim in site.claims(subject)
            if claim.subject == subject
            and claim.property in doubted[subject]
            and claim.basis == why.STATED
        ]
        yield Dispute(subject, things.rows_of(site, subject, claims))


def _sources(site: Site) -> list[tuple[str, list[Source]]]:
    found: dict[str, list[Source]] = {}
    for iri in sorted(site.things["document"], key=lambda e: (site.label(e).casefold(), e)):
        passages = site.passages.get(iri, [])
        facts = {fact for each in passages for fact in site.graph.facts_in.get(each, ())}
        issued = max(site.graph.values(iri, v.DCTERMS + "issued"), default="")
        text = bool(site.graph.first(iri, v.TEXT_FILE))
        entry = Source(iri, issued, len(passages), len(facts), text)
        found.setdefault(site.kind(iri), []).append(entry)
    here = [each for entries in found.values() for each in entries if each.text]
    return [*([("Texts to read here", here)] if here else []), *sorted(found.items())]
