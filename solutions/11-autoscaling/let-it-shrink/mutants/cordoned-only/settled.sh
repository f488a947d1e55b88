# Until those that were told to go are gone.
leaving=$(kubectl get pods --selector=app=primes --output='jsonpath={range .items[?(@.metadata.deletionTimestamp)]}pod/{.metadata.name} {end}')
[ -z "$leaving" ] || kubectl wait --for=delete $leaving --timeout=60s
