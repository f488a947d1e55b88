"""How a cluster's own parts may be tuned, as the API's description has it."""

from typing import Any, Literal

from pydantic import Field

from labkit.cloud.values import Value

Plugin = Literal["AlwaysPullImages", "NodeRestriction"]
PLUGINS: tuple[Plugin, ...] = ("AlwaysPullImages", "NodeRestriction")
DURATION = Field(None, pattern=r"^P(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$", min_length=3)
ZERO = "P0D"  # what the API answers where PT0S was set


class AdmissionPlugins(Value):
    enabled: tuple[Plugin, ...] | None = None
    disabled: tuple[Plugin, ...] | None = None


class ApiServer(Value):
    admission_plugins: AdmissionPlugins | None = None


class Iptables(Value):
    min_sync_period: str | None = DURATION
    sync_period: str | None = DURATION


class Ipvs(Iptables):
    scheduler: Literal["dh", "lc", "nq", "rr", "sed", "sh"] | None = None
    tcp_fin_timeout: str | None = DURATION
    tcp_timeout: str | None = DURATION
    udp_timeout: str | None = DURATION


class KubeProxy(Value):
    iptables: Iptables | None = None
    ipvs: Ipvs | None = None


class Resources(Value):
    cpu: str | None = None
    memory: str | None = None


class HubbleUIResources(Value):
    limits: Resources | None = None
    requests: Resources | None = None


class HubbleRelay(Value):
    enabled: bool | None = None


class HubbleUI(Value):
    enabled: bool | None = None
    backend_resources: HubbleUIResources | None = None
    frontend_resources: HubbleUIResources | None = None


class Hubble(Value):
    enabled: bool | None = None
    relay: HubbleRelay | None = None
    ui: HubbleUI | None = None


class ClusterMeshApiServer(Value):
    node_port: int | None = None
    service_type: Literal["LoadBalancer", "NodePort"] | None = None


class ClusterMesh(Value):
    enabled: bool | None = None
    api_server: ClusterMeshApiServer | None = None


class Cilium(Value):
    cluster_id: int | None = None
    """Not in the description of 2026-04, but the Terraform provider sends it."""
    cluster_mesh: ClusterMesh | None = None
    hubble: Hubble | None = None


class Customization(Value):
    api_server: ApiServer | None = None
    kube_proxy: KubeProxy | None = None
    cilium: Cilium | None = None

    def given(self) -> dict[str, Any]:
        """Without what nobody set: the API leaves those fields out of these blocks."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def complete(customization: Customization | None) -> dict[str, Any]:
    """As a cluster answers it: Terraform crashes over an apiServer without both lists."""
    given = (customization or Customization()).given()
    plugins = given.get("apiServer", {}).get("admissionPlugins", {})
    disabled = [one for one in plugins.get("disabled", []) if one != "NodeRestriction"]
    enabled = [one for one in PLUGINS if one not in disabled]
    proxy: dict[str, Any] = {"iptables": {}, "ipvs": {}} | _with_zeros(given.get("kubeProxy", {}))
    answer = {
        "apiServer": {"admissionPlugins": {"enabled": enabled, "disabled": disabled}},
        "kubeProxy": proxy,
    }
    return answer | ({"cilium": given["cilium"]} if "cilium" in given else {})


def _with_zeros(proxy: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    return {
        mode: {key: ZERO if value == "PT0S" else value for key, value in settings.items()}
        for mode, settings in proxy.items()
    }


def merged(old: Customization | None, new: Customization) -> Customization:
    """What a PUT leaves out stays: Terraform sends only the parts that changed."""
    kept = (old or Customization()).given()
    return Customization.model_validate(kept | new.given())
