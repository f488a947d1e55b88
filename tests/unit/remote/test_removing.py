"""Images are taken out of a registry, whatever number of tags each has."""

import json

import httpx
import pytest

from labkit.remote.errors import RegistryFailed
from labkit.remote.registry import RegistryAccess
from labkit.remote.removing import remove_images

ACCESS = RegistryAccess("https://registry.test")


class HeldTags:
    """A repository, digests by tag; a digest that is deleted takes all its tags along."""

    def __init__(self, tags: dict[str, str], *, may_delete: bool = True) -> None:
        self.tags = tags
        self.may_delete = may_delete

    def __call__(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.rpartition("/")[2]
        if name == "list":
            body = {"name": "me/card", "tags": list(self.tags) or None}
            return httpx.Response(200, stream=httpx.ByteStream(json.dumps(body).encode()))
        if request.method == "HEAD":
            digest = self.tags.get(name)
            headers = {"docker-content-digest": digest} if digest else {}
            return httpx.Response(200 if digest else 404, headers=headers)
        if not self.may_delete:
            return httpx.Response(405)
        there = name in self.tags.values()
        self.tags = {tag: digest for tag, digest in self.tags.items() if digest != name}
        return httpx.Response(202 if there else 404)


def removed(held: HeldTags) -> tuple[str, ...]:
    return remove_images(ACCESS, "me/card", transport=httpx.MockTransport(held))


def test_every_tag_is_gone_also_where_two_stand_for_one_image() -> None:
    held = HeldTags({"1.0": "sha256:a", "2.0": "sha256:b", "latest": "sha256:a"})
    assert removed(held) == ("1.0", "2.0", "latest")
    assert not held.tags


def test_empty_repository_is_left_alone() -> None:
    assert removed(HeldTags({})) == ()


def test_registry_that_deletes_nothing_is_told() -> None:
    with pytest.raises(RegistryFailed, match="405"):
        removed(HeldTags({"1.0": "sha256:a"}, may_delete=False))
