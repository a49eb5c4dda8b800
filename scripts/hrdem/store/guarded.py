"""The built graph, asked in a child process that is killed at a limit of time, memory or size.

The embedded engine has no such limits; queries that nobody has tried before need them.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from hrdem.credentials import SECRET_VARIABLE
from hrdem.errors import HrdemError, count
from hrdem.store.embedded import EmbeddedStore
from hrdem.store.interface import QUERY_SECONDS, Table, expect
from hrdem.store.results import failed, read_boolean, read_table, read_triples

if TYPE_CHECKING:
    from hrdem.project import Project

ANSWER_BYTES: Final = 256 * 1024 * 1024
"""How large a guarded answer may be, in the bytes of its JSON or N-Triples."""
MEMORY_BYTES: Final = 4 * 1024 * 1024 * 1024
"""How much memory a guarded query may take, where the system can limit it."""


class GuardedStore:
    """The built graph of a project, asked in a child process that is killed at a limit.

    Args:
        project: the project; its build is what is asked.
        seconds: how long one query may take.
        memory: how many bytes of memory it may take, where the system can limit that.
        size: how many bytes the answer may have.
        or_else: what else than to ask for less can be done about a query that takes too long, as
            the end of that sentence: ``, or …``.
    """

    def __init__(
        self,
        project: Project,
        seconds: float = QUERY_SECONDS,
        memory: int = MEMORY_BYTES,
        size: int = ANSWER_BYTES,
        or_else: str = "",
    ) -> None:
        self._project = project
        self._seconds = seconds
        self._limits = (memory, size)
        self._or_else = or_else

    def select(self, sparql: str) -> Table:
        """Return the answer to a SELECT."""
        expect(sparql, "select")
        return read_table(self._run(sparql), "")

    def construct(self, sparql: str) -> list[ox.Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE, each once, sorted."""
        expect(sparql, "construct", "describe")
        return read_triples(self._run(sparql), "application/n-triples")

    def ask(self, sparql: str) -> bool:
        """Return the answer to an ASK."""
        expect(sparql, "ask")
        return read_boolean(self._run(sparql), "")

    def _run(self, sparql: str) -> bytes:
        import json
        import signal
        import subprocess
        from pathlib import Path

        package = str(Path(__file__).resolve().parents[2])
        environment = {k: v for k, v in os.environ.items() if k != SECRET_VARIABLE}
        environment["PYTHONPATH"] = os.pathsep.join(
            part for part in (package, environment.get("PYTHONPATH")) if part
        )
        # -P: no module is taken from the folder where the command was started.
        command = [sys.executable, "-P", "-c", "from hrdem.store.guarded import child; child()"]
        child = subprocess.Popen(
            [
                *command,
                *(str(path) for path in (self._project.root, self._project.build)),
                *(str(limit) for limit in self._limits),
                str(int(self._seconds) + 2),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
        try:
            body, said = child.communicate(sparql.encode("utf-8"), timeout=self._seconds)
        except subprocess.TimeoutExpired:
            raise HrdemError(
                f"The query took longer than {count(self._seconds, 'second')} and was stopped."
                f" Ask for less, for example with LIMIT{self._or_else}."
            ) from None
        finally:
            if child.poll() is None:
                child.kill()
                child.communicate()
        if child.returncode == 0:
            return body
        try:
            problem = json.loads(said)
        except ValueError:
            last = said.decode("utf-8", "replace").strip().rpartition("\n")[2]
            if child.returncode > 0 and "MemoryError" not in last:
                raise HrdemError(f"The query could not be answered: {last}.") from None
            if child.returncode == -signal.SIGSEGV:  # the engine ran out of stack
                raise HrdemError(
                    "The query is nested too deeply, or is too long, for the engine to read. Ask"
                    " for less at once."
                ) from None
            raise HrdemError(
                f"The query was stopped: it used more memory than the {self._limits[0] // 1024**2}"
                " MB it may take. Ask for less, for example with LIMIT."
            ) from None
        raise HrdemError(**problem)


class _Limited:
    """A file that refuses to become larger than `size` bytes."""

    def __init__(self, size: int) -> None:
        self._left = size

    def write(self, data: bytes) -> int:
        self._left -= len(data)
        if self._left < 0:
            raise OSError("too large")
        return sys.stdout.buffer.write(data)

    def flush(self) -> None:
        sys.stdout.buffer.flush()


def child() -> None:
    """Answer the query on standard input.

    Arguments: root, build, memory and size in bytes, and seconds of processor time, after which the
    process ends even if the one that would stop it is gone.

    The answer goes to standard output as SPARQL JSON or N-Triples, a problem to standard error as
    JSON with the arguments of :class:`HrdemError`.
    """
    import json
    from pathlib import Path

    from hrdem.project import Project

    root, build, memory, size, seconds = sys.argv[1:]
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    except (ImportError, ValueError, OSError):
        pass  # a system without such limits, or with a lower one already
    try:
        project = Project.at(Path(root))._replace(build=Path(build))
        store = EmbeddedStore.open(project)
        answer = store._query(sys.stdin.buffer.read().decode("utf-8"))
        form = (
            ox.RdfFormat.N_TRIPLES
            if isinstance(answer, ox.QueryTriples)
            else ox.QueryResultsFormat.JSON
        )
        try:
            answer.serialize(_Limited(int(size)), form)
        except (OSError, RuntimeError) as problem:
            if "too large" not in str(problem):
                raise failed(problem) from problem
            raise HrdemError(
                f"The answer is larger than {int(size) // 1024**2} MB. Ask for less, for example"
                " with LIMIT."
            ) from problem
        sys.stdout.buffer.flush()
    except HrdemError as problem:
        sys.stderr.write(json.dumps({"message": problem.message}))
        sys.exit(1)
