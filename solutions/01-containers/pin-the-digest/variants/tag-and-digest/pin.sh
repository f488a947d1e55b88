# Which tag shows it? Ask each image for its variables, then for its digest.
set -e
repository=registry.lab.example:5000/${ns}/moving
for tag in week-12 week-25 stable; do
  podman pull --quiet $repository:$tag > /dev/null
  if podman inspect --format "{{.Config.Env}}" $repository:$tag | grep --quiet SEASON=${season}; then
    right=$tag
  fi
done
digest=$(podman inspect --format "{{.Digest}}" $repository:$right)
kubectl run season --labels=app=season --image=$repository:stable@$digest
