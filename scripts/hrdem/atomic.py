"""Replaces a folder or a file whole or not at all.

The new folder is made beside the old one and takes its place in one step when it is complete and on
the disk. Whatever happens before that, an error, a full disk, a killed process, a power cut, leaves
the old folder as it was; what an interrupted run left behind is removed by the next one.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hrdem.errors import HrdemError, count

LOCK_SECONDS = 60.0
"""How long to wait for another process that is replacing the same folder."""


@contextmanager
def replacing(folder: Path, marker: str, *, lasting: bool = True) -> Iterator[Path]:
    """Yield an empty folder that takes the place of `folder` when the ``with`` block is done.

    If the block raises, the new folder is removed and `folder` stays as it was.

    Args:
        folder: the folder to replace or to make; folders above it are made as needed.
        marker: name of a file that only folders made like this have. An existing folder without it
            is somebody's own, and is not touched unless it is empty.

    Raises:
        HrdemError: if `folder` is not one of ours, if another process keeps replacing it, or for
            every :class:`OSError`, including those that the block raises.
    """
    target = folder.resolve()  # so that the place a link leads to is replaced, and not the link
    try:
        if any(above.is_file() for above in target.parents):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        target.parent.mkdir(parents=True, exist_ok=True)
        with _locked(target):
            _clean_up(target)
            _refuse_foreign(target, marker)
            new = _sibling(target, "new")
            try:
                new.mkdir()
                yield new
                if lasting:
                    _sync(new)
                _put_in_place(new, target)
            finally:
                shutil.rmtree(new, ignore_errors=True)
    except OSError as error:
        raise _explained(error, folder) from error


def write_file(path: Path, text: str) -> None:
    """Put `text` into a file as UTF-8; whatever happens, the file is the old one or the new one.

    Raises:
        HrdemError: for every :class:`OSError`.
    """
    part = path.with_name(f".{path.name}.new-{secrets.token_hex(4)}")
    try:
        part.write_bytes(text.encode("utf-8"))
        _sync_one(part)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise HrdemError(
            f"The file cannot be written: {error.strerror}. Name a file in a folder that you may"
            " write to, with room on its disk.",
            path=path,
        ) from error


def _sibling(target: Path, role: str) -> Path:
    return target.with_name(f".{target.name}.{role}-{secrets.token_hex(4)}")


def _siblings(target: Path, role: str) -> list[Path]:
    return sorted(target.parent.glob(f".{target.name}.{role}-" + "[0-9a-f]" * 8))


def _clean_up(target: Path) -> None:
    """Undo what a process that was killed left behind; the lock says that none is running."""
    for old in _siblings(target, "old"):
        if not target.exists():
            old.rename(target)
    for leftover in _siblings(target, "old") + _siblings(target, "new"):
        shutil.rmtree(leftover, ignore_errors=True)


def _refuse_foreign(target: Path, marker: str) -> None:
    if not target.exists() or (target / marker).is_file():
        return
    if not target.is_dir() or any(target.iterdir()):
        raise HrdemError(
            f"This is not a folder that this command made before (it has no {marker}), and writing"
            " would replace everything in it. Move it away, or write into another folder.",
            path=target,
        )


@contextmanager
def _locked(target: Path) -> Iterator[None]:
    """Keep other processes from replacing a folder beside `target` meanwhile.

    The lock is on the folder above, so no lock file remains, and ends with the process. Where the
    system has no such locks (Windows) nothing is locked.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(target.parent, os.O_RDONLY)
    try:
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise HrdemError(
                        f"Another process has been writing here for more than"
                        f" {count(LOCK_SECONDS, 'second')}."
                        " Wait until it is done, or end it, and try again.",
                        path=target,
                    ) from None
                time.sleep(0.05)
        yield
    finally:
        os.close(handle)


def _sync(folder: Path) -> None:
    """Have the system write everything in a folder to the disk."""
    for path in (*folder.rglob("*"), folder):
        _sync_one(path)


def _sync_one(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return  # Windows opens no folders
    handle = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _put_in_place(new: Path, target: Path) -> None:
    """Give `new` the name `target`; a folder that had it is afterwards called `new`, or gone."""
    if not target.exists():
        new.rename(target)
    elif not _exchange(new, target):
        old = _sibling(target, "old")
        target.rename(old)
        try:
            new.rename(target)
        except OSError:
            old.rename(target)
            raise
        shutil.rmtree(old, ignore_errors=True)
    _sync_one(target.parent)


def _exchange(first: Path, second: Path) -> bool:
    """Exchange the names of two folders in one step; return False where that cannot be done.

    Linux can (renameat2 with RENAME_EXCHANGE, on most file systems), and then there is no moment
    without a folder of either name.
    """
    if sys.platform != "linux":
        return False
    import ctypes

    try:
        renameat2 = ctypes.CDLL(None).renameat2
    except (OSError, AttributeError):  # an old C library
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    names = os.fsencode(first), os.fsencode(second)
    return bool(renameat2(here, names[0], here, names[1], exchange) == 0)


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


def _explained(error: OSError, folder: Path) -> HrdemError:
    """Return the sentence for an error of the system while a folder was being replaced."""
    code = _code(error)
    reason = str(error) if code is None else os.strerror(code)
    kept = "What was there before is unchanged."
    if code in _FULL:
        message = (
            f"The folder does not fit on the disk ({reason}). {kept} Free some space, or write into"
            " a folder on another disk, and try again."
        )
    elif code in _FORBIDDEN:
        message = (
            f"The folder cannot be written here ({reason}). {kept} Make the folder above it"
            " writable, or write into another folder."
        )
    else:
        message = (
            f"The folder could not be written ({reason}). {kept} Put that right, or write into"
            " another folder, and try again."
        )
    return HrdemError(message, path=folder)


def _code(error: OSError) -> int | None:
    """Return the number of an error; the database tells its errors only in words."""
    if error.errno is not None:
        return error.errno
    return next((c for c in (*_FULL, *_FORBIDDEN) if os.strerror(c) in str(error)), None)
