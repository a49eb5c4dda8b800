"""HTTP for clients that do not take their time: what waits for a request too long is closed.

uvicorn has a limit for the pause between two requests, but none for a client that opens a
connection and sends nothing, or its headers one byte at a time.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol


def patient_for(seconds: float) -> type[asyncio.Protocol]:
    """Return the class of connections on which a request must arrive within about `seconds`."""

    class Connection(H11Protocol):
        def connection_made(self, transport: Any) -> None:  # noqa: ANN401 (as uvicorn has it)
            super().connection_made(transport)
            self._look(waited=False)

        def connection_lost(self, exc: Exception | None) -> None:
            self._timer.cancel()
            super().connection_lost(exc)

        def _look(self, *, waited: bool) -> None:
            """Close the connection if it waits for a request now and did the last time."""
            waits = self.cycle is None or self.cycle.response_complete
            if waits and waited:
                self.transport.close()
                return
            self._timer = self.loop.call_later(seconds, lambda: self._look(waited=waits))

    return Connection
