"""The explorer in a real browser: what it answers, and that everybody can use it.

The site lies in a folder of its server, not at the root, as it may anywhere.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest

import browser
from browser import Visit, visiting
from conftest import once_per_run
from hrdem import queries, site, sparql
from hrdem.errors import HrdemError, UsageError
from hrdem.project import Project
from hrdem.queries import Parameter, SavedQuery
from hrdem.site import assets
from hrdem.vocabulary import KINDS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

CHAIN = "PREFIX hrdem: <https://w3id.org/hrdem/ontology#>\n"
RUNAWAY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
ENGINE = ("engine/", "engine-inline", "data.ttl", "worker.js")


@pytest.fixture(scope="session")
def explorer(built: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of this checkout with its engine, written once per test run."""
    with once_per_run(tmp_path_factory, "explorer") as shared:
        out = shared / "hrdem"
        if not out.is_dir():
            site.write(built, out, assets.ready())
    return out


@pytest.fixture(scope="module")
def address(explorer: Path) -> Iterator[str]:
    with browser.serving(explorer.parent) as url:
        yield f"{url}{explorer.name}/"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.started() as started:
        yield started


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """A person whose browser keeps nothing; nothing may go wrong unseen."""
    with visiting(chromium, service_workers="block") as here:
        yield here
        said = [each for each in here.said if "Service Worker registration blocked" not in each]
        assert said == []


@pytest.fixture
def console(visit: Visit, address: str) -> Page:
    visit.page.goto(f"{address}sparql.html")
    return visit.page


@pytest.fixture(scope="module")
def saved(built: Project) -> dict[str, SavedQuery]:
    return {each.name: each for each in queries.load_catalogue(built)}


def write(page: Page, query: str) -> None:
    """Put a query into the editor as a person does, in place of what is there."""
    page.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.insert_text(query)


def run(page: Page, query: str) -> None:
    write(page, query)
    page.keyboard.press("Control+Enter")


def says(found: Locator, words: str) -> None:
    from playwright.sync_api import expect

    expect(found).to_contain_text(words)


def choose(page: Page, group: str, name: str) -> None:
    page.get_by_role("group", name=group).get_by_role("button", name=name, exact=True).click()


def download(page: Page, name: str) -> tuple[str, str]:
    """Save an answer; return the name of the file and what is in it."""
    with page.expect_download() as started:
        choose(page, "Save as", name)
    return started.value.suggested_filename, Path(started.value.path()).read_text("utf-8")


# --- the engine -----------------------------------------------------------------------------------


def ask(page: Page, query: str, form: str) -> Any:
    asking = "async ([query, form]) => (await HRDem.engine.ask(query, form)).answer"
    return page.evaluate(asking, [query, form])


def test_all_saved_questions_are_answered_as_on_file(
    console: Page, built: Project, saved: dict[str, SavedQuery]
) -> None:
    answered = 0
    for query in saved.values():
        if query.endpoints:
            continue  # they ask others
        path = queries.path_on_file(built, query)
        if query.form == "construct":
            found = ox.parse(ask(console, query.text, "ttl"), format=ox.RdfFormat.TURTLE)
            filed = ox.parse(path=path, format=ox.RdfFormat.TURTLE)
            assert {each.triple for each in found} == {each.triple for each in filed}, query.name
        else:
            found = json.loads(ask(console, query.text, "json"))
            assert found == json.loads(path.read_text("utf-8")), query.name
        answered += 1
    assert answered > 60


