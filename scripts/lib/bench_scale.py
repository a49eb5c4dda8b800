"""Measure how each step behaves as the graph grows, beside other tools; called by scripts/bench.

Projects of several sizes are invented (``hrdem synth``). Each cell of the table is one task by one
tool on one size: a process of its own, whose time and greatest memory are taken from outside. The
tools take turns, so that what else the machine does meets all alike. What counts are the ratios.
What is to be reached, and whether it is, is told from the same cells.
"""

from __future__ import annotations

import csv
import importlib.util
import itertools
import json
import math
import os
import platform
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parents[2]
PEERS: Final = Path(__file__).with_name("bench_peers.py")
PYTHON: Final = (sys.executable, "-P")
HRDEM: Final = (*PYTHON, "-m", "hrdem")
PAGE: Final = ROOT / "BENCHMARKS.md"
_BEGIN, _END = "<!-- table of scripts/bench -->\n", "<!-- end of the table -->\n"


class Tool(NamedTuple):
    """A tool for a task.

    Attributes:
        task: what is done.
        name: the tool.
        command: what to run; ``{project}`` and ``{out}`` are folders, ``{jena}`` the jars.
        module: the Python module that it needs, if any.
        slow: whether it is left out of the quick form.
        times: how many times as often it is measured as others, since it takes so little time.
    """

    task: str
    name: str
    command: tuple[str, ...]
    module: str | None = None
    slow: bool = False
    times: int = 1


def _peer(name: str, *more: str) -> tuple[str, ...]:
    return (*PYTHON, str(PEERS), name, "{project}", "{out}", *more)


def _jena(command: str, *arguments: str) -> tuple[str, ...]:
    return ("java", "-Xmx8g", "-cp", "{jena}/*", command, *arguments)


REAL: Final = "cold ask, real graph"
"""The task that is done on the project itself, once, and not on the invented ones."""
_ASK: Final = (*HRDEM, "ask", "applies-on")
_IMPORT: Final = (*PYTHON, "-c", "import pyoxigraph")
_NT, _SHAPES = "{project}/build/hrdem.nt", "{project}/shapes.ttl"
TOOLS: Final = (
    Tool("build", "hrdem", (*HRDEM, "build")),
    Tool("build", "pyoxigraph", _peer("build-pyoxigraph")),
    Tool("build", "rdflib", _peer("build-rdflib"), "rdflib", slow=True),
    Tool("build", "Jena riot", _jena("riotcmd.riot", "--output=ttl", _NT), slow=True),
    Tool("check", "hrdem", (*HRDEM, "check")),
    Tool("check", "pyshacl", _peer("check-pyshacl"), "pyshacl", slow=True),
    Tool("check", "pyshacl-turbo", _peer("check-pyshacl-turbo"), "pyshacl_turbo", slow=True),
    Tool("check", "pyshifty", _peer("check-pyshifty"), "shifty"),
    Tool(
        "check",
        "Jena shacl",
        _jena("shacl.shacl_validate", "--shapes", _SHAPES, "--data", _NT),
        slow=True,
    ),
    Tool("load", "hrdem", _peer("load-hrdem"), slow=True),
    Tool("load", "HTTP PUT", _peer("load-http")),
    Tool("bulk load", "pyoxigraph", _peer("load-pyoxigraph")),
    Tool(
        "bulk load",
        "oxigraph load",
        (
            str(Path(sys.executable).with_name("oxigraph")),
            *("load", "--location", "{out}/server", "--file", _NT),
        ),
    ),
    Tool("bulk load", "Jena TDB2", _jena("tdb2.tdbloader", "--loc", "{out}/tdb2", _NT), slow=True),
    Tool("cold ask", "hrdem", _ASK, times=5),
    Tool("cold ask", "import pyoxigraph", _IMPORT, times=5),
    Tool(REAL, "hrdem", _ASK, times=5),
    Tool(REAL, "import pyoxigraph", _IMPORT, times=5),
    Tool("warm ask", "hrdem", _peer("ask-warm")),
    Tool("warm ask", "rdflib", _peer("ask-rdflib"), "rdflib", slow=True),
    Tool("warm ask", "Jena TDB2", _peer("ask-jena", "{jena}"), "jpype", slow=True),
    Tool("site", "hrdem", (*HRDEM, "site", "--out", "{out}/site")),
)
"""Every task by every tool; the first of a task is ours, and what the others are compared with."""
_LOOK: Final = 0.05
"""Seconds between two looks at the memory of a process and its children."""
_MAY_FAIL: Final = {("check", "hrdem"), ("check", "Jena shacl")}
"""Tools whose process also ends with a code above 0 when it has found something."""


