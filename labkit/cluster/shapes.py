"""Which shapes nodes may have: what the API server or a kubelet would refuse is refused here.

A kubelet that is given a label or taint of the wrong form ends, and is started again for ever.
"""

import re
from collections.abc import Iterable

from labkit.cluster.engine import NodeShape
from labkit.cluster.names import checked_node_name
from labkit.cluster.node_record import with_shapes
from labkit.foundation.errors import SettingInvalid
from labkit.foundation.text import say

WORD = r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
KEY = re.compile(rf"([a-z0-9]([-a-z0-9.]{{0,251}}[a-z0-9])?/)?{WORD}")
VALUE = re.compile(rf"({WORD})?")
PROVIDER_ID = re.compile(r"[-A-Za-z0-9_.:/]{0,253}")
EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


def checked_shapes(shapes: Iterable[NodeShape]) -> list[NodeShape]:
    """Raises SettingInvalid, also for two of one name. Flavors are `flavors`' affair."""
    wanted = [_checked(shape) for shape in shapes]
    with_shapes((), wanted)
    return wanted


def _checked(shape: NodeShape) -> NodeShape:
    if shape.name:
        checked_node_name(shape.name)
    if not re.fullmatch(WORD, shape.pool):
        raise SettingInvalid("--pool", shape.pool, say("1 to 63 of letters, digits, -, _ and ."))
    _check_texts(shape)
    for key, value in shape.labels:
        if not (KEY.fullmatch(key) and VALUE.fullmatch(value)):
            raise SettingInvalid("label", f"{key}={value}", say("key=value as Kubernetes has it"))
    for taint in shape.taints:
        if not _is_taint(taint):
            effects = ", ".join(EFFECTS)
            expected = say("key=value:Effect, the effect one of {effects}", effects=effects)
            raise SettingInvalid("taint", taint, expected)
    return shape


def _check_texts(shape: NodeShape) -> None:
    """What a command line and an object's metadata have to hold."""
    if not PROVIDER_ID.fullmatch(shape.provider_id):
        expected = say("letters, digits and -_.:/, as in openstack:///<uuid>")
        raise SettingInvalid("provider id", shape.provider_id, expected)
    for key, _ in shape.annotations:
        if not KEY.fullmatch(key):
            raise SettingInvalid("annotation", key, say("a key as Kubernetes has it"))


def _is_taint(text: str) -> bool:
    pair, _, effect = text.rpartition(":")
    key, _, value = pair.partition("=")
    return bool(KEY.fullmatch(key) and VALUE.fullmatch(value)) and effect in EFFECTS
