"""The command line: reads what was typed, calls the module that does it, prints what comes back.

Nothing else happens here. Modules are imported where a command needs them, argparse too, so that
`hrdem ask` starts about as fast as the engine it uses.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NoReturn

from hrdem import __version__
from hrdem.errors import (
    EXIT_BROKEN_PIPE,
    EXIT_CODES,
    EXIT_FINE,
    EXIT_INTERRUPTED,
    EXIT_USAGE,
    EXIT_WRONG,
    HrdemError,
    UsageError,
    count,
)

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from hrdem.project import Project
    from hrdem.queries import SavedQuery

_CODES = "exit codes:\n" + "".join(f"  {code:<4} {text}\n" for code, text in EXIT_CODES.items())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        arguments: what was typed after ``hrdem``; by default what this process was started with.
    """
    typed = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _run(typed)
        sys.stdout.flush()
        return code
    except HrdemError as problem:
        _complain(str(problem))
        return EXIT_USAGE if isinstance(problem, UsageError) else EXIT_WRONG
    except BrokenPipeError:
        # Nobody reads any more; the interpreter must not complain about that either when it closes.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123
        return EXIT_BROKEN_PIPE
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def _run(typed: list[str]) -> int:
    if typed[:1] == ["ask"]:
        return _ask(typed[1:])
    options = _parser().parse_args(typed)
    command: Callable[[argparse.Namespace], int] = options.command
    return command(options)