@dataclass
class Cell:
    """What was measured of one tool on one size.

    Attributes:
        seconds, cpu: one value a run.
        megabytes: the greatest memory of one process, one value a run.
        together: the greatest sum of the memory of a process and of all that it has started, as
            far as was seen by looking from time to time; 0 where nobody tells. What processes
            share is counted for each.
        why: why nothing was measured, or nothing more, in some words.
        beyond: the time after which it was stopped, if that is why.
        said: what the process printed, if it was JSON.
    """

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    together: list[float] = field(default_factory=list)
    why: str = ""
    beyond: float | None = None
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def median(self) -> float | None:
        """The median time in seconds, if there is one."""
        return statistics.median(self.seconds) if self.seconds else None

    @property
    def memory(self) -> float | None:
        """The greatest memory of all processes together in megabytes, if there is one."""
        return max((*self.megabytes, *self.together), default=None)


def measure(
    command: Sequence[str], project: Path, limit: float, gigabytes: float, cell: Cell, code: bool
) -> None:
    """Run a command once and add what it took to `cell`.

    Args:
        command: what to run.
        project: the project to work on.
        limit: after how many seconds to stop it.
        gigabytes: at how much memory to stop it and all that it has started (where ``/proc``
            tells).
        cell: where to put the result.
        code: whether its exit code must be 0.
    """
    variables = {
        **os.environ,
        "HRDEM_HOME": str(project),
        "PYTHONPATH": str(ROOT / "scripts"),
    }
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    together = looked = peak = 0.0
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=out, stderr=err, env=variables, start_new_session=True
        )
        ended = 0
        try:
            while True:
                ended, status, usage = os.wait4(process.pid, os.WNOHANG)
                passed = time.perf_counter() - started
                if ended:
                    break
                peak = max(peak, _peak(process.pid))
                if passed - looked > _LOOK:
                    together, looked = max(together, _resident(process.pid)), passed
                if passed > limit or together > gigabytes:
                    cell.why = f"stopped after {limit:g} s"
                    if together > gigabytes:
                        cell.why = f"stopped at {gigabytes:g} GB"
                    else:
                        cell.beyond = limit
                    return
                time.sleep(0.002 if passed < 1 else 0.05)
        finally:
            # Nothing that it has started may go on, however this ends.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            if not ended:
                os.wait4(process.pid, 0)
                process.returncode = -9
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode != 0 and (code or process.returncode < 0):
            last = err.read().decode("utf-8", "replace").strip().splitlines()[-1:]
            cell.why = f"failed: {' '.join(last)[:80]}"
            return
        text = out.read()
        if text.startswith(b"{"):
            cell.said = json.loads(text)
        cell.seconds.append(cell.said.get("seconds", passed))
        cell.cpu.append(usage.ru_utime + usage.ru_stime)
        # Linux counts in kilobytes, macOS in bytes.
        unit = 1024**2 if sys.platform == "darwin" else 1024
        most, own = usage.ru_maxrss, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        # Linux begins to count before the command takes the place of this process, so that what is
        # no more than this process has had says nothing of the command.
        cell.megabytes.append(most / unit if most > own or not peak else peak)
        cell.together.append(together * 1e9 / 1024**2)


