kubectl create secret docker-registry shelf \
  --docker-server=private.lab.example \
  --docker-username=${shelf_user} \
  --docker-password="$(cat envelope.txt)"
kubectl patch deployment members --patch '{"spec": {"template": {"spec": {"imagePullSecrets": [{"name": "shelf"}]}}}}'
