"""NetworkPolicy on the nodes: one nftables table a node, computed here and replaced whole.

`enforcing` follows Pods, Namespaces and policies; `reachable` says who may reach whom, `table` says
it in nft's words. What a packet's addresses mean decides much:

- A policy sees Pods' addresses, after a Service's address became a Pod's and before a source
  became a node's. So it holds for Services as it does for Pods.
- The node's own packets to its own Pods (the kubelet's probes) pass always, and so do exec, logs
  and port-forward, which enter a Pod by the kubelet.
- Everything else from outside is a stranger with an address: other nodes, a balancer's client that
  came over another node, and the API server's proxy (`services/proxy`, `pods/proxy`). Only an
  ipBlock lets them in. Where policies close a Pod, that proxy does not reach it either.
- A Pod is policed from the moment that its node gave it an address, give or take a tenth of a
  second: usually before its first container runs, but nothing waits for it.
- A Pod always reaches itself, and Pods in the host's network are no Pods to a policy.
"""
