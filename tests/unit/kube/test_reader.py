"""What a reader makes of an API server's answers, over a loopback server that scripts them."""

import pytest

from labkit.kube.errors import (
    CredentialsRefused,
    KindUnknown,
    ListTooLong,
    NotAnswering,
    ObjectNotFound,
    ServerFailed,
    TooManyObjects,
)
from labkit.kube.kubeconfig import Access
from labkit.kube.listing import LONGEST_PAGE_BYTES
from labkit.kube.reader import LONGEST_LOG_BYTES, Reader
from tests.support.api_server import ApiServer, Scripted, listed, refusal, said
from tests.support.objects import pod

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
PODS = "/api/v1/namespaces/ns/pods"
TEXT = {"Content-Type": "text/plain"}
VISIT = (
    '{"time":"2026-01-01T08:00:00.123Z","target":"http://shift.ada-change-shift-unnoticed.svc/info"'
    ',"ok":true,"status":200,"version":"1","pod":"shift-6d4f9c7b5d-x2x4x"}\n'
)


def names(objects: list[dict[str, object]]) -> list[object]:
    return [item["metadata"]["name"] for item in objects]  # type: ignore[index]


def test_list_follows_every_page() -> None:
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(PODS, listed([pod("a")], more="next"), listed([pod("b")]))
        assert names(reader.list("Pod", namespace="ns")) == ["a", "b"]
        assert [asked.query.get("continue") for asked in server.asked] == [None, "next"]


def test_list_starts_anew_in_one_piece_when_a_page_came_too_late() -> None:
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(PODS, listed([pod("a")], more="next"), refusal(410, "too old"))
        server.answers(PODS, listed([pod("a"), pod("b")]))
        assert names(reader.list("Pod", namespace="ns")) == ["a", "b"]
        assert "limit" not in server.asked[-1].query


def test_list_gives_each_item_its_kind_and_version() -> None:
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers("/apis/apps/v1/deployments", listed([{"metadata": {"name": "web"}}]))
        (found,) = reader.list("Deployment")
        assert (found["apiVersion"], found["kind"]) == ("apps/v1", "Deployment")


def test_list_sends_the_selectors() -> None:
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(PODS, listed([]))
        reader.list("Pod", namespace="ns", labels="app=web", fields="spec.nodeName=n1")
        query = server.asked[0].query
        assert query["labelSelector"] == "app=web"
        assert query["fieldSelector"] == "spec.nodeName=n1"


def test_list_above_the_callers_limit_is_an_error_and_not_a_part() -> None:
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(PODS, listed([pod("a"), pod("b"), pod("c")], more="next"))
        with pytest.raises(TooManyObjects, match="more than 2"):
            reader.list("Pod", namespace="ns", at_most=2)
        assert server.asked[0].query["limit"] == "3"


def test_list_of_exactly_the_callers_limit_is_whole() -> None:
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(PODS, listed([pod("a"), pod("b")]))
        assert len(reader.list("Pod", namespace="ns", at_most=2)) == 2


def test_get_takes_the_kubeconfigs_namespace_when_none_is_given() -> None:
    with ApiServer() as server, Reader(server.access(namespace="ns")) as reader:
        server.answers(f"{PODS}/a", said(pod("a")))
        assert reader.get("Pod", "a")["metadata"]["name"] == "a"


def test_name_with_a_slash_stays_one_part_of_the_path() -> None:
    with ApiServer() as server, Reader(server.access()) as reader:
        with pytest.raises(ServerFailed):
            reader.get("Pod", "../secrets/x", namespace="ns")
        assert server.asked[0].path == f"{PODS}/../secrets/x"  # decoded by the test server
        assert "%2Fsecrets%2Fx" in server.lines[0]


def test_missing_object_is_named_with_its_namespace() -> None:
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(f"{PODS}/a", refusal(404, 'pods "a" not found', details={"name": "a"}))
        with pytest.raises(ObjectNotFound, match="Pod a in namespace ns does not exist"):
            reader.get("Pod", "a", namespace="ns")


