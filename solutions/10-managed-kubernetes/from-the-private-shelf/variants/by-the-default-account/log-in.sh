# Every new Pod of the namespace gets the Secret; those that are there do not.
kubectl create secret docker-registry shelf \
  --docker-server=private.lab.example:5001 \
  --docker-username=${shelf_user} \
  --docker-password="$(cat envelope.txt)"
kubectl patch serviceaccount default --patch '{"imagePullSecrets": [{"name": "shelf"}]}'
kubectl rollout restart deployment members
kubectl rollout status deployment members --timeout=60s
