"""Premises: the facts from which a rule derives another one.

A rule is any CONSTRUCT, so its premises cannot be read off its text. They are found by trying: of
the facts around the derived one, as many are left out as can be while the rule still derives it.
What remains is a smallest set: the rule derives the fact from it, and from no part of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from hrdem.vocabulary import RDF_TYPE, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hrdem.store import Store

_MANY: Final = 10_000
"""How many facts are tried at most; a hub that has more of them around it explains nothing."""


def premises(store: Store, rule: str, fact: ox.Triple) -> tuple[ox.Triple, ...]:
    """Return a smallest set of facts from which a rule derives another one, sorted.

    Args:
        store: the graph, with derived facts; those may be premises too.
        rule: the text of the rule, a CONSTRUCT.
        fact: what it derives.

    Returns:
        The facts; none if it does not follow from those near it.
    """
    ends = {end for end in (fact.subject, fact.object) if isinstance(end, ox.NamedNode)}
    facts = set(_around(store, ends)) - {fact}
    seen = ends
    for step in ("the facts", "their terms", "their neighbours", "their neighbours"):
        if step == "their terms":
            more = {each.predicate for each in facts} | {
                each.object for each in facts if each.predicate.value == RDF_TYPE
            }
        elif step == "their neighbours":
            more = {
                end
                for each in facts
                for end in (each.subject, each.object)
                if isinstance(end, ox.NamedNode) and _is_thing(end)
            }
        else:
            more = set()
        new = {node for node in more if isinstance(node, ox.NamedNode)} - seen
        facts |= set(_around(store, new)) - {fact}
        seen |= new
        if len(facts) > _MANY:
            return ()
        if _derives(rule, sorted(facts, key=str), fact):
            return tuple(_smallest(rule, sorted(facts, key=str), fact))
    return ()


def _is_thing(node: ox.NamedNode) -> bool:
    """Return whether a node is a thing of the project that facts are about, so no document."""
    return kind_of(node.value) not in (None, "document")


def _around(store: Store, nodes: Iterable[ox.NamedNode]) -> list[ox.Triple]:
    """Return what is said of nodes, and, of things, what leads there from other things.

    What leads to a class, say, is left out: that is everything of the class.
    """
    known = frozenset(nodes)
    if not known:
        return []
    nodes = sorted(known, key=str)
    things = " ".join(str(node) for node in nodes if _is_thing(node))
    found = store.construct(
        f"""CONSTRUCT {{ ?s ?p ?o }} WHERE {{
          {{ VALUES ?s {{ {" ".join(map(str, nodes))} }} ?s ?p ?o }}
          UNION {{ VALUES ?o {{ {things} }} ?s ?p ?o }} }}"""
    )
    return [
        each
        for each in found
        if each.subject in known
        or (isinstance(each.subject, ox.NamedNode) and _is_thing(each.subject))
    ]


def _derives(rule: str, facts: list[ox.Triple], fact: ox.Triple) -> bool:
    graph = ox.Store()
    graph.extend(ox.Quad(each.subject, each.predicate, each.object) for each in facts)
    answer = graph.query(rule)
    assert isinstance(answer, ox.QueryTriples)
    return fact in set(answer)


def _smallest(rule: str, facts: list[ox.Triple], fact: ox.Triple) -> list[ox.Triple]:
    """Leave out halves, quarters and so on, at last single facts, as long as the rule does."""
    size = len(facts)
    while size > 1:
        size = (size + 1) // 2
        start = 0
        while start < len(facts):
            fewer = facts[:start] + facts[start + size :]
            if _derives(rule, fewer, fact):
                facts = fewer
            else:
                start += size
    return facts
