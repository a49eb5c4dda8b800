"""The templates and the style sheet of the pages that a server shows."""

from __future__ import annotations

import functools
import hashlib
from typing import TYPE_CHECKING, Final

from hrdem import __version__, html

if TYPE_CHECKING:
    import jinja2

    from hrdem.serve.source import Source

FOLDER: Final = "serve"
"""Name of the folder of the templates."""


@functools.cache
def environment() -> jinja2.Environment:
    """Return what renders the templates."""
    return html.environment(FOLDER, version=__version__)


def style_sheet() -> str:
    """Return the style sheet of the pages."""
    return html.style_sheet(FOLDER, "pages.css")


def edition(source: Source) -> str:
    """Return a word for all that answers depend on beside the graph: another if any of it is.

    That is the program, its templates, the shapes, the JSON-LD context and the saved questions.
    """
    digest = hashlib.sha256(__version__.encode())
    texts = (path.read_text("utf-8") for path in html.files(FOLDER))
    for text in (*texts, *source.shapes, source.context, source.catalogue):
        digest.update(hashlib.sha256(text.encode("utf-8")).digest())
    return digest.hexdigest()
