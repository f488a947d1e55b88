"""Talk to one API server: get, list, watch, apply, delete, logs, probes; kubeconfig; YAML.

The only importer of a Kubernetes client. Reads go through raw lists, because the official client
takes 0.4 s to import; it stays in `official`, for lessons. Names of exercises, add-ons and
engines do not belong here.
"""
