"""Checks the graph against the SHACL shapes of ``validation/``.

The shapes are the rules that others can use too: each is an IRI of ours with a message in a
sentence. This module says of each result which thing it is about and where in the files to mend it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.check.context import Context
from hrdem.check.finding import Finding
from hrdem.check.shacl import SEVERITY_NAMES, Result, shape_files, validate

_LONG: Final = 80
"""How many characters of a value a message shows."""


def results(context: Context) -> list[Result]:
    """Return the SHACL results on the merged graph, in a fixed order.

    Raises:
        HrdemError: if a shape is wrong.
    """
    return validate(context.store, shape_files(context.project.validation))


def run(context: Context, found: Iterable[Result]) -> Iterator[Finding]:
    """Yield a finding for each result.

    Args:
        context: what was validated.
        found: the results on it, from :func:`results`.
    """
    for result in found:
        focus, value = _text(result.focus), _text(result.value)
        thing = focus
        if focus.startswith(v.HRDEM) and value.startswith(v.BASE):
            thing = value  # the shape is about a term, and found this thing by way of it
        place = context.place(thing, result.predicate, value)
        yield Finding(
            result.source.removeprefix(v.SHAPE),
            SEVERITY_NAMES[result.severity],
            f"{context.name(thing)}: {result.message}{_shown(context, result, thing)}",
            place.path,
            place.line,
            thing,
            place.passage,
            shape=result.source,
        )


def _text(term: ox.NamedNode | ox.BlankNode | ox.Literal | None) -> str:
    return "" if term is None or isinstance(term, ox.BlankNode) else term.value


def _shown(context: Context, result: Result, thing: str) -> str:
    """Return a sentence that shows the value at fault, if it is another than the thing."""
    value = result.value
    if value is None or _text(value) == thing:
        return ""
    if isinstance(value, ox.NamedNode):
        return f" It is {context.name(value.value)}."
    text = " ".join(_text(value).split())
    return f" It is “{text if len(text) <= _LONG else text[: _LONG - 1] + '…'}”."
