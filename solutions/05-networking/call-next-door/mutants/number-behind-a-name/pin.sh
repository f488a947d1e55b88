number=$(kubectl get service weather --namespace=${ns_b} --output=jsonpath={.spec.clusterIP})
kubectl set env deployment/reporter TARGET=http://weather.${ns_b}:${port}
kubectl patch deployment reporter --patch="{\"spec\": {\"template\": {\"spec\": {\"hostAliases\": [{\"ip\": \"$number\", \"hostnames\": [\"weather.${ns_b}\"]}]}}}}"
