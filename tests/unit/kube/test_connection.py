"""The way to an API server: TLS, credentials, time-outs, and each refusal as its own error."""

import gc
import threading
import warnings

import pytest

from labkit.kube.errors import (
    AnswerTooSlow,
    Busy,
    CertificateRejected,
    ClusterUnreachable,
    CredentialsRefused,
    Forbidden,
    ObjectRejected,
    ServerFailed,
)
from labkit.kube.reader import Reader
from tests.support.api_server import ApiServer, Scripted, listed, refusal, said
from tests.support.authority import Authority
from tests.support.clock import HeldClock
from tests.support.objects import pod

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
PODS = "/api/v1/namespaces/ns/pods"
CANNOT_LIST = 'pods is forbidden: User "bob" cannot list resource "pods" in API group ""'


def test_unauthenticated_is_said_with_the_user() -> None:
    with ApiServer() as server, Reader(server.access(user="bob")) as reader:
        server.answers("/version", refusal(401, "Unauthorized"))
        with pytest.raises(CredentialsRefused, match="refused the credentials of user bob"):
            reader.version()


def test_forbidden_repeats_who_may_not_do_what() -> None:
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(PODS, refusal(403, CANNOT_LIST))
        with pytest.raises(Forbidden, match='User "bob" cannot list'):
            reader.list("Pod", namespace="ns")


def test_403_of_an_admission_plugin_is_a_rejection() -> None:
    reason = 'pods "a" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2'
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(PODS, refusal(403, reason))
        with pytest.raises(ObjectRejected, match="exceeded quota") as caught:
            reader.list("Pod", namespace="ns")
        assert caught.value.status == 403


def test_busy_server_is_asked_again_after_the_time_it_names() -> None:
    clock = HeldClock()
    with ApiServer() as server, Reader(server.access(), clock=clock) as reader:
        busy = Scripted(429, "storage is (re)initializing", {"Retry-After": "3"})
        server.answers(PODS, busy, listed([pod("a")]))
        assert len(reader.list("Pod", namespace="ns")) == 1
        assert clock.pauses == [3]


def test_server_that_stays_busy_is_an_error_within_the_time_out() -> None:
    clock = HeldClock()
    with ApiServer() as server, Reader(server.access(), clock=clock) as reader:
        busy = refusal(429, "too many requests", details={"retryAfterSeconds": 4})
        server.answers(PODS, busy, busy, busy)
        with pytest.raises(Busy, match="too many requests") as caught:
            reader.list("Pod", namespace="ns")
        assert (clock.seconds, caught.value.retry_after_seconds) == (8, 4)


def test_failing_server_is_said_with_its_status() -> None:
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(PODS, refusal(500, "etcdserver: no leader"))
        with pytest.raises(ServerFailed, match=r"\(500\): etcdserver: no leader"):
            reader.list("Pod", namespace="ns")


def test_silent_server_is_an_error_after_the_time_out() -> None:
    with ApiServer() as server, Reader(server.access(), timeout_seconds=0.1) as reader:
        server.answers("/version", Scripted(hangs=True))
        with pytest.raises(AnswerTooSlow, match=r"no answer within 0\.1 s"):
            reader.version()


def test_closed_port_is_said_in_plain_words() -> None:
    with ApiServer() as server:
        access = server.access()
    with Reader(access) as reader, pytest.raises(ClusterUnreachable, match="connection refused"):
        reader.version()


def test_connection_closed_while_idle_is_opened_again() -> None:
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers("/version", Scripted(drops=True), said({"gitVersion": "v1.34.4"}))
        assert reader.version() == "v1.34.4"


def test_server_of_the_right_authority_is_trusted() -> None:
    with ApiServer(Authority()) as server, Reader(server.access()) as reader:
        server.answers("/version", said({"gitVersion": "v1.34.4"}))
        assert reader.version() == "v1.34.4"


def test_server_of_another_authority_is_refused_also_by_ready() -> None:
    with ApiServer(Authority("theirs")) as server:
        access = server.access(authority=Authority("ours").certificate)
        with Reader(access) as reader, pytest.raises(CertificateRejected, match="does not fit"):
            reader.ready()


def test_server_name_is_verified_in_place_of_the_address() -> None:
    with ApiServer(Authority()) as server:
        wrong = server.access(server_name="elsewhere.example")
        with Reader(wrong) as reader, pytest.raises(CertificateRejected, match="elsewhere"):
            reader.version()
        server.answers("/version", said({"gitVersion": "v1.34.4"}))
        with Reader(server.access(server_name="localhost")) as reader:
            assert reader.version() == "v1.34.4"


def test_insecure_kubeconfig_asks_nothing_of_the_certificate() -> None:
    with ApiServer(Authority("theirs")) as server:
        server.answers("/version", said({"gitVersion": "v1.34.4"}))
        with Reader(server.access(authority="", insecure=True)) as reader:
            assert reader.version() == "v1.34.4"


def test_client_certificate_is_shown_to_the_server() -> None:
    clients = Authority("clients")
    pair = clients.pair("admin", "system:masters")
    with ApiServer(Authority(), clients) as server:
        server.answers("/version", said({"gitVersion": "v1.34.4"}))
        access = server.access(certificate=pair.certificate, key=pair.key)
        with Reader(access) as reader:
            assert reader.version() == "v1.34.4"


def test_client_without_the_certificate_that_is_demanded_is_refused() -> None:
    server = ApiServer(Authority(), Authority("clients"))
    with server, Reader(server.access()) as reader, pytest.raises(CredentialsRefused):
        reader.version()


def test_several_threads_share_one_reader() -> None:
    seen: list[str] = []
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers("/version", *[said({"gitVersion": f"v{n}"}) for n in range(20)])
        threads = [
            threading.Thread(target=lambda: seen.append(reader.version())) for _ in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(seen) == sorted(f"v{n}" for n in range(20))


def test_reader_that_nobody_closes_leaves_no_open_connection() -> None:
    with ApiServer() as server, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        server.answers("/version", said({"gitVersion": "v1.34.4"}))
        reader = Reader(server.access())
        reader.version()
        del reader
        gc.collect()
        assert [str(warning.message) for warning in warned] == []
