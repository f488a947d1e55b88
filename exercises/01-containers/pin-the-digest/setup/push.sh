set -e
repository=registry.lab.example:5000/${ns}/moving
publish() {
  podman build --quiet --build-arg SEASON="$2" --tag "$repository:$1" .
  podman push --quiet "$repository:$1"
  podman rmi "$repository:$1"
}
publish week-12 spring
publish week-25 summer
publish stable winter
