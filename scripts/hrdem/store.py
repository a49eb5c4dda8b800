"""One small interface to ask a graph, with three back ends.

* :class:`EmbeddedStore`: Oxigraph in this process; what the commands use.
* :class:`RdflibStore`: rdflib, an engine that shares no code with the first; the tests compare.
* :class:`RemoteStore`: any `SPARQL 1.1 Protocol <https://www.w3.org/TR/sparql11-protocol/>`_
  endpoint.

:class:`GuardedStore` runs queries that nobody has tried before in a child process with limits of
time, memory and size, because the embedded engine has none.

Terms are pyoxigraph's everywhere. The prefixes of the project are known in every query. rdflib,
SPARQLWrapper and subprocess are imported where they are used: asking must start fast.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

import pyoxigraph as ox

from hrdem.errors import HrdemError, UsageError
from hrdem.queries import ANY_KIND, blank_comments, form_of, syntax_error, thing_iris
from hrdem.vocabulary import BASE, KINDS, PREFIXES, SKOS, XSD, kind_of, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from hrdem.project import Project

    Term = ox.NamedNode | ox.BlankNode | ox.Literal
    Row = tuple[Term | None, ...]

_T = TypeVar("_T")

QUERY_SECONDS = 60.0
"""How long a query may take unless said otherwise."""
ANSWER_BYTES = 256 * 1024 * 1024
"""How large a guarded answer may be, in the bytes of its JSON or N-Triples."""
MEMORY_BYTES = 4 * 1024 * 1024 * 1024
"""How much memory a guarded query may take, where the system can limit it."""

_STORE_FOLDER = "store"
_STORE_FILE = "hrdem.nt"


class Table(NamedTuple):
    """The answer to a SELECT: column names and rows of terms, None where there is no value."""

    columns: tuple[str, ...]
    rows: list[Row]


class Store(Protocol):
    """A graph that answers SPARQL 1.1 queries."""

    def select(self, sparql: str) -> Table:
        """Return the answer to a SELECT."""

    def construct(self, sparql: str) -> list[ox.Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE, each once, sorted."""

    def ask(self, sparql: str) -> bool:
        """Return the answer to an ASK."""


# --- embedded -------------------------------------------------------------------------------------