def _peak(process: int) -> float:
    """Return the greatest memory of a process so far in megabytes, or 0 where nobody says."""
    try:
        status = Path(f"/proc/{process}/status").read_text("utf-8", "replace")
    except OSError:
        return 0.0
    found = re.search(r"(?m)^VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def _resident(process: int) -> float:
    """Return the memory of a process and of all that it has started in GB, 0 if nobody says."""
    pages = 0
    waiting = [str(process)]
    while waiting:
        folder = Path("/proc", waiting.pop())
        with suppress(OSError, IndexError):  # it has ended meanwhile
            pages += int((folder / "statm").read_text("ascii").split()[1])
            for thread in (folder / "task").iterdir():
                waiting += (thread / "children").read_text("ascii").split()
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e9


def _missing(tool: Tool, jena: Path | None) -> str:
    """Return why a tool cannot be run here, or nothing."""
    if tool.module is not None and importlib.util.find_spec(tool.module) is None:
        return "not installed"
    if any("{jena}" in part for part in tool.command) and (
        jena is None or shutil.which("java") is None
    ):
        return "no Jena here"
    if not tool.command[0].startswith("java") and not Path(tool.command[0]).exists():
        return "not installed"
    return ""


def run(
    sizes: Sequence[int],
    folder: Path,
    runs: int,
    limit: float,
    gigabytes: float,
    tools: Sequence[Tool],
    jena: Path | None,
) -> dict[tuple[str, str, int], Cell]:
    """Measure every tool on every size; projects are made in `folder`, and kept there.

    Returns:
        (task, tool, size) to what was measured.
    """
    cells: dict[tuple[str, str, int], Cell] = {}
    for size in sizes:
        project = folder / str(size)
        if not (project / "faults.tsv").is_file():
            _call(*HRDEM, "synth", "--instruments", str(size), "--out", str(project))
        for task in dict.fromkeys(tool.task for tool in tools):
            if task == REAL:
                if size != sizes[0]:
                    continue
                _call(*HRDEM, "build")
            mine = [tool for tool in tools if tool.task == task]
            for number in range(runs * max(tool.times for tool in mine)):
                for tool in mine:
                    if number >= runs * tool.times:
                        continue
                    key = tool.task, tool.name, size
                    cell = cells.setdefault(key, Cell())
                    cell.why = cell.why or _missing(tool, jena)
                    smaller = [cells[tool.task, tool.name, s] for s in sizes if s < size]
                    if any(each.why for each in smaller):
                        cell.why = cell.why or "not tried"
                    # What takes long is known well enough after one run.
                    if cell.why or (number and sum(cell.seconds) > limit):
                        continue
                    print(f"{size:>9,} {task:<9} {tool.name}", file=sys.stderr, flush=True)
                    with tempfile.TemporaryDirectory(dir=folder) as out:
                        home = ROOT if task == REAL else project
                        names = {"project": str(home), "out": out, "jena": str(jena)}
                        command = [part.format_map(names) for part in tool.command]
                        if task == "check":
                            _shapes(project)
                        whole = (task, tool.name) not in _MAY_FAIL
                        measure(command, home, limit, gigabytes, cell, whole)
            if task == "build" and not (project / "build" / "manifest.json").is_file():
                print(f"{size:,} could not be built, so nothing more is measured.", file=sys.stderr)
                break
    return cells


def _shapes(project: Path) -> None:
    """Put all shapes of the graph into one file, for tools that take one."""
    import pyoxigraph as ox

    store = ox.Store()
    for path in sorted((project / "validation").glob("*.ttl")):
        if path.name != "catalogue.ttl":
            store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE)
    store.dump(
        str(project / "shapes.ttl"), format=ox.RdfFormat.TURTLE, from_graph=ox.DefaultGraph()
    )


def _call(*command: str) -> None:
    variables = {**os.environ, "HRDEM_HOME": str(ROOT), "PYTHONPATH": str(ROOT / "scripts")}
    subprocess.run(command, check=True, env=variables, stdout=subprocess.DEVNULL)


# --- what comes out -------------------------------------------------------------------------------


def exponent(small: Cell, large: Cell, sizes: tuple[float, float]) -> float | None:
    """Return the power of the size with which the time grows between two sizes."""
    if small.median is None or large.median is None:
        return None
    return math.log(large.median / small.median) / math.log(sizes[1] / sizes[0])


