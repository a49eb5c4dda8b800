"""Real triplestores for the tests: each started on a free loopback port, and stopped after.

Oxigraph's server comes from PyPI with the other packages of the tests. Apache Jena Fuseki and
Eclipse RDF4J come from Maven Central by way of ``real_stores.pom.xml``. Virtuoso comes as Debian
packages, which are unpacked, not installed, so that nobody has to be root. What was fetched stays
in ``.cache/stores`` of the checkout until what is wanted changes.

``python tests/real_stores.py NAME`` starts one store for trying things out, until Ctrl-C.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError, URLError

ROOT = Path(__file__).resolve().parents[1]
POM = Path(__file__).with_suffix(".pom.xml")
CACHE = ROOT / ".cache" / "stores"
NAMES = ("oxigraph", "fuseki", "rdf4j", "virtuoso")
"""The stores that there are."""

DATASET = "hrdem"
"""The name of the dataset or repository in the stores that hold several."""
USER, PASSWORD = "dba", "dba"
"""Who may write to Virtuoso, as it is when new, and to Fuseki where it asks for a password."""
START_SECONDS = 90
"""How long a store may take to answer its first request; only a broken one takes that long."""

_PACKAGES = ("virtuoso-opensource-7-bin", "libpcre3")

# Without the index by graph (cosp) each look into a graph reads the whole store.
_RDF4J_REPOSITORY = """\
@prefix config: <tag:rdf4j.org,2023:config/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
[] a config:Repository ;
    config:rep.id "hrdem" ;
    rdfs:label "hrdem" ;
    config:rep.impl [
        config:rep.type "openrdf:SailRepository" ;
        config:sail.impl [
            config:sail.type "openrdf:NativeStore" ;
            config:native.tripleIndexes "spoc,posc,cosp"
        ]
    ] .
"""

_VIRTUOSO_INI = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql_port}
NumberOfBuffers = 20000
DirsAllowed = .
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerThreads = 12
ServerRoot = {folder}
[SPARQL]
ResultSetMaxRows = 1000000
"""


class CannotStartError(Exception):
    """Why a store cannot be started here, in a sentence."""


@dataclass
class RealStore:
    """A store that runs.

    Attributes:
        name: one of :data:`NAMES`.
        version: as it says of itself, or as its package is called.
        url: the address that a person would give to a command.
        query, update, graph_store: addresses of SPARQL 1.1 Query, Update and Graph Store Protocol.
        scheme: how it wants to know who writes: ``none``, ``basic`` or ``digest``.
        folder: where it keeps its data and its log.
    """

    name: str
    version: str
    url: str
    query: str
    update: str
    graph_store: str
    scheme: str
    folder: Path
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def user(self) -> tuple[str, str] | None:
        """Name and password for writing, if it asks for them."""
        return None if self.scheme == "none" else (USER, PASSWORD)

    def log(self) -> str:
        """Return what the store has written to its terminal."""
        return (self.folder / "terminal.log").read_text("utf-8", "replace")

    def kill(self) -> None:
        """End the store at once, as a power cut would."""
        _end(self.process, signal.SIGKILL)

    def stop(self) -> None:
        """End the store."""
        _end(self.process, signal.SIGTERM)


def reason_to_skip(name: str) -> str | None:
    """Return why store `name` cannot be started here, or None if nothing is missing."""
    if name == "oxigraph":
        found = _oxigraph() is not None
        return None if found else "the package oxigraph is not installed: scripts/test installs it"
    if name == "virtuoso":
        if _fetched("virtuoso") or (shutil.which("apt-get") and shutil.which("dpkg")):
            return None
        return "Virtuoso is unpacked from Debian packages: install apt and dpkg"
    if not shutil.which("java"):
        return "no Java was found: install Java 17 or newer"
    if not _fetched(name) and not shutil.which("mvn"):
        return "Maven, which fetches Fuseki and RDF4J, was not found: install Maven (mvn)"
    return None


def is_here(name: str) -> bool:
    """Return whether store `name` can be started without fetching anything."""
    return _oxigraph() is not None if name == "oxigraph" else _fetched(name)


def jena() -> Path:
    """Return the folder with the jars of Apache Jena, its SHACL engine among them, for Java 17.

    Raises:
        CannotStartError: if they are not here and cannot be fetched.
    """
    return _fetch("fuseki")


