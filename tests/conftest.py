"""Fixtures that all tests share.

- ``project``: this checkout. Read it, never write into it.
- ``built``: this checkout with its graph built, once per test run, into a temporary folder.
- ``home``: a folder with its files and that graph, as a checkout has them; for ``HRDEM_HOME``.
- ``examples``: the examples of the shapes as a test suite, written once per test run.
- ``mini``: a small project of its own for each test, to edit and to break.
"""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hrdem import suite
from hrdem.build import build
from hrdem.documents import read_sources
from hrdem.errors import HrdemError
from hrdem.project import Project
from real_stores import locked

pytest_plugins = ["can_run", "served", "small"]

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def project() -> Project:
    """Return this checkout as it is; its ``build`` folder may be missing or old."""
    return Project.at(ROOT)


@pytest.fixture(scope="session")
def built(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return this checkout with ``build`` in a temporary folder and the graph built there.

    Workers of pytest-xdist share one build. Tests must not change it.
    """
    with once_per_run(tmp_path_factory, "built") as folder:
        ready = project._replace(build=folder / "build")
        if not (ready.build / "manifest.json").is_file():
            build(ready)
    return ready


@pytest.fixture(scope="session")
def home(built: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the project's files and the built graph, as a checkout has them."""
    folder = tmp_path_factory.mktemp("home")
    for name in ("ontology", "data", "queries", "validation"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "build").symlink_to(built.build)
    return folder


@pytest.fixture(scope="session")
def examples(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the examples as a test suite, written once per test run."""
    with once_per_run(tmp_path_factory, "examples") as folder:
        if not (folder / "suite").is_dir():
            suite.write(project, folder / "suite")
    return folder / "suite"


@contextmanager
def once_per_run(factory: pytest.TempPathFactory, name: str) -> Iterator[Path]:
    """Yield a folder that all workers of pytest-xdist share, to one of them at a time."""
    shared = factory.getbasetemp()
    if shared.name.startswith("popen-"):  # the folder of one worker; above it is that of the run
        shared = shared.parent
    lock = shared / f"{name}.lock"  # not the folder itself, which a build locks
    for folder in (shared / name, lock):
        folder.mkdir(exist_ok=True)
    with locked(lock):
        yield shared / name


class Mini:
    """A small project: one document with a text, four passages, a rule and a query.

    Attributes:
        root: its folder.
        project: the same as a :class:`hrdem.project.Project`.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.project = Project.at(root)
        for name, content in MINI_FILES.items():
            self.write(name, content)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file of the project, replacing what was there; return its path."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def edit(self, name: str, old: str, new: str) -> Path:
        """Replace `old`, which must stand exactly once in a file, by `new`; return its path."""
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        return self.write(name, text.replace(old, new))

    def line(self, name: str, text: str) -> int:
        """Return the number of the first line of a file that contains `text`."""
        lines = (self.root / name).read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)

    def error(self, action: Callable[[Project], object] = read_sources) -> str:
        """Return what the user reads when `action`, given the project, fails."""
        with pytest.raises(HrdemError) as caught:
            action(self.project)
        return str(caught.value)

    def snapshot(self, folder: Path | None = None) -> dict[str, str]:
        """Return the files of a folder, by default ``build``, with the SHA-256 of each."""
        folder = self.project.build if folder is None else folder
        return {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    def leftovers(self) -> list[str]:
        """Return the names of temporary folders that an interrupted build left."""
        return sorted(path.name for path in self.root.glob(".build.*"))


@pytest.fixture
def mini(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mini:
    """Return a small project; its folder is the current one, so errors show short paths."""
    small = Mini(tmp_path / "mini")
    monkeypatch.chdir(small.root)
    return small


MINI_TEXT = "The Council approved the plan. The plan runs to 2024. It is long.\n"

MINI_FILES = {
    name: textwrap.dedent(content).lstrip("\n")
    for name, content in {
        "pyproject.toml": "",
        "data/texts/note.txt": MINI_TEXT,
        "ontology/hrdem.ttl": """
            @prefix hrdem: <https://w3id.org/hrdem/ontology#> .
            @prefix owl: <http://www.w3.org/2002/07/owl#> .
            @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

            hrdem:approves a owl:ObjectProperty ; rdfs:label "approves"@en .
            hrdem:end a owl:DatatypeProperty ; rdfs:label "end"@en .
            """,
        "ontology/alignments.ttl": """
            @prefix hrdem: <https://w3id.org/hrdem/ontology#> .
            @prefix prov: <http://www.w3.org/ns/prov#> .
            @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

            hrdem:passageOf rdfs:subPropertyOf prov:wasDerivedFrom .
            """,
        "ontology/context.jsonld": """
            {"@context": {
              "@version": 1.1,
              "hrdem": "https://w3id.org/hrdem/ontology#",
              "skos": "http://www.w3.org/2004/02/skos/core#",
              "xsd": "http://www.w3.org/2001/XMLSchema#",
              "instrument": "https://w3id.org/hrdem/instrument/",
              "id": "@id",
              "type": "@type",
              "ActionPlan": "hrdem:ActionPlan",
              "prefLabel": {"@id": "skos:prefLabel", "@language": "en"},
              "approves": {"@id": "hrdem:approves", "@type": "@id"},
              "end": {"@id": "hrdem:end", "@type": "xsd:date"}
            }}
            """,
        "ontology/rules/10-labels.rq": """
            PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
            PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
            CONSTRUCT { ?thing rdfs:label ?label } WHERE { ?thing skos:prefLabel ?label }
            """,
        "data/instruments.ttl": """
            @prefix hrdem: <https://w3id.org/hrdem/ontology#> .
            @prefix instrument: <https://w3id.org/hrdem/instrument/> .
            @prefix skos: <http://www.w3.org/2004/02/skos/core#> .

            instrument:conclusions a hrdem:CouncilConclusions ; skos:prefLabel "Conclusions"@en .
            instrument:plan a hrdem:ActionPlan ; skos:prefLabel "Plan"@en .
            """,
        "data/documents/note.trig": f"""
            @prefix document: <https://w3id.org/hrdem/document/> .
            @prefix hrdem: <https://w3id.org/hrdem/ontology#> .
            @prefix instrument: <https://w3id.org/hrdem/instrument/> .
            @prefix note: <https://w3id.org/hrdem/document/note#> .
            @prefix period: <https://w3id.org/hrdem/period/> .
            @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
            @prefix skos: <http://www.w3.org/2004/02/skos/core#> .

            document:note a hrdem:PressRelease ;
                skos:prefLabel "A note"@en ;
                hrdem:textFile "note.txt" ;
                hrdem:sha256 "{hashlib.sha256(MINI_TEXT.encode()).hexdigest()}" .

            note:p1 a hrdem:Passage ;
                hrdem:passageOf document:note ;
                hrdem:start 0 ; hrdem:end 30 ;
                hrdem:quote "The Council approved the plan."@en .

            note:p1 {{
                instrument:conclusions hrdem:approves instrument:plan .
            }}

            note:p2 a hrdem:Passage ;
                hrdem:passageOf document:note ;
                hrdem:start 31 ; hrdem:end 53 ;
                hrdem:quote "The plan runs to 2024."@en ;
                hrdem:standing hrdem:Superseded ;
                hrdem:contradicts note:p4 ;
                rdfs:comment "A later decision moved the end."@en .

            note:p2 {{
                instrument:conclusions hrdem:approves instrument:plan .
                period:plan hrdem:end "2024"^^<http://www.w3.org/2001/XMLSchema#gYear> .
            }}

            note:p3 a hrdem:Passage ;
                hrdem:passageOf document:note ;
                hrdem:start 54 ; hrdem:end 65 ;
                hrdem:quote "It is long."@en ;
                hrdem:assertsNothing "A judgement of style."@en .

            note:p4 a hrdem:Passage ;
                hrdem:passageOf document:note ;
                hrdem:paragraph 2 ;
                hrdem:locator "second paragraph"@en .

            note:p4 {{
                period:plan hrdem:end "2027"^^<http://www.w3.org/2001/XMLSchema#gYear> .
            }}
            """,
        "queries/plans/approved.rq": """
            #+ summary: What was approved?
            #+ description: One row for each instrument that another one approves.
            #+ tags: [approval]
            PREFIX hrdem: <https://w3id.org/hrdem/ontology#>
            SELECT ?what WHERE { ?by hrdem:approves ?what } ORDER BY ?what
            """,
    }.items()
}