def table(cells: dict[tuple[str, str, int], Cell], triples: dict[int, int]) -> str:
    """Return the results as a table in Markdown.

    A cell has the median time as a multiple of that of the first tool for the same task and size,
    and the greatest memory of all its processes; the cells of the first tool have seconds. The last
    column is the power with which the time grows.
    """
    sizes = sorted({size for _, _, size in cells})
    head = [
        f"{size:,}" + (f" ({triples[size]:,} triples)" if size in triples else "") for size in sizes
    ]
    lines = [
        "| task | tool | " + " | ".join(head) + " | growth |",
        "|---|---|" + "---:|" * (len(sizes) + 1),
    ]
    for task, tool in dict.fromkeys((task, tool) for task, tool, _ in cells):
        row = [_shown(cells, task, tool, size) for size in sizes]
        powers = [
            exponent(
                cells.get((task, tool, a), Cell()),
                cells.get((task, tool, b), Cell()),
                (_size(a, triples), _size(b, triples)),
            )
            for a, b in itertools.pairwise(sizes)
        ]
        grown = ", ".join("–" if each is None else f"{each:.2f}" for each in powers) or "–"
        lines.append(f"| {task} | {tool} | " + " | ".join(row) + f" | {grown} |")
    return "\n".join(lines) + "\n"


def _size(instruments: int, triples: dict[int, int]) -> float:
    return triples.get(instruments, instruments)


def _shown(cells: dict[tuple[str, str, int], Cell], task: str, tool: str, size: int) -> str:
    cell = cells.get((task, tool, size), Cell(why="–"))
    first = next(name for each, name, _ in cells if each == task)
    ours = cells.get((task, first, size), Cell()).median
    if cell.median is None:
        return cell.why
    memory = f"{cell.memory or 0:,.0f} MB"
    if tool == first or ours is None:
        return f"{cell.median:,.2f} s, {memory}"
    return f"{cell.median / ours:.2f} ×, {memory}"


def queries(cells: dict[tuple[str, str, int], Cell]) -> str:
    """Return in sentences how saved queries fare beside pyoxigraph alone, and beside rdflib."""
    lines = []
    for (task, tool, size), cell in sorted(cells.items()):
        if task != "warm ask" or tool != "hrdem" or not cell.said:
            continue
        ratios = {name: own / raw for name, (own, raw) in cell.said.items()}
        worst = max(ratios, key=lambda name: ratios[name])
        line = (
            f"At {size:,} instruments, {len(ratios)} saved queries take"
            f" {_mean(ratios.values()):.2f} times as long as in pyoxigraph alone"
            f" (geometric mean; the worst, `{worst}`, {ratios[worst]:.2f})"
        )
        for name in ("rdflib", "Jena TDB2"):
            other = cells.get((task, name, size), Cell()).said
            if other:
                beside = _mean(other[each][0] / cell.said[each][0] for each in other)
                line += f"; {name} takes {beside:.0f} times as long"
                if len(other) < len(ratios):
                    line += f" for the {len(other)} that it answers"
        lines.append(line + ".\n")
    return "".join(lines)


# --- what is to be reached ------------------------------------------------------------------------

Cells = dict[tuple[str, str, int], Cell]
Seen = Callable[[Cells, int, dict[int, int]], tuple[float, bool] | None]


class Target(NamedTuple):
    """A number to be reached.

    Attributes:
        words: what is to be reached, without the number of instruments.
        size: at how many instruments; None for the real graph.
        seen: returns the number from the cells of a size, None if there is none; and whether the
            true number is greater, since the other tool was stopped.
        limit: the number that is the limit.
        least: whether more than the limit is good, else less.
        unit: what stands after the number.
    """

    words: str
    size: int | None
    seen: Seen
    limit: float
    least: bool = False
    unit: str = ""


def _times(task: str, over: str, under: str) -> Seen:
    """Return what tells how many times as long one tool takes for a task as another."""

    def seen(cells: Cells, size: int, _: dict[int, int]) -> tuple[float, bool] | None:
        long, short = (cells.get((task, name, size), Cell()) for name in (over, under))
        if short.median is None:
            return None
        if long.median is None:
            return None if long.beyond is None else (long.beyond / short.median, True)
        return long.median / short.median, False

    return seen


