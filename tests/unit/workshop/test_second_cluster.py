"""A second cluster beside the lab's."""

from pathlib import Path

import pytest

from labkit.foundation.errors import SettingInvalid
from labkit.workshop.second_cluster import begin_second, end_second
from tests.support.cluster import FakeCluster
from tests.support.workshop import lab_on

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def test_labs_own_cluster_is_neither_begun_nor_ended_as_a_second_one(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        with pytest.raises(SettingInvalid, match="your lab's own"):
            begin_second(lab, lab.record.name, nodes=1)
        with pytest.raises(SettingInvalid, match="your lab's own"):
            end_second(lab, lab.record.name)
