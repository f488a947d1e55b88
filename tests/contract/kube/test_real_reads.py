"""Lists, watches, discovery and refusals as a real API server does them."""

import json
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest

from labkit.kube.conditions import is_gone
from labkit.kube.discovery import EVERY_GROUP
from labkit.kube.errors import (
    CertificateRejected,
    CredentialsRefused,
    Forbidden,
    KindUnknown,
    NotAnswering,
    ObjectNotFound,
    TooManyObjects,
)
from labkit.kube.exchange import Request
from labkit.kube.kubeconfig import Access, kubeconfig_text, read_access
from labkit.kube.listing import Lists
from labkit.kube.official import api_client
from labkit.kube.reader import Reader
from labkit.kube.resources import ObjectReference, Selection, built_in
from labkit.kube.waiting import wait_for
from labkit.kube.writer import Writer
from tests.contract.kube.conftest import Cluster
from tests.support.authority import Authority

pytestmark = pytest.mark.cluster


def config_map(name: str, **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def test_server_is_ready_and_says_its_version(reader: Reader) -> None:
    assert reader.ready() is True
    assert reader.version().startswith("v1.34.")


def test_every_kind_of_the_server_is_in_the_table(reader: Reader) -> None:
    """Kinds of add-ons, which have a domain of their own, are left to discovery."""
    served = []
    for path in ("/api", "/apis"):
        groups = reader.connection.ask(Request(path, accept=EVERY_GROUP)).json()["items"]
        served += [(group["metadata"].get("name", ""), group["versions"]) for group in groups]
    missing = []
    for group, versions in served:
        if "." in group and not group.endswith(".k8s.io"):
            continue
        for entry in versions[0].get("resources") or ():  # none while an add-on is not up
            version = "/".join(filter(None, (group, versions[0]["version"])))
            found = built_in(entry["responseKind"]["kind"], version)
            if not found or (found.plural, found.namespaced) != (
                entry["resource"],
                entry["scope"] == "Namespaced",
            ):
                missing.append((version, entry["resource"]))
    assert missing == []


def test_pages_make_one_list(reader: Reader, writer: Writer, namespace: str) -> None:
    for number in range(5):
        writer.create(config_map(f"page-{number}"), namespace=namespace)
    paging = Lists(reader.connection, reader.kinds, page=2)
    objects, _ = paging.whole(Selection("ConfigMap", namespace))
    found = [item["metadata"]["name"] for item in objects]
    assert [name for name in found if name.startswith("page")] == [f"page-{n}" for n in range(5)]


def test_more_than_the_callers_limit_is_an_error(
    reader: Reader, writer: Writer, namespace: str
) -> None:
    for number in range(3):
        writer.create(config_map(f"page-{number}"), namespace=namespace)
    with pytest.raises(TooManyObjects):
        reader.list("ConfigMap", namespace=namespace, at_most=2)


def test_watch_sees_each_change_once(reader: Reader, writer: Writer, namespace: str) -> None:
    writer.create(config_map("before"), namespace=namespace)
    fields = "metadata.name!=kube-root-ca.crt"
    events = reader.watch("ConfigMap", namespace=namespace, fields=fields, seconds=20)
    assert next(events)[0] == "ADDED"
    writer.create(config_map("during"), namespace=namespace)
    writer.apply(config_map("during", a="b"), namespace=namespace)
    writer.delete("ConfigMap", "during", namespace)
    seen = [(kind, item["metadata"]["name"]) for kind, item in islice(events, 3)]
    events.close()
    assert seen == [("ADDED", "during"), ("MODIFIED", "during"), ("DELETED", "during")]


def test_watch_of_a_quiet_namespace_ends_at_its_limit(reader: Reader, namespace: str) -> None:
    assert list(reader.watch("Secret", namespace=namespace, seconds=0.5)) == []


def test_wait_for_what_is_gone_ends_at_once(reader: Reader, namespace: str) -> None:
    what = ObjectReference("ConfigMap", "nothing", namespace)
    assert wait_for(reader, what, is_gone, limit_seconds=10) is True


def test_missing_object_and_missing_kind_are_told_apart(reader: Reader, namespace: str) -> None:
    with pytest.raises(ObjectNotFound, match="ConfigMap nothing in namespace"):
        reader.get("ConfigMap", "nothing", namespace=namespace)
    with pytest.raises(KindUnknown, match="no kind Gadget"):
        reader.list("Gadget")


def test_token_without_rights_is_told_what_it_may_not(
    admin_access: Access, writer: Writer, namespace: str
) -> None:
    token = writer.token("default", namespace, 600).token
    access = replace(admin_access, certificate="", key="", token=token, user="default")
    with Reader(access) as reader, pytest.raises(Forbidden, match=f"{namespace}:default.*cannot"):
        reader.list("Secret", namespace=namespace)


def test_token_that_is_none_is_refused(admin_access: Access) -> None:
    access = replace(admin_access, certificate="", key="", token="nonsense", user="bob")
    with Reader(access) as reader, pytest.raises(CredentialsRefused, match="user bob"):
        reader.version()


def test_server_of_another_authority_is_refused(admin_access: Access) -> None:
    access = replace(admin_access, authority=Authority().certificate)
    with Reader(access) as reader, pytest.raises(CertificateRejected):
        reader.version()


def test_service_without_pods_does_not_answer(
    reader: Reader, writer: Writer, namespace: str
) -> None:
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "empty"}}
    writer.create({**service, "spec": {"ports": [{"port": 80}]}}, namespace=namespace)
    with pytest.raises(NotAnswering, match="no endpoints"):
        reader.through_service(namespace, "empty", 80)


