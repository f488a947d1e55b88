"""What the real Terraform provider 2.19.0 sent and was answered, asked again of the emulator.

By the rules of the recording: bodies byte for byte, ids put in place, signed anew; where the
recording waited for five seconds the keepers do one round. Compared are statuses, keys, types,
nulls, and all values but those that no two servers share.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import yaml

from tests.contract.cloud.described import FOLDER
from tests.support.clock import HeldClock
from tests.support.cloud import Stage

RECORDS = [
    json.loads(line)
    for line in (FOLDER / "terraform-provider-2.19.0-transcript.jsonl").read_text().splitlines()
]
CLUSTER, POOL = "36cf38be-5254-4a69-a40d-b6836976578e", "7d149c79-8908-4326-a462-cdc0290ea969"
PAUSE_SECONDS = 4
"""From here on the client waited for something to happen."""
DYNAMIC = {
    "id", "url", "nodesUrl", "createdAt", "updatedAt", "version", "content",
    "nextUpgradeVersions", "isUpToDate", "message",
}  # fmt: skip
OTHER_SERVER = {"identities": "the recording's server gave an account no identity; OVHcloud does"}
"""Values in which the recording shows its own server, and no more than that."""
EXPECTED_DIFFERENCES: dict[int, str] = {}
"""Line to why the answer there differs."""


@dataclass(slots=True)
class Replay:
    stage: Stage
    version: str
    ids: dict[str, str] = field(default_factory=dict)
    before: float = 1.4

    def ask(self, record: dict[str, Any]) -> httpx.Response:
        if record["t"] - self.before > PAUSE_SECONDS:
            assert isinstance(self.stage.clock, HeldClock)
            self.stage.clock.advance(5)
            self.stage.settle()
        self.before = record["t"]
        request = record["request"]
        path = request["path"].removeprefix("/1.0")
        for recorded, ours in self.ids.items():
            path = path.replace(recorded, ours)
        kept = ("Accept", "Content-Type", "User-Agent")
        return self.stage.send(
            request["method"],
            f"{self.stage.cloud.address}/{self.version}{path}",
            request["body"].encode(),
            signed="X-Ovh-Signature" in request["headers"],
            headers={key: request["headers"][key] for key in kept if key in request["headers"]},
        )

    def learn(self, line: int, answer: httpx.Response) -> None:
        if line in (8, 13):
            self.ids[CLUSTER if line == 8 else POOL] = answer.json()["id"]


def differences(ours: object, recorded: object, where: str = "") -> Iterator[str]:
    name = where.rpartition(".")[2]
    if type(ours) is not type(recorded):
        yield f"{where}: {ours!r} instead of {recorded!r}"
    elif isinstance(ours, dict) and isinstance(recorded, dict):
        if set(ours) != set(recorded):
            yield f"{where}: keys {sorted(set(ours) ^ set(recorded))}"
        for key in set(ours) & set(recorded):
            yield from differences(ours[key], recorded[key], f"{where}.{key}")
    elif name not in DYNAMIC | set(OTHER_SERVER) and ours != recorded:
        yield f"{where}: {ours!r} instead of {recorded!r}"


def found(line: int, answer: httpx.Response) -> list[str]:
    recorded, request = RECORDS[line]["response"], RECORDS[line]["request"]
    if answer.status_code != recorded["status"]:
        return [f"status {answer.status_code} instead of {recorded['status']}: {answer.text}"]
    if not recorded["body"]:
        return [f"a body: {answer.text}"] if answer.content else []
    if request["path"].endswith("/auth/time"):
        return [] if isinstance(answer.json(), int) else [f"{answer.text} is no time"]
    ours, theirs = answer.json(), json.loads(recorded["body"])
    problems = list(differences(ours, theirs))
    if "content" in theirs:
        problems += differences(_named(ours["content"]), _named(theirs["content"]), "kubeconfig")
    if "version" in theirs and ours["version"].split(".")[:2] != theirs["version"].split(".")[:2]:
        problems.append(f"version {ours['version']} instead of {theirs['version']}")
    return problems


def _named(kubeconfig: str) -> dict[str, Any]:
    content = yaml.safe_load(kubeconfig)
    parts = ("clusters", "users", "contexts")
    named = {part: [one["name"] for one in content[part]] for part in parts}
    return named | {"context": content["contexts"][0]["context"], "now": content["current-context"]}


@pytest.mark.parametrize("version", ["1.0", "v1"])
def test_terraforms_calls_are_answered_as_they_were(stage: Stage, version: str) -> None:
    replay = Replay(stage, version)
    differing: dict[int, list[str]] = {}
    for line, record in enumerate(RECORDS):
        answer = replay.ask(record)
        assert answer.headers["X-Ovh-QueryID"]
        if problems := found(line, answer):
            differing[line] = problems
        replay.learn(line, answer)

    assert len(RECORDS) - len(differing) >= 95, differing
    assert differing.keys() == EXPECTED_DIFFERENCES.keys(), differing


@pytest.mark.parametrize("line", [9, 14])
def test_what_was_just_made_is_installing(stage: Stage, line: int) -> None:
    replay = Replay(stage, "1.0")
    for number, record in enumerate(RECORDS[:line]):
        replay.learn(number, replay.ask(record))

    assert replay.ask(RECORDS[line]).json()["status"] == "INSTALLING"
