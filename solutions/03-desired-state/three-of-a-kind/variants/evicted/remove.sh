# Eviction: as when a node is drained.
pod=$(kubectl get pods --selector=app=kiosk --output=jsonpath='{.items[0].metadata.name}')
namespace=$(kubectl get pod "$pod" --output=jsonpath='{.metadata.namespace}')
printf '{"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "%s", "namespace": "%s"}}' "$pod" "$namespace" |
    kubectl create --raw "/api/v1/namespaces/$namespace/pods/$pod/eviction" -f -
kubectl wait "pod/$pod" --for=delete --timeout=60s
