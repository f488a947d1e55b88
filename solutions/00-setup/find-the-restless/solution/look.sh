# Twice, some seconds apart: the number under RESTARTS grows for one of them.
kubectl get pods -l app=stand

# What its previous run said; the last line is one word.
kubectl logs stand-${pod_1} --previous

# Mark it, and note the word.
kubectl label pod stand-${pod_1} triage=restless
labkit answer find-the-restless last_word=${last_word}