def test_list_of_a_kind_that_is_not_served_names_the_kind() -> None:
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers("/apis/metrics.k8s.io/v1beta1/nodes", Scripted(404, "404 page not found"))
        with pytest.raises(KindUnknown, match="no kind NodeMetrics"):
            reader.list("NodeMetrics")


def test_ready_is_false_until_the_server_says_ok() -> None:
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers("/readyz", Scripted(500, "[-]etcd failed"), Scripted(200, "ok"))
        assert [reader.ready(), reader.ready()] == [False, True]


def test_ready_is_false_when_nothing_listens() -> None:
    with ApiServer() as server:
        access = server.access()
    with Reader(access) as reader:
        assert reader.ready() is False


def test_ready_refuses_to_wait_for_wrong_credentials() -> None:
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers("/readyz", refusal(401, "Unauthorized"))
        with pytest.raises(CredentialsRefused):
            reader.ready()


def test_kind_of_an_add_on_is_found_by_discovery_once() -> None:
    served = {"resource": "widgets", "responseKind": {"kind": "Widget"}, "scope": "Namespaced"}
    group = {
        "metadata": {"name": "lab.example"},
        "versions": [{"version": "v1", "resources": [served]}],
    }
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers("/apis", said({"items": [group]}))
        path = "/apis/lab.example/v1/namespaces/ns/widgets"
        server.answers(path, listed([]), listed([]))
        reader.list("Widget", namespace="ns")
        reader.list("Widget", namespace="ns")
        assert [asked.path for asked in server.asked] == ["/apis", path, path]


def test_kind_that_nobody_serves_is_named() -> None:
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers("/apis", said({"items": []}))
        with pytest.raises(KindUnknown, match="no kind Widget"):
            reader.list("Widget")


def test_log_asks_for_the_last_lines_of_one_container() -> None:
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(f"{PODS}/a/log", Scripted(200, "hello\n", TEXT))
        assert reader.log("a", "ns", "main", previous=True, tail=5) == "hello\n"
        wanted = {"tailLines": "5", "container": "main", "previous": "true"}
        assert server.asked[0].query == wanted


def test_long_log_is_its_newest_whole_lines() -> None:
    lines = [f"{n:07} {'x' * 100}\n" for n in range(60_000)]
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(f"{PODS}/a/log", Scripted(200, "".join(lines), TEXT))
        found = reader.log("a", "ns", "main", tail=len(lines)).splitlines(keepends=True)
    assert found == lines[-len(found) :]
    assert LONGEST_LOG_BYTES - 2 * len(lines[-1]) < len("".join(found)) <= LONGEST_LOG_BYTES


def test_two_and_a_half_hours_of_an_observer_are_read_whole() -> None:
    log = VISIT * 20_000
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(f"{PODS}/a/log", Scripted(200, log, TEXT))
        assert reader.log("a", "ns", "main", tail=20_000) == log


A_POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "ns"}}


def test_log_of_a_pod_with_one_container_is_asked_for_without_its_name() -> None:
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(f"{PODS}/a", said(A_POD | {"spec": {"containers": [{"name": "main"}]}}))
        server.answers(f"{PODS}/a/log", Scripted(200, "hello\n", TEXT))
        assert reader.log("a", "ns", tail=5) == "hello\n"
        assert server.asked[1].query == {"tailLines": "5"}


