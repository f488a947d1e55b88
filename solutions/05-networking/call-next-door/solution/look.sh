# What do its calls come to, and whom does it call?
kubectl logs deployment/reporter --tail=3
kubectl set env deployment/reporter --list

# The neighbour's Service, its number of today, and its port.
kubectl get service weather --namespace ${ns_b}

# Name of the Service, dot, its namespace: the cluster's DNS knows the rest.
kubectl set env deployment/reporter TARGET=http://weather.${ns_b}:${port}
kubectl rollout status deployment/reporter
kubectl logs deployment/reporter --tail=3
