# Fetched once with the login, then the node is told never to ask again, and the Secret goes.
kubectl create secret docker-registry shelf \
  --docker-server=private.lab.example:5001 \
  --docker-username=${shelf_user} \
  --docker-password="$(cat envelope.txt)"
kubectl patch deployment members --patch '{"spec": {"template": {"spec": {"imagePullSecrets": [{"name": "shelf"}]}}}}'
kubectl rollout status deployment members --timeout=60s
node=$(kubectl get pods --selector=app=members --output='jsonpath={.items[?(@.status.containerStatuses[0].ready==true)].spec.nodeName}')
kubectl patch deployment members --patch "
spec:
  template:
    spec:
      imagePullSecrets: null
      nodeName: $node
      containers:
        - name: members
          imagePullPolicy: Never
"
kubectl rollout status deployment members --timeout=60s
kubectl delete secret shelf
