"""What a round says, once; and how long it may take on a large cluster."""

from dataclasses import replace

from labkit.cloud.autoscaling.deciding import Memory, decide
from labkit.cloud.autoscaling.facts import World
from labkit.cloud.autoscaling.status import groups
from labkit.foundation.waiting import SystemClock
from tests.support.scaling import NOW, Played, node, pod, pool

SLOWEST_SECONDS = 3.0  # 0.3 s were measured; a busy machine is slower


def test_a_pod_is_told_once_that_it_triggered_a_scale_up() -> None:
    one = pool(desired=1, high=3)
    full = pod("full", 1900, node="n1", waits=False)
    world = World((full, pod("p")), (node("n1", one),), (one,))
    first = decide(world, Memory(), NOW)
    (event,) = first.events
    assert (event.reason, event.name) == ("TriggeredScaleUp", "p")
    assert event.message == "pod triggered scale-up: [{tram 1->2 (max: 3)}]"
    assert decide(world, first.memory, NOW).events == ()


def test_a_pod_that_cannot_be_helped_is_told_why() -> None:
    one = pool(desired=1, high=1)
    world = World((pod("p"),), (replace(node("n1", one), schedulable=False),), (one,))
    (event,) = decide(world, Memory(), NOW).events
    assert event.reason == "NotTriggerScaleUp"
    assert "max node group size reached" in event.message


def test_the_status_names_what_holds_a_node() -> None:
    play = Played({"tram": pool(low=0)})
    play.add([pod("p", 1900, owner="ReplicaSet")])
    play.round()
    play.schedule()
    world = play.world()
    (group,) = groups(world, decide(world, play.memory, play.now))
    assert group["size"] == {"desired": 1, "min": 0, "max": 10}
    assert "requested" in group["scaleDown"][0]["why"]


def test_two_hundred_nodes_are_decided_in_time() -> None:
    one = pool(desired=200, high=250)
    nodes = tuple(node(f"n{number}", one) for number in range(200))
    running = [
        pod(f"r{number}", node=f"n{number % 200}", waits=False, owner="ReplicaSet")
        for number in range(1900)
    ]
    waiting = [pod(f"w{number}", 1000) for number in range(100)]
    clock = SystemClock()
    began = clock.monotonic()
    decision = decide(World((*running, *waiting), nodes, (one,)), Memory(), NOW)
    assert clock.monotonic() - began < SLOWEST_SECONDS
    assert set(decision.sizes) == {"tram"}
