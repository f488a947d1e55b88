"""Who calls, and what they may: applications, credentials, signatures, access rules."""
