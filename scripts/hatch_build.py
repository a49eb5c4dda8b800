"""Build hook: puts the project's files, the built graph and what browsers run into the wheel.

So an installed package answers questions anywhere, with no checkout near:
:meth:`hrdem.project.Project.find` falls back to the folder ``hrdem/_project`` that is made here.
The query engine and the editor of the explorer are put into ``hrdem/_web`` if they can be had, for
which npm is needed (see :mod:`hrdem.site.assets`); without them its sites do not answer queries.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CARRIED = "hrdem/_project"
FOLDERS = ("ontology", "data", "queries", "validation")


class CarryProject(BuildHookInterface):  # type: ignore[type-arg]
    """Builds the graph before the wheel is packed, and adds it and its sources."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the graph into a folder of its own and say what goes where in the wheel.

        See https://hatch.pypa.io/latest/plugins/build-hook/reference/ for what is called when.
        """
        self._folder: Path | None = None
        if version == "editable":
            # An editable installation uses the checkout that it was made from.
            return
        root = Path(self.root)
        # The package is needed before it is installed.
        sys.path.insert(0, str(root / "scripts"))
        from hrdem.build import build
        from hrdem.errors import HrdemError
        from hrdem.project import Project
        from hrdem.site import assets

        self._folder = Path(tempfile.mkdtemp(prefix="hrdem-wheel-"))
        try:
            build(Project.at(root), self._folder / "build")
        except HrdemError as error:
            self.finalize(version, build_data, "")
            sys.exit(f"The wheel was not made, because the graph cannot be built. {error}")
        carried = build_data["force_include"]
        carried[str(self._folder / "build")] = f"{CARRIED}/build"
        for name in FOLDERS:
            carried[str(root / name)] = f"{CARRIED}/{name}"
        try:
            carried[str(assets.ready())] = "hrdem/_web"
        except HrdemError as error:
            self.app.display_warning(f"The wheel has no query engine, since {error.message}.")

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the folder that the graph was built into."""
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
