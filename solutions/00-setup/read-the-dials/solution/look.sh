# Two programs have a version: take the minor of the server's.
kubectl version

# Count the nodes that say Ready and nothing else; SchedulingDisabled means closed.
kubectl get nodes

# The CPU under Allocatable, not the one under Capacity.
kubectl describe node ${node}

# A system add-on, found by its label: the address under CLUSTER-IP.
kubectl get services --namespace kube-system --selector k8s-app=kube-dns

# Note what you found, in the notebook or here.
labkit answer read-the-dials server_minor=… usable_nodes=… allocatable_cpu=… dns_address=…
