"""What an emulator holds when it is new: an account's application and key, and a project."""

from dataclasses import dataclass

from labkit.cloud.auth.models import Application, Credential, ServiceAccount
from labkit.cloud.auth.rules import AccessRule
from labkit.cloud.cloud import Cloud, drawn_key
from labkit.cloud.project.models import Project

EVERYTHING = tuple(
    AccessRule(method=method, path="/*") for method in ("GET", "POST", "PUT", "DELETE")
)


@dataclass(frozen=True, slots=True)
class Seed:
    """Empty values are drawn."""

    project: str = ""
    project_name: str = "Tech Lab"
    application_key: str = ""
    application_secret: str = ""
    consumer_key: str = ""
    max_instances: int = 200
    max_clusters: int = 20


def plant(cloud: Cloud, seed: Seed) -> None:
    """Add it all at once."""
    now = cloud.time.now()
    with cloud.store.changing():
        project = Project(
            id=seed.project or f"{cloud.chance.getrandbits(128):032x}",
            name=seed.project_name,
            created_at=now,
            max_instances=seed.max_instances,
            max_clusters=seed.max_clusters,
        )
        application = Application(
            id=seed.application_key or drawn_key(16),
            application_id=cloud.chance.randrange(10**5, 10**6),
            secret=seed.application_secret or drawn_key(32),
            name="labkit",
        )
        credential = Credential(
            id=seed.consumer_key or drawn_key(32),
            parent=application.id,
            credential_id=cloud.chance.randrange(10**8, 10**9),
            application_id=application.application_id,
            rules=EVERYTHING,
            status="validated",
            creation=now,
        )
        for record in (project, application, credential):
            cloud.store.put(record)
        cloud.store.put(ServiceAccount(id=f"EU.{drawn_key(16).lower()}", secret=drawn_key(32)))


def is_planted(cloud: Cloud) -> bool:
    return bool(cloud.store.all(Project))


@dataclass(frozen=True, slots=True)
class Keys:
    """What a client of the lab's own account needs."""

    endpoint: str
    application_key: str
    application_secret: str
    consumer_key: str
    project: str
    client_id: str
    client_secret: str


def keys(cloud: Cloud) -> Keys:
    """Of the first project, and the first credential, which may do everything."""
    application = cloud.store.all(Application)[0]
    account = cloud.store.all(ServiceAccount)[0]
    return Keys(
        endpoint=f"{cloud.address}/1.0",
        application_key=application.id,
        application_secret=application.secret,
        consumer_key=cloud.store.all(Credential)[0].id,
        project=cloud.store.all(Project)[0].id,
        client_id=account.id,
        client_secret=account.secret,
    )
