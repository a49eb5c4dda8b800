"""Finds the thing that a person means, by its slug, IRI or label."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from hrdem import sparql
from hrdem.errors import UsageError
from hrdem.queries import ANY_KIND, thing_iris
from hrdem.vocabulary import BASE, KINDS, SKOS, kind_of, shorten

if TYPE_CHECKING:
    from hrdem.store import Store

_LABELS: Final = f"SELECT DISTINCT ?thing ?label {{ ?thing <{SKOS}prefLabel> ?label }}"


def find_thing(store: Store, text: str, kind: str = ANY_KIND) -> str:
    """Return the IRI of the thing in `store` that a person means by `text`.

    Args:
        store: the graph to look in.
        text: a slug, a prefixed name, a full IRI, or a label (in any case of letters). A slug that
            things of several kinds have means the kind that :data:`hrdem.vocabulary.KINDS` lists
            first: ``action-plan-2020-2024`` is the instrument, not its period.
        kind: the kind that the thing must be of.

    Raises:
        UsageError: if there is no such thing, with the nearest ones named; if several have the
            label.
    """
    candidates = thing_iris(text, kind)
    if candidates:
        written = sparql.iris(candidates)
        found = store.select(
            f"SELECT DISTINCT ?thing {{ VALUES ?thing {{ {written} }} ?thing a ?class }}"
            " ORDER BY ?thing"
        )
        iris = [row[0].value for row in found.rows if isinstance(row[0], ox.NamedNode)]
        if iris:
            return min(iris, key=_rank)
    labels = _labels(store, kind)
    wanted = text.strip().casefold()
    iris = sorted({iri for iri, label in labels if label.casefold() == wanted})
    if len(iris) == 1:
        return iris[0]
    if iris:
        raise UsageError(
            f"{text!r} names several things. Say which: {', '.join(shorten(iri) for iri in iris)}."
        )
    what = "thing" if kind == ANY_KIND else kind
    near = nearest(text, _names(labels))
    hint = f" Did you mean {' or '.join(shorten(iri) for iri in near)}?" if near else ""
    raise UsageError(f"There is no {what} {text!r} in the graph.{hint}")


def similar_things(store: Store, text: str, kind: str = ANY_KIND, limit: int = 10) -> list[str]:
    """Return the IRIs of the things whose slug or label is most like `text`, the best first.

    Args:
        store: the graph to look in.
        text: a slug or a label, or words that one contains, in any order.
        kind: the kind that the things must be of.
        limit: how many to return at most.
    """
    return nearest(text, _names(_labels(store, kind)), limit)


def things_of(store: Store, kind: str) -> dict[str, str]:
    """Return the slug and the English label of each thing of a kind, sorted by slug."""
    english = f"{_LABELS.removesuffix('}')} FILTER(LANG(?label) = 'en') }}"
    return {slug_of(iri): label for iri, label in _labels(store, kind, english)}


def _names(labels: list[tuple[str, str]]) -> dict[str, str]:
    """Return the IRI of each slug and label; where several things have one, of the first kind."""
    names: dict[str, str] = {}
    for iri, label in sorted(labels, key=lambda pair: _rank(pair[0])):
        names.setdefault(slug_of(iri), iri)
        names.setdefault(label, iri)
    return names


def _rank(iri: str) -> tuple[int, str]:
    return list(KINDS).index(kind_of(iri) or next(reversed(KINDS))), iri


def _labels(store: Store, kind: str, sparql: str = _LABELS) -> list[tuple[str, str]]:
    """Return (IRI, label) of every thing of `kind`, sorted."""
    pairs = []
    for thing, label in store.select(sparql).rows:
        if isinstance(thing, ox.NamedNode) and isinstance(label, ox.Literal):
            own = kind_of(thing.value)
            if own is not None and kind in (own, ANY_KIND):
                pairs.append((thing.value, label.value))
    return sorted(pairs)


def slug_of(iri: str) -> str:
    """Return the last part of `iri`."""
    return re.split(r"[/#]", iri.removeprefix(BASE))[-1]


def in_words(name: str) -> str:
    """Return the name of a variable, or the last part of an IRI, as words.

    ``decidedBy``, ``decided_by`` and ``https://w3id.org/hrdem/ontology#decidedBy`` are *decided
    by*; ``versionIRI`` is *version IRI*.
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", " ", slug_of(name)).split()
    return " ".join(w if len(w) > 1 and w.isupper() else w.lower() for w in words)


def nearest(text: str, names: dict[str, str], limit: int = 3) -> list[str]:
    """Return the values of the names most like `text`, the best first, each once.

    A name that contains every word of `text` is near, however long it is.
    """
    from difflib import get_close_matches

    wanted = text.strip().rpartition("/")[2].rpartition(":")[2].casefold()
    words = re.split(r"[\s_-]+", wanted)
    folded: dict[str, str] = {}
    for name, value in names.items():
        folded.setdefault(name.casefold(), value)
    close = get_close_matches(wanted, folded, n=limit, cutoff=0.7)
    containing = sorted(
        (name for name in folded if all(word in name for word in words)), key=lambda n: (len(n), n)
    )
    loose = get_close_matches(wanted, folded, n=limit, cutoff=0.5)
    found = dict.fromkeys(folded[name] for name in (*close, *containing, *loose))
    return list(found)[:limit]
