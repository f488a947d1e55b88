# Two Services, both for inside only; and somebody who keeps doors here.
kubectl get services
kubectl get ingressclass

# One Ingress: the name, and two paths. Prefix cuts at slashes, and the longer path wins.
kubectl apply -f ingress-front.yaml
kubectl get ingress front
