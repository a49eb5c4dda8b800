"""Everything in one go: builds, checks, answers every saved question, draws, and sums up.

What is found wrong on the way is told and counted; only what makes going on pointless, a graph that
cannot be built, ends the run early.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from hrdem import answers, timeline
from hrdem.build import make
from hrdem.check import check, failed, report, verdict
from hrdem.errors import count, display_path
from hrdem.queries import load_catalogue
from hrdem.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hrdem.build import Manifest
    from hrdem.check import Finding
    from hrdem.project import Project

_SHOWN = 20
"""How many findings are shown; `hrdem check --all` shows all."""


def run(
    project: Project,
    say: Callable[[str], object],
    width: int = 80,
    signs: timeline.Signs = timeline.UNICODE,
) -> bool:
    """Build, check, answer and draw; return whether everything was right.

    Args:
        project: the project; its ``build`` is replaced.
        say: takes text to show, line feeds included.
        width: characters a line.
        signs: the characters for the timeline.

    Raises:
        HrdemError: if the graph cannot be built or asked.
    """
    started = time.monotonic()
    manifest, graph = make(project)
    say(f"Built the graph: {count(manifest.counts['triples'], 'triple')}.\n")

    findings = check(project, graph=graph)
    if findings:
        say("\n" + report.as_text(findings[:_SHOWN], width))
    if len(findings) > _SHOWN:
        say(f"… and {len(findings) - _SHOWN:,} more; `hrdem check --all` shows all.\n")
    say(f"Checked it: {verdict(findings)}\n")

    store = open_store(project)
    queries = load_catalogue(project)
    here, elsewhere = answers.answerable(queries)
    compared = answers.compare(project, store, here)
    strays = answers.strays(project, queries)
    say("\nAnswered every saved question:\n")
    for each in compared:
        say(_line(each, width))
    if elsewhere:
        say(answers.left_out(elsewhere))
    for path in strays:
        say(f"{display_path(path)} is the answer to no question.\n")

    say("\nThe framework in time:\n\n")
    say(timeline.draw(timeline.rows(store), width, signs=signs))

    differing = sum(not each.agrees for each in compared)
    seconds = time.monotonic() - started
    say("\n" + _summary(project, manifest, findings, compared, seconds))
    return not failed(findings) and not differing and not strays


def _line(compared: answers.Comparison, width: int) -> str:
    rows = f"{compared.rows:>5} {'row ' if compared.rows == 1 else 'rows'}"
    state = "as on file" if compared.agrees else "DIFFERS from the answer on file"
    if compared.filed is None:
        state = "NOT ON FILE"
    room = max(10, width - 12 - len(state) - 1)
    return f"{rows}  {compared.query.name:<{room}}{state}\n"


def _summary(
    project: Project,
    manifest: Manifest,
    findings: Sequence[Finding],
    compared: Sequence[answers.Comparison],
    seconds: float,
) -> str:
    counts = manifest.counts
    passages, facts = counts["passages"], counts["statements"]
    agreeing = sum(each.agrees for each in compared)
    build_folder = display_path(project.build)
    rows = [
        (
            "sources",
            f"{count(counts['documents'], 'document')}, {count(passages['all'], 'passage')}",
        ),
        (
            "facts",
            f"{facts['all']:,}; disputed, superseded or mistaken:"
            f" {facts['all'] - facts['hrdem:Accepted']:,}",
        ),
        (
            "graph",
            f"{count(counts['triples'], 'triple')} in {build_folder}/hrdem.ttl (also .nt, .rdf,",
        ),
        ("", f".jsonld; with a graph per passage: .trig, .nq); {build_folder}/manifest.json"),
        ("check", verdict(findings)),
        ("questions", f"{len(compared)}, {agreeing} answered as on file in queries/answers/"),
        ("time", count(round(seconds, 1), "second")),
        ("next", "hrdem ask              lists the questions"),
        ("", "hrdem why THING        shows the words behind a fact"),
    ]
    return "".join(f"{name:<11}{text}\n" for name, text in rows)
