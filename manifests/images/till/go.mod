module labkit.example/images/till

go 1.24
