"""Where the files are: a source checkout, or the copy that an installed package carries."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from hrdem.errors import HrdemError

HOME_VARIABLE = "HRDEM_HOME"
"""Environment variable that names the project folder and overrides the search for it."""

_PACKAGE = Path(__file__).resolve().parent
_CARRIED = _PACKAGE / "_project"


class Project(NamedTuple):
    """The folders of one project.

    Attributes:
        root: the folder that holds all others.
        ontology: what the words mean (``*.ttl``, ``context.jsonld``, ``rules/*.rq``).
        data: what is known (register ``*.ttl``, ``documents/*.trig``, ``texts/*.txt`` …).
        queries: the saved questions and, under ``answers/``, their answers.
        validation: the SHACL shapes and, under ``examples/``, their examples.
        build: everything that is made from the other folders.
        installed: True if this is the copy inside an installed package, not a checkout.
    """

    root: Path
    ontology: Path
    data: Path
    queries: Path
    validation: Path
    build: Path
    installed: bool = False

    @classmethod
    def at(cls, root: Path, *, installed: bool = False) -> Project:
        """Return the project whose folders lie in `root`; nothing is checked or created."""
        return cls(
            root=root,
            ontology=root / "ontology",
            data=root / "data",
            queries=root / "queries",
            validation=root / "validation",
            build=root / "build",
            installed=installed,
        )

    @classmethod
    def find(cls, start: Path | None = None) -> Project:
        """Return the project to work on.

        Looked for in this order: the folder named by the environment variable ``HRDEM_HOME``; the
        checkout that contains `start` (by default the current directory); the checkout that
        contains this package; the project that the installed package carries.

        Raises:
            HrdemError: if ``HRDEM_HOME`` names something else than a project, or none is found.
        """
        home = os.environ.get(HOME_VARIABLE)
        if home:
            root = Path(home).absolute()
            if not _has_ontology(root):
                raise HrdemError(
                    f"{HOME_VARIABLE} is set to this folder, but it is not an HRDem project: it has"
                    " no ontology/hrdem.ttl. Set the variable to the folder of a clone, or unset"
                    " it.",
                    path=root,
                )
            return cls.at(root, installed=root.resolve() == _CARRIED)
        for root in _candidates(start):
            if (root / "pyproject.toml").is_file() and _has_ontology(root):
                return cls.at(root)
        if _has_ontology(_CARRIED):
            return cls.at(_CARRIED, installed=True)
        raise HrdemError(
            "No HRDem project was found here, and this installation carries none. Run the command"
            f" inside a clone of the project, or set {HOME_VARIABLE} to the folder of one."
        )


def _has_ontology(root: Path) -> bool:
    return (root / "ontology" / "hrdem.ttl").is_file()


def _candidates(start: Path | None) -> Iterator[Path]:
    """Yield the folders that may be the root of a checkout, the best candidate first."""
    here = (start if start is not None else Path.cwd()).absolute()
    yield from (here, *here.parents)
    yield from _PACKAGE.parents