def test_log_of_a_pod_with_companions_is_that_of_all_who_have_begun_and_stay() -> None:
    boxes = [{"name": "main"}, {"name": "late"}]
    first = [{"name": "once"}, {"name": "beside", "restartPolicy": "Always"}]
    begun = [{"name": name, "containerID": "c"} for name in ("once", "beside")]
    status = {
        "initContainerStatuses": begun,
        "containerStatuses": [{"name": "main", "containerID": "c"}, {"name": "late"}],
    }
    pod = A_POD | {"spec": {"containers": boxes, "initContainers": first}, "status": status}
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(f"{PODS}/a", said(pod))
        server.answers(f"{PODS}/a/log", Scripted(200, "one\n", TEXT), Scripted(200, "two\n", TEXT))
        assert reader.log("a", "ns") == "one\ntwo\n"
        assert [asked.query.get("container") for asked in server.asked[1:]] == ["beside", "main"]


def test_page_behind_a_service_comes_with_its_own_status() -> None:
    path = "/api/v1/namespaces/ns/services/web:80/proxy/missing"
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(path, Scripted(404, "no such page", {"Content-Type": "text/plain"}))
        answer = reader.through_service("ns", "web", 80, "/missing")
        assert (answer.status, answer.body) == (404, "no such page")


def test_service_without_endpoints_does_not_answer() -> None:
    path = "/api/v1/namespaces/ns/services/web:80/proxy/"
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(path, refusal(503, 'no endpoints available for service "web"'))
        with pytest.raises(NotAnswering, match=r"Service web in namespace ns.*no endpoints"):
            reader.through_service("ns", "web", 80)


def test_pod_that_is_too_slow_does_not_answer() -> None:
    path = "/api/v1/namespaces/ns/pods/a:8080/proxy/"
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(path, Scripted(hangs=True))
        with pytest.raises(NotAnswering, match="Pod a in namespace ns"):
            reader.through_pod("ns", "a", 8080, timeout_seconds=0.1)


NO_SERVICE = refusal(404, 'services "web" not found', details={"name": "web"})


def test_service_that_is_called_missing_but_is_there_has_no_endpoints_yet() -> None:
    path = "/api/v1/namespaces/ns/services/https:web:80/proxy/"
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(path, NO_SERVICE)
        server.answers("/api/v1/namespaces/ns/services/web", said({"metadata": {"name": "web"}}))
        with pytest.raises(NotAnswering, match="no endpoints yet"):
            reader.through_service("ns", "https:web", 80)


def test_missing_service_is_not_a_page() -> None:
    path = "/api/v1/namespaces/ns/services/web:80/proxy/"
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(path, NO_SERVICE)
        server.answers("/api/v1/namespaces/ns/services/web", NO_SERVICE)
        with pytest.raises(ObjectNotFound, match="Service web"):
            reader.through_service("ns", "web", 80)


def test_endless_page_is_cut() -> None:
    path = "/api/v1/namespaces/ns/services/web:80/proxy/"
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(path, Scripted(lines=("x" * 1_100_000,), hangs=True))
        assert len(reader.through_service("ns", "web", 80).body) == 1_000_000


def test_limited_list_of_very_large_objects_is_an_error_and_not_a_part() -> None:
    with ApiServer() as server, Reader(server.access()) as reader:
        large = pod("a") | {"spec": {"x": "x" * LONGEST_PAGE_BYTES}}
        server.answers(PODS, listed([large]), listed([large]))
        with pytest.raises(ListTooLong, match="20 MB"):
            reader.list("Pod", namespace="ns", at_most=2)
        assert len(reader.list("Pod", namespace="ns")) == 1


def test_lent_connections_speak_as_whoever_borrowed_them() -> None:
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(PODS, *[listed([])] * 3)
        for token in ("ada", "bob"):
            reader.acting_as(token, token).list("Pod", namespace="ns")
        reader.list("Pod", namespace="ns")
        bearers = [asked.headers.get("authorization") for asked in server.asked]
    assert bearers[:2] == ["Bearer ada", "Bearer bob"]
    assert bearers[2] not in bearers[:2]


def test_readers_certificate_is_not_lent() -> None:
    access = Access("https://127.0.0.1:1", certificate="pem", key="pem")
    with Reader(access) as reader, pytest.raises(ValueError, match="lent"):
        reader.acting_as("ada", "ada")
