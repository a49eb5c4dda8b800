"""What lets the site be read without a connection: a service worker, and a page for its gaps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hrdem.site.model import Site
    from hrdem.site.page import Page

WORKER: Final = "sw.js"
"""The service worker; it lies at the root, since it works for the folder that it lies in."""
_EVERYWHERE = ("site.css", "site.js", "search.js", "search-index.js", "offline.js")
"""What every page needs, below ``assets/``; the engine is kept only once it was used."""


def pages(site: Site) -> Iterator[Page]:
    """Yield the page for what has not been kept."""
    yield site.page("offline.html", "offline.html")


def worker(site: Site, written: Iterable[str], version: str) -> str:
    """Return the service worker.

    Args:
        site: the site.
        written: the paths of the files of the site.
        version: changes when any of them does.
    """
    first = sorted(
        path
        for path in written
        if (path.endswith(".html") and "/" not in path)
        or path in {f"assets/{name}" for name in _EVERYWHERE}
    )
    return str(site.env.get_template("sw.js").render(version=version, first=json.dumps(first)))
