"""The programs a cluster is made of: their versions, and finding, downloading or building them.

It belongs here if it makes a program or an image file exist on disk. The version of a tool is in
the `go.mod` of its folder and nowhere else. Not here: flags of the programs, or running them
beyond asking for their version.
"""
