"""Answers as tools give them: structured, with the words behind what they say, and as text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyoxigraph as ox

from hrdem import why
from hrdem.answers import text_of
from hrdem.mcp_server.schemas import ROWS
from hrdem.store import Table
from hrdem.vocabulary import PREFIXES, STANDING, SUPPORTED_BY, XSD, kind_of, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hrdem.answers import Answer
    from hrdem.store import Store

    Term = ox.NamedNode | ox.BlankNode | ox.Literal

WIDTH: Final = 120
"""How many characters a line of a text answer has."""
_MOST_THINGS = 200  # with more, an answer is a list to choose from, and its words would bury it
_MOST_QUOTED = 12  # facts whose words are told in a text; the structured answer has all


class Given(NamedTuple):
    """What a tool gives.

    Attributes:
        text: for people, and for programs that read text.
        structured: the same as values of JSON, as the tool's output schema says.
    """

    text: str
    structured: dict[str, Any]


class Page(NamedTuple):
    """Which rows of a table are wanted: how many, after how many others."""

    offset: int = 0
    limit: int = ROWS


class Fact(NamedTuple):
    """A fact between two things, and the passages behind it."""

    subject: str
    property: str
    value: str
    standing: str
    passages: tuple[str, ...]


def given(
    store: Store,
    question: str,
    found: Answer,
    asked: Iterable[str] = (),
    page: Page = Page(),  # noqa: B008 (it cannot be changed)
) -> Given:
    """Return an answer with the words behind it.

    Args:
        store: the graph that was asked.
        question: the question in words.
        found: the answer.
        asked: IRIs of the things that the question was asked about.
        page: which rows are wanted, if it is a table.
    """
    if isinstance(found, Table):
        return _table(store, question, found, list(asked), page)
    text = text_of(found, "ttl" if isinstance(found, list) else "table", WIDTH)
    if isinstance(found, bool):
        hint = _hint(asked)
        return Given(
            f"{question}\n\n{text}{_told(hint)}",
            {"question": question, "answer": found, "hint": hint},
        )
    hint = _hint(_things(term for t in found for term in (t.subject, t.object)))
    return Given(text, {"question": question, "triples": len(found), "turtle": text, "hint": hint})


def _table(store: Store, question: str, whole: Table, asked: list[str], page: Page) -> Given:
    total, last = len(whole.rows), page.offset + page.limit
    found = whole._replace(rows=whole.rows[page.offset : last])
    text = text_of(found, "table", WIDTH)
    if len(found.rows) < total:
        shown = f"rows {page.offset + 1} to {page.offset + len(found.rows)} of {total}"
        if not found.rows:
            shown = f"none of {total} rows"
        more = f" Ask with offset {last} for more." if last < total else ""
        text += f"\nThese are {shown}.{more}\n"
    about = [iri for iri in asked if kind_of(iri)]
    named = [_things(row) for row in found.rows]
    every = sorted({*about, *(iri for row in named for iri in row)})
    facts = _facts(store, every) if len(every) <= _MOST_THINGS else []
    rows = [
        {
            "values": dict(zip(found.columns, map(_json, row), strict=True)),
            "why": [shorten(iri) for iri in things],
            "facts": [_fact(each) for each in _of_row(facts, things, about)],
        }
        for row, things in zip(found.rows, named, strict=True)
    ]
    used = [f for things in named for f in _of_row(facts, things, about)]
    evidence = why.read_evidence(store, sorted({p for each in used for p in each.passages}))
    passages = {each.passage: each for each in evidence}
    hint = _hint([iri for row in named for iri in row] or about)
    structured = {
        "question": question,
        "columns": list(found.columns),
        "total": total,
        "offset": page.offset,
        "rows": rows,
        "passages": {iri: passage(each) for iri, each in passages.items()},
        "hint": hint,
    }
    words = "" if _quotes(found) else _words(store, used, passages)
    return Given(f"{question}\n\n{text}{words}{_told(hint)}", structured)


def passage(evidence: why.Evidence) -> dict[str, Any]:
    """Return a passage as values of JSON."""
    return {
        "document": evidence.document,
        "source": evidence.source,
        "quote": evidence.quote,
        "place": evidence.place,
        "address": evidence.address,
        "read_on": evidence.read_on,
        "standing": shorten(evidence.standing),
        "reason": evidence.reason,
        "contradicts": list(evidence.contradicts),
        "judgement": evidence.judgement,
    }


def _json(term: Term | None) -> str | int | bool | None:
    """Return a term as a value of JSON: numbers and booleans as such, all else as text."""
    if term is None:
        return None
    if isinstance(term, ox.Literal):
        if term.datatype.value == XSD + "boolean":
            return term.value in ("true", "1")
        if term.datatype.value == XSD + "integer" and re.fullmatch(r"[+-]?[0-9]{1,15}", term.value):
            return int(term.value)  # what a double holds exactly, as many readers of JSON need
    return f"_:{term.value}" if isinstance(term, ox.BlankNode) else str(term.value)


def _things(terms: Iterable[object]) -> list[str]:
    """Return the IRIs of things of the project among terms, each once, in their order."""
    nodes = (term.value for term in terms if isinstance(term, ox.NamedNode))
    return list(dict.fromkeys(iri for iri in nodes if kind_of(iri)))


def _facts(store: Store, things: Sequence[str]) -> list[Fact]:
    """Return the facts that words state between any two of some things, sorted."""
    if len(things) < 2:
        return []
    rdf = PREFIXES["rdf"]
    nodes = " ".join(f"<{iri}>" for iri in things)
    table = store.select(
        f"""SELECT DISTINCT ?s ?p ?o ?standing ?passage {{
          VALUES ?s {{ {nodes} }}
          ?fact <{rdf}subject> ?s ; <{rdf}predicate> ?p ; <{rdf}object> ?o ;
                <{STANDING}> ?standing ; <{SUPPORTED_BY}> ?passage
          FILTER(isIRI(?o)) }}"""
    )
    wanted = set(things)
    passages: dict[tuple[str, str, str, str], set[str]] = {}
    for row in table.rows:
        s, p, o, standing, behind = (term.value if term else "" for term in row)
        if o in wanted and o != s:
            passages.setdefault((s, p, o, standing), set()).add(behind)
    return [Fact(*key, tuple(sorted(found))) for key, found in sorted(passages.items())]


def _of_row(facts: Iterable[Fact], things: Sequence[str], about: Sequence[str]) -> list[Fact]:
    """Return the facts between the things of a row, or between one and what was asked about."""
    inside, all_of_them = set(things), {*things, *about}
    return [
        fact
        for fact in facts
        if {fact.subject, fact.value} <= all_of_them and {fact.subject, fact.value} & inside
    ]


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "subject": shorten(fact.subject),
        "property": shorten(fact.property),
        "value": shorten(fact.value),
        "standing": shorten(fact.standing),
        "passages": list(fact.passages),
    }


def _quotes(table: Table) -> bool:
    """Return whether an answer shows words itself."""
    return "quote" in table.columns


def _words(store: Store, facts: Sequence[Fact], passages: dict[str, why.Evidence]) -> str:
    """Return the words behind facts as text, "" if there are none."""
    facts = list(dict.fromkeys(facts))
    if not facts:
        return ""
    iris = {iri for fact in facts for iri in (fact.subject, fact.property, fact.value)}
    names = why.labels(store, iris)
    lines = ["", "The words behind it:"]
    for fact in facts[:_MOST_QUOTED]:
        parts = (fact.subject, fact.property, fact.value)
        subject, prop, value = (names.get(iri) or shorten(iri) for iri in parts)
        standing = why.standing_in_words(fact.standing)
        lines.append(f"- {subject} / {prop} / {value}{standing and f' [{standing}]'}")
        for iri in fact.passages:
            each = passages[iri]
            place = ", ".join(filter(None, (each.document, each.place)))
            lines.append(f"    {why.quoted(each)} {place}")
    if len(facts) > _MOST_QUOTED:
        lines.append(f"… and of {len(facts) - _MOST_QUOTED} more facts, in the structured answer.")
    return "\n".join(lines) + "\n"


def _hint(things: Iterable[str]) -> str:
    """Return how to ask for the words behind an answer that names things."""
    first = next((iri for iri in things if kind_of(iri)), None)
    if first is None:
        return "Ask the tool `why` with a thing for the words behind its facts."
    return (
        "Ask the tool `why` for the words behind the facts of any thing named here, for example"
        f' with {{"thing": "{shorten(first)}"}}.'
    )


def _told(hint: str) -> str:
    return f"\n{hint}\n"
