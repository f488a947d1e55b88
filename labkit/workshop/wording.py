"""How a verdict, a task, hints and progress read as plain lines; both faces show these words.

They serve consoles, screen readers, saved notebooks, and comparisons of two runs.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from labkit.foundation.text import say
from labkit.grading.exercise import Exercise
from labkit.grading.verdict import Evidence, Result, State, Verdict
from labkit.workshop.overview import Overview, Standing
from labkit.workshop.starting import Started
from labkit.workshop.working import Answered, Hints, Solution

SYMBOLS = {
    State.PASSED: "✔",
    State.NOT_STARTED: "○",
    State.NOT_YET: "◐",
    State.CANNOT_CHECK: "?",
}
INDENT = "    "


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    state: State | None = None
    """Of the criterion or verdict whose line this is; a face may colour it."""


def state_word(state: State) -> str:
    return {
        State.PASSED: say("passed"),
        State.NOT_STARTED: say("not started"),
        State.NOT_YET: say("not yet"),
        State.CANNOT_CHECK: say("could not look"),
    }[state]


def headline(exercise: Exercise, verdict: Verdict) -> str:
    return say(
        "{title}: {state}, {points} of {total} points",
        title=say(exercise.title),
        state=state_word(verdict.state),
        points=verdict.points,
        total=verdict.total,
    )


def footnotes(verdict: Verdict) -> Iterator[str]:
    if not verdict.final:
        yield say("Provisional: what could not be looked at costs no points; check again later.")
    if verdict.advice:
        yield say("Advice for you; it counts for no marks.")


def details(result: Result) -> Iterator[tuple[str, str]]:
    """Label and sentence of what a finding has to say."""
    finding = result.finding
    told = (
        (say("seen"), finding.seen),
        (say("expected"), finding.expected),
        (say("why"), finding.why),
        (say("next"), finding.next_step),
    )
    return ((label, sentence) for label, sentence in told if sentence)


def evidence_text(evidence: Evidence) -> str:
    if not evidence.namespace:
        return f"{evidence.kind}/{evidence.name}"
    return say(
        "{kind}/{name} in {namespace}",
        kind=evidence.kind,
        name=evidence.name,
        namespace=evidence.namespace,
    )


def verdict_lines(exercise: Exercise, verdict: Verdict) -> Iterator[Line]:
    yield Line(headline(exercise, verdict), verdict.state)
    for result in verdict.results:
        state = result.finding.state
        yield Line(
            say(
                "{symbol} {state} · {text} ({weight})",
                symbol=SYMBOLS[state],
                state=state_word(state),
                text=result.text,
                weight=result.weight,
            ),
            state,
        )
        for label, sentence in details(result):
            yield Line(f"{INDENT}{label}: {sentence}")
        for difference in result.finding.differences:
            yield Line(f"{INDENT}- {difference}")
    for note in footnotes(verdict):
        yield Line(note)


def started_lines(started: Started) -> Iterator[Line]:
    exercise = started.exercise
    minutes = exercise.minutes
    yield Line(say("{title} (about {n} minutes)", title=say(exercise.title), n=minutes))
    yield Line("")
    for paragraph in started.task.splitlines():
        yield Line(paragraph)
    yield Line("")
    yield Line(say("Namespace: {name}", name=started.namespaces[""]))
    for path in started.files:
        name = f"{exercise.id}/{path.relative_to(started.folder)}"
        yield Line(say("Your file: {name}", name=name))
    if started.set_aside:
        name = f"{exercise.id}/{started.set_aside.name}"
        yield Line(say("What you had edited is kept in {name}.", name=name))


def hint_lines(hints: Hints) -> Iterator[Line]:
    total = len(hints.exercise.hints)
    for number, text in enumerate(hints.taken, 1):
        yield Line(say("Hint {number} of {total}: {text}", number=number, total=total, text=text))
    if hints.left:
        yield Line(say("Hints not taken yet: {n}", n=hints.left))
    else:
        yield Line(say("That was the last; `solution` shows one right way."))


def answered_lines(answered: Answered) -> Iterator[Line]:
    for name, value in answered.answers.items():
        yield Line(say("Noted: {name} = {value}", name=name, value=value))


def shaken_lines(exercise: Exercise) -> Iterator[Line]:
    yield Line(say("Shaken: {title}. Look at what it did.", title=say(exercise.title)))


def solution_lines(solution: Solution) -> Iterator[Line]:
    yield Line(say("One right way for: {title}", title=say(solution.exercise.title)))
    for name, text in solution.files:
        yield Line("")
        yield Line(f"── {name}")
        for line in text.rstrip().splitlines():
            yield Line(line)
    if solution.why:
        yield Line("")
        for line in solution.why.rstrip().splitlines():
            yield Line(line)


def solved_lines(exercise: Exercise) -> Iterator[Line]:
    yield Line(say("Done as the solution says: {title}", title=say(exercise.title)), State.PASSED)


def overview_lines(overview: Overview) -> Iterator[Line]:
    lesson = ""
    for standing in overview.standings:
        if standing.exercise.lesson != lesson:
            lesson = standing.exercise.lesson
            yield Line(lesson)
        state = standing_state(standing)
        yield Line(f"{INDENT}{SYMBOLS[state]} {standing_text(standing)}", state)
    total = len(overview.standings)
    yield Line(say("{n} of {total} exercises passed", n=overview.passed, total=total))


def standing_state(standing: Standing) -> State:
    if standing.passed:
        return State.PASSED
    return State.NOT_YET if standing.started else State.NOT_STARTED


def standing_text(standing: Standing) -> str:
    return say(
        "{state} · {title} ({id}): {points} of {total} points, {hints} hints",
        state=state_word(standing_state(standing)),
        title=say(standing.exercise.title),
        id=standing.exercise.id,
        points=standing.points,
        total=standing.total,
        hints=standing.hints,
    )


def next_lines(standing: Standing | None) -> Iterator[Line]:
    if standing is None:
        yield Line(say("You have passed every exercise."), State.PASSED)
        return
    exercise = standing.exercise
    sentence = (
        say(
            "Go on with: {title} (lesson {lesson})",
            title=say(exercise.title),
            lesson=exercise.lesson,
        )
        if standing.started
        else say(
            "Next: {title} (lesson {lesson})", title=say(exercise.title), lesson=exercise.lesson
        )
    )
    yield Line(sentence)
    verb = "check" if standing.started else "start"
    yield Line(say("Run: labkit {verb} {id}", verb=verb, id=exercise.id))
