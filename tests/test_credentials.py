"""Who asks an endpoint: said in the way that it wants, and told to nobody else."""

from __future__ import annotations

import hashlib
import os
import pty
import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any, cast

import pyoxigraph as ox
import pytest

from can_run import ROOT
from conftest import Mini
from hrdem import cli
from hrdem.build import build
from hrdem.credentials import SCHEMES, SECRET_VARIABLE, Credentials
from hrdem.errors import HrdemError
from hrdem.load import Limits, Server, ServerError
from hrdem.store import RemoteStore
from local_endpoint import LocalEndpoint, Misbehaviour, send, serving

USER, SECRET = "me", "hush-ä"
QUERY = "SELECT ?what { ?by hrdem:approves ?what }"
PLAN = "https://w3id.org/hrdem/instrument/plan"


@pytest.fixture
def endpoint(mini: Mini) -> Iterator[LocalEndpoint]:
    build(mini.project)
    graph = ox.Store()
    graph.load(path=str(mini.project.build / "hrdem.nt"), format=ox.RdfFormat.N_TRIPLES)
    mini.write("query.rq", QUERY)
    with serving(graph) as running:
        yield running


NONCE = "abc"


def guarded(endpoint: LocalEndpoint, scheme: str, secret: str = SECRET) -> Misbehaviour:
    """Answer only those who know the secret."""

    def check(request: BaseHTTPRequestHandler) -> None:
        given = request.headers.get("Authorization", "")
        if knows(scheme, given, request.command, request.path, secret):
            cast(Any, request).answer(endpoint.queries[-1])
            return
        challenge = {
            "basic": 'Basic realm="graph"',
            "bearer": "Bearer",
            "digest": f'Digest realm="graph", qop="auth", nonce="{NONCE}", opaque="x"',
        }[scheme]
        send(request, 401, b"who?", "text/plain", WWW_Authenticate=challenge)

    return check


