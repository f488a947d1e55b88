# Behind the colon: the door on every node.
kubectl get service parcel

# Where is each Pod, and which of them are ready?
kubectl get pods -o wide

# The plan of addresses, node by node.
kubectl get nodes -o custom-columns=NAME:.metadata.name,RANGE:.spec.podCIDR

# Four facts, four answers; these are the commands that find yours.
labkit answer follow-the-packet node_port=$(kubectl get service parcel -o jsonpath={.spec.ports[0].nodePort})
labkit answer follow-the-packet pod_range=$(sh range.sh)
labkit answer follow-the-packet choices=4
labkit answer follow-the-packet crossing=$(sh crossing.sh)
