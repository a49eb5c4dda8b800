"""`hrdem mcp`, asked by the official SDK's own client, over standard input against the process."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio.from_thread
import jsonschema
import mcp_types as types
import pyoxigraph as ox
import pytest
from mcp import Client, MCPError, StdioServerParameters

from hrdem import cli
from hrdem.answers import answerable
from hrdem.project import Project
from hrdem.queries import load_catalogue
from real_stores import free_port

PLAN = "instrument:action-plan-2020-2024"
HELPERS = {"find", "why", "timeline", "sparql"}
JSON = dict[str, Any]


class Talk:
    """A client and its server, as ordinary calls."""

    def __init__(self, portal: anyio.from_thread.BlockingPortal, client: Client) -> None:
        self._portal = portal
        self.client = client

    def tools(self) -> dict[str, types.Tool]:
        return {tool.name: tool for tool in self._portal.call(self.client.list_tools).tools}

    def gives(self, name: str) -> JSON:
        """Return the schema of the structured answer of a tool."""
        schema = self.tools()[name].output_schema
        assert schema is not None
        return schema

    def call(self, name: str, **arguments: object) -> types.CallToolResult:
        result: types.CallToolResult = self._portal.call(self.client.call_tool, name, arguments)
        return result

    def ask(self, name: str, **arguments: object) -> JSON:
        """Return the structured answer of a tool."""
        result = self.call(name, **arguments)
        assert not result.is_error, result.content
        answer: JSON = result.structured_content
        return answer

    def text(self, name: str, **arguments: object) -> str:
        """Return what a tool says in words, be it an answer or a complaint."""
        (content,) = self.call(name, **arguments).content
        assert isinstance(content, types.TextContent)
        return content.text

    def complaint(self, name: str, **arguments: object) -> str:
        result = self.call(name, **arguments)
        assert result.is_error
        (content,) = result.content
        assert isinstance(content, types.TextContent)
        return content.text

    def resources(self) -> list[types.Resource]:
        return self._portal.call(self.client.list_resources).resources

    def read(self, uri: str) -> str:
        (content,) = self._portal.call(self.client.read_resource, uri).contents
        assert isinstance(content, types.TextResourceContents)
        return content.text

    def complete(self, uri: str, text: str) -> list[str]:
        reference = types.ResourceTemplateReference(uri=uri)
        argument = {"name": "name", "value": text}
        completed = self._portal.call(self.client.complete, reference, argument)
        return completed.completion.values


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "hrdem", *arguments]


def surroundings(home: Path) -> dict[str, str]:
    return {"HRDEM_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}


def talking(server: StdioServerParameters | str, mode: Any = "auto") -> Iterator[Talk]:
    with (
        anyio.from_thread.start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Client(server, mode=mode)) as client,
    ):
        yield Talk(portal, client)


def over_stdio(home: Path, *arguments: str) -> StdioServerParameters:
    program, *rest = command("mcp", *arguments)
    return StdioServerParameters(command=program, args=rest, env=surroundings(home))


@pytest.fixture(scope="module")
def talk(home: Path) -> Iterator[Talk]:
    """One server, which gives a query three seconds, for all tests that do it no harm."""
    yield from talking(over_stdio(home, "--timeout", "3"))


# --- the tools ------------------------------------------------------------------------------------


def test_each_question_that_asks_the_graph_alone_is_a_tool(talk: Talk, built: Project) -> None:
    here, elsewhere = answerable(load_catalogue(built))

    tools = talk.tools()

    assert elsewhere
    assert set(tools) == {query.name for query in here} | HELPERS
    for query in here:
        tool = tools[query.name]
        assert tool.title == query.summary
        assert query.description in (tool.description or "")
        assert tool.input_schema["required"] == list(query.parameters)


def test_tools_have_valid_schemas_and_say_that_they_only_read(talk: Talk) -> None:
    for tool in talk.tools().values():
        assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", tool.name)
        for schema in (tool.input_schema, tool.output_schema):
            assert schema is not None
            assert schema["type"] == "object"
            jsonschema.Draft202012Validator.check_schema(schema)
        annotations = tool.annotations
        assert annotations is not None
        assert annotations.read_only_hint
        assert annotations.destructive_hint is False
        assert annotations.open_world_hint is False


def test_parameters_are_typed(talk: Talk) -> None:
    tools = talk.tools()

    def schema(tool: str, name: str) -> JSON:
        found: JSON = tools[tool].input_schema["properties"][name]
        return found

    assert schema("applies-on", "date")["format"] == "date"
    assert schema("happened-in-year", "year")["type"] == "integer"
    assert "eusr-human-rights" in schema("office-holders", "post")["enum"]
    assert "eusr-human-rights: " in schema("office-holders", "post")["description"]
    assert "the kind instrument" in schema("builds-on", "instrument")["description"]
    assert "enum" not in schema("builds-on", "instrument")


def test_every_question_is_answered_as_on_file(talk: Talk, built: Project) -> None:
    tools = talk.tools()
    examples = json.loads(talk.read("hrdem://examples"))
    assert {each["tool"] for each in examples} == set(tools) - HELPERS

    for each in examples:
        name, arguments = each["tool"], each["arguments"]
        takes = tools[name].input_schema
        if "limit" in takes["properties"]:
            arguments["limit"] = 10_000
        for parameter, value in arguments.items():
            if "enum" in takes["properties"][parameter]:
                arguments[parameter] = value.rpartition(":")[2]
        jsonschema.validate(arguments, takes)
        answer = talk.ask(name, **arguments)
        jsonschema.validate(answer, tools[name].output_schema or {"not": {}})

        filed = built.queries / "answers" / f"{name}.json"
        if not filed.is_file():
            found = ox.parse(answer["turtle"].encode(), format=ox.RdfFormat.TURTLE)
            expected = ox.parse(path=filed.with_suffix(".ttl"))
            assert {str(quad) for quad in found} == {str(quad) for quad in expected}
            continue
        on_file = json.loads(filed.read_bytes())
        if "boolean" in on_file:
            assert answer["answer"] == on_file["boolean"]
            continue
        columns = on_file["head"]["vars"]
        assert answer["columns"] == columns
        values = [
            [None if (v := row["values"][c]) is None else str(v) for c in columns]
            for row in answer["rows"]
        ]
        assert values == [
            [row[c]["value"] if c in row else None for c in columns]
            for row in on_file["results"]["bindings"]
        ]


def test_an_answer_carries_the_words_behind_it(talk: Talk) -> None:
    answer = talk.ask("builds-on", instrument="action-plan-2020-2024")

    row = answer["rows"][0]
    assert row["why"] == ["instrument:action-plan-2012-2014"]
    (fact,) = row["facts"]
    assert (fact["subject"], fact["property"], fact["value"], fact["standing"]) == (
        PLAN,
        "hrdem:buildsOn",
        "instrument:action-plan-2012-2014",
        "hrdem:Accepted",
    )
    quotes = [answer["passages"][iri]["quote"] for iri in fact["passages"]]
    assert "The new Action Plan for 2020-2024 builds on the previous action plans" in quotes
    said = talk.text("builds-on", instrument="action-plan-2020-2024")
    assert "“The new Action Plan for 2020-2024 builds on the previous action plans” Council" in said


def test_every_row_that_names_a_thing_says_how_to_ask_why(talk: Talk) -> None:
    answer = talk.ask("applies-on", date="2026-01-01")

    assert answer["rows"][0]["why"] == [PLAN]
    assert answer["hint"] == (
        "Ask the tool `why` for the words behind the facts of any thing named here, for example"
        f' with {{"thing": "{PLAN}"}}.'
    )
    for row in answer["rows"]:
        assert talk.ask("why", thing=row["why"][0])["claims"]


def test_a_long_answer_comes_in_pages(talk: Talk) -> None:
    first = talk.ask("sources")
    second = talk.ask("sources", offset=100, limit=50)

    assert first["total"] == second["total"] > 150
    assert (len(first["rows"]), len(second["rows"])) == (100, 50)
    assert first["rows"][0] not in second["rows"]
    assert f"These are rows 101 to 150 of {first['total']}. Ask with offset 150 for more." in (
        talk.text("sources", offset=100, limit=50)
    )
    assert f"These are none of {first['total']} rows." in talk.text("sources", offset=9_999)


def test_a_thing_may_be_named_by_slug_label_name_or_iri(talk: Talk) -> None:
    answers = [
        talk.ask("builds-on", instrument=name)["rows"]
        for name in (
            "action-plan-2020-2024",
            "EU Action Plan on Human Rights and Democracy 2020-2024",
            PLAN,
            "https://w3id.org/hrdem/instrument/action-plan-2020-2024",
        )
    ]
    assert answers[0]
    assert all(rows == answers[0] for rows in answers)


# --- why, find, timeline --------------------------------------------------------------------------


def test_why_gives_the_words_the_document_and_where_they_stand(talk: Talk) -> None:
    answer = talk.ask("why", thing=PLAN, property="builds on")

    jsonschema.validate(answer, talk.gives("why"))
    claim = next(c for c in answer["claims"] if c["value"] == "instrument:action-plan-2015-2019")
    assert (claim["property"], claim["basis"]) == ("hrdem:buildsOn", "stated")
    press = next(
        each
        for iri in claim["passages"]
        if (each := answer["passages"][iri])["document"].startswith("Council press release")
    )
    assert press["quote"] == "The new Action Plan for 2020-2024 builds on the previous action plans"
    assert press["place"] == "paragraph 8, characters 1932 to 2001"
    assert "“The new Action Plan" in talk.text("why", thing=PLAN, property="builds on")


def test_why_gives_both_sides_of_a_disagreement(talk: Talk) -> None:
    answer = talk.ask("why", thing="period:action-plan-2012-2014", property="hrdem:end")

    standings = {claim["value"]: claim["standing"] for claim in answer["claims"]}
    assert (standings["2014"], standings["2015"]) == ("hrdem:Accepted", "hrdem:Mistaken")
    (mistaken,) = [p for p in answer["passages"].values() if p["standing"] == "hrdem:Mistaken"]
    assert mistaken["reason"]
    assert mistaken["contradicts"]


def test_why_says_which_facts_another_follows_from(talk: Talk) -> None:
    answer = talk.ask("why", thing=PLAN, property="succeeds")

    derived = [claim for claim in answer["claims"] if claim["basis"] == "derived"]
    assert derived
    assert all(claim["because"] and claim["rule"] for claim in derived)


def test_why_tells_what_is_not_known(talk: Talk) -> None:
    answer = talk.ask("why", thing=PLAN, limit=1)

    assert answer["unknown"][0]["looked_at"]
    assert len(answer["claims"]) == 1 < answer["facts"] == sum(answer["properties"].values())
    assert f"These are 1 of {answer['facts']} facts. Name a property" in talk.text(
        "why", thing=PLAN, limit=1
    )


def test_find_names_things(talk: Talk) -> None:
    found = talk.ask("find", text="action plan 2020", kind="instrument", limit=5)["things"]

    assert 0 < len(found) <= 5
    assert {
        "thing": PLAN,
        "iri": "https://w3id.org/hrdem/instrument/action-plan-2020-2024",
        "kind": "instrument",
        "label": "EU Action Plan on Human Rights and Democracy 2020-2024",
    } in found
    assert talk.ask("find", text="qqqqxxxx")["things"] == []
    assert talk.text("find", text="qqqqxxxx").startswith("Nothing is called so.")


def test_the_timeline_knows_what_was_known(talk: Talk) -> None:
    def end(**days: str) -> str:
        rows = talk.ask("timeline", **days)["instruments"]
        (plan,) = [row for row in rows if row["thing"] == PLAN]
        assert plan["applies"] == ("2024-06-01" in days.values() or None)
        return str(plan["periods"][-1]["end"])

    assert end(on="2024-06-01") == "2027-12-31"
    assert end(on="2024-06-01", as_known_on="2023-06-01") == "2024-12-31"
    assert end() == "2027-12-31"
    assert "● action-plan-2020-2024" in talk.text("timeline", on="2024-06-01")


# --- complaints -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        (
            "applies-on",
            {"date": "2021-02-30"},
            "date wants a day of the calendar written year-month-day, like 2021-01-31, not"
            " '2021-02-30'.",
        ),
        (
            "applies-on",
            {},
            "The tool applies-on wants the argument date, for example '2021-01-01'. The day.",
        ),
        (
            "applies-on",
            {"date": "2021-01-01", "day": "x"},
            "The tool applies-on has no argument 'day'. It has: date, limit, offset.",
        ),
        ("applies-on", {"date": 2021}, "date wants text, not 2021."),
        (
            "happened-in-year",
            {"year": "2020"},
            "year wants a whole number from -999999999999999999 to 999999999999999999, not '2020'.",
        ),
        ("sources", {"limit": True}, "limit wants a whole number from 1 to 10000, not True."),
        (
            "builds-on",
            {"instrument": "action-plan-2020-2042"},
            "There is no instrument 'action-plan-2020-2042' in the graph. Did you mean"
            " instrument:action-plan-2020-2024",
        ),
        ("office-holders", {"post": "nobody"}, "There is no post 'nobody' in the graph."),
        (
            "why",
            {"thing": PLAN, "property": "buildOn"},
            "No fact has a property 'buildOn'. Did you mean hrdem:buildsOn",
        ),
        ("find", {"text": ""}, "text is empty. Give some text."),
        ("find", {"text": "x" * 1001}, "text has 1,001 characters, and 1,000 is the most."),
        ("find", {"text": "x", "kind": "hat"}, "kind wants one of instrument, priority, theme,"),
        ("timeline", {"on": "soon"}, "on wants a day of the calendar written year-month-day,"),
        (
            "known-by-number",
            {"number": '" } ?s ?p ?o #\\'},
            "number wants plain text on one line, without backslash or control characters.",
        ),
    ],
)
def test_what_does_not_fit_is_told_in_a_sentence(
    talk: Talk, name: str, arguments: JSON, sentence: str
) -> None:
    assert talk.complaint(name, **arguments).startswith(sentence)


def test_a_value_is_never_part_of_the_query(talk: Talk) -> None:
    assert talk.ask("known-by-number", number='x" } { ?s ?p ?o } #')["rows"] == []


def test_an_unknown_tool_is_an_error_of_the_protocol(talk: Talk) -> None:
    with pytest.raises(MCPError, match="There is no tool 'in-wikidata'"):
        talk.call("in-wikidata")


# --- SPARQL ---------------------------------------------------------------------------------------


def test_sparql_is_answered_whatever_its_form(talk: Talk) -> None:
    gives = talk.gives("sparql")

    def ask(query: str) -> JSON:
        answer = talk.ask("sparql", query=query)
        jsonschema.validate(answer, gives)
        return answer

    rows = ask("SELECT ?plan ?n { ?plan a hrdem:ActionPlan BIND(1 AS ?n) } ORDER BY ?plan")
    assert rows["columns"] == ["plan", "n"]
    assert {"https://w3id.org/hrdem/instrument/action-plan-2020-2024"} <= {
        row["values"]["plan"] for row in rows["rows"]
    }
    assert rows["rows"][0]["values"]["n"] == 1
    assert ask(f"ASK {{ {PLAN} a hrdem:ActionPlan }}")["answer"] is True
    built = ask(f"CONSTRUCT {{ {PLAN} a ?c }} WHERE {{ {PLAN} a ?c }}")
    assert built["triples"] >= 1
    assert "hrdem:ActionPlan" in built["turtle"]
    assert ask(f"DESCRIBE {PLAN}")["triples"] > 10


CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}", "The query took longer than 3 seconds and was"),
        (
            "SELECT * { ?a (<urn:x>|!<urn:y>)* ?b . ?c (!<urn:z>)* ?d }",
            "The query took longer than 3 seconds and was",
        ),
        ("SELECT * { ?s ?p ?o }", "The answer is larger than 1 MB. Ask for less,"),
        ("SELECT * {" + "{" * 20_000 + "}" * 20_001, "The query is nested too deeply"),
        ("(" * 40_000, "No query begins at line 1, column 40001"),
        ("SELECT * { ?s ?p '''" + "x''" * 10_000, "The query is not valid SPARQL at line 1,"),
        ("SELECT ?x {\n  ?x ?y }", "The query is not valid SPARQL at line 2, column 10:"),
        ("x" * 50_001, "query has 50,001 characters, and 50,000 is the most."),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "This query asks another"),
        ("DELETE WHERE { ?s ?p ?o }", "This is an update (DELETE), and the graph is read-only"),
        ("LOAD <file:///etc/passwd>", "This is an update (LOAD), and the graph is read-only"),
        ("ASK {} ; DROP ALL", "The query is not valid SPARQL at line 1, column 14:"),
        ("SELECT * \x00 {}", "The query is not valid SPARQL"),
    ],
    ids=lambda value: re.sub(r"[^\w(){}*?./:;<> ]", "", value[:30]),
)
def test_hostile_sparql_is_stopped_and_the_server_goes_on(
    talk: Talk, query: str, sentence: str
) -> None:
    started = time.monotonic()

    assert talk.complaint("sparql", query=query).startswith(sentence)

    assert time.monotonic() - started < 30
    assert talk.ask("sparql", query="ASK { ?s ?p ?o }")["answer"] is True


def test_nothing_outside_the_graph_is_read(talk: Talk) -> None:
    for query in (
        "SELECT * FROM <file:///etc/hostname> { ?s ?p ?o }",
        "SELECT * FROM NAMED <http://127.0.0.1:9/> { GRAPH ?g { ?s ?p ?o } }",
    ):
        assert talk.ask("sparql", query=query)["rows"] == []


# --- the resources --------------------------------------------------------------------------------


def test_resources_are_what_they_say(talk: Talk, built: Project) -> None:
    listed = {each.uri: each for each in talk.resources()}
    assert set(listed) == {
        f"hrdem://{name}" for name in ("ontology", "questions", "examples", "fact", "catalogue")
    }
    assert talk.read("hrdem://ontology") == (built.ontology / "hrdem.ttl").read_text("utf-8")
    for uri in ("hrdem://ontology", "hrdem://catalogue"):
        assert listed[uri].mime_type == "text/turtle"
        assert list(ox.parse(talk.read(uri).encode(), format=ox.RdfFormat.TURTLE))


def test_questions_come_with_their_sparql(talk: Talk, built: Project) -> None:
    questions = {each["name"]: each for each in json.loads(talk.read("hrdem://questions"))}

    assert set(questions) == {query.name for query in load_catalogue(built)}
    for query in load_catalogue(built):
        about = questions[query.name]
        assert about["sparql"] == query.text == talk.read(about["uri"])
        assert (about["tool"] is None) == bool(query.endpoints) == ("needs" in about)
    assert questions["in-wikidata"]["needs"].startswith("It also asks Wikidata")


def test_a_fact_is_shown_with_its_words(talk: Talk) -> None:
    page = talk.read("hrdem://fact")

    turtle = page.partition("```turtle\n")[2].partition("```")[0]
    predicates = {
        quad.predicate.value.rpartition("#")[2]
        for quad in ox.parse(turtle.encode(), format=ox.RdfFormat.TURTLE)
    }
    assert {"subject", "standing", "supportedBy", "passageOf", "quote"} <= predicates


def test_an_unknown_resource_is_told(talk: Talk) -> None:
    for uri in ("hrdem://questions/../../pyproject", "file:///etc/passwd"):
        with pytest.raises(MCPError, match=r"There is no resource '.*'\. There are hrdem://ontol"):
            talk.read(uri)


def test_names_of_questions_are_completed(talk: Talk) -> None:
    assert talk.complete("hrdem://questions/{name}", "applies") == ["applies-on"]


# --- other ways to start it -----------------------------------------------------------------------


def test_clients_of_earlier_versions_of_the_protocol_are_served(home: Path) -> None:
    for old in talking(over_stdio(home), "legacy"):
        assert old.client.protocol_version < "2026"
        assert old.ask("did-it-apply", instrument=PLAN, date="2026-01-01")["answer"] is True


def test_it_serves_http_on_this_machine_alone(home: Path) -> None:
    port = free_port()
    server = subprocess.Popen(
        command("mcp", "--port", str(port)),
        env={**os.environ, **surroundings(home)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stderr is not None
        url = f"http://127.0.0.1:{port}/mcp"
        assert server.stderr.readline() == f"Serving at {url} until Ctrl-C.\n"
        for talk in talking(url):
            assert talk.ask("did-it-apply", instrument=PLAN, date="2026-01-01")["answer"] is True
        # A page of a web site must not reach it through the browser of whoever runs it.
        headers = {"Host": "attacker.example", "Content-Type": "application/json"}
        request = urllib.request.Request(url, b"{}", headers)
        with pytest.raises(urllib.error.HTTPError, match="421"):
            urllib.request.urlopen(request, timeout=10)
        taken = subprocess.run(
            command("mcp", "--port", str(port)),
            env={**os.environ, **surroundings(home)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert taken.returncode == 1
        assert f"Port {port} cannot be used: Address already in use. Name another" in taken.stderr
    finally:
        server.terminate()
        server.communicate(timeout=20)


def test_it_ends_when_the_client_goes_away(home: Path) -> None:
    done = subprocess.run(
        command("mcp"),
        env={**os.environ, **surroundings(home)},
        input="",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_the_sdk_it_says_how_to_install_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HRDEM_HOME", str(home))

    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    for version, state in ((missing, "it is not"), (lambda name: "1.27.0", "version 1.27.0 is")):
        monkeypatch.setattr(importlib.metadata, "version", version)
        assert cli.main(["mcp"]) == 1
        assert capsys.readouterr().err == (
            f"hrdem: `hrdem mcp` needs version 2 of the official MCP SDK, and {state} installed."
            " Install it beside hrdem with `pip install 'mcp>=2.3,<3'`.\n"
        )


def test_without_a_graph_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ontology").mkdir()
    (tmp_path / "ontology" / "hrdem.ttl").touch()
    monkeypatch.setenv("HRDEM_HOME", str(tmp_path))
    assert cli.main(["mcp"]) == 1
    assert "The graph has not been built yet. Run `hrdem build` first." in capsys.readouterr().err


@pytest.mark.parametrize("port", ["0", "65536", "eighty"])
def test_a_port_is_a_number(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["mcp", "--port", port]) == 2
    assert f"the number of a port from 1 to 65535 is wanted, not {port!r}" in (
        capsys.readouterr().err
    )


def test_the_configuration_in_the_readme_starts_it(root: Path, home: Path) -> None:
    text = (root / "README.md").read_text("utf-8")
    block = text.partition("<!-- configuration of an MCP client -->\n```json\n")[2]
    (server,) = json.loads(block.partition("```")[0])["mcpServers"].values()
    assert set(server) == {"command", "args"}
    assert Path(server["command"]).parts[-3:] == (".venv", "bin", "hrdem")
    program, *rest = command(*server["args"])
    started = StdioServerParameters(command=program, args=rest, env=surroundings(home))

    for talk in talking(started):
        assert HELPERS.issubset(talk.tools())
