"""How the workers of `hrdem serve` are shared out among those who ask."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the server needs POSIX")


class Worker:
    """In place of a process: notes who asks, and answers in the next turn of the event loop."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    async def send(self, job: dict[str, Any]) -> Any:
        from hrdem.serve.worker import Reply

        self.asked.append(job["client"])
        await asyncio.sleep(0)
        return Reply(200, "text/plain", b"")


def test_nobody_is_passed_by_those_who_come_later() -> None:
    """Clients that ask again as soon as they are answered get their answers in turn."""
    from hrdem.serve.limits import Limits
    from hrdem.serve.pool import Pool

    worker = Worker()

    async def client(pool: Pool, number: int) -> None:
        for _ in range(20):
            assert (await pool.do({"client": number})).status == 200

    async def all_clients() -> None:
        pool = Pool(None, Limits(workers=1), print)  # type: ignore[arg-type]
        pool._give(worker)  # type: ignore[arg-type]
        await asyncio.gather(*(client(pool, number) for number in range(8)))

    asyncio.run(all_clients())
    assert worker.asked == list(range(8)) * 20


def test_a_worker_handed_to_who_just_left_goes_to_the_next() -> None:
    from hrdem.serve.limits import Limits
    from hrdem.serve.pool import Pool

    worker = Worker()

    async def run() -> None:
        pool = Pool(None, Limits(workers=1, seconds=5), print)  # type: ignore[arg-type]
        leaving = asyncio.create_task(pool.do({"client": 1}))
        staying = asyncio.create_task(pool.do({"client": 2}))
        await asyncio.sleep(0)
        pool._give(worker)  # type: ignore[arg-type]
        leaving.cancel()
        assert (await staying).status == 200
        assert leaving.cancelled() or leaving.done()

    asyncio.run(run())
    assert worker.asked == [2]
