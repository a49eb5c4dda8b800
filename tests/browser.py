"""Chromium for the tests of the explorer, driven by Playwright, and a server of plain files.

The browser is the one of the system, or comes as Debian packages that are unpacked, not installed,
so that nobody has to be root. What looks at pages for the tests, axe-core and the W3C's checker of
HTML, comes from npm. What was fetched stays in ``.cache`` of the checkout.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from real_stores import ROOT, locked, unpack

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CACHE = ROOT / ".cache" / "browser"
NAMES = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", "fonts-dejavu-core")
TOOLS = ("axe-core@4.14.1", "vnu-jar@26.9.27")
"""What npm fetches."""
SCREENSHOTS = Path(os.environ.get("HRDEM_SCREENSHOTS") or ROOT / "build" / "screenshots")
"""Where the pictures of a run are kept."""
SECONDS = 60
"""How long a page may take; only a broken one takes that long."""


def reason_to_skip() -> str | None:
    """Return why no browser can be started here, or None if nothing is missing."""
    if importlib.util.find_spec("playwright") is None:
        return "playwright is not installed: scripts/test installs it"
    if not shutil.which("npm"):
        return "Node's npm was not found: install Node 20 or newer"
    if _system() or _unpacked().is_file() or (shutil.which("apt-get") and shutil.which("dpkg")):
        return None
    return "Chromium was not found: install it, or apt and dpkg to unpack its packages"


def is_here() -> bool:
    """Return whether all that tests need was fetched before, in whatever version."""
    browser = _system() is not None or _unpacked().is_file()
    return browser and _modules().is_dir() and (ROOT / ".cache" / "web").is_dir()


def _system() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def _tree() -> Path:
    return CACHE / "chromium"


def _unpacked() -> Path:
    return _tree() / "usr" / "lib" / "chromium" / "chromium"


def _modules() -> Path:
    return CACHE / "node" / "node_modules"


def program() -> tuple[str, dict[str, str]]:
    """Return the browser's program and the variables that it needs, after fetching it if need be.

    Raises:
        CannotStartError: if it cannot be fetched.
    """
    found = _system()
    if found and not os.environ.get("HRDEM_UNPACK_BROWSER"):
        return found, {}
    CACHE.mkdir(parents=True, exist_ok=True)
    with locked(CACHE):
        if not _unpacked().is_file():
            new = CACHE / "chromium.part"
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir()
            unpack(new, *_missing())
            new.replace(_tree())
    tree = _tree()
    folders = sorted(tree.glob("**/lib/*-linux-gnu"))
    # Some libraries look for others only where the system would have them.
    libraries = [str(path) for folder in folders for path in (folder, folder / "nss")]
    fonts = tree / "fonts.conf"
    fonts.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{tree}/usr/share/fonts</dir><dir>/usr/share/fonts</dir>"
        f"<cachedir>{tree}/fonts.cache</cachedir></fontconfig>",
        "utf-8",
    )
    return str(_unpacked()), {
        "LD_LIBRARY_PATH": os.pathsep.join(libraries),
        "FONTCONFIG_FILE": str(fonts),
    }


def _missing() -> list[str]:
    """Return the packages of the browser, and those that it needs and that are not installed."""
    command = ["apt-get", "install", "--simulate", "--no-install-recommends", *PACKAGES]
    for _ in range(2):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            break
        # The lists of packages may be missing or old.
        subprocess.run(["apt-get", "update"], capture_output=True, check=False)
    needed = re.findall(r"^Inst (\S+)", done.stdout, re.MULTILINE)
    return list(dict.fromkeys([*PACKAGES, *needed]))


def tool(name: str) -> Path:
    """Return a file of what npm fetches for the tests: its path below ``node_modules``."""
    folder = _modules().parent
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        if not (_modules() / name).exists():
            # Without a lock file: it would name a registry.
            command = ["npm", "install", "--no-package-lock", "--no-fund", "--no-audit", "--silent"]
            subprocess.run([*command, "--prefix", str(folder), *TOOLS], check=True)
    return _modules() / name


# --- serving --------------------------------------------------------------------------------------


class _Files(SimpleHTTPRequestHandler):
    # Not from the system, whose table of types may say anything.
    extensions_map = {  # noqa: RUF012 (so it is in the class above)
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".gz": "application/gzip",
        ".ttl": "text/turtle",
        "": "application/octet-stream",
    }

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve the files of a folder on a free loopback port; yields the address, with a slash."""
    handler = partial(_Files, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


# --- visiting -------------------------------------------------------------------------------------


@contextmanager
def started() -> Generator[Browser, None, None]:
    """Start the browser, and end it after."""
    from playwright.sync_api import sync_playwright

    path, variables = program()
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=path, env={**os.environ, **variables}, args=["--disable-gpu"]
        )
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """A person at a browser, and what the browser says.

    Attributes:
        page: the page.
        said: errors and warnings of the console, and errors of scripts.
        asked: the addresses that were asked for.
    """

    page: Page
    context: BrowserContext
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.set_default_timeout(SECONDS * 1000)
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        self.page.on("console", self._note)
        self.context.on("request", lambda request: self.asked.append(request.url))

    def _note(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.said.append(f"{message.type}: {message.text}")

    def axe(self, rule: str = "") -> list[str]:
        """Return what axe finds wrong with the page: rule and place of each fault.

        Args:
            rule: the one rule to try; by default all of WCAG 2.2 A and AA, and best practice.
        """
        source = tool("axe-core/axe.min.js").read_text("utf-8")
        self.page.evaluate(source)
        # Without its look at style sheets, which asks for them anew.
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        only = {"type": "rule", "values": [rule]} if rule else {"type": "tag", "values": tags}
        options = {"preload": False, "runOnly": only}
        found = self.page.evaluate("options => axe.run(document, options)", options)
        return [
            f"{each['id']}: {node['target']} {node['failureSummary']}"
            for each in found["violations"]
            for node in each["nodes"]
        ]


@contextmanager
def visiting(browser: Browser, **options: Any) -> Iterator[Visit]:
    """Open a page in a context of its own, with the options of Playwright's ``new_context``."""
    context = browser.new_context(**options)
    try:
        yield Visit(context.new_page(), context)
    finally:
        context.close()
