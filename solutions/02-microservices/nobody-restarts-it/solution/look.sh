# Who owns the Pod? Nobody.
kubectl get pod pricing -o jsonpath='{.metadata.ownerReferences}'

kubectl apply -f keeper.yaml
kubectl rollout status deployment/pricing

# Only now is nobody missed.
kubectl delete pod pricing
kubectl get pods -l app=pricing
