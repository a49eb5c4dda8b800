"""The commands under scripts/ on a machine where nothing is installed yet.

Most tests run the real commands on a small checkout: the real scripts, with a lock that pins one
tiny package, which lies in a folder of wheels. So a whole set-up takes seconds and no network.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement

from hrdem import mcp_server
from hrdem.serve import server

#: Where nothing listens: a stand-in for a network that is not there.
NO_NETWORK = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1"}


def record(name: str, content: str) -> str:
    digest = (
        base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).decode().rstrip("=")
    )
    return f"{name},sha256={digest},{len(content.encode())}"


def make_wheel(folder: Path, version: str) -> str:
    """Put a wheel of the package `greeting` into a folder; returns its line for a lock file."""
    info = f"greeting-{version}.dist-info"
    files = {
        "greeting.py": f"VERSION = '{version}'\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: greeting\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = [record(*file) for file in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,"]) + "\n"
    wheel = folder / f"greeting-{version}-py3-none-any.whl"
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return f"greeting=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def make_checkout(folder: Path, root: Path) -> Path:
    """Make a small checkout: the real commands, one pinned package and a package that greets."""
    scripts = folder / "scripts"
    shutil.copytree(root / "scripts" / "lib", scripts / "lib")
    for name in ("run", "test"):
        shutil.copy(root / "scripts" / name, scripts / name)
    (scripts / "requirements").mkdir()
    (scripts / "requirements" / "run.txt").write_text(make_wheel(folder / "wheels", "1.0"))
    package = scripts / "hrdem"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(
        "import os, sys, greeting\n"
        "print('greeting', greeting.VERSION, *sys.argv[1:])\n"
        "print('home', os.environ['HRDEM_HOME'])\n"
        "print('from', os.getcwd())\n"
    )
    return folder


def run_on(
    checkout: Path,
    *arguments: str,
    command: Path | None = None,
    wheels: bool = True,
    **variables: str,
) -> subprocess.CompletedProcess[str]:
    """Run scripts/run as on a fresh machine: an empty HOME, and nothing set but PATH."""
    home = checkout.parent / "home"
    home.mkdir(exist_ok=True)
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], **NO_NETWORK}
    if wheels:
        # pip splits this setting at spaces, so the folder is given as an address.
        environment["PIP_FIND_LINKS"] = (checkout / "wheels").as_uri().replace("'", "%27")
    return subprocess.run(
        [command or checkout / "scripts" / "run", *arguments],
        cwd=home,
        env=environment | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path, root: Path) -> Path:
    """A fresh checkout in a folder whose name has spaces and a quote."""
    return make_checkout(tmp_path / "a user's folder" / "checkout", root)


@pytest.fixture(scope="session")
def ready_checkout(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """A checkout with its environment made, to be copied."""
    folder = make_checkout(tmp_path_factory.mktemp("ready") / "checkout", root)
    result = run_on(folder)
    assert result.returncode == 0, result.stderr
    return folder


@pytest.fixture
def ready(tmp_path: Path, ready_checkout: Path) -> Path:
    """A checkout whose environment is there already, moved from where it was made."""
    folder = tmp_path / "a user's folder" / "moved checkout"
    shutil.copytree(ready_checkout, folder, symlinks=True)
    return folder


def one_line(result: subprocess.CompletedProcess[str]) -> str:
    """The one line with which a command failed, after the lines that say what it was doing."""
    assert result.returncode == 1, result.stdout + result.stderr
    assert result.stdout == ""
    lines = [
        line
        for line in result.stderr.splitlines()
        if not re.match("HRDem: (making the environment|installing the pinned packages)", line)
    ]
    assert len(lines) == 1, result.stderr
    return lines[0].removeprefix("HRDem: ")


def test_on_a_fresh_machine(checkout: Path) -> None:
    """The first try has no network, the second has it, the third needs none."""
    first = run_on(checkout, wheels=False)
    assert "making the environment" in first.stderr
    assert one_line(first) == (
        "the network or its package index could not be reached, so the packages were not "
        "installed. Connect (or set pip to a mirror or a folder of wheels) and try again; "
        "afterwards no network is needed."
    )
    assert not (checkout / ".venv").exists()

    second = run_on(checkout, "--some", "argument")
    assert second.stdout.splitlines()[0] == "greeting 1.0 run --some argument", second.stderr
    assert f"home {checkout}" in second.stdout.splitlines()

    shutil.rmtree(checkout / "wheels")
    third = run_on(checkout, wheels=False)
    assert third.returncode == 0
    assert third.stdout.splitlines()[0] == "greeting 1.0 run"
    assert third.stderr == ""


def test_a_moved_checkout_works(ready: Path) -> None:
    result = run_on(ready, wheels=False)
    assert result.stdout.startswith("greeting 1.0 run")
    assert f"home {ready}" in result.stdout.splitlines()


def test_the_environment_has_the_command(ready: Path, tmp_path: Path) -> None:
    assert run_on(ready).returncode == 0
    result = subprocess.run(
        [ready / ".venv" / "bin" / "hrdem", "ask"],
        cwd=tmp_path,
        env={"HRDEM_HOME": "/somewhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout.splitlines() == ["greeting 1.0 ask", "home /somewhere", f"from {tmp_path}"]


def test_what_leads_python_and_pip_astray_is_ignored(ready: Path, tmp_path: Path) -> None:
    (tmp_path / "greeting.py").write_text("VERSION = 'another'\n")
    (ready / ".venv" / "run.stamp").write_text("of an older lock\n")
    target = tmp_path / "target"
    result = run_on(ready, PYTHONPATH=str(tmp_path), PIP_USER="1", PIP_TARGET=str(target))
    assert result.stdout.startswith("greeting 1.0"), result.stderr
    assert not target.exists()


def test_a_module_in_the_current_directory_is_not_taken(ready: Path) -> None:
    home = ready.parent / "home"
    home.mkdir()
    (home / "greeting.py").write_text("VERSION = 'another'\n")
    assert run_on(ready).stdout.startswith("greeting 1.0")


def test_a_symbolic_link_to_the_command_works(ready: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "absolute").symlink_to(ready / "scripts" / "run")
    (tmp_path / "bin" / "relative").symlink_to("absolute")
    result = run_on(ready, command=tmp_path / "bin" / "relative")
    assert result.stdout.startswith("greeting 1.0 run")


def test_a_changed_lock_is_installed(ready: Path) -> None:
    lock = ready / "scripts" / "requirements" / "run.txt"
    lock.write_text(make_wheel(ready / "wheels", "1.1"))
    assert run_on(ready).stdout.startswith("greeting 1.1 run")


def test_a_changed_lock_without_network_loses_nothing(ready: Path) -> None:
    lock = ready / "scripts" / "requirements" / "run.txt"
    old = lock.read_text()
    lock.write_text(make_wheel(ready / "elsewhere", "1.1"))
    assert one_line(run_on(ready, wheels=False)).startswith("the network")
    lock.write_text(old)
    assert run_on(ready, wheels=False).stdout.startswith("greeting 1.0 run")


def test_a_package_that_is_not_the_pinned_one_is_not_installed(ready: Path) -> None:
    lock = ready / "scripts" / "requirements" / "run.txt"
    lock.write_text(re.sub("sha256:.*", "sha256:" + "0" * 64, make_wheel(ready / "wheels", "1.1")))
    assert one_line(run_on(ready)).startswith("a downloaded package is not the pinned one")


def test_another_reason_of_pip_is_passed_on(ready: Path) -> None:
    (ready / "scripts" / "requirements" / "run.txt").write_text("no requirement\n")
    message = one_line(run_on(ready))
    assert message.startswith("the packages were not installed: ")
    assert "no requirement" in message
    assert message.endswith("(HRDEM_VERBOSE=1 shows all that pip says.)")


@pytest.mark.parametrize("broken", ["run.stamp", "bin/python"])
def test_a_set_up_that_was_cut_off_is_removed(
    ready: Path, bootstrap: ModuleType, broken: str
) -> None:
    venv = ready / ".venv"
    assert bootstrap.usable(venv, venv / "bin" / "python")
    (venv / broken).unlink()
    assert not bootstrap.usable(venv, venv / "bin" / "python")
    assert not venv.exists()


def test_a_foreign_environment_is_left_alone(checkout: Path, ready_checkout: Path) -> None:
    theirs = checkout / ".venv" / "theirs"
    theirs.parent.mkdir()
    theirs.write_text("precious")
    assert one_line(run_on(checkout)) == (
        f"{checkout}/.venv was not made by this script, so it is left alone. "
        "Move it away, or set HRDEM_VENV to another folder, and try again."
    )
    assert theirs.read_text() == "precious"
    result = run_on(checkout, HRDEM_VENV=str(ready_checkout / ".venv"))
    assert result.stdout.startswith("greeting 1.0 run")


def test_where_nothing_can_be_written(checkout: Path) -> None:
    (checkout / "file").touch()
    message = one_line(run_on(checkout, HRDEM_VENV=str(checkout / "file" / "venv")))
    assert message.startswith("the environment could not be written: Not a directory")
    assert message.endswith("set HRDEM_VENV to a folder that can be written, and try again.")


# ---------------------------------------------------------------------------------------------
# Which Python is taken


@pytest.fixture
def no_python(tmp_path: Path) -> Path:
    """A folder for PATH that has what the shell scripts need, and no Python."""
    folder = tmp_path / "path"
    folder.mkdir()
    for name in ("sh", "dirname", "readlink"):
        tool = shutil.which(name)
        assert tool
        (folder / name).symlink_to(tool)
    return folder


def fake_python(path: Path, before: str) -> None:
    """Make a command that runs `-c` code as a Python does on which `before` was run first."""
    path.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -c "import sys\n{before}\nexec(sys.argv[1])" "$2"\n'
    )
    path.chmod(0o755)


def test_python_too_old(checkout: Path, no_python: Path) -> None:
    fake_python(no_python / "python3", "sys.version_info = (3, 9, 18)")
    assert one_line(run_on(checkout, PATH=str(no_python))) == (
        "Python 3.11 or newer is needed, but the newest one found is 3.9; "
        "install a newer Python and try again."
    )
    assert not (checkout / ".venv").exists()


def test_no_python(checkout: Path, no_python: Path) -> None:
    assert one_line(run_on(checkout, PATH=str(no_python))) == (
        "Python 3.11 or newer is needed, but none was found; "
        "install it, make sure that python3 is on PATH, and try again."
    )


def test_python_without_venv(checkout: Path, no_python: Path) -> None:
    fake_python(no_python / "python3.12", "sys.modules['ensurepip'] = None")
    assert one_line(run_on(checkout, PATH=str(no_python))) == (
        "python3.12 cannot make virtual environments; install its venv module "
        "(on Debian and Ubuntu: apt install python3-venv) and try again."
    )


def test_a_shim_without_its_version_is_passed_over(ready: Path, no_python: Path) -> None:
    shim = no_python / "python3.13"
    shim.write_text("#!/bin/sh\necho 'no such version' >&2\nexit 127\n")
    shim.chmod(0o755)
    (no_python / "python3.11").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (no_python / "python3.11").chmod(0o755)
    result = run_on(ready, PATH=str(no_python))
    assert result.stdout.startswith("greeting 1.0 run"), result.stderr
    assert "no such version" not in result.stderr


def test_a_layer_that_few_need_is_left_out_where_it_cannot_be_installed(
    ready: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    bootstrap = load_bootstrap(ready)
    lock = ready / "scripts" / "requirements" / "engines.txt"
    lock.write_text(f"nowhere==1.0 --hash=sha256:{'0' * 64}\n")
    for name, value in NO_NETWORK.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("HRDEM_REQUIRE_ALL", raising=False)
    monkeypatch.delenv("HRDEM_VENV", raising=False)
    assert bootstrap.environment(["run"], ["engines"]) == str(ready / ".venv" / "bin" / "python")
    last = capfd.readouterr().err.splitlines()[-1]
    assert "HRDem: the tests that need requirements/engines.txt will be skipped: the n" in last
    monkeypatch.setenv("HRDEM_REQUIRE_ALL", "1")
    with pytest.raises(bootstrap.SetupError, match="could not be reached"):
        bootstrap.environment(["run"], ["engines"])


# ---------------------------------------------------------------------------------------------
# scripts/test


@pytest.fixture
def bootstrap(root: Path) -> ModuleType:
    """The module that scripts/test runs, loaded as one."""
    return load_bootstrap(root)


def load_bootstrap(checkout: Path) -> ModuleType:
    path = checkout / "scripts" / "lib" / "bootstrap.py"
    spec = importlib.util.spec_from_file_location("bootstrap", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def small_project(tmp_path: Path, bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one module and one test, which bootstrap takes for the checkout."""
    (tmp_path / "pyproject.toml").write_text("[tool.mypy]\nstrict = true\nfiles = ['one.py']\n")
    (tmp_path / "one.py").write_text("def one() -> int:\n    return 1\n")
    (tmp_path / "test_one.py").write_text("def test_one() -> None:\n    assert 1 + 1 == 2\n")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_all_steps_pass(
    small_project: Path, bootstrap: ModuleType, capfd: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap.run_tests(sys.executable, ["-n0", "-p", "no:cacheprovider"]) == 0
    assert "1 passed" in capfd.readouterr().out.splitlines()[-1]


def test_every_step_runs_and_what_failed_is_named(
    small_project: Path, bootstrap: ModuleType, capfd: pytest.CaptureFixture[str]
) -> None:
    (small_project / "lint.py").write_text("import os\n")
    (small_project / "format.py").write_text("one = 'two'\n")
    (small_project / "one.py").write_text('def one() -> int:\n    return "1"\n')
    (small_project / "test_one.py").write_text("def test_one() -> None:\n    assert 1 + 1 == 3\n")
    assert bootstrap.run_tests(sys.executable, ["-n0", "-p", "no:cacheprovider"]) == 1
    last = capfd.readouterr().err.splitlines()[-1]
    assert last == "HRDem: failed: ruff check, ruff format, mypy, pytest"


def test_a_skipped_test_fails_when_all_are_required(small_project: Path, root: Path) -> None:
    modules = ("browser.py", "can_run.py", "real_stores.py", "replicas.py")
    for name in (*modules, "real_stores.pom.xml"):
        shutil.copy(root / "tests" / name, small_project)
    (small_project / "conftest.py").write_text('pytest_plugins = ["can_run"]\n')
    (small_project / "test_one.py").write_text(
        "import pytest\n\ndef test_one():\n    pytest.skip('no such tool')\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-rsE", "-p", "no:cacheprovider"]

    def pytest_run(**variables: str) -> subprocess.CompletedProcess[str]:
        environment = {k: v for k, v in os.environ.items() if k != "HRDEM_REQUIRE_ALL"}
        return subprocess.run(
            command, env=environment | variables, capture_output=True, text=True, check=False
        )

    lenient = pytest_run()
    assert lenient.returncode == 0
    assert "SKIPPED [1] test_one.py:4: no such tool" in lenient.stdout
    strict = pytest_run(HRDEM_REQUIRE_ALL="1")
    assert strict.returncode == 1
    assert "HRDEM_REQUIRE_ALL is set, but this was not run. Skipped: no such tool" in strict.stdout


# ---------------------------------------------------------------------------------------------
# The locks


def pins(path: Path) -> dict[str, str]:
    """Name and version of each package in a lock file."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)", path.read_text(), re.MULTILINE))


@pytest.mark.parametrize("lock", ["run", "test", "mcp", "engines", "owl"])
def test_every_pin_has_a_hash_and_no_lock_names_a_place(root: Path, lock: str) -> None:
    text = (root / "scripts" / "requirements" / f"{lock}.txt").read_text()
    body = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    lines = body.splitlines()
    assert lines
    for line in lines:
        assert re.fullmatch(r"[\w.-]+==\S+( +--hash=sha256:[0-9a-f]{64})+", line), line
    assert "://" not in text
    assert "--index" not in text
    assert "/" not in body


def test_what_runs_is_what_is_tested(root: Path) -> None:
    requirements = root / "scripts" / "requirements"
    assert pins(requirements / "run.txt").items() <= pins(requirements / "test.txt").items()
    # The engines change no version of what they share with the rest.
    tested, engines = pins(requirements / "test.txt"), pins(requirements / "engines.txt")
    assert {name for name in engines if name not in tested} == {"pyshacl-turbo", "pyshifty"}
    assert {name: tested.get(name, pin) for name, pin in engines.items()} == engines
    # Nor does the SDK of the optional extra.
    sdk = pins(requirements / "mcp.txt")
    assert {name: tested.get(name, pin) for name, pin in sdk.items()} == sdk


def test_the_lock_keeps_what_the_package_asks_for(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"]
    asked = sorted([*project["project"]["dependencies"], *extras["serve"]])
    locked_in = (root / "scripts" / "requirements" / "run.in").read_text().splitlines()
    assert sorted(line for line in locked_in if not line.startswith("#")) == asked
    locked = pins(root / "scripts" / "requirements" / "test.txt")
    for line in asked + project["build-system"]["requires"]:
        requirement = Requirement(line)
        assert locked[requirement.name.lower()] in requirement.specifier


def test_the_extra_is_what_is_locked_and_named(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())
    assert project["project"]["optional-dependencies"]["serve"] == list(server.PACKAGES)
    (asked,) = project["project"]["optional-dependencies"]["mcp"]
    locked_in = (root / "scripts" / "requirements" / "mcp.in").read_text().splitlines()
    assert [line for line in locked_in if not line.startswith("#")] == [asked] == [mcp_server.SDK]
    assert (
        pins(root / "scripts" / "requirements" / "mcp.txt")["mcp"] in Requirement(asked).specifier
    )


# ---------------------------------------------------------------------------------------------
# The real thing


@pytest.mark.network
def test_a_fresh_clone_runs_twice_the_second_time_without_network(
    root: Path, tmp_path: Path
) -> None:
    if not (root / ".git").exists():
        pytest.skip("this is not a clone: there is no .git to clone from")
    clone = tmp_path / "a clone"
    subprocess.run(["git", "clone", "--quiet", root, clone], check=True)
    empty = tmp_path / "empty"
    empty.mkdir()
    command = ["env", "-i", f"HOME={empty}", str(clone / "scripts" / "run")]
    runs = [
        subprocess.run(words, cwd=empty, capture_output=True, text=True, check=False)
        for words in (command, [*command[:2], "PIP_NO_INDEX=1", *command[2:]])
    ]
    assert [done.returncode for done in runs] == [0, 0], runs[0].stderr + runs[1].stderr
    assert runs[1].stderr == ""
    assert (clone / "build" / "manifest.json").is_file()
    status = subprocess.run(
        ["git", "-C", clone, "status", "--porcelain"], capture_output=True, text=True, check=True
    )
    assert status.stdout == ""
