"""The explorer as files: whole, always the same, and with every link leading somewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import html5rdf
import pyoxigraph as ox
import pytest

from conftest import ROOT, Mini, once_per_run
from hrdem import site, why
from hrdem.errors import HrdemError
from hrdem.project import Project
from hrdem.site import page
from hrdem.site.model import Site
from hrdem.store import open_store

PLAN = "https://w3id.org/hrdem/instrument/action-plan-2015-2019"


@pytest.fixture(scope="session")
def folder(built: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of this checkout, written once per test run."""
    with once_per_run(tmp_path_factory, "site") as shared:
        out = shared / "site"
        if not out.is_dir():
            site.write(built, out)
    return out


@pytest.fixture(scope="session")
def model(built: Project) -> Site:
    return Site.read(built)


@dataclass
class Read(HTMLParser):
    """What a page has: the places in it, and where its links lead."""

    path: str
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    canonical: list[str] = field(default_factory=list)
    styled: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        here = dict(attrs)
        if here.get("id"):
            self.ids.append(here["id"] or "")
        if "style" in here or tag == "style" or any(name.startswith("on") for name in here):
            self.styled.append(tag)
        for name in ("href", "src", "action"):
            value = here.get(name)
            if value is None:
                continue
            (self.canonical if here.get("rel") == "canonical" else self.links).append(value)


def read(folder: Path, path: Path) -> Read:
    reader = Read(path.relative_to(folder).as_posix())
    reader.feed(path.read_text("utf-8"))
    return reader


@pytest.fixture(scope="session")
def pages(folder: Path) -> dict[str, Read]:
    found = (read(folder, path) for path in sorted(folder.rglob("*.html")))
    return {each.path: each for each in found}


# --- the files -----------------------------------------------------------------------------------


def test_every_link_leads_to_a_file_and_a_place_in_it(folder: Path, pages: dict[str, Read]) -> None:
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    wrong = []
    for each in pages.values():
        for link in each.links:
            parts = urlsplit(link)
            if parts.scheme in ("http", "https", "mailto", "data"):
                continue
            assert not parts.scheme and not parts.netloc, (each.path, link)
            joined = os.path.normpath(Path(each.path).parent / unquote(parts.path))
            target = Path(joined).as_posix() if parts.path else each.path
            if target not in files:
                wrong.append(f"{each.path}: {link} leads to no file")
            elif parts.fragment and unquote(parts.fragment) not in pages[target].ids:
                wrong.append(f"{each.path}: {link} leads to no place in the page")
    assert wrong == []


def test_all_addresses_are_relative_and_name_a_file(pages: dict[str, Read]) -> None:
    for each in pages.values():
        for link in each.links:
            if not urlsplit(link).scheme:
                assert not link.startswith("/"), (each.path, link)
                assert not urlsplit(link).path.endswith("/"), (each.path, link)


def test_no_place_is_named_twice_on_a_page(pages: dict[str, Read]) -> None:
    for each in pages.values():
        assert sorted(set(each.ids)) == sorted(each.ids), each.path


def test_no_page_has_style_or_script_of_its_own(pages: dict[str, Read]) -> None:
    """The policy that each page declares forbids it, so it would do nothing."""
    assert [each.path for each in pages.values() if each.styled] == []


def samples(folder: Path) -> Iterator[Path]:
    """Yield the longest and the shortest page of each folder."""
    for place in sorted({path.parent for path in folder.rglob("*.html")}):
        found = sorted(place.glob("*.html"), key=lambda path: (path.stat().st_size, path.name))
        yield from {found[0], found[-1]} if place != folder else found


def test_the_html_is_valid(folder: Path) -> None:
    for path in samples(folder):
        html5rdf.HTMLParser(strict=True).parse(path.read_text("utf-8"))


def test_no_file_names_a_folder_of_the_machine_that_made_it(folder: Path, built: Project) -> None:
    names = [str(each).encode() for each in (ROOT, built.build, folder, Path.home())]
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(name in content for name in names if len(name) > 6), path


