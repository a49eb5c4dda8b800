"""Commands that deal with other machines: links, load, unload."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from hrdem.cli.parsing import (
    CODES,
    above_zero,
    add_credentials,
    checkout,
    credentials,
    seconds,
    whole,
)
from hrdem.cli.printing import filled, show, write
from hrdem.errors import EXIT_FINE, EXIT_WRONG, count

if TYPE_CHECKING:
    import argparse

    from hrdem.cli.parsing import Add
    from hrdem.load import Addresses, Server


def register(add: Add) -> None:
    """Add the commands that deal with other machines."""
    one = add("links", _links_help, "Prove the links that lead out of the graph.")
    _add_links_check(one)

    one = add(
        "load",
        _load,
        "Put the built graph into a triplestore, in the place of what was loaded before. All or"
        " nothing: readers see the old graph or the new one.",
    )
    _add_store(one)
    one.add_argument(
        "--layout",
        choices=("merged", "named"),
        default="merged",
        help="one graph with everything (default), or also one per source file and passage",
    )
    one.add_argument(
        "--via",
        choices=("graphs", "update"),
        help="by Graph Store Protocol or by SPARQL updates (default: what the store does best)",
    )
    one.add_argument(
        "--piece",
        type=whole,
        default=1000,
        metavar="N",
        help="put no more than N triples into one update (default: 1000)",
    )
    one.add_argument("--dry-run", action="store_true", help="only say what would happen")

    one = add("unload", _unload, "Take the graph out of a triplestore again, and nothing else.")
    _add_store(one)
    one.add_argument("--dry-run", action="store_true", help="only say what would happen")


def _add_links_check(parser: argparse.ArgumentParser) -> None:
    parts = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    text = (
        "Check that what the graph links to exists, is in use, still has the label that is cited,"
        " and is of the right kind. Without --against it says what there is to check."
    )
    one = parts.add_parser(
        "check",
        help="check links against vocabularies",
        description=filled(text),
        epilog=CODES,
        formatter_class=parser.formatter_class,
        allow_abbrev=False,
    )
    one.set_defaults(command=_links)
    one.add_argument(
        "--against",
        action="append",
        default=[],
        metavar="FILE|ENDPOINT",
        help="a vocabulary: a file in an RDF syntax, or the address of a SPARQL endpoint;"
        " may be given several times",
    )
    one.add_argument(
        "--complete",
        action="append",
        default=[],
        metavar="NAMESPACE",
        help="take what the vocabularies do not have of this namespace as missing (files are often"
        " extracts, so this must be said); may be given several times",
    )
    one.add_argument("--format", choices=("text", "json"), default="text")
    _add_manners(one)


def _add_manners(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--timeout",
        type=seconds,
        default=60.0,
        metavar="SECONDS",
        help="give one question to an endpoint no more time than this (default: 60)",
    )
    parser.add_argument(
        "--rate",
        type=above_zero,
        default=2.0,
        metavar="N",
        help="ask an endpoint no more than N times a second (default: 2)",
    )
    parser.add_argument(
        "--cache",
        metavar="DIR",
        help="keep answers of endpoints here (default: in your folder of caches)",
    )
    parser.add_argument(
        "--max-age",
        type=above_zero,
        default=7.0,
        metavar="DAYS",
        help="use kept answers for this many days (default: 7)",
    )


def _add_store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "url", metavar="URL", help="address of the dataset or repository, or of its SPARQL endpoint"
    )
    parser.add_argument(
        "--update", metavar="URL", help="address for updates, where it is not found by itself"
    )
    parser.add_argument(
        "--graphs", metavar="URL", help="address of the Graph Store Protocol, likewise"
    )
    add_credentials(parser)
    parser.add_argument(
        "--certificates", metavar="FILE", help="certificates of authorities to trust, in PEM"
    )
    parser.add_argument(
        "--timeout",
        type=seconds,
        default=300.0,
        metavar="SECONDS",
        help="wait no longer for one answer of the store (default: 300)",
    )


def _links_help(options: argparse.Namespace) -> int:
    raise AssertionError("a command after `links` is required")


def _links(options: argparse.Namespace) -> int:
    from datetime import date

    from hrdem import links

    project = checkout()
    outgoing = links.outgoing(project)
    vocabularies = links.open_vocabularies(
        options.against,
        outgoing,
        timeout=options.timeout,
        rate=options.rate,
        cache=options.cache,
        max_age=options.max_age * 24 * 3600,
    )
    today = date.today().isoformat()
    report = links.prove(outgoing, vocabularies, today, options.complete)
    if options.format == "json":
        write(links.report_json(report, project.root), "json")
    else:
        show("".join(f"{finding}\n" for finding in report.findings))
        show(links.report_text(report))
    return EXIT_WRONG if links.failed(report.findings) else EXIT_FINE


def _load(options: argparse.Namespace) -> int:
    from hrdem import load
    from hrdem.project import Project

    plan = load.make_plan(Project.find(), options.layout)
    server, addresses = _store(options)
    graphs = f"{count(len(plan.graphs), 'graph')} with {count(plan.triples, 'triple')}"
    if options.dry_run:
        show(load.addresses_text(addresses))
        show(load.there_text(load.loaded(server, addresses)))
        way = "updates" if options.via == "update" else "the Graph Store Protocol or updates"
        show(f"Would put {graphs} in its place, by {way}. Nothing was changed.\n")
        return EXIT_FINE
    outcome = load.load(
        plan, server, addresses, way=options.via, piece=options.piece, progress=_Progress()
    )
    if outcome.changed:
        show(load.there_text(outcome.before, past=True))
        show(f"Loaded {graphs} into {options.url}.\n")
    else:
        show(f"{graphs[:1].upper()}{graphs[1:]} were there already, as built.\n")
    show(
        f"Read back and compared with the build: equal. Ask the graph <{outcome.after.merged}>,\n"
        f"or let hrdem do it with --endpoint {addresses.query}.\n"
        f"SHA-256 of the canonical form (RDFC-1.0): {outcome.canonical}\n"
    )
    return EXIT_FINE


def _unload(options: argparse.Namespace) -> int:
    from hrdem import load

    server, addresses = _store(options)
    if options.dry_run:
        show(load.addresses_text(addresses))
        show(load.there_text(load.loaded(server, addresses)))
        show("Would remove that and nothing else. Nothing was changed.\n")
        return EXIT_FINE
    there = load.unload(server, addresses)
    if there is None:
        show("Nothing of this project was in the store.\n")
    else:
        show(f"Removed {count(len(there.graphs), 'graph')}.\n")
    return EXIT_FINE


def _store(options: argparse.Namespace) -> tuple[Server, Addresses]:
    from hrdem import load

    places = (options.url, options.update, options.graphs)
    who = credentials(options.user, options.auth, options.plain, *places)
    limits = load.Limits(answer=options.timeout)
    server = load.Server(who, limits, options.certificates)
    addresses = load.find_addresses(
        options.url,
        server,
        update=options.update,
        graphs=options.graphs,
        write=not options.dry_run,
    )
    return server, addresses


class _Progress:
    """Shows on a terminal how far a load is, on one line that is overwritten."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, what: str, done: int, of: int) -> None:
        if not sys.stderr.isatty():
            return
        share = done / of if of else 1
        line = f"{what:14} [{'#' * round(30 * share):30}] {share:4.0%}"
        if line != self._last:
            end = "\r" + " " * len(line) + "\r" if what == "compare again" and done == of else ""
            sys.stderr.write(f"\r{line}{end}")
            sys.stderr.flush()
            self._last = line
