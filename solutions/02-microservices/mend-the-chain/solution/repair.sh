# Walk the chain from its end: rates answers alone, so the mistake is before it.
kubectl get pods --show-labels
kubectl get services,endpointslices

# One of these was wrong, and you had to find out which. For you it was the one called ${fault}.
case ${fault} in
selector) # the Service looked for tier=store; the Pods carry tier=shop
  kubectl patch service stock --patch='{"spec": {"selector": {"tier": "shop"}}}' ;;
target) # the Service sent callers to 8008; the container listens on 8080
  kubectl patch service stock --patch='{"spec": {"ports": [{"port": 80, "targetPort": 8080}]}}' ;;
address) # orders called "stocks"; no Service has that name
  kubectl set env deployment/orders BACKEND_URL=http://stock ;;
probe) # the probe asked for /ready, which the program does not know, so no Pod was ever Ready
  kubectl patch deployment stock --patch-file=probe.yaml ;;
esac
