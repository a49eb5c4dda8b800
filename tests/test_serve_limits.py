"""What `hrdem serve` does at its limits: of time, memory, size, number, and at its end."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from served import Served, environment, serve

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
EASY = "ASK { ?s ?p ?o }"
RETRIES = 600

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the server needs POSIX")
READS_PROC = pytest.mark.skipif(
    not Path("/proc/self/stat").is_file(), reason="reads /proc, which only Linux has"
)


@pytest.fixture(scope="module")
def short(home: Path) -> Generator[Served, None, None]:
    """A server with little time, one worker and no place in its queue but one."""
    options = ("--timeout", "2", "--workers", "1", "--queue", "1", "--size", "1")
    with serve(home, *options) as running:
        yield running


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that is sure to happen soon."""
    pause = threading.Event()
    for _ in range(RETRIES):
        if condition():
            return
        pause.wait(0.1)
    raise AssertionError("it did not happen")


def ask(served: Served, query: str) -> httpx.Response:
    return served.client.get("/sparql", params={"query": query})


def alive(number: int) -> bool:
    """Whether a process runs; one that has ended but was not waited for does not."""
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize(
    "query",
    [
        ENDLESS,
        "ASK { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(CONCAT(STR(?c), STR(?f), STR(?i)) = '') }",
        "CONSTRUCT { ?a ?e ?i } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
        " FILTER(CONCAT(STR(?c), STR(?f), STR(?i)) = '') }",
    ],
)
def test_a_query_without_end_is_stopped_and_nothing_is_sent(short: Served, query: str) -> None:
    response = ask(short, query)
    assert response.status_code == 504, response.text[:300]
    assert response.text == (
        "The query took longer than 2 seconds and was stopped. Ask for less, for example with"
        " LIMIT or fewer patterns that are not joined.\n"
    )
    until(lambda: ask(short, EASY).status_code == 200)


def test_a_query_that_sorts_without_end_meets_one_limit_or_the_other(short: Served) -> None:
    response = ask(short, "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i LIMIT 1")
    assert response.status_code in (503, 504)
    assert "was stopped" in response.text
    until(lambda: ask(short, EASY).status_code == 200)


def test_an_answer_that_is_too_large_is_not_sent_in_part(short: Served) -> None:
    response = ask(short, "SELECT * { ?s ?p ?o }")
    assert response.status_code == 422
    assert response.text.startswith("The answer is larger than the 1 MB that this server sends")
    assert short.client.get("/data?default").status_code == 422


