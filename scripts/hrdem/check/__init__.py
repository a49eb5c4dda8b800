"""Finds everything that can be wrong in a project, and says it in sentences.

In this order: can everything be read; are the terms defined; is the ontology sound; do quotes and
texts agree; has each thing one IRI; does the graph conform to the SHACL shapes.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from hrdem.build import assemble
from hrdem.check import identity, quality, shacl, shapes, syntax, terms, words
from hrdem.check.context import Context
from hrdem.check.finding import Finding, as_json, failed, in_order
from hrdem.errors import HrdemError
from hrdem.project import Project

__all__ = ["Finding", "as_json", "check", "failed"]


def check(project: Project, report: Path | None = None) -> list[Finding]:
    """Return all findings about a project, sorted by file and line; none means all is well.

    The graph is made afresh from the files, in memory; what lies in ``build/`` is not looked at.

    Args:
        project: a checkout.
        report: where to write the SHACL validation report as Turtle, if it is wanted; it is not
            written where files cannot be read, since there is no graph then.

    Raises:
        HrdemError: if the report cannot be written.
    """
    material, unreadable = syntax.read(project)
    if material is None:
        return in_order(unreadable)
    try:
        context = Context(
            project, material.sources, assemble(project, material.sources, material.queries)
        )
        results = shapes.results(context)
    except HrdemError as error:
        return in_order([Finding.of_error("build", error)])
    if report is not None:
        _write(report, shacl.report_turtle(results))
    return in_order(
        [
            *unreadable,
            *terms.run(context),
            *quality.run(context),
            *words.run(context),
            *identity.run(context),
            *shapes.run(context, results),
        ]
    )


def _write(path: Path, text: str) -> None:
    """Put a text into a file, whole or not at all."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise HrdemError(
            f"The report cannot be written: {error.strerror}. Name a file in a folder that you may"
            " write to, with room on its disk.",
            path=path,
        ) from error
