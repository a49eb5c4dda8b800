"""A small project without a fault, for tests that put one in and read what the check says."""

from __future__ import annotations

import hashlib
import shutil
import textwrap
from pathlib import Path

import pytest

from conftest import ROOT, Mini
from hrdem.check import Finding, check

SMALL_TEXT = (
    "The Council adopted the plan on 17 November 2020.\n\nIt builds on the earlier plan. 🇪🇺\n"
)

PREFIXES = """\
@prefix agent: <https://w3id.org/hrdem/agent/> .
@prefix document: <https://w3id.org/hrdem/document/> .
@prefix event: <https://w3id.org/hrdem/event/> .
@prefix hrdem: <https://w3id.org/hrdem/ontology#> .
@prefix instrument: <https://w3id.org/hrdem/instrument/> .
@prefix note: <https://w3id.org/hrdem/document/note#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix page: <https://w3id.org/hrdem/document/page#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix theme: <https://w3id.org/hrdem/theme/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

"""

SMALL_FILES = {
    "pyproject.toml": "",
    "data/texts/note.txt": SMALL_TEXT,
    "data/instruments.ttl": """
        instrument:earlier-plan a hrdem:ActionPlan ; skos:prefLabel "Earlier plan"@en .
        instrument:plan a hrdem:ActionPlan ; skos:prefLabel "Plan"@en .
        """,
    "data/agents.ttl": """
        agent:council a org:Organization ; skos:prefLabel "Council"@en .
        """,
    "data/events.ttl": """
        event:adoption-of-plan a hrdem:Adoption ; skos:prefLabel "Adoption of the plan"@en .
        """,
    "data/themes.ttl": """
        theme:democracy a skos:Concept ;
            skos:prefLabel "Democracy"@en ;
            skos:definition "Rule of the people."@en ;
            skos:topConceptOf theme:scheme ;
            skos:inScheme theme:scheme .
        theme:elections a skos:Concept ;
            skos:prefLabel "Elections"@en ;
            skos:definition "Choice of those who govern."@en ;
            skos:broader theme:democracy ;
            skos:inScheme theme:scheme .
        """,
    "data/documents/note.trig": f"""
        document:note a hrdem:PressRelease ;
            skos:prefLabel "A note"@en ;
            hrdem:sourceKind hrdem:OfficialSource ;
            hrdem:address <https://example.org/note> ;
            hrdem:readOn "2026-11-24"^^xsd:date ;
            hrdem:textFile "note.txt" ;
            hrdem:sha256 "{hashlib.sha256(SMALL_TEXT.encode()).hexdigest()}" .

        note:adoption a hrdem:Passage ;
            hrdem:passageOf document:note ;
            hrdem:paragraph 1 ;
            hrdem:start 0 ;
            hrdem:end 49 ;
            hrdem:quote "The Council adopted the plan on 17 November 2020."@en .

        note:adoption {{
            event:adoption-of-plan a hrdem:Adoption ;
                hrdem:concerns instrument:plan ;
                hrdem:carriedOutBy agent:council ;
                hrdem:date "2020-11-17"^^xsd:date .
        }}

        note:builds-on a hrdem:Passage ;
            hrdem:passageOf document:note ;
            hrdem:paragraph 2 ;
            hrdem:start 51 ;
            hrdem:end 81 ;
            hrdem:quote "It builds on the earlier plan."@en .

        note:builds-on {{
            instrument:plan hrdem:buildsOn instrument:earlier-plan .
        }}

        note:flag a hrdem:Passage ;
            hrdem:passageOf document:note ;
            hrdem:paragraph 2 ;
            hrdem:start 82 ;
            hrdem:end 84 ;
            hrdem:quote "🇪🇺"@en ;
            hrdem:assertsNothing "A flag."@en .
        """,
    "data/documents/page.trig": """
        document:page a hrdem:WebPage ;
            skos:prefLabel "A page"@en ;
            hrdem:sourceKind hrdem:SecondarySource ;
            hrdem:address <https://example.org/page> ;
            hrdem:readOn "2026-11-24"^^xsd:date .

        page:elections a hrdem:Passage ;
            hrdem:passageOf document:page ;
            hrdem:locator "second section"@en .

        page:elections {
            instrument:plan hrdem:hasTheme theme:elections .
        }

        page:adoption a hrdem:Passage ;
            hrdem:passageOf document:page ;
            hrdem:locator "first section"@en ;
            hrdem:standing hrdem:Mistaken ;
            hrdem:contradicts note:adoption ;
            rdfs:comment "The note is from those who adopted the plan."@en .

        page:adoption {
            event:adoption-of-plan hrdem:date "2020-11-19"^^xsd:date .
        }
        """,
    "queries/plans/builds-on.rq": """
        #+ summary: What does the plan build on?
        #+ description: One row for each instrument that another one builds on.
        #+ tags: [succession]
        PREFIX hrdem: <https://w3id.org/hrdem/ontology#>
        SELECT ?what WHERE { ?by hrdem:buildsOn ?what } ORDER BY ?what
        """,
}


class Small(Mini):
    """A small project with the ontology, the rules and the shapes of the real one."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        shutil.rmtree(root)
        for folder in ("ontology", "validation"):
            shutil.copytree(
                ROOT / folder, root / folder, ignore=shutil.ignore_patterns("examples", "*.md")
            )
        # So few facts do not use every term of the ontology.
        (root / "validation" / "quality" / "unused-term.rq").unlink()
        for name, content in SMALL_FILES.items():
            text = content if name.endswith(".txt") else textwrap.dedent(content).lstrip("\n")
            rdf = name.endswith((".ttl", ".trig"))
            self.write(name, (PREFIXES if rdf else "") + text)

    def findings(self) -> list[Finding]:
        """Return what the check finds."""
        return check(self.project)

    def only(self) -> Finding:
        """Return the one thing that the check finds."""
        found = self.findings()
        assert len(found) == 1, "\n".join(str(finding) for finding in found) or "nothing found"
        return found[0]


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Small:
    """Return a small project without a fault; its folder is the current one."""
    project = Small(tmp_path / "small")
    monkeypatch.chdir(project.root)
    return project
