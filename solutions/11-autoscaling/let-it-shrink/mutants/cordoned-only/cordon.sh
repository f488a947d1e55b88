# The node of the keeper takes no new Pods; what is on it stays.
node=$(kubectl get pods --selector=app=archive-keeper --output='jsonpath={.items[0].spec.nodeName}')
kubectl cordon "$node"
