number=$(kubectl get service weather --namespace=${ns_b} --output=jsonpath={.spec.clusterIP})
kubectl set env deployment/reporter TARGET=http://$number:${port}
