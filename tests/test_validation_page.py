"""The page on the shapes: it names every file, and each file does what the page says of it."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib

from conftest import ROOT
from hrdem.check import shacl
from hrdem.check.ruleset import RuleSet
from shapes import Shapes

FOLDER = ROOT / "validation"
PAGE = (FOLDER / "README.md").read_text("utf-8")
SHAPES = Shapes(FOLDER)


def test_the_page_says_of_each_file_what_it_says_of_itself() -> None:
    rows = re.findall(r"^\| \[`\S+\.ttl`\].*$", PAGE, re.MULTILINE)
    assert rows == [
        f"| [`{path.name}`]({path.name}) | {path.read_text('utf-8').splitlines()[0][2:]} |"
        for path in SHAPES.files
    ]


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)", PAGE):
        assert "://" in target or (FOLDER / target).exists(), target


@pytest.mark.parametrize("path", SHAPES.files, ids=lambda path: path.stem)
def test_each_file_alone_validates_the_ground(path: Path) -> None:
    shapes = rdflib.Graph().parse(path)
    ground = shacl.to_rdflib(SHAPES.ground)
    conforms, _, report = pyshacl.validate(ground, shacl_graph=shapes)
    assert conforms, report


@pytest.mark.parametrize("path", SHAPES.files, ids=lambda path: path.stem)
def test_each_file_alone_finds_what_breaks_its_constraints(path: Path) -> None:
    own = {q.subject.value for q in ox.parse(path=str(path)) if isinstance(q.subject, ox.NamedNode)}
    rules = RuleSet([path])
    found = 0
    for example in SHAPES.examples:
        wanted = SHAPES.expected(example)
        if wanted is None or wanted.source not in own:
            continue
        added = list(ox.parse(path=str(example)))
        results = rules.results([*SHAPES.ground, *added], added)
        assert {result.source for result in results} == {wanted.source}, example
        found += 1
        if found == 5:
            break
    assert found


def test_all_files_in_one_are_valid_turtle() -> None:
    text = "".join(path.read_text("utf-8") for path in SHAPES.files)
    together = set(ox.parse(text, format=ox.RdfFormat.TURTLE))
    assert len(together) > 1000
    subjects = {quad.subject for path in SHAPES.files for quad in ox.parse(path=str(path))}
    named = {subject for subject in subjects if isinstance(subject, ox.NamedNode)}
    assert named <= {quad.subject for quad in together}
