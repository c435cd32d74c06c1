"""Numbers and their uncertainty."""
