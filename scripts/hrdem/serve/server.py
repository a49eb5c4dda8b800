"""Start and end of the server."""

from __future__ import annotations

import asyncio
import signal
import socket
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from hrdem.errors import HrdemError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hrdem.project import Project
    from hrdem.serve.limits import Limits
    from hrdem.serve.pool import Pool

PACKAGES = ("starlette>=1.0,<2", "uvicorn>=0.50,<1")
"""What it needs, as pip takes it; the same as the extra ``serve`` of the package."""
_LOOPBACK = ("127.", "::1")
BACKLOG = 128
CONNECTIONS = 512
"""How many connections there may be at a time; the next are answered 503."""
SENDING = 5
"""How many seconds, at the end, answers may take to be sent."""


def serve(
    project: Project,
    limits: Limits,
    *,
    host: str = "127.0.0.1",
    port: int = 8080,
    url: str | None = None,
    say: Callable[[str], object],
    quiet: bool = False,
) -> None:
    """Serve the built graph of `project` until the process is told to end.

    SIGTERM and SIGINT end it: it takes no further requests, gives those that it has some time, ends
    its workers and returns.

    Args:
        project: the project; its build is what is served, as it is at the start.
        limits: how much may be taken.
        host: the address to listen at.
        port: the port, 0 for one that is free.
        url: the address under which people reach the server, if not that of host and port.
        say: takes lines for the person who started it.
        quiet: whether requests are not logged.

    Raises:
        UsageError: if it cannot listen there.
        HrdemError: if what it needs is not installed, or nothing has been built.
    """
    try:
        import resource  # noqa: F401

        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ModuleNotFoundError as problem:
        if problem.name == "resource":
            raise HrdemError(
                "`hrdem serve` limits its workers by means that only POSIX systems have. Run it on"
                " Linux or macOS, or in the Linux subsystem of Windows."
            ) from problem
        raise HrdemError(
            f"`hrdem serve` needs {problem.name}, which is not installed. Install it beside hrdem"
            f" with `pip install {' '.join(map(repr, PACKAGES))}`."
        ) from problem
    listening = _listen(host, port)
    try:
        asyncio.run(_serve(project, limits, listening, url, say, quiet))
    finally:
        listening.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, number, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, number)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(BACKLOG)
        except BaseException:
            listening.close()
            raise
    except (OSError, UnicodeError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise UsageError(
            f"The server cannot listen at {host}, port {port}: {reason}. Choose another --host or"
            " --port."
        ) from problem
    return listening


async def _serve(
    project: Project,
    limits: Limits,
    listening: socket.socket,
    url: str | None,
    say: Callable[[str], object],
    quiet: bool,
) -> None:
    import logging

    import uvicorn

    from hrdem.serve.app import make_app
    from hrdem.serve.patience import patient_for
    from hrdem.serve.pool import Pool
    from hrdem.serve.source import open_source

    # They warn of requests that are no HTTP, and of workers that ended by themselves; both is
    # answered where it matters.
    for name in ("uvicorn.error", "asyncio"):
        logging.getLogger(name).setLevel(logging.ERROR)
    host, port = listening.getsockname()[:2]
    here = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    source = open_source(project)
    pool = Pool(source, limits, say)
    await pool.start()
    try:
        app = make_app(
            project, source, pool, limits, (url or here).rstrip("/"), None if quiet else say
        )
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                http=patient_for(limits.seconds),
                ws="none",
                h11_max_incomplete_event_size=limits.url + 64 * 1024,
                limit_concurrency=CONNECTIONS,
                timeout_keep_alive=5,
                timeout_graceful_shutdown=round(limits.grace) + SENDING,
            )
        )
        if not host.startswith(_LOOPBACK):
            say(
                f"Everybody who reaches {here} can now ask. Put a server with TLS and limits of its"
                " own before it if that is more than your own network."
            )
        say(f"Serving {source.counts['triples']:,} triples at {here}/ (Ctrl-C ends it).")
        await _until_told(server, listening, pool, limits.grace)
    finally:
        await pool.close()


async def _until_told(
    server: Any,  # noqa: ANN401 (uvicorn is imported where it is used)
    listening: socket.socket,
    pool: Pool,
    grace: float,
) -> None:
    """Run the server until SIGTERM or SIGINT, and then for the time of grace if something runs.

    uvicorn would send itself the signal again when it has ended, so that it looked killed.
    """
    server.capture_signals = nullcontext
    loop = asyncio.get_running_loop()

    def told() -> None:
        if not server.should_exit:
            server.should_exit = True
            loop.call_later(grace, pool.stop)

    numbers = (signal.SIGTERM, signal.SIGINT)
    for number in numbers:
        loop.add_signal_handler(number, told)
    try:
        await server.serve(sockets=[listening])
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
