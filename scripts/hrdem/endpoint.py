"""A SPARQL endpoint of somebody else: asked politely, and never believed when it fails.

Public endpoints are slow, busy, cut answers off and put web pages where results should be. So each
query has three time limits, is tried again after a growing and randomly varied pause (or the one
that the server asks for), and is sent no faster than a given rate; answers may be kept on disk. An
answer counts only if it is whole and is SPARQL results; everything else is an
:class:`EndpointError`, so that a failure can never be taken for an empty answer.

`SPARQL 1.1 Protocol <https://www.w3.org/TR/sparql11-protocol/>`_, queries by POST. urllib3 speaks
HTTP, tenacity tries again; both are imported where they are used.
"""

from __future__ import annotations

import json
import random
import re
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hrdem import __version__
from hrdem.atomic import write_file
from hrdem.credentials import check_url
from hrdem.errors import HrdemError
from hrdem.sparql import blank_comments
from hrdem.store.results import read_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from hrdem.store import Table

USER_AGENT = f"hrdem/{__version__} (+https://w3id.org/hrdem)"
"""How the project introduces itself."""
ANSWER_BYTES = 64 * 1024 * 1024
"""How large an answer may be."""
MAX_AGE = 7 * 24 * 3600.0
"""How old, in seconds, an answer on disk may be unless said otherwise."""

BUSY = (408, 425, 429, 500, 502, 503, 504)
"""HTTP status codes after which asking again may help."""
_RESULTS = ("application/sparql-results+json", "application/json", "application/sparql-results+xml")


class EndpointError(HrdemError):
    """An endpoint gave no answer, or one that cannot be believed."""


class _Again(EndpointError):
    """A failure that may pass.

    Attributes:
        pause: how many seconds the server asks to wait, None if it does not say.
    """

    pause: float | None = None


class Limits(NamedTuple):
    """How long things may take, in seconds.

    Attributes:
        connect: until a connection stands.
        read: between two pieces of the answer.
        whole: one query, with all attempts and pauses.
    """

    connect: float = 10.0
    read: float = 30.0
    whole: float = 60.0


class Cache:
    """Answers kept on disk, each in a file named by endpoint and query.

    Whatever is wrong with a file, it is as if it were not there. A folder that cannot be written to
    is no fault either: then nothing is kept.

    Args:
        folder: where to keep them; made when needed.
        max_age: how many seconds an answer may be used.
        now: the time of day, in seconds since 1970.
    """

    def __init__(
        self, folder: Path, max_age: float = MAX_AGE, now: Callable[[], float] = time.time
    ) -> None:
        self.folder = folder
        self._max_age = max_age
        self._now = now

    def path(self, url: str, query: str) -> Path:
        """Return the file for the answer of an endpoint to a query."""
        name = sha256(f"{url}\n{query}".encode()).hexdigest()
        return self.folder / f"{name}.json"

    def get(self, url: str, query: str) -> Table | None:
        """Return the answer on disk, None if there is none that is whole and young enough."""
        with suppress(OSError, ValueError, KeyError, TypeError, SyntaxError):
            entry = json.loads(self.path(url, query).read_bytes())
            if (entry["url"], entry["query"]) == (url, query):
                age = self._now() - float(entry["stored"])
                if 0 <= age <= self._max_age:
                    return read_table(entry["body"].encode(), entry["type"])
        return None

    def put(self, url: str, query: str, body: bytes, media_type: str) -> None:
        """Keep an answer that was found to be whole."""
        path = self.path(url, query)
        entry = {"url": url, "query": query, "stored": self._now(), "type": media_type}
        with suppress(OSError, UnicodeDecodeError, HrdemError):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_file(path, json.dumps({**entry, "body": body.decode()}))


def cache_folder() -> Path:
    """Return where answers are kept unless said otherwise: in the user's folder of caches."""
    from platformdirs import user_cache_path

    return user_cache_path("hrdem", appauthor=False) / "endpoints"


