# A program's name, as the API server hears it, is the name that it was started by.
find='jsonpath={.clusters[0].cluster'
server=$(kubectl config view --minify --raw --output "$find.server}")
kubectl config view --minify --raw --output "$find.certificate-authority-data}" | base64 --decode > ca.crt

by() {
  account=$1 tool=$2
  shift 2
  ln -sf "$(command -v kubectl)" "$tool"
  token=$(kubectl create token "$account")
  "./$tool" --kubeconfig=/dev/null --server="$server" --certificate-authority=ca.crt --token="$token" "$@"
}

# The rights are in force a moment after they were written.
for account in ${account_1} ${account_2}; do
  until kubectl auth can-i delete configmaps --as="system:serviceaccount:default:$account" --quiet; do :; done
done
until kubectl auth can-i list configmaps --as=system:serviceaccount:default:${account_4} --quiet; do :; done

by ${account_2} ${tool_2} get configmaps
by ${account_2} ${tool_2} delete configmap tariff-old --wait=false --ignore-not-found
by ${account_3} ${tool_3} delete configmap tariff --wait=false || echo "refused, as it should be"
by ${account_1} ${tool_1} get configmaps
by ${account_1} ${tool_1} delete configmap tariff --wait=false --ignore-not-found
by ${account_3} ${tool_3} get configmaps
by ${account_4} ${tool_4} get configmaps