def knows(scheme: str, given: str, method: str, path: str, secret: str) -> bool:
    """Judge an Authorization header as RFC 7617, RFC 6750 and RFC 7616 say."""
    if scheme == "basic":
        return given == "Basic " + b64encode(f"{USER}:{secret}".encode()).decode()
    if scheme == "bearer":
        return given.encode("latin-1") == f"Bearer {secret}".encode()
    said = {name: a or b for name, a, b in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', given)}
    if (said.get("username"), said.get("nonce"), said.get("uri")) != (USER, NONCE, path):
        return False
    one = _md5(f"{USER}:graph:{secret}")
    two = _md5(f"{method}:{said['uri']}")
    middle = f"{said['nonce']}:{said['nc']}:{said['cnonce']}:{said['qop']}"
    return bool(said["response"] == _md5(f"{one}:{middle}:{two}"))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_an_endpoint_is_told_who_asks(endpoint: LocalEndpoint, scheme: str) -> None:
    secret = SECRET if scheme != "bearer" else "token"
    endpoint.always = guarded(endpoint, scheme, secret)
    store = RemoteStore(endpoint.url, credentials=Credentials(scheme, USER, secret))
    for _ in range(2):
        assert [row[0].value for row in store.select(QUERY).rows if row[0]] == [PLAN]
    loads = Server(Credentials(scheme, USER, secret), Limits(attempts=1))
    assert loads.select(endpoint.url, "SELECT ?s { ?s ?p ?o } LIMIT 1").rows
    # A digest is answered to a challenge; after the first one each question is asked once.
    assert len(endpoint.queries) == (6 if scheme == "digest" else 4)
    if scheme == "digest":
        said = [header.get("Authorization", "").encode("latin-1") for header in endpoint.headers]
        assert any(said)
        for text in said:
            assert secret.encode() not in text
            assert secret.encode("latin-1") not in text


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_wrong_secret_is_told_so_and_not_shown(endpoint: LocalEndpoint, scheme: str) -> None:
    endpoint.always = guarded(endpoint, scheme)
    wrong = Credentials(scheme, USER, "mistaken")
    with pytest.raises(HrdemError) as asked:
        RemoteStore(endpoint.url, credentials=wrong).select(QUERY)
    with pytest.raises(ServerError) as sent:
        Server(wrong, Limits(attempts=1)).select(endpoint.url, QUERY)
    for caught in (asked, sent):
        assert "does not take this name and secret" in str(caught.value)
        assert "mistaken" not in str(caught.value) + repr(caught.value)


def test_a_digest_by_an_unknown_method_is_told_so(endpoint: LocalEndpoint) -> None:
    def odd(request: BaseHTTPRequestHandler) -> None:
        challenge = 'Digest realm="graph", nonce="abc", algorithm=XYZ'
        send(request, 401, b"", "text/plain", WWW_Authenticate=challenge)

    endpoint.always = odd
    with pytest.raises(HrdemError, match="wants a digest by a method that is not known here"):
        RemoteStore(endpoint.url, credentials=Credentials("digest", USER, SECRET)).select(QUERY)


@pytest.mark.parametrize("scheme", ["basic", "bearer"])
def test_a_secret_does_not_follow_a_redirection(endpoint: LocalEndpoint, scheme: str) -> None:
    with serving(ox.Store()) as elsewhere:

        def away(request: BaseHTTPRequestHandler) -> None:
            send(request, 302, b"", Location=f"{elsewhere.url}?query=ASK%7B%7D")

        endpoint.always = away
        with pytest.raises(HrdemError):
            RemoteStore(endpoint.url, credentials=Credentials(scheme, USER, "secret")).select(QUERY)
        with pytest.raises(ServerError, match="has moved to"):
            Server(Credentials(scheme, USER, "secret")).select(endpoint.url, QUERY)
        assert endpoint.headers[0]["Authorization"]
        assert elsewhere.headers
        assert all("Authorization" not in headers for headers in elsewhere.headers)


COMMANDS = (
    ("ask", "approved"),
    ("query", "query.rq"),
    ("why", "plan"),
    ("timeline",),
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_every_command_that_asks_can_say_who_asks(
    endpoint: LocalEndpoint,
    command: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cli.main(command)
    expected = capsys.readouterr()
    endpoint.always = guarded(endpoint, "basic")
    there = (*command, "--endpoint", endpoint.url)

    assert cli.main(there) == 1
    assert "wants to know who asks. Name --user, or --auth bearer" in capsys.readouterr().err

    monkeypatch.setenv(SECRET_VARIABLE, SECRET)
    assert cli.main((*there, "--user", USER)) == 0
    assert capsys.readouterr() == expected

    monkeypatch.setenv(SECRET_VARIABLE, "mistaken")
    assert cli.main((*there, "--user", USER, "--auth", "basic", "--plain")) == 1
    shown = capsys.readouterr()
    assert "does not take this name and secret" in shown.err
    assert "mistaken" not in shown.out + shown.err


WRONG = {
    "no endpoint": (("--user", "me"), "none is named. Add --endpoint URL."),
    "no name": (("--endpoint", "http://127.0.0.1:9", "--auth", "digest"), "Give it with --user."),
    "no secret": (
        ("--endpoint", "http://127.0.0.1:9", "--user", "me"),
        "The password or token is missing. Put it into the environment variable HRDEM_SECRET.",
    ),
    "in the open": (
        ("--endpoint", "http://example.org/sparql", "--user", "me"),
        "Over http:// others could read the secret on its way to example.org.",
    ),
}


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_what_is_missing_is_said_before_anything_is_sent(
    mini: Mini, case: str, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    build(mini.project)
    mini.write("query.rq", QUERY)
    typed, sentence = WRONG[case]
    assert cli.main((*command, *typed)) == 2
    assert sentence in capsys.readouterr().err


def test_a_way_that_there_is_not_is_refused(mini: Mini, capsys: pytest.CaptureFixture[str]) -> None:
    build(mini.project)
    typed = ("--endpoint", "http://127.0.0.1:9", "--auth", "ntlm")
    assert cli.main(("ask", "approved", *typed)) == 2
    assert "--auth wants one of basic, digest, bearer, not 'ntlm'." in capsys.readouterr().err


def test_a_secret_is_asked_for_at_a_terminal_and_not_echoed(
    mini: Mini, endpoint: LocalEndpoint
) -> None:
    endpoint.always = guarded(endpoint, "basic")
    command = [sys.executable, "-m", "hrdem", "query", "query.rq", "--format", "csv"]
    command += ["--endpoint", endpoint.url, "--user", USER]
    environment = {k: v for k, v in os.environ.items() if k != SECRET_VARIABLE}
    environment |= {"PYTHONPATH": str(ROOT / "scripts"), "PYTHONUTF8": "1"}
    ours, theirs = pty.openpty()
    try:
        with subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=mini.root,
            env=environment,
            start_new_session=True,
        ) as child:
            os.close(theirs)
            shown = b""
            while b"Password of me: " not in shown:
                shown += os.read(ours, 1000)
            os.write(ours, f"{SECRET}\n".encode())
            while True:
                try:
                    part = os.read(ours, 1000)
                except OSError:  # the other side is closed
                    break
                shown += part
                if not part:
                    break
            assert child.wait(30) == 0
    finally:
        os.close(ours)
    assert PLAN.encode() in shown
    assert SECRET.encode() not in shown


def test_no_other_program_gets_the_secret(
    mini: Mini, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    build(mini.project)
    mini.write("query.rq", QUERY)
    monkeypatch.setenv(SECRET_VARIABLE, SECRET)
    started: list[dict[str, str]] = []
    popen = subprocess.Popen

    def noting(*arguments: Any, **named: Any) -> Any:
        started.append(named.get("env") or dict(os.environ))
        return popen(*arguments, **named)

    monkeypatch.setattr(subprocess, "Popen", noting)
    assert cli.main(("query", "query.rq", "--format", "csv")) == 0
    assert PLAN in capsys.readouterr().out
    assert started
    assert all(SECRET not in environment.values() for environment in started)
