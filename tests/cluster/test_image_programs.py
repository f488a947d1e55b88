"""What the programs inside our images do, seen by running them."""

import json
import os
import signal
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from labkit.foundation.process import Companion, SystemRunner, beside
from labkit.foundation.progress import Quiet
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock, wait_until
from labkit.toolchain.provide import provide
from labkit.toolchain.recipes import RECIPES, read_recipe

pytestmark = pytest.mark.cluster

run = SystemRunner()


def program(name: str) -> Path:
    tool = read_recipe(name, RECIPES).tool
    settings, clock = read_settings(), SystemClock()
    found = provide([name], settings=settings, run=run, progress=Quiet(), clock=clock, tools=[tool])
    return found[name]


@pytest.fixture(scope="module")
def hello() -> Path:
    return program("hello")


@dataclass(frozen=True)
class Server:
    address: str
    companion: Companion
    folder: Path

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.address + path, timeout=10)

    def tell_to_end(self) -> None:
        os.kill(int((self.folder / "pid").read_text()), signal.SIGTERM)

    def log(self) -> str:
        return (self.folder / "log").read_text()


@contextmanager
def started(hello: Path, folder: Path, environment: Mapping[str, str]) -> Iterator[Server]:
    """A hello that may not listen yet."""
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["sh", "-c", 'echo $$ >"$0/pid"; exec "$1"', str(folder), str(hello)]
    surroundings = {"PORT": str(port), "DRAIN": "0", **environment}
    with beside(command, folder / "log", environment=surroundings) as companion:
        yield Server(f"http://127.0.0.1:{port}", companion, folder)


@contextmanager
def serving(hello: Path, folder: Path, **environment: str) -> Iterator[Server]:
    with started(hello, folder, environment) as server:
        soon(lambda: "listens on" in server.log(), "hello listening")
        yield server


def soon(look: object, awaited: str) -> None:
    assert callable(look)
    wait_until(look, awaited, limit_seconds=20, clock=SystemClock(), pause_seconds=0.02)


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
        soon(lambda: "listens on" in server.log(), "hello listening")
        assert server.get("/healthz").status_code == 200


def test_hello_told_to_end_before_it_listens_ends_well(hello: Path, tmp_path: Path) -> None:
    with started(hello, tmp_path / "a", {"START_DELAY": "60"}) as server:
        soon(lambda: "opens its port in 1m0s" in server.log(), "hello waiting")
        server.tell_to_end()
        assert server.companion.wait() == 0


def test_hello_told_to_end_still_answers_for_the_drain(hello: Path, tmp_path: Path) -> None:
    with serving(hello, tmp_path / "a", DRAIN="2") as server:
        server.tell_to_end()
        soon(lambda: "told to end" in server.log(), "the signal heard")
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
        soon(lambda: "listens on" in server.log(), "hello listening")
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
        soon(lambda: bool(children_of(tmp_path / "pid")), "pause running")
        [pause] = children_of(tmp_path / "pid")
        inside = ["nsenter", "--target", pause, "--user", "--pid", "--preserve-credentials"]
        gate = tmp_path / "gate"
        os.mkfifo(gate)
        # the shell ends at once and leaves the reader behind
        run([*inside, "sh", "-c", f"(read -r _ <{gate}) >/dev/null 2>&1 &"])
        soon(lambda: len(children_of(pause)) == 1, "the orphan handed to pause")
        gate.write_text("end\n")
        soon(lambda: children_of(pause) == [], "the orphan collected")
        os.kill(int(pause), signal.SIGTERM)
        assert outside.wait() == 0


def children_of(process: str | Path) -> list[str]:
    """Process ids below one, which is given itself or as the file that names it."""
    if isinstance(process, Path):
        process = process.read_text().strip() if process.exists() else ""
    listed = Path(f"/proc/{process}/task/{process}/children")
    return listed.read_text().split() if process else []


@contextmanager
def observing(hello: Path, folder: Path, target: str) -> Iterator[Path]:
    """The log of an observer that visits the target again and again."""
    with beside([str(hello), "observe", target, "0.05"], folder / "seen"):
        yield folder / "seen"


def visits(log: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.read_text().splitlines(keepends=True) if "\n" in line]


def test_observer_tells_time_status_version_and_pod_of_each_visit(
    hello: Path, tmp_path: Path
) -> None:
    settings = {"VERSION": "7", "POD_NAME": "desk-1"}
    with (
        serving(hello, tmp_path / "a", **settings) as server,
        observing(hello, tmp_path, f"{server.address}/info") as log,
    ):
        soon(lambda: len(visits(log)) >= 3, "three visits")
        first, second, *_ = visits(log)
    assert datetime.fromisoformat(str(first.pop("time"))) < datetime.fromisoformat(
        str(second["time"])
    )
    target = f"{server.address}/info"
    assert first == {"target": target, "ok": True, "status": 200, "version": "7", "pod": "desk-1"}


def test_observer_goes_on_when_a_visit_fails_and_says_why(hello: Path, tmp_path: Path) -> None:
    with (
        started(hello, tmp_path / "a", {"START_DELAY": "1"}) as server,
        observing(hello, tmp_path, f"{server.address}/info") as log,
    ):
        soon(lambda: any(visit["ok"] for visit in visits(log)), "a visit that is answered")
        refused = visits(log)[0]
    assert (refused["ok"], "status" in refused) == (False, False)
    assert "connection refused" in str(refused["problem"])
    assert "http" not in str(refused["problem"])


def test_observer_takes_a_status_other_than_200_for_a_failure(hello: Path, tmp_path: Path) -> None:
    with (
        serving(hello, tmp_path / "a") as server,
        observing(hello, tmp_path, f"{server.address}/nowhere") as log,
    ):
        soon(lambda: visits(log), "a visit")
        assert (visits(log)[0]["ok"], visits(log)[0]["status"]) == (False, 404)


@pytest.mark.parametrize("words", [(), ("http://a", "0"), ("http://a", "soon")])
def test_observer_without_a_target_or_a_pause_does_not_begin(
    hello: Path, words: tuple[str, ...]
) -> None:
    assert run([str(hello), "observe", *words], may_fail=True).status == 1
