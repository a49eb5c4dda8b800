"""Opens the built graph while the modules that ask it are imported.

To open a store on disk its engine starts fifteen threads for each of its twelve tables, which takes
longer than the import of the engine itself. That time and the time of the imports pass together
here; so nothing may be imported here that takes long.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress

import pyoxigraph as ox

from hrdem import home
from hrdem.errors import HrdemError


class Opening:
    """A store on disk that is being opened in a thread of its own.

    Args:
        folder: the folder of the store.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._found: ox.Store | Exception | None = None
        self._thread = threading.Thread(target=self._open)
        self._thread.start()

    def _open(self) -> None:
        if sys.platform == "linux":
            # Threads that live for a moment each are started faster on one processor than across
            # several. This one and those that it starts stay there; the others are left the rest.
            with suppress(OSError):
                os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        try:
            self._found = ox.Store.read_only(self.folder)
        except Exception as problem:
            self._found = problem

    def store(self) -> ox.Store:
        """Return the store, once it is open.

        Raises:
            OSError, RuntimeError: if it cannot be opened, or is corrupt.
        """
        self._thread.join()
        if isinstance(self._found, Exception):
            raise self._found
        assert self._found is not None
        return self._found


def begin() -> Opening | None:
    """Begin to open the built graph; returns None if no project is found."""
    try:
        root, _ = home.find()
    except HrdemError:
        return None  # whoever wants the graph says so
    return Opening(os.path.join(root, home.BUILD, home.STORE))  # noqa: PTH118
