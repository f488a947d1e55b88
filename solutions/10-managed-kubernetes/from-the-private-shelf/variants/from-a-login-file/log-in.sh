# As podman login writes it; so the password is in no process list and in no history.
both=$(printf '%s:%s' '${shelf_user}' "$(cat envelope.txt)" | base64 -w 0)
printf '{"auths": {"https://private.lab.example:5001/v2/": {"auth": "%s"}}}\n' "$both" > login.json
kubectl create secret generic shelf --type=kubernetes.io/dockerconfigjson \
  --from-file=.dockerconfigjson=login.json
kubectl patch deployment members --patch '{"spec": {"template": {"spec": {"imagePullSecrets": [{"name": "shelf"}]}}}}'
