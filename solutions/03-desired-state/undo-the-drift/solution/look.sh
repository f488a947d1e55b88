# What differs? And then: what is there that the file never mentions?
kubectl diff -f deployment-till.yaml
kubectl set env deployment/till --list

kubectl apply -f deployment-till.yaml
kubectl set env deployment/till ${surprise}-
kubectl rollout status deployment/till
