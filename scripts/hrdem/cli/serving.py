"""Commands that serve the graph to others: serve, mcp."""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from hrdem.cli.parsing import port, seconds, whole
from hrdem.errors import EXIT_FINE

if TYPE_CHECKING:
    import argparse

    from hrdem.cli.parsing import Add


def register(add: Add) -> None:
    """Add the commands that serve the graph to others."""
    from hrdem.serve.limits import Limits

    usual = Limits()
    one = add(
        "serve",
        _serve,
        "Serve the built graph over HTTP, only to be read: a page for each thing, a SPARQL"
        " endpoint, and an address for each question. SIGTERM or Ctrl-C ends it.",
    )
    one.add_argument(
        "--host",
        default="127.0.0.1",
        help="listen at this address (default: 127.0.0.1, which only this machine reaches)",
    )
    one.add_argument(
        "--port",
        type=partial(port, least=0),
        default=8080,
        help="the port (default: 8080; 0 for any that is free)",
    )
    one.add_argument(
        "--url", help="the address under which people reach it, where a proxy stands before it"
    )
    megabyte = 1024**2
    for name, kind, default, unit, text in (
        ("--timeout", seconds, usual.seconds, "SECONDS", "stop a query after this time"),
        ("--workers", whole, usual.workers, "N", "answer N queries at the same time"),
        ("--queue", whole, usual.queue, "N", "let N more wait, and send others away"),
        ("--memory", whole, usual.memory // megabyte, "MB", "let a worker use this much memory"),
        ("--size", whole, usual.answer // megabyte, "MB", "send no answer larger than this"),
        ("--grace", seconds, usual.grace, "SECONDS", "at the end, give what runs this time"),
    ):
        one.add_argument(
            name, type=kind, default=default, metavar=unit, help=f"{text} (default: {default:g})"
        )
    one.add_argument("--quiet", action="store_true", help="do not log requests")

    one = add(
        "mcp",
        _mcp,
        "Serve the graph to a client of the Model Context Protocol. The client starts this command"
        " and speaks with it over standard input and output.",
    )
    one.add_argument(
        "--port",
        type=port,
        metavar="N",
        help="instead, serve streamable HTTP on this port of this machine alone",
    )
    one.add_argument(
        "--timeout",
        type=seconds,
        default=20.0,
        metavar="SECONDS",
        help="stop a SPARQL query after this time (default: 20)",
    )


def _serve(options: argparse.Namespace) -> int:
    from hrdem.project import Project
    from hrdem.serve.limits import Limits
    from hrdem.serve.server import serve

    serve(
        Project.find(),
        Limits(
            seconds=options.timeout,
            workers=options.workers,
            queue=options.queue,
            memory=options.memory * 1024**2,
            answer=options.size * 1024**2,
            grace=options.grace,
        ),
        host=options.host,
        port=options.port,
        url=options.url,
        say=_say,
        quiet=options.quiet,
    )
    return EXIT_FINE


def _say(line: str) -> None:
    """Write a line to standard error; that nobody reads it must not end the server."""
    with suppress(OSError, ValueError):
        print(line, file=sys.stderr, flush=True)


def _mcp(options: argparse.Namespace) -> int:
    from hrdem import mcp_server
    from hrdem.project import Project

    mcp_server.serve(Project.find(), options.timeout, options.port)
    return EXIT_FINE
