"""The pages of the saved questions: the answer on file, the form, the files and the query."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from datetime import date
from xml.etree import ElementTree

import html5rdf
import pyoxigraph as ox
import pytest

from conftest import Mini
from hrdem import answers, queries
from hrdem import vocabulary as v
from hrdem.build import build
from hrdem.project import Project
from hrdem.queries import SavedQuery
from hrdem.site import page, questions, words
from hrdem.site.model import Site

HTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def model(built: Project) -> Site:
    return Site.read(built)


@pytest.fixture(scope="module")
def saved(built: Project) -> dict[str, SavedQuery]:
    return {query.name: query for query in queries.load_catalogue(built)}


@pytest.fixture(scope="module")
def files(model: Site) -> dict[str, str]:
    """What is written about questions, by its address."""
    return {each.path: text(each) for each in questions.pages(model)}


@pytest.fixture(scope="module")
def pages(files: dict[str, str], saved: dict[str, SavedQuery]) -> dict[str, ElementTree.Element]:
    """The page of each question by its name; one that is not valid HTML is an error."""
    return {name: read(files[f"query/{name}.html"]) for name in saved}


def text(file: page.Page) -> str:
    assert isinstance(file.content, str)
    return file.content


def read(content: str) -> ElementTree.Element:
    tree: ElementTree.Element = html5rdf.HTMLParser(strict=True).parse(content)
    return tree


def text_of(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def by_id(tree: ElementTree.Element, name: str) -> ElementTree.Element:
    return next(each for each in tree.iter() if each.get("id") == name)


def cells(tree: ElementTree.Element) -> list[list[ElementTree.Element]]:
    rows = list(by_id(tree, "answer").iter(f"{HTML}tr"))[1:]
    return [list(row.iter(f"{HTML}td")) for row in rows]


def says(model: Site, cell: ElementTree.Element, value: object, origin: str) -> bool:
    """Return whether a cell shows a term."""
    if value is None:
        return text_of(cell) == ""
    if isinstance(value, ox.NamedNode):
        link = next(cell.iter(f"{HTML}a"), None)
        href = "" if link is None else link.get("href")
        short = v.shorten(value.value).strip("<>").removeprefix(v.BASE)
        return href == model.link(value.value, origin) and text_of(cell) in (
            " ".join(model.label(value.value).split()),
            short,
        )
    assert isinstance(value, ox.Literal)
    day = next(cell.iter(f"{HTML}time"), None)
    if words.is_date(value):
        return day is not None and day.get("datetime") == value.value
    return text_of(cell) == " ".join(value.value.split())


# --- answers --------------------------------------------------------------------------------------


def test_every_question_has_a_page_and_is_in_the_list(
    files: dict[str, str], saved: dict[str, SavedQuery]
) -> None:
    listed = read(files["questions.html"])
    links = {
        each.get("href"): text_of(each)
        for each in listed.iter(f"{HTML}a")
        if each.get("href", "").startswith("query/")
    }

    assert len(saved) > 60
    assert links == {f"query/{name}.html": query.summary for name, query in saved.items()}
    titles = [text_of(each).casefold() for each in listed.iter(f"{HTML}h2")]
    assert titles == sorted({query.tags[0].casefold() for query in saved.values()})


def test_every_page_shows_the_rows_that_are_on_file(
    built: Project, model: Site, saved: dict[str, SavedQuery], pages: dict[str, ElementTree.Element]
) -> None:
    shown = 0
    for name, query in saved.items():
        path = queries.path_on_file(built, query)
        if query.form != "select" or not path.is_file():
            continue
        data = json.loads(path.read_text("utf-8"))
        columns = data["head"]["vars"]
        on_file = ox.parse_query_results(path.read_bytes(), format=ox.QueryResultsFormat.JSON)
        assert isinstance(on_file, ox.QuerySolutions)
        expected = [[row[column] for column in columns] for row in on_file]
        drawn = cells(pages[name])
        assert len(drawn) == len(expected) == len(data["results"]["bindings"]), name
        for row, values in zip(drawn, expected, strict=True):
            for cell, value in zip(row, values, strict=True):
                assert says(model, cell, value, f"query/{name}.html"), (name, text_of(cell), value)
        shown += len(drawn)
    assert shown > 1000


def test_yes_and_triples_are_shown_too(
    built: Project, saved: dict[str, SavedQuery], pages: dict[str, ElementTree.Element]
) -> None:
    answer = by_id(pages["did-it-apply"], "answer")
    assert [text_of(p) for p in answer.iter(f"{HTML}p") if p.get("class") == "boolean"] == ["Yes"]
    for name, query in saved.items():
        if query.form == "construct":
            path = queries.path_on_file(built, query)
            assert len(cells(pages[name])) == len(list(ox.parse(path=str(path)))) > 0


def test_the_answer_can_be_saved_as_it_is_on_file(
    built: Project, saved: dict[str, SavedQuery], files: dict[str, str]
) -> None:
    for name, query in saved.items():
        assert files[f"query/{name}.rq"] == query.text
        path = queries.path_on_file(built, query)
        suffix = path.suffix
        if not path.is_file():
            assert f"query/{name}{suffix}" not in files
            continue
        assert files[f"query/{name}{suffix}"] == path.read_text("utf-8")
        if query.form == "select":
            head, *rows = csv.reader(io.StringIO(files[f"query/{name}.csv"]))
            data = json.loads(path.read_text("utf-8"))
            assert head == data["head"]["vars"]
            assert rows == [
                [row.get(column, {}).get("value", "") for column in head]
                for row in data["results"]["bindings"]
            ]


def test_who_else_is_asked_is_said_and_such_a_question_has_no_form(
    saved: dict[str, SavedQuery], pages: dict[str, ElementTree.Element]
) -> None:
    asking = [name for name, query in saved.items() if query.endpoints]
    assert len(asking) >= 3
    for name in asking:
        said = text_of(pages[name])
        for asked in saved[name].endpoints.values():
            assert f"{asked.name}" in said
        assert "nothing here talks to other servers" in said
        assert f"hrdem ask {name}" in said
        assert [f for f in pages[name].iter(f"{HTML}form") if f.get("data-question")] == []


def test_a_label_is_a_link_to_the_thing_of_its_row(
    pages: dict[str, ElementTree.Element],
) -> None:
    for label, *_, thing in cells(pages["believed-to-apply"]):
        (named,), (link,) = label.iter(f"{HTML}a"), thing.iter(f"{HTML}a")
        assert named.get("href") == link.get("href") != ""


# --- charts ---------------------------------------------------------------------------------------


def bars(tree: ElementTree.Element) -> list[tuple[str, float, float]]:
    """Return the bars of an answer: what is written beside each, its start and its length."""
    found = []
    for item in by_id(tree, "answer").iter(f"{HTML}li"):
        (bar,) = (e for e in item.iter(f"{SVG}rect") if "bar" in e.get("class", "").split())
        found.append((text_of(item), float(bar.get("x", "")), float(bar.get("width", ""))))
    return found


def test_counts_are_drawn_in_proportion_the_largest_first(
    built: Project, saved: dict[str, SavedQuery], pages: dict[str, ElementTree.Element]
) -> None:
    data = json.loads(queries.path_on_file(built, saved["theme-by-plan"]).read_text("utf-8"))
    counts = sorted((int(r["parts"]["value"]) for r in data["results"]["bindings"]), reverse=True)

    drawn = bars(pages["theme-by-plan"])

    assert len(drawn) == questions.DRAWN < len(counts)
    for (said, start, length), number in zip(drawn, counts, strict=False):
        assert said.endswith(f" {number}")
        assert start == 0
        assert length == pytest.approx(1000 * number / counts[0], abs=0.1)


def test_days_are_drawn_where_they_are(
    built: Project, saved: dict[str, SavedQuery], pages: dict[str, ElementTree.Element]
) -> None:
    data = json.loads(queries.path_on_file(built, saved["succession-chain"]).read_text("utf-8"))
    spans = [
        (date.fromisoformat(row["since"]["value"]), date.fromisoformat(row["until"]["value"]))
        for row in data["results"]["bindings"]
    ]
    first = date(min(start for start, _ in spans).year, 1, 1).toordinal()
    whole = date(max(end for _, end in spans).year + 1, 1, 1).toordinal() - first

    drawn = bars(pages["succession-chain"])

    assert len(drawn) == len(spans) >= 3
    for (said, x, length), (start, end) in zip(drawn, spans, strict=True):
        assert words.day(end.isoformat()) in said
        assert x == pytest.approx(1000 * (start.toordinal() - first) / whole, abs=0.1)
        days = end.toordinal() - start.toordinal() + 1
        assert length == pytest.approx(1000 * days / whole, abs=0.1)


def test_years_stand_where_they_begin_and_no_more_than_can_be_read(
    pages: dict[str, ElementTree.Element],
) -> None:
    tried = 0
    for name, tree in pages.items():
        texts = [
            (float(each.get("x", "").removesuffix("%")), int(text_of(each)))
            for svg in by_id(tree, "answer").iter(f"{SVG}svg")
            if svg.get("class") == "years"
            for each in svg.iter(f"{SVG}text")
        ]
        assert len(texts) <= 8, name
        tried += len(texts) > 1
        for (x, year), (later, next_year) in itertools.pairwise(texts):
            assert later - x > 10, (name, year, next_year)
        assert all(x < 88 for x, _ in texts), name  # so that the number ends within the axis
    assert tried > 3
    first, whole = date(2012, 1, 1).toordinal(), date(2028, 1, 1).toordinal()
    axis = next(
        each
        for each in by_id(pages["succession-chain"], "answer").iter(f"{SVG}svg")
        if each.get("class") == "years"
    )
    for each in axis.iter(f"{SVG}text"):
        place = (date(int(text_of(each)), 1, 1).toordinal() - first) / (whole - first)
        assert float(each.get("x", "").removesuffix("%")) == pytest.approx(100 * place, abs=0.02)


# --- the form and the query -----------------------------------------------------------------------


def test_the_form_offers_what_each_parameter_takes(
    built: Project, saved: dict[str, SavedQuery]
) -> None:
    """With the query engine at hand; without it there is nothing that could answer.

    One question for each type of parameter is looked at.
    """
    site = Site.read(built, built.build)  # any folder: only whether there is one counts here
    pages = {each.path: each for each in questions.pages(site)}
    kinds = {"xsd:date": "date", "xsd:integer": "number", "xsd:string": "text"}
    tried: set[str] = set()
    for name, query in saved.items():
        if query.endpoints or tried.issuperset(p.type for p in query.parameters.values()):
            continue
        tree = read(text(pages[f"query/{name}.html"]))
        (form,) = (f for f in tree.iter(f"{HTML}form") if f.get("data-question") == name)
        fields = {each.get("name"): each for each in form.iter() if each.get("name")}
        assert list(fields) == list(query.parameters)
        for parameter in query.parameters.values():
            field = fields[parameter.name]
            tried.add(parameter.type)
            kind = parameter.type.removeprefix("iri:")
            if parameter.type in kinds:
                assert field.get("type") == kinds[parameter.type]
                assert field.get("value") == parameter.example
            elif kind == queries.ANY_KIND:
                offered = by_id(tree, field.get("list", "")).iter(f"{HTML}option")
                names = {each.get("value", ""): text_of(each) for each in offered}
                assert len(names) == sum(map(len, site.things.values()))
                example = queries.term(parameter, parameter.example)
                assert names[parameter.example] == site.label(example.value)
            else:
                options = {o.get("value", ""): o for o in field.iter(f"{HTML}option")}
                things = site.things[kind]
                assert sorted(options) == sorted(iri.rpartition("/")[2] for iri in things)
                (chosen,) = (value for value, o in options.items() if "selected" in o.attrib)
                example = queries.term(parameter, parameter.example)
                assert queries.term(parameter, chosen) == example
                assert text_of(options[chosen]) == site.label(example.value)
            labels = [e for e in form.iter(f"{HTML}label") if e.get("for") == field.get("id")]
            assert [text_of(e) for e in labels] == [words.raised(parameter.description)]
    assert {"xsd:date", "xsd:integer", "xsd:string", "iri:thing", "iri:instrument"} <= tried


def test_without_the_engine_there_is_no_form_that_would_do_nothing(
    pages: dict[str, ElementTree.Element],
) -> None:
    for tree in pages.values():
        assert [each for each in tree.iter(f"{HTML}form") if each.get("data-question")] == []


def test_the_script_of_the_page_is_told_the_question(
    saved: dict[str, SavedQuery], pages: dict[str, ElementTree.Element]
) -> None:
    for name, query in saved.items():
        data = json.loads("".join(by_id(pages[name], "question").itertext()))
        assert data == {
            "name": name,
            "form": query.form,
            "text": query.text,
            "parameters": [each._asdict() for each in query.parameters.values()],
        }


def test_the_query_is_shown_whole(
    saved: dict[str, SavedQuery], pages: dict[str, ElementTree.Element]
) -> None:
    for name, query in saved.items():
        (shown,) = pages[name].iter(f"{HTML}pre")
        assert "".join(shown.itertext()) == query.text
        assert "".join(piece for _, piece in questions.tokens(query.text)) == query.text


def test_the_parts_of_a_query_are_told_apart() -> None:
    text = 'SELECT ?a { ?a hrdem:b "c # d" ; <http://e#f> 1 } # g'
    kinds = [(kind, piece) for kind, piece in questions.tokens(text) if kind]
    assert kinds == [
        ("keyword", "SELECT"),
        ("variable", "?a"),
        ("variable", "?a"),
        ("name", "hrdem:b"),
        ("string", '"c # d"'),
        ("iri", "<http://e#f>"),
        ("comment", "# g"),
    ]


def test_the_command_asks_what_the_page_shows(
    model: Site, saved: dict[str, SavedQuery], pages: dict[str, ElementTree.Element]
) -> None:
    said = text_of(pages["believed-to-apply"])
    assert "hrdem ask believed-to-apply --date 2024-06-01 --known 2023-06-01" in said
    found = answers.answer(
        model.store, saved["believed-to-apply"], {"date": "2024-06-01", "known": "2023-06-01"}
    )
    assert len(getattr(found, "rows", [])) == len(cells(pages["believed-to-apply"]))


# --- all of it ------------------------------------------------------------------------------------

HOSTILE = """\
#+ summary: "Which <b>plans</b> & </script><script>alert(1)</script>?"
#+ description: "</pre><img src=x onerror=alert(1)>"
#+ tags: ["<i>time</i>"]
PREFIX hrdem: <https://w3id.org/hrdem/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?label ?plan WHERE { ?plan a hrdem:ActionPlan ; skos:prefLabel ?label } ORDER BY ?label
"""


def test_hostile_words_are_text(mini: Mini) -> None:
    wicked = "</td></table><script>alert(2)</script>"
    mini.edit("data/instruments.ttl", '"Plan"@en', json.dumps(wicked) + "@en")
    mini.write("queries/time/hostile.rq", HOSTILE)
    build(mini.project)
    (query,) = (q for q in queries.load_catalogue(mini.project) if q.name == "hostile")
    answer = answers.compare(mini.project, Site.read(mini.project).store, [query])
    answers.write(answer)

    made = {each.path: each for each in questions.pages(Site.read(mini.project))}

    for path in ("questions.html", "query/hostile.html"):
        tree = read(text(made[path]))
        assert list(tree.iter(f"{HTML}img")) == list(tree.iter(f"{HTML}b")) == []
        assert not re.search(r"<script>|<img|<b>|<i>", text(made[path]))
    drawn = cells(read(text(made["query/hostile.html"])))
    assert wicked in [text_of(row[0]) for row in drawn]


def test_the_files_are_the_same_each_time(model: Site, files: dict[str, str]) -> None:
    assert {each.path: text(each) for each in questions.pages(model)} == files
