"""Make the project's environment and run one of its commands in it.

Started by ``scripts/lib/start`` with the name of the command and its arguments, on any Python from
3.11 on. Uses the standard library alone, since nothing else is there on a fresh machine.

The environment is ``.venv`` in the checkout (or the folder that ``HRDEM_VENV`` names). It is made
of *layers*, each a lock file under ``scripts/requirements``. A layer that is complete has a stamp
with the hash of its lock, so that a second run installs nothing and needs no network.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"
REQUIREMENTS = SCRIPTS / "requirements"
#: Says that an environment is ours, and so may be removed when it is found broken.
MARK = "made-by-hrdem"
#: Settings with which pip would install elsewhere than into the environment,
#: and settings with which Python would find other modules than those of the environment.
ASTRAY = {
    *("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON", "PIP_DRY_RUN", "PIP_REQUIREMENT"),
    *("PYTHONPATH", "PYTHONHOME", "PYTHONPLATLIBDIR", "PYTHONSTARTUP", "VIRTUAL_ENV"),
}


class SetupError(Exception):
    """Something the user has to know about, in one line."""


def main(arguments: Sequence[str]) -> int:
    """Set up what the command needs and run it; returns its exit code."""
    command, *rest = arguments
    layers = {
        "run": ["run"],
        "bench": ["run"],
        "test": ["test", "mcp", *(["owl"] if java_wanted() else [])],
    }[command]
    # There are no wheels of these for every system, and few tests need them.
    optional = ["engines"] if command == "test" else []
    try:
        python = environment(layers, optional)
        if command == "run":
            # Whatever the current directory is, this checkout is meant.
            return call([python, "-P", "-m", "hrdem", "run", *rest], HRDEM_HOME=str(ROOT))
        if command == "bench":
            return call([python, "-P", str(SCRIPTS / "lib" / "bench.py"), *rest])
        return run_tests(python, rest)
    except SetupError as error:
        print(f"HRDem: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("HRDem: stopped; run the command again to go on.", file=sys.stderr)
        return 130


# ---------------------------------------------------------------------------------------------
# The environment


def environment(layers: Sequence[str], optional: Sequence[str] = ()) -> str:
    """Return the path of the environment's Python, with the layers installed.

    A layer of `optional` is left out where it cannot be installed, unless nothing may be skipped.
    Raises SetupError when it cannot be made; an environment begun in vain is removed.
    """
    venv = Path(os.environ.get("HRDEM_VENV") or ROOT / ".venv").absolute()
    python = venv / "bin" / "python"
    with only_one():
        made_now = False
        try:
            if not usable(venv, python):
                make(venv)
                made_now = True
            for layer in layers:
                install(venv, python, layer)
            for layer in optional:
                try:
                    install(venv, python, layer)
                except SetupError as error:
                    if os.environ.get("HRDEM_REQUIRE_ALL"):
                        raise
                    say(f"the tests that need requirements/{layer}.txt will be skipped: {error}")
            link_checkout(venv)
        except BaseException as error:
            if made_now:
                shutil.rmtree(venv, ignore_errors=True)
            if isinstance(error, OSError):
                raise SetupError(
                    f"the environment could not be written: {error.strerror} ({error.filename}). "
                    "Make room or set HRDEM_VENV to a folder that can be written, and try again."
                ) from error
            raise
    return str(python)


@contextmanager
def only_one() -> Iterator[None]:
    """Let one process at a time work on the environment; a second one waits."""
    # The lock is on the folder itself, so that no lock file is left lying about.
    handle = os.open(SCRIPTS, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def usable(venv: Path, python: Path) -> bool:
    """Tell whether a complete environment of ours is there; remove one of ours that is broken."""
    if not venv.exists() and not venv.is_symlink():
        return False
    if not (venv / MARK).is_file():
        raise SetupError(
            f"{venv} was not made by this script, so it is left alone. "
            "Move it away, or set HRDEM_VENV to another folder, and try again."
        )
    # The Python it was made with may be gone or another one by now, and a set-up may have been cut
    # off before its first layer was complete.
    alive = (
        subprocess.run(
            [python, "-I", "-c", "import sys; sys.exit(sys.version_info < (3, 11))"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if python.exists()
        else None
    )
    if alive is not None and alive.returncode == 0 and any(venv.glob("*.stamp")):
        return True
    shutil.rmtree(venv)
    return False


def make(venv: Path) -> None:
    """Make an empty environment with pip in it."""
    say(f"making the environment {venv}")
    venv.mkdir(parents=True)
    (venv / MARK).write_text("This folder is made by scripts/run and scripts/test.\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-m", "venv", str(venv)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env=clean_environment(),
        check=False,
    )
    if done.returncode != 0:
        raise SetupError(
            f"the environment could not be made: {last_line(done.stdout, done.stderr)}"
        )


def install(venv: Path, python: Path, layer: str) -> None:
    """Install a layer's pinned packages, unless its stamp says that they are there."""
    lock = REQUIREMENTS / f"{layer}.txt"
    stamp = venv / f"{layer}.stamp"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest() + "\n"
    there = stamp.read_text("utf-8") if stamp.is_file() else None
    if there == wanted:
        return
    # Whoever cuts off what follows leaves a layer without stamp: unfinished.
    stamp.unlink(missing_ok=True)
    say(f"installing the pinned packages of scripts/requirements/{lock.name}")
    done = subprocess.run(
        [
            *(python, "-I", "-m", "pip", "--disable-pip-version-check", "--no-input"),
            *("install", "--require-hashes", "--no-deps", "--only-binary", ":all:"),
            *("--retries", "2", "-r", lock),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env=clean_environment(),
        check=False,
    )
    if os.environ.get("HRDEM_VERBOSE"):
        print(done.stdout, done.stderr, sep="", file=sys.stderr)
    if done.returncode != 0:
        # pip changes all packages or none, so what was there before still is.
        if there is not None:
            write_if_changed(stamp, there)
        raise SetupError(why_pip_failed(done.stdout + done.stderr))
    write_if_changed(stamp, wanted)


def why_pip_failed(output: str) -> str:
    """Return in one line why pip failed and what to do about it, from what it printed."""
    if "DO NOT MATCH THE HASHES" in output:
        return (
            "a downloaded package is not the pinned one (its hash differs), so nothing was "
            "installed. Check the package index or mirror that pip is set to, and try again."
        )
    network = (
        r"Retrying \(|NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|Max retries|"
        r"Temporary failure in name resolution|Network is unreachable|SSLError|from versions: none"
    )
    if re.search(network, output):
        return (
            "the network or its package index could not be reached, so the packages were not "
            "installed. Connect (or set pip to a mirror or a folder of wheels) and try again; "
            "afterwards no network is needed."
        )
    return (
        f"the packages were not installed: {last_line(output)} "
        "(HRDEM_VERBOSE=1 shows all that pip says.)"
    )


def last_line(*outputs: str) -> str:
    """Return the last line that says something, without pip's leading 'ERROR:'."""
    lines = [line.strip() for line in "\n".join(outputs).splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")] or lines
    return errors[-1].removeprefix("ERROR:").strip() if errors else "no reason was given."


def link_checkout(venv: Path) -> None:
    """Make the checkout's package importable in the environment, and `hrdem` a command of it.

    A path file instead of an editable installation: that would need a build, and so the network.
    """
    site = next((venv / "lib").glob("python3*/site-packages"))
    write_if_changed(site / "hrdem-checkout.pth", f"{SCRIPTS}\n")
    command = venv / "bin" / "hrdem"
    # A shell script, since the first line of a Python script cannot hold a path with spaces.
    write_if_changed(
        command,
        f'#!/bin/sh\nexec {shlex.quote(str(venv / "bin" / "python"))} -P -m hrdem "$@"\n',
    )
    command.chmod(0o755)


def write_if_changed(path: Path, text: str) -> None:
    """Write a small file, whole, unless it already says the same."""
    if path.is_file() and path.read_text("utf-8") == text:
        return
    partial = path.with_name(path.name + ".part")
    partial.write_text(text, "utf-8")
    partial.replace(path)


def clean_environment() -> dict[str, str]:
    """Return the process environment without what would lead Python or pip astray."""
    kept = {name: value for name, value in os.environ.items() if name not in ASTRAY}
    # Output is UTF-8 whatever the locale says: names and lines of the timeline need it.
    return kept | {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PYTHONUTF8": "1"}


# ---------------------------------------------------------------------------------------------
# The commands


def call(command: Sequence[str], **variables: str) -> int:
    """Run a command of the environment, with extra variables; returns its exit code."""
    return subprocess.run(command, env=clean_environment() | variables, check=False).returncode


def run_tests(python: str, arguments: Sequence[str]) -> int:
    """Lint, check the types and run the tests; all of them, even if an earlier one fails."""
    os.chdir(ROOT)
    if not java_wanted():
        say("no Java was found: the OWL tests will be skipped")
    # A file's tests stay on one worker, so that what they share is made once.
    spread = ["-n", "auto", "--maxprocesses=4", "--dist=loadfile"]
    steps = {
        "ruff check": ["ruff", "check", "--quiet", "."],
        "ruff format": ["ruff", "format", "--check", "--quiet", "."],
        "mypy": ["mypy", "--no-error-summary"],
        "pytest": ["pytest", *spread, *arguments],
    }
    failed = []
    for name, command in steps.items():
        say(name)
        if call([python, "-P", "-m", *command]) != 0:
            failed.append(name)
    if failed:
        print(f"HRDem: failed: {', '.join(failed)}", file=sys.stderr)
        return 1
    return 0


def java_wanted() -> bool:
    """Tell whether the OWL tests can run (Java is there) or must (HRDEM_REQUIRE_ALL is set)."""
    return bool(
        os.environ.get("HRDEM_REQUIRE_ALL") or os.environ.get("JAVA_HOME") or shutil.which("java")
    )


def say(words: str) -> None:
    """Tell the user which step begins; on standard error, since output may be piped."""
    print(f"HRDem: {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
