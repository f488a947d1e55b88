"""What can go wrong with the emulator itself; what its API answers is data, see `answers`.

CloudError                     what_happened · next_step · evidence
├── EmulatorNotRunning         where it was looked for
└── EmulatorRunsAlready        on which folder, and which process it is
"""

from pathlib import Path

from labkit.foundation.errors import LabError
from labkit.foundation.text import say


class CloudError(LabError):
    """The emulator cannot do what was asked."""


class EmulatorNotRunning(CloudError):
    def __init__(self, folder: Path) -> None:
        super().__init__(
            say("No emulated cloud runs here (looked in {folder}).", folder=folder),
            say("Run `labkit cloud up`."),
        )


class EmulatorRunsAlready(CloudError):
    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(
            say("{folder} belongs to {holder}.", folder=folder, holder=holder),
            say("Run `labkit cloud down`; end the process by its number if that does not."),
        )
