"""Act as the learner, the setup or the grader: short-lived tokens, and kubeconfigs with them."""

import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from labkit.foundation.files import PRIVATE, write_atomically
from labkit.kube.errors import KubeconfigInvalid, ObjectNotFound
from labkit.kube.kubeconfig import Access, ExecCommand, kubeconfig_text, read_access
from labkit.kube.writer import Writer
from labkit.workshop.errors import IdentityMissing
from labkit.workshop.lab import Lab
from labkit.workshop.names import SYSTEM_NAMESPACE, learner_kubeconfig
from labkit.workshop.rights import Role, service_account
from labkit.workshop.token_file import KeptToken, read_token, token_path, token_text

TOKEN_SECONDS = 3600  # short-lived; the API server grants no less than 600


def access_as(lab: Lab, role: Role, namespace: str = "default") -> Access:
    """Reach the cluster as one of the attendee's identities, with a token good for 10 minutes.

    Raises IdentityMissing when no exercise was ever started on this cluster.
    """
    account = service_account(lab.attendee, role)
    return replace(
        without_credentials(lab),
        token=kept_token(lab, role).token,
        namespace=namespace,
        user=account,
    )


def kept_token(lab: Lab, role: Role) -> KeptToken:
    """The token in the home folder, or a new one when it ends soon or is of another cluster."""
    account = service_account(lab.attendee, role)
    path = token_path(lab.settings.home, account)
    administrator = lab.administrator()
    kept = read_token(path)
    if kept and kept.cluster == _mark(administrator) and kept.serves(lab.clock.now()):
        return kept
    try:
        with Writer(administrator, run=lab.run, clock=lab.clock) as writer:
            issued = writer.token(account, SYSTEM_NAMESPACE, TOKEN_SECONDS)
    except ObjectNotFound as problem:
        raise IdentityMissing(account) from problem
    new = KeptToken(issued.token, issued.expires, _mark(administrator))
    write_atomically(path, token_text(new), mode=PRIVATE)
    return new


def forget_tokens(lab: Lab) -> None:
    """After the identities were made anew: tokens of the old ones mean nobody."""
    for role in Role:
        path = token_path(lab.settings.home, service_account(lab.attendee, role))
        path.unlink(missing_ok=True)


def identity_kubeconfig(lab: Lab, role: Role, namespace: str) -> str:
    """The text of a kubeconfig for a program that ends soon: its token does not renew itself."""
    return kubeconfig_text(access_as(lab, role, namespace))


def write_learner_kubeconfig(lab: Lab, namespace: str) -> Path:
    """The learner's own kubeconfig, its context pointing at `namespace`; its token renews."""
    kept_token(lab, Role.LEARNER)  # so that the first kubectl finds a token waiting
    path = learner_kubeconfig(lab.settings)
    environment = (
        ("LABKIT_ATTENDEE", lab.attendee),
        ("LABKIT_HOME", str(lab.settings.home.absolute())),
    )
    access = replace(
        without_credentials(lab),
        # Isolated, so that no file of the folder where kubectl runs is imported.
        exec_command=ExecCommand(sys.executable, ("-I", "-m", "labkit.cli.token"), environment),
        namespace=namespace,
        user=service_account(lab.attendee, Role.LEARNER),
    )
    if not _holds(path, access):
        write_atomically(path, kubeconfig_text(access), mode=PRIVATE)
    return path


def _holds(path: Path, access: Access) -> bool:
    try:
        return read_access(path) == access
    except KubeconfigInvalid:
        return False


def without_credentials(lab: Lab) -> Access:
    administrator = lab.administrator()
    return replace(
        administrator,
        certificate="",
        key="",
        token="",
        token_file=None,
        exec_command=None,
        context=lab.record.name,
        cluster=lab.record.name,
    )


def _mark(access: Access) -> str:
    return sha256(f"{access.server}\n{access.authority}".encode()).hexdigest()[:16]
