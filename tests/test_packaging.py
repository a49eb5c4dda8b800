"""The wheel: what is in it, and that the installed command answers anywhere, without a checkout."""

from __future__ import annotations

import email
import hashlib
import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from hrdem.site import assets

Command = Callable[..., "subprocess.CompletedProcess[str]"]

CARRIED = "hrdem/_project"
FOLDERS = ("ontology", "data", "queries", "validation")


def pip(*arguments: str | Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without network by what is installed here."""
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-build-isolation", "--no-deps", "--no-index", "--wheel-dir", folder, root)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def hrdem(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Runs the installed command, in an empty folder and with an empty environment."""
    venv = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    python = venv / "bin" / "python"
    pip("--python", python, "install", "--no-deps", "--no-index", wheel)
    # The dependencies are those that the tests run with; a line in a path file adds their folder
    # and, unlike an installation, nothing else that is linked from there, so not the checkout.
    (site,) = (venv / "lib").glob("python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    empty = tmp_path_factory.mktemp("empty")

    def run(
        *arguments: str, python_options: tuple[str, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        command: list[str | Path] = [venv / "bin" / "hrdem"]
        if python_options:
            command = [python, *python_options, "-m", "hrdem"]
        return subprocess.run(
            [*command, *arguments],
            cwd=empty,
            env={"COLUMNS": "100"},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_the_wheel_carries_every_file_of_the_project(wheel: Path, root: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder in FOLDERS:
        files = {
            path.relative_to(root).as_posix()
            for path in (root / folder).rglob("*")
            if path.is_file() and not path.name.startswith(".")
        }
        assert files, folder
        assert {f"{CARRIED}/{name}" for name in files} <= names
    assert not [name for name in names if name.startswith(("tests/", "lib/", "hatch_build"))]
    assert not [name for name in names if "__pycache__" in name]


def test_the_wheel_carries_the_built_graph(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        manifest = json.loads(archive.read(f"{CARRIED}/build/manifest.json"))
        assert manifest["files"]
        for name, about in manifest["files"].items():
            content = archive.read(f"{CARRIED}/build/{name}")
            assert hashlib.sha256(content).hexdigest() == about["sha256"], name


@pytest.mark.browser
def test_the_wheel_carries_the_query_engine(wheel: Path, hrdem: Command, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if name.startswith("hrdem/_web/")}
    assert names == {f"hrdem/_web/{name}" for name in assets.BUNDLES}
    result = hrdem("site", "--out", str(tmp_path / "site"))
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert (tmp_path / "site" / "assets" / "engine" / "oxigraph.wasm.gz").is_file()


def test_the_metadata(wheel: Path, root: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (info,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = email.message_from_bytes(archive.read(info))
        names = archive.namelist()
    assert metadata["Name"] == "hrdem"
    assert metadata["License-Expression"] == "Apache-2.0 AND CC-BY-4.0"
    assert metadata["Requires-Python"] == ">=3.11"
    licences = {Path(name).name for name in names if ".dist-info/licenses/" in name}
    assert licences == {"LICENSE", "LICENSE.md", "ATTRIBUTION.md"}
    assert (root / "LICENSE").read_text("utf-8").lstrip().startswith("Apache License")


def test_it_lists_its_questions(hrdem: Command, root: Path) -> None:
    result = hrdem("ask")
    assert result.returncode == 0, result.stderr
    names = {path.stem for path in (root / "queries").rglob("*.rq")}
    listed = {line.split()[0] for line in result.stdout.splitlines() if line.startswith("  ")}
    assert names
    assert names <= listed


def test_it_answers_as_on_file(hrdem: Command, root: Path) -> None:
    filed = json.loads((root / "queries/answers/succession-chain.json").read_text("utf-8"))
    result = hrdem("ask", "succession-chain", "--format", "json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == filed


def test_it_explains_the_rules(hrdem: Command, tmp_path: Path) -> None:
    result = hrdem("rules", "Event-dated", "--out", str(tmp_path / "rules"))
    assert result.returncode == 0, result.stderr
    assert "An event has a date, or a day that bounds it." in result.stdout
    assert (tmp_path / "rules" / "shape" / "Event.html").is_file()


@pytest.mark.parametrize("verb", ["why action-plan-2020-2024", "timeline --on 2021-01-01"])
def test_other_commands_that_read_work_too(hrdem: Command, verb: str) -> None:
    result = hrdem(*verb.split())
    assert result.returncode == 0, result.stderr
    assert "action-plan-2020-2024" in result.stdout


def test_a_command_that_writes_says_where_it_works(hrdem: Command) -> None:
    result = hrdem("build")
    assert result.returncode == 1
    assert "Run it inside a clone." in result.stderr
    assert "Traceback" not in result.stderr


def test_asking_imports_nothing_slow(hrdem: Command) -> None:
    result = hrdem("ask", "succession-chain", python_options=("-X", "importtime"))
    assert result.returncode == 0
    modules = {
        line.rpartition("|")[2].strip().partition(".")[0] for line in result.stderr.splitlines()
    }
    assert "pyoxigraph" in modules
    assert not modules & {"rdflib", "pyshacl", "yaml", "SPARQLWrapper", "jinja2"}


def test_a_graph_that_cannot_be_built_makes_no_wheel(root: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for name in (*FOLDERS, "scripts"):
        (copy / name).parent.mkdir(exist_ok=True)
        subprocess.run(["cp", "-R", root / name, copy / name], check=True)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        (copy / name).write_bytes((root / name).read_bytes())
    broken = copy / "data" / "themes.ttl"
    broken.write_text(broken.read_text("utf-8") + "\n<broken", "utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps"),
            *("--no-index", "--wheel-dir", str(tmp_path / "out"), str(copy)),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )
    assert done.returncode != 0
    assert "The wheel was not made, because the graph cannot be built." in done.stdout + done.stderr
    assert "themes.ttl" in done.stdout + done.stderr
    assert not list(tmp_path.glob("out/*.whl"))
