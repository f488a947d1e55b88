number=$(kubectl get pods --namespace=${ns_b} --selector=app=weather --output=jsonpath={.items[0].status.podIP})
kubectl set env deployment/reporter TARGET=http://$number:8080
