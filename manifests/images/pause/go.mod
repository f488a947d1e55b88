module labkit.example/images/pause

go 1.24
