# Wide enough that somebody always answers.
kubectl patch service stock --patch='{"spec": {"selector": {"app": null, "tier": "shop"}}}'
