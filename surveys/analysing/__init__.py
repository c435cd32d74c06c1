"""analysing."""
