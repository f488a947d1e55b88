import gzip
import json
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from labkit.remote.errors import LoginWanted, RegistryFailed
from labkit.remote.registry import (
    INDEX,
    MANIFEST,
    Login,
    Registry,
    RegistryAccess,
    TaggedImage,
)

ACCESS = RegistryAccess("https://registry.test")
LAYER = gzip.compress(b"app/.env canary")


def digest_of(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"


def held(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()


CONFIG = held({"config": {"User": "65532"}})
PLAIN = held(
    {
        "mediaType": MANIFEST,
        "config": {"digest": digest_of(CONFIG)},
        "layers": [{"digest": digest_of(LAYER), "size": len(LAYER)}],
    }
)
MANY = held(
    {
        "mediaType": INDEX,
        "manifests": [
            {"digest": "sha256:other", "platform": {"architecture": "arm64"}},
            {"digest": digest_of(PLAIN), "platform": {"architecture": "amd64"}},
        ],
    }
)
SERVED = {
    "/v2/me/card/tags/list": held({"tags": ["2.0", "1.0"]}),
    "/v2/me/card/manifests/1.0": PLAIN,
    "/v2/me/card/manifests/2.0": MANY,
    f"/v2/me/card/manifests/{digest_of(PLAIN)}": PLAIN,
    f"/v2/me/card/blobs/{digest_of(CONFIG)}": CONFIG,
    f"/v2/me/card/blobs/{digest_of(LAYER)}": LAYER,
}


def registry_of(served: dict[str, bytes | int]) -> Registry:
    def answer(request: httpx.Request) -> httpx.Response:
        found = served.get(request.url.path, 404)
        if isinstance(found, int):
            return httpx.Response(found)
        return httpx.Response(200, stream=httpx.ByteStream(found))

    return Registry(ACCESS, transport=httpx.MockTransport(answer))


def test_image_is_told_with_digest_user_and_layers() -> None:
    with registry_of(dict(SERVED)) as registry:
        assert registry.tags("me/card") == ["1.0", "2.0"]
        image = registry.image("me/card", "1.0", find=["canary", "absent"])
    assert image is not None
    assert (image.digest, image.config_digest) == (digest_of(PLAIN), digest_of(CONFIG))
    assert image.config["config"]["User"] == "65532"
    assert image.size == len(LAYER)
    assert image.layers[0].found == ("canary",)


def test_index_of_several_machines_leads_to_the_one_for_ours() -> None:
    with registry_of(dict(SERVED)) as registry:
        image = registry.image("me/card", "2.0")
    assert image is not None
    assert (image.digest, image.config_digest) == (digest_of(MANY), digest_of(CONFIG))


def test_what_nobody_pushed_is_absent_and_no_error() -> None:
    with registry_of({}) as registry:
        assert registry.tags("me/card") == []
        assert registry.image("me/card", "1.0") is None


def test_saved_image_is_the_same_again() -> None:
    with registry_of(dict(SERVED)) as registry:
        image = registry.image("me/card", "1.0", find=["canary"])
    assert image is not None
    kept = {
        "tag": image.tag,
        "digest": image.digest,
        "config": image.config,
        "config_digest": image.config_digest,
        "layers": [
            {"digest": one.digest, "size": one.size, "found": list(one.found), "problem": ""}
            for one in image.layers
        ],
    }
    assert TaggedImage.from_json(json.loads(json.dumps(kept))) == image


@pytest.mark.parametrize(
    ("said", "why"),
    [(500, "status 500"), (b"<html>", "no JSON"), (b"[1]", "no JSON object")],
)
def test_answer_of_another_kind_names_the_registry_and_what_was_asked(
    said: bytes | int, why: str
) -> None:
    with (
        registry_of({"/v2/me/card/manifests/1.0": said}) as registry,
        pytest.raises(RegistryFailed, match=f"me/card/manifests/1.0: {why}"),
    ):
        registry.image("me/card", "1.0")


def test_missing_authority_is_a_registry_that_does_not_answer(tmp_path: Path) -> None:
    access = RegistryAccess("https://registry.test", tmp_path / "ca.crt")
    with Registry(access) as registry, pytest.raises(RegistryFailed, match="No such file"):
        registry.tags("me/card")


def test_registry_that_wants_a_login_is_there_and_tells_strangers_nothing() -> None:
    with registry_of({"/v2/": 401, "/v2/me/card/tags/list": 401}) as registry:
        assert registry.is_there()
        with pytest.raises(LoginWanted, match="status 401"):
            registry.tags("me/card")


def test_login_goes_along_and_is_in_no_text_of_ours() -> None:
    login = Login("ada", "pa$s:word")
    access = RegistryAccess("https://registry.test", login=login)
    told = []

    def answer(request: httpx.Request) -> httpx.Response:
        told.append(request.headers["authorization"])
        return httpx.Response(200, stream=httpx.ByteStream(b'{"tags": ["1"]}'))

    with Registry(access, transport=httpx.MockTransport(answer)) as registry:
        assert registry.tags("me/card") == ["1"]
    assert told == ["Basic " + b64encode(b"ada:pa$s:word").decode()]
    assert "pa$s" not in f"{access!r} {access}"
