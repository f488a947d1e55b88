"""What the programs inside our images do, seen by running them."""

import os
import signal
import socket
from pathlib import Path

import httpx
import pytest

from labkit.foundation.process import beside
from tests.support.proc import children
from tests.support.programs import program, run, serving, started
from tests.support.waiting import eventually

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def hello() -> Path:
    return program("hello")


def test_info_says_who_answers(hello: Path, tmp_path: Path) -> None:
    settings = {"POD_NAME": "desk-5d9f6c7b84-x2k4p", "NODE_NAME": "n1", "POD_NAMESPACE": "shop"}
    with serving(hello, tmp_path / "a", VERSION="Milano", TARIFF="12", **settings) as server:
        info = server.get("/info").json()
    environment = info.pop("environment")
    assert info == {
        "app": "desk",
        "pod": "desk-5d9f6c7b84-x2k4p",
        "node": "n1",
        "namespace": "shop",
        "version": "Milano",
        "greeting": "Hello from Kubernetes",
    }
    assert environment["TARIFF"] == "12"
    assert not {"PATH", "HOME", "VERSION"} & set(environment)


def test_page_is_html_for_browsers_and_plain_for_curl(hello: Path, tmp_path: Path) -> None:
    with serving(hello, tmp_path / "a", VERSION="<7>", POD_NAME="desk-1") as server:
        plain = server.get("/")
        page = httpx.get(server.address, headers={"Accept": "text/html,*/*"})
        assert server.get("/healthz").text == "ok\n"
        assert server.get("/nowhere").status_code == 404
    assert plain.headers["content-type"].startswith("text/plain")
    assert "version    <7>\npod        desk-1\n" in plain.text
    assert page.headers["content-type"].startswith("text/html")
    assert "version &lt;7&gt;" in page.text
    assert "ZgotmplZ" not in page.text


def test_port_opens_after_the_start_delay_and_not_before(hello: Path, tmp_path: Path) -> None:
    with started(hello, tmp_path / "a", {"START_DELAY": "1.5"}) as server:
        with pytest.raises(httpx.ConnectError):
            server.get("/healthz")
        eventually(lambda: "listens on" in server.log(), "hello listening")
        assert server.get("/healthz").status_code == 200


def test_hello_told_to_end_before_it_listens_ends_well(hello: Path, tmp_path: Path) -> None:
    with started(hello, tmp_path / "a", {"START_DELAY": "60"}) as server:
        eventually(lambda: "opens its port in 1m0s" in server.log(), "hello waiting")
        server.tell_to_end()
        assert server.companion.wait() == 0


def test_hello_told_to_end_still_answers_for_the_drain(hello: Path, tmp_path: Path) -> None:
    with serving(hello, tmp_path / "a", DRAIN="2") as server:
        server.tell_to_end()
        eventually(lambda: "told to end" in server.log(), "the signal heard")
        answer = server.get("/healthz")
        assert answer.status_code == 200
        assert answer.headers["connection"] == "close"
        assert server.companion.wait() == 0


def test_chain_lists_every_hop_in_order(hello: Path, tmp_path: Path) -> None:
    with (
        serving(hello, tmp_path / "c", APP="prices") as prices,
        serving(hello, tmp_path / "b", APP="basket", BACKEND_URL=prices.address + "/") as basket,
        serving(hello, tmp_path / "a", APP="front", BACKEND_URL=basket.address) as front,
    ):
        answer = front.get("/chain")
    assert answer.status_code == 200
    assert [hop["app"] for hop in answer.json()] == ["front", "basket", "prices"]


def test_broken_link_is_the_last_entry_of_the_chain(hello: Path, tmp_path: Path) -> None:
    with (
        serving(hello, tmp_path / "b", APP="basket", BACKEND_URL="http://127.0.0.1:9") as basket,
        serving(hello, tmp_path / "a", APP="front", BACKEND_URL=basket.address) as front,
    ):
        answer = front.get("/chain")
    assert answer.status_code == 502
    *hops, last = answer.json()
    assert [hop["app"] for hop in hops] == ["front", "basket"]
    assert "connection refused" in last["problem"]


