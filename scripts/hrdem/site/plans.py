"""The action plans side by side: their parts, what carries on what, and which themes each has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem import why
from hrdem.site import sentences, things, words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from hrdem.site.model import Fact, Site
    from hrdem.site.page import Page

PATH: Final = "plans.html"
"""Address of the page."""
LEADING: Final = ("Priority", "Heading")
"""Classes of parts that have a row of their own where they are within no other part."""

QUESTIONS: Final = (
    "carried-over",
    "new-and-dropped",
    "in-all-plans",
    "only-in-one-plan",
    "theme-by-plan",
    "actions-of-plan",
)
"""Saved questions that ask the same."""

_CARRIES: Final = v.HRDEM + "carriesOn"
_PART_OF: Final = v.HRDEM + "provisionOf"
_WITHIN: Final = v.HRDEM + "parentProvision"
_THEME: Final = v.HRDEM + "hasTheme"
_CHANGES: Final = (("New", v.HRDEM + "newIn"), ("Dropped", v.HRDEM + "droppedIn"))


class Plan(NamedTuple):
    """An action plan: its IRI, and when it applies and was adopted, in words."""

    iri: str
    when: str
    adopted: str


class Part(NamedTuple):
    """A part of a plan as shown.

    Attributes:
        iri: of the part.
        code: how the plan counts it, "" if it does not.
        name: its label, without the name of the plan.
        kind: what it is.
        within: what to call the part that it belongs to, if it is not shown below that one.
        below: the parts that belong to it.
    """

    iri: str
    code: str
    name: str
    kind: str
    within: str
    below: list[Part]


class Reason(NamedTuple):
    """Why something is judged so.

    Attributes:
        text: the reason, in words.
        passages: IRIs of the passages that give it.
        judgement: whether it is a judgement of this graph, not the word of a source.
    """

    text: str
    passages: tuple[str, ...]
    judgement: bool


class Strand(NamedTuple):
    """A row of the plans side by side.

    Attributes:
        cells: for each plan the parts that belong together.
        reasons: why they do; none if only one plan has a part in the row.
    """

    cells: list[list[Part]]
    reasons: list[Reason]


class Change(NamedTuple):
    """A theme that is new in a plan or was dropped in it: the theme, and why it is judged so."""

    theme: str
    reasons: list[Reason]


class Named(NamedTuple):
    """A theme in a plan.

    Attributes:
        whole: whether the plan as a whole has it.
        parts: the parts that have it.
        change: ``new`` or ``dropped`` if that is judged so, else "".
    """

    whole: bool
    parts: list[Part]
    change: str


class Level(NamedTuple):
    """Themes that equally many plans have.

    Attributes:
        title: how many plans, in words.
        anchor: the place on the page.
        rows: each theme, and what each plan has on it, None for a plan without it.
    """

    title: str
    anchor: str
    rows: list[tuple[str, list[Named | None]]]


def pages(site: Site) -> Iterator[Page]:
    """Yield ``plans.html``."""
    found = plans(site)
    rows, others = side_by_side(site, found)
    yield site.page(
        PATH,
        "plans.html",
        plans=[_plan(site, each) for each in found],
        rows=rows,
        others=others,
        changes=[(name, [_changed(site, prop, each) for each in found]) for name, prop in _CHANGES],
        levels=by_theme(site, found),
        questions=[each for name in QUESTIONS if (each := v.QUERY + name) in site.known],
    )


def plans(site: Site) -> list[str]:
    """Return the action plans that follow one another, the first one first."""
    members = site.graph.subjects(v.RDF_TYPE, v.HRDEM + "ActionPlan")
    timed = [(spans[0], each) for each in members if (spans := _periods(site, each))]
    return [each for _, each in sorted(timed)]


def _periods(site: Site, plan: str) -> list[sentences.Span]:
    return [sentences.span(site, each) for each in sentences.current_periods(site, plan)]


def _plan(site: Site, iri: str) -> Plan:
    spans = [f"{words.day(each.start)} to {words.day(each.end)}" for each in _periods(site, iri)]
    events = sentences.events(site, iri, "Adoption")
    adopted = words.day(sentences.when(site, events[0])) if events else ""
    return Plan(iri, ", ".join(spans), adopted)


# --- parts ----------------------------------------------------------------------------------------


def side_by_side(site: Site, found: list[str]) -> tuple[list[Strand], list[list[Part]]]:
    """Return the parts of plans in rows, and those that stand alone.

    Parts of which one carries on another are in one row, and so is each other leading part. Every
    other part is below the one that it belongs to. Single objectives and actions, which belong to
    no part that could be read, are returned apart, for each plan. Each part is there once.

    Args:
        site: the site.
        found: the plans, the first one first.
    """
    graph = site.graph
    of = {part: n for n, plan in enumerate(found) for part in graph.subjects(_PART_OF, plan)}
    carried = [
        fact
        for part in of
        for fact in graph.facts_of.get(part, ())
        if fact.triple.predicate.value == _CARRIES
        and fact.standing == v.ACCEPTED
        and v.value(fact.triple.object) in of
    ]
    joined = {v.value(end) for f in carried for end in (f.triple.subject, f.triple.object)}
    top = {part for part in of if not set(graph.values(part, _WITHIN)) & of.keys()}
    leading = joined | {each for each in top if _is_leading(site, each)}

    def part(iri: str) -> Part:
        inner = [e for e in graph.subjects(_WITHIN, iri) if e in of and e not in leading]
        above = graph.first(iri, _WITHIN) if iri in leading else ""
        return _part(site, iri, found[of[iri]], above, [part(e) for e in _ordered(site, inner)])

    groups = _groups(leading, carried)
    groups.sort(key=lambda group: min((of[each], _place(site, each)) for each in group))
    rows = [
        Strand(
            [
                [part(e) for e in _ordered(site, [e for e in group if of[e] == n])]
                for n in range(len(found))
            ],
            _reasons(site, [each for each in carried if v.value(each.triple.subject) in group]),
        )
        for group in groups
    ]
    alone = _ordered(site, top - leading)
    return rows, [[part(e) for e in alone if of[e] == n] for n in range(len(found))]


def _is_leading(site: Site, part: str) -> bool:
    classes = site.graph.values(part, v.RDF_TYPE)
    return any(v.HRDEM + name in classes for name in LEADING)


def _place(site: Site, part: str) -> list[tuple[object, ...]]:
    """Return what leading parts are sorted by: each follows the part that holds it."""
    above = site.graph.first(part, _WITHIN)
    return [*(_place(site, above) if above else []), things.order(site, part)]


def _ordered(site: Site, parts: Iterable[str]) -> list[str]:
    return sorted(parts, key=lambda each: things.order(site, each))


def _groups(parts: Collection[str], links: Iterable[Fact]) -> list[set[str]]:
    """Return parts in groups, those that links join together."""
    group = {part: {part} for part in parts}
    for fact in links:
        one, other = group[v.value(fact.triple.subject)], group[v.value(fact.triple.object)]
        if one is not other:
            one |= other
            group.update(dict.fromkeys(other, one))
    return list({id(each): each for each in group.values()}.values())


def _part(site: Site, iri: str, plan: str, above: str, below: list[Part]) -> Part:
    name = short(site.label(iri), site.label(plan))
    within = ""
    if above:
        code = site.graph.first(above, v.HRDEM + "code")
        within = f"{code} {short(site.label(above), site.label(plan))}".strip()
    return Part(iri, site.graph.first(iri, v.HRDEM + "code"), name, site.kind(iri), within, below)


def short(label: str, plan: str) -> str:
    """Return the label of a part without what only says of which plan it is.

    Args:
        label: of the part.
        plan: label of the plan.
    """
    found = re.fullmatch(r"(.+) \(([^()]+)\)", label)
    if found and set(found[2].casefold().split()) <= set(plan.casefold().split()):
        return found[1]
    return label


# --- judgements -----------------------------------------------------------------------------------


def _reasons(site: Site, facts: Iterable[Fact]) -> list[Reason]:
    """Return why facts hold, equal reasons once."""
    found: dict[str, list[why.Evidence]] = {}
    for fact in sorted(facts, key=lambda each: each.iri):
        for passage in fact.passages:
            evidence = site.evidence[passage]
            text = evidence.reason if evidence.judgement else evidence.quote or evidence.place
            found.setdefault(text, []).append(evidence)
    return [
        Reason(
            text,
            tuple(sorted({each.passage for each in evidence})),
            all(each.judgement for each in evidence),
        )
        for text, evidence in sorted(found.items())
    ]


def _changed(site: Site, prop: str, plan: str) -> list[Change]:
    """Return the themes that are new in a plan, or were dropped in it."""
    named = (site.graph.subjects(prop, plan), ox.NamedNode(prop), ox.NamedNode(plan))
    triples = [ox.Triple(ox.NamedNode(theme), named[1], named[2]) for theme in named[0]]
    facts = [site.graph.facts[each] for each in triples if each in site.graph.facts]
    changes = [Change(v.value(each.triple.subject), _reasons(site, [each])) for each in facts]
    return sorted(changes, key=lambda each: (site.label(each.theme).casefold(), each.theme))


# --- themes ---------------------------------------------------------------------------------------


def by_theme(site: Site, found: list[str]) -> list[Level]:
    """Return the themes of plans, those that most plans have first.

    Args:
        site: the site.
        found: the plans, the first one first.
    """
    graph = site.graph
    themes: dict[str, list[Named | None]] = {}
    for n, plan in enumerate(found):
        whole = set(graph.values(plan, _THEME))
        parts: dict[str, list[str]] = {}
        for part in _ordered(site, graph.subjects(_PART_OF, plan)):
            for theme in graph.values(part, _THEME):
                parts.setdefault(theme, []).append(part)
        changes = {e: n.lower() for n, prop in _CHANGES for e in graph.subjects(prop, plan)}
        for theme in {*whole, *parts, *changes}:
            cells = themes.setdefault(theme, [None] * len(found))
            made = [_part(site, each, plan, "", []) for each in parts.get(theme, [])]
            cells[n] = Named(theme in whole, made, changes.get(theme, ""))
    levels: dict[int, list[tuple[str, list[Named | None]]]] = {}
    for theme in sorted(themes, key=lambda each: (site.label(each).casefold(), each)):
        number = sum(cell is not None and bool(cell.whole or cell.parts) for cell in themes[theme])
        levels.setdefault(number, []).append((theme, themes[theme]))
    return [
        Level(_title(number, len(found)), f"themes-{number}", levels[number])
        for number in sorted(levels, reverse=True)
    ]


def _title(number: int, most: int) -> str:
    if number == most:
        return f"In all {_NUMBERS.get(most, most)} plans"
    return f"In {_NUMBERS.get(number, number)} plan{'' if number == 1 else 's'}"


_NUMBERS: Final = {0: "no", 1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
