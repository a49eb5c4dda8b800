"""The plans side by side: every part in one place, themes as the answers on file have them."""

from __future__ import annotations

import json
from collections import Counter
from xml.etree import ElementTree

import html5rdf
import pytest

from conftest import Mini
from hrdem import vocabulary as v
from hrdem.build import build
from hrdem.project import Project
from hrdem.site import plans
from hrdem.site.model import Site

HTML = "{http://www.w3.org/1999/xhtml}"
PLANS = [f"{v.BASE}instrument/action-plan-{years}" for years in ("2012-2014", "2015-2019")]
PLANS += [f"{v.BASE}instrument/action-plan-2020-2024"]


@pytest.fixture(scope="module")
def model(built: Project) -> Site:
    return Site.read(built)


@pytest.fixture(scope="module")
def page(model: Site) -> ElementTree.Element:
    (made,) = plans.pages(model)
    return read(made.content)


def read(text: str | bytes) -> ElementTree.Element:
    """Return a page as a tree; one that is not valid is an error."""
    tree: ElementTree.Element = html5rdf.HTMLParser(strict=True).parse(text)
    return tree


def text_of(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def section(page: ElementTree.Element, anchor: str) -> ElementTree.Element:
    return next(each for each in page.iter(f"{HTML}section") if each.get("id") == anchor)


def links(element: ElementTree.Element) -> list[str]:
    return [each.get("href", "") for each in element.iter(f"{HTML}a")]


def cells(page: ElementTree.Element, anchor: str, column: int) -> list[ElementTree.Element]:
    """Return the cells of one column of the body of a table."""
    rows = [
        row
        for body in section(page, anchor).iter(f"{HTML}tbody")
        for row in body.iter(f"{HTML}tr")
        if len(row) > 1
    ]
    return [row[column] for row in rows]


def on_file(project: Project, name: str) -> list[dict[str, str]]:
    """Return the rows of an answer on file."""
    text = (project.queries / "answers" / f"{name}.json").read_text("utf-8")
    rows = json.loads(text)["results"]["bindings"]
    return [{column: cell["value"] for column, cell in row.items()} for row in rows]


def asked(model: Site, sparql: str) -> list[tuple[str, ...]]:
    found = model.store.select(f"PREFIX hrdem: <{v.HRDEM}>\n{sparql}")
    return [tuple(v.value(each) for each in row if each is not None) for row in found.rows]


def page_of(iri: str) -> str:
    return f"{iri.removeprefix(v.BASE)}.html"


def test_the_plans_stand_in_the_order_of_time(model: Site, page: ElementTree.Element) -> None:
    assert plans.plans(model) == PLANS
    for anchor, first in (("parts", 0), ("changes", 1), ("themes-3", 1)):
        head = next(section(page, anchor).iter(f"{HTML}thead"))
        titles = list(head.iter(f"{HTML}th"))[first : first + 3]
        assert [links(each) for each in titles] == [[page_of(plan)] for plan in PLANS]
        assert all(each.get("scope") == "col" for each in titles)


@pytest.mark.parametrize("n", range(3))
def test_every_part_of_a_plan_is_in_one_cell_of_its_column(
    model: Site, page: ElementTree.Element, n: int
) -> None:
    expected = asked(model, f"SELECT ?part {{ ?part hrdem:provisionOf <{PLANS[n]}> }}")
    found = Counter(link for cell in cells(page, "parts", n) for link in links(cell))
    assert found == Counter(page_of(part) for (part,) in expected)
    assert len(expected) > 10


def test_a_part_and_what_it_carries_on_are_in_one_row_with_the_reason(
    model: Site, page: ElementTree.Element, built: Project
) -> None:
    pairs = asked(
        model,
        "SELECT ?later ?earlier { ?later hrdem:carriesOn ?earlier ; hrdem:provisionOf ?one ."
        " ?earlier hrdem:provisionOf ?other . ?one a hrdem:ActionPlan ."
        " ?other a hrdem:ActionPlan }",
    )
    reasons = {row["provision"]: row["reason"] for row in on_file(built, "carried-over")}
    rows = [
        row for row in section(page, "parts").iter(f"{HTML}tr") if len(row) == 4 and links(row[3])
    ]
    assert len(pairs) == 7
    for later, earlier in pairs:
        (row,) = [row for row in rows if page_of(later) in links(row)]
        assert page_of(earlier) in links(row)
        assert reasons[later] in text_of(row[3])
        assert "Judgement" in text_of(row[3])
        assert any("#" in link and link.startswith("document/") for link in links(row[3]))


def test_rows_without_a_judgement_have_parts_of_one_plan_only(page: ElementTree.Element) -> None:
    body = next(section(page, "parts").iter(f"{HTML}tbody"))
    for row in list(body.iter(f"{HTML}tr"))[1:]:
        filled = [cell for cell in row[:3] if links(cell)]
        assert (len(filled) > 1) == bool(links(row[3]))


def test_new_and_dropped_are_those_on_file_with_their_reasons(
    page: ElementTree.Element, built: Project, model: Site
) -> None:
    rows = {text_of(row[0]): row for row in section(page, "changes").iter(f"{HTML}tr") if row}
    answers = on_file(built, "new-and-dropped")
    assert len(answers) == 7
    for each in answers:
        n = [model.label(plan) for plan in PLANS].index(each["plan"])
        cell = rows[each["change"].capitalize()][n + 1]
        assert page_of(each["theme"]) in links(cell)
        assert each["reason"] in text_of(cell)
        assert "Judgement" in text_of(cell)
    shown = [e for row in rows.values() for e in links(row) if e.startswith("theme/")]
    assert Counter(shown) == Counter(page_of(each["theme"]) for each in answers)


def themes(page: ElementTree.Element, anchor: str) -> dict[str, ElementTree.Element]:
    """Return page of a theme to its row."""
    return {
        links(row[0])[0]: row for row in section(page, anchor).iter(f"{HTML}tr") if links(row[0])
    }


def test_themes_persist_as_the_answers_on_file_say(
    page: ElementTree.Element, built: Project
) -> None:
    def found(anchor: str) -> set[str]:
        return {each for each in themes(page, anchor) if each.startswith("theme/")}

    assert found("themes-3") == {page_of(e["theme"]) for e in on_file(built, "in-all-plans")}
    assert found("themes-1") == {page_of(e["theme"]) for e in on_file(built, "only-in-one-plan")}


def test_a_theme_has_the_parts_that_the_answer_on_file_counts(
    page: ElementTree.Element, built: Project, model: Site
) -> None:
    rows = themes(page, "themes-3") | themes(page, "themes-2") | themes(page, "themes-1")
    labels = [model.label(plan) for plan in PLANS]
    answers = on_file(built, "theme-by-plan")
    for each in answers:
        if each["plan"] in labels:
            cell = rows[page_of(each["theme"])][labels.index(each["plan"]) + 1]
            assert len(links(cell)) == int(each["parts"]), each
    counted = sum(int(each["parts"]) for each in answers if each["plan"] in labels)
    assert counted == sum(len(links(cell)) for row in rows.values() for cell in row[1:]) > 100


def test_each_filled_cell_names_its_plan_for_small_windows(
    page: ElementTree.Element, model: Site
) -> None:
    names = {model.label(plan) for plan in PLANS} | {"Why they stand side by side"}
    for cell in page.iter(f"{HTML}td"):
        assert ("empty" in cell.get("class", "")) != (cell.get("data-label") in names)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Part V (action plan 2012-2014)", "Part V"),
        ("Part V (action plan 2015-2019)", "Part V (action plan 2015-2019)"),
        ("Sanctions (a new regime)", "Sanctions (a new regime)"),
        ("Migration", "Migration"),
    ],
)
def test_the_name_of_the_plan_is_left_out_in_its_column(label: str, expected: str) -> None:
    plan = "EU Action Plan on Human Rights and Democracy 2012-2014"
    assert plans.short(label, plan) == expected


