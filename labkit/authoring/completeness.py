"""What an exercise still lacks. The proof refuses it until that is nothing."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from labkit.authoring.judging import Judgement, judge
from labkit.authoring.purity import impurities
from labkit.authoring.skeleton import STARTER
from labkit.foundation.text import say
from labkit.grading.attempts import Attempt, Kind
from labkit.grading.exercise import Exercise
from labkit.grading.grader import load_check

FEWEST_MUTANTS = 5
FEWEST_VARIANTS = 2
UNWRITTEN = "TODO:"


def judge_complete(exercise: Exercise, folder: Path, attempts: Sequence[Attempt]) -> Judgement:
    """`folder` is the exercise's in solutions/."""
    missing = [
        *_missing(exercise, folder, attempts),
        *(say("the TODO in {file}", file=name) for name in _unwritten(exercise, folder)),
        *(impurities(exercise.check_file) or _without_function(exercise)),
    ]
    return judge(say("nothing missing"), ", ".join(missing) or say("all of it"), held=not missing)


def _missing(exercise: Exercise, folder: Path, attempts: Iterable[Attempt]) -> Iterator[str]:
    kinds = [attempt.kind for attempt in attempts]
    wanted = (
        (say("setup or starter files"), exercise.setup.is_dir() or exercise.starter.is_dir()),
        (say("two variants"), kinds.count(Kind.VARIANT) >= FEWEST_VARIANTS),
        (say("five mutants"), kinds.count(Kind.MUTANT) >= FEWEST_MUTANTS),
        ("solution/steps.toml", (folder / "solution" / "steps.toml").is_file()),
        ("notes.md", (folder / "notes.md").is_file()),
        (exercise.check_file.name, exercise.check_file.is_file()),
    )
    return (what for what, is_there in wanted if not is_there)


def _unwritten(exercise: Exercise, folder: Path) -> Iterator[str]:
    """Files as the skeleton left them. A starter is to have gaps, though not that one."""
    content = exercise.folder.parents[2]
    own = [exercise.folder / "exercise.toml", exercise.check_file]
    written = [*own, *exercise.setup.rglob("*"), *folder.rglob("*")]
    todo = [path for path in written if UNWRITTEN in _text(path)]
    todo += [path for path in exercise.starter.rglob("*") if _text(path) == STARTER]
    return (str(path.relative_to(content)) for path in todo)


def _without_function(exercise: Exercise) -> list[str]:
    """Criteria that the check does not judge; a check that does not load judges none."""
    file = exercise.check_file.name
    try:
        functions = load_check(exercise)
    except Exception as problem:  # noqa: BLE001  any mistake of an author's is told as one
        return [say("{file} cannot be loaded: {problem!r}", file=file, problem=problem)]
    asked = [criterion.function for criterion in exercise.criteria]
    return [
        say("function {name} in {file}", name=name, file=file)
        for name in asked
        if name not in functions
    ]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
