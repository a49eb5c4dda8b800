"""The style sheet of the site, and its own small script."""

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
    yield Page("assets/site.css", html.style_sheet(FOLDER, "assets/site.css"))
    for path in sorted((html.TEMPLATES / FOLDER / "assets").glob("*.js")):
        yield Page(f"assets/{path.name}", path.read_text("utf-8"))
