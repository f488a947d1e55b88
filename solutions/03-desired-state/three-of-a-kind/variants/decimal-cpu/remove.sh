# The one whose name was noted: the first in the list.
kubectl delete "$(kubectl get pods --selector=app=kiosk --output=name | head -n 1)"
