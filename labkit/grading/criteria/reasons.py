"""Why a Pod does not start, as an attendee wrote it: a status, an event, or words for either."""

import re

IMAGE = (
    "errimagepull",
    "imagepullbackoff",
    "backoffpullingimage",
    "failedtopullimage",
    "failedtopullandunpackimage",
    "imagenotfound",
    "noimagefound",
    "nosuchimage",
    "manifestunknown",
)
OTHERS = (
    "crashloopbackoff",
    "oomkilled",
    "containercreating",
    "createcontainer",
    "runcontainererror",
    "invalidimagename",
    "errimageneverpull",
    "completed",
    "unschedulable",
    "failedscheduling",
)


def names_missing_image(text: str) -> bool:
    """ErrImagePull, "image pull back-off" or a whole line of it; and no other reason beside."""
    letters = re.sub(r"[^a-z]", "", text.casefold())
    return any(reason in letters for reason in IMAGE) and not any(
        other in letters for other in OTHERS
    )
