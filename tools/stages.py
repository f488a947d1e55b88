"""What `make check`, `make test` and their kin run, each stage with its budget in seconds."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Stage:
    name: str
    command: str
    """Its program is one of .venv's; {} stands for the files that `files` matches."""
    budget_seconds: float
    files: str = ""
    """A pattern; while nothing matches it there is nothing to do."""


def in_time(stage: Stage, elapsed_seconds: float) -> Stage:
    """Of the proof less is drawn where the stages before took long: the whole ends in its time."""
    if stage != SHORT_PROOF:
        return stage
    left = int(WHOLE_MINUTES - ENDING_MINUTES - elapsed_seconds / 60)
    minutes = max(LEAST_MINUTES, min(MOST_MINUTES, left))
    return replace(stage, command=f"labkit prove --minutes {minutes}")


COMPILE = (
    "uv pip compile --universal --generate-hashes --no-annotate --no-header "
    "--python-version 3.11 --quiet"
)
CHECK = (
    Stage("format", "ruff format --check --quiet .", 3),
    Stage("lint", "ruff check --quiet .", 3),
    Stage("layers", "lint-imports --no-logo", 5),
    Stage("types", "mypy", 20),
    Stage("types of notebooks", "mypy --strict {}", 5, "notebooks/source/*.py"),
    Stage("types of checks", "mypy --strict {}", 5, "exercises/*/*/check_*.py"),
    Stage("notebooks equal sources", "labkit build --check", 5, "notebooks/source/*.py"),
    Stage("notebooks without output", "nbstripout --verify --keep-id {}", 3, "notebooks/*.ipynb"),
)
BESIDE_CHECK = (
    Stage("tests without a cluster", "pytest -q -n 3 --dist loadfile --no-loadscope-reorder", 50),
)
"""At the same time as the others: two cores are there, and the gate should take under a minute.

More workers than cores, because many tests wait for a process or a connection most of their time.
By itself xdist begins with the files of most tests, and ends with the longest.
"""

UP = Stage("start the test lab", "labkit up", 60)
AHEAD = Stage("what is built ahead", "python -m tools.ahead", 1500)
"""Beside the first stages on a cluster; a second where the cache is full."""
DOCTOR = Stage("why it did not start", "labkit doctor", 10)
PROOF = Stage("proof of the exercises", "labkit prove", 300)
WHOLE_MINUTES = 80  # of `make test`
ENDING_MINUTES = 5  # what the proof began before its end, and taking the lab down
LEAST_MINUTES, MOST_MINUTES = 5, 18
SHORT_PROOF = Stage("proof of the exercises, drawn", f"labkit prove --minutes {MOST_MINUTES}", 1200)
ON_A_CLUSTER = (
    Stage("the cloud at random", "pytest -m fuzz tests/contract/cloud", 180),
    Stage("clusters", "pytest -m cluster --ignore tests/notebooks --ignore tests/browser", 1200),
    Stage("browser", "pytest -m cluster tests/browser", 240),
    Stage("notebooks", "pytest -m cluster tests/notebooks", 900),
    SHORT_PROOF,
)
CLOUD_UP = Stage("start its cloud", "labkit cloud up", 20)
CLOUD_DOWN = Stage("take its cloud down", "labkit cloud down", 20)
DOWN = Stage("take the test lab down", "labkit down", 20)
FRESH = Stage("fresh machines", "pytest -m fresh -p no:randomly -v tests/fresh", 9600)
LOCK = (
    Stage("lock the lab", f"{COMPILE} pyproject.toml -o requirements/lab.lock", 30),
    Stage(
        "lock development",
        f"{COMPILE} pyproject.toml --extra dev -c requirements/lab.lock -o requirements/dev.lock",
        30,
    ),
    Stage(
        "lock the root agent",
        f"{COMPILE} requirements/agent.in -c requirements/lab.lock -o requirements/agent.lock",
        30,
    ),
)
