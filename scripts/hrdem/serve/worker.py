"""The child process that holds the graph in memory and answers one job after the other.

It is told on standard input what to hold: the numbers of the open files with the graph, its limits,
and the texts of the questions and shapes. It loads them, says what there is, and gives up the right
to open any file or connection. From then on each job is one line of JSON with the key ``do``, and
each answer one line of JSON, a :class:`Reply` without its body, then the body. The body is whole
before the line is written, so nothing is ever sent in part.

It ends when standard input does, when it has worked longer than it may, and with its parent.
"""

from __future__ import annotations

import csv  # noqa: F401 (what is imported later elsewhere: then no file can be opened any more)
import datetime  # noqa: F401
import difflib  # noqa: F401
import io
import json
import os
import signal
import sys
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.answers import answer, find_query, text_of
from hrdem.errors import HrdemError
from hrdem.queries import SavedQuery, parse_catalogue
from hrdem.serialise import Context, json_ld, n_triples, turtle
from hrdem.serve import accept, dataset, pages
from hrdem.sparql import form_of, syntax_error
from hrdem.store import EmbeddedStore
from hrdem.store.results import failed
from hrdem.vocabulary import BASE, GRAPH, PREFIXES, SHAPE

if TYPE_CHECKING:
    from collections.abc import Callable

SPARE: Final = 10.0
"""How many seconds after its limit a job ends the worker, should the parent not do it."""
TOO_LARGE: Final = 422
"""Status of an answer that is larger than the limit: asking again will not help."""
PLAIN: Final = "text/plain; charset=utf-8"
SERVED: Final = (accept.HTML, accept.TURTLE, accept.JSON_LD, accept.N_TRIPLES)
"""The forms of a thing."""
_TEXTS: Final = frozenset(("text/turtle", "text/csv", "text/tab-separated-values", "text/html"))


class Reply(NamedTuple):
    """What a worker answers.

    Attributes:
        status: the HTTP status code.
        media_type: the media type of the body.
        body: all of it.
    """

    status: int
    media_type: str
    body: bytes


class _Served(EmbeddedStore):
    """The graph with its merged graph as default graph, and the named ones beside it."""

    def _query(self, sparql: str) -> Any:  # noqa: ANN401
        try:
            return self._graph.query(sparql, prefixes=PREFIXES)
        except SyntaxError as problem:
            raise syntax_error(sparql, problem) from problem
        except (OSError, RuntimeError) as problem:
            raise failed(problem) from problem


