"""A token kept in the home folder until shortly before it ends.

Only light imports: kubectl asks for the learner's token with every command.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

LEFT_AT_LEAST = timedelta(minutes=10)  # longer than any one command of ours takes


@dataclass(frozen=True, slots=True)
class KeptToken:
    token: str = field(repr=False)
    expires: datetime
    cluster: str
    """Changes when a cluster is made anew, also under the same name and address."""

    def serves(self, now: datetime, *, left: timedelta = LEFT_AT_LEAST) -> bool:
        return self.expires - now > left


def token_path(home: Path, service_account: str) -> Path:
    return home / "tokens" / f"{service_account}.json"


def read_token(path: Path) -> KeptToken | None:
    """None when there is none, or a file that is not ours."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        expires = datetime.fromisoformat(content["expires"])
        return KeptToken(str(content["token"]), expires, str(content["cluster"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def token_text(kept: KeptToken) -> str:
    content = {
        "cluster": kept.cluster,
        "expires": kept.expires.isoformat(),
        "token": kept.token,
    }
    return json.dumps(content)
