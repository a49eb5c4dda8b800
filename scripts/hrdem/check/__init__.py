"""Finds everything that can be wrong in a project, and says it in sentences.

In this order: can everything be read; are the terms defined; is the ontology sound; do quotes and
texts agree; has each thing one IRI; does the graph conform to the SHACL shapes; is what was built
as its catalogue says.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from hrdem.assembly import Graph, assemble
from hrdem.atomic import write_file
from hrdem.check import catalogue, identity, quality, shacl, shapes, syntax, terms, words
from hrdem.check.context import Context
from hrdem.check.finding import Finding, failed, in_order, verdict
from hrdem.errors import HrdemError
from hrdem.project import Project

__all__ = ["Checked", "Finding", "check", "examine", "failed", "verdict"]


class Checked(NamedTuple):
    """What came out of a check.

    Attributes:
        findings: all findings, sorted by file and line; none means all is well.
        results: the SHACL results among them, or None if there is no graph to validate because
            files cannot be read.
    """

    findings: list[Finding]
    results: list[shacl.Result] | None


def check(
    project: Project, report: Path | None = None, graph: Graph | None = None
) -> list[Finding]:
    """Return all findings about a project, sorted by file and line; none means all is well.

    Args:
        project: a checkout.
        report: where to write the SHACL validation report as Turtle, if it is wanted; it is not
            written where files cannot be read, since there is no graph then.
        graph: the graph, if it has just been made of the same files.

    Raises:
        HrdemError: if the report cannot be written.
    """
    found = examine(project, graph)
    if report is not None and found.results is not None:
        write_file(report, shacl.report_turtle(found.results))
    return found.findings


def examine(project: Project, graph: Graph | None = None) -> Checked:
    """Return all findings about a project, and the SHACL results behind them.

    Of what lies in ``build/`` only the catalogue is looked at, and whether the files are those it
    describes. The graph is made afresh from the files, in memory.

    Args:
        project: a checkout.
        graph: the graph, if it has just been made of the same files.
    """
    material, unreadable = syntax.read(project)
    if material is None:
        return Checked(in_order(unreadable), None)
    try:
        if graph is None:
            graph = assemble(project, material.sources, material.queries)
        context = Context(project, material.sources, graph)
        results = shapes.results(context)
    except HrdemError as error:
        return Checked([Finding.of_error("build", error)], None)
    findings = [
        *unreadable,
        *terms.run(context),
        *quality.run(context),
        *words.run(context),
        *identity.run(context),
        *shapes.run(context, results),
        *catalogue.run(project),
    ]
    return Checked(in_order(_told(context, finding) for finding in findings), results)


def _told(context: Context, finding: Finding) -> Finding:
    """Return a finding with the label of its thing and the words of its passage."""
    passage = context.sources.passages.get(finding.passage or "")
    words = None
    if passage is not None:
        words = passage.locator if passage.quote is None else f"“{passage.quote}”"
    return replace(finding, label=context.label(finding.thing or ""), words=words)
