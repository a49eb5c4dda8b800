"""The query engine and the editor of the explorer: third-party code that browsers run.

It comes from npm, in the versions and with the hashes that ``scripts/web/package-lock.json`` pins,
is bundled by esbuild, and is kept in ``.cache/web`` of the checkout. An installed package carries
what was bundled when it was made. Where there is neither, as without Node, a site has no engine.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hrdem import html
from hrdem.atomic import replacing
from hrdem.errors import HrdemError, count
from hrdem.site.model import FOLDER
from hrdem.site.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hrdem.site.model import Site

ROOT: Final = Path(__file__).resolve().parents[3]
"""The checkout, if this code is in one."""
SOURCES: Final = ROOT / "scripts" / "web"
"""What is to be fetched, and what the bundles are made from; there is none in a package."""
CARRIED: Final = Path(__file__).resolve().parents[1] / "_web"
"""Where an installed package has the bundles."""
BUNDLES: Final = ("editor.js", "engine/oxigraph.js", "engine/oxigraph.wasm.gz", "LICENSES.txt")
"""The files that are made, as they are named below ``assets/`` of the site."""
SECONDS: Final = 300
"""How long npm may take."""


def find() -> Path | None:
    """Return the folder of the bundles that are here already, None if there are none."""
    for folder in (CARRIED, _place()):
        if folder is not None and all((folder / name).is_file() for name in BUNDLES):
            return folder
    return None


def ready() -> Path:
    """Return the folder of the bundles, after fetching and making them if they are not here.

    Raises:
        HrdemError: if they cannot be had, with the reason.
    """
    found = find()
    if found is not None:
        return found
    place = _place()
    if place is None:
        raise HrdemError("this installation carries none")
    npm = shutil.which("npm")
    if npm is None:
        raise HrdemError("Node's npm, which fetches it, was not found: install Node 20 or newer")
    with replacing(place, "LICENSES.txt") as folder:
        work = folder / "work"
        shutil.copytree(SOURCES, work)
        _run([npm, "ci", "--ignore-scripts", "--no-fund", "--no-audit", "--fetch-retries=1"], work)
        _bundle(work, folder)
        shutil.rmtree(work)
    return place


def _place() -> Path | None:
    """Return where a checkout keeps the bundles: another place for each set of sources."""
    if not SOURCES.is_dir():
        return None
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted(SOURCES.iterdir()):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return ROOT / ".cache" / "web" / digest.hexdigest()[:16]


def _run(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise HrdemError(f"npm did not end within {count(SECONDS, 'second')}") from None
    if done.returncode:
        said = [line for line in done.stdout.splitlines() if "error" in line.lower()]
        raise HrdemError(
            f"{Path(command[0]).name} failed: {said[0].strip() if said else done.stdout[-300:]}"
        )


def _bundle(work: Path, out: Path) -> None:
    """Make the bundles in `out` from what npm has put into `work`."""
    esbuild = str(work / "node_modules" / ".bin" / "esbuild")
    used: set[str] = {"oxigraph"}
    for source, name, target in (
        ("editor.js", "HRDemEditor", "editor.js"),
        ("engine.js", "oxigraph", "engine/oxigraph.js"),
    ):
        options = ["--bundle", "--minify", "--format=iife", "--target=es2020", "--charset=utf8"]
        options += ["--legal-comments=none", "--log-level=error", f"--metafile={target}.json"]
        options += ["--log-override:empty-import-meta=silent", f"--global-name={name}"]
        (work / target).parent.mkdir(parents=True, exist_ok=True)
        _run([esbuild, source, *options, f"--outfile={out / target}"], work)
        inputs = json.loads((work / f"{target}.json").read_text("utf-8"))["inputs"]
        used.update(_package(path) for path in inputs if path.startswith("node_modules/"))
    wasm = (work / "node_modules" / "oxigraph" / "web_bg.wasm").read_bytes()
    (out / "engine" / "oxigraph.wasm.gz").write_bytes(gzip.compress(wasm, 9, mtime=0))
    (out / "LICENSES.txt").write_text(_licences(work / "node_modules", sorted(used)), "utf-8")


def _package(path: str) -> str:
    """Return the name of the package that a file below ``node_modules`` belongs to."""
    parts = path.removeprefix("node_modules/").split("/")
    return "/".join(parts[: 2 if parts[0].startswith("@") else 1])


def _licences(modules: Path, packages: list[str]) -> str:
    """Return name, version, licence and terms of each package."""
    parts = []
    for package in packages:
        about = json.loads((modules / package / "package.json").read_text("utf-8"))
        texts = sorted((modules / package).glob("LICEN[CS]E*"))
        # The package of Oxigraph has no such file; of the two that it offers, ours is taken.
        text = texts[0] if texts else ROOT / "LICENSE"
        title = f"{package} {about['version']}, {about['license']}"
        parts.append(f"{title}\n{'=' * len(title)}\n\n{text.read_text('utf-8').strip()}\n")
    return "\n\n".join(parts)


# --- pages ----------------------------------------------------------------------------------------


def pages(site: Site) -> Iterator[Page]:
    """Yield the bundles, the graph for the engine, and both once more for a site on a disk."""
    if site.web is None:
        return
    files = {name: (site.web / name).read_bytes() for name in BUNDLES}
    for name, content in files.items():
        yield Page(f"assets/{name}", content)
    graph = gzip.compress((site.project.build / "hrdem.ttl").read_bytes(), 9, mtime=0)
    yield Page("assets/data.ttl.gz", graph)
    # A page on a disk may load scripts, but neither fetch files nor start a worker from one.
    worker = (html.TEMPLATES / FOLDER / "assets" / "worker.js").read_text("utf-8")
    inline = {
        "code": files["engine/oxigraph.js"].decode() + "\n" + worker,
        "wasm": base64.b64encode(files["engine/oxigraph.wasm.gz"]).decode(),
        "data": base64.b64encode(graph).decode(),
    }
    yield Page("assets/engine-inline.js", script("HRDemInline", inline))


def script(name: str, value: Any) -> str:  # noqa: ANN401 (whatever JSON can say)
    """Return a script that sets a global variable of a page to a value."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # JSON allows these two within strings; scripts did not always.
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f"window.{name}={text};\n"
