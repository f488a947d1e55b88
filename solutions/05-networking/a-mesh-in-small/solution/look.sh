# Who leads to the ledger's Pods? The selectors say it: two Services, not one.
kubectl get services -o wide

# The proxy is a second container of the Pod; both Services lead to its port, 15001.
kubectl apply -f deployment-ledger.yaml -f service-ledger.yaml -f service-side.yaml
kubectl rollout status deployment/ledger
kubectl get pods
