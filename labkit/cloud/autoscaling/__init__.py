"""The node-pool autoscaler of the managed service.

It asks two questions, again and again: does a Pod find no place? Then the fewest new nodes that
give it one. Is a node hardly used, and could its Pods live elsewhere? Then, after a while, it
leaves. It goes by what Pods request, never by what they use.

`reading` turns objects into `facts`, `fitting`, `growing` and `shrinking` answer questions about
them, `deciding` puts the answers together; all of that is pure. `looping` reads and acts.
"""
