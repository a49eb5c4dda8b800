"""Pages and the addresses between them: all relative, so that the site works from any place."""

from __future__ import annotations

import functools
import posixpath
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote

from hrdem import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Container

NAVIGATION: Final[tuple[tuple[str, str], ...]] = (
    ("timeline.html", "Timeline"),
    ("plans.html", "Plans"),
    ("instruments.html", "Instruments"),
    ("questions.html", "Questions"),
    ("documents.html", "Documents"),
    ("sparql.html", "SPARQL"),
    ("ontology.html", "Ontology"),
    ("about.html", "About"),
)
"""Address and name of each page that the head of every page leads to."""
SEARCH: Final = "search.html"
"""Address of the page that searches."""


class Page(NamedTuple):
    """One file of the site.

    Attributes:
        path: where it is, from the root of the site, with slashes.
        content: what is in it; text is written as UTF-8.
    """

    path: str
    content: str | bytes


def relative(path: str, origin: str) -> str:
    """Return the address of one file of the site as a link on another one has it.

    Args:
        path: the file, from the root of the site; a fragment may follow.
        origin: the page that has the link, from the root of the site.
    """
    file, sign, fragment = path.partition("#")
    if file == origin and sign:
        return f"#{quote(fragment)}"
    return _step(file, posixpath.dirname(origin) or ".") + sign + quote(fragment)


@functools.cache
def _step(file: str, folder: str) -> str:
    """Return the address of a file as pages of a folder have it."""
    return quote(posixpath.relpath(file, folder))


def root(path: str) -> str:
    """Return what leads from a page to the root of the site: "" or ``../``, as often as needed."""
    return "../" * path.count("/")


def address(iri: str, known: Container[str]) -> str:
    """Return where the site has an IRI, from its root, or "" if it has no place for it.

    Args:
        iri: what is looked for.
        known: the IRIs that the site has places for: things, passages, terms, questions, rules.
    """
    if iri not in known:
        return ""
    if iri.startswith(v.HRDEM):
        return f"ontology.html#{iri.removeprefix(v.HRDEM)}"
    whole, sign, part = iri.removeprefix(v.BASE).partition("#")
    return f"{whole}.html{sign}{part}"


def web_address(iri: str) -> str:
    """Return `iri` if a link may lead there, "" if not: only web and mail addresses are links."""
    return iri if iri.startswith(("http://", "https://", "mailto:")) else ""
