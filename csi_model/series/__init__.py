"""The index through time."""
