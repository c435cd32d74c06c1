"""Is the model good? The costly checks beside an estimation."""
