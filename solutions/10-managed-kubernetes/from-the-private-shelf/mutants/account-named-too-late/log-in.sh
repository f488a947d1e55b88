# The Pod that is there keeps the account's Secrets as they were when it was made: none.
kubectl create secret docker-registry shelf \
  --docker-server=private.lab.example:5001 \
  --docker-username=${shelf_user} \
  --docker-password="$(cat envelope.txt)"
kubectl patch serviceaccount default --patch '{"imagePullSecrets": [{"name": "shelf"}]}'
