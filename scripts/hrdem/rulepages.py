"""Shows the rules to people: a page per rule as HTML, and the same as text for the terminal.

The folder of pages has ``index.html``, ``style.css``, ``shape/{Name}.html`` for each node shape,
``rule/{code}.html`` for each rule of the program, and ``rules.json``, which gives for the IRI of
every rule the page, with fragment, that explains it.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from hrdem import html
from hrdem import vocabulary as v
from hrdem.atomic import replacing
from hrdem.check.rulebook import Demand, Example, Layer, Page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import markupsafe

MARKER: Final = "rules.json"
"""The file that only folders with these pages have."""
FOLDER: Final = "rules"
"""Name of the folder of the templates."""
FEW: Final = 2
"""How many bad cases of one rule are open to see at once."""


# --- text -----------------------------------------------------------------------------------------


def as_text(page: Page, width: int = 80) -> str:
    """Return a page as text; lines of examples that matter are marked with ``>``."""
    lines: list[str] = []

    def add(text: str, first: str = "", rest: str = "") -> None:
        lines.extend(
            textwrap.wrap(
                text,
                max(40, width),
                initial_indent=first,
                subsequent_indent=rest or first,
                break_long_words=False,
                break_on_hyphens=False,
            )
        )

    def example(case: Example, indent: str) -> None:
        lines.extend(
            f"{indent}{'>' if line.differs else ' '} {line.text}".rstrip() for line in case.lines
        )

    add(page.title)
    lines.append("=" * len(page.title))
    add(page.iri)
    lines.append("")
    add(page.about)
    for phrase in page.applies_to:
        add(f"Applies to {phrase}.")
    for code in page.used_by:
        add(f"Helps to say {code}.")
    if page.good is not None:
        lines.append("")
        add(f"Good: {page.good.caption}".rstrip(": "))
        example(page.good, "  ")
    for demand in page.demands:
        lines.append("")
        add(f"{demand.code} ({demand.severity}): {demand.title}")
        lines.append("-" * min(width, len(f"{demand.code} ({demand.severity}): {demand.title}")))
        if demand.why not in ("", page.about):
            add(demand.why)
        if asked(demand):
            add(asked(demand))
        for case in demand.bad[:FEW]:
            lines.append("")
            add(f"Bad: {case.caption}".rstrip(": "))
            example(case, "  ")
        if len(demand.bad) > FEW:
            add(f"{len(demand.bad) - FEW} more stand in {page.examples}/.")
        lines.append("")
        add(f"What a check says: {demand.wrong}", "", "  ")
        if demand.mend:
            add(f"How to mend: {demand.mend}", "", "  ")
    return "\n".join(lines) + "\n"


def asked(demand: Demand) -> str:
    """Return in a sentence what is asked of the values, or an empty string if nothing is to say."""
    if not demand.asks and not demand.about:
        return ""
    about = f"Values of {demand.about}: " if demand.about else ""
    asks = ", and ".join(demand.asks) or "see above"
    return f"{about or 'The thing itself: '}{asks}."


def listing(layers: Iterable[Layer], width: int = 80) -> str:
    """Return all rules as a list for the terminal, by layer."""
    lines = []
    for layer in layers:
        lines += [*textwrap.wrap(layer.about, width), ""]
        for page in layer.pages:
            lines.append(f"  {page.code}  ({page.title})")
            lines += textwrap.wrap(
                page.about, width, initial_indent="      ", subsequent_indent="      "
            )
        lines.append("")
    lines.append("`hrdem rules NAME` explains one; `hrdem rules --out DIR` writes a page for each.")
    return "\n".join(lines) + "\n"


# --- HTML -----------------------------------------------------------------------------------------


def write(layers: Sequence[Layer], folder: Path) -> int:
    """Write the pages into `folder`, all or nothing; return how many rule pages there are.

    Args:
        layers: the rules.
        folder: the folder to make, or to replace if it has such pages.

    Raises:
        HrdemError: if the folder cannot be written, or holds something else.
    """
    with replacing(folder, MARKER) as new:
        files = render(layers)
        for name, text in files.items():
            path = new / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.encode("utf-8"))
    return sum(len(layer.pages) for layer in layers)


def render(layers: Sequence[Layer]) -> dict[str, str]:
    """Return name to content of each file of the folder of pages."""
    environment = html.environment(FOLDER, FILTERS, **NAMES)
    index = "index.html"
    files = {
        index: environment.get_template("index.html").render(layers=layers, up=""),
        "style.css": html.style_sheet(FOLDER, "style.css"),
        MARKER: json.dumps(addresses(layers), indent=2, ensure_ascii=False) + "\n",
    }
    template = environment.get_template("rule.html")
    for name, content in contents(layers):
        files[name] = template.render(**content, up="../", index=index)
    return files


def contents(layers: Sequence[Layer]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield, for the page of each rule, its path and what its template is rendered with.

    Beside that, the template needs ``up``, what leads to the folder of the list of rules, and
    ``index``, the name of that list.
    """
    everything = [(layer, page) for layer in layers for page in layer.pages]
    titles = {page.iri: page.title for _, page in everything}
    for number, (layer, page) in enumerate(everything):
        yield (
            address(page.iri),
            {
                "layer": layer,
                "page": page,
                "titles": titles,
                "before": everything[number - 1][1] if number else None,
                "after": everything[number + 1][1] if number + 1 < len(everything) else None,
                "few": FEW,
            },
        )


def address(iri: str) -> str:
    """Return where the page of a shape or rule is in the folder of pages."""
    return f"{iri.removeprefix(v.BASE)}.html"


def addresses(layers: Iterable[Layer]) -> dict[str, str]:
    """Return where each rule is explained, by IRI; a demand on a page is a fragment of it."""
    content = {}
    for page in (page for layer in layers for page in layer.pages):
        content[page.iri] = address(page.iri)
        for demand in page.demands:
            fragment = "" if demand.iri == page.iri else f"#{demand.code}"
            content[demand.iri] = address(page.iri) + fragment
    return content


_CODE: Final = re.compile(
    r'"[^"]*"(?:\^\^\w+:\w+|@[a-z]+)?'
    r"|(?<![\w/#:])(?:" + "|".join(v.PREFIXES) + r"):[A-Za-z](?:[\w.-]*\w)?"
    r"|(?:data|ontology|validation|queries|scripts)/[\w./-]*\w/?"
    r"|\^?\S*\[\S+\]\S*|\^\S+\$"
)
"""What is code in a sentence: values and names as Turtle writes them, files, and patterns."""


def _with_code(text: str) -> markupsafe.Markup:
    """Return `text` as HTML, with what is code in it marked so."""
    from markupsafe import Markup, escape

    marked = Markup()
    end = 0
    for found in _CODE.finditer(text):
        marked += escape(text[end : found.start()])
        marked += Markup("<code>{}</code>").format(found[0])
        end = found.end()
    return marked + escape(text[end:])


FILTERS: Final = {"terms": _with_code, "address": address}
"""The filters that the templates of rules use."""
NAMES: Final = {"asked": asked, "shape": v.SHAPE}
"""The other names that they use."""
