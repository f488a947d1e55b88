from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from labkit.cluster.engine import OpenIdConnect
from labkit.cluster.oidc import oidc_files, oidc_flags

FOLDER = Path("/data/lab")
OIDC = OpenIdConnect(
    "https://issuer.example",
    "lab",
    groups_claim="groups",
    groups_prefix="oidc:",
    required_claims=(("team", "lab"),),
    authority="PEM",
)
BY_FLAGS = replace(OIDC, signing_algorithms=("ES256", "RS256"))


def test_cluster_without_an_issuer_has_neither_flag_nor_file() -> None:
    assert (oidc_flags(None, FOLDER), oidc_files(None)) == ([], {})


def test_issuer_is_in_a_file_that_the_api_server_reads_anew() -> None:
    assert oidc_flags(OIDC, FOLDER) == ["--authentication-config=/data/lab/authentication.yaml"]
    [text] = oidc_files(OIDC).values()
    [authenticator] = yaml.safe_load(text)["jwt"]
    assert authenticator["issuer"] == {
        "url": "https://issuer.example",
        "audiences": ["lab"],
        "certificateAuthority": "PEM",
    }
    assert authenticator["claimMappings"]["groups"] == {"claim": "groups", "prefix": "oidc:"}
    assert authenticator["claimValidationRules"] == [{"claim": "team", "requiredValue": "lab"}]


def test_flags_do_not_change_with_what_the_file_says() -> None:
    other = replace(OIDC, issuer="https://other.example", client_id="x")
    assert oidc_flags(other, FOLDER) == oidc_flags(OIDC, FOLDER)


@pytest.mark.parametrize(
    ("claim", "prefix", "written"),
    [
        ("sub", "", "https://issuer.example#"),
        ("sub", "-", ""),
        ("sub", "me:", "me:"),
        ("email", "", ""),
    ],
)
def test_usernames_prefix_is_what_the_flag_would_make_of_it(
    claim: str, prefix: str, written: str
) -> None:
    oidc = replace(OIDC, username_claim=claim, username_prefix=prefix)
    [text] = oidc_files(oidc).values()
    mapping = yaml.safe_load(text)["jwt"][0]["claimMappings"]["username"]
    assert mapping == {"claim": claim, "prefix": written}


def test_chosen_algorithms_are_said_by_flags_since_no_file_can() -> None:
    flags = oidc_flags(BY_FLAGS, FOLDER)
    assert "--oidc-signing-algs=ES256,RS256" in flags
    assert "--oidc-required-claim=team=lab" in flags
    assert "--oidc-ca-file=/data/lab/oidc-ca.crt" in flags
    assert not [flag for flag in flags if "username-prefix" in flag or "authentication" in flag]
    assert oidc_files(BY_FLAGS) == {"oidc-ca.crt": "PEM"}
    assert oidc_files(replace(BY_FLAGS, authority="")) == {}
