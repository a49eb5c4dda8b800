"""What the commands share when they read what was typed. argparse is imported where it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, Protocol

from hrdem.errors import EXIT_CODES, HrdemError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from hrdem.project import Project

CODES = "exit codes:\n" + "".join(f"  {code:<4} {text}\n" for code, text in EXIT_CODES.items())
"""What every help text says about exit codes."""


class Add(Protocol):
    """Adds a command to the command line: its name, what carries it out, and what it is for."""

    def __call__(
        self, name: str, command: Callable[[argparse.Namespace], int], text: str
    ) -> argparse.ArgumentParser:
        """Return the parser of the new command."""


def new_parser(prog: str, description: str) -> argparse.ArgumentParser:
    """Return a parser whose errors are sentences, and whose help ends with the exit codes."""
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
        epilog=CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def add_service(parser: argparse.ArgumentParser) -> None:
    """Add the option that lets something else answer in the place of a service."""
    parser.add_argument(
        "--service",
        action="append",
        default=[],
        metavar="ADDRESS=ENDPOINT|FILE",
        help="let an endpoint or a file answer in the place of a service that a question asks; may"
        " be given several times",
    )


def add_endpoint(parser: argparse.ArgumentParser) -> None:
    """Add the option that names an endpoint to ask."""
    parser.add_argument(
        "--endpoint", metavar="URL", help="ask this SPARQL endpoint instead of the built graph"
    )


def seconds(text: str) -> float:
    """Return a number of seconds above 0 that was typed; for argparse."""
    from argparse import ArgumentTypeError

    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds < 1e6:
        raise ArgumentTypeError(f"a number of seconds is wanted, not {text!r}")
    return seconds


def whole(text: str) -> int:
    """Return a whole number from 1 to a million that was typed; for argparse."""
    from argparse import ArgumentTypeError

    if not text.isdigit() or not 0 < int(text) <= 1_000_000:
        raise ArgumentTypeError(f"a whole number from 1 to 1000000 is wanted, not {text!r}")
    return int(text)


def port(text: str) -> int:
    """Return the number of a TCP port that was typed, 1 to 65535; for argparse."""
    from argparse import ArgumentTypeError

    if not text.isdigit() or not 0 < int(text) < 65536:
        raise ArgumentTypeError(f"the number of a port from 1 to 65535 is wanted, not {text!r}")
    return int(text)


def above_zero(text: str) -> float:
    """Return a number above 0 that was typed; for argparse."""
    from argparse import ArgumentTypeError

    try:
        return seconds(text)
    except ArgumentTypeError:
        raise ArgumentTypeError(f"a number above 0 is wanted, not {text!r}") from None


def checkout() -> Project:
    """Return the project, which must be one whose files can be edited."""
    from hrdem.project import Project

    project = Project.find()
    if project.installed:
        raise HrdemError(
            "This command works on the files of the project, and the installed package carries only"
            " what was made from them. Run it inside a clone."
        )
    return project