HOSTILE = """
@prefix hrdem: <https://w3id.org/hrdem/ontology#> .
@prefix document: <https://w3id.org/hrdem/document/> .
@prefix instrument: <https://w3id.org/hrdem/instrument/> .
@prefix priority: <https://w3id.org/hrdem/priority/> .
@prefix period: <https://w3id.org/hrdem/period/> .
@prefix theme: <https://w3id.org/hrdem/theme/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

document:odd a hrdem:Document ; skos:prefLabel "A document"@en .
<https://w3id.org/hrdem/document/odd#all> a hrdem:Passage ; hrdem:passageOf document:odd .
<https://w3id.org/hrdem/document/odd#all> {
    instrument:odd a hrdem:ActionPlan ; skos:prefLabel "<script>alert(1)</script>"@en .
    period:odd hrdem:periodOf instrument:odd ; hrdem:start "2020-01-01"^^xsd:date .
    priority:odd a hrdem:Priority ; hrdem:provisionOf instrument:odd ;
        skos:prefLabel "\\"><img src=x onerror=alert(1)>"@en ; hrdem:hasTheme theme:odd .
    theme:odd a skos:Concept ; skos:prefLabel "</table>&amp;"@en .
}
"""


def test_labels_are_text_whatever_is_in_them(mini: Mini) -> None:
    mini.write("data/documents/odd.trig", HOSTILE)
    build(mini.project)
    (made,) = plans.pages(Site.read(mini.project))
    tree = read(made.content)
    assert not list(tree.iter(f"{HTML}img"))
    assert text_of(next(section(tree, "parts").iter(f"{HTML}th"))) == "<script>alert(1)</script>"
    assert '"><img src=x onerror=alert(1)>' in text_of(section(tree, "parts"))
    assert "</table>&amp;" in text_of(section(tree, "themes-1"))


def test_without_plans_the_page_says_so(mini: Mini) -> None:
    build(mini.project)
    (made,) = plans.pages(Site.read(mini.project))
    assert "There are none." in text_of(read(made.content))


def test_the_same_graph_gives_the_same_page(model: Site, built: Project) -> None:
    assert list(plans.pages(model)) == list(plans.pages(Site.read(built)))
