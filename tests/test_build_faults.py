"""A build that goes wrong: what the person is told, and that what was there before is still there.

Each test builds a small project, breaks or interrupts the next build, and compares every file of
``build/`` with what it was.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from conftest import ROOT, Mini
from hrdem import atomic
from hrdem import build as module
from hrdem.build import MANIFEST, build
from hrdem.errors import HrdemError

POSIX = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals, users and limits")


@pytest.fixture
def before(mini: Mini) -> dict[str, str]:
    """Build once, change the sources, and return what a failed build must leave untouched."""
    build(mini.project)
    mini.edit("data/instruments.ttl", '"Plan"@en', '"Another plan"@en')
    return mini.snapshot()


def start(mini: Mini, patch: str = "") -> subprocess.Popen[str]:
    """Start a build in another process; `patch` is Python that runs first, after the imports."""
    program = f"""
import os, pathlib, resource, signal, sys, time
from hrdem import atomic, serialise
from hrdem import build as module
from hrdem.errors import HrdemError
from hrdem.project import Project
# A shell that runs the tests in the background has its children ignore this.
signal.signal(signal.SIGINT, signal.default_int_handler)
{textwrap.dedent(patch)}
try:
    module.build(Project.at(pathlib.Path(sys.argv[1])))
except HrdemError as error:
    sys.exit(str(error))
"""
    return subprocess.Popen(
        [sys.executable, "-c", program, str(mini.root)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "scripts")},
        cwd=mini.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def is_whole(folder: Path) -> bool:
    """Whether a folder has a manifest and every file is as the manifest says."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return all(
        hashlib.sha256((folder / name).read_bytes()).hexdigest() == stated["sha256"]
        for name, stated in manifest["files"].items()
    )


# --- the sources are wrong ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "data/instruments.ttl",
            '"Another plan"@en .',
            '"Another plan" .. ',
            "data/instruments.ttl:6:69: This is not valid Turtle: ",
        ),
        (
            "data/texts/note.txt",
            "It is long.",
            "It is short.",
            "data/texts/note.txt: This text is not the one that was read: its SHA-256 is ",
        ),
        (
            "ontology/rules/10-labels.rq",
            "CONSTRUCT {",
            "CONSTRUCT",
            "ontology/rules/10-labels.rq:3:16: The query is not valid SPARQL: ",
        ),
        (
            "queries/plans/approved.rq",
            "#+ tags:",
            "#+ tag:",
            "queries/plans/approved.rq:3: ",
        ),
    ],
)
def test_wrong_sources_leave_the_old_build(
    mini: Mini, before: dict[str, str], file: str, old: str, new: str, message: str
) -> None:
    mini.edit(file, old, new)

    assert mini.error(build).startswith(message)
    assert mini.snapshot() == before
    assert mini.leftovers() == []


