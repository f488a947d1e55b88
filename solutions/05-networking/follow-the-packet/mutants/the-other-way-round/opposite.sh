here=$(kubectl get pod parcel-${parcel_1} --output=jsonpath={.spec.nodeName})
there=$(kubectl get pod caller-${caller} --output=jsonpath={.spec.nodeName})
if [ "$here" = "$there" ]; then echo yes; else echo no; fi
