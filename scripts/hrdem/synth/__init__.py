"""Makes a larger project that looks like this one, to measure how everything behaves as it grows.

What is made is a whole project folder: the ontology, the queries, the shapes and the data of the
real project, and beside them invented documents about invented instruments, in blocks of
:data:`~hrdem.synth.block.SIZE`. How many there are of everything is drawn from what is counted in
the real data: see :mod:`hrdem.synth.measure`. What is invented is called synthetic in its IRI and
its label.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Final

from hrdem.atomic import replacing
from hrdem.errors import UsageError
from hrdem.project import Project
from hrdem.synth.block import SIZE, make
from hrdem.synth.faults import Fault, spoil
from hrdem.synth.measure import read_measures
from hrdem.synth.write import write_block

FAULTS: Final = "faults.tsv"
"""The list of the faults that were put in, and the mark of a folder that was made here."""
SMALLEST: Final = 100
LARGEST: Final = 1_000_000


def synthesise(
    project: Project, out: Path, instruments: int, seed: int, faults: float = 0.0
) -> list[Fault]:
    """Make a project folder with invented instruments beside the real ones.

    The same arguments and the same project give the same bytes. No more than one block is in memory
    at a time, beside the list of faults.

    Args:
        project: the project to take over and to look like.
        out: the folder to make, or to make anew.
        instruments: how many instruments to invent, from :data:`SMALLEST` to :data:`LARGEST`.
        seed: any whole number; another one gives another project.
        faults: the share of instruments near which a fault is put, 0.0 to 1.0.

    Returns:
        The faults that were put in, in the order of ``faults.tsv``.

    Raises:
        UsageError: if a number is outside its bounds.
        HrdemError: if the project cannot be read, or the folder cannot be written.
    """
    if not SMALLEST <= instruments <= LARGEST:
        raise UsageError(
            f"Between {SMALLEST} and {LARGEST:,} instruments can be invented, not {instruments:,}."
        )
    if not 0 <= faults <= 1:
        raise UsageError(f"The share of faults is a number from 0 to 1, not {faults:g}.")
    measures = read_measures(project)
    made: list[Fault] = []
    with replacing(out, FAULTS, lasting=False) as folder:
        _take_over(project, folder)
        for number, first in enumerate(range(0, instruments, SIZE)):
            # A string as seed: Python promises the same sequence for it in every version.
            rng = random.Random(f"{seed}/{number}")
            block = make(measures, rng, number, first, min(SIZE, instruments - first))
            made += spoil(block, random.Random(f"{seed}/{number}/faults"), faults)
            write_block(block, folder / "data")
        with (folder / FAULTS).open("w", encoding="utf-8", newline="\n") as file:
            file.write("kind\tthing\trule\n")
            file.writelines("\t".join(fault) + "\n" for fault in made)
    return made


def _take_over(project: Project, folder: Path) -> None:
    """Copy the real project, without the answers on file, which are those to the real graph."""
    for name in ("ontology", "queries", "validation", "data"):
        shutil.copytree(
            getattr(project, name), folder / name, ignore=shutil.ignore_patterns("answers", ".*")
        )
    shutil.copyfile(project.root / "pyproject.toml", folder / "pyproject.toml")
