kubectl delete service stock
