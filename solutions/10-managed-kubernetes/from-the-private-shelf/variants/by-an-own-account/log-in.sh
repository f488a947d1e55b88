kubectl create secret docker-registry shelf \
  --docker-server=private.lab.example:5001 \
  --docker-username=${shelf_user} \
  --docker-password="$(cat envelope.txt)"
kubectl create serviceaccount members
kubectl patch serviceaccount members --patch '{"imagePullSecrets": [{"name": "shelf"}]}'
kubectl set serviceaccount deployment members members
kubectl rollout status deployment members --timeout=60s
