"""Measure commands as whole processes; called by scripts/bench.

A command and its yardstick run in turn, so that what else the machine does meets both alike. What
counts is the ratio of the medians; seconds depend on the machine.
"""

from __future__ import annotations

import argparse
import os
import shlex
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = ("applies-on", "succession-chain", "words-behind")
RATIO_LIMIT = 5.0
"""How many times as long as importing pyoxigraph asking may take."""
RUN_LIMIT = 10.0
"""How many seconds a whole run may take."""


def seconds(command: Sequence[str]) -> float:
    """Return how long a command takes, from start to end of its process, in seconds.

    A command that fails ends the measuring, since it may have left out what was to be measured.
    """
    variables = {**os.environ, "HRDEM_HOME": str(ROOT)}
    # An installed package has its modules compiled; with this set, a checkout never would.
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.perf_counter()
    done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL, env=variables)
    passed = time.perf_counter() - started
    if done.returncode != 0:
        sys.exit(f"HRDem: `{shlex.join(command)}` failed, so nothing was measured. Mend it first.")
    return passed


def main() -> int:
    """Measure and print; returns 1 if a limit is passed."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measure whole processes.")
    parser.add_argument("--pairs", type=int, default=21, help="measurements of each (default: 21)")
    parser.add_argument(
        "--sizes",
        type=int,
        nargs="+",
        metavar="N",
        help="measure every step on invented projects with N instruments, beside other tools",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="the same with 1000 instruments, once, without the slow",
    )
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="TASK", help="only these tasks, such as build"
    )
    parser.add_argument("--runs", type=int, default=5, help="how often each (default: 5)")
    parser.add_argument(
        "--limit", type=float, default=600, metavar="SECONDS", help="stop a process after (600)"
    )
    parser.add_argument(
        "--memory", type=float, default=16, metavar="GB", help="stop a process at (16)"
    )
    parser.add_argument("--folder", type=Path, help="keep the invented projects here, or find them")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write every run into this file")
    parser.add_argument("--write", action="store_true", help="put the table into BENCHMARKS.md")
    typed = parser.parse_args()
    if typed.sizes or typed.quick:
        sys.path.insert(0, str(Path(__file__).parent))
        import bench_scale

        return bench_scale.main(
            sorted(typed.sizes or [1000]),
            quick=typed.quick,
            only=typed.only,
            runs=1 if typed.quick else typed.runs,
            limit=typed.limit,
            gigabytes=typed.memory,
            folder=typed.folder,
            out=typed.csv,
            write=typed.write,
        )
    pairs = max(1, typed.pairs)

    python = [sys.executable, "-P"]
    hrdem = [*python, "-m", "hrdem"]
    yardstick = [*python, "-c", "import pyoxigraph"]
    print(f"medians of {pairs} processes each, in turn, in milliseconds:")
    print(f"  {'question':<20} {'hrdem ask':>10} {'import pyoxigraph':>18} {'ratio':>6}")
    worst = 0.0
    for question in QUESTIONS:
        asking = [*hrdem, "ask", question]
        # The first ones fill the caches of the system and count for neither.
        seconds(asking)
        seconds(yardstick)
        times = [(seconds(asking), seconds(yardstick)) for _ in range(pairs)]
        ask, load = (statistics.median(column) for column in zip(*times, strict=True))
        worst = max(worst, ask / load)
        print(f"  {question:<20} {ask * 1000:>10.1f} {load * 1000:>18.1f} {ask / load:>6.2f}")
    print(f"  limit of the ratio: {RATIO_LIMIT:.0f}\n")

    print("scripts/run after set-up, once:", flush=True)
    whole = seconds([*hrdem, "run"])
    print(f"  {whole:.1f} s (limit {RUN_LIMIT:.0f} s)")
    return 1 if worst > RATIO_LIMIT or whole > RUN_LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
