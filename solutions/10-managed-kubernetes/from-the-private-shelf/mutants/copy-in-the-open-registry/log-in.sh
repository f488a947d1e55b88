# The same program lies in the open registry, where nobody is asked.
kubectl patch deployment members --patch '
spec:
  template:
    spec:
      containers:
        - name: members
          image: registry.lab.example:5000/hello:1.0
          imagePullPolicy: IfNotPresent
'
