"""One attendee for each test, with an exercise started and the instructor's marker beside."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from labkit.workshop.lab import Lab
from labkit.workshop.leaving import leave
from labkit.workshop.marking import Marker
from tests.cluster.attacks.attacking import (
    CARD,
    COLOUR,
    DESK,
    Attacker,
    attacker,
    content,
    named,
)


@pytest.fixture
def card(lab: Lab, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Attacker]:
    own = attacker(lab, named(request), tmp_path / "home")
    with Marker(lab) as marker:
        yield Attacker(own, CARD, marker)
    leave(own)


@pytest.fixture
def desk(lab: Lab, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Attacker]:
    own = attacker(lab, named(request), tmp_path / "home", DESK)
    with Marker(lab) as marker:
        yield Attacker(own, DESK, marker)
    leave(own)


@pytest.fixture
def colour(lab: Lab, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Attacker]:
    ours = replace(lab, content=content(tmp_path / "content"))
    own = attacker(ours, named(request), tmp_path / "home", COLOUR)
    with Marker(ours) as marker:
        yield Attacker(own, COLOUR, marker)
    leave(own)
