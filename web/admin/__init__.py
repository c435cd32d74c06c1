"""Staff accounts and the audit trail: administrators only."""
