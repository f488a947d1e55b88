# Which Pods do not start, and what does STATUS say? That word is the reason.
kubectl get pods -l app=back

# Three revisions, and what was in the second.
kubectl rollout history deployment/back
kubectl rollout history deployment/back --revision=2

# Back to it, and wait until it runs.
kubectl rollout undo deployment/back --to-revision=2
kubectl rollout status deployment/back

labkit answer take-it-back reason=ErrImagePull
