"""`/me`: the account, its applications, credentials and service accounts."""
