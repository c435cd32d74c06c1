"""Path models, solved for batches of moments."""
