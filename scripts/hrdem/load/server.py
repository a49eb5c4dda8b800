"""A triplestore of somebody else, spoken to over HTTP: reading, updating, and putting whole graphs.

`SPARQL 1.1 Protocol <https://www.w3.org/TR/sparql11-protocol/>`_ and `Graph Store HTTP Protocol
<https://www.w3.org/TR/sparql11-http-rdf-update/>`_. Everything that is sent here may be sent twice
without harm, so what fails for a reason that may pass is sent again.

Secrets are never part of a message, a representation or an address.
"""

from __future__ import annotations

import random
import re
import time
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import pyoxigraph as ox
import requests
from urllib3.exceptions import HTTPError

from hrdem.credentials import SECRET_VARIABLE, check_url
from hrdem.endpoint import BUSY, USER_AGENT, retry_after
from hrdem.errors import HrdemError
from hrdem.store.results import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hrdem.credentials import Credentials
    from hrdem.store import Table

_T = TypeVar("_T")
_UPDATE = "application/sparql-update; charset=utf-8"
_RESULTS = "application/sparql-results+json"
_N_TRIPLES = ox.RdfFormat.N_TRIPLES.media_type


class ServerError(HrdemError):
    """The store did not do what it was asked.

    Attributes:
        status: the HTTP status code that it answered, None if there was no answer.
    """

    status: int | None = None


