# Nobody stands behind it, though three Pods are well. Whom does it look for?
kubectl get endpointslices -l kubernetes.io/service-name=tickets
kubectl get service tickets -o wide
kubectl get pods --show-labels

# And at which port? The Pods call theirs "web".
kubectl describe service tickets
kubectl get deployment tickets -o jsonpath='{.spec.template.spec.containers[0].ports}'

# Both mended in the file (selector app: tickets, targetPort: web), and handed in.
kubectl apply -f service-tickets.yaml
