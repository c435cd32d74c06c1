"""Staff accounts, roles and who may do what."""
