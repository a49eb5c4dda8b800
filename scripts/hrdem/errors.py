"""The one exception that the package shows to a person.

Everything that can go wrong because of input, disk or environment is raised as
:class:`HrdemError`: its text is a whole sentence that says what is wrong and what to do, preceded
by the place (``path:line:column:``) where there is one, in the form that editors and terminals
turn into a link. Anything else that escapes is a defect of the program.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing takes as long to import as pyoxigraph
if TYPE_CHECKING:
    from pathlib import Path

EXIT_FINE = 0
EXIT_WRONG = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141
EXIT_CODES = {
    EXIT_FINE: "nothing is wrong; a check may have found warnings",
    EXIT_WRONG: "something is wrong: a file, the graph, a query, or a check that failed",
    EXIT_USAGE: "wrong usage: an unknown command, option, name or thing, or a wrong value",
    EXIT_INTERRUPTED: "interrupted with Ctrl-C",
    EXIT_BROKEN_PIPE: "the reader of the output went away",
}
"""Every code that the program ends with, and what it means; the last two are those of shells."""


def count(number: float, noun: str) -> str:
    """Return a number with its noun, in the plural unless it is one: ``1 row``, ``1,200 rows``.

    Args:
        number: how many.
        noun: what there is one of; its plural is made with an s at the end.
    """
    shown = f"{number:,}" if isinstance(number, int) else f"{number:g}"
    return f"{shown} {noun}{'' if number == 1 else 's'}"


def display_path(path: Path) -> str:
    """Return `path` as a person wants to read it: relative if it lies below the current directory.

    Outside the current directory the absolute path is returned, since it can be followed from
    anywhere.
    """
    from pathlib import Path

    absolute = Path(path).absolute()
    try:
        return str(absolute.relative_to(Path.cwd()))
    except (ValueError, OSError):  # not below it, or the current directory is gone
        return str(absolute)


class HrdemError(Exception):
    """Something is wrong that the person who runs the program can put right.

    Args:
        message: one or more whole sentences: what is wrong, and what to do about it.
        path: the file concerned, if any.
        line: line in that file, counted from 1; ignored without `path`.
        column: column in that line, counted from 1; ignored without `line`.
    """

    def __init__(
        self,
        message: str,
        *,
        path: Path | None = None,
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line if path is not None else None
        self.column = column if self.line is not None else None

    def __str__(self) -> str:
        """Return ``path:line:column: message``, leaving out the parts that are unknown."""
        if self.path is None:
            return self.message
        numbers = [str(n) for n in (self.line, self.column) if n is not None]
        return f"{':'.join([display_path(self.path), *numbers])}: {self.message}"


class UsageError(HrdemError):
    """What was asked for cannot be asked so: an unknown name, or a value of the wrong kind.

    The command line turns it into :data:`EXIT_USAGE`; everything else that is wrong is a plain
    :class:`HrdemError`.
    """
