"""The page where a person reads which rules a credential asks for, and grants or refuses them.

The real one is the login page of OVHcloud's account; this one asks for no account.
"""

from datetime import timedelta
from html import escape
from urllib.parse import urlsplit

from labkit.cloud.auth.models import Application, Credential
from labkit.cloud.cloud import Cloud
from labkit.foundation.text import say

SHORTEST_SECONDS = 3600


def validities() -> dict[str, str]:
    """Seconds, as the form sends them, and the words for them."""
    return {
        "3600": say("1 hour"),
        "86400": say("1 day"),
        "2592000": say("30 days"),
        "0": say("unlimited"),
    }


def waiting_credential(cloud: Cloud, token: str) -> Credential | None:
    """The credential that this page's token stands for, while it waits."""
    if not token:
        return None
    return next(
        (
            one
            for one in cloud.store.all(Credential)
            if one.validation_token == token and one.status == "pendingValidation"
        ),
        None,
    )


def decide(cloud: Cloud, credential: Credential, *, granted: bool, seconds: int) -> str:
    """Write the person's word down; where to send them, "" for nowhere."""
    expiration = cloud.time.now() + timedelta(seconds=seconds) if seconds else None
    status = "validated" if granted else "refused"
    cloud.store.put(credential.but(status=status, expiration=expiration, validation_token=""))
    there = credential.redirection or ""
    return there if urlsplit(there).scheme in ("http", "https") else ""


def asking(cloud: Cloud, credential: Credential) -> str:
    """The form, as HTML."""
    application = cloud.store.get(Application, credential.parent)
    name = application.name if application else credential.parent
    rules = "".join(
        f"<tr><td><code>{rule.method}</code></td><td><code>{escape(rule.path)}</code></td></tr>"
        for rule in credential.rules
    )
    times = "".join(f'<option value="{key}">{word}</option>' for key, word in validities().items())
    heading = say("Application “{name}” asks for access", name=escape(name))
    body = f"""
<table><thead><tr><th>{say("Method")}</th><th>{say("Path")}</th></tr></thead>
<tbody>{rules}</tbody></table>
<p>{say("A rule cannot be changed later: a wider one needs a new credential.")}</p>
<form method="post">
<label>{say("Valid for")} <select name="validity">{times}</select></label>
<button name="decision" value="grant">{say("Grant these rules")}</button>
<button name="decision" value="refuse">{say("Refuse")}</button>
</form>"""
    return whole(heading, body)


def decided(*, granted: bool) -> str:
    word = say("Granted. The application may use its key now.") if granted else say("Refused.")
    return whole(word, f"<p>{say('You may close this page.')}</p>")


def gone() -> str:
    heading = say("No credential waits here")
    return whole(heading, f"<p>{say('Its answer was given already, or the address is cut.')}</p>")


def whole(heading: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{heading}</title><style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto }}
td, th {{ text-align: left; padding: .2rem 1rem .2rem 0 }}
button, select {{ font: inherit; padding: .3rem .8rem; margin-right: .5rem }}
.stand-in {{ color: #555; border-top: 1px solid #ccc; margin-top: 3rem }}
</style></head><body><main><h1>{heading}</h1>{body}
<p class="stand-in">{say("This is the lab's emulator on your own machine, not OVHcloud.")}</p>
</main></body></html>"""
