"""Weakens a SPARQL query in one place at a time.

The group graph patterns of the WHERE clause (SPARQL 1.1 Query Language, section 5.2) are taken
apart by their tokens, as far as the constraints of this project need it; the tests hold the parts
against those that rdflib's parser finds. A variant counts only if it is legal.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pyoxigraph as ox

TOKEN = re.compile(
    r"""(?P<skip>\s+|\#[^\n]*)
    | \"(?:[^\"\\\n]|\\.)*\" | '(?:[^'\\\n]|\\.)*'
    | <[^<>"{}|^`\\\s]*>
    | [?$]\w+ | @[A-Za-z-]+
    | (?:[A-Za-z][\w-]*)?:[\w-]*(?:\.[\w-]+)* | _:\w+
    | [A-Za-z]\w* | \d+(?:\.\d+)?
    | \^\^ | && | \|\| | [!<>]=
    | [{}()\[\].;,|/^+*?!=<>-]""",
    re.VERBOSE,
)
KEYWORDS = ("FILTER", "OPTIONAL", "MINUS", "BIND", "VALUES", "{")
"""Where a block of triples ends."""
LOOSER = {"<": "<=", ">": ">="}


class Variant(NamedTuple):
    """A query that differs from another in one place.

    Attributes:
        kind: what kind of change it is.
        what: the change in words, with the text that is changed.
        query: the changed query.
    """

    kind: str
    what: str
    query: str


class Token(NamedTuple):
    text: str
    start: int
    end: int


@dataclass
class Statement:
    """Triples of one subject; each verb with its objects, as tokens."""

    start: int
    end: int
    subject: str
    pairs: list[tuple[list[Token], list[str]]]


@dataclass
class Element:
    """One part of a group: its place, its keyword, and the groups in it."""

    keyword: str
    start: int
    end: int
    groups: list[Group] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    expression: list[Token] = field(default_factory=list)


@dataclass
class Group:
    """A group graph pattern: its place, braces included, and its parts."""

    start: int
    end: int
    elements: list[Element]


def tokens(query: str) -> list[Token]:
    """Return the tokens of a query without blanks and comments.

    Raises:
        ValueError: at a character that begins no token known here.
    """
    found, at = [], 0
    while at < len(query):
        match = TOKEN.match(query, at)
        if match is None:
            raise ValueError(f"no token of SPARQL known here begins at {query[at : at + 20]!r}")
        if match["skip"] is None:
            found.append(Token(match.group(), match.start(), match.end()))
        at = match.end()
    return found


def where(query: str) -> Group:
    """Return the group of the WHERE clause of a SELECT query.

    Raises:
        ValueError: if the query holds what this does not know, such as a subquery.
    """
    found = tokens(query)
    at = next(i for i, token in enumerate(found) if token.text == "{")
    group, after = _group(query, found, at)
    if after < len(found):
        raise ValueError(f"something follows the WHERE clause: {found[after].text}")
    return group


def _group(query: str, found: Sequence[Token], at: int) -> tuple[Group, int]:
    first, elements = found[at], []
    at += 1
    while found[at].text != "}":
        element, at = _element(query, found, at)
        elements.append(element)
        if found[at].text == "." and element.keyword:
            at += 1
    return Group(first.start, found[at].end, elements), at + 1


def _element(query: str, found: Sequence[Token], at: int) -> tuple[Element, int]:
    first = found[at]
    keyword = first.text.upper()
    if keyword in ("SELECT", "GRAPH", "SERVICE"):
        raise ValueError(f"{keyword} is not known here")
    if keyword not in KEYWORDS:
        return _triples(query, found, at)
    if keyword == "{":
        groups = []
        while True:
            group, at = _group(query, found, at)
            groups.append(group)
            if found[at].text.upper() != "UNION":
                return Element("UNION", first.start, group.end, groups), at
            at += 1
    at += 1
    if keyword in ("OPTIONAL", "MINUS"):
        group, at = _group(query, found, at)
        return Element(keyword, first.start, group.end, [group]), at
    if keyword == "VALUES":
        while found[at].text != "{":
            at += 1
        at = _close(found, at)
        return Element(keyword, first.start, found[at - 1].end), at
    words = [token.text.upper() for token in found[at : at + 2]]
    if "EXISTS" in words:
        exists = "NOT EXISTS" if words[0] == "NOT" else "EXISTS"
        group, at = _group(query, found, at + len(exists.split()))
        return Element(exists, first.start, group.end, [group]), at
    opening = at if found[at].text == "(" else at + 1
    after = _close(found, opening)
    expression = list(found[at:after])
    return Element(keyword, first.start, found[after - 1].end, expression=expression), after


def _close(found: Sequence[Token], at: int) -> int:
    """Return the index after the bracket that closes the one at an index."""
    depth = 0
    while True:
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(found[at].text, 0)
        at += 1
        if depth == 0:
            return at


def _triples(query: str, found: Sequence[Token], at: int) -> tuple[Element, int]:
    start, statements = found[at].start, []
    while found[at].text != "}" and found[at].text.upper() not in KEYWORDS:
        begin = at
        while found[at].text not in (".", "}") and found[at].text.upper() not in KEYWORDS:
            at = _close(found, at)
        parts = list(found[begin:at])
        if found[at].text == ".":
            at += 1
        pairs: list[tuple[list[Token], list[str]]] = []
        for pair in _split(parts[1:], ";"):
            chunks = _split(pair, ",")
            verb, term = _verb(chunks[0])
            objects = [query[chunk[0].start : chunk[-1].end] for chunk in (term, *chunks[1:])]
            pairs.append((verb, objects))
        statements.append(Statement(parts[0].start, found[at - 1].end, parts[0].text, pairs))
    return Element("", start, statements[-1].end, statements=statements), at


def _split(parts: Sequence[Token], at: str) -> list[list[Token]]:
    """Split tokens at those with a text that stand in no brackets."""
    chunks: list[list[Token]] = [[]]
    depth = 0
    for token in parts:
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(token.text, 0)
        if depth == 0 and token.text == at:
            chunks.append([])
        else:
            chunks[-1].append(token)
    return [chunk for chunk in chunks if chunk]


def _verb(parts: Sequence[Token]) -> tuple[list[Token], list[Token]]:
    """Divide a verb, which may be a path, from the object that follows it."""
    size = 3 if len(parts) > 3 and parts[-2].text == "^^" else 1
    return list(parts[:-size]), list(parts[-size:])


# --- variants -------------------------------------------------------------------------------------


def weaken(query: str, prologue: str = "") -> Iterator[Variant]:
    """Yield the legal variants of a query; what is done twice in different places is numbered.

    Args:
        query: a SELECT query.
        prologue: the declarations of prefixes that belong before it.
    """
    seen: Counter[str] = Counter()
    for variant in _in_group(query, where(query)):
        try:
            ox.Store().query(prologue + variant.query)
        except SyntaxError:
            continue
        seen[variant.what] += 1
        n = seen[variant.what]
        yield variant if n == 1 else variant._replace(what=f"{variant.what} ({n})")


def _in_group(query: str, group: Group) -> Iterator[Variant]:
    for element in group.elements:
        yield from _in_element(query, element)


def _in_element(query: str, element: Element) -> Iterator[Variant]:
    text = _line(query[element.start : element.end])

    def put(new: str) -> str:
        return query[: element.start] + new + query[element.end :]

    match element.keyword:
        case "":
            for statement in element.statements:
                yield from _in_statement(query, statement)
        case "UNION":
            for n, group in enumerate(element.groups):
                rest = [query[g.start : g.end] for g in element.groups if g is not group]
                branch = _line(query[group.start : group.end])
                yield Variant(
                    "SPARQL pattern", f"drop branch {n + 1} {branch}", put(" UNION ".join(rest))
                )
        case "FILTER":
            yield Variant("SPARQL filter", f"drop {text}", put(""))
            inner = query[element.expression[0].start : element.expression[-1].end]
            yield Variant("SPARQL filter", f"negate {text}", put(f"FILTER(!{inner})"))
            yield from _in_expression(query, element)
        case "NOT EXISTS" | "EXISTS":
            yield Variant("SPARQL filter", f"drop {text}", put(""))
            opposite = "EXISTS" if element.keyword == "NOT EXISTS" else "NOT EXISTS"
            (group,) = element.groups
            opposed = f"FILTER {opposite} {query[group.start : group.end]}"
            yield Variant("SPARQL filter", f"negate {text}", put(opposed))
        case _:
            yield Variant("SPARQL pattern", f"drop {text}", put(""))
    for group in element.groups:
        # What is optional is dropped as a whole; so is a group of one triple.
        if element.keyword != "OPTIONAL" or len(_triples_of(group)) > 1:
            yield from _in_group(query, group)


def _triples_of(group: Group) -> list[str]:
    return [
        term
        for element in group.elements
        for statement in element.statements
        for _, objects in statement.pairs
        for term in objects
    ]


def _in_statement(query: str, statement: Statement) -> Iterator[Variant]:
    triples = [
        (verb, query[verb[0].start : verb[-1].end], term)
        for verb, objects in statement.pairs
        for term in objects
    ]

    def put(kept: list[tuple[str, str]]) -> str:
        new = " ".join(f"{statement.subject} {verb} {term} ." for verb, term in kept)
        return query[: statement.start] + new + query[statement.end :]

    for n, (verb, path, term) in enumerate(triples):
        others = [(v, t) for _, v, t in triples[:n]], [(v, t) for _, v, t in triples[n + 1 :]]
        text = f"{statement.subject} {path} {term}"
        yield Variant("SPARQL pattern", f"drop {text}", put([*others[0], *others[1]]))
        for what, shorter in _shorter(query, verb):
            yield Variant(
                "SPARQL path", f"{what} in {text}", put([*others[0], (shorter, term), *others[1]])
            )


def _shorter(query: str, verb: list[Token]) -> Iterator[tuple[str, str]]:
    """Yield paths that lead to less than a path does, each with what was taken away."""
    start, end = verb[0].start, verb[-1].end

    def without(a: int, b: int, new: str = "") -> str:
        return query[start:a] + new + query[b:end]

    for n, token in enumerate(verb):
        if token.text in "+*":
            yield f"drop {token.text}", without(token.start, token.end)
        if token.text == "|":
            # The properties on both sides; a longer side is not met in this project.
            left, right = verb[n - 1], verb[n + 1]
            yield f"drop {left.text}", without(left.start, token.end)
            yield f"drop {right.text}", without(token.start, right.end)


def _in_expression(query: str, element: Element) -> Iterator[Variant]:
    expression = element.expression
    text = _line(query[element.start : element.end])
    if expression[0].text == "(" and _close(expression, 0) == len(expression):
        inner = expression[1:-1]
        parts = _split(inner, "&&")
        if len(parts) > 1 and len(_split(inner, "||")) == 1:
            texts = [query[part[0].start : part[-1].end] for part in parts]
            for n, part in enumerate(texts):
                rest = " && ".join(texts[:n] + texts[n + 1 :])
                new = query[: inner[0].start] + rest + query[inner[-1].end :]
                yield Variant("SPARQL filter", f"drop {_line(part)}", new)
    for token in expression:
        if token.text in LOOSER:
            new = query[: token.start] + LOOSER[token.text] + query[token.end :]
            what = f"{LOOSER[token.text]} for {token.text} in {text}"
            yield Variant("SPARQL filter", what, new)


def _line(text: str) -> str:
    return " ".join(text.split())