def test_the_same_graph_gives_the_same_bytes(
    folder: Path, home: Path, mini: Mini, tmp_path: Path
) -> None:
    again = tmp_path / "again"
    done = subprocess.run(
        [sys.executable, "-m", "hrdem", "site", "--out", str(again)],
        env={
            **os.environ,
            "HRDEM_HOME": str(home),
            "PYTHONHASHSEED": "7",
            "PYTHONPATH": str(ROOT / "scripts"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Wrote ")
    assert mini.snapshot(again) == mini.snapshot(folder)


def test_each_thing_can_be_had_as_turtle_json_ld_and_n_triples(folder: Path, model: Site) -> None:
    for things in model.things.values():
        for iri in things[:5]:
            stem = folder / iri.removeprefix("https://w3id.org/hrdem/")
            forms = [
                {quad.triple for quad in ox.parse(path=f"{stem}{suffix}", format=form)}
                for suffix, form in (
                    (".ttl", ox.RdfFormat.TURTLE),
                    (".jsonld", ox.RdfFormat.JSON_LD),
                    (".nt", ox.RdfFormat.N_TRIPLES),
                )
            ]
            assert forms[0] == forms[1] == forms[2]
            assert set(model.graph.about[iri]) <= forms[0]


# --- whole or not at all --------------------------------------------------------------------------


def test_a_site_that_fails_leaves_the_old_one(
    mini: Mini, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from hrdem.build import build

    build(mini.project)
    out = tmp_path / "out"
    made = site.write(mini.project, out)
    before = mini.snapshot(out)
    assert made.files == len(before)

    def failing(_: Site) -> Iterator[page.Page]:
        yield page.Page("new.html", "")
        raise HrdemError("No more.")

    monkeypatch.setattr(site, "SECTIONS", (*site.SECTIONS, failing))
    with pytest.raises(HrdemError, match="No more"):
        site.write(mini.project, out)
    assert mini.snapshot(out) == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_two_pages_never_share_an_address(
    mini: Mini, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from hrdem.build import build

    build(mini.project)
    monkeypatch.setattr(site, "SECTIONS", (*site.SECTIONS, *site.SECTIONS))
    with pytest.raises(
        HrdemError, match=r"Two pages of the site have the address assets/site\.css"
    ):
        site.write(mini.project, tmp_path / "out")


def test_a_folder_of_somebody_else_is_left_alone(mini: Mini, tmp_path: Path) -> None:
    from hrdem.build import build

    build(mini.project)
    own = tmp_path / "own"
    own.mkdir()
    (own / "letter.txt").write_text("Dear", "utf-8")
    with pytest.raises(HrdemError, match="not a folder that this command made before"):
        site.write(mini.project, own)
    assert (own / "letter.txt").read_text("utf-8") == "Dear"


def test_without_a_graph_it_says_what_to_do(mini: Mini, tmp_path: Path) -> None:
    with pytest.raises(HrdemError, match="Run `hrdem build` first"):
        site.write(mini.project, tmp_path / "out")


# --- what is said ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "thing",
    [
        "instrument/action-plan-2015-2019",
        "period/action-plan-2020-2024",
        "agent/council-of-the-eu",
        "post/high-representative",
        "theme/human-rights",
        "document/council-press-release-2020-11-19",
        "unknown/action-plan-2012-2014-form",
    ],
)
def test_pages_say_what_hrdem_why_says(built: Project, model: Site, thing: str) -> None:
    """The graph is read in another way for pages, and must come to the same."""
    iri = f"https://w3id.org/hrdem/{thing}"
    store = open_store(built)
    asked = why.explain(store, iri)
    read = model.claims(iri)
    nameless: dict[str, str] = {}
    assert [each._replace(names=nameless) for each in read] == [
        each._replace(names=nameless) for each in asked
    ]
    assert sorted(model.gaps(iri)) == sorted(why.gaps(store, iri))
    head = why.heading(store, iri)
    assert model.label(iri) == head["label"]
    names = {"agent": "Body", "post": "Post", "theme": "Theme"}  # what the graph has no label for
    assert model.kind(iri) == (head["kind"] or names[thing.partition("/")[0]])


def test_links_are_relative_to_the_page_that_has_them() -> None:
    assert page.relative("index.html", "instrument/a.html") == "../index.html"
    assert page.relative("instrument/b.html", "instrument/a.html") == "b.html"
    assert page.relative("document/d.html#p1", "instrument/a.html") == "../document/d.html#p1"
    assert page.relative("document/d.html#p1", "document/d.html") == "#p1"
    assert page.root("instrument/a.html") == "../"
    assert page.root("index.html") == ""


def test_only_web_and_mail_addresses_become_links(model: Site) -> None:
    assert model.link(PLAN, "index.html") == "instrument/action-plan-2015-2019.html"
    assert model.link("https://example.org/x", "index.html") == "https://example.org/x"
    assert model.link("javascript:alert(1)", "index.html") == ""
    assert model.link("urn:x", "index.html") == ""
