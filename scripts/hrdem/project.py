"""Where the files are: a source checkout, or the copy that an installed package carries."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from hrdem import home
from hrdem.home import HOME_VARIABLE

__all__ = ["HOME_VARIABLE", "Project"]


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
            build=root / home.BUILD,
            installed=installed,
        )

    @classmethod
    def find(cls, start: Path | None = None) -> Project:
        """Return the project to work on, which :func:`hrdem.home.find` finds.

        Args:
            start: where to look first, by default the current directory.

        Raises:
            HrdemError: if ``HRDEM_HOME`` names something else than a project, or none is found.
        """
        root, installed = home.find(None if start is None else str(start))
        return cls.at(Path(root), installed=installed)
