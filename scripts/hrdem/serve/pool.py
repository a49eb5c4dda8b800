"""The workers: a few processes that answer queries, each replaced when it had to be killed.

A worker that works longer than the limit is killed, as is one whose client has gone away; a new one
takes its place while the others go on. Queries that find no worker free wait in a queue of bounded
length.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hrdem.errors import HrdemError, count
from hrdem.serve.worker import Reply, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from hrdem.serve.limits import Limits
    from hrdem.serve.source import Source

PAUSE: Final = 1.0
"""How many seconds to wait before another attempt to start a worker."""


class _Process:
    """One worker as the parent sees it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def send(self, message: dict[str, Any]) -> Reply:
        """Send one line and return the answer.

        Raises:
            EOFError, OSError: if the worker has ended.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        await self._process.stdin.drain()
        line = await self._process.stdout.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        head = json.loads(line)
        body = await self._process.stdout.readexactly(head["bytes"])
        return Reply(head["status"], head["type"], body)

    def kill(self) -> None:
        """End the worker, whatever it does."""
        with suppress(ProcessLookupError):
            self._process.kill()

    async def ended(self) -> None:
        """Wait until the worker has ended."""
        await self._process.wait()


class Pool:
    """Workers that hold the same graph.

    Args:
        source: the graph.
        limits: how much may be taken.
        say: takes a sentence for the log.
    """

    def __init__(self, source: Source, limits: Limits, say: Callable[[str], object]) -> None:
        self._source = source
        self._limits = limits
        self._say = say
        self._free: list[_Process] = []
        # asyncio.Queue would let who comes just now pass those who wait, and these begin anew.
        self._waiting: deque[asyncio.Future[_Process | None]] = deque()
        self._all: set[_Process] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self.inventory: dict[str, frozenset[str]] = {}

    async def start(self) -> None:
        """Start the workers.

        Raises:
            HrdemError: if one does not start; then none runs.
        """
        try:
            for _ in range(self._limits.workers):
                self._give(await self._started())
        except BaseException:
            await self.close()
            raise

    def stop(self) -> None:
        """Kill all workers, so that whatever is asked or waits is answered at once: by a no."""
        self._closed = True
        for process in self._all:
            process.kill()
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)

    async def close(self) -> None:
        """End all workers, and wait until they have ended."""
        self.stop()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for process in list(self._all):
            await self._end(process)

    async def do(self, job: dict[str, Any]) -> Reply:
        """Return what a worker answers to a job, or the sentence that says why none did.

        Args:
            job: see :mod:`hrdem.serve.worker`.
        """
        limit = self._limits.seconds
        process = await self._turn(limit)
        if process is None:
            return self._ending() or refused(
                503,
                f"All {count(self._limits.workers, 'worker')} of this server are busy, and its"
                " queue is full or does not move. Ask again in a while.",
            )
        try:
            async with asyncio.timeout(limit):
                reply = await process.send(job)
        except TimeoutError:
            self._replace(process)
            return refused(
                504,
                f"The query took longer than {count(limit, 'second')} and was stopped. Ask for"
                " less, for example with LIMIT or fewer patterns that are not joined.",
            )
        except (EOFError, OSError, ValueError):
            self._replace(process)
            return self._ending() or refused(
                503,
                "The query was stopped: it used more memory than the"
                f" {self._limits.memory // 1024**2} MB that it may take, or is nested too deeply."
                " Ask for less, for example with LIMIT.",
            )
        except BaseException:
            self._replace(process)  # nobody waits for what it does
            raise
        self._give(process)
        return reply

    def _ending(self) -> Reply | None:
        """Return the sentence that says that the server ends, None if it does not."""
        if not self._closed:
            return None
        return refused(503, "The server ends, so the query was stopped. Ask again later.")

    async def _turn(self, seconds: float) -> _Process | None:
        """Return a free worker, None if the queue is full or none became free in time."""
        if self._closed:
            return None
        if self._free:
            return self._free.pop()
        if len(self._waiting) >= self._limits.queue:
            return None
        turn: asyncio.Future[_Process | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(seconds):
                return await turn
        except BaseException as problem:
            if turn.done() and not turn.cancelled() and (process := turn.result()) is not None:
                self._give(process)  # it came in the moment when the client left
            if isinstance(problem, TimeoutError):
                return None
            raise
        finally:
            with suppress(ValueError):
                self._waiting.remove(turn)

    def _give(self, process: _Process) -> None:
        """Hand a free worker to whoever has waited longest."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(process)
                return
        self._free.append(process)

    def _replace(self, process: _Process) -> None:
        """End a worker and start another one, meanwhile."""
        task = asyncio.create_task(self._replaced(process))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _replaced(self, process: _Process) -> None:
        await self._end(process)
        while not self._closed:
            try:
                self._give(await self._started())
                return
            except (HrdemError, OSError) as problem:
                self._say(f"A worker could not be started: {problem}")
                await asyncio.sleep(PAUSE)

    async def _end(self, process: _Process) -> None:
        process.kill()
        await process.ended()
        self._all.discard(process)

    async def _started(self) -> _Process:
        source, limits = self._source, self._limits
        environment = dict(os.environ)
        package = str(Path(__file__).resolve().parents[2])
        environment["PYTHONPATH"] = os.pathsep.join(
            part for part in (package, environment.get("PYTHONPATH")) if part
        )
        process = _Process(
            await asyncio.create_subprocess_exec(
                # -P: no module is taken from the folder where the server was started.
                *(sys.executable, "-P", "-m", "hrdem.serve.worker"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                pass_fds=(source.merged, source.named),
                env=environment,
            )
        )
        self._all.add(process)
        try:
            hello = await process.send(
                {
                    "parent": os.getpid(),
                    "merged": source.merged,
                    "named": source.named,
                    "queries": source.catalogue,
                    "context": source.context,
                    "shapes": source.shapes,
                    "memory": limits.memory,
                    "answer": limits.answer,
                    "seconds": limits.seconds,
                }
            )
            if hello.status != 200:
                raise HrdemError(hello.body.decode())
        except (EOFError, OSError, ValueError) as problem:
            await self._end(process)
            raise HrdemError(
                "A worker ended before it had loaded the graph. If memory is short, allow more with"
                " --memory."
            ) from problem
        except BaseException:
            await self._end(process)
            raise
        self.inventory = {key: frozenset(values) for key, values in json.loads(hello.body).items()}
        return process
