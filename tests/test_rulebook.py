"""The pages about rules: each rule has one, what it says is true, and it can be read anywhere."""

from __future__ import annotations

import ast
import json
import os
import posixpath
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from itertools import chain
from pathlib import Path

import html5rdf
import pytest

from conftest import ROOT
from hrdem import rulepages
from hrdem import vocabulary as v
from hrdem.assembly import assemble
from hrdem.check import identity, quality, rulebook, syntax, terms, words
from hrdem.check.context import Context
from hrdem.check.finding import SEVERITIES
from hrdem.check.registry import LAYERS, RULES
from hrdem.check.rulebook import Demand, Page
from hrdem.errors import HrdemError, UsageError
from hrdem.project import Project
from shapes import Shapes
from small import Small

PROJECT = Project.at(ROOT)
SHAPES = Shapes(ROOT / "validation")


@cache
def layers() -> tuple[rulebook.Layer, ...]:
    return rulebook.read_layers(PROJECT)


@cache
def files() -> dict[str, str]:
    return rulepages.render(layers())


def pages() -> list[Page]:
    return [page for layer in layers() for page in layer.pages]


def demands() -> list[Demand]:
    return [demand for page in pages() for demand in page.demands]


# --- there is a page for every rule ---------------------------------------------------------------


def codes_in(path: Path) -> set[str]:
    """Return the codes that a module gives to findings, as they stand in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        strings: list[ast.expr] = []
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            name = node.func.id if isinstance(node.func, ast.Name) else name
            if name in ("Finding", "_finding", "of_error"):
                strings = list(node.args)
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
            strings = node.value.elts[:1]
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "CODE":
            strings = [node.value]
        for each in strings:
            if isinstance(each, ast.Constant) and re.fullmatch("[a-z]+(-[a-z]+)*", str(each.value)):
                found.add(str(each.value))
    return found


def test_every_code_that_a_module_gives_is_a_rule_and_every_rule_is_given() -> None:
    modules = [
        path
        for folder in ("check", "links")
        for path in sorted((ROOT / "scripts" / "hrdem" / folder).glob("*.py"))
    ]
    assert set().union(*map(codes_in, modules)) == set(RULES)


def test_every_rule_has_one_page_and_every_iri_leads_to_one() -> None:
    index = json.loads(files()[rulepages.MARKER])
    rules = {
        *(v.RULE + code for code in RULES),
        *(v.RULE + path.stem for path in quality.rule_files(PROJECT.validation)),
        *(shape.value for shape in SHAPES.of_class("NodeShape")),
        *(constraint.source for constraint in SHAPES.constraints),
    }
    assert rules <= set(index)
    iris = [page.iri for page in pages()]
    assert len(set(iris)) == len(iris)
    named = [demand.iri for demand in demands()]
    assert len(set(named)) == len(named)
    for iri, address in index.items():
        name, _, fragment = address.partition("#")
        assert files()[name]
        assert f"<code>{iri.rpartition('/')[2]}</code>" in files()[name] or not fragment
        if fragment:
            assert f'<section id="{fragment}">' in files()[name]


def test_each_bad_example_stands_with_the_constraint_that_it_breaks() -> None:
    shown = {
        (page.code, case.name): demand.iri
        for page in pages()
        if page.iri.startswith(v.SHAPE)
        for demand in page.demands
        for case in demand.bad
    }
    expected = {
        (path.parent.name, path.stem): constraint.source
        for path in SHAPES.examples
        if (constraint := SHAPES.expected(path)) is not None
    }
    assert shown == expected


def test_nothing_is_missing_on_a_page() -> None:
    for page in pages():
        assert page.title
        assert page.about.endswith("."), page.code
        assert page.applies_to or page.used_by, page.code
        assert (page.good is not None) == bool(page.applies_to), page.code
        for demand in page.demands:
            assert demand.severity in SEVERITIES
            assert demand.wrong
            assert not [phrase for phrase in demand.asks if phrase.startswith("sh:")], demand.code
            if page.applies_to:
                assert demand.bad, demand.code
                assert demand.mend, demand.code


def test_a_message_is_parted_into_what_is_wrong_and_what_to_do() -> None:
    assert rulebook.split_message("It is wrong, as in v. 2. Write “A.” Then go on.") == (
        "It is wrong, as in v. 2.",
        "Write “A.” Then go on.",
    )
    assert rulebook.split_message("It is wrong.") == ("It is wrong.", "")


# --- what the pages of the program's own rules say is true ----------------------------------------

NOTE = "data/documents/note.trig"
PAGE = "data/documents/page.trig"
INSTRUMENTS = "data/instruments.ttl"
ADOPTION = "instrument:plan hrdem:hasTheme theme:elections ."
BREAK: dict[str, Callable[[Small], object]] = {
    "syntax": lambda s: s.edit("data/agents.ttl", '"Council"@en .', '"Council"@en'),
    "text-unnamed": lambda s: s.write("data/texts/other.txt", "Other."),
    "quality-rule": lambda s: s.write(
        "validation/quality/missing-label.rq", RULES["quality-rule"].bad + "\n\nSELECT * {}\n"
    ),
    "unknown-term": lambda s: s.edit(NOTE, "hrdem:buildsOn", "hrdem:buildOn"),
    "quote-without-text": lambda s: s.edit(
        PAGE, 'hrdem:locator "first section"@en', 'hrdem:quote "It was adopted in 2020."@en'
    ),
    "quote-incomplete": lambda s: s.edit(NOTE, "    hrdem:end 84 ;\n", ""),
    "quote-misplaced": lambda s: s.edit(
        NOTE, "hrdem:start 82 ;\n    hrdem:end 84 ;", "hrdem:start 81 ; hrdem:end 83 ;"
    ),
    "quote-paragraph": lambda s: s.edit(
        NOTE, "hrdem:paragraph 2 ;\n    hrdem:start 82", "hrdem:paragraph 3 ;\n    hrdem:start 82"
    ),
    "quote-date": lambda s: s.edit(NOTE, '"2020-11-17"^^xsd:date', '"2020-11-18"^^xsd:date'),
    "words-uncovered": lambda s: s.write(
        NOTE,
        re.sub(
            r"\nnote:flag .*?\n\n|\nnote:flag .*",
            "\n",
            (s.root / NOTE).read_text("utf-8"),
            flags=re.DOTALL,
        ),
    ),
    "same-label": lambda s: s.edit(INSTRUMENTS, '"Earlier plan"', '"Plan"'),
    "same-identifier": lambda s: s.edit(
        PAGE,
        ADOPTION,
        f'{ADOPTION} instrument:plan hrdem:celexNumber "32020X0001" .\n'
        '    instrument:earlier-plan hrdem:celexNumber "32020X0001" .',
    ),
    "unregistered": lambda s: s.edit(
        NOTE, "hrdem:buildsOn instrument:earlier-plan", "hrdem:buildsOn instrument:erlier-plan"
    ),
    "unmentioned": lambda s: s.edit(
        "data/agents.ttl",
        '"Council"@en .',
        '"Council"@en .\nagent:other a org:Organization ; skos:prefLabel "Other"@en .',
    ),
    "two-classes": lambda s: s.edit(
        INSTRUMENTS, "instrument:plan a hrdem:ActionPlan", "instrument:plan a hrdem:Guidelines"
    ),
}
"""How the small project is made to have the fault that the page of a rule shows."""


@pytest.mark.parametrize("code", BREAK)
def test_the_message_on_a_page_is_the_one_that_its_example_gets(small: Small, code: str) -> None:
    if code == "two-classes":
        small.edit(PAGE, ADOPTION, f"{ADOPTION} instrument:plan a hrdem:ActionPlan .")
    BREAK[code](small)
    material, findings = syntax.read(small.project)
    if material is not None:
        context = Context(
            small.project,
            material.sources,
            assemble(small.project, material.sources, material.queries),
        )
        findings += chain(terms.run(context), words.run(context), identity.run(context))
        if code == "quality-rule":
            findings += quality.run(context)
    told = [finding for finding in findings if finding.code == code]
    assert len(told) == 1
    assert all(part.strip() in told[0].message for part in RULES[code].message.split("…"))
    assert told[0].rule == v.RULE + code
    assert told[0].severity == RULES[code].severity


def test_the_others_are_tried_elsewhere() -> None:
    # A graph that cannot be made: test_check; built files: test_catalogue; outside: test_links.
    assert {r.code for r in RULES.values() if r.layer != "outside"} - set(BREAK) == {
        "build",
        "built-file",
    }
    assert {rule.layer for rule in RULES.values()} == set(LAYERS)


# --- HTML -----------------------------------------------------------------------------------------


def html_files() -> dict[str, str]:
    return {name: text for name, text in files().items() if name.endswith(".html")}


def test_pages_are_valid_html_without_script() -> None:
    for name, text in html_files().items():
        parser = html5rdf.HTMLParser(strict=True)
        parser.parse(text)  # raises for every parse error of the HTML standard
        assert "<script" not in text, name
        assert '<html lang="en">' in text
        assert 'name="viewport" content="width=device-width, initial-scale=1"' in text
        ids = re.findall(r' id="([^"]+)"', text)
        assert len(set(ids)) == len(ids), name


def test_the_parser_is_strict() -> None:
    with pytest.raises(Exception, match=r"end tag|unexpected"):
        html5rdf.HTMLParser(strict=True).parse("<!doctype html><p>a</b>")


def test_all_links_lead_somewhere_inside() -> None:
    reached = {"index.html"}
    for name, text in html_files().items():
        for link in re.findall(r'(?:href|src)="([^"]*)"', text):
            if link == "data:,":
                continue
            target, _, fragment = link.partition("#")
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
            path = path if target else name
            assert path in files(), f"{name} links to {link}"
            assert not fragment or f' id="{fragment}"' in files()[path], f"{name} links to {link}"
            if name == "index.html":
                reached.add(path)
    assert set(html_files()) <= reached


def test_what_a_shape_says_is_text_and_never_markup(small: Small) -> None:
    small.edit(
        "validation/time.ttl", '"An event has a date, or', '"<b>An event</b> & has a date, or'
    )
    text = rulepages.render(rulebook.read_layers(small.project))["shape/Event.html"]
    assert "&lt;b&gt;An event&lt;/b&gt; &amp; has a date" in text


def test_names_and_values_in_sentences_are_code() -> None:
    page = files()["shape/Event.html"]
    assert "Write it as <code>&#34;2020-11-19&#34;^^xsd:date</code>," in page
    assert "Add <code>hrdem:date</code>, or <code>hrdem:notLaterThan</code>" in page
    assert '<code class="iri">https://w3id.org/hrdem/shape/Event</code>' in page


def test_what_a_bad_example_has_otherwise_is_marked() -> None:
    page = files()["shape/Event.html"]
    assert "    <mark>hrdem:date &#34;2020-11-17&#34; .</mark>\n" in page


def test_pages_are_the_same_each_time() -> None:
    code = (
        "import hashlib; from pathlib import Path; from hrdem import rulepages;"
        " from hrdem.check.rulebook import read_layers; from hrdem.project import Project;"
        f" pages = rulepages.render(read_layers(Project.at(Path({str(ROOT)!r}))));"
        " print(hashlib.sha256(repr(sorted(pages.items())).encode()).hexdigest())"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "scripts"), "PYTHONUTF8": "1"}
    sums = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**environment, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(sums) == 1


def test_pages_are_written_whole_and_replace_only_pages(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    some = layers()[:2]
    rulepages.write(layers(), folder)
    assert rulepages.write(some, folder) == sum(len(layer.pages) for layer in some)
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found == set(rulepages.render(some))
    assert list(tmp_path.iterdir()) == [folder]
    own = tmp_path / "own"
    own.mkdir()
    (own / "thesis.txt").write_text("mine")
    with pytest.raises(HrdemError) as caught:
        rulepages.write(some, own)
    assert "it has no rules.json), and writing would replace everything in it." in str(caught.value)
    assert [path.name for path in own.iterdir()] == ["thesis.txt"]


# --- text and search ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Event", "Event"),
        ("Event-dated", "Event"),
        ("shape:Event-dated", "Event"),
        ("https://w3id.org/hrdem/shape/Event", "Event"),
        ("event", "Event"),
        ("quote-misplaced", "quote-misplaced"),
        ("https://w3id.org/hrdem/rule/quote-misplaced", "quote-misplaced"),
    ],
)
def test_a_rule_is_found_by_any_of_its_names(name: str, code: str) -> None:
    assert rulebook.find_page(layers(), name).code == code


def test_a_rule_that_is_not_there_gives_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        rulebook.find_page(layers(), "quote-mispalced")
    assert str(caught.value) == (
        "There is no rule 'quote-mispalced'. Did you mean quote-misplaced? `hrdem rules` lists them"
        " all."
    )


def test_the_terminal_names_the_folder_of_the_other_bad_cases() -> None:
    for name in ("ontology-metadata", "QuotedPassage"):
        page = rulebook.find_page(layers(), name)
        assert len(list((ROOT / page.examples).glob("bad*.ttl"))) >= sum(
            len(demand.bad) for demand in page.demands
        )
    text = rulepages.as_text(rulebook.find_page(layers(), "ontology-metadata"))
    assert " more stand in validation/quality/examples/ontology-metadata/.\n" in text


def test_the_page_in_the_terminal() -> None:
    text = rulepages.as_text(rulebook.find_page(layers(), "QuotedPassage"))
    for part in (
        "QuotedPassage-order (violation): start before end\n",
        "Applies to everything that has the property hrdem:quote (“quote”).\n",
        "Good: A quote at its offsets, in its paragraph.\n    note:second a hrdem:Passage ;\n",
        "What a check says: The quote ends where it begins, or before.\n",
        "How to mend: Correct hrdem:start or hrdem:end.\n",
        "Values of hrdem:end (“end”): exactly 1 value.\n",
        "\n  >     hrdem:end 53 , 54 ;\n",
    ):
        assert part in text
    listed = rulepages.listing(layers(), 80)
    assert max(map(len, listed.splitlines())) <= 90
    assert all(f"\n  {page.code}  (" in listed for page in pages())


def test_a_shape_file_that_cannot_be_read_is_named(small: Small) -> None:
    small.write("validation/more.ttl", "shape:Thing a sh:NodeShape .\n")
    assert small.error(lambda project: rulebook.read_layers(project)).startswith(
        "validation/more.ttl:1:1: This is not valid Turtle: "
    )
