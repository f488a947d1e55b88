import io
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from labkit.cluster.engine import ClusterConfig
from labkit.cluster.local.admitted import admit, is_admitted
from labkit.cluster.local.agent import answer
from labkit.cluster.local.messages import Request, error_line, request_line
from labkit.cluster.local.operations import OF_THE_MACHINE, OPERATIONS, READING, Root
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.record import ClusterRecord, write_record
from labkit.cluster.local.registry_files import LOGINS, NOTE, OPEN, PRIVATE
from labkit.cluster.local.registry_logins import with_logins
from labkit.cluster.local.trusted import PACKAGE, fingerprint
from labkit.foundation.errors import LabError
from tests.support.clock import HeldClock
from tests.support.processes import RecordedProcesses

OWNER, STRANGER = 54321, 54322  # no account has these numbers; both came through sudo
UNSEEN = 54323
COPY = fingerprint(PACKAGE.parent)


class Asked:
    """A root side over a folder of the test's, with cluster lab of user OWNER."""

    def __init__(self, folder: Path) -> None:
        self.machine = MachinePaths(folder / "data", folder / "run")
        self.run = RecordedProcesses()
        own_copy = self.machine.python / COPY
        own_copy.mkdir(parents=True)  # where labkit itself is not root's own
        (own_copy / "complete").touch()
        for user in (OWNER, STRANGER):
            admit(self.machine, user)
        write_record(self.machine.cluster("lab").record, ClusterRecord("lab", 7, OWNER))

    def lines(self, line: str, user: int, *, through_sudo: bool = False) -> str:
        out = io.StringIO()
        root = Root(self.machine, self.run, HeldClock())
        answer(root, line, user, out, through_sudo=through_sudo)
        return out.getvalue()

    def answer(self, method: str, user: int, cluster: str = "lab", **arguments: Any) -> str:
        return self.lines(request_line(Request(method, cluster, arguments)), user)


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    return Asked(tmp_path)


def test_owner_is_told_about_their_cluster(asked: Asked) -> None:
    assert '"state": "stopped"' in asked.answer("status", OWNER)


@pytest.mark.parametrize("method", sorted(set(OPERATIONS) - OF_THE_MACHINE))
def test_another_users_cluster_is_neither_changed_nor_shown(asked: Asked, method: str) -> None:
    said = asked.answer(method, STRANGER)
    assert "Cluster 'lab' belongs to another user." in said
    assert "result" not in said
    assert asked.machine.cluster("lab").record.exists()


@pytest.mark.parametrize("method", sorted(OPERATIONS))
def test_agent_serves_nobody_who_has_not_come_through_sudo(asked: Asked, method: str) -> None:
    said = asked.answer(method, UNSEEN, cluster="registry" if method in OF_THE_MACHINE else "own")
    assert "serves who came through sudo; user 54323 did not." in said
    assert "Run `labkit up`" in said
    assert asked.run.calls == []
    assert not asked.machine.cluster("own").data.exists()


def test_list_of_whom_the_agent_serves_grows_and_only_root_may_write_it(asked: Asked) -> None:
    assert not is_admitted(asked.machine, UNSEEN)
    admit(asked.machine, UNSEEN)
    assert [is_admitted(asked.machine, user) for user in (0, OWNER, UNSEEN)] == [True] * 3
    assert asked.machine.users.stat().st_mode & 0o777 == 0o644


def test_only_who_started_the_private_registry_and_root_say_who_may_log_in(asked: Asked) -> None:
    note = PRIVATE.folder(asked.machine) / NOTE
    note.parent.mkdir(parents=True)
    note.touch()
    (note.parent / LOGINS).touch()
    admit(asked.machine, note.stat().st_uid + 1)
    logins = {"reader-me": f"$2b$05${'a' * 53}"}
    said = asked.answer("set_logins", note.stat().st_uid + 1, cluster=PRIVATE.name, logins=logins)
    assert "The registry belongs to another user." in said
    assert (note.parent / LOGINS).read_text() == ""


