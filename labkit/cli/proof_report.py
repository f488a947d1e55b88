"""What is told of a proof: as one JSON document, and as lines where there is no terminal."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from labkit.foundation.text import say

if TYPE_CHECKING:
    from labkit.authoring.proof_results import CaseResult

SYMBOLS = {"held": "✔", "missed": "✘", "skipped": "-", "not drawn": "·"}


class Shown:
    """Keeps what happened; by itself it says nothing until the end."""

    def __init__(self) -> None:
        self.results: list[CaseResult] = []

    def began(self, exercise: str, case: str) -> None: ...

    def ended(self, result: "CaseResult") -> None:
        self.results.append(result)

    def said(self, sentence: str) -> None: ...

    @property
    def missed(self) -> bool:
        return any(result.outcome == "missed" for result in self.results)

    def as_json(self, seed: int | None, recorded: Sequence[str]) -> dict[str, Any]:
        exercises = dict.fromkeys(result.exercise for result in self.results)
        return {
            "held": not self.missed,
            "seed": seed,
            "recorded": recorded,
            "exercises": [self._exercise(name) for name in exercises],
            "cases": [_case(result) for result in self.results],
        }

    def tell_end(self, recorded: Sequence[str]) -> None:
        for name in dict.fromkeys(result.exercise for result in self.results):
            told = self._exercise(name)
            typer.echo(f"{told['exercise']:<32}{told['seconds']:>7.1f} s")
        count = {word: sum(r.outcome == word for r in self.results) for word in SYMBOLS}
        typer.echo(
            say(
                "{held} states held, {missed} missed, {skipped} skipped.",
                held=count["held"],
                missed=count["missed"],
                skipped=count["skipped"],
            )
        )
        if count["not drawn"]:
            typer.echo(say("{n} attempts were not drawn.", n=count["not drawn"]))
        if recorded:
            typer.echo(say("Recorded: {ids}.", ids=", ".join(recorded)))

    def _exercise(self, name: str) -> dict[str, Any]:
        """Its states and the seconds of work in them; several exercises are at work at once."""
        own = [result for result in self.results if result.exercise == name]
        seconds = round(sum(result.seconds for result in own), 2)
        held = all(result.outcome != "missed" for result in own)
        return {"exercise": name, "held": held, "seconds": seconds}


class Lines(Shown):
    """One line a state, as it ends."""

    def ended(self, result: "CaseResult") -> None:
        super().ended(result)
        if result.outcome == "not drawn":  # counted at the end
            return
        typer.echo(
            say(
                "{symbol} {exercise}: {case} ({seconds:.1f} s)",
                symbol=SYMBOLS[result.outcome],
                exercise=result.exercise,
                case=result.case,
                seconds=result.seconds,
            )
        )
        for line in reasons(result):
            typer.echo(f"    {line}")

    def said(self, sentence: str) -> None:
        typer.echo(sentence)


def reasons(result: "CaseResult") -> Iterator[str]:
    if result.outcome not in ("missed", "skipped"):
        return
    if result.judgement.expected:
        yield say("expected: {what}", what=result.judgement.expected)
    yield say("seen: {what}", what=result.judgement.seen)
    if result.file and result.outcome == "missed":
        yield say("look at: {file}", file=result.file)


def _case(result: "CaseResult") -> dict[str, Any]:
    told = {"exercise": result.exercise, "case": result.case, "seconds": round(result.seconds, 2)}
    return {**told, **asdict(result.judgement), "file": result.file}
