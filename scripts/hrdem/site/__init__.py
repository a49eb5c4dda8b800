"""The explorer: a site of plain files, made from the built graph.

All addresses in it are relative, so it works from any folder of any static host, and from a disk.
Each module offers ``pages(site)``, which yields files; :func:`write` puts them all in place.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, NamedTuple

from hrdem.atomic import replacing
from hrdem.errors import HrdemError
from hrdem.site import (
    assets,
    console,
    documents,
    front,
    offline,
    ontology,
    plans,
    questions,
    search,
    style,
    things,
    timeline,
)
from hrdem.site.model import Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from hrdem.project import Project
    from hrdem.site.page import Page

MARKER: Final = "assets/site.css"
"""The file that only folders with this site have."""

SECTIONS: Final[tuple[Callable[[Site], Iterator[Page]], ...]] = (
    style.pages,
    front.pages,
    timeline.pages,
    things.pages,
    documents.pages,
    ontology.pages,
    plans.pages,
    questions.pages,
    console.pages,
    search.pages,
    assets.pages,
    offline.pages,
)
"""What makes the pages, in order."""


class Written(NamedTuple):
    """What was written.

    Attributes:
        pages: how many pages for people, so files of HTML.
        files: how many files.
        size: of all files, in bytes.
    """

    pages: int
    files: int
    size: int


def write(project: Project, out: Path, web: Path | None = None) -> Written:
    """Write the site of the built graph of a project.

    Args:
        project: the project, whose graph has been built.
        out: the folder to make, or to replace if it has such a site.
        web: the folder of :func:`hrdem.site.assets.ready`, None for a site without it.

    Returns:
        What was written.

    Raises:
        HrdemError: if nothing has been built, or the folder cannot be written or holds something
            else. Then the folder is what it was before.
    """
    site = Site.read(project, web)
    written: dict[str, int] = {}
    digest = hashlib.sha256()
    with replacing(out, MARKER, lasting=False) as folder:
        for section in SECTIONS:
            for page in section(site):
                if page.path in written:
                    raise HrdemError(f"Two pages of the site have the address {page.path}.")
                path = folder / page.path
                path.parent.mkdir(parents=True, exist_ok=True)
                content = page.content
                data = content.encode("utf-8") if isinstance(content, str) else content
                path.write_bytes(data)
                written[page.path] = len(data)
                digest.update(page.path.encode() + b"\0" + hashlib.sha256(data).digest())
        worker = offline.worker(site, written, digest.hexdigest()[:16]).encode("utf-8")
        (folder / offline.WORKER).write_bytes(worker)
        written[offline.WORKER] = len(worker)
    html = sum(path.endswith(".html") for path in written)
    return Written(html, len(written), sum(written.values()))
