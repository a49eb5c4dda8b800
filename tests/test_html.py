"""What the pages of rules and those of a server share, and what the tags of answers depend on."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from hrdem import html
from hrdem.project import Project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the server needs POSIX")


@pytest.mark.parametrize(
    ("folder", "sheet"),
    [("rules", "style.css"), ("serve", "pages.css"), ("site", "assets/site.css")],
)
def test_all_style_sheets_have_one_palette(folder: str, sheet: str) -> None:
    own = (html.TEMPLATES / folder / sheet).read_text("utf-8")
    palette = (html.TEMPLATES / "palette.css").read_text("utf-8")
    assert html.style_sheet(folder, sheet) == palette + own
    assert "#" not in own.replace("# ", ""), "a colour of its own"


@pytest.mark.parametrize("folder", ["rules", "serve", "site"])
def test_all_templates_are_read_at_once(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that answers can open no file any more."""
    pages = html.environment(folder, {"terms": str, "address": str})

    def refused(*_: Any) -> None:
        raise AssertionError("a file is opened")

    monkeypatch.setattr(pages.loader, "get_source", refused)
    names = [path.name for path in html.files(folder) if path.suffix == ".html"]
    assert {"head.html", "base.html"} < set(names)
    for name in names:
        pages.get_template(name)


@pytest.mark.parametrize(
    "changed",
    [{"shapes": ("# another",)}, {"context": "{}"}, {"catalogue": "[]"}, {"shapes": ()}],
    ids=str,
)
def test_tags_of_answers_depend_on_what_is_not_in_the_graph(
    built: Project, changed: dict[str, Any]
) -> None:
    from hrdem.serve.source import open_source
    from hrdem.serve.templates import edition

    source = open_source(built)
    try:
        assert edition(source) == edition(source._replace(canonical="0"))
        assert edition(source) != edition(source._replace(**changed))
    finally:
        os.close(source.merged)
        os.close(source.named)


def test_tags_of_answers_depend_on_the_templates(
    built: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hrdem.serve.source import open_source
    from hrdem.serve.templates import FOLDER, edition

    (tmp_path / FOLDER).mkdir()
    for path in html.files(FOLDER):
        (tmp_path / path.relative_to(html.TEMPLATES)).write_bytes(path.read_bytes())
    source = open_source(built)
    try:
        before = edition(source)
        monkeypatch.setattr(html, "TEMPLATES", tmp_path)
        assert edition(source) == before
        with (tmp_path / "head.html").open("a") as file:
            file.write("\n")
        assert edition(source) != before
    finally:
        os.close(source.merged)
        os.close(source.named)
