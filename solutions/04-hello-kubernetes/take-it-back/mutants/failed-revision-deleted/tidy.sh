kubectl get replicasets --selector=app=back \
  --output='go-template={{range .items}}{{.metadata.name}} {{(index .spec.template.spec.containers 0).image}}{{"\n"}}{{end}}' |
  grep 'hello:1.0-today' | cut -d' ' -f1 | xargs kubectl delete replicaset