def _seconds(cells: Cells, size: int, _: dict[int, int]) -> tuple[float, bool] | None:
    cell = cells.get(("check", "hrdem", size), Cell())
    if cell.median is None:
        return None if cell.beyond is None else (cell.beyond, True)
    return cell.median, False


def _memory(task: str) -> Seen:
    def seen(cells: Cells, size: int, _: dict[int, int]) -> tuple[float, bool] | None:
        found = cells.get((task, "hrdem", size), Cell()).memory
        return None if found is None else (found, False)

    return seen


def _held(cells: Cells, size: int, _: dict[int, int]) -> tuple[float, bool] | None:
    """Return the memory of the build as a multiple of that of the yardstick."""
    ours, theirs = (
        cells.get(("build", name, size), Cell()).memory for name in ("hrdem", "pyoxigraph")
    )
    return (ours / theirs, False) if ours and theirs else None


def _worst_query(cells: Cells, size: int, _: dict[int, int]) -> tuple[float, bool] | None:
    said = cells.get(("warm ask", "hrdem", size), Cell()).said
    return (max(own / raw for own, raw in said.values()), False) if said else None


def _beside_rdflib(cells: Cells, size: int, _: dict[int, int]) -> tuple[float, bool] | None:
    ours, theirs = (
        cells.get(("warm ask", name, size), Cell()).said for name in ("hrdem", "rdflib")
    )
    if not ours or not theirs:
        return None
    return _mean(theirs[name][0] / ours[name][0] for name in theirs), False


