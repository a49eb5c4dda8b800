"""Oxigraph in this process: what the commands ask unless they are told otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from hrdem.errors import HrdemError
from hrdem.home import STORE
from hrdem.sparql import asks_services, names_graphs, syntax_error
from hrdem.store.interface import Table, expect
from hrdem.store.results import columns_of, drawn, failed, sorted_triples
from hrdem.vocabulary import PREFIXES

if TYPE_CHECKING:
    from pathlib import Path

    from hrdem.ahead import Opening
    from hrdem.project import Project

_STORE_FILE: Final = "hrdem.nt"


class EmbeddedStore:
    """Oxigraph in this process, read-only.

    Args:
        graph: the store to ask; the union of its graphs is the default graph of every query.
    """

    def __init__(self, graph: ox.Store) -> None:
        self._graph = graph

    @classmethod
    def open(cls, project: Project, opening: Opening | None = None) -> EmbeddedStore:
        """Return the built graph of `project`: its store on disk, else its N-Triples file.

        Args:
            project: the project.
            opening: a store on disk that is being opened; taken if it is this one.

        Raises:
            HrdemError: if nothing has been built, or what was built cannot be read.
        """
        folder = project.build / STORE
        if folder.is_dir():
            try:
                if opening is not None and opening.folder == str(folder):
                    return cls(opening.store())
                return cls(ox.Store.read_only(str(folder)))
            except (OSError, RuntimeError):
                pass  # the folder is only a cache of the file
        path = project.build / _STORE_FILE
        if not path.is_file():
            raise HrdemError(
                "The graph has not been built yet. Run `hrdem build` first.", path=path
            )
        return cls.read(path)

    @classmethod
    def read(cls, path: Path) -> EmbeddedStore:
        """Return the graph in `path`, a file of any RDF format that its suffix tells."""
        graph = ox.Store()
        form = ox.RdfFormat.from_extension(path.suffix.removeprefix("."))
        try:
            graph.bulk_load(path=str(path), format=form)
        except (OSError, SyntaxError) as problem:
            raise HrdemError(
                f"The graph cannot be read: {problem}. Run `hrdem build` to make it anew.",
                path=path,
            ) from problem
        return cls(graph)

    def _query(self, sparql: str) -> Any:  # noqa: ANN401 (one of three result classes)
        """Return what the engine gives; much of it is computed when drawn.

        Raises:
            HrdemError: if the query is not SPARQL, with line and column, or cannot be answered; if
                it asks anybody else, since the engine would do so without any limit.
        """
        if asks_services(sparql):
            raise HrdemError(
                "This query asks another endpoint by SERVICE, and here only saved questions may,"
                " whose header names it. Save the question with `endpoints` in its header, or ask"
                " an endpoint that follows SERVICE itself with --endpoint."
            )
        try:
            # The engine would take the union of all graphs even where FROM names others.
            union = not names_graphs(sparql)
            return self._graph.query(sparql, prefixes=PREFIXES, use_default_graph_as_union=union)
        except SyntaxError as problem:
            raise syntax_error(sparql, problem) from problem
        except (OSError, RuntimeError) as problem:
            raise failed(problem) from problem

    def _answer(self, sparql: str, kind: type, *forms: str) -> Any:  # noqa: ANN401
        """Return what the engine gives to a query of one of `forms`, which is of a known kind.

        The text is looked at only if something is wrong: the kind of the answer says the form.
        """
        try:
            found = self._query(sparql)
        except HrdemError:
            expect(sparql, *forms)
            raise
        if not isinstance(found, kind):
            expect(sparql, *forms)
        return found

    def select(self, sparql: str) -> Table:
        """Return the answer to a SELECT."""
        found = self._answer(sparql, ox.QuerySolutions, "select")
        # The engine's own terms have the form that others are brought to (results.canonical).
        return Table(columns_of(found), [tuple(row) for row in drawn(found)])

    def construct(self, sparql: str) -> list[ox.Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE, each once, sorted."""
        return sorted_triples(drawn(self._answer(sparql, ox.QueryTriples, "construct", "describe")))

    def ask(self, sparql: str) -> bool:
        """Return the answer to an ASK."""
        return bool(self._answer(sparql, ox.QueryBoolean, "ask"))
