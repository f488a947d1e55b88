"""The attendee's account at the lab's cloud: keys and a project of their own.

A lab of one's own uses the keys that `labkit cloud up` wrote. Whoever shares it gets an account
when they first need one, called by their name, so that several may use the same names for what
they make.
"""

import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from labkit.foundation.files import PRIVATE, write_atomically
from labkit.foundation.text import say
from labkit.foundation.waiting import wait_until
from labkit.grading.cloud_reading import PROJECT
from labkit.grading.exercise import Exercise
from labkit.kube.kubeconfig import Access, read_access
from labkit.kube.manifests import fill
from labkit.remote.cloud_keys import FILE_NAME, CloudKeys, keys_from, read_keys, write_keys
from labkit.remote.cloud_levers import Levers
from labkit.remote.cloud_paths import resolved
from labkit.remote.ovhcloud import Cloud, delete_if_there
from labkit.workshop.lab import Lab

CAPABILITY = "ovh-api"
APPLICATION = "application_id"
ACCOUNTS = "accounts"
GONE_SECONDS = 120
VARIABLES = {
    "OVH_ENDPOINT": "endpoint",
    "OVH_APPLICATION_KEY": "application_key",
    "OVH_APPLICATION_SECRET": "application_secret",
    "OVH_CONSUMER_KEY": "consumer_key",
    "OVH_CLOUD_PROJECT_SERVICE": "project",
}


def account_keys(lab: Lab) -> CloudKeys:
    """Raises CloudKeysUnusable while no cloud of the lab runs."""
    path = _account_file(lab)
    if path.is_file() or _is_own(lab):
        return read_keys(path)
    body = {"projectName": lab.attendee}
    keys = keys_from(lab_levers(lab).pull("seed", body), path)
    write_keys(path, keys)
    return keys


def _is_own(lab: Lab) -> bool:
    return lab.cloud_folder == lab.settings.home / "cloud"


def _account_file(lab: Lab) -> Path:
    """Beside the cloud, not in the attendee's home: one that was killed is found again."""
    if _is_own(lab):
        return lab.cloud_folder / FILE_NAME
    return lab.cloud_folder / ACCOUNTS / f"{lab.attendee}.json"


def lab_levers(lab: Lab) -> Levers:
    return lab.reach_cloud.levers(read_keys(lab.cloud_folder / FILE_NAME))


def account(lab: Lab) -> tuple[Cloud, str]:
    """The API as the attendee, and their project."""
    keys = account_keys(lab)
    return lab.reach_cloud.api(keys), keys.project


def needs_cloud(exercise: Exercise) -> bool:
    return CAPABILITY in exercise.capabilities


def cloud_values(lab: Lab, exercise: Exercise) -> dict[str, str]:
    """What files, tasks and reads of an exercise may name; nothing of it is secret."""
    if not needs_cloud(exercise):
        return {}
    cloud, project = account(lab)
    credential = cloud.get("/auth/currentCredential")
    return {PROJECT: project, APPLICATION: str(credential["applicationId"])}


def cloud_environment(lab: Lab, exercise: Exercise) -> dict[str, str]:
    """What OVHcloud's own clients look for."""
    return clients_environment(account_keys(lab)) if needs_cloud(exercise) else {}


def clients_environment(keys: CloudKeys) -> dict[str, str]:
    return {name: getattr(keys, field) for name, field in VARIABLES.items()}


def managed_access(lab: Lab, name: str) -> Access:
    """As the administrator of the attendee's cluster of this name. Raises RemoteError."""
    cloud, project = account(lab)
    cluster_id = resolved(cloud, project, f"/kube/@{name}").rpartition("/")[2]
    return access_from(cloud.kubeconfig(project, cluster_id))


def access_from(kubeconfig: str) -> Access:
    with tempfile.TemporaryDirectory(prefix="labkit-") as scratch:
        path = Path(scratch) / "kubeconfig"
        write_atomically(path, kubeconfig, mode=PRIVATE)
        return read_access(path)


def remove_clusters(lab: Lab, exercise: Exercise, places: Mapping[str, str]) -> None:
    """Those that belong to the exercise, whoever made them; returns when they are gone."""
    if names := cluster_names(exercise, places):
        remove_named(lab, names)


def cluster_names(exercise: Exercise, places: Mapping[str, str]) -> set[str]:
    return {fill(name, places, source=exercise.id) for name in exercise.clusters}


def remove_named(lab: Lab, names: Collection[str]) -> tuple[str, ...]:
    """Clusters of the attendee's project; those that were there. Returns when they are gone."""
    cloud, project = account(lab)
    return _remove(lab, cloud, project, names)


def leave_cloud(lab: Lab) -> None:
    """Close an account that was opened for the attendee, with all that is in it."""
    path = _account_file(lab)
    if _is_own(lab) or not path.is_file():
        return
    keys = read_keys(path)
    _remove(lab, lab.reach_cloud.api(keys), keys.project)
    body = {"project": keys.project, "applicationKey": keys.application_key}
    lab_levers(lab).pull("close", body)
    path.unlink()


def _remove(lab: Lab, cloud: Cloud, project: str, names: Collection[str] = ()) -> tuple[str, ...]:
    """Clusters of these names; all of the project without any."""
    base = f"/cloud/project/{project}/kube"

    def there() -> list[dict[str, Any]]:
        found = (cloud.find(f"{base}/{one}") for one in cloud.get(base))
        return [one for one in found if one and (not names or one["name"] in names)]

    found = there()
    for one in found:
        if one["status"] != "DELETING":
            delete_if_there(cloud, f"{base}/{one['id']}")
    wait_until(
        lambda: not there(),
        say("the clusters of the exercise to go"),
        limit_seconds=GONE_SECONDS,
        clock=lab.clock,
        pause_seconds=0.3,
        last_seen=lambda: ", ".join(f"{one['name']} {one['status']}" for one in there()),
        next_step=say("Look at `labkit cloud status`, then run the same command again."),
    )
    return tuple(sorted(str(one["name"]) for one in found))
