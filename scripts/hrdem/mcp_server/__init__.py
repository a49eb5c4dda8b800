"""The graph as a server of the `Model Context Protocol <https://modelcontextprotocol.io>`_.

Saved questions become tools with typed parameters, beside tools that find a thing, show the words
behind its facts, tell what applied when, and answer SPARQL within limits; the ontology, the
questions, examples and the catalogue are resources. Nothing that a client sends changes anything.

:mod:`~hrdem.mcp_server.tools` and :mod:`~hrdem.mcp_server.resources` know the graph and not the
protocol; :mod:`~hrdem.mcp_server.server` is the only module that imports the official SDK, an
optional dependency.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hrdem.errors import HrdemError

if TYPE_CHECKING:
    from hrdem.project import Project

SDK: Final = "mcp>=2.3,<3"
"""The official SDK, as pip takes it; the same as the extra ``mcp`` of the package."""


def serve(project: Project, seconds: float, port: int | None = None) -> None:
    """Serve the built graph until the client goes away, or until Ctrl-C.

    Args:
        project: the project; its build is what is asked.
        seconds: how long a SPARQL query may take.
        port: serve streamable HTTP on this port of the loopback address, instead of standard input
            and output.

    Raises:
        HrdemError: if nothing has been built, the SDK is not installed, or the port is taken.
    """
    require_sdk()
    from hrdem.mcp_server.server import run

    run(project, seconds, port)


def require_sdk() -> None:
    """Raise a sentence that says how to install the SDK, unless it is here.

    Raises:
        HrdemError: if it is not, or in another major version.
    """
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = version("mcp")
    except PackageNotFoundError:
        found = ""
    if found.partition(".")[0] != "2":
        state = f"version {found} is" if found else "it is not"
        raise HrdemError(
            f"`hrdem mcp` needs version 2 of the official MCP SDK, and {state} installed."
            f" Install it beside hrdem with `pip install '{SDK}'`."
        )