def values() -> Iterator[tuple[str, str]]:
    """Yield types of parameters with what people, and others, may type."""
    for text in (
        "2021-01-31",
        " 2024-02-29 ",
        "2023-02-29",
        "20210131",
        "2021-13-01",
        "0000-01-01",
    ):
        yield "xsd:date", text
    for text in ("12", "+7", "-0", "007", "1" * 18, "1" * 19, "1.5", "", "१"):
        yield "xsd:integer", text
    for text in ('a "b" <c> é 🇪🇺', "\\u0022", "a\nb", "} UNION {", "a\u00a0b", "?x", "'''"):
        yield "xsd:string", text
    slugs = ("democracy", "a.b", "a.", "x/y", "theme:democracy", "agent:council-of-the-eu", "a b")
    iris = ("https://w3id.org/hrdem/theme/democracy", "<https://w3id.org/hrdem/theme/x>", "a> . #")
    for text in (*slugs, *iris, "https://w3id.org/hrdem/theme/x#y", "https://example.org/theme/x"):
        yield "iri:theme", text
        if ":" in text:
            yield "iri:thing", text


def test_values_are_taken_and_refused_as_by_the_command(console: Page) -> None:
    binding = """([query, values, kinds]) => {
        try { return [HRDem.sparql.bind(query, values, kinds), ""] }
        catch (problem) { return ["", problem.message] }
    }"""
    seen = set()
    for kind, value in values():
        example = {"xsd:date": "2021-01-01", "xsd:integer": "1", "xsd:string": "x"}.get(
            kind, "theme:x"
        )
        parameter = Parameter("it", kind, example, "what to give")
        text = "# VALUES ?it { 1 }\nSELECT * { VALUES ?it { <x:y> } ?a ?b '} VALUES ?it { 2 }' }"
        query = SavedQuery("q", "t", "t/q.rq", "?", "?", ("t",), {"it": parameter}, "select", text)
        try:
            wanted = [queries.bind(query, {"it": value}), ""]
        except UsageError as problem:
            wanted = ["", str(problem)]
        given = {"text": text, "parameters": [parameter._asdict()]}
        found = console.evaluate(binding, [given, {"it": value}, list(KINDS)])
        if wanted[1]:  # the two quote odd characters each in its way
            assert (
                found[0] == ""
                and found[1].split(", not ")[0] == wanted[1].split(", not ")[0].rstrip()
            ), (kind, value)
        else:
            assert found == wanted, (kind, value)
        seen.add((kind, bool(wanted[1])))
    assert len(seen) == 10


FAULTS = [
    "SELECT ?x WHERE { ?x foaf:name ?y }",
    "SELECT ?x WHERE {\n  ?x ?y }}",
    "SELECT ?x\nWHERE { ?x ?y ?z",
    "SELECT ?x (COUNT(*) AS ?n) { ?x ?y ?z }",
    "SELECT (1 AS ?a) (2 AS ?a) {}",
    "SELECT ?x { ?x <http://a b> 1 }",
    "INSERT DATA { <x:y> <x:y> 1 }",
    "# nothing\n",
    "PREFIX a: <x:>\nFIND ?x",
]


@pytest.mark.parametrize("query", FAULTS)
def test_faults_are_explained_as_by_the_command(console: Page, query: str) -> None:
    try:
        sparql.form_of(query)
        ox.Store().query(query)
        raise AssertionError("it is not wrong")
    except SyntaxError as problem:
        error = sparql.syntax_error(query, problem)
    except HrdemError as problem:
        error = problem
    wanted = error.message.split("\n")[0].split("; to change")[0]
    run(console, query)
    shown = console.locator("#problem p")
    says(shown, "")
    assert shown.inner_text().rstrip(".") == wanted.rstrip(".")
    assert console.locator("#result").inner_text() == ""


# --- the console ----------------------------------------------------------------------------------


def test_a_query_is_answered_as_table_timeline_and_file(console: Page, built: Project) -> None:
    console.select_option("#saved", "succession-chain")
    console.locator(".cm-content").click()
    console.keyboard.press("Control+Enter")
    says(console.locator("#status"), "3 rows")
    table = console.get_by_role("table")
    assert table.locator("th").all_inner_texts() == ["place", "label", "since", "until", "other"]
    link = table.get_by_role("link", name="instrument:action-plan-2015-2019")
    assert link.evaluate("each => each.href").endswith("/instrument/action-plan-2015-2019.html")
    choose(console, "Show as", "Timeline")
    assert console.locator("svg.result-timeline a").count() == 3
    name, text = download(console, "CSV")
    assert name == "succession-chain.csv"
    assert text.splitlines()[0] == "place,label,since,until,other"
    assert len(text.splitlines()) == 4
    filed = (built.queries / "answers" / "succession-chain.json").read_text("utf-8")
    name, text = download(console, "JSON")
    assert (name, json.loads(text)) == ("succession-chain.json", json.loads(filed))
    assert download(console, "TSV")[1].startswith("?place\t?label")