def _new_parser(prog: str, description: str) -> argparse.ArgumentParser:
    import argparse

    class Parser(argparse.ArgumentParser):
        """Says in one sentence what was wrong with the command line, and where help is."""

        def error(self, message: str) -> NoReturn:
            raise UsageError(
                f"{message[:1].upper()}{message[1:].rstrip('.')}. `{self.prog} --help` says how to"
                " use it."
            )

    return Parser(
        prog=prog,
        description=description,
        epilog=_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def _parser() -> argparse.ArgumentParser:
    parser = _new_parser(
        "hrdem",
        _filled(
            "The EU's human rights and democracy policy towards the rest of the world, as a graph"
            " that shows the words behind every fact."
        ),
    )
    parser.add_argument("--version", action="version", version=f"hrdem {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(
        name: str, command: Callable[[argparse.Namespace], int], text: str
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(
            name,
            help=text[0].lower() + text[1:].partition(". ")[0].rstrip("."),
            description=_filled(text),
            epilog=_CODES,
            formatter_class=parser.formatter_class,
            allow_abbrev=False,
        )
        added.set_defaults(command=command)
        return added

    one = add("ask", _ask_help, "Ask a saved question, or list them all.")
    one.add_argument("name", nargs="?", metavar="NAME", help="name of the question")
    _add_asking(one)

    one = add("query", _query, "Ask any SPARQL query that reads. The project's prefixes are known.")
    one.add_argument("file", metavar="FILE", help="file with the query, or - for standard input")
    _add_asking(one)
    one.add_argument(
        "--timeout",
        type=_seconds,
        default=60.0,
        metavar="SECONDS",
        help="stop the query after this time (default: 60)",
    )

    one = add("why", _why, "Show the facts about a thing with the words behind each.")
    one.add_argument("thing", metavar="THING", help="slug, prefixed name, IRI or label")
    one.add_argument(
        "property",
        nargs="?",
        metavar="PROPERTY",
        help="only this property, and what derived facts follow from",
    )
    _add_endpoint(one)

    one = add("timeline", _timeline, "Draw the instruments in time.")
    one.add_argument("--on", metavar="DAY", help="mark a day and what applies on it (2021-01-31)")
    one.add_argument("--as-known-on", metavar="DAY", help="leave out what was decided after a day")
    _add_endpoint(one)

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
        "answers",
        _answers,
        "Compare the answers on file with the built graph. For those who edit data or questions.",
    )
    one.add_argument("names", nargs="*", metavar="NAME", help="only these questions")
    one.add_argument("--write", action="store_true", help="file the answers that differ")
    _add_service(one)

    one = add("links", _links_help, "Prove the links that lead out of the graph.")
    _add_links_check(one, parser)

    one = add(
        "suite",
        _suite,
        "Write the examples of the shapes as a test suite for SHACL engines, in the W3C form.",
    )
    one.add_argument(
        "--out", required=True, metavar="DIR", help="the folder to make, or to replace"
    )

    add("run", _everything, "Build, check, answer every saved question, and say what came out.")
    return parser


def _add_asking(parser: argparse.ArgumentParser) -> None:
    from hrdem.answers import FORMATS

    parser.add_argument(
        "--format",
        choices=FORMATS,
        help="table (default), csv, json (SPARQL results), or ttl for answers made of triples",
    )
    _add_endpoint(parser)


def _add_service(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--service",
        action="append",
        default=[],
        metavar="ADDRESS=ENDPOINT|FILE",
        help="let an endpoint or a file answer in the place of a service that a question asks; may"
        " be given several times",
    )


def _add_links_check(parser: argparse.ArgumentParser, above: argparse.ArgumentParser) -> None:
    parts = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    text = (
        "Check that what the graph links to exists, is in use, still has the label that is cited,"
        " and is of the right kind. Without --against it says what there is to check."
    )
    one = parts.add_parser(
        "check",
        help="check links against vocabularies",
        description=_filled(text),
        epilog=_CODES,
        formatter_class=above.formatter_class,
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
        type=_seconds,
        default=60.0,
        metavar="SECONDS",
        help="give one question to an endpoint no more time than this (default: 60)",
    )
    parser.add_argument(
        "--rate",
        type=_above_zero,
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
        type=_above_zero,
        default=7.0,
        metavar="DAYS",
        help="use kept answers for this many days (default: 7)",
    )


def _add_endpoint(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--endpoint", metavar="URL", help="ask this SPARQL endpoint instead of the built graph"
    )


def _seconds(text: str) -> float:
    from argparse import ArgumentTypeError

    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds < 1e6:
        raise ArgumentTypeError(f"a number of seconds is wanted, not {text!r}")
    return seconds


def _above_zero(text: str) -> float:
    from argparse import ArgumentTypeError

    try:
        return _seconds(text)
    except ArgumentTypeError:
        raise ArgumentTypeError(f"a number above 0 is wanted, not {text!r}") from None


# --- commands -------------------------------------------------------------------------------------


def _ask_help(options: argparse.Namespace) -> int:
    raise AssertionError("`ask` is handled before")  # its options depend on the question


def _ask(typed: list[str]) -> int:
    """Ask a saved query. Its parameters are options too, so what is an option depends on it."""
    from hrdem.answers import FORMATS, answer, find_query, text_of
    from hrdem.project import Project
    from hrdem.queries import load_catalogue
    from hrdem.store import open_store

    name, values, pairs = _asked(typed)
    wants_help = values.pop("help", None) is not None
    if wants_help and name is None:
        _parser().parse_args(["ask", "--help"])
    form, endpoint = values.pop("format", None), values.pop("endpoint", None)
    timeout = values.pop("timeout", None)
    if form is not None and form not in FORMATS:
        raise UsageError(f"--format wants one of {', '.join(FORMATS)}, not {form!r}.")
    if name is None and values:
        option, value = next(iter(values.items()))
        raise UsageError(
            f"--{option} {value} is an option of a question, and no question is named. Name it, as"
            f" in `hrdem ask NAME --{option} {value}`; `hrdem ask` lists them all."
        )
    project = Project.find()
    queries = load_catalogue(project)
    if name is None:
        _print(_listing(queries))
        return EXIT_FINE
    query = find_query(queries, name)
    if wants_help:
        _print(_help_for(query))
        return EXIT_FINE
    for option in values:
        if option not in query.parameters:
            options = ("format", "endpoint", *(("service", "timeout") if query.endpoints else ()))
            known = " ".join(f"--{each}" for each in (*query.parameters, *options))
            raise UsageError(f"The question {name} has no option --{option}. It has: {known}.")
    store = open_store(project, endpoint)
    if query.endpoints or pairs:
        from hrdem.federation import given

        found = answer(store, query, values, given(pairs), _limit(timeout))
    else:
        found = answer(store, query, values)
    form = form or ("ttl" if query.form == "construct" else "table")
    _write(text_of(found, form, _width()), form)
    return EXIT_FINE


def _limit(typed: str | None) -> float:
    """Return the seconds that were typed after --timeout, 60 if it was not."""
    from argparse import ArgumentTypeError

    try:
        return 60.0 if typed is None else _seconds(typed)
    except ArgumentTypeError as problem:
        raise UsageError(f"--timeout: {problem}.") from problem


def _asked(typed: list[str]) -> tuple[str | None, dict[str, str], list[str]]:
    """Return the name of the question, None if there is none, the options with their values, and
    the values of --service, which may be given several times."""
    name = None
    options: dict[str, str] = {}
    services: list[str] = []
    words = iter(typed)
    for word in words:
        option, equals, value = word.removeprefix("--").partition("=")
        if word == "-h" or (word.startswith("--") and option == "help"):
            options["help"] = ""
            continue
        if not word.startswith("-"):
            if name is not None:
                raise UsageError(
                    f"{word!r} is one word too many after the question {name}. Put a value that has"
                    " spaces in quotation marks."
                )
            name = word
            continue
        if not word.startswith("--") or not option:
            raise UsageError(
                f"{word!r} is not an option of `hrdem ask`: options begin with two hyphens and a"
                " name. `hrdem ask NAME --help` lists those of a question."
            )
        if not equals:
            given = next(words, None)
            if given is None:
                raise UsageError(f"--{option} wants a value after it.")
            value = given
        if option == "service":
            services.append(value)
            continue
        if option in options:
            raise UsageError(f"--{option} is given twice. Keep one of the two.")
        options[option] = value
    return name, options, services


def _help_for(query: SavedQuery) -> str:
    parser = _new_parser(
        f"hrdem ask {query.name}", f"{_filled(query.summary)}\n\n{_filled(query.description)}"
    )
    for parameter in query.parameters.values():
        parser.add_argument(
            f"--{parameter.name}",
            metavar=parameter.type.partition(":")[2].upper(),
            help=f"{parameter.description} (default: {parameter.example})".replace("%", "%%"),
        )
    _add_asking(parser)
    if query.endpoints:
        _add_service(parser)
        parser.add_argument(
            "--timeout", metavar="SECONDS", help="give the services no more time (default: 60)"
        )
        asked = [f"  {who.name}: {address}" for address, who in query.endpoints.items()]
        parser.epilog = "\n".join(["asks, beside the graph:", *asked, "", _CODES])
    return parser.format_help()


def _listing(queries: Sequence[SavedQuery]) -> str:
    lines: list[str] = []
    topic = None
    for query in queries:
        if query.topic != topic:
            lines += ([""] if lines else []) + [query.topic.capitalize()]
            topic = query.topic
        options = "".join(f" [--{name} …]" for name in query.parameters)
        lines.append(f"  {query.name}{options}")
        lines.append(_filled(query.summary, "      "))
    lines += ["", "Ask one with `hrdem ask NAME`; `hrdem ask NAME --help` says more about it."]
    return "\n".join(lines) + "\n"


def _query(options: argparse.Namespace) -> int:
    from pathlib import Path

    from hrdem.answers import run, text_of
    from hrdem.project import Project
    from hrdem.queries import form_of
    from hrdem.store import GuardedStore, RemoteStore, Store

    path = None if options.file == "-" else Path(options.file)
    try:
        data = sys.stdin.buffer.read() if path is None else path.read_bytes()
        text = data.decode("utf-8")
    except OSError as problem:
        raise HrdemError(f"The query cannot be read: {problem.strerror}.", path=path) from problem
    except UnicodeDecodeError as problem:
        raise HrdemError("The query is not UTF-8. Save it as UTF-8.", path=path) from problem
    store: Store
    if options.endpoint is not None:
        store = RemoteStore(options.endpoint, options.timeout)
    else:
        store = GuardedStore(Project.find(), options.timeout)
    try:
        form = form_of(text)
        found = run(store, form, text)
    except UsageError:
        raise
    except HrdemError as problem:
        raise HrdemError(problem.message, path=problem.path or path) from problem
    shape = options.format or ("ttl" if form in ("construct", "describe") else "table")
    _write(text_of(found, shape, _width()), shape)
    return EXIT_FINE


def _why(options: argparse.Namespace) -> int:
    from hrdem import why
    from hrdem.names import find_thing
    from hrdem.project import Project
    from hrdem.rules import read_rules
    from hrdem.store import open_store

    project = Project.find()
    store = open_store(project, options.endpoint)
    rules = {}
    # From which facts others follow is found by trying, which takes a while for all properties; an
    # endpoint would be asked many times, and its graph may come of other rules.
    if options.property is not None and options.endpoint is None:
        rules = {rule.name: rule.text for rule in read_rules(project)}
    thing = find_thing(store, options.thing)
    prop = None if options.property is None else why.find_property(store, options.property)
    claims = why.explain(store, thing, prop, rules)
    unknown = why.gaps(store, thing, prop)
    _print(why.draw(thing, why.heading(store, thing), claims, unknown, _width()))
    return EXIT_FINE


def _timeline(options: argparse.Namespace) -> int:
    from hrdem import timeline
    from hrdem.project import Project
    from hrdem.store import open_store

    on = None if options.on is None else timeline.day("--on", options.on)
    known = options.as_known_on
    known = None if known is None else timeline.day("--as-known-on", known)
    store = open_store(Project.find(), options.endpoint)
    found = timeline.rows(store, on, known)
    signs = timeline.UNICODE if _encodes("".join(timeline.UNICODE)) else timeline.ASCII
    _print(timeline.draw(found, _width(), on=on, as_known_on=known, signs=signs))
    return EXIT_FINE


def _build(options: argparse.Namespace) -> int:
    from hrdem.build import build
    from hrdem.errors import display_path

    project = _checkout()
    manifest = build(project, endpoint=options.endpoint)
    counts = manifest.counts
    _print(
        f"Built {count(counts['triples'], 'triple')} from {count(counts['documents'], 'document')}"
        f" and {count(counts['passages']['all'], 'passage')}, with"
        f" {count(counts['queries'], 'saved question')}, into {display_path(project.build)}.\n"
    )
    return EXIT_FINE


def _check(options: argparse.Namespace) -> int:
    from pathlib import Path

    from hrdem.atomic import write_file
    from hrdem.check import examine, failed, report, rulebook, shacl, verdict

    project = _checkout()
    found = examine(project)
    readable = found.results is not None  # if not, the shapes may be among what cannot be read
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
            _width(),
            colour=options.out is None and _coloured(),
            everything=options.all,
        )
        if findings:
            text += "`hrdem rules NAME` explains a rule: NAME is the last part of its address.\n"
    if options.out is not None:
        write_file(Path(options.out), text)
    elif options.format == "text":
        _print(text)
    else:
        _write(text, options.format)
    if options.out is not None or options.format == "text":
        _print(f"{verdict(findings)}\n")
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
        _print(rulepages.as_text(page, _width()))
    if options.out is not None:
        folder = Path(options.out)
        pages = rulepages.write(layers, folder)
        _print(f"Wrote {count(pages, 'page')} into {display_path(folder)}.\n")
    elif options.name is None:
        _print(rulepages.listing(layers, _width()))
    return EXIT_FINE


