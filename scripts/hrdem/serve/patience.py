"""HTTP that waits for no client: who sends no request, or does not take the answer, is left.

uvicorn has a limit for the pause between two requests, but none for a client that opens a
connection and sends nothing, or its headers one byte at a time; nor for one that does not read its
answer, which stays in memory meanwhile.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol


def patient_for(seconds: float) -> type[asyncio.Protocol]:
    """Return the class of connections that do not wait longer than about `seconds` for a client.

    In that time a request must have arrived, or of an answer that waits to be taken some part must
    have been.
    """

    class Connection(H11Protocol):
        def connection_made(self, transport: Any) -> None:  # noqa: ANN401 (as uvicorn has it)
            super().connection_made(transport)
            self._look(waited=False, unsent=0)

        def connection_lost(self, exc: Exception | None) -> None:
            self._timer.cancel()
            super().connection_lost(exc)

        def _look(self, *, waited: bool, unsent: int) -> None:
            """Close the connection if it waits for the client now as it did the last time.

            Args:
                waited: whether it waited for a request.
                unsent: how many bytes waited to be taken.
            """
            left = self.transport.get_write_buffer_size()
            if left and left == unsent:
                # The system, too, forgets what it has kept to send.
                self.transport.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                )
                self.transport.abort()
                return
            waits = not left and (self.cycle is None or self.cycle.response_complete)
            if waits and waited:
                self.transport.close()
                return
            self._timer = self.loop.call_later(
                seconds, lambda: self._look(waited=waits, unsent=left)
            )

    return Connection
