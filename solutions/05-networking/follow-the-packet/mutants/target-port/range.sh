node=$(kubectl get pod parcel-${parcel_1} --output=jsonpath={.spec.nodeName})
kubectl get node "$node" --output=jsonpath={.spec.podCIDR}
