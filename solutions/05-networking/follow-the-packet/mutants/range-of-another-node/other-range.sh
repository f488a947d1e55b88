node=$(kubectl get pod parcel-${parcel_1} --output=jsonpath={.spec.nodeName})
kubectl get nodes --field-selector=metadata.name!="$node" --output=jsonpath={.items[0].spec.podCIDR}