def test_a_construct_is_drawn_and_saved_as_turtle(console: Page) -> None:
    console.select_option("#saved", "succession-graph")
    console.get_by_role("button", name="Run").click()
    says(console.locator("#status"), "triples")
    choose(console, "Show as", "Graph")
    drawing = console.locator("svg.result-graph")
    assert drawing.locator("a").count() > 10
    assert drawing.locator("path.arrow").count() > 10
    assert (
        drawing.get_by_role(
            "link", name="EU Action Plan on Human Rights and Democracy 2015-2019"
        ).count()
        == 1
    )
    _, text = download(console, "Turtle")
    found = list(ox.parse(text, format=ox.RdfFormat.TURTLE))
    assert f"{len(found)} triples" in console.locator("#status").inner_text()


def test_an_ask_is_answered_in_a_word(console: Page) -> None:
    run(console, "ASK { ?x ?y ?z }")
    says(console.locator("#result"), "Yes")


def test_long_answers_are_cut_on_screen_and_whole_in_files(console: Page) -> None:
    run(console, "SELECT ?s ?p { ?s ?p ?o } LIMIT 2345")
    says(console.locator("#status"), "2,345 rows")
    assert console.locator("#result tbody tr").count() == 1000
    says(console.locator("#result"), "The first 1,000 are shown")
    assert len(download(console, "CSV")[1].splitlines()) == 2346


def test_a_fault_is_shown_where_it_is(console: Page) -> None:
    run(console, "SELECT ?x WHERE {\n  ?x nothing:here ?y }")
    says(console.get_by_role("alert"), "line 2, column 6")
    assert console.locator(".cm-lintRange-error").inner_text() == "n"
    run(console, "SELECT ?x WHERE { ?x ?y ?z } LIMIT 1")
    says(console.locator("#status"), "1 row.")
    assert not console.get_by_role("alert").is_visible()


def test_a_runaway_query_is_cancelled_and_the_next_one_answered(console: Page) -> None:
    run(console, RUNAWAY)
    says(console.locator("#status"), "Asking")
    time.sleep(0.5)
    since = time.monotonic()
    console.get_by_role("button", name="Cancel").click()
    says(console.locator("#status"), "Cancelled.")
    assert time.monotonic() - since < 5
    run(console, "SELECT ?x { ?x ?y ?z } LIMIT 2")
    says(console.locator("#status"), "2 rows.")


def test_a_link_holds_the_query(visit: Visit, console: Page, address: str) -> None:
    query = "SELECT * { ?x ?y 'é & # 🇪🇺' }"
    write(console, query)
    console.get_by_role("button", name="Link to this query").click()
    says(console.locator("#status"), "holds the query")
    other = visit.context.new_page()
    other.goto(console.url)
    says(other.locator(".cm-content"), query)
    other.goto(f"{address}sparql.html#saved=did-it-apply")
    says(other.locator(".cm-content"), "ASK")


def test_names_are_completed(console: Page) -> None:
    write(console, "SELECT ?plan { ?plan a ")
    console.keyboard.type("hrdem:ActionP", delay=30)
    says(console.locator(".cm-tooltip-autocomplete"), "hrdem:ActionPlan")
    time.sleep(0.2)  # nothing is taken that was hardly seen
    console.keyboard.press("Enter")
    says(console.locator(".cm-content"), "a hrdem:ActionPlan")
    console.keyboard.type(" . ?pl", delay=30)
    says(console.locator(".cm-tooltip-autocomplete"), "?plan")