# --- the disk is full ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["hrdem.ttl", "hrdem.rdf", "queries.json", "store", MANIFEST])
def test_a_disk_that_fills_up_leaves_the_old_build(
    mini: Mini, before: dict[str, str], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def until_full(write: Callable[..., object]) -> Callable[..., object]:
        def written(path: Path, *rest: object) -> object:
            if path.name == name:
                path.write_bytes(b"half of it")
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
            return write(path, *rest)

        return written

    for function in ("_write", "_write_store"):
        monkeypatch.setattr(module, function, until_full(getattr(module, function)))

    assert mini.error(build) == (
        "build: The folder does not fit on the disk (No space left on device). What was there"
        " before is unchanged. Free some space, or write into a folder on another disk, and try"
        " again."
    )
    assert mini.snapshot() == before
    assert mini.leftovers() == []


@POSIX
def test_files_that_may_not_grow_leave_the_old_build(mini: Mini, before: dict[str, str]) -> None:
    process = start(
        mini, "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))"
    )

    _, said = process.communicate(timeout=60)

    assert said == (
        "build: The folder does not fit on the disk (File too large). What was there before is"
        " unchanged. Free some space, or write into a folder on another disk, and try again.\n"
    )
    assert process.returncode == 1
    assert mini.snapshot() == before
    assert mini.leftovers() == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device /dev/full")
@pytest.mark.parametrize("name", ["hrdem.ttl", "hrdem.nq", MANIFEST])
def test_a_full_device_leaves_the_old_build(
    mini: Mini, before: dict[str, str], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.open

    def opened(self: Path, mode: str = "r", **named: Any) -> Any:
        if self.name == name and mode == "xb":
            return real(Path("/dev/full"), "wb")
        return real(self, mode, **named)

    monkeypatch.setattr(Path, "open", opened)

    assert mini.error(build) == (
        "build: The folder does not fit on the disk (No space left on device). What was there"
        " before is unchanged. Free some space, or write into a folder on another disk, and try"
        " again."
    )
    assert mini.snapshot() == before
    assert mini.leftovers() == []


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """Mount a file system of this size on a new folder."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def may_mount() -> bool:
    """Whether this process may mount file systems: few may, mostly root in a container."""
    if os.name == "nt" or os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as name:
        try:
            with small_disk(Path(name) / "disk", kilobytes=16):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False


# Where nobody may mount, the three tests above stand in: an error made by hand, a limit on the size
# of files, and the device that is always full.
if may_mount():

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
    def test_a_disk_that_is_really_full_leaves_the_old_build(
        mini: Mini, tmp_path: Path, share: float
    ) -> None:
        build(mini.project)
        files = [path for path in mini.project.build.rglob("*") if path.is_file()]
        pages = sum(-(-path.stat().st_size // 4096) for path in files)
        with small_disk(tmp_path / "disk", kilobytes=4 * int(pages * (1 + share))) as disk:
            out = disk / "build"
            shutil.copytree(mini.project.build, out)
            before = mini.snapshot(out)

            said = mini.error(lambda project: build(project, out))

            assert said == (
                f"{out}: The folder does not fit on the disk (No space left on device). What was"
                " there before is unchanged. Free some space, or write into a folder on another"
                " disk, and try again."
            )
            assert mini.snapshot(out) == before
            assert is_whole(out)
            assert [path.name for path in disk.iterdir()] == ["build"]


# --- the folder cannot be written ---------------------------------------------------------------


@contextmanager
def nobody() -> Iterator[None]:
    """Go on as a user who is not root, if we are root, whom permissions do not stop."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@POSIX
def test_a_folder_that_may_not_be_written_keeps_the_old_build() -> None:
    # Not below tmp_path, whose folders other users may not even enter.
    with tempfile.TemporaryDirectory() as name:
        mini = Mini(Path(name) / "mini")
        build(mini.project)
        before = mini.snapshot()
        Path(name).chmod(0o755)
        mini.root.chmod(0o555)
        try:
            with nobody():
                said = mini.error(build)
        finally:
            mini.root.chmod(0o755)

        assert said == (
            f"{mini.project.build}: The folder cannot be written here (Permission denied). What was"
            " there before is unchanged. Make the folder above it writable, or write into another"
            " folder."
        )
        assert mini.snapshot() == before
        assert mini.leftovers() == []


def test_a_folder_below_a_file(mini: Mini) -> None:
    assert mini.error(lambda project: build(project, mini.root / "pyproject.toml" / "build")) == (
        "pyproject.toml/build: The folder could not be written (Not a directory). What was there"
        " before is unchanged. Put that right, or write into another folder, and try again."
    )


def test_a_folder_of_somebody_else_is_not_replaced(mini: Mini) -> None:
    note = mini.write("thesis/chapter.txt", "years of work")

    assert mini.error(lambda project: build(project, mini.root / "thesis")) == (
        "thesis: This is not a folder that this command made before (it has no manifest.json), and"
        " writing would replace everything in it. Move it away, or write into another folder."
    )
    assert note.read_text(encoding="utf-8") == "years of work"


def test_a_file_where_the_folder_should_be_is_not_replaced(mini: Mini) -> None:
    mini.write("build", "a file")

    assert mini.error(build).startswith("build: This is not a folder that this command made before")
    assert (mini.root / "build").read_text(encoding="utf-8") == "a file"


def test_an_empty_folder_may_be_replaced(mini: Mini) -> None:
    mini.project.build.mkdir()

    build(mini.project)

    assert is_whole(mini.project.build)


# --- the build is interrupted -------------------------------------------------------------------


@POSIX
def test_a_killed_build_leaves_the_old_one_and_the_next_one_cleans_up(
    mini: Mini, before: dict[str, str]
) -> None:
    process = start(
        mini,
        """
        def halt(triples, file):
            print("half done", flush=True)
            time.sleep(60)
        serialise.rdf_xml = halt
        """,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "half done\n"
    process.kill()
    process.communicate()

    assert mini.snapshot() == before
    (leftover,) = mini.leftovers()
    assert (mini.root / leftover).is_dir()

    build(mini.project)

    assert mini.leftovers() == []
    assert mini.snapshot() != before
    assert is_whole(mini.project.build)


@POSIX
def test_an_interrupt_from_the_keyboard_leaves_the_old_build_and_nothing_else(
    mini: Mini, before: dict[str, str]
) -> None:
    process = start(
        mini,
        """
        def halt(triples, file):
            print("half done", flush=True)
            time.sleep(60)
        serialise.rdf_xml = halt
        """,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "half done\n"
    process.send_signal(signal.SIGINT)
    process.communicate()

    assert process.returncode != 0
    assert mini.snapshot() == before
    assert mini.leftovers() == []


@POSIX
def test_whenever_a_build_is_killed_there_is_a_whole_one(
    mini: Mini, before: dict[str, str]
) -> None:
    generator = random.Random(2020)
    kept = before["hrdem.nt"]
    for attempt in range(8):
        mini.write(
            "data/places.ttl", f'<https://w3id.org/hrdem/place/a> <http://e/n> "{attempt}" .\n'
        )
        process = start(mini, 'print("go", flush=True)')
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(generator.uniform(0, 0.12))
        process.kill()
        process.communicate()

        now = mini.snapshot()["hrdem.nt"]
        assert is_whole(mini.project.build)
        text = (mini.project.build / "hrdem.nt").read_text(encoding="utf-8")
        assert now == kept or f'"{attempt}"' in text
        kept = now

    build(mini.project)
    assert mini.leftovers() == []


def test_a_failure_while_the_new_build_takes_its_place_puts_the_old_one_back(
    mini: Mini, before: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if ".new-" in self.name:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return rename(self, target)

    monkeypatch.setattr(atomic, "_exchange", lambda *_: False)  # as on systems that cannot
    monkeypatch.setattr(Path, "rename", refuse)

    assert mini.error(build) == (
        "build: The folder could not be written (Input/output error). What was there before is"
        " unchanged. Put that right, or write into another folder, and try again."
    )
    assert mini.snapshot() == before
    assert mini.leftovers() == []


@POSIX
def test_a_build_killed_between_two_renames_is_put_back_by_the_next(
    mini: Mini, before: dict[str, str]
) -> None:
    process = start(
        mini,
        """
        def die(self, target):
            rename(self, target)
            if ".old-" in target.name:
                os.kill(os.getpid(), signal.SIGKILL)
        rename = pathlib.Path.rename
        pathlib.Path.rename = die
        atomic._exchange = lambda *_: False  # as on systems that cannot
        """,
    )
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert not mini.project.build.exists()

    with pytest.raises(HrdemError), atomic.replacing(mini.project.build, MANIFEST):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # even if this one fails too

    assert mini.snapshot() == before
    assert mini.leftovers() == []


def test_without_an_exchange_in_one_step_the_build_is_replaced_all_the_same(
    mini: Mini, before: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic, "_exchange", lambda *_: False)

    build(mini.project)

    assert mini.snapshot() != before
    assert is_whole(mini.project.build)
    assert mini.leftovers() == []


@pytest.mark.skipif(sys.platform != "linux", reason="renameat2 is a system call of Linux")
def test_on_linux_the_two_builds_are_exchanged_in_one_step(mini: Mini) -> None:
    first = mini.write("first/name", "first").parent
    second = mini.write("second/name", "second").parent

    if not atomic._exchange(first, second):
        pytest.skip("the file system of the temporary folder cannot exchange names")

    assert (first / "name").read_text(encoding="utf-8") == "second"
    assert (second / "name").read_text(encoding="utf-8") == "first"


# --- two builds at a time -----------------------------------------------------------------------


@POSIX
def test_two_builds_at_a_time_wait_for_each_other(mini: Mini) -> None:
    both = [start(mini), start(mini)]

    said = [process.communicate(timeout=60) for process in both]

    assert said == [("", ""), ("", "")]
    assert [process.returncode for process in both] == [0, 0]
    assert is_whole(mini.project.build)
    assert mini.leftovers() == []


@POSIX
def test_a_build_that_hangs_is_not_waited_for_forever(
    mini: Mini, before: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    monkeypatch.setattr(atomic, "LOCK_SECONDS", 0.1)
    handle = os.open(mini.root, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        said = mini.error(build)
    finally:
        os.close(handle)

    assert said == (
        "build: Another process has been writing here for more than 0.1 seconds. Wait until it is"
        " done, or end it, and try again."
    )
    assert mini.snapshot() == before


def test_who_reads_the_old_store_is_not_disturbed(mini: Mini) -> None:
    build(mini.project)
    store = ox.Store.read_only(str(mini.project.build / "store"))
    count = len(store)

    build(mini.project)

    assert len(list(store.quads_for_pattern(None, None, None, None))) == count
