# From the end of the chain to its front: each calls the number of the Pod behind it.
set -eu
number() {
  kubectl get pods --selector="app=$1" --output=jsonpath='{.items[0].status.podIP}'
}
sed "s/NUMBER/$(number prices)/" basket.yaml | kubectl apply --filename=-
kubectl rollout status deployment/basket --timeout=60s
sed "s/NUMBER/$(number basket)/" front.yaml | kubectl apply --filename=-
kubectl rollout status deployment/front --timeout=60s
