"""How the API server learns whose tokens it takes: a file that it reads anew, or flags. Pure.

Source: Kubernetes 1.34, "Structured authentication configuration". The file knows no list of
signing algorithms, so where one is asked for it is flags, and a change restarts the API server.
"""

from pathlib import Path

import yaml

from labkit.cluster.engine import OpenIdConnect

EMAIL = "email"
NO_PREFIX = "-"


def oidc_flags(oidc: OpenIdConnect | None, folder: Path) -> list[str]:
    if oidc is None:
        return []
    if not oidc.signing_algorithms:
        return [f"--authentication-config={folder / 'authentication.yaml'}"]
    flags = {
        "issuer-url": oidc.issuer,
        "client-id": oidc.client_id,
        "username-claim": oidc.username_claim,
        "username-prefix": oidc.username_prefix,
        "groups-claim": oidc.groups_claim,
        "groups-prefix": oidc.groups_prefix,
        "signing-algs": ",".join(oidc.signing_algorithms),
        "ca-file": str(folder / "oidc-ca.crt") if oidc.authority else "",
    }
    required = [f"--oidc-required-claim={name}={value}" for name, value in oidc.required_claims]
    return [*(f"--oidc-{name}={value}" for name, value in flags.items() if value), *required]


def oidc_files(oidc: OpenIdConnect | None) -> dict[str, str]:
    """By name, what the flags lead to."""
    if oidc is None:
        return {}
    if not oidc.signing_algorithms:
        return {"authentication.yaml": _configuration(oidc)}
    return {"oidc-ca.crt": oidc.authority} if oidc.authority else {}


def _configuration(oidc: OpenIdConnect) -> str:
    issuer: dict[str, object] = {"url": oidc.issuer, "audiences": [oidc.client_id]}
    if oidc.authority:
        issuer["certificateAuthority"] = oidc.authority
    mappings: dict[str, object] = {
        "username": {"claim": oidc.username_claim, "prefix": _username_prefix(oidc)}
    }
    if oidc.groups_claim:
        mappings["groups"] = {"claim": oidc.groups_claim, "prefix": oidc.groups_prefix}
    rules = [{"claim": name, "requiredValue": value} for name, value in oidc.required_claims]
    authenticator = {"issuer": issuer, "claimMappings": mappings, "claimValidationRules": rules}
    return yaml.safe_dump(
        {
            "apiVersion": "apiserver.config.k8s.io/v1beta1",  # which 1.33 and 1.34 both read
            "kind": "AuthenticationConfiguration",
            "jwt": [authenticator],
        },
        sort_keys=False,
    )


def _username_prefix(oidc: OpenIdConnect) -> str:
    """What the flag of kube-apiserver makes of it."""
    if oidc.username_prefix == NO_PREFIX:
        return ""
    if oidc.username_prefix or oidc.username_claim == EMAIL:
        return oidc.username_prefix
    return f"{oidc.issuer}#"
