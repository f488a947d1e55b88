"""The `local` engine: a real control plane and real worker nodes as processes of this machine.

`engine` is the door. Deciding (`control_plane`, `node`, `network`, `clean_up` plans) is apart from
doing (`start`, `stop`). Only this package knows of namespaces, mounts and the root agent.
"""
