module labkit.example/images/hello

go 1.24
