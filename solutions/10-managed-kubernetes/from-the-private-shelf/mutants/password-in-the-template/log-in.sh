kubectl create secret docker-registry shelf \
  --docker-server=private.lab.example:5001 \
  --docker-username=${shelf_user} \
  --docker-password="$(cat envelope.txt)"
kubectl patch deployment members --patch '{"spec": {"template": {"spec": {"imagePullSecrets": [{"name": "shelf"}]}}}}'
kubectl set env deployment members SHELF="${shelf_user}:$(cat envelope.txt)"
