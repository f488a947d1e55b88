"""The lab's cloud in a lesson: its address, the official client, and what a person does beside."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from labkit.widgets.stopping import cell

if TYPE_CHECKING:
    from labkit.remote.cloud_keys import CloudKeys
    from labkit.workshop.lab import Lab

FOLLOW_SECONDS = 180


class LessonCloud:
    """An attendee's account. Its keys are there to sign with; it never prints one."""

    def __init__(self, keys: "CloudKeys", lab: "Lab") -> None:
        self._keys = keys
        self._lab = lab

    def __repr__(self) -> str:
        return f"LessonCloud({self.endpoint}, project {self.project})"

    @property
    def endpoint(self) -> str:
        """The base address of every call, http://127.0.0.1:8780/1.0."""
        return self._keys.endpoint

    @property
    def project(self) -> str:
        """The `serviceName` of the paths below /cloud/project."""
        return self._keys.project

    @property
    def application_key(self) -> str:
        return self._keys.application_key

    @property
    def application_secret(self) -> str:
        return self._keys.application_secret

    @property
    def consumer_key(self) -> str:
        return self._keys.consumer_key

    @cell
    def client(self, consumer_key: str = "") -> Any:
        """python-ovh's `ovh.Client`, as it is; with a consumer key of your own, or the lab's."""
        from dataclasses import replace

        from labkit.remote.ovhcloud import official_client

        key = consumer_key or self._keys.consumer_key
        return official_client(replace(self._keys, consumer_key=key))

    @cell
    def grant(self, validation_url: str) -> None:
        """Log in at the page and say yes to what a consumer key asks for."""
        self._lab.reach_cloud.levers(self._keys).grant(validation_url)

    @cell
    def follow(
        self, path: str, *, until: str = "READY", limit_seconds: float = FOLLOW_SECONDS
    ) -> Any:
        """GET `path` until its status is `until`, or until="gone"; prints each change.

        Returns the last answer, None when gone.
        """
        from labkit.workshop.cloud_following import follow_status

        return follow_status(
            self._lab.reach_cloud.reading(self._keys),
            path,
            until=until,
            limit_seconds=limit_seconds,
            clock=self._lab.clock,
            tell=lambda line: print(line, flush=True),  # noqa: T201  a cell tells by printing
        )

    @cell
    def save_kubeconfig(self, content: str, name: str) -> Path:
        """Into the lesson's folder, for your eyes only; for `kubectl --kubeconfig`."""
        from labkit.foundation.files import PRIVATE, write_atomically

        path = Path(name)
        write_atomically(path, content, mode=PRIVATE)
        return path


@cell
def cloud() -> LessonCloud:
    """The lab's own cloud, started if it does not run; OVHcloud's clients in `!` find it, too."""
    from IPython.display import display

    from labkit.foundation.settings import change_environment, read_settings
    from labkit.widgets.lesson_views import cloud_view
    from labkit.widgets.progress_line import progress_line
    from labkit.workshop.cloud import CloudPlace, cloud_engine, cloud_up
    from labkit.workshop.cloud_account import account_keys, clients_environment
    from labkit.workshop.lab import open_lab

    with progress_line() as progress:
        lab = open_lab(read_settings(), progress=progress)
        place = CloudPlace(lab.settings, lab.run, lab.clock)
        status = cloud_up(place, progress, engine=cloud_engine(place, ""))
    keys = account_keys(lab)
    change_environment(clients_environment(keys))
    display(cloud_view(status))  # type: ignore[no-untyped-call]
    return LessonCloud(keys, lab)
