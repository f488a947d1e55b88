"""One Pod of six starts over and over: marked, it alone, and what it said last."""

from labkit.foundation.text import say
from labkit.grading.criteria.answers import same_words
from labkit.grading.criteria.marks import no_other_pod_marked, noted_pod_marked
from labkit.grading.criteria.noted import Help, judged_answer
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

MARK = ("triage", "restless")


def right_pod_marked(snapshot: Snapshot) -> Finding:
    clue = say("List the Pods twice, some seconds apart: whose number under RESTARTS grows?")
    return noted_pod_marked(snapshot, "restless", MARK, clue=clue)


def nobody_else(snapshot: Snapshot) -> Finding:
    return no_other_pod_marked(snapshot, "restless", MARK)


def last_word(snapshot: Snapshot) -> Finding:
    said = snapshot.answer("last_word")
    message, why = "", ""
    if said and same_words(said, snapshot.drawn("calm_word")):
        message, why = "word.of_another", say("That is what a Pod says that is well.")
    elif said is not None and not same_words(said.rstrip("!?,;: "), snapshot.drawn("last_word")):
        message, why = "word.other", say("The log of the restless Pod does not end with that.")
    advice = Help(
        expected=say("The one word in the last line of the restless Pod's log."),
        why=why,
        next_step=say("Ask for the log of its previous run: `kubectl logs <pod> --previous`."),
    )
    return judged_answer(snapshot, "last_word", said, message=message, advice=advice)
