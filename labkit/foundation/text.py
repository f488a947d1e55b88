"""Every sentence that an attendee or instructor reads passes through `say`."""

import gettext
from functools import cache
from pathlib import Path

CATALOGUES = Path(__file__).parent / "catalogues"


def say(sentence: str, /, **values: object) -> str:
    """The whole sentence in the reader's language, its named placeholders filled.

    `sentence` is the English text and the key in the catalogue: `say("{name} is ready.", name=n)`.
    """
    translated = _catalogue(_language()).gettext(sentence) if sentence else ""
    return translated.format(**values) if values else translated


_chosen = ["en"]


def speak(language: str) -> None:
    """Choose the language for this process: a code such as `it`; unknown ones read as English."""
    _chosen[0] = language


def _language() -> str:
    return _chosen[0]


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("labkit", CATALOGUES, languages=[language], fallback=True)
