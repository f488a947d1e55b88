"""What an emulator holds when it is new: an account's application and key, and a project."""

from dataclasses import dataclass

from labkit.cloud.auth.models import Application, Credential, ServiceAccount
from labkit.cloud.auth.rules import AccessRule
from labkit.cloud.cloud import Cloud, drawn_key
from labkit.cloud.project.models import Project
from labkit.remote.cloud_keys import CloudKeys

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


def plant(cloud: Cloud, seed: Seed) -> CloudKeys:
    """Add it all at once."""
    now = cloud.time.now()
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
    account = ServiceAccount(id=f"EU.{drawn_key(16).lower()}", secret=drawn_key(32))
    with cloud.store.changing():
        for record in (project, application, credential, account):
            cloud.store.put(record)
    return _keys(cloud, project, application, credential=credential, account=account)


def is_planted(cloud: Cloud) -> bool:
    return bool(cloud.store.all(Project))


def keys(cloud: Cloud) -> CloudKeys:
    """Of the first project, and the first credential, which may do everything."""
    store = cloud.store
    return _keys(
        cloud,
        store.all(Project)[0],
        store.all(Application)[0],
        credential=store.all(Credential)[0],
        account=store.all(ServiceAccount)[0],
    )


def _keys(
    cloud: Cloud,
    project: Project,
    application: Application,
    *,
    credential: Credential,
    account: ServiceAccount,
) -> CloudKeys:
    return CloudKeys(
        endpoint=f"{cloud.address}/1.0",
        application_key=application.id,
        application_secret=application.secret,
        consumer_key=credential.id,
        project=project.id,
        client_id=account.id,
        client_secret=account.secret,
        control=cloud.control,
    )
