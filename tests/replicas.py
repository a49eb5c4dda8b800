"""nginx before several stores, with the configuration that DEPLOYING.md shows.

nginx is the one of the system, or comes as a Debian package that is unpacked, not installed. It
runs without root, on a free loopback port, and is stopped after.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit

from real_stores import CACHE, ROOT, CannotStartError, RealStore, free_port, locked, unpack

PAGE = ROOT / "DEPLOYING.md"
START_SECONDS = 30
"""How long nginx may take to answer its first request; only a broken one takes that long."""

WORKERS = 2

# What the system's own configuration says around files in conf.d, for someone who is not root.
_AROUND = """\
daemon off;
worker_processes {workers};
pid {folder}/nginx.pid;
error_log {folder}/error.log notice;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    log_format tried '$status $request_length $upstream_addr';
    access_log {folder}/access.log tried;
    include {folder}/conf.d/*.conf;
}}
"""


def block(name: str) -> str:
    """Return the file `name` as DEPLOYING.md shows it."""
    text = PAGE.read_text("utf-8")
    found = re.search(rf"<!-- file: {re.escape(name)} -->\n```\w+\n(.*?)```\n", text, re.DOTALL)
    assert found is not None, name
    return found[1]


@dataclass
class Proxy:
    """nginx as it runs.

    Attributes:
        query: the address that readers ask.
        folder: where its configuration and its logs are.
        replicas: the stores behind it.
    """

    query: str
    folder: Path
    replicas: Sequence[RealStore]
    process: subprocess.Popen[bytes]

    def let_through_to(self, *replicas: RealStore) -> None:
        """Send readers to these replicas only, as the page says: name them, reload, and wait.

        Until the workers from before have ended, readers may still be sent elsewhere.
        """
        _name(self.folder, replicas)
        ended = self._ended()
        os.kill(self.process.pid, signal.SIGHUP)
        deadline = time.monotonic() + START_SECONDS
        while self._ended() < ended + WORKERS:
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.02)

    def _ended(self) -> int:
        """Return how many workers have ended, as the log says."""
        return len(re.findall(r"worker process \d+ exited with code 0", self.log()))

    def log(self) -> str:
        return (self.folder / "error.log").read_text("utf-8", "replace")

    def tried(self) -> list[str]:
        """Return status, and the addresses of the replicas that were tried, of each request."""
        return (self.folder / "access.log").read_text("utf-8").splitlines()


@contextmanager
def proxied(folder: Path, replicas: Sequence[RealStore]) -> Iterator[Proxy]:
    """Run nginx before some stores of one kind, and stop it at the end.

    Raises:
        CannotStartError: if it cannot be fetched or does not start, with what it said.
    """
    (folder / "conf.d").mkdir(parents=True)
    (folder / "nginx.conf").write_text(_AROUND.format(folder=folder, workers=WORKERS), "utf-8")
    port = free_port()
    path = urlsplit(replicas[0].query).path
    site = (
        block("hrdem.conf")
        .replace("/etc/nginx/", f"{folder}/")
        .replace("127.0.0.1:8080", f"127.0.0.1:{port}")
        .replace("/query", path)
    )
    (folder / "conf.d" / "hrdem.conf").write_text(site, "utf-8")
    _name(folder, replicas)
    process = subprocess.Popen(
        [
            str(_program()),
            *("-p", str(folder), "-c", f"{folder}/nginx.conf", "-e", f"{folder}/error.log"),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    proxy = Proxy(f"http://127.0.0.1:{port}{path}", folder, replicas, process)
    try:
        _wait(proxy)
        yield proxy
    finally:
        process.terminate()
        process.wait(timeout=20)


def _name(folder: Path, replicas: Sequence[RealStore]) -> None:
    """Write the list of replicas, in the form of the page, with the addresses of these."""
    lines = block("hrdem-replicas.conf").splitlines()
    assert lines
    new = [
        re.sub(r"\d+\.\d+\.\d+\.\d+:\d+", urlsplit(store.query).netloc, lines[0])
        for store in replicas
    ]
    draft = folder / "hrdem-replicas.new"
    draft.write_text("".join(f"{line}\n" for line in new), "utf-8")
    draft.replace(folder / "hrdem-replicas.conf")


def _wait(proxy: Proxy) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if proxy.process.poll() is not None:
            raise CannotStartError(f"nginx ended while it started:\n{proxy.log()}")
        try:
            with urllib.request.urlopen(f"{proxy.query}?query=ASK%7B%7D", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise CannotStartError(f"nginx did not answer within {START_SECONDS} seconds:\n{proxy.log()}")


# --- fetching -------------------------------------------------------------------------------------


def is_here() -> bool:
    """Return whether nginx can be started without fetching anything."""
    return shutil.which("nginx") is not None or _place().is_dir()


def can_be_fetched() -> bool:
    """Return whether the tools that fetch nginx are here."""
    return bool(shutil.which("apt-get") and shutil.which("dpkg"))


def _place() -> Path:
    return CACHE / "nginx"


def _program() -> Path:
    found = shutil.which("nginx")
    if found:
        return Path(found)
    CACHE.mkdir(parents=True, exist_ok=True)
    with locked(CACHE):
        if not _place().is_dir():
            new = CACHE / "nginx.part"
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir()
            unpack(new, "nginx")
            new.rename(_place())
    return _place() / "usr" / "sbin" / "nginx"
