"""What scripts/bench says of runs that were measured, and how it stops what takes too long."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import ROOT
from hrdem.build import build
from small import Small

sys.path.insert(0, str(ROOT / "scripts" / "lib"))

import bench_peers
import bench_scale
from bench_scale import Cell

import real_stores


def measured(*seconds: float, why: str = "") -> Cell:
    memory = [100.0] * len(seconds)
    return Cell(list(seconds), list(seconds), memory, list(memory), why)


CELLS = {
    ("build", "hrdem", 1000): measured(3, 1, 2),
    ("build", "rdflib", 1000): measured(40),
    ("build", "hrdem", 10000): measured(20),
    ("build", "rdflib", 10000): measured(why="stopped after 600 s"),
}


def test_the_table_has_medians_ratios_growth_and_reasons() -> None:
    lines = bench_scale.table(CELLS, {1000: 50_000, 10000: 500_000}).splitlines()
    assert lines[0] == (
        "| task | tool | 1,000 (50,000 triples) | 10,000 (500,000 triples) | growth |"
    )
    assert lines[2] == "| build | hrdem | 2.00 s, 100 MB | 20.00 s, 100 MB | 1.00 |"
    assert lines[3] == "| build | rdflib | 20.00 ×, 100 MB | stopped after 600 s | – |"


def test_every_run_is_a_line_of_the_csv_file(tmp_path: Path) -> None:
    bench_scale.write_csv(tmp_path / "runs.csv", CELLS, {1000: 50_000})
    with (tmp_path / "runs.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["seconds"] for row in rows] == ["3.000", "1.000", "2.000", "40.000", "20.000", ""]
    assert rows[-1]["note"] == "stopped after 600 s"


def test_queries_are_compared_one_by_one() -> None:
    cell = measured(1)
    cell.said = {"one": [2.0, 1.0], "two": [2.0, 2.0]}
    other = measured(1)
    other.said = {"one": [20.0], "two": [20.0]}
    said = bench_scale.queries(
        {("warm ask", "hrdem", 1000): cell, ("warm ask", "rdflib", 1000): other}
    )
    assert said == (
        "At 1,000 instruments, 2 saved queries take 1.41 times as long as in pyoxigraph alone"
        " (geometric mean; the worst, `one`, 2.00); rdflib takes 10 times as long.\n"
    )


def run(code: str, limit: float = 60, gigabytes: float = 8) -> Cell:
    cell = Cell()
    bench_scale.measure((sys.executable, "-c", code), ROOT, limit, gigabytes, cell, True)
    return cell


def test_a_process_is_measured_and_what_it_says_is_kept() -> None:
    cell = run("import json; print(json.dumps({'results': 3}))")
    assert cell.said == {"results": 3}
    assert len(cell.seconds) == len(cell.cpu) == len(cell.megabytes) == 1
    assert cell.megabytes[0] > 1


def test_a_process_that_takes_too_long_is_stopped() -> None:
    cell = run("import time; time.sleep(100)", limit=0.2)
    assert cell.why == "stopped after 0.2 s"
    assert cell.median is None


@pytest.mark.skipif(sys.platform != "linux", reason="only /proc tells how much memory there is")
def test_a_process_that_takes_too_much_memory_is_stopped() -> None:
    cell = run("import time; x = bytes(300_000_000); x = x + x; time.sleep(100)", gigabytes=0.1)
    assert cell.why == "stopped at 0.1 GB"


def test_a_process_that_fails_says_why() -> None:
    assert run("raise SystemExit('no such thing')").why == "failed: no such thing"


def test_a_tool_that_is_missing_is_named_so(tmp_path: Path) -> None:
    tool = bench_scale.Tool("check", "none", (sys.executable,), "there_is_no_such_module")
    jena = bench_scale.Tool("build", "riot", ("java", "-cp", "{jena}/*", "riotcmd.riot"))
    assert bench_scale._missing(tool, None) == "not installed"
    assert bench_scale._missing(jena, None) == "no Jena here"
    asking = next(each for each in bench_scale.TOOLS if each.name == "Jena TDB2")
    assert bench_scale._missing(asking, None) == "no Jena here"


def test_the_peers_of_the_build_do_its_work(small: Small, tmp_path: Path) -> None:
    build(small.project)
    graphs = {"hrdem": triples(small.project.build)}
    for name in ("pyoxigraph", "rdflib"):
        out = tmp_path / name
        out.mkdir()
        getattr(bench_peers, f"build_{name}")(small.project, out)
        found = {path.name for path in out.iterdir() if path.is_file()}
        assert found == {f"hrdem.{end}" for end in ("ttl", "nt", "rdf", "jsonld", "trig", "nq")}
        graphs[name] = triples(out)
    assert graphs["pyoxigraph"] == graphs["hrdem"]
    # rdflib runs each rule once and writes neither queries nor description, but derives the same.
    label = {t for t in graphs["rdflib"] if t.predicate.value.endswith("#label")}
    assert label
    assert label <= graphs["hrdem"]


def triples(folder: Path) -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse(path=str(folder / "hrdem.nt"))}


def test_memory_is_that_of_all_processes_together() -> None:
    child = "x = b'x' * 150_000_000; print(flush=True); input()"
    cell = run(
        "import subprocess, sys, time\n"
        "from subprocess import PIPE\n"
        f"command = [sys.executable, '-c', {child!r}]\n"
        "two = [subprocess.Popen(command, stdin=PIPE, stdout=PIPE) for _ in range(2)]\n"
        "for each in two: each.stdout.readline()\n"
        "time.sleep(1)\n"
        "for each in two: each.communicate(b'\\n')"
    )
    if sys.platform == "linux":
        assert cell.together[0] > 280
        assert cell.memory == cell.together[0]
    assert cell.megabytes[0] < 280  # of the largest alone


@pytest.mark.skipif(sys.platform != "linux", reason="only /proc tells the memory of others")
def test_the_memory_of_who_measures_is_not_counted() -> None:
    own = b"x" * 400_000_000
    cell = run("import time; time.sleep(0.2)")
    assert len(own) / 1024**2 > 300 > cell.megabytes[0] > 1


@pytest.mark.skipif(sys.platform != "linux", reason="only /proc tells what still runs")
def test_what_a_stopped_process_has_started_is_stopped_too(tmp_path: Path) -> None:
    cell = run(
        "import pathlib, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(100)'])\n"
        f"pathlib.Path({str(tmp_path / 'child')!r}).write_text(str(child.pid))\n"
        "time.sleep(100)",
        limit=2,
    )
    assert cell.beyond == 2
    status = Path("/proc", (tmp_path / "child").read_text(), "status")
    assert not status.exists() or "zombie" in status.read_text()


def test_what_a_peer_says_of_its_time_counts() -> None:
    assert run("print('{\"seconds\": 0.25}')").seconds == [0.25]


def test_every_way_to_answer_a_query_is_measured_as_often() -> None:
    asked: list[str] = []
    found = bench_peers._medians(
        "text", lambda text: asked.append(text), lambda text: asked.append(text.upper())
    )
    assert len(found) == 2
    assert asked.count("text") == asked.count("TEXT") == bench_peers._WARM[1] + 1


@pytest.mark.stores
@pytest.mark.parametrize("name", ["load-hrdem", "load-http"])
def test_the_graph_is_loaded_into_a_server_that_is_stopped(
    small: Small, tmp_path: Path, name: str
) -> None:
    build(small.project)
    command = [*bench_scale.PYTHON, str(bench_scale.PEERS), name, str(small.root), str(tmp_path)]
    cell = Cell()
    bench_scale.measure(command, small.root, 60, 8, cell, True)
    assert cell.why == ""
    assert cell.seconds == [cell.said["seconds"]]
    # Only one process at a time can have the store open: the server has ended.
    served = ox.Store(str(tmp_path / "served"))
    graph = {quad.triple for quad in served.quads_for_pattern(None, None, None)}
    assert triples(small.project.build) <= graph


@pytest.mark.stores
def test_jena_answers_what_the_project_answers(small: Small, tmp_path: Path) -> None:
    build(small.project)
    said = {}
    for name, more in (("ask-jena", [str(real_stores.jena())]), ("ask-warm", [])):
        command = [*bench_scale.PYTHON, str(bench_scale.PEERS), name, str(small.root)]
        cell = Cell()
        bench_scale.measure([*command, str(tmp_path), *more], small.root, 60, 8, cell, True)
        assert cell.why == ""
        said[name] = cell.said
    assert said["ask-jena"].keys() == said["ask-warm"].keys()
    assert said["ask-jena"]


def test_what_is_to_be_reached_is_told_from_the_cells() -> None:
    cells = {
        ("build", "hrdem", 10_000): measured(10),
        ("build", "pyoxigraph", 10_000): measured(4),
        ("build", "rdflib", 10_000): measured(why="stopped after 600 s"),
        ("check", "hrdem", 10_000): measured(30),
        ("check", "hrdem", 100_000): measured(360),
        ("check", "pyshacl", 10_000): measured(why="stopped after 600 s"),
        (bench_scale.REAL, "hrdem", 10_000): measured(3),
        (bench_scale.REAL, "import pyoxigraph", 10_000): measured(1),
    }
    for name in ("rdflib", "pyshacl"):
        cells["build" if name == "rdflib" else "check", name, 10_000].beyond = 600
    said = bench_scale.reached(cells, {10_000: 4_000_000, 100_000: 40_000_000}).splitlines()
    found = {line.partition(":")[0][2:]: line.partition(": ")[2] for line in said}
    build = "The build, as many times faster as rdflib at 10,000 instruments"
    assert found[build] == "at least 20. Seen: more than 60, met."
    assert found["The build, in times of the yardstick at 10,000 instruments"] == (
        "at most 3. Seen: 2.5, met."
    )
    check = "The check, as many times faster as pySHACL at 10,000 instruments"
    assert found[check] == "at least 30. Seen: more than 20; not known."
    assert found["The check at 100,000 instruments"] == "at most 180 s. Seen: 360 s, **missed**."
    growth = "The greatest power of growth from a tenth of the instruments at 100,000 instruments"
    assert found[growth] == "at most 1.1. Seen: 1.079, met."
    assert found["Asking from a cold start, in times of the import of pyoxigraph"] == (
        "at most 3. Seen: 3, met."
    )
    slowest = "The slowest saved query, in times of pyoxigraph alone at 100,000 instruments"
    assert found[slowest] == "at most 1.2. Not measured."


def test_a_smaller_size_proves_nothing() -> None:
    cells = {
        ("build", "hrdem", 1000): measured(10),
        ("build", "pyoxigraph", 1000): measured(4),
    }
    said = bench_scale.reached(cells, {1000: 400_000})
    assert "at most 3. Seen: 2.5 at 1,000, which proves nothing yet.\n" in said
