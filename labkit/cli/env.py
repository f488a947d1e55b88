"""`labkit env`: what a terminal needs to know, as lines that its shell runs."""

import sys
from collections.abc import Mapping
from pathlib import Path
from shlex import quote

from labkit.cli.options import AsJson
from labkit.cli.output import print_json, progress_shown
from labkit.foundation.text import say


def env(json: AsJson = False) -> None:
    """Make this terminal know the lab, as a notebook does: `eval "$(labkit env)"`.

    kubectl, podman and labkit are the lab's own then, and kubectl speaks to the lab's cluster as
    you, in the namespace of the exercise that you started last. Other terminals know nothing of it.
    """
    from labkit.foundation.settings import read_settings
    from labkit.workshop.lab import open_lab
    from labkit.workshop.tools import learner_environment

    with progress_shown(quiet=json) as progress:
        known = learner_environment(open_lab(read_settings(), progress=progress))
    if json:
        print_json(known)
        return
    print("\n".join(exports(known)))
    if not Path(known["KUBECONFIG"]).exists():
        told = say("kubectl knows you after the first `labkit start EXERCISE`.")
        print(told, file=sys.stderr)


def exports(known: Mapping[str, str]) -> list[str]:
    """For sh, bash, zsh and their kin, whatever the values hold."""
    return [f"export {name}={quote(value)}" for name, value in known.items()]


def how_to_know() -> str:
    """The line that a learner types once in a terminal; there `labkit` may mean nothing yet."""
    program = Path(sys.executable).with_name("labkit")
    return f'eval "$({quote(str(program))} env)"'
