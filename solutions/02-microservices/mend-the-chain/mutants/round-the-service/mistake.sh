# Round the Service, straight to the Pod.
ip=$(kubectl get pods --selector=app=stock --output=jsonpath='{.items[0].status.podIP}')
kubectl set env deployment/orders "BACKEND_URL=http://$ip:8080"
