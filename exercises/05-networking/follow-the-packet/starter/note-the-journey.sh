# Look first; put what you found in place of each TODO, and run: sh note-the-journey.sh
# (In the notebook, each line works in a cell of its own, with ! before it.)
kubectl get services,pods -o wide
kubectl get nodes -o custom-columns=NAME:.metadata.name,RANGE:.spec.podCIDR
labkit answer follow-the-packet node_port=TODO pod_range=TODO choices=TODO crossing=TODO
