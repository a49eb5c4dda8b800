"""Invented projects, to measure how everything grows: they are like the real one."""

from __future__ import annotations

import csv
import gc
import hashlib
import json
import weakref
from pathlib import Path
from statistics import mean

import pytest

from conftest import ROOT, once_per_run
from hrdem import cli, synth
from hrdem.check import check
from hrdem.documents import Sources, read_sources
from hrdem.errors import UsageError
from hrdem.project import Project
from hrdem.synth.block import Block
from hrdem.synth.faults import FAULTS
from hrdem.synth.measure import OWNERS, Measures, measured, read_measures

REAL = Project.at(ROOT)


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with faults near half of its invented instruments."""
    with once_per_run(tmp_path_factory, "synth-spoilt") as folder:
        if not (folder / "made").is_dir():
            synth.synthesise(REAL, folder / "made", 100, seed=3, faults=0.5)
    return Project.at(folder / "made")


def listed(project: Project) -> list[dict[str, str]]:
    with (project.root / synth.FAULTS).open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_a_check_finds_the_seeded_faults_and_nothing_else(spoilt: Project) -> None:
    faults = listed(spoilt)
    assert len(faults) > 30
    assert len({fault["kind"] for fault in faults}) >= 8
    found = {(f.code, f.thing) for f in check(spoilt) if "synthetic" in (f.thing or "")}
    assert found == {(fault["rule"], fault["thing"]) for fault in faults}


def test_the_build_accepts_what_was_invented(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "grown"
    assert cli.main(["synth", "--instruments", "100", "--seed", "5", "--out", str(out)]) == 0
    assert "100 invented instruments and 0 faults" in capsys.readouterr().out
    monkeypatch.setenv("HRDEM_HOME", str(out))
    assert cli.main(["build"]) == 0
    things = json.loads((out / "build" / "manifest.json").read_text())["counts"]["things"]
    real = read_measures(REAL).owned["event"]
    assert things["instrument"] == len(real) + 100


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Measures, Measures]:
    """What is counted in the real data, and in a thousand invented instruments alone."""
    out = tmp_path_factory.mktemp("many") / "made"
    synth.synthesise(REAL, out, 1000, seed=1)
    whole = read_sources(Project.at(out))
    invented = Sources(
        tuple(source for source in whole.files if source.name.startswith("synthetic-")),
        {iri: each for iri, each in whole.passages.items() if "/synthetic-" in iri},
        {name: text for name, text in whole.texts.items() if name.startswith("synthetic-")},
    )
    return read_measures(REAL), measured(invented)


def test_fan_outs_are_like_those_of_the_real_data(
    counts: tuple[Measures, Measures],
) -> None:
    real, made = counts

    def means(of: Measures) -> dict[str, float]:
        instruments = len(of.owned["event"])
        return {
            "passages for each fact": mean(of.support),
            "facts for each passage": mean(of.facts),
            "passages for each document": mean(of.passages),
            "documents for each instrument": of.ratios["document"],
            "facts for each instrument": len(of.support) / instruments,
            "contested for each accepted passage": len(of.contested) / of.accepted,
            "mandates for each instrument": of.ratios["mandate"],
            "posts for each instrument": of.ratios["post"],
            "persons for each instrument": of.ratios["foaf:Person"],
            "aims for each instrument": of.ratios["aim"],
            "words of a note": mean(of.notes),
            **{f"{kind} for each instrument": mean(of.owned[kind]) for kind in OWNERS},
        }

    wanted, found = means(real), means(made)
    far = {
        name: (wanted[name], found[name])
        for name in wanted
        if abs(found[name] / wanted[name] - 1) > 0.15
    }
    assert not far


def test_some_periods_are_prolonged_and_some_instruments_follow_others(
    counts: tuple[Measures, Measures],
) -> None:
    made = counts[1]
    for name in ("directlySucceeds", "prolongs"):
        assert sum(made.values["instrument", f"hrdem:{name}"]) > 0


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    spoilt: Project, tmp_path: Path
) -> None:
    synth.synthesise(REAL, tmp_path / "again", 100, seed=3, faults=0.5)
    synth.synthesise(REAL, tmp_path / "other", 100, seed=4, faults=0.5)
    assert sums(tmp_path / "again") == sums(spoilt.root)
    assert sums(tmp_path / "other") != sums(spoilt.root)


def sums(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] != "build"
    }


def test_the_first_instruments_do_not_depend_on_how_many_follow(
    spoilt: Project, tmp_path: Path
) -> None:
    synth.synthesise(REAL, tmp_path / "more", 250, seed=3, faults=0.5)
    more = sums(tmp_path / "more")
    few = {name: each for name, each in sums(spoilt.root).items() if name != synth.FAULTS}
    assert few.items() < more.items()


def test_no_more_than_one_block_is_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive: list[weakref.ref[Block]] = []
    most = 0

    def watch(block: Block, _: Path) -> None:
        nonlocal most
        alive.append(weakref.ref(block))
        gc.collect()
        most = max(most, sum(each() is not None for each in alive))

    monkeypatch.setattr(synth, "write_block", watch)
    synth.synthesise(REAL, tmp_path / "made", 600, seed=1)
    assert len(alive) == 6
    assert most == 1


def test_every_fault_names_a_rule_that_there_is() -> None:
    from hrdem.check.rulebook import find_code, read_layers

    layers = read_layers(REAL)
    for rule, _ in FAULTS.values():
        assert find_code(layers, rule) == rule


def test_numbers_out_of_bounds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"Between 100 and 1,000,000 instruments .*, not 99\."):
        synth.synthesise(REAL, tmp_path / "made", 99, seed=1)
    with pytest.raises(UsageError, match=r"from 0 to 1, not 1\.5\."):
        synth.synthesise(REAL, tmp_path / "made", 100, seed=1, faults=1.5)
    assert not (tmp_path / "made").exists()


def test_a_folder_of_somebody_is_not_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "own.txt").write_text("mine")
    assert cli.main(["synth", "--instruments", "100", "--out", str(tmp_path)]) == 1
    assert "has no faults.tsv" in capsys.readouterr().err
    assert (tmp_path / "own.txt").read_text() == "mine"
