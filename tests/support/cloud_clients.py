"""OVHcloud's own client, and a lab, on an emulator without a socket."""

from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import requests
from requests.adapters import BaseAdapter

from labkit.remote.cloud_keys import CloudKeys
from labkit.remote.ovhcloud import Cloud, open_cloud
from labkit.workshop.cloud_reach import CloudReach
from tests.support.cloud import InProcess, Stage


class StageAdapter(BaseAdapter):
    """Sends what python-ovh asks to the application of a stage."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._client = stage.http

    def send(self, request: Any, *_: Any, **__: Any) -> Any:
        headers = dict(request.headers)
        answer = self._client.request(
            request.method, request.url, content=request.body or b"", headers=headers
        )
        response = requests.Response()
        response.status_code = answer.status_code
        response.headers.update(answer.headers)
        response.raw = BytesIO(answer.content)
        response.request = request
        response.url = str(request.url)
        return response

    def close(self) -> None: ...


def keys_of(stage: Stage, keys: CloudKeys | None = None) -> CloudKeys:
    return CloudKeys(**asdict(keys or stage.keys))


def client_of(stage: Stage) -> Cloud:
    return open_cloud(keys_of(stage), StageAdapter(stage))


def reach_of(stage: Stage) -> CloudReach:
    return CloudReach(StageAdapter(stage), stage_transport(stage))


def stage_transport(stage: Stage) -> httpx.BaseTransport:
    from labkit.cloud.app import application  # noqa: PLC0415

    return InProcess(application(stage.cloud))


def write_stage_keys(stage: Stage, folder: Path) -> Path:
    from labkit.remote.cloud_keys import write_keys  # noqa: PLC0415

    path = folder / "keys.json"
    write_keys(path, keys_of(stage))
    return path