@contextmanager
def running(name: str, folder: Path, scheme: str | None = None) -> Iterator[RealStore]:
    """Start store `name` with its data in `folder`, and stop it at the end.

    Args:
        name: one of :data:`NAMES`.
        folder: made if it is not there; data that lie in it from an earlier run are kept.
        scheme: ``basic`` or ``digest``, for Fuseki only, which can be started with either.

    Raises:
        CannotStartError: if it cannot be fetched or does not start, with what it said.
    """
    store = start(name, folder, scheme)
    try:
        yield store
    finally:
        store.stop()


def start(name: str, folder: Path, scheme: str | None = None) -> RealStore:
    """Start store `name`: arguments and errors as for :func:`running`; the caller stops it."""
    problem: CannotStartError | None = None
    for _ in range(3):  # another process may take the port between choosing and using it
        try:
            return _start(name, folder, scheme)
        except CannotStartError as error:
            problem = error
    assert problem is not None
    raise problem


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep all other processes that lock `folder` waiting while the block runs.

    Tests run in several, and only one of them is to fetch or to build what all share. Where files
    cannot be locked, as under Windows, nobody waits, and all of them do it.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def free_port() -> int:
    """Return a TCP port of the loopback address that nothing uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# --- starting -------------------------------------------------------------------------------------


def _start(name: str, folder: Path, scheme: str | None) -> RealStore:
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    environment = dict(os.environ)
    if name == "oxigraph":
        program = _oxigraph()
        if program is None:
            raise CannotStartError("The package oxigraph is not installed.")
        command = [str(program), "serve", "--location", f"{folder}/data"]
        command += ["--bind", f"127.0.0.1:{port}"]
        addresses = (base, f"{base}/query", f"{base}/update", f"{base}/store")
        version = _output([str(program), "--version"]).split()[-1]
    elif name == "fuseki":
        jars = _fetch(name)
        data = folder / "data"
        data.mkdir(exist_ok=True)
        command = ["java", "-Xmx1g", "-cp", f"{jars}/*"]
        command += ["org.apache.jena.fuseki.main.cmds.FusekiMainCmd", "--localhost"]
        command += ["--port", str(port), "--update", "--tdb2", "--loc", str(data)]
        if scheme:
            (folder / "passwords").write_text(f"{USER}: {PASSWORD}\n", "utf-8")
            command += ["--passwd", f"{folder}/passwords", "--auth", scheme]
        command += [f"/{DATASET}"]
        url = f"{base}/{DATASET}"
        addresses = (url, f"{url}/query", f"{url}/update", f"{url}/data")
        version = _version(jars, "jena-fuseki-main-*.jar")
    elif name == "rdf4j":
        jars = _fetch(name)
        (folder / "data").mkdir(exist_ok=True)
        war = next(jars.glob("*.war"))
        command = ["java", "-Xmx1g", f"-Dorg.eclipse.rdf4j.appdata.basedir={folder}/data"]
        command += ["-jar", str(next(jars.glob("jetty-runner-*.jar")))]
        command += ["--host", "127.0.0.1", "--port", str(port)]
        command += ["--path", "/rdf4j-server", str(war)]
        url = f"{base}/rdf4j-server/repositories/{DATASET}"
        addresses = (url, url, f"{url}/statements", f"{url}/rdf-graphs/service")
        version = _version(jars, "rdf4j-http-server-*.war")
    elif name == "virtuoso":
        tree = _fetch(name)
        libraries = [str(path) for path in sorted(tree.glob("**/lib/*-linux-gnu"))]
        environment["LD_LIBRARY_PATH"] = os.pathsep.join(libraries)
        settings = _VIRTUOSO_INI.format(folder=folder, port=port, sql_port=free_port())
        (folder / "virtuoso.ini").write_text(settings, "utf-8")
        (folder / "virtuoso.lck").unlink(missing_ok=True)  # of one that was killed
        command = [f"{tree}/usr/bin/virtuoso-t", "+foreground", "+configfile", "virtuoso.ini"]
        addresses = (
            f"{base}/sparql-auth",
            f"{base}/sparql",
            f"{base}/sparql-auth",
            f"{base}/sparql-graph-crud-auth",
        )
        version = (tree / "version").read_text("utf-8")
        scheme = "digest"
    else:
        raise ValueError(name)
    with (folder / "terminal.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    store = RealStore(name, version, *addresses, scheme or "none", folder, process)
    try:
        if name == "rdf4j":
            _wait(store, f"{base}/rdf4j-server/protocol")
            _make_repository(store)
        else:
            _wait(store, f"{store.query}?query=ASK%7B%7D")
    except BaseException:
        store.kill()
        raise
    return store


def _wait(store: RealStore, address: str) -> None:
    """Return when `address` answers, whatever it says short of an error of the server."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if store.process.poll() is not None:
            raise CannotStartError(f"{store.name} ended while it started:\n{store.log()[-2000:]}")
        try:
            with urllib.request.urlopen(address, timeout=10):
                return
        except HTTPError as problem:
            if problem.code < 500:
                return
        except (URLError, OSError):
            pass
        time.sleep(0.1)
    raise CannotStartError(
        f"{store.name} did not answer within {START_SECONDS} seconds:\n{store.log()[-2000:]}"
    )


