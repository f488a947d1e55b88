# Look first: who owns each of them? Then put names in place of TODO, and run: sh mark-the-gone.sh
kubectl label pod TODO fate=gone
