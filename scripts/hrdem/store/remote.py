"""Any `SPARQL 1.1 Protocol <https://www.w3.org/TR/sparql11-protocol/>`_ endpoint as a store."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from hrdem.credentials import SECRET_VARIABLE, check_url
from hrdem.errors import HrdemError, count
from hrdem.sparql import blank_comments, form_of
from hrdem.store.interface import QUERY_SECONDS, Table, expect
from hrdem.store.results import read_boolean, read_table, read_triples
from hrdem.vocabulary import LOADED, MERGED, PREFIXES, SD

if TYPE_CHECKING:
    from collections.abc import Callable
    from urllib.request import Request

    import pyoxigraph as ox

    from hrdem.credentials import Credentials

_T = TypeVar("_T")
_WHICH_GRAPH = f"""SELECT ?graph WHERE {{
  GRAPH <{LOADED}> {{
    <{LOADED}> <{SD}defaultGraph> ?graph
  }}
}}"""

_WHICH_PARTS = f"""SELECT ?part WHERE {{
  GRAPH <{LOADED}> {{ <{LOADED}> <http://purl.org/dc/terms/hasPart> ?part }}
}} ORDER BY ?part"""


class RemoteStore:
    """A SPARQL endpoint, asked through SPARQLWrapper, whose known faults are fenced here.

    SPARQLWrapper guesses the kind of a query from its text and takes a comment for a command, uses
    GET for any length, never tries again and limits only the time between two packets. So comments
    are blanked, the kind and POST are set, servers that are busy are asked again, and the whole
    takes no longer than `seconds`.

    Where `hrdem load` has put the graph, only that graph is asked, whatever else is in the store
    and whatever the store takes for its default graph: the record of the load says which one, and
    which named graphs there are for queries that use GRAPH.

    Args:
        url: the address of the endpoint, http or https.
        seconds: how long a query may take in all.
        pauses: how long to wait before each further attempt, in seconds.
        credentials: who asks, if the endpoint wants to know.
    """

    def __init__(
        self,
        url: str,
        seconds: float = QUERY_SECONDS,
        pauses: tuple[float, ...] = (0.5, 1.0, 2.0),
        credentials: Credentials | None = None,
    ) -> None:
        self.url = check_url(url)
        self._seconds = seconds
        self._pauses = pauses
        self._credentials = credentials
        self._challenge = ""  # what a server that takes a digest has said last
        self._graph: str | None = None
        self._parts: list[str] | None = None
        self._looked = False

    def select(self, sparql: str) -> Table:
        """Return the answer to a SELECT."""
        expect(sparql, "select")
        return self._parsed(sparql, "select", read_table)

    def construct(self, sparql: str) -> list[ox.Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE, each once, sorted."""
        expect(sparql, "construct", "describe")
        return self._parsed(sparql, form_of(sparql), read_triples)

    def ask(self, sparql: str) -> bool:
        """Return the answer to an ASK."""
        expect(sparql, "ask")
        return self._parsed(sparql, "ask", read_boolean)

    def _parsed(self, sparql: str, form: str, read: Callable[[bytes, str], _T]) -> _T:
        if not self._looked:
            self._graph, self._looked = self._loaded_graph(), True
        names_graphs = re.search(r"\bGRAPH\b", blank_comments(sparql), re.IGNORECASE) is not None
        answer = self._read(sparql, form, read, self._graph, names_graphs)
        # A graph with a name of its own goes when the one after the next is loaded.
        while self._graph not in (None, MERGED) and (now := self._loaded_graph()) != self._graph:
            self._graph, self._parts = now, None
            answer = self._read(sparql, form, read, now, names_graphs)
        return answer

    def _loaded_graph(self) -> str | None:
        """Return the graph to ask, None if `hrdem load` has not been here."""
        table = self._read(_WHICH_GRAPH, "select", read_table, None)
        return next((row[0].value for row in table.rows if row[0] is not None), None)

    def _named_graphs(self) -> list[str]:
        """Return the names of the other graphs of the load, for which GRAPH asks."""
        if self._parts is None:
            table = self._read(_WHICH_PARTS, "select", read_table, None)
            names = [row[0].value for row in table.rows if row[0] is not None]
            self._parts = [name for name in names if name != self._graph]
        return self._parts

    def _read(
        self,
        sparql: str,
        form: str,
        read: Callable[[bytes, str], _T],
        graph: str | None,
        names_graphs: bool = False,
    ) -> _T:
        dataset = {} if graph is None else {"default-graph-uri": [graph]}
        text = _portable(sparql)
        if graph is not None and names_graphs:
            named = self._named_graphs()
            if graph == MERGED:
                dataset["named-graph-uri"] = named
            else:
                # Only Virtuoso has a graph of another name. It repeats what is a parameter in as
                # many headers, and Python takes no more than a hundred; what the query says itself
                # it does not. Told of no graph it shows all: one that is not there prevents that.
                defines = (f"define input:named-graph-uri <{name}>" for name in named or [MERGED])
                text = " ".join([*defines, text])
        body, media_type = self._fetch(text, form, dataset)
        try:
            return read(body, media_type)
        except (SyntaxError, ValueError) as problem:
            # A server that gives up half-way has already said that all is well (HTTP 200).
            raise HrdemError(
                f"The endpoint {self.url} sent an answer that breaks off or is not"
                f" {'RDF' if form in ('construct', 'describe') else 'a SPARQL result'}"
                f" ({media_type or 'no media type'}). Ask for less, or try again later."
            ) from problem

    def _fetch(self, sparql: str, form: str, dataset: dict[str, list[str]]) -> tuple[bytes, str]:
        """Return body and media type of the answer, asking again while the server is busy."""
        import time
        from http.client import HTTPException
        from urllib.error import HTTPError, URLError

        from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

        deadline = time.monotonic() + self._seconds
        for pause in (*self._pauses, None):
            try:
                return self._once(sparql, form, dataset, deadline)
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

    def _once(
        self, sparql: str, form: str, dataset: dict[str, list[str]], deadline: float
    ) -> tuple[bytes, str]:
        import time
        from http.client import IncompleteRead

        import SPARQLWrapper as sw
        from SPARQLWrapper.SPARQLExceptions import Unauthorized

        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        triples = form in ("construct", "describe")
        request = sw.SPARQLWrapper(self.url, agent="hrdem")
        request.setQuery(sparql)
        for parameter, graphs in dataset.items():
            for graph in graphs:
                request.addParameter(parameter, graph)
        request.queryType = form.upper()  # after setQuery, which guesses
        request.setMethod(sw.POST)
        request.setTimeout(max(1, round(left)))
        request.setReturnFormat(sw.TURTLE if triples else sw.JSON)
        request.addCustomHttpHeader(
            "Accept",
            "application/n-triples, text/turtle;q=0.9, application/rdf+xml;q=0.5"
            if triples
            else "application/sparql-results+json, application/sparql-results+xml;q=0.5",
        )
        plain = request._createRequest
        # SPARQLWrapper's own way of a digest is for the whole process, and its other headers go to
        # wherever a server redirects; a secret must not.
        request._createRequest = lambda: self._signed(plain())
        try:
            response = request.query().response
        except Unauthorized as problem:
            if not self._challenged(problem):
                raise
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

    def _signed(self, request: Request) -> Request:
        if self._credentials is not None:
            header = self._credentials.header(request, self._challenge)
            if header is not None:
                request.add_unredirected_header("Authorization", header)
        return request

    def _challenged(self, problem: Exception) -> bool:
        """Take the challenge of a server; return whether it is one to be answered by a digest."""
        if self._credentials is None or self._credentials.scheme != "digest":
            return False
        headers = getattr(problem.__context__, "headers", None)  # of urllib's HTTPError
        said = [] if headers is None else headers.get_all("WWW-Authenticate", [])
        digest = [each for each in said if each.lower().startswith("digest ")]
        self._challenge = digest[0] if digest else ""
        return bool(digest)

    def _late(self) -> HrdemError:
        return HrdemError(
            f"The endpoint {self.url} did not answer within {count(self._seconds, 'second')}."
            " Allow more with --timeout, or ask for less with LIMIT."
        )

    def _refused(self, problem: Exception) -> HrdemError:
        name = type(problem).__name__
        what = {
            "QueryBadFormed": "does not understand the query",
            "EndPointNotFound": "does not exist at this address",
            "Unauthorized": "wants to know who asks. Name --user, or --auth bearer, and give the"
            f" secret in the environment variable {SECRET_VARIABLE}"
            if self._credentials is None
            else "does not take this name and secret. Check both, and whether it wants another"
            " --auth",
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
