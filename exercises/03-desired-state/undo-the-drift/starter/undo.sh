# What differs? Then put your commands in place of TODO, and run: sh undo.sh
kubectl diff -f deployment-till.yaml
kubectl TODO