def test_chain_in_a_circle_ends(hello: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    circle = {"PORT": port, "BACKEND_URL": f"http://127.0.0.1:{port}"}
    with started(hello, tmp_path / "a", circle) as server:
        eventually(lambda: "listens on" in server.log(), "hello listening")
        answer = httpx.get(f"{circle['BACKEND_URL']}/chain", timeout=10)
    assert answer.status_code == 502
    assert "circle" in answer.json()[-1]["problem"]
    assert len(answer.json()) == 11


def test_notes_outlive_the_process_that_wrote_them(hello: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with serving(hello, tmp_path / "a", DATA_DIR=str(data), POD_NAME="first") as server:
        assert server.get("/notes").json() == []
        written = httpx.post(f"{server.address}/notes", content="ciao\n")
        assert written.status_code == 201
        assert httpx.post(f"{server.address}/notes", content=" ").status_code == 400
        assert httpx.delete(f"{server.address}/notes").status_code == 405
    with serving(hello, tmp_path / "b", DATA_DIR=str(data), POD_NAME="second") as server:
        [note] = server.get("/notes").json()
    assert note == written.json()
    assert (note["pod"], note["text"]) == ("first", "ciao")


def test_notes_without_a_place_say_so(hello: Path, tmp_path: Path) -> None:
    with serving(hello, tmp_path / "a") as server:
        answer = server.get("/notes")
    assert (answer.status_code, "DATA_DIR" in answer.text) == (404, True)


def test_proxy_leaves_its_name_on_the_answer(hello: Path, tmp_path: Path) -> None:
    with (
        serving(hello, tmp_path / "b", APP="behind") as behind,
        serving(
            hello, tmp_path / "a", MODE="proxy", TARGET=behind.address, POD_NAME="side"
        ) as proxy,
    ):
        answer = proxy.get("/info")
    assert answer.json()["app"] == "behind"
    assert answer.headers["x-lab-proxy"] == "side"


@pytest.mark.parametrize(
    ("words", "status", "output"),
    [
        (["true"], 0, ""),
        (["say", "ciao"], 0, "ciao\n"),
        (["say", "gone", "exit", "3", "after", "0"], 3, "gone\n"),
        (["say", "well", "exit", "0", "after", "0.1"], 0, "well\n"),
        (["say", "too", "few", "words"], 1, ""),
        (["sleep", "0.1"], 0, ""),
        (["sleep", "long"], 1, ""),
        (["probe", "http://127.0.0.1:9/"], 1, ""),
        (["--version"], 0, "hello v1.0\n"),
        (["unknown"], 2, ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_sub_command_stands_in_for_a_shell(
    hello: Path, words: list[str], status: int, output: str
) -> None:
    ended = run([str(hello), *words], may_fail=True)
    assert (ended.status, ended.output) == (status, output)
    assert bool(ended.errors) == (status in (1, 2))


def test_probe_succeeds_where_the_server_answers(hello: Path, tmp_path: Path) -> None:
    with serving(hello, tmp_path / "a") as server:
        well = run([str(hello), "probe", f"{server.address}/healthz"])
        ill = run([str(hello), "probe", f"{server.address}/nowhere", "2"], may_fail=True)
    assert well.output == "200 OK\nok\n"
    assert ill.status == 1
    assert ill.output.startswith("404 Not Found\n")


def test_pause_collects_orphans_and_ends_when_told(tmp_path: Path) -> None:
    """As process 1 of a process namespace, whose orphans are its to collect."""
    own_namespace = "unshare --map-root-user --pid --fork --kill-child"
    script = f'echo $$ >"$0/pid"; exec {own_namespace} "$1"'
    command = ["sh", "-c", script, str(tmp_path), str(program("pause"))]
    with beside(command, tmp_path / "log") as outside:
        eventually(lambda: bool(children_of_the_one_in(tmp_path / "pid")), "pause running")
        [pause] = children_of_the_one_in(tmp_path / "pid")
        inside = ["nsenter", "--target", str(pause), "--user", "--pid", "--preserve-credentials"]
        gate = tmp_path / "gate"
        os.mkfifo(gate)
        # the shell ends at once and leaves the reader behind
        run([*inside, "sh", "-c", f"(read -r _ <{gate}) >/dev/null 2>&1 &"])
        eventually(lambda: len(children(pause)) == 1, "the orphan handed to pause")
        gate.write_text("end\n")
        eventually(lambda: children(pause) == [], "the orphan collected")
        os.kill(pause, signal.SIGTERM)
        assert outside.wait() == 0


def children_of_the_one_in(file: Path) -> list[int]:
    """Process ids below the one that a file names, once it does."""
    return children(file.read_text().strip()) if file.exists() else []


@pytest.fixture(scope="module")
def till() -> Path:
    return program("till")


def test_till_sells_into_a_file_of_which_a_companion_misses_nothing(
    till: Path, tmp_path: Path
) -> None:
    sales, seen, said = tmp_path / "new" / "sales.log", tmp_path / "seen", tmp_path / "said"
    words = [str(till), "sell", str(sales)]
    with (
        beside([str(till), "follow", str(sales)], seen),
        beside(words, said, environment={"TILL": "garden"}),
    ):
        eventually(lambda: seen.read_text().count("\n") >= 3, "three sales")
    assert seen.read_text() == sales.read_text()[: len(seen.read_text())]
    assert said.read_text() == ""
    first = run([str(till), "print", str(sales)]).output.splitlines()[0]
    assert '"till":"garden","number":1' in first


def test_companion_follows_the_name_also_to_another_file(till: Path, tmp_path: Path) -> None:
    file, seen = tmp_path / "sales.log", tmp_path / "seen"
    file.write_text("one\n")
    with beside([str(till), "follow", str(file)], seen):
        eventually(lambda: seen.read_text() == "one\n", "the first line")
        file.rename(tmp_path / "old.log")
        file.write_text("two\n")
        eventually(lambda: seen.read_text() == "one\ntwo\n", "the line of the other file")
        file.write_text("")
        file.write_text("3\n")
        eventually(lambda: seen.read_text() == "one\ntwo\n3\n", "the line after it began anew")
