# Look first. Then put your four values in place of TODO, and run: sh note-the-dials.sh
# (In the notebook, answer("read-the-dials", usable_nodes=…) does the same.)
labkit answer read-the-dials server_minor=TODO
labkit answer read-the-dials usable_nodes=TODO
labkit answer read-the-dials allocatable_cpu=TODO
labkit answer read-the-dials dns_address=TODO