def test_the_keyboard_can_leave_the_editor(console: Page) -> None:
    console.locator(".cm-content").click()
    console.keyboard.press("Escape")
    console.keyboard.press("Tab")
    assert console.evaluate("document.activeElement.id") == "run"


def test_values_of_the_graph_are_never_html(console: Page) -> None:
    run(console, 'SELECT ("<img src=x onerror=alert(1)>" AS ?x) (<javascript:alert(1)> AS ?y) {}')
    says(console.locator("#status"), "1 row.")
    assert console.locator("#result img, #result tbody a").count() == 0
    says(console.locator("#result tbody"), "<img src=x onerror=alert(1)>")


# --- saved questions ------------------------------------------------------------------------------


def test_a_saved_question_is_answered_with_other_values(visit: Visit, address: str) -> None:
    page = visit.page
    page.goto(f"{address}query/did-it-apply.html")
    assert not [each for each in visit.asked if any(name in each for name in ENGINE)]
    entry = page.locator("form[data-question]")
    entry.locator("[name=date]").fill("2013-06-01")
    entry.locator("[name=instrument]").evaluate("each => each.value = 'action-plan-2012-2014'")
    entry.get_by_role("button", name="Ask").click()
    says(page.locator("main [role=status]"), "Answered here just now. Yes.")
    assert "date=2013-06-01" in page.url
    name, text = download(page, "JSON")
    assert (name, json.loads(text)["boolean"]) == ("did-it-apply.json", True)
    other = visit.context.new_page()
    other.goto(page.url.replace("2013-06-01", "2019-06-01"))
    says(other.locator("main [role=status]"), "Answered here just now. No.")
    assert other.locator("[name=date]").input_value() == "2019-06-01"


def test_the_answer_on_file_stays_where_a_value_is_refused(visit: Visit, address: str) -> None:
    page = visit.page
    page.goto(f"{address}query/succession-chain.html#instrument=no+such%3Ething")
    before = page.locator("#answer").inner_text()
    says(page.locator("main [role=status]"), "instrument wants a thing of the kind instrument")
    assert page.locator("#answer").inner_text() == before
    assert "2015-2019" in before


# --- searching ------------------------------------------------------------------------------------


def test_the_search_finds_by_part_of_a_name_without_accents(visit: Visit, address: str) -> None:
    page = visit.page
    page.goto(f"{address}about.html")
    assert not [each for each in visit.asked if "search-index" in each]
    box = page.get_by_role("searchbox")
    box.press_sequentially("ACTION plán 2015")
    says(page.locator(".suggestions"), "found")
    first = page.locator(".suggestions a").first
    assert first.inner_text() == "EU Action Plan on Human Rights and Democracy 2015-2019"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/instrument/action-plan-2015-2019.html")


def test_escape_closes_what_the_search_offers(visit: Visit, address: str) -> None:
    page = visit.page
    page.goto(f"{address}about.html")
    page.get_by_role("searchbox").press_sequentially("council")
    says(page.locator(".suggestions"), "found")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    assert not page.locator(".suggestions").is_visible()
    assert page.evaluate("document.activeElement.name") == "q"


def test_the_page_of_the_search_takes_what_an_address_says(visit: Visit, address: str) -> None:
    page = visit.page
    page.goto(f"{address}search.html?q=lambrinidis")
    says(page.locator("#found"), "found")
    assert "Stavros Lambrinidis" in page.locator("#hits a").all_inner_texts()
    page.get_by_role("searchbox").fill("zzzz")
    says(page.locator("#found"), "Nothing found.")


# --- what is loaded, and from where ---------------------------------------------------------------


def test_the_first_page_is_light_and_asks_for_no_engine(visit: Visit, address: str) -> None:
    sizes: dict[str, int] = {}
    visit.page.on("response", lambda each: sizes.update({each.url: len(each.body())}))
    visit.page.goto(f"{address}index.html", wait_until="networkidle")
    assert sum(sizes.values()) < 100_000, sizes
    visit.page.goto(f"{address}sparql.html", wait_until="networkidle")
    assert not [each for each in visit.asked if any(name in each for name in ENGINE)]


