# The right family, and a name that nobody had.
kubectl get replicasets --output=jsonpath='{.items[0].metadata.name}-zzzzz'
