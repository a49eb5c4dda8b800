"""Commands that ask the graph: ask, query, why, timeline."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from hrdem.cli.parsing import CODES, add_endpoint, add_service, credentials, new_parser, seconds
from hrdem.cli.printing import encodes, filled, show, width, write
from hrdem.errors import EXIT_FINE, HrdemError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from hrdem.ahead import Opening
    from hrdem.cli.parsing import Add
    from hrdem.queries import SavedQuery


def register(add: Add) -> None:
    """Add the commands that ask the graph."""
    one = add("ask", _ask_help, "Ask a saved question, or list them all.")
    one.add_argument("name", nargs="?", metavar="NAME", help="name of the question")
    _add_asking(one)

    one = add("query", _query, "Ask any SPARQL query that reads. The project's prefixes are known.")
    one.add_argument("file", metavar="FILE", help="file with the query, or - for standard input")
    _add_asking(one)
    one.add_argument(
        "--timeout",
        type=seconds,
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
    add_endpoint(one)

    one = add("timeline", _timeline, "Draw the instruments in time.")
    one.add_argument("--on", metavar="DAY", help="mark a day and what applies on it (2021-01-31)")
    one.add_argument("--as-known-on", metavar="DAY", help="leave out what was decided after a day")
    add_endpoint(one)


def _add_asking(parser: argparse.ArgumentParser) -> None:
    from hrdem.answers import FORMATS

    parser.add_argument(
        "--format",
        choices=FORMATS,
        help="table (default), csv, json (SPARQL results), or ttl for answers made of triples",
    )
    add_endpoint(parser)


def _ask_help(options: argparse.Namespace) -> int:
    raise AssertionError("`ask` is handled before")  # its options depend on the question


def ask(
    typed: list[str],
    parser: Callable[[], argparse.ArgumentParser],
    opening: Opening | None = None,
) -> int:
    """Ask a saved query. Its parameters are options too, so what is an option depends on it.

    Args:
        typed: what was typed after ``hrdem ask``.
        parser: makes the parser of the whole command line, for its help.
        opening: the store of the built graph, if it is already being opened.

    Returns:
        The exit code.
    """
    from hrdem.answers import FORMATS, answer, find_query, text_of
    from hrdem.project import Project
    from hrdem.queries import load_catalogue
    from hrdem.store import open_store

    name, values, pairs = _asked(typed)
    wants_help = values.pop("help", None) is not None
    if wants_help and name is None:
        parser().parse_args(["ask", "--help"])
    form, endpoint = values.pop("format", None), values.pop("endpoint", None)
    user, auth, plain = values.pop("user", None), values.pop("auth", None), "plain" in values
    values.pop("plain", None)
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
        show(_listing(queries))
        return EXIT_FINE
    query = find_query(queries, name)
    if wants_help:
        show(_help_for(query))
        return EXIT_FINE
    elsewhere = bool(query.endpoints or pairs)
    timeout = values.pop("timeout", None) if elsewhere else None
    for option in values:
        if option not in query.parameters:
            options = ["format", "endpoint", "user", "auth", "plain"]
            options += ["service", "timeout"] if elsewhere else []
            known = " ".join(f"--{each}" for each in (*query.parameters, *options))
            raise UsageError(f"The question {name} has no option --{option}. It has: {known}.")
    who = credentials(user, auth, plain, endpoint)
    store = open_store(project, endpoint, credentials=who, opening=opening)
    if elsewhere:
        from hrdem.federation import given

        found = answer(store, query, values, given(pairs), _limit(timeout))
    else:
        found = answer(store, query, values)
    form = form or ("ttl" if query.form == "construct" else "table")
    write(text_of(found, form, width()), form)
    return EXIT_FINE


def _limit(typed: str | None) -> float:
    """Return the seconds that were typed after --timeout, 60 if it was not."""
    from argparse import ArgumentTypeError

    try:
        return 60.0 if typed is None else seconds(typed)
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
        if word in ("-h", "--help", "--plain"):
            options["help" if word == "-h" else option] = ""
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
    parser = new_parser(
        f"hrdem ask {query.name}", f"{filled(query.summary)}\n\n{filled(query.description)}"
    )
    for parameter in query.parameters.values():
        parser.add_argument(
            f"--{parameter.name}",
            metavar=parameter.type.partition(":")[2].upper(),
            help=f"{parameter.description} (default: {parameter.example})".replace("%", "%%"),
        )
    _add_asking(parser)
    if query.endpoints:
        add_service(parser)
        parser.add_argument(
            "--timeout", metavar="SECONDS", help="give the services no more time (default: 60)"
        )
        asked = [f"  {who.name}: {address}" for address, who in query.endpoints.items()]
        parser.epilog = "\n".join(["asks, beside the graph:", *asked, "", CODES])
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
        lines.append(filled(query.summary, "      "))
    lines += ["", "Ask one with `hrdem ask NAME`; `hrdem ask NAME --help` says more about it."]
    return "\n".join(lines) + "\n"


def _query(options: argparse.Namespace) -> int:
    from pathlib import Path

    from hrdem.answers import run, text_of
    from hrdem.project import Project
    from hrdem.sparql import form_of
    from hrdem.store import GuardedStore, RemoteStore, Store

    path = None if options.file == "-" else Path(options.file)
    try:
        data = sys.stdin.buffer.read() if path is None else path.read_bytes()
        text = data.decode("utf-8")
    except OSError as problem:
        raise HrdemError(f"The query cannot be read: {problem.strerror}.", path=path) from problem
    except UnicodeDecodeError as problem:
        raise HrdemError("The query is not UTF-8. Save it as UTF-8.", path=path) from problem
    who = credentials(options.user, options.auth, options.plain, options.endpoint)
    store: Store
    if options.endpoint is not None:
        store = RemoteStore(options.endpoint, options.timeout, credentials=who)
    else:
        store = GuardedStore(
            Project.find(), options.timeout, or_else=", or allow more with --timeout"
        )
    try:
        form = form_of(text)
        found = run(store, form, text)
    except UsageError:
        raise
    except HrdemError as problem:
        raise HrdemError(problem.message, path=problem.path or path) from problem
    shape = options.format or ("ttl" if form in ("construct", "describe") else "table")
    write(text_of(found, shape, width()), shape)
    return EXIT_FINE


def _why(options: argparse.Namespace) -> int:
    from hrdem import why
    from hrdem.names import find_thing
    from hrdem.project import Project
    from hrdem.rules import read_rules
    from hrdem.store import open_store

    project = Project.find()
    who = credentials(options.user, options.auth, options.plain, options.endpoint)
    store = open_store(project, options.endpoint, credentials=who)
    rules = {}
    # From which facts others follow is found by trying, which takes a while for all properties; an
    # endpoint would be asked many times, and its graph may come of other rules.
    if options.property is not None and options.endpoint is None:
        rules = {rule.name: rule.text for rule in read_rules(project)}
    thing = find_thing(store, options.thing)
    prop = None if options.property is None else why.find_property(store, options.property)
    claims = why.explain(store, thing, prop, rules)
    unknown = why.gaps(store, thing, prop)
    show(why.draw(thing, why.heading(store, thing), claims, unknown, width()))
    return EXIT_FINE


def _timeline(options: argparse.Namespace) -> int:
    from hrdem import timeline
    from hrdem.project import Project
    from hrdem.store import open_store

    on = None if options.on is None else timeline.day("--on", options.on)
    known = options.as_known_on
    known = None if known is None else timeline.day("--as-known-on", known)
    who = credentials(options.user, options.auth, options.plain, options.endpoint)
    store = open_store(Project.find(), options.endpoint, credentials=who)
    found = timeline.rows(store, on, known)
    signs = timeline.UNICODE if encodes("".join(timeline.UNICODE)) else timeline.ASCII
    show(timeline.draw(found, width(), on=on, as_known_on=known, signs=signs))
    return EXIT_FINE
