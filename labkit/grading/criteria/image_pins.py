"""Images named by their digest, which no move of a tag can change."""

from collections.abc import Iterator, Mapping

from labkit.foundation.text import say
from labkit.grading.criteria.image_contents import named, variable_of
from labkit.grading.criteria.image_pods import no_pod, pods_with, references_of
from labkit.grading.criteria.images import image_of
from labkit.grading.criteria.objects import evidence, name_of, names_of
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed
from labkit.remote.registry import TaggedImage

SHOWN = 19  # characters of a digest that tell it from others: sha256: and twelve


def pinned_by_digest(snapshot: Snapshot, labels: Mapping[str, str]) -> Finding:
    """Every container of every Pod with these labels."""
    pods = pods_with(snapshot, labels)
    if not pods:
        return no_pod(labels)
    for pod, reference in _references(pods):
        if not image_of(reference).digest:
            return not_yet(
                "pin.by_tag",
                seen=say("Pod {pod} names its image {image}.", pod=name_of(pod), image=reference),
                expected=say("It names it as repository@sha256:…"),
                why=say("A tag may stand for another image tomorrow, whatever the pull policy."),
                next_step=say("`podman inspect` of a pulled image shows its digest."),
                evidence=evidence(pod),
            )
    return passed(say("Pod {pods} names a digest.", pods=names_of(pods)), evidence=evidence(*pods))


def digest_stands_for(
    snapshot: Snapshot, labels: Mapping[str, str], repository: str, *, variable: tuple[str, str]
) -> Finding:
    """The digest is that of the image which sets the variable so."""
    pods = pods_with(snapshot, labels)
    if not pods:
        return no_pod(labels)
    images = snapshot.tagged(repository)
    right = [image for image in images if variable_of(image, variable[0]) == variable[1]]
    if not right:
        return _gone(snapshot, repository, variable)
    for pod, reference in _references(pods):
        digest = image_of(reference).digest
        if not digest:
            return _no_digest(pod)
        if digest not in {image.digest for image in right}:
            return _wrong(pod, digest, images, variable)
    return passed(
        say(
            "{digest}… is the image of {value}.", digest=right[0].digest[:SHOWN], value=variable[1]
        ),
        evidence=evidence(*pods),
    )


def _references(pods: list[Object]) -> Iterator[tuple[Object, str]]:
    return ((pod, reference) for pod in pods for reference in references_of(pod))


def _no_digest(pod: Object) -> Finding:
    return not_started(
        "pin.no_digest",
        seen=say("Pod {pod} names no digest yet.", pod=name_of(pod)),
        next_step=say("Find out which digest it is, then name the image by it."),
    )


def _gone(snapshot: Snapshot, repository: str, variable: tuple[str, str]) -> Finding:
    name = named(snapshot, repository)
    return not_yet(
        "pin.gone",
        seen=say("No tag of {name} stands for {value} any more.", name=name, value=variable[1]),
        expected=say("The tags are as they were at the start."),
        next_step=say("`labkit reset {id}` pushes them again.", id=snapshot.exercise),
    )


def _wrong(
    pod: Object, digest: str, images: tuple[TaggedImage, ...], variable: tuple[str, str]
) -> Finding:
    if digest in {image.config_digest for image in images}:
        message, why = (
            "pin.config_digest",
            say("That is the image's id, as `podman pull` prints it; no node pulls by it."),
        )
    else:
        message, why = "pin.wrong_digest", _whose(digest, images, variable[0])
    return not_yet(
        message,
        seen=say("Pod {pod} names {digest}…", pod=name_of(pod), digest=digest[:SHOWN]),
        expected=say("It names the digest of the image that shows {value}.", value=variable[1]),
        why=why,
        next_step=say("Look at `Digest` and at the variables in `podman inspect` of each tag."),
        evidence=evidence(pod),
    )


def _whose(digest: str, images: tuple[TaggedImage, ...], name: str) -> str:
    found = next((image for image in images if image.digest == digest), None)
    if found is None:
        return say("No tag of the repository stands for this digest.")
    return say("That is the tag {tag}: {value}.", tag=found.tag, value=variable_of(found, name))