def test_only_who_started_the_registry_and_root_may_end_it(asked: Asked) -> None:
    note = asked.machine.registry / NOTE
    note.parent.mkdir(parents=True)
    note.touch()
    for user in (note.stat().st_uid, note.stat().st_uid + 1):
        admit(asked.machine, user)
    said = asked.answer("end_registry", note.stat().st_uid + 1, cluster="registry")
    assert "The registry belongs to another user." in said
    assert note.exists()
    assert "error" not in asked.answer("end_registry", note.stat().st_uid, cluster="registry")
    assert not note.exists()


def test_authority_stays_while_a_registry_needs_it(asked: Asked) -> None:
    """It is in the open one's folder, and signed both."""
    notes = [realm.folder(asked.machine) / NOTE for realm in (OPEN, PRIVATE)]
    for note in notes:
        note.parent.mkdir(parents=True)
        note.touch()
    asked.machine.registry_authority.touch()
    asked.answer("end_registry", 0, cluster="private-registry")
    assert [note.exists() for note in notes] == [True, False]
    assert asked.machine.registry_authority.exists()
    notes[1].parent.mkdir()
    notes[1].touch()
    asked.answer("end_registry", 0, cluster="registry")
    assert [note.parent.exists() for note in notes] == [False, False]


def test_authority_goes_with_a_private_registry_that_was_alone(asked: Asked) -> None:
    for folder in (asked.machine.registry, PRIVATE.folder(asked.machine)):
        folder.mkdir(parents=True)
    asked.answer("end_registry", 0, cluster="private-registry")
    assert not asked.machine.registry.exists()


@pytest.mark.parametrize(
    ("user", "hashed"),
    [
        ("reader-me", "a-password-in-plain"),
        ("reader-me", f"$2b$05${'a' * 53}\nwriter:$2b$05${'a' * 53}"),
        ("reader:me", f"$2b$05${'a' * 53}"),
        ("", f"$2b$05${'a' * 53}"),
    ],
    ids=["plain", "two lines", "colon", "nobody"],
)
def test_root_takes_nothing_but_hashes_for_logins(asked: Asked, user: str, hashed: str) -> None:
    said = asked.answer("set_logins", OWNER, cluster="registry", logins={user: hashed})
    assert "Not a login of a registry" in said
    assert hashed not in said


def test_login_without_a_private_registry_says_how_to_get_one(asked: Asked) -> None:
    logins = {"reader-me": f"$2b$05${'a' * 53}"}
    said = asked.answer("set_logins", OWNER, cluster="registry", logins=logins)
    assert "labkit registry up --private" in said


def test_logins_of_others_stay_when_one_is_changed() -> None:
    before = with_logins("", {"b": "$2b$05$one", "a": "$2b$05$two"})
    assert before == "a:$2b$05$two\nb:$2b$05$one\n"
    assert with_logins(before, {"b": "$2b$05$new"}) == "a:$2b$05$two\nb:$2b$05$new\n"
    assert with_logins(before, {"a": "", "unknown": ""}) == "b:$2b$05$one\n"


def test_registry_that_nobody_knows_is_refused(asked: Asked) -> None:
    assert "There is no registry" in asked.answer("start_registry", OWNER, cluster="lab")


def test_registry_that_was_never_started_says_how(asked: Asked) -> None:
    assert "labkit registry up" in asked.answer("start_registry", STRANGER, cluster="registry")


def test_claiming_to_be_root_in_the_request_is_of_no_use(asked: Asked) -> None:
    line = request_line(Request("delete", "lab", user=0))
    assert "belongs to another user" in asked.lines(line, STRANGER)


def test_root_may_look_at_anybodys_cluster(asked: Asked) -> None:
    assert '"state": "stopped"' in asked.answer("status", 0)


@pytest.mark.parametrize("user", [OWNER, STRANGER])
def test_agent_takes_no_programs_from_a_user(asked: Asked, user: int) -> None:
    said = asked.answer("start", user, programs={"kubelet": "/home/ada/kubelet"})
    assert "The agent runs installed programs only." in said
    assert not asked.machine.programs.exists()


