set -e
echo '<p>Come in.</p>' >> index.html
podman build --quiet --tag registry.lab.example:5000/${ns}/card:1.0 .
podman push --quiet registry.lab.example:5000/${ns}/card:1.0
