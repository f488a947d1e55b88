# By hand, in four places, as somebody would at two in the morning.
kubectl scale deployment till --replicas=1
kubectl set env deployment/till VERSION=${other} ${surprise}=on
kubectl set image deployment/till hello=registry.lab.example:5000/hello:1.0-night
kubectl label deployment till touched-by=night-shift