class EmbeddedStore:
    """Oxigraph in this process, read-only.

    Args:
        graph: the store to ask; the union of its graphs is the default graph of every query.
    """

    def __init__(self, graph: ox.Store) -> None:
        self._graph = graph

    @classmethod
    def open(cls, project: Project) -> EmbeddedStore:
        """Return the built graph of `project`: its store on disk, else its N-Triples file.

        Raises:
            HrdemError: if nothing has been built, or what was built cannot be read.
        """
        folder = project.build / _STORE_FOLDER
        if folder.is_dir():
            try:
                return cls(ox.Store.read_only(str(folder)))
            except OSError:
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
        return _evaluate(self._graph, sparql)

    def select(self, sparql: str) -> Table:
        """Return the answer to a SELECT."""
        _expect(sparql, "select")
        return _table(self._query(sparql))

    def construct(self, sparql: str) -> list[ox.Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE, each once, sorted."""
        _expect(sparql, "construct", "describe")
        return _sorted(_drawn(self._query(sparql)))

    def ask(self, sparql: str) -> bool:
        """Return the answer to an ASK."""
        _expect(sparql, "ask")
        return bool(self._query(sparql))


def _evaluate(graph: ox.Store, sparql: str) -> Any:  # noqa: ANN401
    try:
        return graph.query(sparql, prefixes=PREFIXES, use_default_graph_as_union=True)
    except SyntaxError as problem:
        raise syntax_error(sparql, problem) from problem
    except (OSError, RuntimeError) as problem:
        raise _failed(problem) from problem


def _drawn(answer: Iterable[Any]) -> list[Any]:
    """Return everything that `answer` holds; engines compute it while it is drawn."""
    try:
        return list(answer)
    except (OSError, RuntimeError) as problem:
        raise _failed(problem) from problem


def _failed(problem: Exception) -> HrdemError:
    return HrdemError(f"The query could not be answered: {str(problem).rstrip('.')}.")


def _table(answer: Any) -> Table:  # noqa: ANN401 (pyoxigraph's solutions)
    columns = tuple(variable.value for variable in answer.variables)
    return Table(columns, [tuple(row) for row in _drawn(answer)])


def _sorted(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    return sorted(set(triples), key=str)


def _expect(sparql: str, *forms: str) -> None:
    form = form_of(sparql)
    if form not in forms:
        names = " or ".join(form.upper() for form in forms)
        raise HrdemError(f"This query is a {form.upper()}, and a {names} is wanted here.")


# --- rdflib ---------------------------------------------------------------------------------------


class RdflibStore:
    """rdflib, with the union of all graphs as default graph.

    Args:
        path: a file of triples (``.ttl``, ``.nt`` …) or of quads (``.trig``, ``.nq``).
    """

    def __init__(self, path: Path) -> None:
        import rdflib

        # rdflib would rewrite the text of literals ("01" to "1"), and answers compare terms.
        rdflib.NORMALIZE_LITERALS = False
        quads = path.suffix in (".trig", ".nq")
        self._graph: Any = rdflib.Dataset(default_union=True) if quads else rdflib.Graph()
        self._graph.parse(str(path))

    def _query(self, sparql: str) -> Any:  # noqa: ANN401
        return self._graph.query(sparql, initNs=PREFIXES)

    def select(self, sparql: str) -> Table:
        """Return the answer to a SELECT."""
        _expect(sparql, "select")
        answer = self._query(sparql)
        return Table(
            tuple(str(variable) for variable in answer.vars),
            [tuple(_from_rdflib(value) for value in row) for row in answer],
        )

    def construct(self, sparql: str) -> list[ox.Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE, each once, sorted."""
        _expect(sparql, "construct", "describe")
        return _sorted(
            ox.Triple(*(_from_rdflib(value) for value in triple)) for triple in self._query(sparql)
        )

    def ask(self, sparql: str) -> bool:
        """Return the answer to an ASK."""
        _expect(sparql, "ask")
        return bool(self._query(sparql).askAnswer)


def _from_rdflib(value: Any) -> Any:  # noqa: ANN401
    import rdflib

    if value is None:
        return None
    if isinstance(value, rdflib.URIRef):
        return ox.NamedNode(str(value))
    if isinstance(value, rdflib.BNode):
        return ox.BlankNode(str(value))
    if value.language:
        return ox.Literal(str(value), language=value.language)
    return ox.Literal(str(value), datatype=ox.NamedNode(str(value.datatype or XSD + "string")))


# --- remote ---------------------------------------------------------------------------------------


class RemoteStore:
    """A SPARQL endpoint, asked through SPARQLWrapper, whose known faults are fenced here.

    SPARQLWrapper guesses the kind of a query from its text and takes a comment for a command, uses
    GET for any length, never tries again and limits only the time between two packets. So comments
    are blanked, the kind and POST are set, servers that are busy are asked again, and the whole
    takes no longer than `seconds`.

    Args:
        url: the address of the endpoint, http or https.
        seconds: how long a query may take in all.
        pauses: how long to wait before each further attempt, in seconds.
    """

    def __init__(
        self,
        url: str,
        seconds: float = QUERY_SECONDS,
        pauses: tuple[float, ...] = (0.5, 1.0, 2.0),
    ) -> None:
        if not re.match(r"https?://[^\s/]", url):
            raise UsageError(
                f"The address of an endpoint begins with http:// or https://, and {url!r} does not."
            )
        self.url = url
        self._seconds = seconds
        self._pauses = pauses

    def select(self, sparql: str) -> Table:
        """Return the answer to a SELECT."""
        _expect(sparql, "select")
        return self._parsed(sparql, "select", _read_table)

    def construct(self, sparql: str) -> list[ox.Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE, each once, sorted."""
        _expect(sparql, "construct", "describe")
        return self._parsed(sparql, form_of(sparql), _read_triples)

    def ask(self, sparql: str) -> bool:
        """Return the answer to an ASK."""
        _expect(sparql, "ask")
        return self._parsed(sparql, "ask", _read_boolean)

    def _parsed(self, sparql: str, form: str, read: Callable[[bytes, str], _T]) -> _T:
        body, media_type = self._fetch(_portable(sparql), form)
        try:
            return read(body, media_type)
        except (SyntaxError, ValueError) as problem:
            # A server that gives up half-way has already said that all is well (HTTP 200).
            raise HrdemError(
                f"The endpoint {self.url} sent an answer that breaks off or is not"
                f" {'RDF' if form in ('construct', 'describe') else 'a SPARQL result'}"
                f" ({media_type or 'no media type'}). Ask for less, or try again later."
            ) from problem

    def _fetch(self, sparql: str, form: str) -> tuple[bytes, str]:
        """Return body and media type of the answer, asking again while the server is busy."""
        import time
        from http.client import HTTPException
        from urllib.error import HTTPError, URLError

        from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

        deadline = time.monotonic() + self._seconds
        for pause in (*self._pauses, None):
            try:
                return self._once(sparql, form, deadline)
            except SPARQLWrapperException as problem:
                raise self._refused(problem) from problem
            except TimeoutError as problem:
                raise self._late() from problem
            except HTTPError as problem:
                reason: Exception = problem
                if problem.code not in (429, 502, 503, 504):
                    raise HrdemError(
                        f"The endpoint {self.url} answered HTTP {problem.code} {problem.reason}."
                        " Check the address and whether you may use it."
                    ) from problem
            except URLError as problem:
                if isinstance(problem.reason, TimeoutError):
                    raise self._late() from problem
                reason = problem
            except (HTTPException, OSError) as problem:
                reason = problem
            if pause is None or time.monotonic() + pause > deadline:
                break
            time.sleep(pause)
        raise HrdemError(
            f"The endpoint {self.url} could not be reached: {_reason(reason)}."
            " Check the address, or try again later."
        ) from reason

    def _once(self, sparql: str, form: str, deadline: float) -> tuple[bytes, str]:
        import time
        from http.client import IncompleteRead

        import SPARQLWrapper as sw

        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        graph = form in ("construct", "describe")
        request = sw.SPARQLWrapper(self.url, agent="hrdem")
        request.setQuery(sparql)
        request.queryType = form.upper()  # after setQuery, which guesses
        request.setMethod(sw.POST)
        request.setTimeout(max(1, round(left)))
        request.setReturnFormat(sw.TURTLE if graph else sw.JSON)
        request.addCustomHttpHeader(
            "Accept",
            "application/n-triples, text/turtle;q=0.9, application/rdf+xml;q=0.5"
            if graph
            else "application/sparql-results+json, application/sparql-results+xml;q=0.5",
        )
        response = request.query().response
        chunks = []
        while chunk := response.read1(1 << 20):
            chunks.append(chunk)
            if time.monotonic() > deadline:
                raise TimeoutError
        if response.length:  # read1 does not mind an answer that is shorter than announced
            raise IncompleteRead(b"".join(chunks), response.length)
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip()
        return b"".join(chunks), media_type

    def _late(self) -> HrdemError:
        return HrdemError(
            f"The endpoint {self.url} did not answer within {self._seconds:g} seconds."
            " Allow more with --timeout, or ask for less with LIMIT."
        )

    def _refused(self, problem: Exception) -> HrdemError:
        name = type(problem).__name__
        what = {
            "QueryBadFormed": "does not understand the query",
            "EndPointNotFound": "does not exist at this address",
            "Unauthorized": "wants to know who asks, and this command cannot say",
            "URITooLong": "finds the query too long",
        }.get(name, "failed to answer")
        # SPARQLWrapper adds what the server said to words of its own, as the repr of bytes.
        said = str(problem).partition("Response:\n")[2]
        if re.fullmatch(r"b(['\"]).*\1", said, re.DOTALL):
            from ast import literal_eval

            said = literal_eval(said).decode("utf-8", "replace")
        first = next((line.strip() for line in said.splitlines() if line.strip()), "")
        return HrdemError(
            f"The endpoint {self.url} {what}."
            + (f" It says: {first[:300]}" if first and not first.startswith("<") else "")
        )


def _reason(problem: Exception) -> str:
    reason = getattr(problem, "reason", None) or getattr(problem, "strerror", None) or problem
    code = getattr(problem, "code", None)
    return f"HTTP {code} {reason}" if code else str(reason) or type(problem).__name__


def _portable(sparql: str) -> str:
    """Return `sparql` without comments and with the prefixes it uses, for a server without ours."""
    text = blank_comments(sparql)
    declared = {
        name.lower() for name in re.findall(r"PREFIX\s+([^\s:]*):", text, flags=re.IGNORECASE)
    }
    used = set(re.findall(r"(?<![\w<:/#?$-])([a-z][a-z-]*):", text))
    lines = [
        f"PREFIX {prefix}: <{namespace}>"
        for prefix, namespace in PREFIXES.items()
        if prefix in used and prefix not in declared
    ]
    return " ".join([*lines, text])  # on one line, so that the server's line numbers stay true


def _read_table(body: bytes, media_type: str) -> Table:
    answer = ox.parse_query_results(body, format=_result_format(media_type))
    if not isinstance(answer, ox.QuerySolutions):
        raise ValueError("not a table")
    return _table(answer)


def _read_boolean(body: bytes, media_type: str) -> bool:
    answer = ox.parse_query_results(body, format=_result_format(media_type))
    if not isinstance(answer, ox.QueryBoolean):
        raise ValueError("not a boolean")
    return bool(answer)


def _result_format(media_type: str) -> ox.QueryResultsFormat:
    return ox.QueryResultsFormat.from_media_type(media_type) or ox.QueryResultsFormat.JSON


def _read_triples(body: bytes, media_type: str) -> list[ox.Triple]:
    form = ox.RdfFormat.from_media_type(media_type) or ox.RdfFormat.TURTLE
    return _sorted(quad.triple for quad in ox.parse(body, format=form))


# --- guarded --------------------------------------------------------------------------------------


class GuardedStore:
    """The built graph of a project, asked in a child process that is killed at a limit.

    Args:
        project: the project; its build is what is asked.
        seconds: how long one query may take.
        memory: how many bytes of memory it may take, where the system can limit that.
        size: how many bytes the answer may have.
    """

    def __init__(
        self,
        project: Project,
        seconds: float = QUERY_SECONDS,
        memory: int = MEMORY_BYTES,
        size: int = ANSWER_BYTES,
    ) -> None:
        self._project = project
        self._seconds = seconds
        self._limits = (memory, size)

    def select(self, sparql: str) -> Table:
        """Return the answer to a SELECT."""
        _expect(sparql, "select")
        return _read_table(self._run(sparql), "")

    def construct(self, sparql: str) -> list[ox.Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE, each once, sorted."""
        _expect(sparql, "construct", "describe")
        return _read_triples(self._run(sparql), "application/n-triples")

    def ask(self, sparql: str) -> bool:
        """Return the answer to an ASK."""
        _expect(sparql, "ask")
        return _read_boolean(self._run(sparql), "")

    def _run(self, sparql: str) -> bytes:
        import json
        import subprocess
        from pathlib import Path

        package = str(Path(__file__).resolve().parent.parent)
        environment = dict(os.environ)
        environment["PYTHONPATH"] = os.pathsep.join(
            part for part in (package, environment.get("PYTHONPATH")) if part
        )
        command = [sys.executable, "-c", "from hrdem.store import _child; _child()"]
        child = subprocess.Popen(
            [
                *command,
                *(str(path) for path in (self._project.root, self._project.build)),
                *(str(limit) for limit in self._limits),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
        try:
            body, said = child.communicate(sparql.encode("utf-8"), timeout=self._seconds)
        except subprocess.TimeoutExpired:
            raise HrdemError(
                f"The query took longer than {self._seconds:g} seconds and was stopped."
                " Ask for less, for example with LIMIT, or allow more with --timeout."
            ) from None
        finally:
            if child.poll() is None:
                child.kill()
                child.communicate()
        if child.returncode == 0:
            return body
        try:
            problem = json.loads(said)
        except ValueError:
            last = said.decode("utf-8", "replace").strip().rpartition("\n")[2]
            if child.returncode > 0 and "MemoryError" not in last:
                raise HrdemError(f"The query could not be answered: {last}.") from None
            raise HrdemError(
                f"The query was stopped: it used more memory than the {self._limits[0] // 1024**2}"
                " MB it may take. Ask for less, for example with LIMIT."
            ) from None
        raise HrdemError(**problem)


class _Limited:
    """A file that refuses to become larger than `size` bytes."""

    def __init__(self, size: int) -> None:
        self._left = size

    def write(self, data: bytes) -> int:
        self._left -= len(data)
        if self._left < 0:
            raise OSError("too large")
        return sys.stdout.buffer.write(data)

    def flush(self) -> None:
        sys.stdout.buffer.flush()


def _child() -> None:
    """Answer the query on standard input; arguments: root, build, memory and size in bytes.

    The answer goes to standard output as SPARQL JSON or N-Triples, a problem to standard error as
    JSON with the arguments of :class:`HrdemError`.
    """
    import json
    from pathlib import Path

    from hrdem.project import Project

    root, build, memory, size = sys.argv[1:]
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass  # a system without such limits, or with a lower one already
    try:
        project = Project.at(Path(root))._replace(build=Path(build))
        store = EmbeddedStore.open(project)
        answer = store._query(sys.stdin.buffer.read().decode("utf-8"))
        form = (
            ox.RdfFormat.N_TRIPLES
            if isinstance(answer, ox.QueryTriples)
            else ox.QueryResultsFormat.JSON
        )
        try:
            answer.serialize(_Limited(int(size)), form)
        except (OSError, RuntimeError) as problem:
            if "too large" not in str(problem):
                raise _failed(problem) from problem
            raise HrdemError(
                f"The answer is larger than {int(size) // 1024**2} MB. Ask for less, for example"
                " with LIMIT."
            ) from problem
        sys.stdout.buffer.flush()
    except HrdemError as problem:
        sys.stderr.write(json.dumps({"message": problem.message}))
        sys.exit(1)


# --- choosing one, and finding things -------------------------------------------------------------


def open_store(
    project: Project, endpoint: str | None = None, seconds: float = QUERY_SECONDS
) -> Store:
    """Return the store to ask: the endpoint if one is named, else the built graph of `project`."""
    if endpoint is not None:
        return RemoteStore(endpoint, seconds)
    return EmbeddedStore.open(project)


_LABELS = f"SELECT DISTINCT ?thing ?label {{ ?thing <{SKOS}prefLabel> ?label }}"


def find_thing(store: Store, text: str, kind: str = ANY_KIND) -> str:
    """Return the IRI of the thing in `store` that a person means by `text`.

    Args:
        store: the graph to look in.
        text: a slug, a prefixed name, a full IRI, or a label (in any case of letters). A slug that
            things of several kinds have means the kind that :data:`hrdem.vocabulary.KINDS` lists
            first: ``action-plan-2020-2024`` is the instrument, not its period.
        kind: the kind that the thing must be of.

    Raises:
        UsageError: if there is no such thing, with the nearest ones named; if several have the
            label.
    """
    candidates = thing_iris(text, kind)
    if candidates:
        terms = " ".join(str(ox.NamedNode(iri)) for iri in candidates)
        found = store.select(
            f"SELECT DISTINCT ?thing {{ VALUES ?thing {{ {terms} }} ?thing a ?class }}"
            " ORDER BY ?thing"
        )
        iris = [row[0].value for row in found.rows if isinstance(row[0], ox.NamedNode)]
        if iris:
            return min(iris, key=_rank)
    labels = _labels(store, kind)
    wanted = text.strip().casefold()
    iris = sorted({iri for iri, label in labels if label.casefold() == wanted})
    if len(iris) == 1:
        return iris[0]
    if iris:
        raise UsageError(
            f"{text!r} names several things. Say which: {', '.join(shorten(iri) for iri in iris)}."
        )
    what = "thing" if kind == ANY_KIND else kind
    names: dict[str, str] = {}
    for iri, label in sorted(labels, key=lambda pair: _rank(pair[0])):
        names.setdefault(slug_of(iri), iri)
        names.setdefault(label, iri)
    near = nearest(text, names)
    hint = f" Did you mean {' or '.join(shorten(iri) for iri in near)}?" if near else ""
    raise UsageError(f"There is no {what} {text!r} in the graph.{hint}")


def _rank(iri: str) -> tuple[int, str]:
    return list(KINDS).index(kind_of(iri) or next(reversed(KINDS))), iri


def _labels(store: Store, kind: str) -> list[tuple[str, str]]:
    """Return (IRI, label) of every thing of `kind`."""
    pairs = []
    for thing, label in store.select(_LABELS).rows:
        if isinstance(thing, ox.NamedNode) and isinstance(label, ox.Literal):
            own = kind_of(thing.value)
            if own is not None and kind in (own, ANY_KIND):
                pairs.append((thing.value, label.value))
    return sorted(pairs)


def slug_of(iri: str) -> str:
    """Return the last part of `iri`."""
    return re.split(r"[/#]", iri.removeprefix(BASE))[-1]


def nearest(text: str, names: dict[str, str], limit: int = 3) -> list[str]:
    """Return the values of the names most like `text`, the best first, each once.

    A name that contains every word of `text` is near, however long it is.
    """
    from difflib import get_close_matches

    wanted = text.strip().rpartition("/")[2].rpartition(":")[2].casefold()
    words = re.split(r"[\s_-]+", wanted)
    folded: dict[str, str] = {}
    for name, value in names.items():
        folded.setdefault(name.casefold(), value)
    close = get_close_matches(wanted, folded, n=limit, cutoff=0.7)
    containing = sorted(
        (name for name in folded if all(word in name for word in words)), key=lambda n: (len(n), n)
    )
    loose = get_close_matches(wanted, folded, n=limit, cutoff=0.5)
    found = dict.fromkeys(folded[name] for name in (*close, *containing, *loose))
    return list(found)[:limit]
