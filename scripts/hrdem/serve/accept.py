"""Content negotiation: which of the media types on offer a client wants.

`HTTP Semantics (RFC 9110) <https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1>`_, section
12.5.1: the most specific range that a type falls under gives its quality; the highest quality wins,
and among equals the order of the offers. A quality of 0 excludes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hrdem.queries import SavedQuery

_TOKEN: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_RANGE: Final = re.compile(rf"({_TOKEN})/({_TOKEN})")
_ITEM: Final = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+')
_QUALITY: Final = re.compile(r";\s*[qQ]\s*=\s*([01](?:\.[0-9]{0,3})?)\s*(?:;|\Z)")


class Offer(NamedTuple):
    """A form in which something can be had.

    Attributes:
        name: its short name, which is also the suffix of its address: ``ttl``, ``json`` …
        types: its media types; the first is the one to send unless another was asked for by name.
    """

    name: str
    types: tuple[str, ...]


TURTLE: Final = Offer("ttl", ("text/turtle", "application/x-turtle"))
N_TRIPLES: Final = Offer("nt", ("application/n-triples",))
JSON_LD: Final = Offer("jsonld", ("application/ld+json",))
RDF_XML: Final = Offer("rdf", ("application/rdf+xml",))
HTML: Final = Offer("html", ("text/html", "application/xhtml+xml"))
JSON: Final = Offer("json", ("application/sparql-results+json", "application/json"))
XML: Final = Offer("xml", ("application/sparql-results+xml",))
CSV: Final = Offer("csv", ("text/csv",))
TSV: Final = Offer("tsv", ("text/tab-separated-values",))

TRIPLES: Final = (TURTLE, N_TRIPLES, JSON_LD, RDF_XML)
"""How triples can be had."""
RESULTS: Final = (JSON, XML, CSV, TSV)
"""How tables and booleans can be had."""
LIST: Final = (HTML, Offer("json", ("application/json",)))
"""How the list of questions can be had."""


def offers(query: SavedQuery) -> tuple[Offer, ...]:
    """Return how the answer to a saved question can be had."""
    return (TURTLE, HTML) if query.form == "construct" else (JSON, CSV, HTML)


def choose(accept: str | None, offers: Sequence[Offer]) -> tuple[Offer, str] | None:
    """Return the offer that a client wants, with the media type to send.

    Args:
        accept: the value of the header Accept; None, and an empty one, accept everything.
        offers: what there is, the best first.

    Returns:
        None if nothing on offer is acceptable.
    """
    ranges = list(_ranges(accept)) if accept and accept.strip() else [("*/*", 1.0)]
    best: tuple[Offer, str] | None = None
    highest = 0.0
    named = {each for each, _ in ranges}
    for offer in offers:
        for media_type in offer.types:
            if media_type != offer.types[0] and media_type not in named:
                continue  # other names of a form are only for those who use them
            quality = _quality(media_type, ranges)
            if quality > highest:
                best, highest = (offer, media_type), quality
    return best


def _ranges(accept: str) -> Iterable[tuple[str, float]]:
    """Yield each range with its quality; what is no range is passed over."""
    for item in _ITEM.findall(accept):
        found = _RANGE.match(item.strip())
        if found is not None:
            weight = _QUALITY.search(item)
            yield found[0].lower(), min(1.0, float(weight[1])) if weight else 1.0


def _quality(media_type: str, ranges: Iterable[tuple[str, float]]) -> float:
    """Return the quality that the most specific matching range gives; 0 if none matches."""
    whole = media_type.partition("/")[0] + "/*"
    matching = [
        ((media_type, whole, "*/*").index(each), -quality)
        for each, quality in ranges
        if each in (media_type, whole, "*/*")
    ]
    return -min(matching)[1] if matching else 0.0


def refusal(offers: Sequence[Offer]) -> str:
    """Return the sentence that says that nothing on offer was acceptable, with the list."""
    names = "\n".join(f"  {offer.types[0]}" for offer in offers)
    return f"This can be had in these forms, and the header Accept takes none of them:\n{names}\n"
