# The same repairs, said otherwise.
set -eu
case ${fault} in
selector) kubectl patch service stock --patch='{"spec": {"selector": {"tier": null}}}' ;;
target) kubectl patch service stock --patch='{"spec": {"ports": [{"port": 80, "targetPort": "web"}]}}' ;;
address) kubectl set env deployment/orders BACKEND_URL=http://stock.${ns}.svc.cluster.local:80 ;;
probe) kubectl patch deployment stock --type=json --patch='[{"op": "replace", "path": "/spec/template/spec/containers/0/readinessProbe/httpGet/path", "value": "/"}]' ;;
esac