def test_nobody_else_is_asked(visit: Visit, address: str, kinds: list[str]) -> None:
    for path in kinds:
        visit.page.goto(address + path)
    assert [each for each in visit.asked if not each.startswith(address)] == []
    assert len(visit.asked) > len(kinds)


def test_it_works_from_a_disk(visit: Visit, explorer: Path) -> None:
    page = visit.page
    page.goto((explorer / "index.html").as_uri())
    page.get_by_role("searchbox").press_sequentially("action plan 2020")
    page.locator(".suggestions a").first.click()
    assert page.url.startswith("file:")
    page.goto((explorer / "sparql.html").as_uri())
    run(page, "SELECT ?x { ?x ?y ?z } LIMIT 2")
    says(page.locator("#status"), "2 rows.")


def test_it_can_be_read_without_a_connection(chromium: Browser, address: str) -> None:
    with visiting(chromium) as here:
        page = here.page
        page.goto(f"{address}instrument/action-plan-2015-2019.html")
        page.evaluate("navigator.serviceWorker.ready")
        page.goto(f"{address}sparql.html", wait_until="networkidle")
        run(page, "SELECT ?x { ?x ?y ?z } LIMIT 2")
        says(page.locator("#status"), "2 rows.")
        page.wait_for_load_state("networkidle")
        here.context.set_offline(True)
        page.goto(f"{address}index.html")
        assert "HRDem" in page.title()
        page.goto(f"{address}instrument/action-plan-2015-2019.html")
        says(page.locator("h1"), "2015-2019")
        page.goto(f"{address}sparql.html")
        run(page, "SELECT ?x { ?x ?y ?z } LIMIT 3")
        says(page.locator("#status"), "3 rows.")
        page.goto(f"{address}search.html?q=democracy")
        says(page.locator("#found"), "found")
        page.goto(f"{address}theme/human-rights.html")
        says(page.locator("h1"), "not kept")


def test_without_scripts_everything_can_be_read(chromium: Browser, address: str) -> None:
    with visiting(chromium, java_script_enabled=False) as here:
        here.page.goto(f"{address}index.html")
        plans = here.page.locator("#plans")
        plans.get_by_role(
            "link", name="EU Action Plan on Human Rights and Democracy 2015-2019"
        ).click()
        says(here.page.locator("h1"), "2015-2019")
        here.page.goto(f"{address}sparql.html")
        assert here.page.locator("textarea#query").input_value().startswith("# Which instruments")


def test_without_the_engine_the_page_says_so(
    chromium: Browser, built: Project, tmp_path: Path
) -> None:
    from hrdem.site import console as page_of_queries
    from hrdem.site.model import Site

    (page,) = page_of_queries.pages(Site.read(built))
    assert isinstance(page.content, str)
    (tmp_path / page.path).write_text(page.content, "utf-8")
    with visiting(chromium) as here:
        here.page.goto((tmp_path / page.path).as_uri())
        says(here.page.locator("main"), "This site was made without the query engine")
        assert here.page.get_by_label("Query").is_editable()
        assert here.page.locator("main button").count() == 0


# --- for everybody --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kinds(explorer: Path) -> list[str]:
    """Addresses of pages: all at the root, and of each folder the longest."""
    found = sorted(explorer.glob("*.html"))
    for folder in sorted({path.parent for path in explorer.rglob("*/*.html")}):
        found.append(max(folder.glob("*.html"), key=lambda path: (path.stat().st_size, path.name)))
    return [path.relative_to(explorer).as_posix() for path in found]


def test_axe_finds_nothing_in_light_and_in_dark(
    visit: Visit, address: str, kinds: list[str]
) -> None:
    found = []
    for path in kinds:
        visit.page.goto(address + path)
        found += [f"{path}: {each}" for each in visit.axe()]
        visit.page.emulate_media(color_scheme="dark")
        found += [f"{path}, dark: {each}" for each in visit.axe("color-contrast")]
        visit.page.emulate_media(color_scheme="light")
    assert found == []


