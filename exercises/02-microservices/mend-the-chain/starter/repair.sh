# Look first: who answers alone, who stands behind which Service, what do the Pods say?
kubectl get pods,services,endpointslices

# Then put your repair in place of TODO, and run: sh repair.sh
# (In the notebook, `!kubectl …` does the same.)
kubectl TODO
