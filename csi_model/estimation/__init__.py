"""The one call: from answers to the index."""
