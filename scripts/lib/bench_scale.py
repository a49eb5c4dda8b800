"""Measure how each step behaves as the graph grows, beside other tools; called by scripts/bench.

Projects of several sizes are invented (``hrdem synth``). Each cell of the table is one task by one
tool on one size: a process of its own, whose time and greatest memory are taken from outside. The
tools take turns, so that what else the machine does meets all alike. What counts are the ratios.
"""

from __future__ import annotations

import csv
import importlib.util
import itertools
import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
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
    """

    task: str
    name: str
    command: tuple[str, ...]
    module: str | None = None
    slow: bool = False


def _peer(name: str) -> tuple[str, ...]:
    return (*PYTHON, str(PEERS), name, "{project}", "{out}")


def _jena(command: str, *arguments: str) -> tuple[str, ...]:
    return ("java", "-Xmx8g", "-cp", "{jena}/*", command, *arguments)


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
    Tool("load", "pyoxigraph", _peer("load-pyoxigraph")),
    Tool(
        "load",
        "oxigraph load",
        (
            str(Path(sys.executable).with_name("oxigraph")),
            *("load", "--location", "{out}/server", "--file", _NT),
        ),
    ),
    Tool("cold ask", "hrdem", (*HRDEM, "ask", "applies-on")),
    Tool("cold ask", "import pyoxigraph", (*PYTHON, "-c", "import pyoxigraph")),
    Tool("warm ask", "hrdem", _peer("ask-warm")),
    Tool("warm ask", "rdflib", _peer("ask-rdflib"), "rdflib", slow=True),
    Tool("site", "hrdem", (*HRDEM, "site", "--out", "{out}/site")),
)
"""Every task by every tool; the first of a task is ours, and what the others are compared with."""
_MAY_FAIL: Final = {("check", "hrdem"), ("check", "Jena shacl")}
"""Tools whose process also ends with a code above 0 when it has found something."""


@dataclass
class Cell:
    """What was measured of one tool on one size.

    Attributes:
        seconds, cpu, megabytes: one value a run.
        why: why nothing was measured, or nothing more, in some words.
        said: what the process printed, if it was JSON.
    """

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    why: str = ""
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def median(self) -> float | None:
        """The median time in seconds, if there is one."""
        return statistics.median(self.seconds) if self.seconds else None


def measure(
    command: Sequence[str], project: Path, limit: float, gigabytes: float, cell: Cell, code: bool
) -> None:
    """Run a command once and add what it took to `cell`.

    Args:
        command: what to run.
        project: the project to work on.
        limit: after how many seconds to stop it.
        gigabytes: at how much memory to stop it (where ``/proc`` tells).
        cell: where to put the result.
        code: whether its exit code must be 0.
    """
    variables = {
        **os.environ,
        "HRDEM_HOME": str(project),
        "PYTHONPATH": str(ROOT / "scripts"),
    }
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err, env=variables)
        while True:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            passed = time.perf_counter() - started
            if ended:
                break
            too_large = _resident(process.pid) > gigabytes
            if passed > limit or too_large:
                process.kill()
                os.wait4(process.pid, 0)
                process.returncode = -9
                cell.why = (
                    f"stopped at {gigabytes:g} GB" if too_large else f"stopped after {limit:g} s"
                )
                return
            time.sleep(0.002 if passed < 1 else 0.05)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode != 0 and (code or process.returncode < 0):
            last = err.read().decode("utf-8", "replace").strip().splitlines()[-1:]
            cell.why = f"failed: {' '.join(last)[:80]}"
            return
        cell.seconds.append(passed)
        cell.cpu.append(usage.ru_utime + usage.ru_stime)
        # Linux counts in kilobytes, macOS in bytes.
        cell.megabytes.append(usage.ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024))
        text = out.read()
        if text.startswith(b"{"):
            cell.said = json.loads(text)


def _resident(process: int) -> float:
    """Return the memory of a process in GB, or 0 where nobody says."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e9


def _missing(tool: Tool, jena: Path | None) -> str:
    """Return why a tool cannot be run here, or nothing."""
    if tool.module is not None and importlib.util.find_spec(tool.module) is None:
        return "not installed"
    if "{jena}/*" in tool.command and (jena is None or shutil.which("java") is None):
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
            mine = [tool for tool in tools if tool.task == task]
            for number in range(runs):
                for tool in mine:
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
                        names = {"project": str(project), "out": out, "jena": str(jena)}
                        command = [part.format_map(names) for part in tool.command]
                        if task == "check":
                            _shapes(project)
                        whole = (task, tool.name) not in _MAY_FAIL
                        measure(command, project, limit, gigabytes, cell, whole)
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
    and the greatest memory; the cells of the first tool have seconds. The last column is the power
    with which the time grows.
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
                cells[task, tool, a], cells[task, tool, b], (_size(a, triples), _size(b, triples))
            )
            for a, b in itertools.pairwise(sizes)
        ]
        grown = ", ".join("–" if each is None else f"{each:.2f}" for each in powers) or "–"
        lines.append(f"| {task} | {tool} | " + " | ".join(row) + f" | {grown} |")
    return "\n".join(lines) + "\n"


def _size(instruments: int, triples: dict[int, int]) -> float:
    return triples.get(instruments, instruments)


def _shown(cells: dict[tuple[str, str, int], Cell], task: str, tool: str, size: int) -> str:
    cell = cells[task, tool, size]
    first = next(name for each, name, _ in cells if each == task)
    ours = cells[task, first, size].median
    if cell.median is None:
        return cell.why
    memory = f"{max(cell.megabytes):,.0f} MB"
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
        other = cells.get((task, "rdflib", size), Cell()).said
        if other:
            beside = _mean(other[name][0] / cell.said[name][0] for name in other)
            line += f"; rdflib takes {beside:.0f} times as long"
        lines.append(line + ".\n")
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
    """Write one line a run, with seconds, seconds of the processor, and megabytes."""
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
                "note",
            )
        )
        for (task, tool, size), cell in cells.items():
            rows = list(zip(cell.seconds, cell.cpu, cell.megabytes, strict=True))
            for seconds, cpu, megabytes in rows:
                numbers = (f"{seconds:.3f}", f"{cpu:.3f}", f"{megabytes:.0f}")
                writer.writerow((task, tool, size, triples.get(size, ""), *numbers, ""))
            if cell.why:
                writer.writerow((task, tool, size, triples.get(size, ""), "", "", "", cell.why))


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
    text = f"{versions()}\n{table(cells, triples)}\n{queries(cells)}"
    print(text)
    if out is not None:
        write_csv(out, cells, triples)
    if write:
        page = PAGE.read_text("utf-8")
        before, _, rest = page.partition(_BEGIN)
        _, _, after = rest.partition(_END)
        PAGE.write_text(before + _BEGIN + "\n" + text + "\n" + _END + after, "utf-8")
    return 0
