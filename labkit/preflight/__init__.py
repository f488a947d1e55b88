"""Is this machine, and this cluster, ready? Each finding has the value seen and the fix.

Facts (`machine`, `cluster`) and judgement (`checks_*`) are kept apart: a check is a pure function
from facts to findings. It belongs here if it looks and reports; what starts, installs or repairs
does not. `packages` imports the standard library only, because it runs before labkit is installed.
"""
