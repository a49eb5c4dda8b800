"""How much may be taken: by one request, by one query, and by all of them together."""

from __future__ import annotations

from typing import NamedTuple


class Limits(NamedTuple):
    """The limits of a server.

    Attributes:
        seconds: how long a query may take; also how long one may wait for its turn.
        workers: how many queries are answered at the same time.
        queue: how many more may wait; the next is sent away.
        memory: how many bytes of memory a worker may use.
        answer: how many bytes an answer may have.
        body: how many bytes the body of a request may have.
        url: how many bytes the path and query string of a request may have.
        headers: how many header fields a request may have.
        grace: how many seconds, at the end, queries that still run are given.
    """

    seconds: float = 30.0
    workers: int = 2
    queue: int = 64
    memory: int = 1024**3
    answer: int = 64 * 1024**2
    body: int = 1024**2
    url: int = 16 * 1024
    headers: int = 64
    grace: float = 5.0
