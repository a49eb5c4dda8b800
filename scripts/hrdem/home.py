"""Finds the folder of the project to work on; with os.path alone, since asking begins with it."""

from __future__ import annotations

import os

from hrdem.errors import HrdemError

TYPE_CHECKING = False  # typing takes as long to import as pyoxigraph
if TYPE_CHECKING:
    from collections.abc import Iterator

HOME_VARIABLE = "HRDEM_HOME"
"""Environment variable that names the project folder and overrides the search for it."""
BUILD = "build"
"""Name of the folder of everything that is made, below the root of a project."""
STORE = "store"
"""Name of the folder of the store on disk, below ``build/``."""

_PACKAGE = os.path.dirname(os.path.realpath(__file__))  # noqa: PTH120
_CARRIED = os.path.join(_PACKAGE, "_project")  # noqa: PTH118


def find(start: str | None = None) -> tuple[str, bool]:
    """Return the folder of the project, and whether it is the copy in an installed package.

    Looked for in this order: the folder named by the environment variable ``HRDEM_HOME``; the
    checkout that contains `start` (by default the current directory); the checkout that contains
    this package; the project that the installed package carries.

    Raises:
        HrdemError: if ``HRDEM_HOME`` names something else than a project, or none is found.
    """
    home = os.environ.get(HOME_VARIABLE)
    if home:
        root = _absolute(home)
        if not _has_ontology(root):
            from pathlib import Path

            raise HrdemError(
                f"{HOME_VARIABLE} is set to this folder, but it is not an HRDem project: it has"
                " no ontology/hrdem.ttl. Set the variable to the folder of a clone, or unset"
                " it.",
                path=Path(root),
            )
        return root, os.path.realpath(root) == _CARRIED
    for root in _candidates(_absolute("" if start is None else start)):
        if os.path.isfile(f"{root}/pyproject.toml") and _has_ontology(root):  # noqa: PTH113
            return root, False
    if _has_ontology(_CARRIED):
        return _CARRIED, True
    raise HrdemError(
        "No HRDem project was found here, and this installation carries none. Run the command"
        f" inside a clone of the project, or set {HOME_VARIABLE} to the folder of one."
    )


def _absolute(path: str) -> str:
    """Return `path` from the root on, without resolving what a symbolic link may change."""
    return os.path.join(os.getcwd(), path)  # noqa: PTH109, PTH118


def _has_ontology(root: str) -> bool:
    return os.path.isfile(f"{root}/ontology/hrdem.ttl")  # noqa: PTH113


def _candidates(start: str) -> Iterator[str]:
    """Yield the folders that may be the root of a checkout, the best candidate first."""
    for here in (start.rstrip(os.sep) or os.sep, os.path.dirname(_PACKAGE)):  # noqa: PTH120
        while True:
            yield here
            above = os.path.dirname(here)  # noqa: PTH120
            if above == here:
                break
            here = above
