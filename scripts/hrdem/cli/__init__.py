"""The command line: reads what was typed, calls the module that does it, prints what comes back.

Nothing else happens here. Modules are imported where a command needs them, argparse too, so that
`hrdem ask` starts about as fast as the engine it uses.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from hrdem import __version__
from hrdem.cli.printing import complain, filled
from hrdem.errors import (
    EXIT_BROKEN_PIPE,
    EXIT_INTERRUPTED,
    EXIT_USAGE,
    EXIT_WRONG,
    HrdemError,
    UsageError,
)

TYPE_CHECKING = False  # typing takes as long to import as pyoxigraph
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence
    from typing import NoReturn


def program() -> NoReturn:
    """Run the command line in a process that ends with it."""
    code = main()
    if sys.argv[1:2] == ["ask"]:
        # An answer leaves nothing to be tidied up, and the interpreter tidies for as long as it
        # takes to import the engine. What was printed before an error has not been flushed yet.
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):  # nobody reads any more
                stream.flush()
        os._exit(code)
    sys.exit(code)


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
        complain(str(problem))
        return EXIT_USAGE if isinstance(problem, UsageError) else EXIT_WRONG
    except BrokenPipeError:
        # Nobody reads any more; the interpreter must not complain about that either when it closes.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123
        return EXIT_BROKEN_PIPE
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def _run(typed: list[str]) -> int:
    if typed[:1] == ["ask"]:
        from hrdem import ahead

        opening = None if _needs_no_graph(typed[1:]) else ahead.begin()
        from hrdem.cli.asking import ask

        return ask(typed[1:], _parser, opening)
    options = _parser().parse_args(typed)
    command: Callable[[argparse.Namespace], int] = options.command
    return command(options)


def _needs_no_graph(typed: list[str]) -> bool:
    """Return whether what follows ``hrdem ask`` asks for no answer of the built graph, at a glance.

    A wrong guess costs time and nothing else.
    """
    return not typed or any(word.startswith(("-h", "--help", "--endpoint")) for word in typed)


def _parser() -> argparse.ArgumentParser:
    from hrdem.cli import asking, elsewhere, making, serving
    from hrdem.cli.parsing import CODES, new_parser

    parser = new_parser(
        "hrdem",
        filled(
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
            description=filled(text),
            epilog=CODES,
            formatter_class=parser.formatter_class,
            allow_abbrev=False,
        )
        added.set_defaults(command=command)
        return added

    for module in (asking, making, elsewhere, serving):
        module.register(add)
    return parser