def test_axe_finds_nothing_in_answers(visit: Visit, console: Page) -> None:
    for name, view in (("succession-chain", "Timeline"), ("succession-graph", "Graph")):
        console.select_option("#saved", name)
        console.get_by_role("button", name="Run").click()
        for each in ("Table", view):
            choose(console, "Show as", each)
            for scheme in ("light", "dark"):
                console.emulate_media(color_scheme=scheme)
                assert visit.axe() == [], (name, each, scheme)
    run(console, "SELECT ?x {")
    says(console.get_by_role("alert"), "line 1")
    assert visit.axe() == []


@pytest.mark.parametrize("size", [(320, 640), (320, 256)], ids=["phone", "zoomed to 400 %"])
def test_pages_fit_into_320_pixels(
    chromium: Browser, address: str, kinds: list[str], size: tuple[int, int]
) -> None:
    width, height = size
    wide = []
    with visiting(chromium, viewport={"width": width, "height": height}) as here:
        for path in kinds:
            here.page.goto(address + path)
            found = here.page.evaluate("document.scrollingElement.scrollWidth")
            if found > width:
                wide.append(f"{path}: {found}")
    assert wide == []


FOCUS = """() => {
    let each = document.activeElement;
    while (each.shadowRoot && each.shadowRoot.activeElement) each = each.shadowRoot.activeElement;
    if (each === document.body) return null;
    const box = each.getBoundingClientRect();
    const outlines = [];
    for (let at = each; at && outlines.length < 3; at = at.parentElement) {
        const style = getComputedStyle(at);
        outlines.push(style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
    }
    for (const shape of each.querySelectorAll("rect")) {  // in drawings
        const style = getComputedStyle(shape);
        outlines.push(style.stroke !== "none" && parseFloat(style.strokeWidth) >= 2);
    }
    const all = [...document.body.querySelectorAll("*")];
    return {
        place: all.indexOf(document.activeElement),
        what: each.outerHTML.slice(0, 90),
        outlined: outlines.some(Boolean),
        seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    };
}"""


def test_the_keyboard_goes_through_pages_in_order_and_shows_where_it_is(
    visit: Visit, address: str, kinds: list[str]
) -> None:
    page = visit.page
    page.emulate_media(reduced_motion="reduce")  # or pages glide to where the keyboard is
    for path in kinds:
        page.goto(address + path)
        stops: list[dict[str, Any]] = []
        for _ in range(40):
            page.keyboard.press("Tab")
            stop = page.evaluate(FOCUS)
            if stop and not stop["outlined"]:  # the editor draws its frame a moment later
                page.wait_for_timeout(100)
                stop = page.evaluate(FOCUS)
            if stop is None or (stops and stop["place"] == stops[0]["place"]):
                break
            stops.append(stop)
        assert "skip" in stops[0]["what"], path
        places = [each["place"] for each in stops]
        assert places == sorted(places), path
        unseen = [each for each in stops if not (each["outlined"] and each["seen"])]
        assert unseen == [], path


def test_the_skip_link_leads_to_the_content(visit: Visit, address: str) -> None:
    visit.page.goto(f"{address}about.html")
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    assert visit.page.evaluate("document.activeElement.id") == "main"


def test_nothing_moves_for_those_who_want_no_motion(
    visit: Visit, address: str, kinds: list[str]
) -> None:
    visit.page.emulate_media(reduced_motion="reduce")
    moving = """() => [...document.querySelectorAll("*")].filter((each) => {
        const style = getComputedStyle(each);
        return style.scrollBehavior === "smooth" || style.animationName !== "none"
            || style.transitionDuration.split(",").some((time) => parseFloat(time) > 0);
    }).map((each) => each.outerHTML.slice(0, 80))"""
    for path in kinds:
        visit.page.goto(address + path)
        assert visit.page.evaluate(moving) == [], path


