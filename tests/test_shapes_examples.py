"""Examples of the shapes: every good case conforms, every bad case breaks one constraint only.

An example is found by its name: ``validation/examples/{Shape}/good.ttl``, and ``bad-{aspect}-
{parameter}.ttl`` for the constraint with this parameter of the property shape ``{Shape}-{aspect}``
(without aspect: of the node shape itself). What follows another hyphen tells several cases apart.
What differs from one violation on the path of the shape is said at the head of the file, see
:meth:`shapes.Shapes.promised`.
Each is validated together with ``ground.ttl`` against all shapes of all files.
"""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import ROOT
from hrdem.check import shacl
from shapes import Outcome, Shapes

SHAPES = Shapes(ROOT / "validation")


def test_the_ground_conforms() -> None:
    assert shacl.validate(SHAPES.with_ground(), SHAPES.files) == []


@pytest.mark.parametrize(
    "folder", sorted({path.parent for path in SHAPES.examples}), ids=lambda f: f.name
)
def test_examples(folder: Path) -> None:
    for path in sorted(folder.glob("*.ttl")):
        data = SHAPES.with_ground(path)
        results = SHAPES.results(data, list(ox.parse(path=str(path))))
        assert [Outcome.of(result) for result in results] == SHAPES.promised(path), path


def test_every_constraint_has_a_bad_case() -> None:
    shown = {SHAPES.expected(path) for path in SHAPES.examples}
    assert [constraint for constraint in SHAPES.constraints if constraint not in shown] == []


def test_every_shape_has_a_good_case_and_every_folder_a_shape() -> None:
    shapes = {constraint.folder for constraint in SHAPES.constraints}
    assert {path.parent.name for path in SHAPES.examples if path.stem == "good"} == shapes
    assert {path.parent.name for path in SHAPES.examples} == shapes


def test_every_example_begins_with_what_it_shows() -> None:
    """The first line is what people read on the page of the rule and in the test suite."""
    for path in sorted((SHAPES.folder / "examples").glob("*/*.ttl")):
        kind = "Good" if path.stem == "good" else "Bad"
        first = path.read_text("utf-8").partition("\n")[0]
        assert re.fullmatch(rf"# {kind}: \S.*", first), f"{path}: {first}"


def test_running_only_the_shapes_that_are_touched_leaves_nothing_out() -> None:
    sample = SHAPES.examples[::71]
    assert len(sample) > 10
    for path in sample:
        data = SHAPES.with_ground(path)
        quickly = SHAPES.results(data, list(ox.parse(path=str(path))))
        assert sorted(map(str, quickly)) == sorted(map(str, shacl.validate(data, SHAPES.files))), (
            path
        )
