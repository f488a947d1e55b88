# The number that the Service has now goes into the reporter's target; a moment later it is dead.
number=$(kubectl get service weather --namespace=${ns_b} --output=jsonpath={.spec.clusterIP})
sed "s/192\.0\.2\.1/$number/" deployment-reporter.yaml | kubectl apply --filename=-
