kubectl get pods --selector=app=tickets --output=name | head -n 1 | xargs -I POD kubectl label --overwrite POD counter=open
