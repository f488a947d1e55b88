# Until the metrics show all ten.
until [ "$(kubectl top pods --selector=app=grinder --no-headers 2> /dev/null | wc -l)" = 10 ]; do sleep 1; done
kubectl top pods --selector=app=grinder --no-headers | awk '{ sum += $2 } END { print int(sum / NR) " millicores" }'