@pytest.mark.parametrize(
    "path",
    [
        "{programs}/kubernetes/etcd",
        "{programs}/kubelet",
        "{programs}/../kubernetes/kubelet",
        "{programs}/missing/kubelet",
    ],
)
def test_agent_takes_for_installed_only_the_named_programs_copy(asked: Asked, path: str) -> None:
    install_copy(asked)
    named = path.format(programs=asked.machine.programs)
    said = asked.answer("start", OWNER, programs={"kubelet@1.34": named})
    assert "The agent runs installed programs only." in said


def test_agent_starts_with_programs_that_root_has_copied(asked: Asked) -> None:
    copy = install_copy(asked)
    said = asked.answer(
        "start", OWNER, programs={"kubelet@1.34": str(copy)}, config=asdict(ClusterConfig())
    )
    assert "installed programs only" not in said


def install_copy(asked: Asked) -> Path:
    copy = asked.machine.programs / "kubernetes" / "kubelet"
    copy.parent.mkdir(parents=True)
    for name in ("kubelet", "etcd"):
        (copy.parent / name).touch(mode=0o755)
    return copy


def test_programs_may_come_through_sudo(asked: Asked) -> None:
    programs = {"kubelet": "/home/ada/kubelet"}
    arguments = {"config": asdict(ClusterConfig()), "programs": programs}
    line = request_line(Request("start", "lab", arguments))
    said = asked.lines(line, OWNER, through_sudo=True)
    assert "installed programs only" not in said
    assert "kubelet is not a file" in said


@pytest.mark.parametrize("name", ["../../etc", "", "lab/../../x", "Lab", "x\n", "."])
def test_cluster_whose_name_leads_elsewhere_is_refused(asked: Asked, name: str) -> None:
    said = asked.answer("delete", OWNER, cluster=name)
    assert "--name is " in said
    assert "1 to 20 of a-z, 0-9 and -" in said


def test_unknown_operation_is_answered_with_those_there_are(asked: Asked) -> None:
    said = asked.answer("run", OWNER, command=["id"])
    assert "There is no operation 'run'." in said
    assert "add_node" in said


def test_line_that_is_no_request_is_answered_too(asked: Asked) -> None:
    assert "Not a request: 'hello" in asked.lines("hello\n", OWNER)


def test_client_that_leaves_ends_its_own_answer_only(asked: Asked) -> None:
    class Closed(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError

    root = Root(asked.machine, asked.run, HeldClock())
    for method in ("status", "run"):
        answer(root, request_line(Request(method, "lab")), OWNER, Closed())


def test_bug_is_said_to_be_one_and_still_seen_by_the_agents_log(asked: Asked) -> None:
    out = io.StringIO()
    root = Root(asked.machine, asked.run, HeldClock())
    with pytest.raises(KeyError):
        answer(root, request_line(Request("logs", "lab")), OWNER, out)
    assert "The agent met a bug: KeyError" in out.getvalue()
    assert "Please report it." in out.getvalue()


def test_looking_waits_for_nobody_who_works_on_the_cluster(asked: Asked) -> None:
    assert {"status", "logs", "kubeconfig", "list_images", "look"} == READING
    said = asked.answer("logs", OWNER, component="etcd", lines=10)
    assert '"result": ""' in said
    assert not asked.machine.cluster("lab").lock.exists()


def test_user_gets_the_words_of_an_error_in_one_line() -> None:
    assert error_line(LabError("No.", "Try.", "a\nb")).count("\n") == 1


def test_root_takes_over_no_file_that_the_user_may_not_read(asked: Asked, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    secret.chmod(0o600)
    said = asked.answer("addons", OWNER, images={"coredns": str(secret)})
    assert "is not yours to read" in said
    assert not asked.machine.images.exists()


def test_add_ons_of_a_cluster_that_is_not_there_are_refused(asked: Asked) -> None:
    said = asked.answer("addons", OWNER, cluster="other", images={})
    assert "There is no cluster called 'other'." in said
    assert not asked.machine.cluster("other").data.exists()


def test_add_on_that_every_cluster_has_cannot_be_removed(asked: Asked) -> None:
    said = asked.answer("remove_addon", OWNER, name="coredns")
    assert "There is no add-on 'coredns' that could be removed." in said
    assert "traefik" in said


def test_nothing_ran_as_root_for_a_refused_request(asked: Asked) -> None:
    asked.answer("delete", STRANGER)
    assert asked.run.calls == []
