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


def measured(*seconds: float, why: str = "") -> Cell:
    return Cell(list(seconds), list(seconds), [100.0] * len(seconds), why)


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