def test_too_many_are_sent_away_until_there_is_room(short: Served) -> None:
    until(lambda: ask(short, EASY).status_code == 200)
    answers: list[httpx.Response] = []
    threads = [
        threading.Thread(target=lambda: answers.append(ask(short, ENDLESS))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    codes = sorted(answer.status_code for answer in answers)
    assert set(codes) == {503, 504}
    busy = [answer for answer in answers if answer.status_code == 503]
    assert all(answer.headers["Retry-After"] == "5" for answer in busy)
    assert all("queue is full" in answer.text for answer in busy)
    until(lambda: ask(short, EASY).status_code == 200)


@READS_PROC
def test_who_leaves_frees_the_worker(home: Path) -> None:
    with serve(home, "--timeout", "3600", "--workers", "1") as served:
        (before,) = served.workers()
        with pytest.raises(httpx.ReadTimeout):
            served.client.get("/sparql", params={"query": ENDLESS}, timeout=0.5)
        until(lambda: served.workers() not in ([], [before]))
        assert ask(served, EASY).json()["boolean"] is True
        assert not alive(before)


def test_memory_is_limited(home: Path) -> None:
    with serve(home, "--memory", "400", "--timeout", "600", "--size", "300") as served:
        response = ask(served, f"{LARGE} ORDER BY ?c ?f")
        assert response.status_code == 503
        assert "it used more memory than the 400 MB that it may take" in response.text
        until(lambda: ask(served, EASY).status_code == 200)


def test_a_query_nested_without_end_ends_nothing_else(web: httpx.Client) -> None:
    deep = "SELECT * WHERE " + "{" * 100_000 + "?s ?p ?o" + "}" * 100_000
    response = web.post("/sparql", data={"query": deep})
    assert response.status_code in (400, 503), response.text[:300]
    until(lambda: web.get("/ready").status_code == 200)


def test_the_size_of_a_request_is_limited(web: httpx.Client) -> None:
    response = web.get("/sparql", params={"query": EASY, "x": "y" * 20_000})
    assert response.status_code == 414
    assert "longer than 16,384 bytes" in response.text
    response = web.get("/health", headers={f"X-{number}": "1" for number in range(100)})
    assert response.status_code == 431
    large = f"{EASY} #" + "x" * 1024**2
    response = web.post("/sparql", data={"query": large})
    assert response.status_code == 413
    assert response.text == "What was sent is larger than 1,048,576 bytes. Send less.\n"
    pieces = (b"x" * 65536 for _ in range(32))
    headers = {"Content-Type": "application/sparql-query"}
    assert web.post("/sparql", content=pieces, headers=headers).status_code == 413


def test_a_request_that_grows_while_it_is_answered_is_refused(web: httpx.Client) -> None:
    pieces = (b"x" * 65536 for _ in range(32))
    response = web.request("GET", "/sparql", params={"query": ENDLESS}, content=pieces)
    assert response.status_code == 413
    assert response.text == "What was sent is larger than 1,048,576 bytes. Send less.\n"


@pytest.mark.parametrize("sent", [b"", b"GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_who_sends_no_request_is_not_waited_for(short: Served, sent: bytes) -> None:
    host, port = short.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=120) as connection:
        connection.sendall(sent)
        assert connection.recv(1000) == b""
    until(lambda: ask(short, EASY).status_code == 200)


@pytest.mark.skipif(not hasattr(select, "poll"), reason="this system cannot watch a connection")
def test_who_takes_no_answer_is_not_waited_for(home: Path) -> None:
    """The answer is larger than what the system itself keeps for a connection."""
    query = "CONSTRUCT { ?s ?p ?x } { ?s ?p ?o BIND(CONCAT(STR(?o), STR(?s), STR(?p)) AS ?x) }"
    with serve(home, "--timeout", "5", "--workers", "1") as served:
        host, port = served.url.removeprefix("http://").split(":")
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect((host, int(port)))
            address = f"/sparql?{urlencode({'query': query})}"
            connection.sendall(f"GET {address} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            served.wait_for(r" GET /sparql 200 [0-9]{8}")
            watch = select.poll()
            watch.register(connection, 0)  # that it was ended is told without being asked for
            assert watch.poll(120_000), "the connection is still held"
        until(lambda: ask(served, EASY).status_code == 200)


def test_no_path_leads_out(served: Served) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    for path in (
        "/../../../../etc/passwd",
        "/instrument/../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/instrument/%00",
        "/rule/../style.css",
        "/pages.css/../../../pyproject.toml",
        "/document/%2fetc%2fpasswd.html",
    ):
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            request = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            connection.sendall(request.encode())
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        assert answer.split()[1] in (b"404", b"400"), path
        assert b"root:" not in answer


@READS_PROC
def test_the_worker_can_open_nothing(home: Path) -> None:
    with serve(home, "--workers", "1") as served:
        (number,) = served.workers()
        limits = Path(f"/proc/{number}/limits").read_text()
        (line,) = [each for each in limits.splitlines() if each.startswith("Max open files")]
        assert line.split()[3:5] == ["0", "0"]
        files = {str(each.readlink()) for each in Path(f"/proc/{number}/fd").iterdir()}
        assert not [name for name in files if name.startswith("/") and "/dev/" not in name]


def test_the_log_has_a_line_for_each_request_and_no_secret(home: Path) -> None:
    with serve(home, "--workers", "1") as served:
        served.client.get("/health?token=secret", headers={"Authorization": "Basic secret"})
        served.wait_for(r"^127\.0\.0\.1 GET /health 200 18 \d+ms$")
        served.client.get("/a%0d%0aGET%20/feigned")
        served.wait_for(r"^127\.0\.0\.1 GET /a%0d%0aGET%20/feigned 404 ")
        assert "secret" not in "".join(served.lines)
        client = "192.0.2.1 GET /feigned 200 1 1ms"
        served.client.get("/health", headers={"X-Forwarded-For": client})
        served.wait_for(r"^- GET /health 200 18 \d+ms$")
        for client in ("192.0.2.1", "2001:db8::1"):
            served.client.get("/health", headers={"X-Forwarded-For": client})
            served.wait_for(rf"^{client} GET /health 200 18 \d+ms$")
        assert "feigned 200" not in "".join(served.lines)
    with serve(home, "--workers", "1", "--quiet") as served:
        served.client.get("/health")
        served.stop()
        assert not [line for line in served.lines if "/health" in line]


@READS_PROC
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_told_and_takes_its_workers_along(home: Path, number: int) -> None:
    with serve(home, "--workers", "2", "--timeout", "3600", "--grace", "1") as served:
        workers = served.workers()
        assert len(workers) == 2
        answers: list[httpx.Response] = []
        thread = threading.Thread(target=lambda: answers.append(ask(served, ENDLESS)))
        thread.start()
        until(lambda: any(busy(each) for each in workers))
        assert served.stop(number) == 0
        thread.join()
        assert [(answer.status_code, answer.text) for answer in answers] == [
            (503, "The server ends, so the query was stopped. Ask again later.\n")
        ]
        until(lambda: not any(map(alive, workers)))
        assert not any("Traceback" in line for line in served.lines)


def busy(number: int) -> bool:
    """Whether a worker computes."""
    return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] == "R"


@READS_PROC
def test_what_is_asked_before_the_end_is_answered(home: Path) -> None:
    with serve(home, "--workers", "1", "--timeout", "2", "--grace", "60") as served:
        (worker,) = served.workers()
        answers: list[httpx.Response] = []
        thread = threading.Thread(target=lambda: answers.append(ask(served, ENDLESS)))
        thread.start()
        until(lambda: busy(worker))
        assert served.stop() == 0
        thread.join()
        assert [answer.status_code for answer in answers] == [504]


@READS_PROC
def test_no_worker_outlives_a_server_that_is_killed(home: Path) -> None:
    with serve(home, "--workers", "2", "--timeout", "3600") as served:
        workers = served.workers()

        def endless() -> None:
            with pytest.raises(httpx.HTTPError):
                ask(served, ENDLESS)

        thread = threading.Thread(target=endless)
        thread.start()
        until(lambda: any(busy(each) for each in workers))
        served.stop(signal.SIGKILL)
        thread.join()
        until(lambda: not any(map(alive, workers)))


def test_nothing_is_run_from_the_folder_where_it_was_started(home: Path, tmp_path: Path) -> None:
    (tmp_path / "pyoxigraph.py").write_text("open('run', 'w')\n")
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "hrdem", "serve", "--port", "0", "--workers", "1"],
        cwd=tmp_path,
        env=environment(home),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        served = Served(process)
        with served.client:
            assert ask(served, EASY).json()["boolean"] is True
    finally:
        process.kill()
        process.wait()
    assert not (tmp_path / "run").exists()


@READS_PROC
def test_a_new_build_does_not_disturb_it(home: Path, tmp_path: Path) -> None:
    for path in home.iterdir():
        if path.name != "build":
            (tmp_path / path.name).symlink_to(path.resolve())
    build = tmp_path / "build"
    build.mkdir()
    for name in ("hrdem.nt", "hrdem.nq", "queries.json", "manifest.json"):
        os.link((home / "build").resolve() / name, build / name)
    with serve(tmp_path, "--workers", "1", "--timeout", "2") as served:
        for path in build.iterdir():
            path.unlink()
        (before,) = served.workers()
        assert ask(served, ENDLESS).status_code == 504
        until(lambda: ask(served, EASY).status_code == 200)
        assert served.workers() != [before]


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--port", "65536"], 2, "the number of a port from 0 to 65535 is wanted"),
        (["--host", "no.such.host.invalid"], 2, "The server cannot listen at no.such.host.invalid"),
        (["--workers", "0"], 2, "a whole number from 1"),
        (["--memory", "60"], 1, "allow more with --memory"),
    ],
)
def test_it_says_why_it_does_not_start(
    home: Path, options: list[str], code: int, words: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hrdem", "serve", "--port", "0", *options],
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert words in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_without_its_extra_it_says_how_to_install_it(home: Path, missing: str) -> None:
    code = f"import sys; sys.modules['{missing}'] = None; from hrdem.cli import main;"
    done = subprocess.run(
        [sys.executable, "-c", f"{code} sys.exit(main(['serve', '--port', '0']))"],
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        f"hrdem: `hrdem serve` needs {missing}, which is not installed. Install it beside"
        " hrdem with `pip install 'starlette>=1.0,<2' 'uvicorn>=0.50,<1'`.\n"
    )


def test_without_a_build_it_says_what_to_do(tmp_path: Path, home: Path) -> None:
    (tmp_path / "ontology").symlink_to(home / "ontology")
    done = subprocess.run(
        [sys.executable, "-m", "hrdem", "serve", "--port", "0"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "The graph has not been built yet. Run `hrdem build` first." in done.stderr


def test_a_port_that_is_taken_is_said_to_be(served: Served, home: Path) -> None:
    port = served.url.rpartition(":")[2]
    done = subprocess.run(
        [sys.executable, "-m", "hrdem", "serve", "--port", port],
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert f"The server cannot listen at 127.0.0.1, port {port}: Address already in use" in (
        done.stderr
    )


def test_others_are_let_in_only_on_demand_and_not_silently(home: Path) -> None:
    with serve(home, "--host", "0.0.0.0", "--workers", "1") as served:
        assert any(line.startswith("Everybody who reaches") for line in served.lines)
    with serve(home, "--workers", "1") as served:
        assert served.url.startswith("http://127.0.0.1:")
        assert not any(line.startswith("Everybody") for line in served.lines)
