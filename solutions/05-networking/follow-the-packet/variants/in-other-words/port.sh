kubectl get service parcel | sed -n 's/.* 80:\([0-9]*\)\/TCP.*/\1/p'
