"""Checks the graph against the SHACL shapes of ``validation/``, with pySHACL.

The shapes are the rules that others can use too: every one is an IRI of ours with a message in a
sentence. This module runs them and says where in the files each result belongs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.check.context import Context
from hrdem.check.finding import INFO, VIOLATION, WARNING, Finding

if TYPE_CHECKING:
    import rdflib

SH: Final = "http://www.w3.org/ns/shacl#"
SHAPE: Final = v.BASE + "shape/"
_SEVERITIES: Final = {SH + "Violation": VIOLATION, SH + "Warning": WARNING, SH + "Info": INFO}
_LONG: Final = 60
"""How many characters of a value a message shows."""


def shape_files(folder: Path) -> list[Path]:
    """Return the files with shapes, sorted: the Turtle files of the folder itself."""
    return sorted(folder.glob("*.ttl"))


def report(context: Context) -> rdflib.Graph:
    """Return the SHACL validation report on the merged graph, as pySHACL gives it.

    Follows the W3C Recommendation "Shapes Constraint Language (SHACL)", sections 3.6 and 5.
    """
    import pyshacl
    import rdflib

    data = rdflib.Graph()
    text = b"".join(
        ox.serialize([triple], format=ox.RdfFormat.N_TRIPLES) or b""
        for triple in context.graph.merged
    )
    data.parse(data=text.decode(), format="nt")
    shapes = rdflib.Graph()
    for path in shape_files(context.project.validation):
        shapes.parse(path, format="turtle")
    _, results, _ = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
    assert isinstance(results, rdflib.Graph)
    return results


def run(context: Context, results: rdflib.Graph) -> Iterator[Finding]:
    """Yield a finding for each result of a SHACL report.

    Args:
        context: what was validated.
        results: the report on it, from :func:`report`.
    """
    import rdflib
    from rdflib.namespace import RDF, SH as S

    for result in results.subjects(RDF.type, S.ValidationResult):
        focus = results.value(result, S.focusNode)
        path = results.value(result, S.resultPath)
        value = results.value(result, S.value)
        source = results.value(result, S.sourceConstraint) or results.value(result, S.sourceShape)
        severity = results.value(result, S.resultSeverity)
        message = next(iter(sorted(map(str, results.objects(result, S.resultMessage)))), "")
        thing = str(focus)
        place = context.place(
            thing,
            str(path) if isinstance(path, rdflib.URIRef) else None,
            None if value is None else str(value),
        )
        shown = "" if value is None or value == focus else f" It is {_shown(value)}."
        yield Finding(
            _code(source),
            _SEVERITIES.get(str(severity), VIOLATION),
            f"{context.name(thing)}: {message}{shown}",
            place.path,
            place.line,
            thing,
            place.passage,
        )


def _code(source: object) -> str:
    name = str(source)
    return name.removeprefix(SHAPE) if name.startswith(SHAPE) else "shape"


def _shown(value: object) -> str:
    text = str(value)
    if text.startswith("http"):
        return v.shorten(text)
    return f"“{text if len(text) <= _LONG else text[: _LONG - 1] + '…'}”"
