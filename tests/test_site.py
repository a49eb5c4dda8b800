"""The explorer as files: whole, always the same, and with every link leading somewhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import html5rdf
import pyoxigraph as ox
import pytest

from conftest import ROOT, Mini, once_per_run
from hrdem import queries, rulepages, site, why
from hrdem import vocabulary as v
from hrdem.errors import HrdemError
from hrdem.project import Project
from hrdem.rules import read_rules
from hrdem.site import cite, documents, page, sentences, words
from hrdem.site.model import Site
from hrdem.site.things import asks
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
            elif "=" in parts.fragment and target.startswith(("query/", "sparql.html")):
                continue  # no place in the page, but what its script reads: a query, or values
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
        [sys.executable, "-m", "hrdem", "site", "--plain", "--out", str(again)],
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


def test_every_property_that_pages_show_has_words_and_a_group(model: Site) -> None:
    for things in model.things.values():
        for iri in things:
            for claim in model.claims(iri):
                phrase = words.PHRASES.get(claim.property)
                assert phrase is not None, (
                    f"Say in hrdem/site/words.py how to show {claim.property}."
                )
                assert phrase.group in words.GROUPS and phrase.backwards_group in words.GROUPS
                if claim.subject != iri and claim.property not in why.NEAR:
                    assert v.value(claim.value) != iri or phrase.backwards, claim.property


def test_from_the_front_page_to_what_came_after_the_plan_of_2015(
    folder: Path, pages: dict[str, Read]
) -> None:
    """One step to the plan; there stand successor, time, who decided, and the words behind each."""
    plan = "instrument/action-plan-2015-2019.html"
    assert plan in pages["index.html"].links
    text = (folder / plan).read_text("utf-8")
    after = text[text.index('<section id="after"') :]
    after = after[: after.index("</section>")]
    assert "Succeeded by" in after
    assert ">EU Action Plan on Human Rights and Democracy 2020-2024</a>" in after
    assert '<time datetime="2020">2020</time>' in after
    assert '<time datetime="2020-11-17">17 November 2020</time>' in after
    assert ">Council of the European Union</a>" in after
    assert (
        '<blockquote lang="en"><p>EU Action Plan on Human Rights and Democracy 2020-2024</p>'
        in after
    )
    assert "<p>Brussels 19.11.2020 The Council has approved conclusions on the EU Action" in after
    assert "European Council" not in after, "a claim that is not accepted"


def test_the_first_page_is_small(folder: Path) -> None:
    first = ("index.html", "assets/site.css", "assets/site.js")
    assert sum((folder / name).stat().st_size for name in first) < 100_000


def test_a_thing_is_told_in_a_sentence(model: Site) -> None:
    told = sentences.plain(sentences.about(model, PLAN))
    assert told.startswith("Action plan of the European Union, adopted on 20 July 2015 by the ")
    assert "Its period of application runs from 2015 to 31 December 2019." in told
    assert (
        "It directly succeeds the EU Action Plan on Human Rights and Democracy 2012-2014." in told
    )
    extended = sentences.plain(sentences.about(model, PLAN.replace("2015-2019", "2020-2024")))
    assert "runs from 2020 to 2027; as first decided it was to end in 2024, and the end" in extended
    for things in model.things.values():
        for iri in things:
            told = sentences.plain(sentences.about(model, iri))
            assert re.fullmatch(r"\S.*\.", told) and "  " not in told, (iri, told)


def test_questions_can_be_asked_about_a_thing(pages: dict[str, Read], model: Site) -> None:
    links = pages["instrument/action-plan-2015-2019.html"].links
    assert "../query/life-of-a-plan.html#plan=action-plan-2015-2019" in links
    assert "../query/words-behind.html#thing=instrument:action-plan-2015-2019" in links
    saved = {each.name: each for each in model.questions}
    for things_of_kind in model.things.values():
        for ask in asks(model, things_of_kind[0]):
            query = saved[ask.path.removeprefix("query/").removesuffix(".html")]
            name, _, value = ask.given.partition("=")
            iri = queries.term(query.parameters[name], value)
            assert v.value(iri) == things_of_kind[0]


def test_days_lists_and_names_in_words() -> None:
    days = ("2015", "2015-07", "2015-07-20", "later")
    assert [words.day(each) for each in days] == ["2015", "July 2015", "20 July 2015", "later"]
    assert words.listed(["a"]) == "a" and words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.lowered("Action plan") == "action plan" and words.lowered("EU plan") == "EU plan"
    places = ("last paragraph", "table of aims", "Third paragraph", "opening of the page", "")
    assert sorted(places, key=words.rank) == [places[3], places[2], places[1], "", places[0]]
    assert words.with_article("official text") == "an official text"


def test_each_term_has_a_place_on_the_page_of_terms_and_each_rule_a_page(
    pages: dict[str, Read], model: Site, project: Project
) -> None:
    terms = ox.Store()
    terms.load(path=str(project.ontology / "hrdem.ttl"), format=ox.RdfFormat.TURTLE)
    names = {v.value(quad.subject).removeprefix(v.HRDEM) for quad in terms}
    defined = {name for name in names if "/" not in name}
    assert len(defined) > 200
    assert defined <= set(pages["ontology.html"].ids)
    for address in rulepages.addresses(model.layers).values():
        path, _, fragment = address.partition("#")
        assert path in pages and (not fragment or fragment in pages[path].ids), address
    derivations = {f"derive-{rule.name}" for rule in read_rules(project)}
    assert derivations <= set(pages["rules.html"].ids)


def test_machines_find_each_thing_in_terms_of_schema_org(folder: Path, model: Site) -> None:
    for things in model.things.values():
        for iri in things[:3]:
            path = folder / f"{iri.removeprefix(v.BASE)}.html"
            found = re.search(
                r'<script type="application/ld\+json">\n(.*?)\n</script>',
                path.read_text("utf-8"),
                re.S,
            )
            assert found is not None
            node = json.loads(found[1])
            assert node["@id"] == iri and node["name"] == model.label(iri)
            assert node["@context"] == "https://schema.org" and node["@type"]
    plan = json.loads(cite.schema_org(model, PLAN, "About the plan."))
    assert plan["@type"] == ["CreativeWork"] and plan["dateCreated"] == ["2015-07-20"]


# --- documents ------------------------------------------------------------------------------------


def test_the_text_of_a_document_stands_there_whole_and_unchanged(
    folder: Path, project: Project
) -> None:
    page_text = (folder / "document/council-press-release-2020-11-19.html").read_text("utf-8")
    shown = re.findall(r'<p class="text" lang="en">(.*?)</p>', page_text, re.DOTALL)
    plain = [unescape(re.sub(r"<a [^>]*>\d+</a>|<[^>]+>", "", each)) for each in shown]
    text = (project.data / "texts/council-press-release-2020-11-19.txt").read_text("utf-8")
    assert plain == [each.strip() for each in text.split("\n\n")]


def test_overlapping_passages_cut_the_text_at_every_end(model: Site) -> None:
    iri = "https://w3id.org/hrdem/document/council-press-release-2020-11-19"
    passages = model.passages[iri]
    spans = {
        number: (int(model.graph.first(each, v.START)), int(model.graph.first(each, v.END)))
        for number, each in enumerate(passages, start=1)
    }
    text = documents.text_of(model, iri)
    paragraphs = list(documents.paragraphs(text, {n: (str(n), *s) for n, s in spans.items()}))
    for number, (start, end) in spans.items():
        pieces = [piece for each in paragraphs for piece in each if number in piece.passages]
        assert "".join(piece.text for piece in pieces) == text[start:end]
        assert pieces[0].anchors.count(str(number)) == 1
    assert any(len(piece.passages) > 1 for each in paragraphs for piece in each)


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        ([(0, 9)], "Every word of the text lies in its one passage."),
        ([(0, 4)], "50 % of the characters of the text lie in its one passage."),
        (
            [(0, 4), (2, 9), (5, 6)],
            "Every word of the text lies in one of its 3 passages, of which 3 overlap with others.",
        ),
        ([(0, 4), (5, 9)], "Every word of the text lies in one of its 2 passages."),
        ([], "No word of the text lies in one of its 0 passages."),
    ],
)
def test_how_much_of_a_text_lies_in_passages(spans: list[tuple[int, int]], said: str) -> None:
    assert documents.coverage("abcd efgh", spans) == said


# --- hostile values -------------------------------------------------------------------------------


def test_values_are_text_and_never_markup(mini: Mini, tmp_path: Path) -> None:
    from hrdem.build import build

    mini.edit("data/instruments.ttl", '"Plan"@en', '"</script><img src=x onerror=alert(1)>"@en')
    mini.edit(
        "data/documents/note.trig",
        'hrdem:textFile "note.txt" ;',
        'hrdem:textFile "note.txt" ; hrdem:address <javascript:alert(1)> ;',
    )
    build(mini.project)
    out = tmp_path / "out"
    site.write(mini.project, out)
    for path in out.rglob("*.html"):
        text = path.read_text("utf-8")
        assert "<img" not in text, path
        assert 'href="javascript' not in text, path
        assert text.count("</script>") == text.count("<script"), path
    assert "&lt;/script&gt;&lt;img" in (out / "instrument/plan.html").read_text("utf-8")


def test_a_citation_is_right_in_tex(model: Site) -> None:
    found = cite.citation(model, "https://w3id.org/hrdem/unknown/x_y&z")
    lines = found.bibtex.splitlines()
    assert lines[:2] == ["@misc{hrdem-unknown-x-y-z,", "  author = {{HRDem contributors}},"]
    assert lines[2] == r"  title = {{https://w3id.org/hrdem/unknown/x\_y\&z}},"


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