def _make_repository(store: RealStore) -> None:
    with urllib.request.urlopen(store.url.rpartition("/")[0], timeout=30) as answer:
        if f"/{DATASET}".encode() in answer.read():
            return  # from an earlier run in the same folder
    request = urllib.request.Request(
        store.url,
        data=_RDF4J_REPOSITORY.encode(),
        method="PUT",
        headers={"Content-Type": "text/turtle"},
    )
    with urllib.request.urlopen(request, timeout=30):
        pass


def _end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    for sent in (how, signal.SIGKILL):
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, sent)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                continue
        return


# --- fetching -------------------------------------------------------------------------------------


def _oxigraph() -> Path | None:
    beside = Path(sys.executable).with_name("oxigraph")
    if beside.is_file():
        return beside
    found = shutil.which("oxigraph")
    return Path(found) if found else None


def _wanted() -> str:
    return hashlib.sha256(POM.read_bytes() + " ".join(_PACKAGES).encode()).hexdigest()[:16]


def _place(name: str) -> Path:
    return CACHE / _wanted() / name


def _fetched(name: str) -> bool:
    return _place(name).is_dir()


def _fetch(name: str) -> Path:
    """Return the folder with what store `name` needs, fetching it if it is not there yet."""
    place = _place(name)
    place.parent.mkdir(parents=True, exist_ok=True)
    with locked(place.parent):
        if not place.is_dir():
            new = place.with_name(f"{name}.part")
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir()
            if name == "virtuoso":
                unpack(new, *_PACKAGES)
                new.rename(place)
            else:
                _output(["mvn", "-q", "-B", "-f", str(POM), f"-Dout={new}", "package"], ROOT)
                for each in ("fuseki", "rdf4j"):
                    if not _place(each).is_dir():
                        (new / each).rename(_place(each))
                shutil.rmtree(new)
    return place


def unpack(folder: Path, *packages: str) -> None:
    """Unpack Debian packages into a folder; a file there has the version of the first.

    Raises:
        CannotStartError: if they cannot be fetched.
    """
    try:
        _output(["apt-get", "download", *packages], folder)
    except CannotStartError:  # the lists of packages may be missing or old
        _output(["apt-get", "update"], folder)
        _output(["apt-get", "download", *packages], folder)
    for package in sorted(folder.glob("*.deb")):
        _output(["dpkg", "-x", str(package), str(folder)], folder)
        if package.name.startswith(packages[0]):
            version = package.name.split("_")[1]
            (folder / "version").write_text(re.split(r"[+%-]", version)[0], "utf-8")
        package.unlink()


def _version(folder: Path, pattern: str) -> str:
    """Return what stands for the star of `pattern` in the name of the file that it matches."""
    return next(folder.glob(pattern)).stem.removeprefix(pattern.partition("*")[0])


def _output(command: list[str], folder: Path | None = None) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise CannotStartError(f"{command[0]} failed:\n{done.stdout[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    import tempfile

    if len(sys.argv) != 2 or sys.argv[1] not in NAMES:
        sys.exit(f"Say which store to start: {', '.join(NAMES)}.")
    with tempfile.TemporaryDirectory() as temporary, running(sys.argv[1], Path(temporary)) as real:
        print(f"{real.name} {real.version}: {real.url} (Ctrl-C stops it)", flush=True)
        with suppress(KeyboardInterrupt):
            signal.pause()
