# Look first. Then put what you found in place of TODO, and run: sh mark-and-note.sh
# (In the notebook, `!kubectl label …` and answer("find-the-restless", last_word="…") do the same.)
kubectl label pod TODO triage=restless
labkit answer find-the-restless last_word=TODO
