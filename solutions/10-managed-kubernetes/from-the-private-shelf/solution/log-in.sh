# The shell reads the password from the file, so that nothing in it means anything to the shell.
kubectl create secret docker-registry shelf \
  --docker-server=private.lab.example:5001 \
  --docker-username=${shelf_user} \
  --docker-password="$(cat envelope.txt)"
kubectl patch deployment members --patch '{"spec": {"template": {"spec": {"imagePullSecrets": [{"name": "shelf"}]}}}}'