def _answers(options: argparse.Namespace) -> int:
    from hrdem import answers
    from hrdem.errors import display_path
    from hrdem.federation import given
    from hrdem.queries import load_catalogue
    from hrdem.store import open_store

    project = _checkout()
    queries: Sequence[SavedQuery] = load_catalogue(project)
    chosen = [answers.find_query(queries, name) for name in options.names] or queries
    services = given(options.service)
    here, elsewhere = answers.answerable(chosen, services)
    comparisons = answers.compare(project, open_store(project), here, services)
    for each in comparisons:
        if not each.agrees:
            _print(answers.difference(each))
    differing = [each for each in comparisons if not each.agrees]
    strays = answers.strays(project, queries)
    for path in strays:
        _print(f"{display_path(path)} is the answer to no question. Delete it.\n")
    if elsewhere:
        _print(answers.left_out(elsewhere))
    if options.write:
        written = answers.write(comparisons)
        _print(f"{len(written)} of {count(len(comparisons), 'answer')} written.\n")
        return EXIT_WRONG if strays else EXIT_FINE
    agreeing = len(comparisons) - len(differing)
    _print(f"{agreeing} of {count(len(comparisons), 'answer')} as on file.\n")
    if differing:
        _print("If the new ones are right, file them with `hrdem answers --write`.\n")
    return EXIT_WRONG if differing or strays else EXIT_FINE


