"""Back to the last good release, with the failed one in the history, and why it failed."""

from labkit.foundation.text import say
from labkit.grading.criteria.history import failed_release_kept, good_release_runs
from labkit.grading.criteria.noted import Help, judged_answer
from labkit.grading.criteria.reasons import names_missing_image
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

DESK = {"app": "back"}
COPIES = 2


def good_again(snapshot: Snapshot) -> Finding:
    return good_release_runs(snapshot, DESK, good="good", bad="bad", at_least=COPIES)


def history_kept(snapshot: Snapshot) -> Finding:
    before = good_again(snapshot)
    return failed_release_kept(snapshot, DESK, good="good", bad="bad", before=before)


def reason(snapshot: Snapshot) -> Finding:
    said = snapshot.answer("reason")
    message = "" if said and names_missing_image(said) else "reason.other"
    advice = Help(
        expected=say("The reason why a Pod of the failed release does not start."),
        why=say("The kubelet writes it into the Pod's status, in one word of several joined."),
        next_step=say(
            "Read STATUS in `kubectl get pods`, or the events of `kubectl describe pod`."
        ),
    )
    return judged_answer(snapshot, "reason", said, message=message, advice=advice)