class Answer(NamedTuple):
    """What a store answered, whole.

    Attributes:
        status: the HTTP status code.
        reason: what the server calls that.
        headers: the headers, by name in any case.
        content: the body.
    """

    status: int
    reason: str
    headers: Mapping[str, str]
    content: bytes

    @property
    def media_type(self) -> str:
        """The media type without parameters, "" if there is none."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip()


class Limits(NamedTuple):
    """How long things may take, in seconds, and how often they are tried.

    Attributes:
        connect: until a connection stands.
        answer: from the end of a request to the beginning of its answer, from there to its end, and
            between two pieces of a request.
        attempts: how often a request is sent at most.
        backoff: the first pause between two attempts; each further one is twice as long, varied at
            random between half and the whole of that. A server that asks for a longer one gets it,
            up to `longest`.
        longest: the longest pause.
    """

    connect: float = 10.0
    answer: float = 300.0
    attempts: int = 4
    backoff: float = 1.0
    longest: float = 60.0


class Server:
    """Sends requests to a store, again and again if need be.

    Args:
        credentials: who writes, if the store wants to know.
        limits: how long things may take.
        certificates: a file with the authorities to trust, None for the usual ones.
        wait: how to wait; a parameter for tests.
    """

    def __init__(
        self,
        credentials: Credentials | None = None,
        limits: Limits | None = None,
        certificates: str | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limits = limits or Limits()
        self._wait = wait
        self.product = ""
        """What the store says of itself, once it has answered."""
        self._forms: set[str] = set()  # addresses that take an update as a form only
        self._session = requests.Session()
        self._session.trust_env = False  # no secrets of ~/.netrc for a store that did not ask
        self._session.headers["User-Agent"] = USER_AGENT
        self._session.auth = credentials.auth() if credentials else None
        self._session.verify = certificates or True

    def select(self, address: str, query: str) -> Table:
        """Return the answer to a SELECT."""
        return self._read(
            lambda: self.send("POST", address, data={"query": query}, accept=_RESULTS),
            lambda answer: read_table(answer.content, answer.media_type),
            _error(address, "sent an answer that breaks off or is no SPARQL result"),
        )

    def get(self, address: str, parameters: dict[str, str]) -> list[ox.Triple]:
        """Return the triples of a graph."""
        return self._read(
            lambda: self.send("GET", address, params=parameters, accept=_GRAPHS),
            _triples,
            _error(address, "sent a graph that breaks off or is not RDF. Run the command again"),
        )

    def _read(
        self, ask: Callable[[], Answer], read: Callable[[Answer], _T], error: ServerError
    ) -> _T:
        """Return what is in an answer; one that breaks off is asked for again.

        A connection that is cut in the headers of an answer looks like a short answer.
        """
        for attempt in range(self._limits.attempts):
            answer = ask()
            try:
                return read(answer)
            except (SyntaxError, ValueError) as problem:
                error.__cause__ = problem
            if attempt + 1 < self._limits.attempts:
                self._wait(self._pause(attempt))
        raise error

    def update(self, address: str, update: str) -> None:
        """Carry out a SPARQL update; it must be one that may be carried out twice.

        It goes as the body of the request, since some servers limit the size of forms; where that
        is not understood, it goes as a form.
        """
        if address not in self._forms:
            try:
                self.send(
                    "POST",
                    address,
                    data=update.encode(),
                    media=_UPDATE,
                )
                return
            except ServerError as problem:
                if problem.status not in (400, 415, 500):
                    raise
        self.send("POST", address, data={"update": update})
        self._forms.add(address)

    def put(self, address: str, parameters: dict[str, str], content: bytes) -> None:
        """Replace a graph by `content`, N-Triples in UTF-8."""
        self.send("PUT", address, params=parameters, data=content, media=_N_TRIPLES)

    def send(
        self,
        method: str,
        address: str,
        *,
        params: dict[str, str] | None = None,
        data: dict[str, str] | bytes | None = None,
        media: str | None = None,
        accept: str = "*/*",
        attempts: int | None = None,
    ) -> Answer:
        """Send a request, again if it fails for a reason that may pass; return the whole answer.

        Raises:
            ServerError: if the answer is not one of success, or there is none.
        """
        check_url(address)
        headers = {"Accept": accept, **({"Content-Type": media} if media else {})}
        attempts = attempts or self._limits.attempts
        for attempt in range(attempts):
            pause = self._pause(attempt)
            try:
                response = self._session.request(
                    method,
                    address,
                    params=params,
                    data=BytesIO(data) if isinstance(data, bytes) and data else data,
                    headers=headers,
                    timeout=self._timeout(data),
                    allow_redirects=False,
                    stream=True,
                )
                answer = self._whole(response)
            except requests.exceptions.SSLError as problem:
                raise _error(
                    address,
                    "has a certificate that is not trusted. Name the file of its authority with"
                    " --certificates, if you trust it",
                ) from problem
            except (requests.RequestException, HTTPError, TimeoutError) as problem:
                late = isinstance(problem, requests.Timeout | TimeoutError) or _late(problem)
                error = _error(
                    address,
                    "did not answer in time. Allow more with --timeout"
                    if late
                    else f"could not be reached: {_reason(problem)}",
                )
                error.__cause__ = problem
            else:
                self.product = answer.headers.get("Server", "")
                if answer.status < 300:
                    return answer
                error = _refused(method, address, answer, self._session.auth is not None)
                if answer.status not in BUSY:
                    raise error
                asked = retry_after(answer.headers.get("Retry-After")) or 0.0
                if asked > self._limits.longest:
                    error.message += f" It asks to wait {asked:.0f} seconds."
                    raise error
                pause = max(pause, asked)
            if attempt + 1 == attempts or pause > self._limits.longest:
                raise error
            self._wait(pause)
        raise AssertionError  # the last attempt returned or raised

    def _pause(self, attempt: int) -> float:
        return self._limits.backoff * float(2**attempt) * random.uniform(0.5, 1)

    def _whole(self, response: requests.Response) -> Answer:
        """Read an answer to its end, however slowly it comes, but within the limit."""
        deadline = time.monotonic() + self._limits.answer
        parts = []
        with response:
            while part := response.raw.read1(1 << 16, decode_content=True):
                parts.append(part)
                if time.monotonic() > deadline:
                    raise TimeoutError
        return Answer(
            response.status_code, response.reason or "", response.headers, b"".join(parts)
        )

    def _timeout(self, data: dict[str, str] | bytes | None) -> tuple[float, float]:
        """Return how long connecting and reading may take.

        urllib3 keeps the limit of connecting while it sends the body, in one piece if it is bytes
        and else block by block. A store that is busy may let a block wait.
        """
        sent = isinstance(data, bytes) and len(data) > _BLOCK
        connect = max(self._limits.connect, self._limits.answer) if sent else self._limits.connect
        return connect, self._limits.answer


_BLOCK = 16384
"""How many bytes surely fit into what lies between two machines, read or not."""
_GRAPHS = f"{_N_TRIPLES}, {ox.RdfFormat.TURTLE.media_type};q=0.9"


def _triples(answer: Answer) -> list[ox.Triple]:
    form = ox.RdfFormat.from_media_type(answer.media_type) or ox.RdfFormat.TURTLE
    return [quad.triple for quad in ox.parse(answer.content, format=form)]


def _refused(method: str, address: str, answer: Answer, named: bool) -> ServerError:
    code = answer.status
    advice = {
        401: "does not take this name and secret. Check both, and whether it wants another --auth"
        if named
        else "wants to know who you are. Name --user, or --auth bearer, and give the secret in the"
        f" environment variable {SECRET_VARIABLE}",
        403: "does not let you do this. Ask its administrator for the right to write",
        404: "has nothing at this address. Check the address",
        405: "does not take this kind of request. Try the other way with --via",
        413: "takes no graph as large as this in one go. Load with --via update"
        if method == "PUT"
        else "takes no piece as large as this. Name a smaller one with --piece",
        507: "has no room left. Make room there and run the command again",
    }.get(code)
    if code < 400 and "Location" in answer.headers:
        advice = f"has moved to {answer.headers['Location']}. Use that address if you trust it"
    what = f"answered HTTP {code} {answer.reason}".rstrip()
    shown = answer.media_type in ("text/plain", "application/problem+json", "")
    said = answer.content.decode("utf-8", "replace") if shown else ""
    first = next((line.strip()[:300] for line in said.splitlines() if line.strip()), "")
    error = _error(
        address,
        (f"{advice} ({what.removeprefix('answered ')})" if advice else what)
        + (f". It says: {first}" if first else ""),
    )
    error.status = code
    return error


def _error(address: str, what: str) -> ServerError:
    shown = re.sub(r"//[^/@]*@", "//", address)
    return ServerError(f"The store at {shown} {what.rstrip('.')}.")


def _causes(problem: BaseException) -> Iterator[BaseException]:
    """Yield an exception and what it came from."""
    seen: Any = problem
    while seen is not None:
        yield seen
        reason = getattr(seen, "reason", None)
        inner = reason if isinstance(reason, BaseException) else None
        seen = inner or seen.__cause__ or seen.__context__


def _late(problem: BaseException) -> bool:
    """Tell whether a time limit is behind an exception of requests or urllib3."""
    return any(isinstance(each, TimeoutError) for each in _causes(problem))


def _reason(problem: BaseException) -> str:
    """Return what went wrong below requests, without class names and addresses."""
    for each in _causes(problem):
        if isinstance(each, OSError) and each.strerror:
            return str(each.strerror)
    return "the connection was cut off"
