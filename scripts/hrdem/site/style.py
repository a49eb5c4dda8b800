"""The style sheet of the site, all parts in one file, and the project's own scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hrdem import html
from hrdem.site.model import FOLDER
from hrdem.site.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hrdem.site.model import Site


def pages(site: Site) -> Iterator[Page]:
    """Yield ``assets/site.css`` and the project's own scripts."""
    folder = html.TEMPLATES / FOLDER / "assets"
    first = html.style_sheet(FOLDER, "assets/site.css")
    others = (path for path in sorted(folder.glob("*.css")) if path.name != "site.css")
    yield Page("assets/site.css", "".join((first, *(path.read_text("utf-8") for path in others))))
    for path in sorted(folder.glob("*.js")):
        yield Page(f"assets/{path.name}", path.read_text("utf-8"))
