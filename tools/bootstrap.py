"""Make this folder ready to use: `python3 -m tools.bootstrap lab|dev`. Done already is skipped.

Only this file must be readable for a Python that is too old, so that it can say so.
"""

import os
import shutil
import sys

OLDEST_PYTHON = (3, 11)
NEWER_PYTHONS = ("python3.14", "python3.13", "python3.12", "python3.11")


def main() -> int:
    if sys.version_info < OLDEST_PYTHON:
        return go_on_with_a_newer_python()
    from tools import prepare  # noqa: PLC0415  its imports need the newer Python

    return prepare.main(sys.argv[1:])


def go_on_with_a_newer_python() -> int:
    for name in NEWER_PYTHONS:
        found = shutil.which(name)
        if found:
            os.execv(found, [found, "-m", "tools.bootstrap"] + sys.argv[1:])  # noqa: RUF005
    sys.stderr.write(
        "labkit needs Python 3.11 or newer; {} is {}.{}.\n"
        "→ Install it (Debian 12 and Ubuntu 24.04 have it), or name it: "
        "`make lab PYTHON=/path/to/python3`.\n".format(sys.executable, *sys.version_info[:2])
    )
    return 3


if __name__ == "__main__":
    sys.exit(main())
