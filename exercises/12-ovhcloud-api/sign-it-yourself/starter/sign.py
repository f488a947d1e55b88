"""Sign a call to the API of OVHcloud, by hand."""

import hashlib
import json
from pathlib import Path


def signature(call):
    pieces = []  # TODO: which six, and in what order?
    text = "".join(pieces)  # TODO: what stands between them?
    return hashlib.sha1(text.encode()).hexdigest()  # TODO: what stands in front?


call = json.loads(Path("envelope.json").read_text(encoding="utf-8"))
print(call["method"], call["address"])
print(signature(call))
