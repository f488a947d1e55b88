both=$(printf '%s:%s' '${shelf_user}' "$(cat envelope.txt)" | base64 -w 0)
printf '{"auths": {"private.lab.example:5001": {"auth": "%s"}}}\n' "$both" > login.json
kubectl create secret generic shelf --from-file=.dockerconfigjson=login.json
kubectl patch deployment members --patch '{"spec": {"template": {"spec": {"imagePullSecrets": [{"name": "shelf"}]}}}}'
