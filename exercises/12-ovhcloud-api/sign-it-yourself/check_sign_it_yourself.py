"""A call signed by hand: the signature's value, and one that the API took."""

from labkit.grading.criteria.signatures import (
    SignedCall,
    accepted_call,
    judged_signature,
    refusal_known,
)
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

AGENT = "tram-${application_id}-${began}"


def signature(snapshot: Snapshot) -> Finding:
    return judged_signature(snapshot, "signature", _call(snapshot))


def tampered(snapshot: Snapshot) -> Finding:
    return refusal_known(snapshot, "tampered")


def accepted_once(snapshot: Snapshot) -> Finding:
    machine = snapshot.drawn("application_id")
    return accepted_call(snapshot.calls(AGENT), f"tram-{machine}-{snapshot.drawn('began')}")


def _call(snapshot: Snapshot) -> SignedCall:
    network, car = snapshot.drawn("network"), snapshot.drawn("car")
    base = "https://eu.api.ovh.com/1.0/cloud/project/tram/kube/depot/ipRestrictions"
    return SignedCall(
        secret=f"bologna-{snapshot.drawn('secret_number')}",
        consumer=f"milano-{snapshot.drawn('consumer_number')}",
        method="PUT",
        address=f"{base}/10.{network}.0.0%2F16?car={car}&dry=true",
        body=f'{{"note":"caffè {car}","ips":["10.{network}.0.0/16"]}}',
        time=snapshot.drawn("began"),
    )
