set -e
image=registry.lab.example:5000/${ns}/legacy:bad
podman build --quiet --tag $image .
podman push --quiet $image
podman rmi $image
