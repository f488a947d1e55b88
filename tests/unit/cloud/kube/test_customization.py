from typing import Any

import pytest
from pydantic import ValidationError

from labkit.cloud.kube.customization import Customization, complete, merged

BOTH = ["AlwaysPullImages", "NodeRestriction"]


def read(content: dict[str, Any]) -> Customization:
    return Customization.model_validate(content)


def plugins(enabled: object = None, disabled: object = None) -> Customization:
    lists = {"enabled": enabled, "disabled": disabled}
    return read({"apiServer": {"admissionPlugins": lists}})


def test_what_terraform_always_sends_is_nothing() -> None:
    empty: dict[str, Any] = {
        "apiServer": {"admissionPlugins": {}},
        "kubeProxy": {"iptables": {}, "ipvs": {}},
    }
    assert complete(read(empty)) == complete(None)
    assert complete(None)["kubeProxy"] == {"iptables": {}, "ipvs": {}}


@pytest.mark.parametrize(
    ("disabled", "enabled"),
    [([], BOTH), (["AlwaysPullImages"], ["NodeRestriction"]), (["NodeRestriction"], BOTH)],
)
def test_both_lists_are_always_there_and_only_one_plugin_can_go(
    disabled: list[str], enabled: list[str]
) -> None:
    lists = complete(plugins(disabled=disabled))["apiServer"]["admissionPlugins"]
    gone = [one for one in disabled if one == "AlwaysPullImages"]
    assert lists == {"enabled": enabled, "disabled": gone}


def test_no_time_is_answered_in_days() -> None:
    wanted = read({"kubeProxy": {"iptables": {"minSyncPeriod": "PT0S", "syncPeriod": "PT60S"}}})
    assert complete(wanted)["kubeProxy"]["iptables"] == {
        "minSyncPeriod": "P0D",
        "syncPeriod": "PT60S",
    }


def test_what_is_left_out_stays() -> None:
    old = read({"kubeProxy": {"iptables": {"syncPeriod": "PT60S"}}})
    both = merged(old, plugins(disabled=["AlwaysPullImages"]))
    assert complete(both)["kubeProxy"]["iptables"] == {"syncPeriod": "PT60S"}
    assert complete(both)["apiServer"]["admissionPlugins"]["enabled"] == ["NodeRestriction"]


def test_ciliums_own_number_is_kept_though_no_description_has_it() -> None:
    assert complete(read({"cilium": {"clusterId": 7}}))["cilium"] == {"clusterId": 7}


@pytest.mark.parametrize("word", ["60s", "PT", "P", "PT1X", ""])
def test_a_duration_is_iso_8601(word: str) -> None:
    with pytest.raises(ValidationError):
        read({"kubeProxy": {"iptables": {"syncPeriod": word}}})