def _links_help(options: argparse.Namespace) -> int:
    raise AssertionError("a command after `links` is required")


def _links(options: argparse.Namespace) -> int:
    from datetime import date

    from hrdem import links

    project = _checkout()
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
        _write(links.report_json(report, project.root), "json")
    else:
        _print("".join(f"{finding}\n" for finding in report.findings))
        _print(links.report_text(report))
    return EXIT_WRONG if links.failed(report.findings) else EXIT_FINE


def _suite(options: argparse.Namespace) -> int:
    from pathlib import Path

    from hrdem import suite

    counts = suite.write(_checkout(), Path(options.out))
    _print(
        f"Wrote {counts['core']:,} tests of core constraints and {counts['sparql']:,} of"
        f" SPARQL-based constraints into {options.out}.\n"
    )
    return EXIT_FINE


def _everything(options: argparse.Namespace) -> int:
    from hrdem import runner, timeline

    signs = timeline.UNICODE if _encodes("".join(timeline.UNICODE)) else timeline.ASCII
    return EXIT_FINE if runner.run(_checkout(), _print, _width(), signs) else EXIT_WRONG


def _checkout() -> Project:
    """Return the project, which must be one whose files can be edited."""
    from hrdem.project import Project

    project = Project.find()
    if project.installed:
        raise HrdemError(
            "This command works on the files of the project, and the installed package carries only"
            " what was made from them. Run it inside a clone."
        )
    return project


