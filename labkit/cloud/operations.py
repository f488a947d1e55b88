"""Every operation of the emulator: the one list that routes, tests and the README's table read."""

from labkit.cloud.auth import routes as auth
from labkit.cloud.calls import Operation
from labkit.cloud.capabilities import routes as capabilities
from labkit.cloud.kube import access_routes, tuning_routes
from labkit.cloud.kube import routes as kube
from labkit.cloud.logs import routes as logs
from labkit.cloud.me import routes as me
from labkit.cloud.node import routes as node
from labkit.cloud.nodepool import routes as nodepool
from labkit.cloud.project import routes as project

OPERATIONS: tuple[Operation, ...] = (
    *auth.OPERATIONS,
    *me.OPERATIONS,
    *project.OPERATIONS,
    *capabilities.OPERATIONS,
    *kube.OPERATIONS,
    *access_routes.OPERATIONS,
    *tuning_routes.OPERATIONS,
    *logs.OPERATIONS,
    *nodepool.OPERATIONS,
    *node.OPERATIONS,
)
"""`…/kube/regions` is gone: `GET …/capabilities/kube/regions` took its place after 2022."""
