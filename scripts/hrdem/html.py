"""What all pages share, those of rules and those of a server: how templates are read, one palette.

A set of pages has a folder of its own below :data:`TEMPLATES`, with its templates and its style
sheet; what belongs to all of them lies beside these folders.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    import jinja2

TEMPLATES: Final = Path(__file__).parent / "templates"
"""The folder of the folders of templates."""


def environment(
    folder: str,
    filters: dict[str, Any] | None = None,
    *others: str,
    **names: Any,  # noqa: ANN401 (whatever templates use)
) -> jinja2.Environment:
    """Return what renders the templates of a folder, all of them read already.

    Args:
        folder: its name.
        filters: the filters that its templates use, by name.
        others: folders whose templates are at hand too; of two with one name, the earlier counts.
        names: what its templates use beside what they are rendered with.
    """
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(
            [*(TEMPLATES / each for each in (folder, *others)), TEMPLATES]
        ),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    made.filters.update(filters or {})
    made.globals.update(names)
    for each in (folder, *others):
        for path in files(each):
            if path.suffix == ".html":
                made.get_template(path.name)
    return made


def files(folder: str) -> Iterator[Path]:
    """Yield the files that the pages of a folder are made from, always in the same order."""
    for place in (TEMPLATES, TEMPLATES / folder):
        yield from sorted(path for path in place.iterdir() if path.is_file())


def style_sheet(folder: str, name: str) -> str:
    """Return a style sheet of a folder, after what all style sheets begin with."""
    sheets = (TEMPLATES / "palette.css", TEMPLATES / folder / name)
    return "".join(sheet.read_text("utf-8") for sheet in sheets)
