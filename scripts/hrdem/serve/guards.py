"""What every request passes: limits of its size, headers that keep browsers safe, and the log."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final

from hrdem.errors import count
from hrdem.serve.replies import sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from hrdem.serve.limits import Limits

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Headers of every response: pages load nothing from elsewhere and run no script."""


class TooLarge(Exception):
    """The body of a request is larger than it may be.

    Args:
        limit: how many bytes it may have.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(f"What was sent is larger than {count(limit, 'byte')}. Send less.")


class Guards:
    """Turns away requests that are too large, adds :data:`HEADERS`, and logs.

    Args:
        app: what answers the others.
        limits: how large a request may be.
        log: takes one line for each request; None logs nothing.
    """

    def __init__(self, app: ASGIApp, limits: Limits, log: Callable[[str], object] | None) -> None:
        self._app = app
        self._limits = limits
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection as ASGI says."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.monotonic()
        status, size, left = 0, 0, self._limits.body

        async def guarded_send(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                own = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(
                        (name.lower().encode(), value.encode())
                        for name, value in HEADERS.items()
                        if name.lower().encode() not in own
                    ),
                ]
            else:
                size += len(message.get("body", b""))
            await send(message)

        async def guarded_receive() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise TooLarge(self._limits.body)
            return message

        try:
            refused = self._refused(scope)
            if refused is not None:
                await sentence(*refused, Connection="close")(scope, receive, guarded_send)
                return
            await self._app(scope, guarded_receive, guarded_send)
        finally:
            if self._log is not None:
                # The path as it was sent, so no line can be feigned; never what was asked or by
                # which credentials.
                path = scope.get("raw_path", b"").partition(b"?")[0].decode("latin-1")
                # Nor can one be by the client, which behind a proxy is what a header says.
                client = (scope.get("client") or ("-",))[0]
                if not re.fullmatch(r"[\w.:%-]+", client, re.ASCII):
                    client = "-"
                self._log(
                    f"{client} {scope['method']} {ascii(path)[1:-1]} {status or '-'} {size}"
                    f" {(time.monotonic() - started) * 1000:.0f}ms"
                )

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        if len(scope["raw_path"]) + len(scope["query_string"]) > self._limits.url:
            return 414, (
                f"The address is longer than {count(self._limits.url, 'byte')}. Send a long query"
                " by POST."
            )
        if len(scope["headers"]) > self._limits.headers:
            return 431, f"There are more than {count(self._limits.headers, 'header')}. Send fewer."
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit() and int(value) > self._limits.body:
                return 413, str(TooLarge(self._limits.body))
        return None
