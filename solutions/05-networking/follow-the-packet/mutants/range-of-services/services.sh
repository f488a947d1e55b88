echo "$(kubectl get service parcel --output=jsonpath={.spec.clusterIP})/16"