def test_the_html_is_valid(address: str, kinds: list[str]) -> None:
    """The checker of the W3C, on every kind of page."""
    checker = browser.tool("vnu-jar/build/dist/vnu.jar")
    files = [address + path for path in kinds]
    command = ["java", "-jar", str(checker), "--format", "json", "--stdout", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = [
        f"{Path(each['url']).name}:{each.get('lastLine')}: {each['message']}"
        for each in json.loads(done.stdout)["messages"]
        if each["type"] == "error" or each.get("subType") == "warning"
    ]
    assert found == []


# --- what it is for -------------------------------------------------------------------------------


def test_three_clicks_lead_to_what_replaced_the_plan_of_2015(visit: Visit, address: str) -> None:
    """Since when, who decided it, and the words that say so."""
    page = visit.page
    page.goto(f"{address}index.html")
    page.get_by_role("link", name=re.compile("Action Plan .*2015-2019")).first.click()
    says(page.locator("h1"), "2015-2019")
    after = page.locator("#after")
    rows = dict(
        zip(
            after.locator("dt").all_inner_texts(),
            after.locator("dt + dd").all(),
            strict=True,
        )
    )
    says(rows["Succeeded by"], "EU Action Plan on Human Rights and Democracy 2020-2024")
    says(rows["Since"], "2020")
    says(rows["Adopted by"], "Council of the European Union")
    says(rows["Adopted on"], "17 November 2020")
    for name, words in (
        ("Since", "EU Action Plan on Human Rights and Democracy 2020-2024"),
        ("These were adopted by", "The Council has approved conclusions on the EU Action Plan"),
    ):
        quote = rows[name].locator("blockquote", has_text=words).first
        assert not quote.is_visible()
        rows[name].locator("summary").first.click()
        assert quote.is_visible()


VIEWS = {
    "front": "index.html",
    "thing": "instrument/action-plan-2020-2024.html",
    "document": "document/council-press-release-2020-11-19.html",
    "timeline": "timeline.html",
    "plans": "plans.html",
    "sparql": "sparql.html",
}


def test_a_passage_leads_to_its_facts_and_a_fact_to_its_words(visit: Visit, address: str) -> None:
    page = visit.page
    page.goto(f"{address}document/council-press-release-2020-11-19.html")
    facts = page.locator("#facts-p1-approval")
    assert facts.get_attribute("open") is None
    page.get_by_role("link", name="Passage 1: its facts").click()
    assert facts.get_attribute("open") is not None
    marked = "".join(page.locator("mark.chosen").all_text_contents())
    assert marked == (
        "Brussels 19.11.2020 The Council has approved conclusions on the EU Action Plan on Human"
        " Rights and Democracy 2020-2024."
    ), "over the beginnings of other passages"

    facts.get_by_role("link", name="is carried out by").click()
    fact = page.locator(":target")
    assert fact.text_content() == "Council of the European Union"
    row = page.locator("dd", has=fact)
    row.locator("summary").click()
    assert (row.locator("blockquote").first.text_content() or "").strip() == marked
    row.get_by_role("link", name="Council press release of 19 November 2020").click()
    assert page.url.endswith("document/council-press-release-2020-11-19.html#p1-approval")
    assert "".join(page.locator("mark.chosen").all_text_contents()) == marked


def test_pictures_of_six_views_are_kept(chromium: Browser, address: str) -> None:
    browser.SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for name, path in VIEWS.items():
        with visiting(chromium, viewport={"width": 1280, "height": 900}) as here:
            answer = here.page.goto(address + path)
            assert answer is not None and answer.ok, path
            if name == "sparql":
                here.page.get_by_role("button", name="Run").click()
                says(here.page.locator("#status"), "rows")
            for scheme in ("light", "dark"):
                here.page.emulate_media(color_scheme=scheme)
                here.page.screenshot(path=browser.SCREENSHOTS / f"{name}-{scheme}.png")
            here.page.set_viewport_size({"width": 390, "height": 844})
            here.page.emulate_media(color_scheme="light")
            here.page.screenshot(path=browser.SCREENSHOTS / f"{name}-phone.png")
