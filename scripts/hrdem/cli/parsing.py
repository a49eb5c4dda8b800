"""What the commands share when they read what was typed. argparse is imported where it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, Protocol

from hrdem.errors import EXIT_CODES, HrdemError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from hrdem.credentials import Credentials
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
    add_credentials(parser)


def add_credentials(parser: argparse.ArgumentParser) -> None:
    """Add the options that say who asks or writes elsewhere."""
    from hrdem.credentials import SCHEMES, SECRET_VARIABLE

    parser.add_argument("--user", metavar="NAME", help="your name there")
    parser.add_argument(
        "--auth",
        choices=SCHEMES,
        help="how to say who you are (default: basic, if --user is given). The password or token is"
        f" taken from the environment variable {SECRET_VARIABLE}, or asked for",
    )
    parser.add_argument(
        "--plain",
        action="store_true",
        help="send a secret over http:// to another machine, where others can read it",
    )


def credentials(
    user: str | None, auth: str | None, plain: bool, *addresses: str | None
) -> Credentials | None:
    """Return who asks or writes, with the secret from the environment or from the keyboard.

    Args:
        user: what was typed after ``--user``.
        auth: what was typed after ``--auth``.
        plain: whether ``--plain`` was typed.
        addresses: where the secret may be sent; None for one that was not named.

    Returns:
        Who it is, None if that is not said.

    Raises:
        UsageError: if something is missing, or others could read the secret on its way.
    """
    scheme = auth or ("basic" if user else None)
    if scheme is None:
        return None
    import os
    import sys

    from hrdem.credentials import SCHEMES, SECRET_VARIABLE, Credentials, refuse_plain

    if not any(addresses):
        raise UsageError(
            "--user and --auth say who asks an endpoint, and none is named. Add --endpoint URL."
        )
    if scheme not in SCHEMES:
        raise UsageError(f"--auth wants one of {', '.join(SCHEMES)}, not {scheme!r}.")
    if scheme != "bearer" and not user:
        raise UsageError(f"--auth {scheme} needs a name. Give it with --user.")
    if not plain:
        for address in addresses:
            refuse_plain(address)
    secret = os.environ.get(SECRET_VARIABLE)
    if secret is None:
        if not sys.stdin.isatty():
            raise UsageError(
                "The password or token is missing. Put it into the environment variable"
                f" {SECRET_VARIABLE}."
            )
        from getpass import getpass

        secret = getpass("Token: " if scheme == "bearer" else f"Password of {user}: ")
    return Credentials(scheme, user or "", secret)


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


def port(text: str, least: int = 1) -> int:
    """Return the number of a TCP port that was typed, `least` to 65535; for argparse."""
    import re
    from argparse import ArgumentTypeError

    if not re.fullmatch(r"[0-9]{1,5}", text) or not least <= int(text) <= 65535:
        raise ArgumentTypeError(
            f"the number of a port from {least} to 65535 is wanted, not {text!r}"
        )
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