def _growth(cells: Cells, size: int, triples: dict[int, int]) -> tuple[float, bool] | None:
    """Return the greatest power with which a task of ours grows from a tenth of the size."""
    powers = [
        exponent(
            cells.get((task, tool, size // 10), Cell()),
            cell,
            (_size(size // 10, triples), _size(size, triples)),
        )
        for (task, tool, each), cell in cells.items()
        # A query is asked the less often, the longer it takes.
        if tool == "hrdem" and each == size and task != "warm ask"
    ]
    known = [power for power in powers if power is not None]
    return (max(known), False) if known else None


TARGETS: Final = (
    Target(
        "the build, as many times faster as rdflib",
        10_000,
        _times("build", "rdflib", "hrdem"),
        20,
        least=True,
    ),
    Target(
        "the build, in times of the yardstick", 10_000, _times("build", "hrdem", "pyoxigraph"), 3
    ),
    Target(
        "the check, as many times faster as pySHACL",
        10_000,
        _times("check", "pyshacl", "hrdem"),
        30,
        least=True,
    ),
    Target("the check", 100_000, _seconds, 180, unit=" s"),
    Target("memory of the check", 100_000, _memory("check"), 4000, unit=" MB"),
    Target(
        "memory of the build, in times of the yardstick's, which holds the graph in memory",
        100_000,
        _held,
        1,
    ),
    Target("the slowest saved query, in times of pyoxigraph alone", 100_000, _worst_query, 1.2),
    Target(
        "saved queries, as many times faster as in rdflib (geometric mean)",
        100_000,
        _beside_rdflib,
        20,
        least=True,
    ),
    Target("the greatest power of growth from a tenth of the instruments", 100_000, _growth, 1.1),
    Target(
        "asking from a cold start, in times of the import of pyoxigraph",
        None,
        _times(REAL, "hrdem", "import pyoxigraph"),
        3,
    ),
)
"""What is to be reached."""


def reached(cells: Cells, triples: dict[int, int]) -> str:
    """Return a list in Markdown of what is to be reached, what was seen, and whether it is enough.

    Where the size that counts was not measured, what was seen at the largest one below it is told
    without a verdict.
    """
    sizes = sorted({size for _, _, size in cells}, reverse=True)
    lines = []
    for target in TARGETS:
        wanted = f"{'at least' if target.least else 'at most'} {target.limit:,g}{target.unit}"
        place = "" if target.size is None else f" at {target.size:,} instruments"
        line = f"- {target.words[0].upper()}{target.words[1:]}{place}: {wanted}. "
        for size in sizes:
            if target.size is not None and size > target.size:
                continue
            found = target.seen(cells, size, triples)
            if found is None:
                continue
            number, more = found
            line += f"Seen: {'more than ' if more else ''}{number:,.4g}{target.unit}"
            good = number >= target.limit if target.least else number <= target.limit
            # That a number is greater than what was seen proves nothing against a lower limit.
            if target.size not in (None, size):
                line += f" at {size:,}, which proves nothing yet."
            elif more and good != target.least:
                line += "; not known."
            else:
                line += ", met." if good else ", **missed**."
            break
        else:
            line += "Not measured."
        lines.append(line + "\n")
    return "".join(lines)


def _mean(values: Iterable[float]) -> float:
    logs = [math.log(value) for value in values]
    return math.exp(sum(logs) / len(logs))


def versions() -> str:
    """Return in a sentence what was measured on what."""
    names = ("pyoxigraph", "rdflib", "pyshacl", "pyshacl-turbo", "pyshifty", "oxigraph")
    found = []
    for name in names:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (
        f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB;"
        f" Python {platform.python_version()}, {', '.join(found)}.\n"
    )


def write_csv(path: Path, cells: dict[tuple[str, str, int], Cell], triples: dict[int, int]) -> None:
    """Write one line a run: seconds, seconds of the processor, megabytes of the largest process and
    of all together."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            (
                "task",
                "tool",
                "instruments",
                "triples",
                "seconds",
                "cpu_seconds",
                "megabytes",
                "megabytes_together",
                "note",
            )
        )
        for (task, tool, size), cell in cells.items():
            rows = zip(cell.seconds, cell.cpu, cell.megabytes, cell.together, strict=True)
            for seconds, cpu, megabytes, together in rows:
                numbers = (f"{seconds:.3f}", f"{cpu:.3f}", f"{megabytes:.0f}", f"{together:.0f}")
                writer.writerow((task, tool, size, triples.get(size, ""), *numbers, ""))
            if cell.why:
                blank = ("", "", "", "")
                writer.writerow((task, tool, size, triples.get(size, ""), *blank, cell.why))


def _jars() -> Path | None:
    """Return the folder with the jars of Apache Jena that the tests fetch, if it is there."""
    found = sorted((ROOT / ".cache" / "stores").glob("*/fuseki/jena-cmds-*.jar"))
    return found[-1].parent if found else None


def main(
    sizes: Sequence[int],
    *,
    quick: bool,
    only: Sequence[str],
    runs: int,
    limit: float,
    gigabytes: float,
    folder: Path | None,
    out: Path | None,
    write: bool,
) -> int:
    """Measure and print; returns 0.

    Args:
        sizes: how many instruments.
        quick: whether to leave out what is slow.
        only: the tasks to measure, all if there is none; the graph is built in any case.
        runs: how often each cell is measured.
        limit: after how many seconds a process is stopped.
        gigabytes: at how much memory.
        folder: where to make the projects, and to find those made before; by default a temporary
            one.
        out: a CSV file to write.
        write: whether to put the table into BENCHMARKS.md.
    """
    tasks = {"build", *only} if only else {tool.task for tool in TOOLS}
    tools = [tool for tool in TOOLS if tool.task in tasks and not (quick and tool.slow)]
    with tempfile.TemporaryDirectory() as temporary:
        place = folder or Path(temporary)
        place.mkdir(parents=True, exist_ok=True)
        cells = run(sizes, place, runs, limit, gigabytes, tools, _jars())
        triples = {}
        for size in sizes:
            manifest = place / str(size) / "build" / "manifest.json"
            if manifest.is_file():
                triples[size] = json.loads(manifest.read_text("utf-8"))["counts"]["triples"]
    text = f"{versions()}\n{table(cells, triples)}\n{queries(cells)}\n{reached(cells, triples)}"
    print(text)
    if out is not None:
        write_csv(out, cells, triples)
    if write:
        page = PAGE.read_text("utf-8")
        before, _, rest = page.partition(_BEGIN)
        _, _, after = rest.partition(_END)
        PAGE.write_text(before + _BEGIN + "\n" + text + "\n" + _END + after, "utf-8")
    return 0
