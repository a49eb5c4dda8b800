"""The check notices mistakes in the real data, as often as the table on file says."""

from __future__ import annotations

import itertools
from pathlib import Path

import pyoxigraph as ox
import pytest

import data_mutants
from conftest import ROOT
from data_mutants import (
    KINDS,
    SAMPLE,
    Bench,
    Data,
    Mutant,
    expected,
    markdown,
    of_kind,
    rounds,
    run,
)
from hrdem import vocabulary as v


@pytest.fixture(scope="module")
def data() -> Data:
    return Data(ROOT)


@pytest.fixture(scope="module")
def sample(data: Data) -> list[Mutant]:
    return [mutant for kind in KINDS.values() for mutant in of_kind(data, kind, SAMPLE)]


def test_no_kind_of_mistake_is_caught_less_often_than_the_table_says() -> None:
    outcome = run()
    worse = {}
    for name, (made, caught) in expected().items():
        _, now_made, now_caught = outcome.row(name)
        if not now_made or now_caught * made < caught * now_made:
            missed = [m.case for m in outcome.made[name] if m not in outcome.caught]
            worse[name] = f"{now_caught} of {now_made}, was {caught} of {made}: {missed}"
    assert not worse, (
        "Fewer mistakes are caught than before. If a rule was lost, put it back; if other data are"
        f" in the sample now, read the cases and run tests/data_mutants.py --write. {worse}"
    )


NO_IDENTIFIERS = {
    "subjectCode": "counts anew each year, so an instrument of another year may have the same one",
}
"""Identifiers that no mutant gets, and why."""


def test_every_identifier_of_the_ontology_gets_mutants() -> None:
    ontology = ox.Store()
    ontology.load(path=str(ROOT / "ontology" / "hrdem.ttl"), format=ox.RdfFormat.TURTLE)
    found = ontology.quads_for_pattern(
        None, ox.NamedNode(v.RDFS + "subPropertyOf"), ox.NamedNode(v.HRDEM + "identifier")
    )
    names = {v.value(quad.subject).removeprefix(v.HRDEM) for quad in found}
    assert names == {*data_mutants.IDENTIFIERS, *NO_IDENTIFIERS}
    assert not NO_IDENTIFIERS.keys() & set(data_mutants.IDENTIFIERS)


def test_what_the_copies_of_the_project_lack_takes_no_part_in_the_verdict(
    tmp_path: Path, data: Data, sample: list[Mutant]
) -> None:
    part = rounds(data, sample)[0]
    whole = Bench(tmp_path / "whole", whole=True).new_findings(part)
    assert whole == Bench(tmp_path / "part").new_findings(part) != set()


def test_the_table_on_file_is_that_of_the_readme() -> None:
    assert list(expected()) == list(KINDS)
    text = data_mutants.README.read_text("utf-8")
    (shown,) = data_mutants.BLOCK.findall(text)
    assert shown == markdown(expected())


def test_every_kind_that_is_not_always_caught_says_why() -> None:
    for name, (made, caught) in expected().items():
        assert made > 0
        assert caught == made or KINDS[name].unseen, name


def test_the_sample_is_the_same_each_time_and_changes_something(
    data: Data, sample: list[Mutant]
) -> None:
    again = [mutant for kind in KINDS.values() for mutant in of_kind(Data(ROOT), kind, SAMPLE)]
    assert [m.case for m in sample] == [m.case for m in again]
    for mutant in sample:
        assert mutant.edits
        for edit in mutant.edits:
            assert edit.text is not None or edit.drop or edit.add
            assert set(edit.drop) <= set(data.files.get(edit.path, ()))
            assert not set(edit.add) & set(data.files.get(edit.path, ()))


def test_a_sample_has_different_properties_before_it_has_one_twice(data: Data) -> None:
    every = of_kind(data, KINDS["identifier-year"], None)
    properties = {mutant.predicates for mutant in every}
    first = of_kind(data, KINDS["identifier-year"], len(properties))
    assert len(every) > len(properties) > 3
    assert {mutant.predicates for mutant in first} == properties


def test_mistakes_that_are_put_in_together_have_nothing_in_common(
    data: Data, sample: list[Mutant]
) -> None:
    parts = rounds(data, sample)
    assert sorted(m.rank for part in parts for m in part) == sorted(m.rank for m in sample)
    assert len(parts) < len(sample) / 3
    for part in parts:
        for one, other in itertools.combinations(part, 2):
            assert not one.about & data.around(other)
            assert not one.about & other.beside
