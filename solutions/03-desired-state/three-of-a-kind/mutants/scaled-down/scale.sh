before=$(kubectl get pods --selector=app=kiosk --output=name)
kubectl scale deployment kiosk --replicas=3 >/dev/null
kubectl wait deployment/kiosk --for=jsonpath='{.status.replicas}'=3 --timeout=60s >/dev/null
for pod in $before; do
    case $(kubectl get "$pod" --ignore-not-found --output=jsonpath='{.metadata.deletionTimestamp}/{.metadata.name}') in
    /?*) ;;
    *) gone=$pod ;;
    esac
done
kubectl wait "$gone" --for=delete --timeout=60s >/dev/null 2>&1
echo "${gone#pod/}"