class _Bounded(io.BytesIO):
    """A file in memory that refuses to become larger than `size` bytes."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size

    def write(self, data: Any) -> int:  # noqa: ANN401 (as io has it)
        if self.tell() + len(data) > self._size:
            raise OSError("too large")
        return super().write(data)


class Worker:
    """Holds the graph and answers jobs.

    Args:
        told: the first line of standard input.

    Attributes:
        inventory: the IRIs of the things, graphs and shapes that can be asked for by address.
    """

    def __init__(self, told: dict[str, Any]) -> None:
        self._size: int = told["answer"]
        self._graph = ox.Store()
        self._graph.bulk_load(_content(told["merged"]), ox.RdfFormat.N_TRIPLES)
        self._graph.bulk_load(_content(told["named"]), ox.RdfFormat.N_QUADS)
        self._shapes = ox.Store()
        for text in told["shapes"]:
            self._shapes.bulk_load(text.encode("utf-8"), ox.RdfFormat.TURTLE)
        self._store = _Served(self._graph)
        self._graphs = {name.value for name in self._graph.named_graphs()}
        self._queries = {each.name: each for each in parse_catalogue(told["queries"])}
        self._context = Context(json.loads(told["context"]))
        found = self._graph.query("SELECT DISTINCT ?s { ?s ?p ?o } ORDER BY ?s")
        subjects = [row["s"] for row in found]  # type: ignore[union-attr]
        self._parts: dict[str, list[ox.NamedNode]] = {}
        for each in subjects:
            whole, sign, _ = each.value.partition("#")
            if sign:
                self._parts.setdefault(whole, []).append(each)
        things = {v.value(each).partition("#")[0] for each in subjects}
        self.inventory = {
            "things": sorted(each for each in things if each.startswith(BASE)),
            "graphs": sorted(self._graphs),
            "shapes": sorted(
                quad.subject.value
                for quad in self._shapes
                if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(SHAPE)
            ),
        }
        known = frozenset(each for names in self.inventory.values() for each in names)
        self._pages = pages.Pages(self._graph, self._store, self._queries, self._parts, known)
        self._does: dict[str, Callable[..., Reply]] = {
            "query": self._query,
            "graph": self._dump,
            "thing": self._thing,
            "question": self._question,
        }

    def do(self, job: dict[str, Any]) -> Reply:
        """Return the answer to a job; what goes wrong is an answer too."""
        try:
            reply = self._does[job.pop("do")](**job)
        except dataset.RefusedError as problem:
            return refused(403, problem.message)
        except HrdemError as problem:
            return refused(400, problem.message)
        except MemoryError:
            raise
        except Exception:
            traceback.print_exc()
            return refused(500, "The server failed at this, which is a fault of the program.")
        if len(reply.body) > self._size:
            return self._too_large()
        return reply

    def _too_large(self) -> Reply:
        return refused(
            TOO_LARGE,
            f"The answer is larger than the {_megabytes(self._size)} that this server sends, so"
            " nothing of it is sent. Ask for less, for example with LIMIT.",
        )

    # --- jobs -------------------------------------------------------------------------------------

    def _query(
        self,
        sparql: str,
        default: list[str] | None,
        named: list[str] | None,
        wanted: str | None,
    ) -> Reply:
        """Answer a query; `default` and `named` are the graphs that the protocol names."""
        form_of(sparql)  # says of an update that it is one
        try:
            # An ASK is answered at once, so first it is looked at without being answered.
            dataset.check(sparql, self._graphs)
            dataset.check_graphs([*(default or []), *(named or [])], self._graphs)
            graphs: dict[str, Any] = {}
            if default is not None or named is not None:
                graphs = {
                    "default_graph": [ox.NamedNode(each) for each in default or []],
                    "named_graphs": [ox.NamedNode(each) for each in named or []],
                }
            found: Any = self._graph.query(sparql, prefixes=PREFIXES, **graphs)
        except SyntaxError as problem:
            raise syntax_error(sparql, problem) from problem
        except (OSError, RuntimeError) as problem:
            raise failed(problem) from problem
        triples = isinstance(found, ox.QueryTriples)
        offers = (*(accept.TRIPLES if triples else accept.RESULTS), accept.HTML)
        chosen = accept.choose(wanted, offers)
        if chosen is None:
            return refused(406, accept.refusal(offers))
        offer, media_type = chosen
        out = _Bounded(self._size)
        try:
            if offer is accept.HTML:
                out.write(self._pages.answer(sparql, found).encode("utf-8"))
            elif triples:
                ox.serialize(found, out, _rdf_format(offer), prefixes=_prefixes(offer))
            else:
                found.serialize(out, ox.QueryResultsFormat.from_media_type(offer.types[0]))
        except (OSError, RuntimeError) as problem:
            if "too large" in str(problem):
                return self._too_large()
            raise failed(problem) from problem
        return Reply(200, typed(media_type), out.getvalue())

    def _dump(self, graph: str | None, wanted: str | None) -> Reply:
        """Answer with a named graph, or with the default graph if `graph` is None."""
        if graph is not None and graph not in self._graphs:
            return refused(
                404,
                f"There is no graph <{graph}> here. SELECT DISTINCT ?graph {{ GRAPH ?graph {{ ?s ?p"
                " ?o } } lists the graphs.",
            )
        chosen = accept.choose(wanted, accept.TRIPLES)
        if chosen is None:
            return refused(406, accept.refusal(accept.TRIPLES))
        offer, media_type = chosen
        out = _Bounded(self._size)
        name = ox.DefaultGraph() if graph is None else ox.NamedNode(graph)
        try:
            # The store has no order of its own, and an answer is the same whoever gives it.
            quads = self._graph.quads_for_pattern(None, None, None, name)
            triples = sorted((quad.triple for quad in quads), key=str)
            ox.serialize(triples, out, _rdf_format(offer), prefixes=_prefixes(offer))
        except OSError as problem:
            if "too large" in str(problem):
                return self._too_large()
            raise failed(problem) from problem
        return Reply(200, typed(media_type), out.getvalue())

    def _thing(self, iri: str, form: str) -> Reply:
        """Answer with a thing in one of the forms of :data:`SERVED`."""
        if form == "html":
            return Reply(200, typed("text/html"), self._pages.thing(iri).encode("utf-8"))
        offer = next(each for each in SERVED if each.name == form)
        if iri.startswith(GRAPH) and iri in self._graphs:
            return self._dump(iri, offer.types[0])
        triples = self._about(iri)
        if not triples:
            kind = _rdf_format(offer)
            body = ox.serialize(self._shape(iri), format=kind, prefixes=_prefixes(offer)) or b""
            return Reply(200, typed(offer.types[0]), body)
        if form == "ttl":
            text = "".join(turtle(triples))
        elif form == "nt":
            text = "".join(n_triples(triples))
        else:
            text = "".join(json_ld(triples, self._context))
        return Reply(200, typed(offer.types[0]), text.encode("utf-8"))

    def _about(self, iri: str) -> set[ox.Triple]:
        """Return what is said of a thing and of what has its IRI with a fragment."""
        subjects = (ox.NamedNode(iri), *self._parts.get(iri, ()))
        return {
            quad.triple
            for subject in subjects
            for quad in self._graph.quads_for_pattern(subject, None, None, ox.DefaultGraph())
        }

    def _shape(self, iri: str) -> list[ox.Triple]:
        """Return what is said of a shape and of what belongs to it, always in the same order."""
        found = ox.Dataset()
        todo: list[Any] = [ox.NamedNode(iri)]
        seen = set(todo)
        while todo:
            for quad in self._shapes.quads_for_pattern(todo.pop(), None, None, ox.DefaultGraph()):
                found.add(quad)
                value = quad.object
                belongs = isinstance(value, ox.BlankNode) or (
                    isinstance(value, ox.NamedNode) and value.value.startswith(f"{iri}-")
                )
                if belongs and value not in seen:
                    seen.add(value)
                    todo.append(value)
        found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        return sorted((quad.triple for quad in found), key=str)

    def _question(self, name: str, values: dict[str, str], form: str) -> Reply:
        """Answer a saved question; `form` is csv, json, ttl or html."""
        query: SavedQuery = find_query(self._queries.values(), name)
        if query.endpoints:
            asked = ", ".join(each.name for each in query.endpoints.values())
            raise dataset.RefusedError(
                f"The question {name} also asks {asked}, and this server asks nobody. On your own"
                f" machine `hrdem ask {name}` does."
            )
        found = answer(self._store, query, values)
        if form == "html":
            text = self._pages.question(query, values, found)
            return Reply(200, typed("text/html"), text.encode("utf-8"))
        types = {"csv": "text/csv", "ttl": "text/turtle", "json": accept.JSON.types[0]}
        return Reply(200, typed(types[form]), text_of(found, form).encode("utf-8"))


def refused(status: int, text: str) -> Reply:
    """Return the reply that says in words what was wrong."""
    return Reply(status, PLAIN, (text.rstrip("\n") + "\n").encode("utf-8"))


def typed(media_type: str) -> str:
    """Return a media type with the charset where it is one of text."""
    return f"{media_type}; charset=utf-8" if media_type in _TEXTS else media_type


def _rdf_format(offer: accept.Offer) -> ox.RdfFormat:
    form = ox.RdfFormat.from_media_type(offer.types[0])
    assert form is not None
    return form


def _prefixes(offer: accept.Offer) -> dict[str, str] | None:
    return PREFIXES if offer is accept.TURTLE else None


def _megabytes(size: int) -> str:
    return f"{size / 1024**2:g} MB"


def _content(number: int) -> bytes:
    """Return what an open file holds, whatever has happened to its name since it was opened."""
    # All workers share the position in the file, so it is not used.
    size = os.fstat(number).st_size
    content = bytearray()
    while len(content) < size:
        part = os.pread(number, size - len(content), len(content))
        if not part:
            raise HrdemError("A file of the graph became shorter while it was read. Start again.")
        content += part
    os.close(number)
    return bytes(content)


def _end_with(parent: int) -> None:
    """Ask the system, where it can, to end this process when its parent ends."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(1)


