"""Tokens are short-lived, kept until they end soon, and renew themselves for kubectl."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from labkit.cli.token import credential
from labkit.foundation.waiting import SystemClock
from labkit.kube.kubeconfig import read_access
from labkit.workshop.errors import IdentityMissing
from labkit.workshop.identities import (
    access_as,
    forget_tokens,
    identity_kubeconfig,
    kept_token,
    write_learner_kubeconfig,
)
from labkit.workshop.rights import Role
from labkit.workshop.starting import start
from labkit.workshop.token_file import KeptToken, read_token, token_path, token_text
from tests.support.clock import HeldClock
from tests.support.cluster import FakeCluster
from tests.support.workshop import EXERCISE, lab_on

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
SOON = timedelta(minutes=9)
LATER = timedelta(minutes=11)


def known(cluster: FakeCluster) -> None:
    for role in Role:
        metadata = {"name": f"ada-{role}", "namespace": "labkit-system"}
        cluster.put({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "labkit-system"}}
    cluster.put(namespace)


@pytest.mark.parametrize("role", Role, ids=str)
def test_each_identity_has_its_own_token_and_nobody_elses(role: Role, tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        known(cluster)
        access = access_as(lab_on(cluster, tmp_path), role, "somewhere")
    assert (access.token, access.user) == (f"token-of-ada-{role}", f"ada-{role}")
    assert (access.certificate, access.key, access.namespace) == ("", "", "somewhere")


def test_token_is_kept_for_its_owner_alone_until_it_ends_soon(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        known(cluster)
        lab = lab_on(cluster, tmp_path)
        first = kept_token(lab, Role.GRADER)
        assert kept_token(lab, Role.GRADER) == first
        late = HeldClock(SystemClock().now() + timedelta(minutes=55))
        kept_token(replace(lab, clock=late), Role.GRADER)
    path = token_path(lab.settings.home, "ada-grader")
    assert path.stat().st_mode & 0o777 == 0o600


def test_cluster_made_anew_gets_a_token_of_its_own(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        known(cluster)
        lab = lab_on(cluster, tmp_path)
        path = token_path(lab.settings.home, "ada-learner")
        path.parent.mkdir(parents=True)
        old = KeptToken("old", SystemClock().now() + timedelta(hours=1), "another cluster")
        path.write_text(token_text(old))
        assert kept_token(lab, Role.LEARNER).token == "token-of-ada-learner"


def test_attendee_that_the_cluster_does_not_know_is_told_to_start(tmp_path: Path) -> None:
    with FakeCluster() as cluster, pytest.raises(IdentityMissing, match="labkit start"):
        kept_token(lab_on(cluster, tmp_path), Role.LEARNER)


@pytest.mark.parametrize(("left", "serves"), [(SOON, False), (LATER, True)], ids=["soon", "later"])
def test_token_serves_until_ten_minutes_before_its_end(left: timedelta, *, serves: bool) -> None:
    now = HeldClock().now()
    assert KeptToken("t", now + left, "c").serves(now) is serves


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"token": "t", "expires": "never"}'])
def test_token_file_that_is_not_ours_is_no_token(text: str, tmp_path: Path) -> None:
    path = tmp_path / "token.json"
    path.write_text(text)
    assert read_token(path) is None


def test_kubeconfig_for_a_program_holds_the_token_itself(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        known(cluster)
        text = identity_kubeconfig(lab_on(cluster, tmp_path), Role.SETUP, "somewhere")
    path = tmp_path / "setup.kubeconfig"
    path.write_text(text)
    assert read_access(path).token == "token-of-ada-setup"


def test_learners_kubeconfig_names_no_token_and_is_not_written_twice(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        known(cluster)
        lab = lab_on(cluster, tmp_path)
        path = write_learner_kubeconfig(lab, "one")
        written = path.stat().st_mtime_ns
        assert "token-of" not in path.read_text()
        write_learner_kubeconfig(lab, "one")
        assert path.stat().st_mtime_ns == written
        write_learner_kubeconfig(lab, "two")
        assert read_access(path).namespace == "two"
    assert path.stat().st_mode & 0o777 == 0o600


def test_broken_learners_kubeconfig_is_written_anew(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        known(cluster)
        lab = lab_on(cluster, tmp_path)
        (lab.settings.home / "kubeconfig").write_text("broken: [")
        assert read_access(write_learner_kubeconfig(lab, "one")).namespace == "one"


def test_token_command_prints_what_kubectl_expects(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        said = json.loads(credential(lab.settings))
    assert said["kind"] == "ExecCredential"
    assert said["status"]["token"] == "token-of-ada-learner"
    assert said["status"]["expirationTimestamp"].endswith("Z")


def test_token_command_renews_a_token_that_is_gone(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        forget_tokens(lab)
        assert "token-of-ada-learner" in credential(lab.settings)
