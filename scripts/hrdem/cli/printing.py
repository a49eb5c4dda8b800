"""Puts words and answers on the terminal, whatever it can show."""

from __future__ import annotations

import os
import sys


def width() -> int:
    """Return how many characters a line may have: COLUMNS, else the terminal, else 80."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    except (OSError, ValueError, AttributeError):
        return 80


def coloured() -> bool:
    """Return whether standard output is a terminal that shows colours and whose owner wants them.

    See https://no-color.org for NO_COLOR.
    """
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted and sys.stdout.isatty()


def encodes(text: str) -> bool:
    """Return whether standard output can show `text`."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def show(text: str) -> None:
    """Print words for people; what the terminal cannot show is replaced, and never an error."""
    if not encodes(text):
        encoding = sys.stdout.encoding or "ascii"
        text = text.encode(encoding, "replace").decode(encoding)
    sys.stdout.write(text)


def write(text: str, form: str) -> None:
    """Print an answer; what programs read is UTF-8 and to the byte as its format says."""
    if form == "table":
        show(text)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8"))


def complain(message: str) -> None:
    """Print what went wrong, where errors go."""
    encoding = sys.stderr.encoding or "ascii"
    sys.stderr.write(f"hrdem: {message}\n".encode(encoding, "replace").decode(encoding))


def filled(text: str, indent: str = "") -> str:
    """Return `text` in lines as long as the terminal is wide, at least 40 characters."""
    import textwrap

    return textwrap.fill(text, max(40, width()), initial_indent=indent, subsequent_indent=indent)
