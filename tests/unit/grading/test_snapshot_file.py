import json
from pathlib import Path

from labkit.grading.seed import SeedRecord
from labkit.grading.snapshot import Failed, Reply, Snapshot
from labkit.grading.snapshot_file import load_snapshot, normalised, save_snapshot

UID, OWNER = "0b1c2d3e-0000-0000-0000-000000000001", "0b1c2d3e-0000-0000-0000-000000000002"


def snapshot_at(moment: str, created: str, uid: str = UID) -> Snapshot:
    owner = {"kind": "ReplicaSet", "uid": OWNER}
    metadata = {
        "name": "a",
        "uid": uid,
        "creationTimestamp": created,
        "ownerReferences": [owner],
    }
    return Snapshot(
        exercise="door",
        taken_at=moment,
        namespaces={"": "me-door"},
        lists={
            "Pod in ${ns}": ({"kind": "Pod", "metadata": metadata},),
            "Node": Failed("Node", "Forbidden.", "Ask."),
        },
        pages={"web": (Reply("a", "http://a", 200, "x", {"pod": "a"}),)},
        version="v1.34.4",
        seed=SeedRecord({"table": "7"}, {"card": {"metadata.uid": uid, "data": {"a": "b"}}}),
        answers={"colour": "red"},
    )


def test_saved_snapshot_is_the_same_when_loaded(tmp_path: Path) -> None:
    snapshot = snapshot_at("2026-01-01T00:00:00Z", "2025-12-31T23:59:50Z", "uid-2")
    save_snapshot(tmp_path / "a.json", snapshot)
    loaded = load_snapshot(tmp_path / "a.json")
    save_snapshot(tmp_path / "b.json", loaded)
    assert (tmp_path / "a.json").read_text() == (tmp_path / "b.json").read_text()
    assert loaded.seed == snapshot.seed
    assert loaded.lists["Node"] == snapshot.lists["Node"]
    assert loaded.pages == snapshot.pages
    assert (loaded.version, loaded.answers) == ("v1.34.4", {"colour": "red"})


def test_two_runs_of_one_state_are_saved_alike() -> None:
    one = snapshot_at("2026-11-23T10:00:00Z", "2026-11-23T09:59:30Z")
    later = snapshot_at("2027-01-01T00:00:10Z", "2026-12-31T23:59:40Z", UID.replace("1", "9"))
    assert normalised(one) == normalised(later)


def test_uids_stay_the_same_where_they_were_the_same() -> None:
    data = normalised(snapshot_at("2026-11-23T10:00:00Z", "2026-11-23T09:59:30Z"))
    metadata = data["lists"]["Pod in ${ns}"][0]["metadata"]
    assert metadata["uid"] == data["seed"]["notes"]["card"]["metadata.uid"]
    assert metadata["uid"] != metadata["ownerReferences"][0]["uid"]
    assert UID not in json.dumps(data)


def test_times_keep_their_distance_to_the_look() -> None:
    data = normalised(snapshot_at("2026-11-23T10:00:00Z", "2026-11-23T09:59:30Z"))
    assert data["taken_at"] == "2026-01-01T00:00:00Z"
    created = data["lists"]["Pod in ${ns}"][0]["metadata"]["creationTimestamp"]
    assert created == "2025-12-31T23:59:30Z"


def test_failed_version_seed_and_answers_are_kept(tmp_path: Path) -> None:
    away = Failed("all", "The API server is away.", "Wait.")
    pages = {"web": away}
    snapshot = Snapshot(
        "door", "2026-01-01T00:00:00Z", {"": "ns"}, {}, pages, version=away, seed=away, answers=away
    )
    save_snapshot(tmp_path / "a.json", snapshot)
    assert load_snapshot(tmp_path / "a.json") == snapshot


def test_half_a_character_of_a_page_can_be_saved(tmp_path: Path) -> None:
    snapshot = Snapshot(
        "e",
        "2026-01-01T00:00:00Z",
        {"": "ns"},
        pages={"web": (Reply("a", "http://a", 200, "x", {"pod": "\ud800"}),)},
    )
    save_snapshot(tmp_path / "a.json", snapshot)
    assert load_snapshot(tmp_path / "a.json").replies()[0].facts == {"pod": "?"}


def test_object_that_is_being_deleted_is_there_no_more() -> None:
    going = {"metadata": {"name": "a", "deletionTimestamp": "2026-01-01T00:00:00Z"}}
    staying = {"metadata": {"name": "b"}}
    lists = {f"{kind} in ${{ns}}": (going, staying) for kind in ("ConfigMap", "Pod")}
    snapshot = Snapshot("e", "2026-01-01T00:00:00Z", {"": "ns"}, lists=lists)
    assert snapshot.objects("ConfigMap") == (staying,)
    assert snapshot.objects("Pod") == (going, staying)
