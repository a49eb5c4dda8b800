"""Commands that make the graph from its files, and check it and its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hrdem.cli.parsing import add_service, checkout, whole
from hrdem.cli.printing import coloured, complain, encodes, show, width, write
from hrdem.errors import EXIT_FINE, EXIT_WRONG, HrdemError, count

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from hrdem.cli.parsing import Add
    from hrdem.queries import SavedQuery


def register(add: Add) -> None:
    """Add the commands that make and check the graph."""
    one = add("build", _build, "Build the graph from the files of the project, into build/.")
    one.add_argument(
        "--endpoint",
        metavar="URL",
        help="address of a SPARQL endpoint that serves the graph, to be named in the catalogue",
    )
    one = add("check", _check, "Check everything that can be wrong in the files of the project.")
    one.add_argument(
        "--format",
        choices=("text", "json", "sarif", "turtle"),
        default="text",
        help="text (default), json, sarif for code hosts, or turtle for the SHACL report alone",
    )
    one.add_argument("--out", metavar="FILE", help="write the findings into this file")
    one.add_argument("--report", metavar="FILE", help="also write the SHACL report, in Turtle")
    one.add_argument(
        "--only", nargs="+", default=[], metavar="RULE", help="only findings of these rules"
    )
    one.add_argument(
        "--severity",
        choices=("violation", "warning", "info"),
        default="info",
        help="only findings as grave as this, or graver (default: info, so all)",
    )
    one.add_argument("--strict", action="store_true", help="fail for warnings too")
    one.add_argument("--all", action="store_true", help="show every finding of each rule")

    one = add("rules", _rules, "Explain the rules that a check applies, or list them all.")
    one.add_argument("name", nargs="?", metavar="NAME", help="a rule, as a finding names it")
    one.add_argument(
        "--out", metavar="DIR", help="write a page per rule, as HTML, into this folder"
    )

    one = add(
        "suite",
        _suite,
        "Write the examples of the shapes as a test suite for SHACL engines, in the W3C form.",
    )
    one.add_argument(
        "--out", required=True, metavar="DIR", help="the folder to make, or to replace"
    )

    one = add(
        "synth",
        _synth,
        "Make a larger project that looks like this one, to measure how everything behaves as it"
        " grows.",
    )
    one.add_argument(
        "--instruments",
        required=True,
        type=whole,
        metavar="N",
        help="how many instruments to invent beside the real ones, 100 to 1000000",
    )
    one.add_argument(
        "--seed", type=int, default=1, help="another whole number gives another project (default 1)"
    )
    one.add_argument(
        "--faults",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="share of instruments to put a fault near, 0 to 1 (default 0); faults.tsv lists them",
    )
    one.add_argument(
        "--out", required=True, metavar="DIR", help="the folder to make, or to replace"
    )

    one = add(
        "answers",
        _answers,
        "Compare the answers on file with the built graph. For those who edit data or questions.",
    )
    one.add_argument("names", nargs="*", metavar="NAME", help="only these questions")
    one.add_argument("--write", action="store_true", help="file the answers that differ")
    add_service(one)

    one = add("site", _site, "Write the explorer: a site of plain files about the built graph.")
    one.add_argument(
        "--out", metavar="DIR", help="the folder to make, or to replace (default: build/site)"
    )
    one.add_argument(
        "--plain",
        action="store_true",
        help="without the query engine and the editor, which npm fetches when first needed",
    )

    add("run", _everything, "Build, check, answer every saved question, and say what came out.")


def _build(options: argparse.Namespace) -> int:
    from hrdem.build import build
    from hrdem.errors import display_path

    project = checkout()
    manifest = build(project, endpoint=options.endpoint)
    counts = manifest.counts
    show(
        f"Built {count(counts['triples'], 'triple')} from {count(counts['documents'], 'document')}"
        f" and {count(counts['passages']['all'], 'passage')}, with"
        f" {count(counts['queries'], 'saved question')}, into {display_path(project.build)}.\n"
    )
    return EXIT_FINE


def _check(options: argparse.Namespace) -> int:
    from pathlib import Path

    from hrdem.atomic import write_file
    from hrdem.check import examine, failed, report, rulebook, shacl, verdict

    project = checkout()
    found = examine(project)
    readable = found.results is not None  # if not, the shapes may be among what cannot be read
    layers: tuple[rulebook.Layer, ...] = ()
    if options.only or options.format == "sarif":  # what else is printed needs no page of a rule
        layers = rulebook.read_layers(project) if readable else rulebook.program_layers()
    only = [rulebook.find_code(layers, name) for name in options.only]
    findings = report.select(found.findings, only, options.severity)
    if options.report is not None and found.results is not None:
        write_file(Path(options.report), shacl.report_turtle(found.results))
    if options.format == "json":
        text = report.as_json(findings, project.root)
    elif options.format == "sarif":
        text = report.as_sarif(findings, project.root, layers)
    elif options.format == "turtle":
        if found.results is None:
            raise HrdemError(
                "There is no graph, and so no SHACL report, because files cannot be read."
                " `hrdem check` names them."
            )
        text = shacl.report_turtle(report.select_results(found.results, only, options.severity))
    else:
        text = report.as_text(
            findings,
            width(),
            colour=options.out is None and coloured(),
            everything=options.all,
        )
        if findings:
            text += "`hrdem rules NAME` explains a rule: NAME is the last part of its address.\n"
    if options.out is not None:
        write_file(Path(options.out), text)
    elif options.format == "text":
        show(text)
    else:
        write(text, options.format)
    if options.out is not None or options.format == "text":
        show(f"{verdict(findings)}\n")
    return EXIT_WRONG if failed(findings, options.strict) else EXIT_FINE


def _rules(options: argparse.Namespace) -> int:
    from pathlib import Path

    from hrdem import rulepages
    from hrdem.check import rulebook
    from hrdem.errors import display_path
    from hrdem.project import Project

    layers = rulebook.read_layers(Project.find())
    if options.name is not None:
        page = rulebook.find_page(layers, options.name)
        show(rulepages.as_text(page, width()))
    if options.out is not None:
        folder = Path(options.out)
        pages = rulepages.write(layers, folder)
        show(f"Wrote {count(pages, 'page')} into {display_path(folder)}.\n")
    elif options.name is None:
        show(rulepages.listing(layers, width()))
    return EXIT_FINE


def _suite(options: argparse.Namespace) -> int:
    from pathlib import Path

    from hrdem import suite

    counts = suite.write(checkout(), Path(options.out))
    show(
        f"Wrote {counts['core']:,} tests of core constraints and {counts['sparql']:,} of"
        f" SPARQL-based constraints into {options.out}.\n"
    )
    return EXIT_FINE


def _synth(options: argparse.Namespace) -> int:
    from pathlib import Path

    from hrdem.errors import display_path
    from hrdem.synth import synthesise

    out = Path(options.out)
    made = synthesise(checkout(), out, options.instruments, options.seed, options.faults)
    show(
        f"Made a project with {count(options.instruments, 'invented instrument')} and"
        f" {count(len(made), 'fault')} in {display_path(out)}. To build it, set HRDEM_HOME to that"
        " folder.\n"
    )
    return EXIT_FINE


def _answers(options: argparse.Namespace) -> int:
    from hrdem import answers
    from hrdem.errors import display_path
    from hrdem.federation import given
    from hrdem.queries import load_catalogue
    from hrdem.store import open_store

    project = checkout()
    queries: Sequence[SavedQuery] = load_catalogue(project)
    chosen = [answers.find_query(queries, name) for name in options.names] or queries
    services = given(options.service)
    here, elsewhere = answers.answerable(chosen, services)
    comparisons = answers.compare(project, open_store(project), here, services)
    for each in comparisons:
        if not each.agrees:
            show(answers.difference(each))
    differing = [each for each in comparisons if not each.agrees]
    strays = answers.strays(project, queries)
    for path in strays:
        show(f"{display_path(path)} is the answer to no question. Delete it.\n")
    if elsewhere:
        show(answers.left_out(elsewhere))
    if options.write:
        written = answers.write(comparisons)
        show(f"{len(written)} of {count(len(comparisons), 'answer')} written.\n")
        return EXIT_WRONG if strays else EXIT_FINE
    agreeing = len(comparisons) - len(differing)
    show(f"{agreeing} of {count(len(comparisons), 'answer')} as on file.\n")
    if differing:
        show("If the new ones are right, file them with `hrdem answers --write`.\n")
    return EXIT_WRONG if differing or strays else EXIT_FINE


def _site(options: argparse.Namespace) -> int:
    from pathlib import Path

    from hrdem import site
    from hrdem.errors import display_path
    from hrdem.project import Project
    from hrdem.site import assets

    project = Project.find()
    out = Path(options.out) if options.out is not None else project.build / "site"
    web = None
    if not options.plain:
        try:
            web = assets.ready()
        except HrdemError as problem:
            complain(f"The site is made without the query engine, since {problem.message}.")
    made = site.write(project, out, web)
    show(
        f"Wrote {count(made.pages, 'page')} in {count(made.files, 'file')},"
        f" {made.size / 1e6:.1f} MB, into {display_path(out)}. Open index.html there.\n"
    )
    return EXIT_FINE


def _everything(options: argparse.Namespace) -> int:
    from hrdem import runner, timeline

    signs = timeline.UNICODE if encodes("".join(timeline.UNICODE)) else timeline.ASCII
    return EXIT_FINE if runner.run(checkout(), show, width(), signs) else EXIT_WRONG
