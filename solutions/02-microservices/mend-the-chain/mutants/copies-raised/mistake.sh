kubectl scale deployment orders stock --replicas=2