class Endpoint:
    """An endpoint that answers SELECT queries.

    Args:
        url: its address, http or https.
        limits: how long things may take.
        attempts: how often a query is sent at most.
        backoff: the first pause between two attempts, in seconds; each further one is twice as
            long, and each is varied at random between half and the whole of that.
        rate: how many requests a second are sent at most, further attempts included.
        cache: where answers are kept; None keeps none.
        seed: makes the pauses repeatable.
    """

    def __init__(
        self,
        url: str,
        limits: Limits | None = None,
        *,
        attempts: int = 4,
        backoff: float = 1.0,
        rate: float = 2.0,
        cache: Cache | None = None,
        seed: int | None = None,
    ) -> None:
        self.url = check_url(url)
        self._limits = limits or Limits()
        self._attempts = attempts
        self._backoff = backoff
        self._interval = 1 / rate
        self._cache = cache
        self._random = random.Random(seed)
        self._next = 0.0  # the moment before which no request is sent
        self._pool: Any = None

    def select(self, query: str, seconds: float | None = None) -> Table:
        """Return the answer to a SELECT, from the disk if it is kept there.

        Args:
            query: the query, with its prefixes declared.
            seconds: how long this one may take, if not as long as the limits say.

        Raises:
            EndpointError: if there is no whole answer within the limits.
        """
        from tenacity import (
            Retrying,
            retry_if_exception_type,
            stop_after_attempt,
            stop_before_delay,
        )

        query = blank_comments(query).strip()  # some servers read commands into comments
        kept = self._cache.get(self.url, query) if self._cache else None
        if kept is not None:
            return kept
        whole = self._limits.whole if seconds is None else seconds
        deadline = time.monotonic() + whole
        retrying = Retrying(
            retry=retry_if_exception_type(_Again),
            wait=self._pause,
            # A pause that would end after the limit is not begun.
            stop=stop_after_attempt(self._attempts) | stop_before_delay(whole),
            reraise=True,
        )
        body, media_type, table = retrying(self._once, query, deadline, whole)
        if self._cache:
            self._cache.put(self.url, query, body, media_type)
        return table

    def _pause(self, state: Any) -> float:  # noqa: ANN401 (tenacity's RetryCallState)
        """Return how long to wait before the next attempt."""
        longest: float = self._backoff * 2 ** (state.attempt_number - 1)
        own = longest * self._random.uniform(0.5, 1)
        problem = state.outcome.exception()
        asked = problem.pause if isinstance(problem, _Again) else None
        return max(own, asked or 0.0)

    def _once(self, query: str, deadline: float, whole: float) -> tuple[bytes, str, Table]:
        import urllib3

        now = time.monotonic()
        if self._next > now:
            time.sleep(min(self._next, deadline) - now)
        self._next = time.monotonic() + self._interval
        left = deadline - time.monotonic()
        if left <= 0:
            raise self._late(whole)
        if self._pool is None:
            self._pool = urllib3.PoolManager(maxsize=1, retries=False)
        try:
            response = self._pool.request(
                "POST",
                self.url,
                fields={"query": query},
                encode_multipart=False,
                headers={"Accept": ", ".join(_RESULTS), "User-Agent": USER_AGENT},
                timeout=urllib3.Timeout(
                    connect=min(self._limits.connect, left), read=min(self._limits.read, left)
                ),
                redirect=False,
                preload_content=False,
            )
            try:
                body = self._body(response, deadline, whole)
            finally:
                response.close()
        except urllib3.exceptions.NewConnectionError as problem:  # to urllib3 this is a time-out
            raise self._again(f"could not be reached: {_reason(problem)}") from problem
        except urllib3.exceptions.TimeoutError as problem:
            if time.monotonic() >= deadline:
                raise self._late(whole) from problem
            raise self._again("did not answer in time") from problem
        except urllib3.exceptions.HTTPError as problem:
            raise self._again(f"could not be reached: {_reason(problem)}") from problem
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        self._check_status(response, media_type, body)
        if media_type not in _RESULTS:
            raise self._again(
                f"sent {media_type or 'something without a media type'} where SPARQL results were"
                " asked for"
            )
        try:
            return body, media_type, read_table(body, media_type)
        except (SyntaxError, ValueError) as problem:
            # A server that gives up half-way has already said that all is well (HTTP 200).
            raise self._again(
                "sent an answer that breaks off or is no table of SPARQL results"
            ) from problem.with_traceback(None)  # which would keep the engine's half-read answer

    def _body(
        self,
        response: Any,  # noqa: ANN401 (urllib3's response)
        deadline: float,
        whole: float,
    ) -> bytes:
        parts, size = [], 0
        while part := response.read1(1 << 16):
            parts.append(part)
            size += len(part)
            if time.monotonic() > deadline:
                raise self._late(whole)
            if size > ANSWER_BYTES:
                raise self._failed(f"sent more than {ANSWER_BYTES // 1024**2} MB")
        return b"".join(parts)

    def _check_status(self, response: Any, media_type: str, body: bytes) -> None:  # noqa: ANN401
        code = response.status
        if code == 200:
            return
        text = body.decode("utf-8", "replace") if media_type == "text/plain" else ""
        said = next((f". It says: {line.strip()[:200]}" for line in text.splitlines() if line), "")
        if code in BUSY:
            problem = self._again(f"answered HTTP {code} {response.reason or ''}".rstrip() + said)
            problem.pause = retry_after(response.headers.get("Retry-After"))
            raise problem
        if 300 <= code < 400:
            to = response.headers.get("Location", "an address that it does not name")
            raise self._failed(f"has moved to {to}. Use that address if you trust it")
        raise self._failed(f"answered HTTP {code} {response.reason or ''}".rstrip() + said)

    def _failed(self, what: str) -> EndpointError:
        return EndpointError(f"The endpoint {self.url} {what.rstrip('.')}.")

    def _again(self, what: str) -> _Again:
        return _Again(f"The endpoint {self.url} {what.rstrip('.')}.")

    def _late(self, whole: float) -> EndpointError:
        shown = f"{whole:.0f}" if whole >= 10 else f"{whole:.2g}"
        return self._failed(f"did not answer within {shown} seconds")


def retry_after(text: str | None) -> float | None:
    """Return the seconds that a Retry-After header asks to wait (RFC 9110, section 10.2.3)."""
    if text is None:
        return None
    if re.fullmatch(r"[0-9]+", text.strip()):
        return float(text)
    from email.utils import parsedate_to_datetime

    with suppress(ValueError):
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    return None


def _reason(problem: BaseException) -> str:
    """Return what an exception of urllib3 says, without its class names and addresses."""
    import urllib3

    cause = problem.__cause__ or problem.__context__ or problem
    if isinstance(problem, urllib3.exceptions.ProtocolError):
        return "the connection was cut off"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return str(problem).rpartition(": ")[2].strip() or type(problem).__name__
