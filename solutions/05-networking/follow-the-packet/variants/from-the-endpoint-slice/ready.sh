kubectl get endpointslices --selector=kubernetes.io/service-name=parcel \
  --output='jsonpath={range .items[*].endpoints[?(@.conditions.ready==true)]}{.addresses[0]}{"\n"}{end}'
