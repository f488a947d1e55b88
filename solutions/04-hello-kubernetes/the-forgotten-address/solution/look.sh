# Behind one of the two Services stand addresses of Pods, behind the other none: <unset>.
kubectl get endpointslices
kubectl get pods -o wide

# That one is of no use to anybody.
kubectl delete service door-${door_2}
