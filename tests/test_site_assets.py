"""The query engine of the explorer: fetched, bundled, carried, or left out with a sentence."""

from __future__ import annotations

import gzip
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from hrdem import cli
from hrdem.errors import HrdemError
from hrdem.site import assets


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose cache is empty, on a machine with no more programs than Python's."""
    (tmp_path / "LICENSE").write_bytes((ROOT / "LICENSE").read_bytes())
    (tmp_path / "bin").mkdir()
    monkeypatch.setattr(assets, "ROOT", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def npm(checkout: Path, script: str) -> None:
    program = checkout / "bin" / "npm"
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def test_without_node_it_says_what_to_install(checkout: Path) -> None:
    assert assets.find() is None
    with pytest.raises(HrdemError, match=r"npm, which fetches it, was not found: install Node 20"):
        assets.ready()


def test_the_site_is_made_all_the_same(
    checkout: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HRDEM_HOME", str(home))
    assert cli.main(["site", "--out", str(checkout / "out")]) == 0
    said = capsys.readouterr()
    assert said.err == (
        "hrdem: The site is made without the query engine, since Node's npm, which fetches it, was"
        " not found: install Node 20 or newer.\n"
    )
    page = (checkout / "out" / "sparql.html").read_text("utf-8")
    assert "This site was made without the query engine" in page
    assert "<textarea" in page
    assert "console.js" not in page
    assert not (checkout / "out" / "assets" / "engine").exists()


def test_what_npm_says_is_passed_on_and_nothing_is_left(checkout: Path) -> None:
    npm(checkout, "echo 'npm error code ENOTFOUND' >&2; exit 1")
    with pytest.raises(HrdemError, match="npm failed: npm error code ENOTFOUND"):
        assets.ready()
    assert assets.find() is None
    assert not [each for each in (checkout / ".cache" / "web").rglob("*") if each.is_file()]


def test_npm_that_never_ends_is_ended(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm(checkout, "exec /bin/sleep 100")
    monkeypatch.setattr(assets, "SECONDS", 1)
    with pytest.raises(HrdemError, match="npm did not end within 1 second"):
        assets.ready()


def test_what_a_package_carries_is_taken(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    carried = checkout / "carried"
    for name in assets.BUNDLES:
        (carried / name).parent.mkdir(parents=True, exist_ok=True)
        (carried / name).write_text("", "utf-8")
    monkeypatch.setattr(assets, "CARRIED", carried)
    assert assets.ready() == carried


def test_other_sources_make_another_bundle(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = assets._place()
    copy = tmp_path / "web"
    copy.mkdir()
    for path in assets.SOURCES.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(assets, "SOURCES", copy)
    assert assets._place() == before
    (copy / "editor.js").write_text("", "utf-8")
    assert assets._place() != before


def test_versions_are_pinned_with_hashes_and_no_address_is_named() -> None:
    text = (assets.SOURCES / "package-lock.json").read_text("utf-8")
    packages = json.loads(text)["packages"]
    wanted = packages.pop("")
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())
    assert "resolved" not in text
    assert "http" not in text
    for name, version in {**wanted["dependencies"], **wanted["devDependencies"]}.items():
        assert packages[f"node_modules/{name}"]["version"] == version
    about = json.loads((assets.SOURCES / "package.json").read_text("utf-8"))
    assert about["dependencies"] == wanted["dependencies"]


def test_scripts_with_data_hold_nothing_but_data() -> None:
    value = {"a": "</script>\u2028 'é' \"\\"}
    text = assets.script("X", value)
    found = re.fullmatch(r"window\.X=(.*);\n", text, re.DOTALL)
    assert found is not None
    assert json.loads(found[1]) == value
    assert "\u2028" not in text


@pytest.mark.browser
def test_bundles_are_the_same_each_time_and_have_their_licences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = assets.ready()
    (tmp_path / "LICENSE").write_bytes((ROOT / "LICENSE").read_bytes())
    monkeypatch.setattr(assets, "ROOT", tmp_path)
    again = assets.ready()
    assert again != first
    files = {path.relative_to(again).as_posix() for path in again.rglob("*") if path.is_file()}
    assert files == set(assets.BUNDLES)
    for name in assets.BUNDLES:
        assert (again / name).read_bytes() == (first / name).read_bytes(), name
    assert gzip.decompress((first / "engine/oxigraph.wasm.gz").read_bytes())[:4] == b"\0asm"
    licences = (first / "LICENSES.txt").read_text("utf-8")
    for name in ("oxigraph 0.5.11, MIT OR Apache-2.0", "@codemirror/view", "@lezer/lr"):
        assert name in licences
    assert "Permission is hereby granted" in licences
    assert "Apache License" in licences


def test_the_module_needs_no_more_than_the_builder_of_wheels_has() -> None:
    """It runs where only the packages are installed that pyproject.toml names for building."""
    code = (
        "import sys; import hrdem.site.assets;"
        " print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT / "scripts")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"jinja2", "rdflib", "pyshacl", "requests", "tenacity"} & set(done.stdout.split())
