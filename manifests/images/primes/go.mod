module labkit.example/images/primes

go 1.24
