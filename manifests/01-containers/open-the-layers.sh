# Take an image apart: each layer is an archive of files. Which of them have the diary?
set -e
image=$1
folder=$(mktemp -d)
podman save --quiet --format docker-archive --output "$folder/image.tar" "$image"
tar -xf "$folder/image.tar" -C "$folder"
found=0
for layer in "$folder"/*.tar; do
  [ "$layer" != "$folder/image.tar" ] || continue
  if tar -xOf "$layer" diary.txt 2> /dev/null; then found=$((found + 1)); fi
done
echo "Layers that have it: $found"
rm -rf "$folder" # podman writes some files read-only, about which rm would ask
