# Each Pod with its owner; those that show <none> have nobody.
kubectl get pods -o custom-columns=NAME:.metadata.name,OWNER:.metadata.ownerReferences[*].kind

kubectl label pod ${helper} ticket-5d8f7c9b64-${tail} fate=gone
