kubectl create secret docker-registry shelf \
  --docker-server=private.lab.example:5001 \
  --docker-username=${shelf_user} \
  --docker-password="$(cat envelope.txt)"
kubectl rollout restart deployment members
