echo "$(kubectl get pod parcel-${parcel_1} --output=jsonpath={.status.podIP})/16"
