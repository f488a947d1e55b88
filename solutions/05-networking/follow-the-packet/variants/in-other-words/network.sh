# The Pod's own address, and how long the range is: it means the same range.
node=$(kubectl get pod parcel-${parcel_1} --output=jsonpath={.spec.nodeName})
length=$(kubectl get node "$node" --output=jsonpath={.spec.podCIDR} | cut -d/ -f2)
echo "$(kubectl get pod parcel-${parcel_1} --output=jsonpath={.status.podIP})/$length"
