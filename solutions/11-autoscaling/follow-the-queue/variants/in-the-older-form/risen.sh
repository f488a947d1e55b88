# Until it asks for more than two.
until [ "$(kubectl get hpa counter --output='jsonpath={.status.desiredReplicas}')" -gt 2 ]; do sleep 1; done