def test_pod_that_never_started_has_no_page_and_an_empty_log(
    reader: Reader, writer: Writer, namespace: str
) -> None:
    containers = [{"name": "main", "image": "registry.lab.example:5000/hello:1.0"}]
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}
    spec = {"containers": containers, "schedulerName": "nobody"}
    writer.create({**pod, "spec": spec}, namespace=namespace)
    with pytest.raises(NotAnswering, match="Pod a in namespace"):
        reader.through_pod(namespace, "a", 8080)
    assert reader.log("a", namespace) == ""


def test_exec_program_opens_the_server(
    admin_access: Access, writer: Writer, namespace: str, tmp_path: Any
) -> None:
    issued = writer.token("default", namespace, 600)
    status = {"token": issued.token, "expirationTimestamp": issued.expires.isoformat()}
    credential = {"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1"}
    (tmp_path / "credential.json").write_text(json.dumps({**credential, "status": status}))
    program = tmp_path / "login"
    program.write_text(f"#!/bin/sh\ncat {tmp_path}/credential.json\n")
    program.chmod(0o700)
    text = kubeconfig_text(replace(admin_access, certificate="", key="", user="exec"))
    entry = "exec: {apiVersion: client.authentication.k8s.io/v1, command: ./login}"
    config = tmp_path / "config"
    config.write_text(text.replace("user: {}", f"user: {{{entry}}}"))
    with Writer(read_access(config)) as ours:
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        who = ours.create({**review, "metadata": {"generateName": "x"}})
    assert who["status"]["userInfo"]["username"].endswith(f"{namespace}:default")


def test_official_client_sees_the_same_namespaces(reader: Reader, cluster: Cluster) -> None:
    from kubernetes import client  # noqa: PLC0415  0.4 s, for this test alone

    lasting = "status.phase=Active"  # what earlier tests deleted may vanish between the two reads
    with api_client(cluster.kubeconfig) as opened:
        listed = client.CoreV1Api(opened).list_namespace(field_selector=lasting).items
        opened.rest_client.pool_manager.clear()  # which its own close leaves open
    ours = reader.list("Namespace", fields=lasting)
    assert [item.metadata.uid for item in listed] == [item["metadata"]["uid"] for item in ours]
