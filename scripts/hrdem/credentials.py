"""Who asks or writes elsewhere, and how to say so without showing the secret to anybody else.

HTTP itself is not spoken here: asking the graph on this machine imports this module too.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from hrdem.errors import HrdemError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from urllib.request import Request

    from requests import PreparedRequest

SCHEMES: Final = ("basic", "digest", "bearer")
"""The ways of saying who one is: RFC 7617, RFC 7616 and RFC 6750."""
SECRET_VARIABLE: Final = "HRDEM_SECRET"
"""The environment variable with the password or token. No other program is started with it."""


def check_url(url: str) -> str:
    """Return `url` if it can be the address of an endpoint.

    Raises:
        UsageError: if it cannot.
    """
    if not re.fullmatch(r"https?://[^\s/<>\"{}|\\^`][^\s<>\"{}|\\^`]*", url):
        raise UsageError(
            f"{url!r} is not the address of an endpoint: that begins with http:// or https:// and"
            " has no spaces."
        )
    return url


def refuse_plain(address: str | None) -> None:
    """Refuse to send a secret where others on the way could read it.

    Raises:
        UsageError: if `address` is http:// and not on this machine.
    """
    from urllib.parse import urlsplit

    parts = urlsplit(address or "")
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise UsageError(
            f"Over http:// others could read the secret on its way to {parts.hostname}. Use an"
            " https:// address; or say --plain, if you know that the network is safe."
        )


class Credentials:
    """Who asks or writes; what is secret in it is shown nowhere.

    Args:
        scheme: one of :data:`SCHEMES`.
        user: the name; not used with ``bearer``.
        secret: the password or token.
    """

    def __init__(self, scheme: str, user: str, secret: str) -> None:
        self.scheme = scheme
        self.user = user
        self._secret = secret
        self._digest: Any = None

    def __repr__(self) -> str:
        """Return everything but the secret."""
        return f"Credentials({self.scheme!r}, {self.user!r}, …)"

    def auth(self) -> Callable[[PreparedRequest], PreparedRequest]:
        """Return what requests needs to send them."""
        if self.scheme == "digest":
            from requests.auth import HTTPDigestAuth

            return HTTPDigestAuth(self.user, self._secret)

        def authorised(request: PreparedRequest) -> PreparedRequest:
            request.headers["Authorization"] = self._header()
            return request

        return authorised

    def header(self, request: Request, challenge: str) -> str | None:
        """Return the ``Authorization`` header for a request.

        Args:
            request: the request, complete but for this header.
            challenge: the ``WWW-Authenticate`` header of the server, "" if it has sent none yet.

        Returns:
            The header, None if the server must send a challenge first.

        Raises:
            HrdemError: if the server wants a digest that cannot be made.
        """
        if self.scheme != "digest":
            return self._header()
        kind, _, rest = challenge.strip().partition(" ")
        if kind.lower() != "digest":
            return None
        from requests.auth import HTTPDigestAuth  # urllib's knows neither SHA-256 nor UTF-8
        from requests.utils import parse_dict_header

        if self._digest is None:
            self._digest = HTTPDigestAuth(self.user, self._secret)
            self._digest.init_per_thread_state()
        self._digest._thread_local.chal = parse_dict_header(rest)  # type: ignore[no-untyped-call]
        with suppress(KeyError):  # a challenge without what it must have
            answer = self._digest.build_digest_header(request.get_method(), request.full_url)
            if answer is not None:
                return str(answer)
        raise HrdemError(
            "The endpoint wants a digest by a method that is not known here. Use --auth basic over"
            " https://, if it takes that."
        )

    def _header(self) -> str:
        if self.scheme == "bearer":
            return f"Bearer {self._secret}"
        from base64 import b64encode

        return "Basic " + b64encode(f"{self.user}:{self._secret}".encode()).decode("ascii")