# --- printing -------------------------------------------------------------------------------------


def _width() -> int:
    """Return how many characters a line may have: COLUMNS, else the terminal, else 80."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    except (OSError, ValueError, AttributeError):
        return 80


def _coloured() -> bool:
    """Return whether standard output is a terminal that shows colours and whose owner wants them.

    See https://no-color.org for NO_COLOR.
    """
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted and sys.stdout.isatty()


def _encodes(text: str) -> bool:
    """Return whether standard output can show `text`."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _print(text: str) -> None:
    """Print words for people; what the terminal cannot show is replaced, and never an error."""
    if not _encodes(text):
        encoding = sys.stdout.encoding or "ascii"
        text = text.encode(encoding, "replace").decode(encoding)
    sys.stdout.write(text)


def _write(text: str, form: str) -> None:
    """Print an answer; what programs read is UTF-8 and to the byte as its format says."""
    if form == "table":
        _print(text)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8"))


def _complain(message: str) -> None:
    encoding = sys.stderr.encoding or "ascii"
    sys.stderr.write(f"hrdem: {message}\n".encode(encoding, "replace").decode(encoding))


def _filled(text: str, indent: str = "") -> str:
    import textwrap

    return textwrap.fill(text, max(40, _width()), initial_indent=indent, subsequent_indent=indent)