def _confine(memory: int) -> None:
    """Give up memory beyond a limit."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(ValueError, OSError):  # a system without this limit, or with a lower one already
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _close_doors() -> None:
    """Give up the right to open files and connections, for good."""
    import resource

    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def main() -> None:
    """Hold what the first line says and answer jobs until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    told = json.loads(sys.stdin.buffer.readline())
    _end_with(told["parent"])
    _confine(told["memory"])
    out = sys.stdout.buffer
    try:
        worker = Worker(told)
        inventory = json.dumps(worker.inventory).encode("utf-8")
    except HrdemError as problem:
        _send(out, refused(500, str(problem)))
        return
    except MemoryError:
        os._exit(1)  # the parent says so
    _close_doors()
    _send(out, Reply(200, "application/json", inventory))
    for line in sys.stdin.buffer:
        # Should nobody stop it, it stops itself: the signal ends the process.
        signal.setitimer(signal.ITIMER_REAL, told["seconds"] + SPARE)
        try:
            reply = worker.do(json.loads(line))
        except MemoryError:
            os._exit(1)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _send(out, reply)


def _send(out: Any, reply: Reply) -> None:  # noqa: ANN401
    head = {"status": reply.status, "type": reply.media_type, "bytes": len(reply.body)}
    out.write(json.dumps(head).encode() + b"\n" + reply.body)
    out.flush()


if __name__ == "__main__":
    main()
